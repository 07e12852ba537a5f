//! Pairing: a code on the device's own screen shows that whoever types it sits before the device.

use crate::Error;
use crate::auth::{Denied, Lock};
use petri_core::input::Sensors;
use petri_core::{Comfort, Language, Picture, Scene, Screen};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A code is good for so long.
pub(crate) const CODE_FOR: Duration = Duration::from_mins(2);
/// A new code comes no sooner than this after the last.
const PAUSE: Duration = Duration::from_secs(5);
/// Hexadecimal digits of the certificate's fingerprint on the screen: enough that nobody makes another that begins
/// with them.
pub(crate) const FINGERPRINT_DIGITS: usize = 20;

struct Code {
    digits: String,
    until: Instant,
}

#[derive(Default)]
struct State {
    code: Option<Code>,
    begun: Option<Instant>,
    lock: Lock,
}

/// The code that is shown, if one is.
#[derive(Default)]
pub(crate) struct Pairing(Mutex<State>);

impl Pairing {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new code of six digits; an earlier one is void.
    pub(crate) fn begin(&self, now: Instant) -> Result<Result<String, Denied>, Error> {
        let mut state = self.state();
        if let Err(denied) = state.lock.check(now) {
            return Ok(Err(denied));
        }
        if let Some(left) = state.begun.and_then(|begun| (begun + PAUSE).checked_duration_since(now))
            && !left.is_zero()
        {
            return Ok(Err(Denied::Locked(left)));
        }
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).map_err(|error| Error::System(error.to_string()))?;
        let digits = format!("{:06}", u64::from_le_bytes(bytes) % 1_000_000);
        state.begun = Some(now);
        state.code = Some(Code { digits: digits.clone(), until: now + CODE_FOR });
        Ok(Ok(digits))
    }

    /// Whether `typed` is the code. A code serves once, and not after a wrong answer that locks.
    pub(crate) fn check(&self, typed: &str, now: Instant) -> Result<(), Denied> {
        let mut state = self.state();
        state.lock.check(now)?;
        let typed: String = typed.chars().filter(|c| !c.is_whitespace()).take(16).collect();
        let right = state.code.as_ref().is_some_and(|code| now < code.until && same(&code.digits, &typed));
        if right {
            state.code = None;
            state.lock.right();
            return Ok(());
        }
        let denied = state.lock.wrong(now);
        if matches!(denied, Denied::Locked(_)) {
            state.code = None;
        }
        Err(denied)
    }

    /// Whether a code is still shown.
    pub(crate) fn is_open(&self, now: Instant) -> bool {
        self.state().code.as_ref().is_some_and(|code| now < code.until)
    }
}

/// Compares without telling by time where two texts differ.
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// The code, and the beginning of the certificate's fingerprint, as a screen.
pub(crate) fn screen(code: &str, fingerprint: Option<&str>, comfort: Comfort) -> Screen {
    let language = comfort.language;
    let (first, second) = code.split_at(code.len().min(3));
    let print = fingerprint.map(|print| {
        let begin = &print[..FINGERPRINT_DIGITS.min(print.len())];
        let groups: Vec<&str> =
            (0..begin.len()).step_by(4).map(|at| &begin[at..(at + 4).min(begin.len())]).collect();
        groups.join(" ").to_uppercase()
    });
    let body = match (language, print) {
        (Language::English, Some(print)) => format!("Certificate: {print}"),
        (Language::Chinese, Some(print)) => format!("证书：{print}"),
        (Language::English, None) => "Type this code on the page.".to_owned(),
        (Language::Chinese, None) => "请在网页上输入这个号码。".to_owned(),
    };
    let title = match language {
        Language::English => format!("Code {first} {second}"),
        Language::Chinese => format!("配对码 {first} {second}"),
    };
    Screen {
        scene: Scene::Settings,
        title: title.as_str().try_into().unwrap_or_default(),
        body: body.as_str().try_into().unwrap_or_default(),
        picture: Picture::None,
        choices: [].into_iter().collect(),
        meter: None,
        sensing: Sensors::NONE,
        focus: None,
        comfort,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_core::screen::{Display, fits};

    #[test]
    fn a_code_serves_once_and_expires() {
        let (pairing, now) = (Pairing::default(), Instant::now());
        assert_eq!(pairing.check("", now), Err(Denied::Wrong), "there is none");
        let code = pairing.begin(now).expect("chance").expect("a code");
        assert!(code.len() == 6 && pairing.is_open(now) && !pairing.is_open(now + CODE_FOR));
        assert!(matches!(pairing.begin(now), Ok(Err(Denied::Locked(_)))), "one after the other");
        assert_eq!(pairing.check(&code, now + CODE_FOR), Err(Denied::Wrong));
        let spaced = format!(" {} {} ", &code[..3], &code[3..]);
        assert_eq!(pairing.check(&spaced, now), Ok(()));
        assert_eq!(pairing.check(&code, now), Err(Denied::Wrong));
    }

    #[test]
    fn guessing_voids_the_code_and_locks() {
        let (pairing, now) = (Pairing::default(), Instant::now());
        let code = pairing.begin(now).expect("chance").expect("a code");
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let answers: Vec<_> = (0..5).map(|_| pairing.check(wrong, now)).collect();
        assert!(matches!(answers[4], Err(Denied::Locked(_))), "{answers:?}");
        assert!(matches!(pairing.check(&code, now), Err(Denied::Locked(_))));
        assert!(pairing.check(&code, now + Duration::from_secs(31)).is_err(), "it is void");
        assert!(!pairing.is_open(now));
    }

    #[test]
    fn code_and_fingerprint_fit_every_display() {
        let print = "ab12".repeat(16);
        for language in Language::ALL {
            for large_text in [false, true] {
                let comfort =
                    Comfort { language, large_text, wide_spacing: large_text, ..Comfort::default() };
                for print in [None, Some(print.as_str())] {
                    let screen = screen("482913", print, comfort);
                    assert!(screen.title.ends_with("482 913"));
                    for display in Display::ALL {
                        assert!(fits(&screen, display), "{screen:?} on {display:?}");
                    }
                }
            }
        }
    }
}
