//! The asset of the models that ship, and vectors that stand for recordings.

use super::*;
use crate::journal::Journal;
use petri_core::Emotion;
use petri_models::{Id, Store};

fn base() -> Base {
    let store = Store::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../models"));
    let file = store.asset(Id::SpeechEncoder, "words.safetensors").expect("the asset");
    Base::parse(&file).expect("of the form that is expected")
}

/// A recording of a word of its own, near `seed`'s direction.
fn pattern(seed: usize, take: usize) -> Pattern {
    let noise = |i: usize, salt: usize| {
        let mixed = (i * 7_919 + salt * 104_729 + 1).wrapping_mul(2_654_435_761) % 65_536;
        mixed as f32 / 32_768.0 - 1.0
    };
    unit(std::array::from_fn(|i| noise(i, seed) + 0.4 * noise(i, 1_000 + 17 * seed + take)))
        .expect("a direction")
}

fn takes(seed: usize) -> Vec<Pattern> {
    (0..3).map(|take| pattern(seed, take)).collect()
}

const SAD: Word = Word::Feeling(Emotion::Sad);

#[test]
fn an_enrolled_word_is_known_again_and_others_are_not() {
    let base = base();
    let mut enrolled = Enrolled::default();
    enrolled.add(Word::Yes, takes(1), &base).expect("alike");
    enrolled.add(SAD, takes(2), &base).expect("alike");
    let fits = enrolled.fits(&pattern(2, 9));
    assert!(fits[0].word == SAD && fits[0].logit > 0.0 && fits[1].logit < 0.0, "{fits:?}");
    assert!(enrolled.fits(&pattern(3, 9)).iter().all(|fit| fit.logit < 0.0));
    for other in &base.others {
        assert!(enrolled.fits(other).iter().all(|fit| fit.logit < 0.0));
    }
}

#[test]
fn recordings_that_do_not_go_together_are_refused_and_change_nothing() {
    let base = base();
    let mut enrolled = Enrolled::default();
    enrolled.add(Word::Yes, takes(1), &base).expect("alike");
    let before = enrolled.clone();
    assert_eq!(enrolled.add(SAD, takes(2)[..2].to_vec(), &base), Err(Refused::Count(2)));
    let mixed = vec![pattern(2, 0), pattern(2, 1), pattern(3, 0)];
    assert!(matches!(enrolled.add(SAD, mixed, &base), Err(Refused::Unlike(_))));
    let taken = (3..6).map(|take| pattern(1, take)).collect();
    assert_eq!(enrolled.add(SAD, taken, &base), Err(Refused::Alike(Word::Yes)));
    assert_eq!(enrolled, before);
}

#[test]
fn words_are_kept_whole_or_refused_with_what_to_do() {
    let base = base();
    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = Journal::open(&folder.path().join("journal.db")).expect("a journal");
    let mut enrolled = Enrolled::default();
    enrolled.add(Word::Yes, takes(1), &base).expect("alike");
    enrolled.add(SAD, takes(2), &base).expect("alike");
    for learner in [1, 12] {
        enrolled.write(&mut journal, learner).expect("written");
        assert_eq!(Enrolled::read(&journal, learner, &base).expect("read"), enrolled);
    }
    let whole = journal.words(1).expect("read").expect("bytes");
    for at in [0, 4, 6, 14, whole.len() / 2, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        journal.set_words(1, Some(&bytes)).expect("written");
        let error = Enrolled::read(&journal, 1, &base).expect_err("refused").to_string();
        assert!(error.contains("petri words forget --all") && error.lines().count() == 1, "{error}");
        journal.set_words(1, Some(&whole[..at])).expect("written");
        assert!(Enrolled::read(&journal, 1, &base).is_err());
    }
    journal.erase(Some(1)).expect("erased");
    assert!(Enrolled::read(&journal, 1, &base).expect("none").is_empty());
    assert_eq!(Enrolled::read(&journal, 12, &base).expect("read"), enrolled);
    assert!(enrolled.forget(SAD) && !enrolled.forget(SAD) && enrolled.forget(Word::Yes));
    enrolled.write(&mut journal, 12).expect("forgotten");
    assert_eq!(journal.words(12).expect("read"), None);
}

#[test]
fn a_slot_has_an_english_and_a_chinese_name() {
    for (word, zh) in Word::ALL.into_iter().zip(NAMES_ZH) {
        assert_eq!((slot(word.text()), slot(zh)), (Some(word), Some(word)));
    }
    assert_eq!((slot(" Yes "), slot("maybe"), slot("")), (Some(Word::Yes), None, None));
    assert_eq!((slot("下一个"), slot("停")), (Some(Word::Next), Some(Word::Stop)));
}
