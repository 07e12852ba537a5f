//! What a site gains that fits the reading of faces to its own labelled pictures.

use super::faces::{DATA, FOLDERS, pictures};
use super::{Part, in_parallel};
use crate::table::Table;
use anyhow::Context;
use petri_core::Emotion;
use petri_core::random::Random;
use petri_figures::{Figure, Limit, Report};
use petri_models::{Id, Store};
use petri_runtime::intake;
use petri_runtime::perception::adapt::face::{Faces, adapted};
use petri_runtime::perception::{Sight, expression::Reading};
use std::path::Path;

pub(super) const PART: Part = Part {
    name: "adapted-faces",
    title: "Faces, fitted to a site",
    needs: &[DATA],
    models: &[Id::FaceExpression],
    measure,
};

/// Labelled pictures that a site has.
const ANSWERS: [usize; 4] = [35, 70, 140, 280];
/// Sites of a kind, and pictures of each that are read afterwards. Faces are drawn with replacement: some are rare.
const SITES: usize = 40;
const HELD: usize = 1_000;
/// Weights that were taken by chance may cost a site this much, in points of the share that is right.
const LOSS_MAX: f64 = -5.0;

/// How often each expression is shown, in the order of the folders.
const KINDS: [(&str, &str, [u32; Emotion::COUNT]); 2] = [
    ("alike", "all seven alike", [1; Emotion::COUNT]),
    ("mostly", "mostly calm and happy", [6, 1, 1, 1, 1, 1, 10]),
];

/// What the shipped model says of a picture.
type Said = [f32; Emotion::COUNT];

fn measure(store: &Store, data: &Path, report: &mut Report) -> anyhow::Result<()> {
    let sight = Sight::load(store)?;
    let pictures = pictures(&data.join(DATA))?;
    let said: Vec<(Emotion, Said)> = in_parallel(&pictures, |picture| {
        let reading = sight.expression().read_crop(&intake::frame(&picture.path)?)?;
        Ok((picture.shown, reading.probabilities))
    })?;
    let by_emotion = FOLDERS.map(|(_, emotion)| {
        said.iter().filter(|(shown, _)| *shown == emotion).map(|(_, said)| *said).collect::<Vec<_>>()
    });
    report.text(format!(
        "{SITES} sites of each kind draw labelled pictures, which are fitted on, from one half of these faces, and {HELD} that \
         are read with what came of it from the other. A fit that is not taken leaves the shipped model."
    ));
    let mut table = Table::new(&[
        "what people show",
        "labelled pictures",
        "taken by",
        "right before %",
        "right after %",
        "gain where taken",
        "worst site",
    ]);
    for (name, words, weights) in KINDS {
        for answers in ANSWERS {
            let sites: Vec<Site> = (0..SITES)
                .map(|site| Site::fit(&by_emotion, weights, answers, site as u32))
                .collect::<anyhow::Result<_>>()?;
            let mean = |of: &dyn Fn(&Site) -> f64| sites.iter().map(of).sum::<f64>() / sites.len() as f64;
            let taken: Vec<f64> = sites.iter().filter(|site| site.taken).map(Site::gain).collect();
            let worst = sites.iter().map(Site::gain).fold(f64::INFINITY, f64::min);
            table.row([
                words.to_owned(),
                answers.to_string(),
                format!("{} of {SITES}", taken.len()),
                format!("{:.1}", mean(&|site| site.before)),
                format!("{:.1}", mean(&|site| site.after)),
                if taken.is_empty() {
                    "-".to_owned()
                } else {
                    format!("{:+.1}", taken.iter().sum::<f64>() / taken.len() as f64)
                },
                format!("{worst:+.1}"),
            ]);
            let what = format!("mean gain of {answers} pictures, {words}");
            let gain = Figure::new(&format!("{name}-{answers}"), &what, mean(&Site::gain), "points", 0.5);
            report.figure(gain.n(SITES).decimals(1));
            let what = format!("worst site with {answers} pictures, {words}");
            let worst = Figure::new(&format!("{name}-{answers}-worst"), &what, worst, "points", 1.0);
            report.figure(worst.n(SITES).decimals(1).floor(Limit::AtLeast(LOSS_MAX)));
        }
    }
    report.table(table);
    Ok(())
}

/// One site: whether a fit was taken, and how many of its other pictures are read rightly, in percent.
struct Site {
    taken: bool,
    before: f64,
    after: f64,
}

impl Site {
    fn fit(
        by_emotion: &[Vec<Said>; Emotion::COUNT],
        weights: [u32; Emotion::COUNT],
        answers: usize,
        seed: u32,
    ) -> anyhow::Result<Self> {
        let mut random = Random::new(u64::from(seed) + 1);
        let mut pools = by_emotion.clone();
        for pool in &mut pools {
            for last in (1..pool.len()).rev() {
                pool.swap(last, random.below(last as u32 + 1) as usize);
            }
        }
        let mut draw = |held: bool| -> anyhow::Result<(Emotion, Said)> {
            let mut ticket = random.below(weights.iter().sum());
            let mut kind = 0;
            while ticket >= weights[kind] {
                ticket -= weights[kind];
                kind += 1;
            }
            let (fitted, others) = pools[kind].split_at(pools[kind].len() / 2);
            let of = if held { others } else { fitted };
            let place = random.below(of.len() as u32) as usize;
            let said = of
                .get(place)
                .with_context(|| format!("too few {} faces; copy the data again", FOLDERS[kind].0))?;
            Ok((FOLDERS[kind].1, *said))
        };
        let mut faces = Faces::default();
        for _ in 0..answers {
            let (shown, said) = draw(false)?;
            faces.add(said, shown);
        }
        let adapter = faces.fit().adapter;
        let (mut before, mut after) = (0, 0);
        for _ in 0..HELD {
            let (shown, said) = draw(true)?;
            let right = |said: Said| usize::from(Reading::new(said, 0.0).best() == shown);
            before += right(said);
            after += right(adapter.as_ref().map_or(said, |adapter| adapted(adapter, said)));
        }
        let percent = |part: usize| 100.0 * part as f64 / HELD as f64;
        Ok(Self { taken: adapter.is_some(), before: percent(before), after: percent(after) })
    }

    fn gain(&self) -> f64 {
        self.after - self.before
    }
}
