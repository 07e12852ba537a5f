//! What every request has to pass: the host it asks for, where it comes from, who asks, and how long it takes.

use crate::app::App;
use crate::metrics::count;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, ORIGIN, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, UPGRADE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A request is answered within this, or not at all.
const REQUEST_TIME: Duration = Duration::from_secs(30);
/// Our own pages send it with everything that changes something; a foreign page cannot without being asked first.
const OURS: &str = "x-petri";

/// Nothing but what this server sends, and no script but its files.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
     connect-src 'self'; media-src 'self' blob:; worker-src 'self'; form-action 'none'; base-uri 'none'; \
     frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// What the page may use of the machine: its own camera and microphone, for the simulator, and nothing else.
const PERMISSIONS: &str = "camera=(self), microphone=(self), geolocation=(), display-capture=(), usb=(), serial=(), \
     payment=()";

/// An answer that is no result, with a word that the page knows.
pub(crate) fn refuse(status: StatusCode, error: &'static str) -> Response {
    (status, axum::Json(serde_json::json!({ "error": error }))).into_response()
}

/// Whether a browser may call this machine so: by an address, or by one of its names. Any other name could be one that
/// a foreign page has pointed here.
fn is_ours(host: &str, app: &App) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, port.parse::<u16>().ok()),
        _ => (host, Some(if app.site.fingerprint.is_some() { 443 } else { 80 })),
    };
    let name = name.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    let known = name.parse::<IpAddr>().is_ok() || app.site.names.contains(&name);
    known && port == Some(app.site.address.port())
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Whether the request comes from a page of ours.
fn is_from_us(headers: &HeaderMap, app: &App) -> bool {
    let Some(host) = text(headers, HOST) else { return false };
    text(headers, ORIGIN) == Some(&format!("{}://{host}", app.site.scheme()))
}

/// A cookie's name; with TLS the browser itself holds it to this host.
pub(crate) fn cookie_name(app: &App, name: &str) -> String {
    let prefix = if app.site.fingerprint.is_some() { "__Host-" } else { "" };
    format!("{prefix}petri-{name}")
}

/// The secret in one of our cookies.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, app: &App, name: &str) -> Option<&'a str> {
    let wanted = cookie_name(app, name);
    let all = headers.get_all(axum::http::header::COOKIE).into_iter();
    all.filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == wanted).then_some(value))
}

/// Sets one of our cookies; no script can read it and no other site can send it.
pub(crate) fn set_cookie(app: &App, name: &str, value: &str, max_age_s: u32) -> HeaderValue {
    let secure = if app.site.fingerprint.is_some() { "; Secure" } else { "" };
    let name = cookie_name(app, name);
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={max_age_s}{secure}");
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// For everything: the host, the origin of what changes something, the time, and the headers of the answer.
pub(crate) async fn everything(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    count(&app.metrics.requests);
    let headers = request.headers();
    let upgrade = headers.contains_key(UPGRADE);
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    let host = text(headers, HOST).is_some_and(|host| is_ours(host, &app));
    let mut answer = if !host {
        refuse(StatusCode::MISDIRECTED_REQUEST, "host")
    } else if (changes || upgrade) && !is_from_us(headers, &app) {
        refuse(StatusCode::FORBIDDEN, "origin")
    } else if changes && !headers.contains_key(OURS) {
        refuse(StatusCode::FORBIDDEN, "header")
    } else {
        let late = || refuse(StatusCode::REQUEST_TIMEOUT, "late");
        tokio::time::timeout(REQUEST_TIME, next.run(request)).await.unwrap_or_else(|_| late())
    };
    if answer.status().is_client_error() {
        count(&app.metrics.refusals);
    }
    harden(answer.headers_mut(), app.site.fingerprint.is_some());
    answer
}

fn harden(headers: &mut HeaderMap, tls: bool) {
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(CONTENT_SECURITY_POLICY, POLICY);
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(X_FRAME_OPTIONS, "DENY");
    set(REFERRER_POLICY, "no-referrer");
    set(CACHE_CONTROL, "no-store");
    set(HeaderName::from_static("permissions-policy"), PERMISSIONS);
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-embedder-policy"), "require-corp");
    if tls {
        set(STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}

/// For all that is of the device: only who is in.
pub(crate) async fn inside(State(app): State<Arc<App>>, request: Request<Body>, next: Next) -> Response {
    let is_in = cookie(request.headers(), &app, "session")
        .is_some_and(|secret| app.auth.is_in(secret, Instant::now()));
    if is_in { next.run(request).await } else { refuse(StatusCode::UNAUTHORIZED, "login") }
}
