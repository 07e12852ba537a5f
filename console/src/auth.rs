//! Who may see the page: sessions, the simulator's one-time token, paired browsers, the PIN, and lock-outs.
//!
//! Secrets are 256 random bits and are kept as SHA-256 only; the PIN is kept as an Argon2id hash. Time is passed in.

use crate::Error;
use crate::files::Files;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use petri_models::hex;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Browsers that are in at a time; one more puts the oldest out.
const SESSIONS_MAX: usize = 16;
/// Browsers that are paired; one more makes the oldest strange again.
const PAIRED_MAX: usize = 16;
/// Somebody who is in and does nothing for so long is out.
const IDLE: Duration = Duration::from_hours(1);
/// Nobody is in for longer.
const SESSION: Duration = Duration::from_hours(12);
/// A PIN's shortest and longest length, in bytes.
pub(crate) const PIN_BYTES: std::ops::RangeInclusive<usize> = 6..=64;
/// Wrong answers before everybody waits.
const WRONG_MAX: u32 = 5;
/// The first wait; it doubles with each further wrong answer.
const LOCK: Duration = Duration::from_secs(30);
const LOCK_MAX: Duration = Duration::from_hours(1);

/// The file with the number of wrong PINs.
const WRONG: &str = "wrong";

/// 256 random bits, as the browser has them.
pub(crate) fn secret() -> Result<String, Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Error::System(error.to_string()))?;
    Ok(hex(&bytes))
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Why somebody does not come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    /// The answer is wrong.
    Wrong,
    /// Too many were wrong: nobody may try for this long.
    Locked(Duration),
    /// The PIN is too short, too long, or one that everybody tries first.
    WeakPin,
}

/// Counts wrong answers.
#[derive(Debug, Default)]
pub(crate) struct Lock {
    wrong: u32,
    until: Option<Instant>,
}

impl Lock {
    /// Whether an answer may be given now.
    pub(crate) fn check(&self, now: Instant) -> Result<(), Denied> {
        match self.until.and_then(|until| until.checked_duration_since(now)) {
            Some(left) if !left.is_zero() => Err(Denied::Locked(left)),
            _ => Ok(()),
        }
    }

    pub(crate) fn right(&mut self) {
        *self = Self::default();
    }

    /// Notes a wrong answer.
    pub(crate) fn wrong(&mut self, now: Instant) -> Denied {
        self.wrong = self.wrong.saturating_add(1);
        self.waits(now)
    }

    /// So many were wrong before the program was started: whoever pulls the plug waits as long as everybody else.
    fn after_restart(wrong: u32, now: Instant) -> Self {
        let mut lock = Self { wrong, until: None };
        lock.waits(now);
        lock
    }

    fn waits(&mut self, now: Instant) -> Denied {
        if self.wrong < WRONG_MAX {
            return Denied::Wrong;
        }
        let wait = LOCK.saturating_mul(1 << (self.wrong - WRONG_MAX).min(10)).min(LOCK_MAX);
        self.until = Some(now + wait);
        Denied::Locked(wait)
    }
}

struct Visit {
    since: Instant,
    last: Instant,
}

#[derive(Default)]
struct State {
    visits: HashMap<[u8; 32], Visit>,
    token: Option<[u8; 32]>,
    paired: VecDeque<[u8; 32]>,
    pin: Option<String>,
    pin_lock: Lock,
}

/// Decides who is in.
pub(crate) struct Auth {
    state: Mutex<State>,
    /// Held while a PIN is looked at.
    one_at_a_time: Mutex<()>,
    files: Files,
}

impl Auth {
    /// Reads who is paired, the hash of the PIN, and how many wrong ones were tried since the last right one.
    pub(crate) fn open(files: Files, now: Instant) -> Result<Self, Error> {
        let text = |name: &str| -> Result<Option<String>, Error> {
            Ok(files.read(name)?.and_then(|bytes| String::from_utf8(bytes).ok()))
        };
        let bytes = |line: &str| -> Option<[u8; 32]> {
            let byte = |at: usize| u8::from_str_radix(line.get(at..at + 2)?, 16).ok();
            (0..32).map(|i| byte(2 * i)).collect::<Option<Vec<u8>>>()?.try_into().ok()
        };
        let paired = text("paired")?.map(|text| text.lines().filter_map(bytes).collect()).unwrap_or_default();
        // A count that cannot be read is none that lets more be tried.
        let wrong = text(WRONG)?.map_or(0, |count| count.trim().parse().unwrap_or(WRONG_MAX));
        let pin_lock = Lock::after_restart(wrong, now);
        let state = State { paired, pin: text("pin")?, pin_lock, ..State::default() };
        Ok(Self { state: Mutex::new(state), one_at_a_time: Mutex::default(), files })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new token that lets one browser in, once; an earlier one is void.
    pub(crate) fn new_token(&self) -> Result<String, Error> {
        let token = secret()?;
        self.state().token = Some(hash(&token));
        Ok(token)
    }

    /// Spends the token.
    pub(crate) fn spend(&self, token: &str) -> bool {
        let mut state = self.state();
        let right = state.token == Some(hash(token));
        if right {
            state.token = None;
        }
        right
    }

    /// Lets a browser in; gives the secret that it comes back with.
    pub(crate) fn let_in(&self, now: Instant) -> Result<String, Error> {
        let secret = secret()?;
        let mut state = self.state();
        state.visits.retain(|_, visit| visit.is_in(now));
        if state.visits.len() >= SESSIONS_MAX
            && let Some(oldest) = state.visits.iter().min_by_key(|(_, visit)| visit.last).map(|(key, _)| *key)
        {
            state.visits.remove(&oldest);
        }
        state.visits.insert(hash(&secret), Visit { since: now, last: now });
        Ok(secret)
    }

    /// Whether the browser with this secret is in.
    pub(crate) fn is_in(&self, secret: &str, now: Instant) -> bool {
        let mut state = self.state();
        match state.visits.get_mut(&hash(secret)).filter(|visit| visit.is_in(now)) {
            Some(visit) => {
                visit.last = now;
                true
            }
            None => false,
        }
    }

    pub(crate) fn leave(&self, secret: &str) {
        self.state().visits.remove(&hash(secret));
    }

    /// Whether the browser with this secret was paired.
    pub(crate) fn is_paired(&self, secret: &str) -> bool {
        self.state().paired.contains(&hash(secret))
    }

    /// Pairs a browser; gives the secret that it is known by.
    pub(crate) fn pair(&self) -> Result<String, Error> {
        let secret = secret()?;
        let mut state = self.state();
        if state.paired.len() >= PAIRED_MAX {
            state.paired.pop_front();
        }
        state.paired.push_back(hash(&secret));
        let lines: Vec<String> = state.paired.iter().map(|hash| hex(hash)).collect();
        self.files.write("paired", lines.join("\n").as_bytes())?;
        Ok(secret)
    }

    pub(crate) fn has_pin(&self) -> bool {
        self.state().pin.is_some()
    }

    /// Whether `pin` is the PIN. It takes a while and some memory, on purpose; meanwhile no other is looked at.
    ///
    /// An answer is counted as wrong on the disk before it is looked at, so that pulling the plug wins no further try.
    pub(crate) fn check_pin(&self, pin: &str, now: Instant) -> Result<Result<(), Denied>, Error> {
        let _one = self.one_at_a_time.lock().unwrap_or_else(PoisonError::into_inner);
        let (stored, wrong) = {
            let state = self.state();
            if let Err(denied) = state.pin_lock.check(now) {
                return Ok(Err(denied));
            }
            (state.pin.clone(), state.pin_lock.wrong)
        };
        self.files.write(WRONG, wrong.saturating_add(1).to_string().as_bytes())?;
        let parsed = stored.as_deref().and_then(|stored| PasswordHash::new(stored).ok());
        let fits = PIN_BYTES.contains(&pin.len());
        let right = fits
            && parsed.is_some_and(|hash| Argon2::default().verify_password(pin.as_bytes(), &hash).is_ok());
        if !right {
            return Ok(Err(self.state().pin_lock.wrong(now)));
        }
        self.files.write(WRONG, b"0")?;
        self.state().pin_lock.right();
        Ok(Ok(()))
    }

    /// Makes `pin` the PIN; everybody but the caller, who is let in anew, is out.
    pub(crate) fn set_pin(&self, pin: &str) -> Result<Result<(), Denied>, Error> {
        if !PIN_BYTES.contains(&pin.len()) || is_weak(pin) {
            return Ok(Err(Denied::WeakPin));
        }
        let hash = Argon2::default()
            .hash_password(pin.as_bytes())
            .map_err(|error| Error::System(error.to_string()))?
            .to_string();
        self.files.write("pin", hash.as_bytes())?;
        self.files.write(WRONG, b"0")?;
        let mut state = self.state();
        state.pin_lock.right();
        state.pin = Some(hash);
        state.visits.clear();
        Ok(Ok(()))
    }
}

impl Visit {
    fn is_in(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.last) < IDLE && now.saturating_duration_since(self.since) < SESSION
    }
}

/// One character again and again, or characters that follow each other.
fn is_weak(pin: &str) -> bool {
    let steps: Vec<i16> =
        pin.as_bytes().windows(2).map(|two| i16::from(two[1]) - i16::from(two[0])).collect();
    steps.iter().all(|step| Some(step) == steps.first() && (-1..=1).contains(step))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auth(folder: &tempfile::TempDir) -> Auth {
        Auth::open(Files::beside(&folder.path().join("journal.db")), Instant::now()).expect("opened")
    }

    fn tried(auth: &Auth, pin: &str, now: Instant) -> Result<(), Denied> {
        auth.check_pin(pin, now).expect("no fault")
    }

    #[test]
    fn a_token_lets_in_once_and_a_visit_ends() {
        let folder = tempfile::tempdir().expect("a folder");
        let (auth, now) = (auth(&folder), Instant::now());
        let token = auth.new_token().expect("chance");
        assert!(!auth.spend("") && auth.spend(&token) && !auth.spend(&token));
        let secret = auth.let_in(now).expect("chance");
        assert!(auth.is_in(&secret, now) && !auth.is_in("", now) && !auth.is_in(&token, now));
        assert!(auth.is_in(&secret, now + IDLE / 2) && auth.is_in(&secret, now + IDLE));
        assert!(!auth.is_in(&secret, now + 3 * IDLE), "nothing was done for an hour");
        let secret = auth.let_in(now).expect("chance");
        for hour in 0..24 {
            let later = now + Duration::from_secs(1_800 * hour);
            assert_eq!(auth.is_in(&secret, later), later < now + SESSION);
        }
        let first = auth.let_in(now).expect("chance");
        for more in 1..=SESSIONS_MAX as u64 {
            auth.let_in(now + Duration::from_secs(more)).expect("chance");
        }
        assert!(!auth.is_in(&first, now + Duration::from_mins(1)), "there is room for so many");
    }

    #[test]
    fn a_pin_is_kept_as_a_hash_and_wrong_ones_lock_longer_and_longer() {
        let folder = tempfile::tempdir().expect("a folder");
        let (auth, now) = (auth(&folder), Instant::now());
        for weak in ["", "12345", "111111", "123456", "987654", &"1".repeat(65)] {
            assert_eq!(auth.set_pin(weak).expect("no fault"), Err(Denied::WeakPin), "{weak}");
        }
        let secret = auth.let_in(now).expect("chance");
        assert_eq!(auth.set_pin("4170 29").expect("written"), Ok(()));
        assert!(!auth.is_in(&secret, now), "a new PIN puts everybody out");
        let file = std::fs::read_to_string(folder.path().join("console/pin")).expect("kept");
        assert!(file.starts_with("$argon2id$") && !file.contains("4170"), "{file}");
        let again = Auth::open(auth.files.clone(), now).expect("opened");
        assert_eq!(tried(&again, "4170 29", now), Ok(()));
        for _ in 1..WRONG_MAX {
            assert_eq!(tried(&auth, "417030", now), Err(Denied::Wrong));
        }
        assert_eq!(tried(&auth, "417030", now), Err(Denied::Locked(LOCK)));
        assert!(matches!(tried(&auth, "4170 29", now), Err(Denied::Locked(_))), "nor with the right one");
        assert_eq!(tried(&auth, "417030", now + LOCK), Err(Denied::Locked(2 * LOCK)));
        assert_eq!(tried(&auth, "4170 29", now + 3 * LOCK), Ok(()));
        assert_eq!(tried(&auth, "417030", now + 3 * LOCK), Err(Denied::Wrong), "counted anew");
    }

    #[test]
    fn pulling_the_plug_wins_no_further_try_at_the_pin() {
        let folder = tempfile::tempdir().expect("a folder");
        let (first, now) = (auth(&folder), Instant::now());
        assert_eq!(first.set_pin("4170 29").expect("written"), Ok(()));
        for _ in 1..WRONG_MAX {
            // Each from a program that was started anew.
            assert_eq!(tried(&auth(&folder), "417030", now), Err(Denied::Wrong));
        }
        assert_eq!(tried(&auth(&folder), "417030", now), Err(Denied::Locked(LOCK)));
        let again = auth(&folder);
        assert!(matches!(tried(&again, "4170 29", now), Err(Denied::Locked(_))), "the wait begins anew");
        let later = now + 2 * LOCK;
        assert_eq!(tried(&again, "417030", later), Err(Denied::Locked(2 * LOCK)));
        // One that is killed while the PIN is looked at has counted it already.
        std::fs::write(folder.path().join("console/wrong"), "7").expect("written");
        let again = auth(&folder);
        assert!(matches!(tried(&again, "4170 29", Instant::now() + 3 * LOCK), Err(Denied::Locked(_))));
        assert_eq!(tried(&again, "4170 29", Instant::now() + 5 * LOCK), Ok(()));
        assert_eq!(tried(&auth(&folder), "417030", now), Err(Denied::Wrong), "a right one is counted from");
        std::fs::write(folder.path().join("console/wrong"), "nonsense").expect("written");
        assert!(matches!(tried(&auth(&folder), "4170 29", now), Err(Denied::Locked(_))));
    }

    #[test]
    fn paired_browsers_are_known_after_a_restart_and_files_are_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let first = auth(&folder);
        let secret = first.pair().expect("paired");
        assert!(auth(&folder).is_paired(&secret) && !auth(&folder).is_paired("x"));
        for _ in 0..PAIRED_MAX {
            first.pair().expect("paired");
        }
        assert!(!auth(&folder).is_paired(&secret));
        let mode = |name: &str| {
            std::fs::metadata(folder.path().join(name)).expect("there").permissions().mode() & 0o777
        };
        assert_eq!((mode("console"), mode("console/paired")), (0o700, 0o600));
    }
}
