//! The files of the page.

use crate::assets;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

pub(crate) async fn file(method: Method, uri: Uri) -> Response {
    match assets::find(uri.path()) {
        Some(file) if matches!(method, Method::GET | Method::HEAD) => {
            ([(CONTENT_TYPE, file.kind)], file.bytes).into_response()
        }
        Some(_) => StatusCode::METHOD_NOT_ALLOWED.into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
