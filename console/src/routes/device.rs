//! The device: hands, sessions, health, log.

use crate::alerts::Kind;
use crate::app::App;
use crate::code::{PICTURES, code};
use crate::guard::refuse;
use crate::log::Event;
use crate::metrics;
use crate::routes::{blocking, refused};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use petri_core::{Button, Emotion, Exercise, Facilitator, Language, Sensor};
use petri_runtime::EDITION;
use petri_runtime::intake::TEXT_BYTES_MAX;
use petri_runtime::ports::Pressed;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// A name in both languages.
fn both(name: impl Fn(Language) -> &'static str) -> Value {
    json!({ "en": name(Language::English), "zh-CN": name(Language::Chinese) })
}

/// What does not change while the program runs.
pub(crate) async fn device(State(app): State<Arc<App>>) -> Response {
    let size = app.options.display.size();
    let (has, shares) = (app.options.has, app.options.shares);
    let exercises: Vec<Value> = Exercise::TRAINED
        .into_iter()
        .map(|exercise| json!({ "id": exercise.index(), "name": both(|language| exercise.name(language)) }))
        .collect();
    let emotions: Vec<Value> = Emotion::ALL
        .into_iter()
        .map(|emotion| json!({ "id": emotion.word(), "name": both(|language| emotion.name(language)) }))
        .collect();
    Json(json!({
        "edition": EDITION,
        "version": env!("CARGO_PKG_VERSION"),
        "simulated": app.options.simulated,
        "display": { "width": size.width, "height": size.height },
        "has": { "camera": has.has(Sensor::Camera), "microphone": has.has(Sensor::Microphone),
                 "keyboard": has.has(Sensor::Keyboard) },
        "shares": { "camera": shares.has(Sensor::Camera), "microphone": shares.has(Sensor::Microphone) },
        "exercises": exercises,
        "emotions": emotions,
        "pictures": PICTURES,
        "pin": app.auth.has_pin() && !app.takes_tokens(),
        "fingerprint": app.site.fingerprint,
    }))
    .into_response()
}

/// What a hand does; one of three.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Press {
    Button(String),
    Line(String),
    Act(String),
}

pub(crate) async fn press(State(app): State<Arc<App>>, Json(press): Json<Press>) -> Response {
    let pressed = match press {
        Press::Button(name) => match name.as_str() {
            "a" => Some(Pressed::Button(Button::A)),
            "b" => Some(Pressed::Button(Button::B)),
            "c" => Some(Pressed::Button(Button::C)),
            "stop" => Some(Pressed::Button(Button::Stop)),
            _ => None,
        },
        Press::Line(line) if line.len() <= TEXT_BYTES_MAX && !line.trim().is_empty() => {
            Some(Pressed::Line(line))
        }
        Press::Line(_) => return refuse(StatusCode::UNPROCESSABLE_ENTITY, "text"),
        Press::Act(name) => match name.as_str() {
            "same" => Some(Pressed::Facilitator(Facilitator::CountsAsSame)),
            "different" => Some(Pressed::Facilitator(Facilitator::CountsAsDifferent)),
            "void" => Some(Pressed::Facilitator(Facilitator::DoesNotCount)),
            "clear" => {
                app.alerts.clear(Kind::Concern);
                Some(Pressed::Facilitator(Facilitator::AllClear))
            }
            _ => None,
        },
    };
    match pressed {
        None => refuse(StatusCode::UNPROCESSABLE_ENTITY, "press"),
        Some(Pressed::Line(_)) if !app.options.has.has(Sensor::Keyboard) => {
            refuse(StatusCode::CONFLICT, "keyboard")
        }
        Some(pressed) => {
            let taken = app.options.desk.press(pressed);
            if taken {
                StatusCode::NO_CONTENT.into_response()
            } else {
                refuse(StatusCode::SERVICE_UNAVAILABLE, "full")
            }
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Start {
    learner: u32,
}

pub(crate) async fn start(State(app): State<Arc<App>>, Json(Start { learner }): Json<Start>) -> Response {
    if learner == 0 || code(learner).is_none() {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "learner");
    }
    match app.host().start(learner) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) => refused(refusal),
    }
}

pub(crate) async fn stop(State(app): State<Arc<App>>) -> Response {
    match app.host().stop() {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) => refused(refusal),
    }
}

/// Alerts that were read. What is still amiss is told again.
pub(crate) async fn clear(State(app): State<Arc<App>>) -> Response {
    for kind in [Kind::Part, Kind::Journal, Kind::Model] {
        app.alerts.clear(kind);
    }
    StatusCode::NO_CONTENT.into_response()
}

pub(crate) async fn health(State(app): State<Arc<App>>) -> Response {
    blocking(move || {
        let view = app.options.desk.view();
        let sensing = view.screen.map(|screen| screen.sensing).unwrap_or_default();
        let state =
            |sensor| match (app.options.has.has(sensor), sensing.has(sensor), sensing.has_lost(sensor)) {
                (false, ..) => "none",
                (_, true, _) => "on",
                (_, _, true) => "lost",
                _ => "off",
            };
        Json(json!({
            "vitals": app.health.vitals(),
            "models": app.health.models(),
            "camera": state(Sensor::Camera),
            "microphone": state(Sensor::Microphone),
            "keyboard": state(Sensor::Keyboard),
            "alerts": app.alerts.list(),
        }))
        .into_response()
    })
    .await
}

/// Reads all model files anew.
pub(crate) async fn check(State(app): State<Arc<App>>) -> Response {
    blocking(move || {
        app.check_models();
        app.check_up();
        StatusCode::NO_CONTENT.into_response()
    })
    .await
}

pub(crate) async fn log(State(app): State<Arc<App>>) -> Response {
    ([(CONTENT_TYPE, "application/json")], app.log.json()).into_response()
}

pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Response {
    blocking(move || ([(CONTENT_TYPE, "text/plain; version=0.0.4")], metrics::text(&app)).into_response())
        .await
}

/// Keeps the log's word of who changed what.
pub(crate) fn noted(app: &App, of: &'static str) {
    app.log.add(Event::Settings { of });
}
