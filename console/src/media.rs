//! The browser's camera and microphone for a simulated device: from this machine only, into memory only.

use crate::app::App;
use crate::guard::{cookie, refuse};
use crate::server::Peer;
use axum::Extension;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use petri_core::Sensor;
use petri_runtime::intake;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Longest side of a picture that is handed in.
const PICTURE_SIDE_PIXELS_MAX: u32 = 1_280;
/// Largest message: a picture of 640 x 480 as JPEG, or half a second of sound.
const MESSAGE_BYTES_MAX: usize = 256 << 10;
/// How often it is asked whether the page may still hand in.
const ASK_TIME: Duration = Duration::from_secs(5);

/// Says that nobody hands in any more, however it ended.
struct Sharing(Arc<App>);

impl Sharing {
    fn begin(app: &Arc<App>) -> Option<Self> {
        app.shared.compare_exchange(false, true, Ordering::AcqRel, Ordering::Acquire).ok()?;
        Some(Self(Arc::clone(app)))
    }
}

impl Drop for Sharing {
    fn drop(&mut self) {
        for sensor in [Sensor::Camera, Sensor::Microphone] {
            self.0.options.desk.offer(sensor, false);
        }
        self.0.shared.store(false, Ordering::Release);
    }
}

/// Takes pictures and sound.
pub(crate) async fn share(
    State(app): State<Arc<App>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !app.options.simulated || !peer.0.ip().is_loopback() {
        return refuse(StatusCode::FORBIDDEN, "loopback");
    }
    let Some(sharing) = Sharing::begin(&app) else {
        return refuse(StatusCode::CONFLICT, "shared");
    };
    let secret = cookie(&headers, &app, "session").unwrap_or_default().to_owned();
    upgrade.max_message_size(MESSAGE_BYTES_MAX).on_upgrade(move |socket| take(socket, sharing, secret))
}

async fn take(mut socket: WebSocket, sharing: Sharing, secret: String) {
    let app = &sharing.0;
    let mut asked = Instant::now();
    while let Some(Ok(message)) = socket.recv().await {
        if asked.elapsed() > ASK_TIME {
            asked = Instant::now();
            if !app.auth.is_in(&secret, asked) {
                return;
            }
        }
        match message {
            Message::Binary(bytes) => {
                let app = Arc::clone(app);
                // One after the other: what comes too fast waits in the socket, and the page sends less.
                let _ = tokio::task::spawn_blocking(move || put(&app, &bytes)).await;
            }
            Message::Text(text) => offer(app, &text),
            Message::Close(_) => return,
            Message::Ping(_) | Message::Pong(_) => {}
        }
    }
}

/// `camera on`, `camera off`, `microphone on` or `microphone off`.
fn offer(app: &App, text: &str) {
    for (sensor, name) in [(Sensor::Camera, "camera"), (Sensor::Microphone, "microphone")] {
        let on = text.strip_prefix(name).map(str::trim);
        if let Some(on) = on.filter(|_| app.options.shares.has(sensor)) {
            app.options.desk.offer(sensor, on == "on");
        }
    }
}

/// A picture as JPEG after a `1`, or samples at 16 kHz as 32-bit floats, lowest byte first, after a `2`. What cannot be
/// read is dropped.
fn put(app: &App, bytes: &[u8]) {
    match bytes.split_first() {
        Some((1, jpeg)) if app.options.desk.wants(Sensor::Camera) => {
            if let Some(frame) = intake::jpeg(jpeg, PICTURE_SIDE_PIXELS_MAX) {
                app.options.desk.frame(frame);
            }
        }
        Some((2, samples)) if app.options.desk.wants(Sensor::Microphone) => {
            let sound: Vec<f32> = samples
                .as_chunks::<4>()
                .0
                .iter()
                .map(|bytes| f32::from_le_bytes(*bytes))
                .map(|sample| if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 })
                .collect();
            app.options.desk.sound(&sound);
        }
        _ => {}
    }
}
