//! The dashboard: a static page, the tables behind it, and a token to get in.
//!
//! It serves plain HTTP and is meant for this machine, or for a proxy on it that adds TLS.

use crate::store::{Address, Store};
use crate::view::{By, csv, table};
use axum::Json;
use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// No token may be shorter.
pub const TOKEN_CHARS_MIN: usize = 20;
/// A wrong token is answered only after this.
const PENALTY: Duration = Duration::from_millis(500);
const SAFETY: [(header::HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, "default-src 'self'; frame-ancestors 'none'; base-uri 'none'"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
];

/// What the routes work with.
struct App {
    token: [u8; 32],
    address: Address,
    /// Opened when it is first needed, and again after it failed.
    store: Mutex<Option<Box<dyn Store>>>,
}

/// Serves the dashboard until the process ends. `token` is what users have to know.
///
/// # Errors
/// When the token is too short or the listener fails.
pub async fn serve(listener: TcpListener, token: &str, address: Address) -> std::io::Result<()> {
    if token.chars().count() < TOKEN_CHARS_MIN {
        let what = format!("the token has fewer than {TOKEN_CHARS_MIN} characters; make a longer one");
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, what));
    }
    let app = Arc::new(App { token: digest(token), address, store: Mutex::new(None) });
    let inside = Router::new()
        .route("/api/table", get(as_json))
        .route("/api/table.csv", get(as_csv))
        .route_layer(from_fn_with_state(app.clone(), guard))
        .with_state(app);
    let page = |kind: &'static str, text: &'static str| {
        get(move || async move { ([(header::CONTENT_TYPE, kind)], text) })
    };
    let router = Router::new()
        .route("/", page("text/html; charset=utf-8", include_str!("page/index.html")))
        .route("/page.js", page("text/javascript; charset=utf-8", include_str!("page/page.js")))
        .route("/page.css", page("text/css; charset=utf-8", include_str!("page/page.css")))
        .merge(inside)
        .layer(axum::middleware::map_response(safe));
    listener.set_nonblocking(true)?;
    axum::serve(tokio::net::TcpListener::from_std(listener)?, router).await
}

async fn safe(mut response: Response) -> Response {
    for (name, value) in SAFETY {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Lets in whoever knows the token.
async fn guard(State(app): State<Arc<App>>, headers: HeaderMap, request: Request, next: Next) -> Response {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    // Digests are compared, so that the time says nothing of the token.
    if digest(token) == app.token {
        return next.run(request).await;
    }
    tokio::time::sleep(PENALTY).await;
    (StatusCode::UNAUTHORIZED, "give the token that the collector was started with\n").into_response()
}

async fn as_json(State(app): State<Arc<App>>, Query(by): Query<By>) -> Response {
    match rows(app, by).await {
        Ok(rows) => Json(rows).into_response(),
        Err(refusal) => refusal,
    }
}

async fn as_csv(State(app): State<Arc<App>>, Query(by): Query<By>) -> Response {
    let kind = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"petri-fleet.csv\""),
    ];
    match rows(app, by).await {
        Ok(rows) => (kind, csv(&rows)).into_response(),
        Err(refusal) => refusal,
    }
}

async fn rows(app: Arc<App>, by: By) -> Result<Vec<crate::view::Row>, Response> {
    let read = tokio::task::spawn_blocking(move || {
        let mut store = app.store.lock().unwrap_or_else(PoisonError::into_inner);
        let mut open = match store.take() {
            Some(open) => open,
            None => app.address.open()?,
        };
        let terms = open.terms()?;
        *store = Some(open);
        Ok::<_, crate::store::Error>(terms)
    });
    match read.await {
        Ok(Ok(terms)) => Ok(table(&terms, by)),
        // Whoever is in is trusted with the reason.
        Ok(Err(error)) => Err((StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response()),
        Err(_) => Err(StatusCode::INTERNAL_SERVER_ERROR.into_response()),
    }
}
