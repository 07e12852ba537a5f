//! What is kept: for how long, as a file for the facilitator, and erasing it.

use super::device::noted;
use crate::app::App;
use crate::code::code;
use crate::export;
use crate::guard::refuse;
use crate::log::Event;
use crate::routes::{blocking, journal_failed, refused};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use petri_runtime::Error;
use petri_runtime::journal::{Journal, Keeping};
use serde::Deserialize;
use std::sync::Arc;

/// Trials are kept for at most ten years where they are not kept for good.
const RETENTION_DAYS: std::ops::RangeInclusive<u32> = 1..=3_650;

pub(crate) async fn keeping(State(app): State<Arc<App>>) -> Response {
    blocking(move || {
        let keeping = app.journal().and_then(|journal| journal.keeping());
        keeping.map_or_else(journal_failed, |keeping| Json(keeping).into_response())
    })
    .await
}

pub(crate) async fn set(State(app): State<Arc<App>>, Json(keeping): Json<Keeping>) -> Response {
    let days = keeping.retention_days.is_none_or(|days| RETENTION_DAYS.contains(&days));
    if !days || keeping.learner == 0 || code(keeping.learner).is_none() {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "keeping");
    }
    blocking(move || match app.host().journal(move |journal| journal.set_keeping(&keeping)) {
        Err(refusal) => refused(refusal),
        Ok(Err(error)) => journal_failed(error),
        Ok(Ok(())) => {
            noted(&app, "device");
            StatusCode::NO_CONTENT.into_response()
        }
    })
    .await
}

/// Whose trials; everybody's when nobody is named.
#[derive(Deserialize)]
pub(crate) struct Whose {
    learner: Option<u32>,
}

impl Whose {
    fn of(&self, journal: &Journal) -> Result<Vec<u32>, Error> {
        self.learner.map_or_else(|| journal.known(), |learner| Ok(vec![learner]))
    }
}

fn file(form: &'static str, kind: &'static str, bytes: String) -> Response {
    let name = format!("attachment; filename=\"petri.{form}\"");
    ([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, name)], bytes).into_response()
}

pub(crate) async fn csv(State(app): State<Arc<App>>, Query(whose): Query<Whose>) -> Response {
    blocking(move || {
        let journal = app.journal();
        let text = journal.and_then(|journal| export::csv(&journal, &whose.of(&journal)?));
        app.log.add(Event::Exported { form: "csv" });
        text.map_or_else(journal_failed, |text| file("csv", "text/csv; charset=utf-8", text))
    })
    .await
}

pub(crate) async fn json(State(app): State<Arc<App>>, Query(whose): Query<Whose>) -> Response {
    blocking(move || {
        let journal = app.journal();
        let text = journal.and_then(|journal| export::json(&journal, &whose.of(&journal)?));
        app.log.add(Event::Exported { form: "json" });
        text.map_or_else(journal_failed, |text| file("json", "application/json", text))
    })
    .await
}

/// One learner, or all: it has to be said which.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Erase {
    Learner(u32),
    All(bool),
}

pub(crate) async fn erase(State(app): State<Arc<App>>, Json(erase): Json<Erase>) -> Response {
    let whom = match erase {
        Erase::Learner(learner) => Some(learner),
        Erase::All(true) => None,
        Erase::All(false) => return refuse(StatusCode::UNPROCESSABLE_ENTITY, "erase"),
    };
    blocking(move || match app.host().journal(move |journal| journal.erase(whom)) {
        Err(refusal) => refused(refusal),
        Ok(Err(error)) => journal_failed(error),
        Ok(Ok(erased)) => {
            app.log.add(Event::Erased { all: whom.is_none(), gone: erased.found_after == 0 });
            Json(erased).into_response()
        }
    })
    .await
}
