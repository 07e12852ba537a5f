//! Perception alone, for a robot that has a program of its own.

use super::Link;
use crate::capture::Capture;
use crate::ports::{Board, Clock, Pressed};
use crate::remote::Desk;
use crate::run::Happening;
use crate::{Error, Perception};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Between two looks at what peers offer, in ms.
const STEP_MS: u64 = 20;

/// Perceives what peers of `link` feed to `desk`, and tells them, until `ends`. It senses with what a peer offers and
/// for as long as it does: what may be perceived is for the robot to ask, and to show.
///
/// # Errors
/// When the desk has gone.
pub fn perceive(
    link: &Link,
    desk: &Desk,
    clock: Box<dyn Clock>,
    perception: Perception,
    ends: &AtomicBool,
    tell: &mut dyn FnMut(Happening<'_>),
) -> Result<(), Error> {
    let Board { camera, microphone, mut buttons, clock, .. } = desk.board("link", clock);
    let clock: Arc<dyn Clock> = Arc::from(clock);
    let capture = Capture::start(camera, microphone, perception, clock);
    while !ends.load(Ordering::Acquire) {
        let offered = link.offered();
        capture.gate(offered, true);
        if let Some(Pressed::Line(line)) = buttons.poll()?
            && !capture.line(line)
        {
            tell(Happening::Trouble("still reading the last lines; that one was dropped"));
        }
        if let Some(percept) = capture.percept(Duration::from_millis(STEP_MS)) {
            let happening = Happening::Percept(&percept);
            link.tell(&happening);
            tell(happening);
        }
    }
    capture.stop();
    Ok(())
}
