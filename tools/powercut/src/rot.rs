//! Damages a journal that nobody is using, and looks whether anything wrong is told.

use crate::disk::Image;
use crate::scenario::{FILE, open, play};
use crate::state::{LEARNERS, Told};
use crate::storage::Storage;
use anyhow::{Context, bail};
use petri_core::random::Random;
use petri_runtime::Error;
use petri_runtime::journal::Journal;
use std::collections::BTreeMap;
use std::fmt::Debug;

/// Bytes of the head of a database, of a log and of a page in the log, and of a page.
const HEAD_BYTES: usize = 100;
const LOG_HEAD_BYTES: usize = 32;
const FRAME_HEAD_BYTES: usize = 24;
const PAGE_BYTES: usize = 4_096;
/// Damages to one journal.
const DAMAGES: u32 = 40;

/// Where the damage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The head of the database.
    Head,
    /// A page of the database.
    Page,
    /// The head of the log of writes.
    LogHead,
    /// The head of a page in the log.
    FrameHead,
    /// A page in the log.
    Frame,
}

impl Place {
    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Place::Head => "head of the file",
            Place::Page => "pages of the file",
            Place::LogHead => "head of the log",
            Place::FrameHead => "heads of pages in the log",
            Place::Frame => "pages in the log",
        }
    }
}

/// What came of damages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Damages.
    pub damages: u64,
    /// The journal was refused, or an answer was.
    pub said: u64,
    /// All answers were right.
    pub unharmed: u64,
    /// An answer was wrong.
    pub wrong: u64,
}

/// Damages journals from `seed` on until so many damages were done.
///
/// # Errors
/// When a journal that is whole cannot be made. Wrong answers are counted, and described in the second result.
pub fn damage(seed: u64, damages: u64) -> anyhow::Result<(BTreeMap<Place, Outcome>, Vec<String>)> {
    let storage = Storage::register(&format!("rot-{seed}"))?;
    let (mut outcomes, mut wrong) = (BTreeMap::<Place, Outcome>::new(), Vec::new());
    let (mut done, mut seed) = (0, seed);
    while done < damages {
        let scenario = play(&storage, seed)?;
        let told = scenario.states.last().context("a life has a state")?.told();
        let image = scenario.end;
        let mut chance = Random::new(seed ^ 0xDA);
        for _ in 0..DAMAGES {
            let (place, what, damaged) = spoil(&image, &mut chance);
            let outcome = outcomes.entry(place).or_default();
            outcome.damages += 1;
            storage.insert(&damaged);
            match look(&storage, &told) {
                Look::Said => outcome.said += 1,
                Look::Unharmed => outcome.unharmed += 1,
                Look::Wrong(how) => {
                    outcome.wrong += 1;
                    wrong.push(format!("seed {seed}, {}, {what}: {how}", place.name()));
                }
                Look::Mute(message) => {
                    bail!("seed {seed}, {what}: `{message}` does not say what to do");
                }
            }
            done += 1;
        }
        seed += 1;
    }
    Ok((outcomes, wrong))
}

enum Look {
    Said,
    Unharmed,
    Wrong(String),
    Mute(String),
}

fn look(storage: &Storage, right: &Told) -> Look {
    let mut said = Vec::new();
    let wrong = match open(storage) {
        Ok(journal) => ask(&journal, right, &mut said),
        Err(error) => {
            said.push(error);
            None
        }
    };
    let says = |error: &Error| {
        let line = error.to_string();
        (line.contains(';') && line.lines().count() == 1).then_some(()).ok_or(line)
    };
    match (wrong, said.iter().map(says).find_map(Result::err)) {
        (Some(how), _) => Look::Wrong(how),
        (None, Some(mute)) => Look::Mute(mute),
        (None, None) if said.is_empty() => Look::Unharmed,
        (None, None) => Look::Said,
    }
}

/// Asks for each thing by itself, and compares every answer that is not refused.
fn ask(journal: &Journal, right: &Told, said: &mut Vec<Error>) -> Option<String> {
    fn check<T: PartialEq + Debug>(
        answer: Result<T, Error>,
        right: &T,
        said: &mut Vec<Error>,
    ) -> Option<String> {
        match answer {
            Ok(answer) if answer == *right => None,
            Ok(answer) => Some(format!("{answer:?} instead of {right:?}")),
            Err(error) => {
                said.push(error);
                None
            }
        }
    }
    for learner in 1..=LEARNERS {
        let entries = right.entries.get(&learner).cloned().unwrap_or_default();
        let profile = right.profiles.get(&learner).copied();
        let wrong = check(journal.entries(learner), &entries, said)
            .or_else(|| check(journal.profile(learner), &profile, said));
        if wrong.is_some() {
            return wrong;
        }
    }
    let learners: Vec<u32> = right.entries.keys().copied().collect();
    check(journal.learners(), &learners, said)
        .or_else(|| check(journal.keeping(), &right.keeping, said))
        .or_else(|| check(journal.sharing(), &right.sharing, said))
        .or_else(|| check(journal.sync_refusals(), &right.refusals, said))
        .or_else(|| check(journal.sync_budget(), &right.budget, said))
        .or_else(|| check(journal.outbox(), &right.outbox, said))
}

/// Damages one place of one file: a bit, a byte, a sector, or a page.
fn spoil(image: &Image, chance: &mut Random) -> (Place, String, Image) {
    let mut image = image.clone();
    let log = format!("{FILE}-wal");
    let in_log = image.get(&log).is_some_and(|bytes| !bytes.is_empty()) && chance.below(2) == 0;
    let name = if in_log { log.as_str() } else { FILE };
    let Some(file) = image.get_mut(name) else { return (Place::Head, "no file".to_owned(), image) };
    let heads = if in_log { LOG_HEAD_BYTES } else { HEAD_BYTES };
    let at = match chance.below(8) {
        0 => chance.below(heads.min(file.len()) as u32) as usize,
        _ => chance.below(file.len() as u32) as usize,
    };
    let (what, range) = match chance.below(10) {
        0..6 => ("a bit", at..at + 1),
        6 | 7 => ("a byte", at..at + 1),
        8 => ("a sector", at / 512 * 512..(at / 512 * 512 + 512).min(file.len())),
        _ => (
            "a page",
            at / PAGE_BYTES * PAGE_BYTES..(at / PAGE_BYTES * PAGE_BYTES + PAGE_BYTES).min(file.len()),
        ),
    };
    let place = match (in_log, range.start) {
        (false, start) if start < HEAD_BYTES => Place::Head,
        (false, _) => Place::Page,
        (true, start) if start < LOG_HEAD_BYTES => Place::LogHead,
        (true, start) => {
            let frame = (start - LOG_HEAD_BYTES) % (FRAME_HEAD_BYTES + PAGE_BYTES);
            if frame < FRAME_HEAD_BYTES { Place::FrameHead } else { Place::Frame }
        }
    };
    let start = range.start;
    let piece = &mut file[range];
    match what {
        "a bit" => piece[0] ^= 1 << chance.below(8),
        "a byte" => piece[0] ^= 1 + chance.below(255) as u8,
        _ if chance.below(2) == 0 => piece.fill(0),
        _ => piece.fill_with(|| chance.below(256) as u8),
    }
    (place, format!("{what} at {start} of {name}"), image)
}
