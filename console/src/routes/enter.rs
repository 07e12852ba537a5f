//! How a browser comes in: by the simulator's token, or by pairing and PIN.

use crate::app::App;
use crate::auth::Denied;
use crate::guard::{cookie, refuse, set_cookie};
use crate::log::Event;
use crate::pairing::CODE_FOR;
use crate::routes::blocking;
use axum::Json;
use axum::extract::State;
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A cookie of a browser that is in.
const SESSION_S: u32 = 12 * 60 * 60;
/// A cookie of a browser that was paired.
const PAIRED_S: u32 = 180 * 24 * 60 * 60;
/// A wrong answer is answered after this.
const WRONG_TIME: Duration = Duration::from_secs(1);

/// How one comes in here, and whether one is.
pub(crate) async fn hello(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let now = Instant::now();
    let is_in = cookie(&headers, &app, "session").is_some_and(|secret| app.auth.is_in(secret, now));
    let paired = cookie(&headers, &app, "paired").is_some_and(|secret| app.auth.is_paired(secret));
    let way = if app.takes_tokens() { "token" } else { "pair" };
    Json(json!({ "way": way, "in": is_in, "paired": paired, "pin": app.auth.has_pin() })).into_response()
}

fn failed(_: crate::Error) -> Response {
    refuse(StatusCode::INTERNAL_SERVER_ERROR, "failed")
}

/// An answer that lets the browser in.
fn welcome(app: &App, paired: Option<&str>) -> Response {
    let secret = match app.auth.let_in(Instant::now()) {
        Ok(secret) => secret,
        Err(error) => return failed(error),
    };
    app.log.add(Event::LoggedIn);
    let mut answer = Json(json!({ "in": true })).into_response();
    answer.headers_mut().append(SET_COOKIE, set_cookie(app, "session", &secret, SESSION_S));
    if let Some(secret) = paired {
        answer.headers_mut().append(SET_COOKIE, set_cookie(app, "paired", secret, PAIRED_S));
    }
    answer
}

fn denied(app: &App, denied: Denied, what: &'static str) -> Response {
    match denied {
        Denied::Wrong => {
            app.log.add(Event::Refused { what });
            refuse(StatusCode::UNAUTHORIZED, what)
        }
        Denied::WeakPin => refuse(StatusCode::UNPROCESSABLE_ENTITY, "weak-pin"),
        Denied::Locked(wait) => {
            app.log.add(Event::LockedOut { what });
            let mut answer = refuse(StatusCode::TOO_MANY_REQUESTS, "locked");
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            if let Ok(seconds) = HeaderValue::from_str(&seconds.to_string()) {
                answer.headers_mut().insert(RETRY_AFTER, seconds);
            }
            answer
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Token {
    token: String,
}

/// Comes in with the token of the printed address.
pub(crate) async fn token(State(app): State<Arc<App>>, Json(Token { token }): Json<Token>) -> Response {
    if app.takes_tokens() && app.auth.spend(&token) {
        // Another browser gets a token of its own.
        app.invite();
        return welcome(&app, None);
    }
    tokio::time::sleep(WRONG_TIME).await;
    denied(&app, Denied::Wrong, "token")
}

/// Shows a code on the device's screen.
pub(crate) async fn begin(State(app): State<Arc<App>>) -> Response {
    if app.takes_tokens() {
        return refuse(StatusCode::NOT_FOUND, "token");
    }
    match app.pairing.begin(Instant::now()) {
        Err(error) => failed(error),
        Ok(Err(reason)) => denied(&app, reason, "code"),
        Ok(Ok(code)) => {
            app.show_code(&code);
            app.log.add(Event::PairingBegun);
            let later = Arc::clone(&app);
            tokio::spawn(async move {
                tokio::time::sleep(CODE_FOR).await;
                later.hide_code(Instant::now());
            });
            Json(json!({ "seconds": CODE_FOR.as_secs() })).into_response()
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Pair {
    code: String,
    pin: String,
}

/// Pairs the browser: the code from the screen, and the PIN. The first PIN is set so.
pub(crate) async fn pair(State(app): State<Arc<App>>, Json(Pair { code, pin }): Json<Pair>) -> Response {
    if app.takes_tokens() {
        return refuse(StatusCode::NOT_FOUND, "token");
    }
    let checked = app.pairing.check(&code, Instant::now());
    app.hide_code(Instant::now());
    if let Err(reason) = checked {
        tokio::time::sleep(WRONG_TIME).await;
        return denied(&app, reason, "code");
    }
    let known = app.auth.has_pin();
    let answer = with_pin(&app, pin, known, true).await;
    if answer.status().is_success() {
        app.log.add(Event::Paired);
    }
    answer
}

#[derive(Deserialize)]
pub(crate) struct Login {
    pin: String,
}

/// Comes in with the PIN, from a browser that was paired.
pub(crate) async fn login(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Json(Login { pin }): Json<Login>,
) -> Response {
    let paired = cookie(&headers, &app, "paired").is_some_and(|secret| app.auth.is_paired(secret));
    if !paired {
        return refuse(StatusCode::FORBIDDEN, "pair");
    }
    with_pin(&app, pin, true, false).await
}

/// Checks the PIN, or sets it where there is none, and lets in.
async fn with_pin(app: &Arc<App>, pin: String, known: bool, pairs: bool) -> Response {
    let inner = Arc::clone(app);
    let answer = blocking(move || {
        let app = inner;
        let result = if known { app.auth.check_pin(&pin, Instant::now()) } else { app.auth.set_pin(&pin) };
        match result {
            Err(error) => failed(error),
            Ok(Err(reason)) => denied(&app, reason, "pin"),
            Ok(Ok(())) if pairs => match app.auth.pair() {
                Ok(secret) => welcome(&app, Some(&secret)),
                Err(error) => failed(error),
            },
            Ok(Ok(())) => welcome(&app, None),
        }
    })
    .await;
    if answer.status() == StatusCode::UNAUTHORIZED {
        tokio::time::sleep(WRONG_TIME).await;
    }
    answer
}

#[derive(Deserialize)]
pub(crate) struct NewPin {
    old: String,
    new: String,
}

/// Changes the PIN. Everybody else is out.
pub(crate) async fn change_pin(
    State(app): State<Arc<App>>,
    Json(NewPin { old, new }): Json<NewPin>,
) -> Response {
    if !app.auth.has_pin() {
        return refuse(StatusCode::CONFLICT, "no-pin");
    }
    blocking(move || match app.auth.check_pin(&old, Instant::now()) {
        Err(error) => failed(error),
        Ok(Err(reason)) => denied(&app, reason, "pin"),
        Ok(Ok(())) => match app.auth.set_pin(&new) {
            Err(error) => failed(error),
            Ok(Err(reason)) => denied(&app, reason, "pin"),
            Ok(Ok(())) => {
                app.log.add(Event::PinChanged);
                welcome(&app, None)
            }
        },
    })
    .await
}

pub(crate) async fn logout(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    if let Some(secret) = cookie(&headers, &app, "session") {
        app.auth.leave(secret);
        app.log.add(Event::LoggedOut);
    }
    let mut answer = Json(json!({ "in": false })).into_response();
    answer.headers_mut().append(SET_COOKIE, set_cookie(&app, "session", "", 0));
    answer
}
