//! What a site fits on top of the shipped models, on the real models: taken where it helps, refused where it does not,
//! undone without a trace.

use petri_core::Emotion;
use petri_models::{Id, Store};
use petri_runtime::engine::{Accelerator, Choice, Engine};
use petri_runtime::perception::adapt::text::{Label, fit_text};
use petri_runtime::perception::adapt::{FILE_BYTES_MAX, path, remove, store as keep};
use petri_runtime::perception::text::Text;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

/// How young people of one town speak; `held` lines are never fitted on.
const SITE: &str = include_str!("../data/site.tsv");
/// The project's Chinese lines.
const CHINESE: &str = include_str!("../../tools/train/text/chinese.tsv");

fn store() -> Store {
    Store::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../models"))
}

fn shipped() -> &'static Text {
    static TEXT: OnceLock<Text> = OnceLock::new();
    TEXT.get_or_init(|| Text::load(&store()).expect("the text models"))
}

/// The models with what lies in `folder`, and what was told meanwhile.
fn with(folder: &Path) -> (Text, Vec<String>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&lines);
    let report = move |line: &str| told.lock().expect("lines").push(line.to_owned());
    let choice: Choice = "cpu".parse().expect("a choice");
    let accelerator = Accelerator::start(&choice, None, report);
    let store = store();
    let text = Text::load(Engine::new(&store, &accelerator).adapted(Some(folder))).expect("the text models");
    let lines = lines.lock().expect("lines").clone();
    (text, lines)
}

fn lines(list: &str) -> Vec<(Label, String)> {
    let fields = SITE.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    let of_list = fields.filter(|fields| fields[0] == list);
    of_list.map(|fields| (Label::from_word(fields[1]).expect("a label"), fields[2].to_owned())).collect()
}

fn right(text: &Text, lines: &[(Label, String)]) -> usize {
    let says = |(label, sentence): &&(Label, String)| {
        let feeling = text.read(sentence).expect("a reading").feeling;
        feeling.map(Label::Feeling) == Some(*label)
    };
    lines.iter().filter(says).count()
}

#[test]
fn a_site_with_words_of_its_own_is_read_better_and_a_reset_leaves_no_trace() {
    let folder = tempfile::tempdir().expect("a folder");
    let outcomes = fit_text(shipped(), &lines("fit")).expect("a fit");
    let [(Id::TextEmotion, outcome)] = outcomes.as_slice() else { panic!("one language: {outcomes:?}") };
    let adapter = outcome.adapter.as_ref().expect("a gain");
    keep(folder.path(), Id::TextEmotion, adapter).expect("kept");
    let (text, told) = with(folder.path());
    assert!(told.is_empty(), "{told:?}");
    let held = lines("held");
    let (before, after) = (right(shipped(), &held), right(&text, &held));
    assert!(after >= before + 3, "{after} after {before} of {} never fitted on", held.len());

    // The file has the weights and nothing of the answers.
    let bytes = std::fs::read(path(folder.path(), Id::TextEmotion)).expect("the file");
    assert!(bytes.len() <= FILE_BYTES_MAX);
    let has = |word: &str| bytes.windows(word.len()).any(|part| part == word.as_bytes());
    assert!(!["gutted", "bricking", "vexed", "sick", "happy", "scared"].iter().any(|word| has(word)));

    assert!(remove(folder.path(), Id::TextEmotion).expect("removed"));
    let (again, told) = with(folder.path());
    assert!(told.is_empty() && std::fs::read_dir(folder.path()).expect("a folder").next().is_none());
    for (_, sentence) in held.iter().chain(&lines("fit")) {
        let bits = |text: &Text| {
            let found = text.probabilities(sentence).expect("a reading");
            let all = found.emotions.into_iter().chain(found.ekman).chain(found.groups);
            all.map(f32::to_bits).collect::<Vec<_>>()
        };
        assert_eq!(bits(&again), bits(shipped()), "{sentence}");
    }
}

#[test]
fn labels_without_sense_are_refused() {
    let mut answers = lines("fit");
    for (i, (label, _)) in answers.iter_mut().enumerate() {
        *label = Label::Feeling(Emotion::ALL[(i * i + 3 * i) % 5]);
    }
    let outcomes = fit_text(shipped(), &answers).expect("a fit");
    assert!(outcomes.iter().all(|(_, outcome)| outcome.adapter.is_none()), "{outcomes:?}");
}

#[test]
fn answers_that_are_read_well_already_are_left_to_the_shipped_model() {
    let answers: Vec<(Label, String)> = CHINESE
        .lines()
        .skip(1)
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(|fields| fields[0] == "train" && (fields[2] == "positive" || fields[2] == "negative"))
        .step_by(4)
        .map(|fields| (Label::from_word(fields[2]).expect("a label"), fields[3].to_owned()))
        .collect();
    assert!(answers.len() >= 40);
    let outcomes = fit_text(shipped(), &answers).expect("a fit");
    let [(Id::TextEmotionZh, outcome)] = outcomes.as_slice() else { panic!("Chinese alone: {outcomes:?}") };
    assert_eq!(outcome.examples, answers.len());
    assert!(outcome.before * 10 >= 8 * outcome.examples, "{outcome:?}");
}

#[test]
fn a_damaged_file_is_told_and_the_shipped_model_reads() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = path(folder.path(), Id::TextEmotion);
    std::fs::write(&file, b"these are no weights").expect("written");
    let (text, told) = with(folder.path());
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("is not used: it is damaged") && !told[0].contains('\n'), "{told:?}");
    let sentence = "I am so happy that you are here";
    assert_eq!(text.read(sentence).expect("a reading"), shipped().read(sentence).expect("a reading"));
    assert!(file.exists(), "a person decides what becomes of it");
}

#[test]
fn the_words_that_weighed_most_are_those_that_a_person_would_name() {
    for (sentence, word) in [
        ("I am so happy that grandma came to see us", "happy"),
        ("The bus was late and I am terrified of the dark", "terrified"),
        ("今天放学以后奶奶来了，我太开心了", "开心"),
        ("一个人走夜路，我很害怕", "害怕"),
    ] {
        let why = shipped().why(sentence).expect("reasons");
        let best = why.first().expect("a reason");
        assert!(best.word.contains(word) || word.contains(&best.word), "{sentence}: {why:?}");
        assert!(why.iter().all(|weight| weight.share > 0.0 && weight.share <= 1.0));
    }
}
