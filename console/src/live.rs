//! What the device shows, to every page that follows it: text as JSON, and pixels only when they change.

use crate::app::App;
use crate::guard::cookie;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use petri_core::input::Sensors;
use petri_core::{Cue, Level, Screen, Sensor};
use petri_runtime::picture;
use petri_runtime::remote::View;
use petri_runtime::supervise::supervise;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Pages that follow the device at a time.
pub(crate) const WATCHERS_MAX: usize = 8;
/// Between two pictures: no display of ours is faster.
const PICTURE_TIME: Duration = Duration::from_millis(40);
/// How often what is not on the device's screen is looked at.
const LOOK_TIME: Duration = Duration::from_millis(200);
/// How often a page that follows is asked whether it may.
const ASK_TIME: Duration = Duration::from_secs(5);

/// The latest of everything.
#[derive(Clone, Default)]
struct Shot {
    text: Utf8Bytes,
    /// Counts pictures.
    picture: u64,
    png: Bytes,
}

/// Hands the latest to whoever follows.
pub(crate) struct Live {
    shots: watch::Sender<Shot>,
    watchers: AtomicUsize,
}

impl Default for Live {
    fn default() -> Self {
        Self { shots: watch::Sender::new(Shot::default()), watchers: AtomicUsize::new(0) }
    }
}

/// A page that follows, for as long as it is not dropped.
struct Watcher(Arc<App>);

impl Drop for Watcher {
    fn drop(&mut self) {
        self.0.live.watchers.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Live {
    pub(crate) fn watchers(&self) -> usize {
        self.watchers.load(Ordering::Acquire)
    }

    fn join(app: &Arc<App>) -> Option<Watcher> {
        let more = |count: usize| (count < WATCHERS_MAX).then_some(count + 1);
        app.live.watchers.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).ok()?;
        Some(Watcher(Arc::clone(app)))
    }
}

/// Draws on a thread of its own, only while somebody follows.
pub(crate) fn paint(app: Arc<App>, ends: Arc<AtomicBool>) {
    let work = {
        let ends = Arc::clone(&ends);
        move || draw(&app, &ends)
    };
    std::thread::spawn(move || supervise(|| ends.load(Ordering::Acquire), |_| {}, work));
}

fn draw(app: &App, ends: &AtomicBool) {
    let (mut serial, mut drawn) = (0, None);
    while !ends.load(Ordering::Acquire) {
        if app.live.watchers() == 0 {
            std::thread::sleep(LOOK_TIME);
            continue;
        }
        let view = app.options.desk.wait(serial, LOOK_TIME);
        serial = view.serial;
        let text = describe(app, &view).to_string();
        let png = (view.screen.is_some() && view.screen != drawn)
            .then(|| view.screen.as_ref().map(|screen| png(app, screen)).unwrap_or_default());
        drawn.clone_from(&view.screen);
        app.live.shots.send_if_modified(|shot| {
            let news = shot.text.as_str() != text || png.is_some();
            shot.text = text.into();
            if let Some(png) = png {
                shot.png = png;
                shot.picture += 1;
            }
            news
        });
        std::thread::sleep(PICTURE_TIME);
    }
}

fn png(app: &App, screen: &Screen) -> Bytes {
    let display = app.options.display;
    let pixels = picture::pixels(screen, &app.options.pack, display);
    let size = display.size();
    let mut png = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::NoFilter);
    // A picture in memory can always be written.
    let _ = encoder.write_image(&pixels, size.width, size.height, ExtendedColorType::Rgb8);
    png.into()
}

fn sign(sensing: Sensors, sensor: Sensor) -> &'static str {
    match (sensing.has(sensor), sensing.has_lost(sensor)) {
        (true, _) => "on",
        (false, true) => "lost",
        (false, false) => "off",
    }
}

fn level(level: Level) -> f32 {
    match level {
        Level::Off => 0.0,
        Level::Soft => 0.3,
        Level::Full => 1.0,
    }
}

fn cue((count, cue, loud): (u64, Cue, Level)) -> Value {
    let notes: Vec<_> = cue.notes().iter().map(|note| [note.pitch_hz, note.length_ms]).collect();
    json!({ "count": count, "name": format!("{cue:?}").to_lowercase(), "notes": notes, "level": level(loud) })
}

/// The view in words, for the page and for screen readers.
fn describe(app: &App, view: &View) -> Value {
    let light = view.light;
    let status = app.host().status();
    let screen = view.screen.as_ref().map(|screen| {
        json!({
            "scene": screen.scene.name(),
            "title": screen.title,
            "body": screen.body,
            "choices": screen.choices,
            "focus": screen.focus,
            "meter": screen.meter.map(petri_core::Permille::get),
            "language": screen.comfort.language.tag(),
            "camera": sign(screen.sensing, Sensor::Camera),
            "microphone": sign(screen.sensing, Sensor::Microphone),
            "keyboard": sign(screen.sensing, Sensor::Keyboard),
        })
    });
    json!({
        "screen": screen,
        "light": format!("#{:02x}{:02x}{:02x}", light.red, light.green, light.blue),
        "cue": view.cue.map(cue),
        "running": status.running.map(|running| json!({
            "learner": running.learner, "trials": running.trials, "code": crate::code::code(running.learner),
        })),
        "learner": status.learner,
        "ended": status.ended,
        "wants": {
            "camera": app.options.desk.wants(Sensor::Camera),
            "microphone": app.options.desk.wants(Sensor::Microphone),
        },
        "alerts": app.alerts.list(),
    })
}

/// The picture of the moment, for a page that does not follow.
pub(crate) async fn picture(State(app): State<Arc<App>>) -> Response {
    let drawn =
        tokio::task::spawn_blocking(move || app.options.desk.view().screen.map(|screen| png(&app, &screen)));
    match drawn.await.ok().flatten() {
        Some(png) => ([(axum::http::header::CONTENT_TYPE, "image/png")], png).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Follows the device.
pub(crate) async fn follow(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let Some(watcher) = Live::join(&app) else {
        return crate::guard::refuse(StatusCode::SERVICE_UNAVAILABLE, "watchers");
    };
    let secret = cookie(&headers, &app, "session").unwrap_or_default().to_owned();
    upgrade.max_message_size(1 << 10).on_upgrade(move |socket| send(socket, watcher, secret))
}

async fn send(mut socket: WebSocket, watcher: Watcher, secret: String) {
    let app = &watcher.0;
    let mut shots = app.live.shots.subscribe();
    shots.mark_changed();
    let mut ask = tokio::time::interval(ASK_TIME);
    let (mut text, mut picture) = (Utf8Bytes::default(), None);
    loop {
        tokio::select! {
            changed = shots.changed() => {
                if changed.is_err() {
                    return;
                }
                let shot = shots.borrow_and_update().clone();
                if Some(shot.picture) != picture && !shot.png.is_empty() {
                    picture = Some(shot.picture);
                    if socket.send(Message::Binary(shot.png)).await.is_err() {
                        return;
                    }
                }
                if shot.text != text && !shot.text.is_empty() {
                    text = shot.text.clone();
                    if socket.send(Message::Text(shot.text)).await.is_err() {
                        return;
                    }
                }
            }
            _ = ask.tick() => {
                if !app.auth.is_in(&secret, Instant::now()) || socket.send(Message::Ping(Bytes::new())).await.is_err() {
                    return;
                }
            }
            heard = socket.recv() => {
                // Nothing is taken this way; it only tells that the page is gone.
                if !matches!(heard, Some(Ok(Message::Pong(_) | Message::Ping(_)))) {
                    return;
                }
            }
        }
    }
}
