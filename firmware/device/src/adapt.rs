//! `petri models adapt`: small weights fitted on a site's own labelled answers.

use crate::say;
use anyhow::{Context, bail};
use petri_models::Id;
use petri_runtime::engine::Engine;
use petri_runtime::intake;
use petri_runtime::perception::adapt::text::{Label, fit_text};
use petri_runtime::perception::adapt::{EXAMPLES_MAX, EXAMPLES_MIN, Outcome, path, remove, store};
use petri_runtime::perception::text::Text;
use std::path::{Path, PathBuf};

/// Largest file of labelled answers.
const ANSWERS_BYTES_MAX: usize = 4 << 20;

/// What to do with the models.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Models {
    /// Fit a model to this site on labelled answers; taken only if it reads answers better that it has not seen.
    #[command(subcommand)]
    Adapt(Adapt),
}

/// What to fit.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Adapt {
    /// Sentences: how people here speak of feelings.
    Text {
        /// A file with lines of label, tab, text; labels are happy, sad, angry, scared, surprised, disgusted, calm, or
        /// positive, negative, neutral, mixed.
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
    },
    /// Faces: this camera and its light.
    #[cfg(feature = "therapy")]
    Face {
        /// A folder with a folder of pictures for each feeling: happy, sad, angry, scared, surprised, disgusted, calm.
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
    },
    /// Say what has been fitted.
    Show,
    /// Go back to the shipped models.
    Reset {
        /// Only this one.
        what: Option<Part>,
    },
}

/// What can be fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// Sentences.
    Text,
    /// Faces.
    #[cfg(feature = "therapy")]
    Face,
}

impl Part {
    fn models(self) -> &'static [Id] {
        match self {
            Part::Text => &[Id::TextEmotion, Id::TextEmotionSmall, Id::TextEmotionZh],
            #[cfg(feature = "therapy")]
            Part::Face => &[Id::FaceExpression],
        }
    }
}

const ALL: &[Part] = &[
    Part::Text,
    #[cfg(feature = "therapy")]
    Part::Face,
];

/// Does it; what was fitted lies in `folder`.
pub(crate) fn command(action: Models, engine: Engine<'_>, folder: Option<&Path>) -> anyhow::Result<()> {
    let folder = folder.context("there is no home folder for it; name a folder with --adapter-folder")?;
    let Models::Adapt(action) = action;
    match action {
        Adapt::Text { from } => text(engine, folder, &from),
        #[cfg(feature = "therapy")]
        Adapt::Face { from } => face::adapt(engine, folder, &from),
        Adapt::Show => show(engine, folder),
        Adapt::Reset { what } => reset(folder, what),
    }
}

/// Says what came of a fit, and keeps it when it is worth having.
fn settle(folder: &Path, id: Id, outcome: &Outcome) -> anyhow::Result<()> {
    let Outcome { examples, before, after, gained, lost, chance, .. } = outcome;
    if *examples < EXAMPLES_MIN {
        say(format_args!("{}: {examples} answers are too few; label at least {EXAMPLES_MIN}", id.folder()));
        return Ok(());
    }
    say(format_args!(
        "{}: of {examples} answers, each read by weights that had not seen it, {after} are right, and {before} with \
         what ships; {gained} gained, {lost} lost, chance alone gives that in {:.1} % of cases",
        id.folder(),
        chance * 100.0
    ));
    match &outcome.adapter {
        Some(adapter) => {
            store(folder, id, adapter)?;
            say(format_args!("taken: {}; `petri models adapt reset` undoes it", path(folder, id).display()));
        }
        None => say("refused: it would not help, and nothing has changed"),
    }
    Ok(())
}

fn text(engine: Engine<'_>, folder: &Path, from: &Path) -> anyhow::Result<()> {
    let mut answers = Vec::new();
    for (number, line) in intake::text_file(from, ANSWERS_BYTES_MAX)?.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let pair = line.split_once('\t');
        let answer =
            pair.and_then(|(label, text)| Some((Label::from_word(label.trim())?, text.trim().to_owned())));
        let answer = answer.filter(|(_, text)| !text.is_empty()).with_context(|| {
            format!(
                "{} line {}: use a label, a tab and a text; --help lists the labels",
                from.display(),
                number + 1
            )
        })?;
        answers.push(answer);
    }
    if answers.len() > EXAMPLES_MAX {
        bail!("{} has more than {EXAMPLES_MAX} answers; choose some", from.display());
    }
    let outcomes = fit_text(&Text::load(engine)?, &answers)?;
    if outcomes.is_empty() {
        bail!("{} has no answers; write lines of label, tab, text", from.display());
    }
    for (id, outcome) in &outcomes {
        settle(folder, *id, outcome)?;
    }
    Ok(())
}

#[cfg(feature = "therapy")]
mod face {
    use super::{Context, EXAMPLES_MAX, Engine, Id, Path, bail, intake, say, settle};
    use petri_core::Emotion;
    use petri_runtime::perception::Sight;
    use petri_runtime::perception::adapt::face::Faces;

    pub(super) fn adapt(engine: Engine<'_>, folder: &Path, from: &Path) -> anyhow::Result<()> {
        let sight = Sight::load(engine)?;
        let (mut faces, mut looked) = (Faces::default(), 0);
        for emotion in Emotion::ALL {
            let pictures = from.join(emotion.word());
            if !pictures.is_dir() {
                continue;
            }
            let entries = std::fs::read_dir(&pictures)
                .with_context(|| format!("cannot list {}; check its permissions", pictures.display()))?;
            let mut files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
            files.sort();
            for file in files.iter().filter(|file| file.is_file()) {
                looked += 1;
                if looked > EXAMPLES_MAX {
                    bail!("{} has more than {EXAMPLES_MAX} pictures; choose some", from.display());
                }
                faces.look(&sight, &intake::frame(file)?, emotion)?;
            }
        }
        if looked == 0 {
            bail!("{} has no folder of pictures named happy, sad, angry ...; make some", from.display());
        }
        if faces.without_a_face() > 0 {
            say(format_args!("no face was found on {} of {looked} pictures", faces.without_a_face()));
        }
        settle(folder, Id::FaceExpression, &faces.fit())
    }
}

fn show(engine: Engine<'_>, folder: &Path) -> anyhow::Result<()> {
    // Loading tells why something that lies there is not used.
    let engine = engine.adapted(Some(folder));
    Text::load(engine)?;
    #[cfg(feature = "therapy")]
    petri_runtime::perception::expression::Expression::load(engine)?;
    for id in ALL.iter().flat_map(|part| part.models()) {
        let path = path(folder, *id);
        match std::fs::metadata(&path) {
            Ok(data) => {
                say(format_args!("{:<18} fitted, {} bytes in {}", id.folder(), data.len(), path.display()));
            }
            Err(_) => say(format_args!("{:<18} as shipped", id.folder())),
        }
    }
    Ok(())
}

fn reset(folder: &Path, what: Option<Part>) -> anyhow::Result<()> {
    let parts = ALL.iter().filter(|part| what.is_none_or(|what| what == **part));
    for id in parts.flat_map(|part| part.models()) {
        let was = if remove(folder, *id)? { "reads as shipped again" } else { "was as shipped" };
        say(format_args!("{:<18} {was}", id.folder()));
    }
    Ok(())
}
