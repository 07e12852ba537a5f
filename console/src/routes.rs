//! The routes. What is of the device is behind `guard::inside`; what lets in is not.

mod device;
mod enter;
mod keep;
mod learners;
mod page;

use crate::app::App;
use crate::{guard, live, media};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{get, post, put};
use petri_runtime::host::Refusal;
use std::sync::Arc;

/// Largest body of a request, in bytes.
const BODY_BYTES_MAX: usize = 16 << 10;

/// All routes.
pub(crate) fn router(app: &Arc<App>) -> Router {
    let inside = Router::new()
        .route("/api/live", get(live::follow))
        .route("/api/screen.png", get(live::picture))
        .route("/api/media", get(media::share))
        .route("/api/device", get(device::device))
        .route("/api/press", post(device::press))
        .route("/api/session/start", post(device::start))
        .route("/api/session/stop", post(device::stop))
        .route("/api/alerts/clear", post(device::clear))
        .route("/api/health", get(device::health))
        .route("/api/health/check", post(device::check))
        .route("/api/log", get(device::log))
        .route("/metrics", get(device::metrics))
        .route("/api/learners", get(learners::list))
        .route("/api/learners/{learner}/progress", get(learners::progress))
        .route("/api/learners/{learner}/settings", get(learners::settings).put(learners::set))
        .route("/api/keeping", get(keep::keeping))
        .route("/api/keeping", put(keep::set))
        .route("/api/export.csv", get(keep::csv))
        .route("/api/export.json", get(keep::json))
        .route("/api/erase", post(keep::erase))
        .route("/api/pin", post(enter::change_pin))
        .route("/api/logout", post(enter::logout))
        .layer(from_fn_with_state(Arc::clone(app), guard::inside));
    Router::new()
        .route("/api/hello", get(enter::hello))
        .route("/api/token", post(enter::token))
        .route("/api/pair/begin", post(enter::begin))
        .route("/api/pair", post(enter::pair))
        .route("/api/login", post(enter::login))
        .merge(inside)
        .fallback(page::file)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn_with_state(Arc::clone(app), guard::everything))
        .with_state(Arc::clone(app))
}

/// Does work that blocks, and that may not hold up other requests.
async fn blocking(work: impl FnOnce() -> Response + Send + 'static) -> Response {
    let failed = |_| guard::refuse(StatusCode::INTERNAL_SERVER_ERROR, "failed");
    tokio::task::spawn_blocking(work).await.unwrap_or_else(failed)
}

/// What the page is told when the host refuses.
fn refused(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Busy => guard::refuse(StatusCode::CONFLICT, "busy"),
        Refusal::Full => guard::refuse(StatusCode::SERVICE_UNAVAILABLE, "full"),
        Refusal::Ended => guard::refuse(StatusCode::GONE, "ended"),
    }
}

/// What the page is told when the journal cannot be used.
fn journal_failed(_: petri_runtime::Error) -> Response {
    guard::refuse(StatusCode::INTERNAL_SERVER_ERROR, "journal")
}
