//! Learners: who is in the journal, their progress, and their settings.

use super::device::noted;
use crate::app::App;
use crate::code::{LEARNER_MAX, code};
use crate::growth::Growth;
use crate::guard::refuse;
use crate::routes::{blocking, journal_failed, refused};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use petri_core::input::Sensors;
use petri_core::{Age, Comfort, Exercise, Exercises, Language, Level, Sensor};
use petri_runtime::Error;
use petri_runtime::journal::Profile;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) async fn list(State(app): State<Arc<App>>) -> Response {
    blocking(move || {
        let read = || -> Result<Value, Error> {
            let journal = app.journal()?;
            let keeping = journal.keeping()?;
            let mut numbers = journal.known()?;
            numbers.push(keeping.learner);
            numbers.sort_unstable();
            numbers.dedup();
            let learners: Vec<Value> = numbers
                .into_iter()
                .map(|learner| {
                    let entries = journal.entries(learner)?;
                    Ok(json!({
                        "learner": learner,
                        "code": code(learner),
                        "trials": entries.len(),
                        "last_day": entries.last().map(|stored| stored.day),
                    }))
                })
                .collect::<Result<_, Error>>()?;
            Ok(json!({ "learners": learners, "turn": keeping.learner, "learner_max": LEARNER_MAX }))
        };
        read().map_or_else(journal_failed, |all| Json(all).into_response())
    })
    .await
}

pub(crate) async fn progress(State(app): State<Arc<App>>, Path(learner): Path<u32>) -> Response {
    blocking(move || {
        let entries = app.journal().and_then(|journal| journal.entries(learner));
        entries.map_or_else(journal_failed, |entries| Json(Growth::of(&entries)).into_response())
    })
    .await
}

/// A learner's settings as the page has them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
// Each is a box of its own.
#[allow(clippy::struct_excessive_bools)]
struct Settings {
    language: String,
    age: Age,
    large_text: bool,
    high_contrast: bool,
    wide_spacing: bool,
    left_handed: bool,
    one_button: bool,
    light: Level,
    sound: Level,
    /// Indices of the exercises that the menu may offer.
    exercises: Vec<usize>,
    camera: bool,
    microphone: bool,
    keyboard: bool,
}

impl Settings {
    fn of(profile: &Profile) -> Self {
        let Profile { age, comfort, exercises, sensors_off } = *profile;
        let offered = Exercise::TRAINED.into_iter().filter(|exercise| exercises.has(*exercise));
        Self {
            language: comfort.language.tag().to_owned(),
            age,
            large_text: comfort.large_text,
            high_contrast: comfort.high_contrast,
            wide_spacing: comfort.wide_spacing,
            left_handed: comfort.left_handed,
            one_button: comfort.one_button,
            light: comfort.light,
            sound: comfort.sound,
            exercises: offered.map(Exercise::index).collect(),
            camera: !sensors_off.has(Sensor::Camera),
            microphone: !sensors_off.has(Sensor::Microphone),
            keyboard: !sensors_off.has(Sensor::Keyboard),
        }
    }

    /// `None` when the language is unknown or no exercise is left.
    fn profile(&self) -> Option<Profile> {
        let offered =
            Exercise::TRAINED.into_iter().filter(|exercise| self.exercises.contains(&exercise.index()));
        let exercises = if offered.clone().count() == Exercise::TRAINED.len() {
            Exercises::ALL
        } else {
            offered.fold(Exercises::NONE, |set, exercise| set.set(exercise, true))
        };
        let comfort = Comfort {
            language: Language::from_tag(&self.language)?,
            large_text: self.large_text,
            high_contrast: self.high_contrast,
            wide_spacing: self.wide_spacing,
            left_handed: self.left_handed,
            light: self.light,
            sound: self.sound,
            one_button: self.one_button,
        };
        let sensors_off = Sensors::NONE
            .set(Sensor::Camera, !self.camera)
            .set(Sensor::Microphone, !self.microphone)
            .set(Sensor::Keyboard, !self.keyboard);
        (exercises != Exercises::NONE).then_some(Profile { age: self.age, comfort, exercises, sensors_off })
    }
}

pub(crate) async fn settings(State(app): State<Arc<App>>, Path(learner): Path<u32>) -> Response {
    blocking(move || {
        let profile = app.journal().and_then(|journal| journal.profile(learner));
        profile.map_or_else(journal_failed, |profile| {
            Json(Settings::of(&profile.unwrap_or_default())).into_response()
        })
    })
    .await
}

pub(crate) async fn set(
    State(app): State<Arc<App>>,
    Path(learner): Path<u32>,
    Json(body): Json<Value>,
) -> Response {
    let profile = serde_json::from_value::<Settings>(body).ok().and_then(|settings| settings.profile());
    let Some(profile) = profile.filter(|_| learner > 0 && code(learner).is_some()) else {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "settings");
    };
    blocking(move || match app.host().journal(move |journal| journal.set_profile(learner, &profile)) {
        Err(refusal) => refused(refusal),
        Ok(Err(error)) => journal_failed(error),
        Ok(Ok(())) => {
            noted(&app, "learner");
            StatusCode::NO_CONTENT.into_response()
        }
    })
    .await
}
