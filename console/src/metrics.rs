//! Counters and gauges in the text form that Prometheus reads.

use crate::app::App;
use crate::health::Vitals;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counters since the start.
#[derive(Default)]
pub(crate) struct Metrics {
    pub(crate) steps: AtomicU64,
    pub(crate) trials: AtomicU64,
    pub(crate) looks: AtomicU64,
    pub(crate) utterances: AtomicU64,
    pub(crate) model_failures: AtomicU64,
    pub(crate) troubles: AtomicU64,
    pub(crate) requests: AtomicU64,
    pub(crate) refusals: AtomicU64,
}

pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// All of them, and the gauges of the moment.
pub(crate) fn text(app: &App) -> String {
    let mut text = String::new();
    let mut put = |name: &str, kind: &str, help: &str, value: f64| {
        let _ =
            write!(text, "# HELP petri_{name} {help}\n# TYPE petri_{name} {kind}\npetri_{name} {value}\n");
    };
    let counters: [(&str, &str, &AtomicU64); 8] = [
        ("steps_total", "Steps of the session loop.", &app.metrics.steps),
        ("trials_total", "Trials that ended.", &app.metrics.trials),
        ("looks_total", "Pictures that were looked at.", &app.metrics.looks),
        ("utterances_total", "Utterances that were heard.", &app.metrics.utterances),
        ("model_failures_total", "Inputs on which a model failed.", &app.metrics.model_failures),
        ("troubles_total", "Troubles that parts of the device told.", &app.metrics.troubles),
        ("http_requests_total", "Requests to the page.", &app.metrics.requests),
        ("http_refusals_total", "Requests that were refused.", &app.metrics.refusals),
    ];
    for (name, help, counter) in counters {
        put(name, "counter", help, counter.load(Ordering::Relaxed) as f64);
    }
    let Vitals { temperature_c, memory_used_bytes, memory_free_bytes, disk_free_bytes } = app.health.vitals();
    let gauges = [
        ("temperature_celsius", "Temperature of the processor.", temperature_c),
        ("memory_used_bytes", "Memory that this program holds.", memory_used_bytes.map(|bytes| bytes as f64)),
        (
            "memory_free_bytes",
            "Memory that the device has left.",
            memory_free_bytes.map(|bytes| bytes as f64),
        ),
        ("disk_free_bytes", "Room where the journal is.", disk_free_bytes.map(|bytes| bytes as f64)),
        (
            "session_running",
            "Whether a session runs.",
            Some(f64::from(u8::from(app.host().status().running.is_some()))),
        ),
        ("watchers", "Pages that follow the device.", Some(app.watchers() as f64)),
        ("alerts", "Alerts on the page.", Some(app.alerts.list().len() as f64)),
        (
            "models_trusted",
            "Whether every model file is the trusted one.",
            app.health.trusted().map(|t| f64::from(u8::from(t))),
        ),
    ];
    for (name, help, value) in gauges {
        if let Some(value) = value {
            put(name, "gauge", help, value);
        }
    }
    text
}
