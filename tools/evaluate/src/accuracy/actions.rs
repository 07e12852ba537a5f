//! Muscle actions on pictures of posed and caught faces: how well each separates faces that usually show it from
//! faces at rest.
//!
//! The pictures are of different people, so the face at rest is the median of all faces at rest, not the person's own:
//! the figures are lower than on a device, which knows whom it looks at.

use super::faces::{DATA, Picture, enlarged, pictures};
use super::{Part, in_parallel};
use crate::statistics::area_under_curve;
use crate::table::{Table, percent};
use anyhow::Context;
use petri_core::mirror::Comparison;
use petri_core::{Action, Actions, Emotion, Language, Permille};
use petri_figures::{Figure, Limit, Report};
use petri_models::{Id, Store};
use petri_runtime::intake;
use petri_runtime::perception::actions::{Distance, Measures, actions};
use petri_runtime::perception::{Seen, Sight};
use std::path::Path;

pub(super) const PART: Part = Part {
    name: "muscle-actions",
    title: "Muscle actions",
    needs: &[DATA],
    #[cfg(feature = "therapy")]
    models: &[Id::FaceDetect, Id::FaceMesh, Id::FaceExpression],
    #[cfg(not(feature = "therapy"))]
    models: &[Id::FaceDetect, Id::FaceMesh],
    measure,
};

/// What faces of a folder are expected to do.
const EXPECTED: [(Action, Emotion); 12] = [
    (Action::MouthCornersUp, Emotion::Happy),
    (Action::EyesNarrow, Emotion::Happy),
    (Action::MouthOpen, Emotion::Surprised),
    (Action::EyesWide, Emotion::Surprised),
    (Action::InnerBrowUp, Emotion::Surprised),
    (Action::OuterBrowUp, Emotion::Surprised),
    (Action::BrowDown, Emotion::Angry),
    (Action::MouthCornersDown, Emotion::Sad),
    (Action::InnerBrowUp, Emotion::Sad),
    (Action::LipsWide, Emotion::Scared),
    (Action::NoseWrinkle, Emotion::Disgusted),
    (Action::BrowDown, Emotion::Disgusted),
];
/// An action from here on is taken to be there.
const SEEN_MIN: f64 = 300.0;

/// A face that was found, and what is measured on it.
struct Face {
    shown: Emotion,
    measures: Option<Measures>,
    seen: Seen,
}

/// Writes the tables of the part on muscle actions.
fn measure(store: &Store, data: &Path, report: &mut Report) -> anyhow::Result<()> {
    let sight = Sight::load(store)?;
    let pictures = pictures(&data.join(DATA))?;
    let faces = in_parallel(&pictures, |picture| look(&sight, picture))?;
    let meshes = faces.iter().filter(|face| face.measures.is_some()).count();
    let rest = at_rest(&faces).context("no face at rest was found; copy the data again")?;
    let measured: Vec<(&Face, Actions)> = faces
        .iter()
        .filter_map(|face| Some((face, actions(&face.measures.as_ref()?.strengths(&rest)?))))
        .collect();
    report.text(format!(
        "A mesh lies on {meshes} of {} faces ({}); {} of these look into the camera enough to \
         be measured. At rest means the median of all faces at rest.",
        faces.len(),
        percent(meshes, faces.len()),
        measured.len()
    ));
    separation(&measured, report);
    report.table(mirror(&measured));
    Ok(())
}

fn look(sight: &Sight, picture: &Picture) -> anyhow::Result<Face> {
    let frame = enlarged(&intake::frame(&picture.path)?)?;
    let seen = sight.look_closely(&frame)?;
    Ok(Face { shown: picture.shown, measures: seen.mesh.as_ref().and_then(Measures::of), seen })
}

/// The median of all faces at rest.
fn at_rest(faces: &[Face]) -> Option<Measures> {
    let resting: Vec<Measures> =
        faces.iter().filter(|face| face.shown == Emotion::Calm).filter_map(|face| face.measures).collect();
    let median = |value: &dyn Fn(&Measures) -> f32| {
        let mut values: Vec<f32> = resting.iter().map(value).collect();
        values.sort_by(f32::total_cmp);
        values.get(values.len() / 2).copied()
    };
    let mut rest = *resting.first()?;
    rest.turn.pitch = median(&|measures| measures.turn.pitch)?;
    for i in 0..Distance::COUNT {
        rest.distances[i] = median(&|measures| measures.distances[i])?;
    }
    Some(rest)
}

fn separation(measured: &[(&Face, Actions)], report: &mut Report) {
    let strengths = |action: Action, shown: Emotion| -> Vec<f64> {
        let of = measured.iter().filter(|(face, _)| face.shown == shown);
        of.map(|(_, actions)| f64::from(actions.get(action).get())).collect()
    };
    let share =
        |values: &[f64]| percent(values.iter().filter(|value| **value >= SEEN_MIN).count(), values.len());
    let mut table =
        Table::new(&["action", "faces", "n", "AUC against rest", "seen in these", "seen at rest"]);
    for (action, shown) in EXPECTED {
        let (these, rest) = (strengths(action, shown), strengths(action, Emotion::Calm));
        let area = area_under_curve(&these, &rest);
        table.row([
            action.name(Language::English).to_owned(),
            shown.word().to_owned(),
            these.len().to_string(),
            format!("{area:.2}"),
            share(&these),
            share(&rest),
        ]);
        let name = |action: Action| action.name(Language::English).replace(' ', "-");
        let what = format!("{} in {} faces, AUC", action.name(Language::English), shown.word());
        let figure = Figure::new(&format!("{}-{}", name(action), shown.word()), &what, area, "", 0.02);
        let figure = figure.n(these.len() + rest.len()).decimals(2);
        report.figure(match (action, shown) {
            (Action::MouthCornersUp, Emotion::Happy) => figure.floor(Limit::AtLeast(0.9)),
            (Action::MouthOpen | Action::EyesWide, Emotion::Surprised) => figure.floor(Limit::AtLeast(0.7)),
            _ => figure,
        });
    }
    report.table(table);
}

/// How often a face would pass in the mirror: one of the drawn kind, and any other.
fn mirror(measured: &[(&Face, Actions)]) -> Table {
    let mut table =
        Table::new(&["drawn", "n", "muscles match", "in other faces", "expression matches", "in others"]);
    for drawn in Emotion::ALL {
        let wanted = Actions::of(drawn, Permille::FULL);
        let passes = |of: &dyn Fn(&Face, &Actions) -> bool| {
            let count = |same: bool| {
                let chosen: Vec<_> =
                    measured.iter().filter(|(face, _)| (face.shown == drawn) == same).collect();
                percent(chosen.iter().filter(|(face, actions)| of(face, actions)).count(), chosen.len())
            };
            [count(true), count(false)]
        };
        let [muscles, muscles_other] = passes(&|_, seen| Comparison::of(&wanted, seen).matches());
        let [named, named_other] = passes(&|face, _| named(&face.seen) == Some(drawn));
        let n = measured.iter().filter(|(face, _)| face.shown == drawn).count().to_string();
        table.row([drawn.word().to_owned(), n, muscles, muscles_other, named, named_other]);
    }
    table
}

#[cfg(feature = "therapy")]
fn named(seen: &Seen) -> Option<Emotion> {
    seen.expression.and_then(|reading| reading.emotion)
}

#[cfg(not(feature = "therapy"))]
fn named(_: &Seen) -> Option<Emotion> {
    None
}
