//! Perception of real input: the bundled photograph and the bundled human speech.
#![cfg(feature = "therapy")]

use petri_core::{Emotion, Word};
use petri_models::Store;
use petri_runtime::perception::listener::{Listener, Said};
use petri_runtime::perception::text::{Sentiment, Text};
use petri_runtime::perception::voice::{FRAME_SAMPLES, VoiceActivity};
use petri_runtime::perception::{Sight, speech::Speech};
use petri_runtime::{Clip, Frame, Perception, intake};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

fn store() -> Store {
    Store::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../models"))
}

fn demo(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../board/demo").join(file)
}

fn text() -> &'static Text {
    static TEXT: OnceLock<Text> = OnceLock::new();
    TEXT.get_or_init(|| Text::load(&store()).expect("the text model"))
}

/// The portrait, changed pixel by pixel.
fn portrait(change: impl Fn(u32, u32, &dyn Fn(u32, u32) -> [u8; 3]) -> [u8; 3]) -> Frame {
    let picture = image_bytes(&demo("astronaut.png"));
    let at = |x: u32, y: u32| {
        let i = 3 * (y * 512 + x) as usize;
        [picture[i], picture[i + 1], picture[i + 2]]
    };
    let bytes = (0..512 * 512u32).flat_map(|i| change(i % 512, i / 512, &at)).collect();
    Frame::new(512, 512, bytes).expect("a frame")
}

fn image_bytes(path: &Path) -> Vec<u8> {
    let frame = intake::frame(path).expect("the portrait");
    assert_eq!((frame.width(), frame.height()), (512, 512));
    frame.rgb().to_vec()
}

#[test]
fn the_portrait_holds_one_smiling_face() {
    let sight = Sight::load(&store()).expect("the models");
    let seen = sight.look(&portrait(|x, y, at| at(x, y))).expect("a look");
    assert_eq!(seen.faces.len(), 1);
    let face = seen.faces[0];
    let [right_eye, left_eye, nose, mouth, ..] = face.points;
    assert!(
        face.score > 0.8 && right_eye[0] < nose[0] && nose[0] < left_eye[0] && nose[1] < mouth[1],
        "{face:?}"
    );
    // Pupils as read off the enlarged picture by eye.
    for (found, real) in [(right_eye, [204.0f32, 101.0f32]), (left_eye, [247.0, 103.0])] {
        assert!((found[0] - real[0]).hypot(found[1] - real[1]) < 8.0, "{found:?} is far from {real:?}");
    }
    let reading = seen.expression.expect("an expression");
    assert_eq!(reading.emotion, Some(Emotion::Happy));
    assert!((reading.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-3);

    let mirrored = sight.look(&portrait(|x, y, at| at(511 - x, y))).expect("a look");
    assert_eq!(mirrored.expression.expect("an expression").emotion, Some(Emotion::Happy));
    let dim = sight.look(&portrait(|x, y, at| at(x, y).map(|v| v / 2))).expect("a look");
    assert_eq!(dim.expression.expect("an expression").emotion, Some(Emotion::Happy));
}

#[test]
fn no_face_is_a_result() {
    let sight = Sight::load(&store()).expect("the models");
    let gone = portrait(|x, y, at| if y < 260 { [90, 110, 130] } else { at(x, y) });
    for frame in [
        gone,
        Frame::new(1, 1, vec![7; 3]).expect("a dot"),
        Frame::new(2000, 3, vec![99; 18_000]).expect("a line"),
    ] {
        let seen = sight.look_closely(&frame).expect("a look");
        assert!(seen.faces.is_empty() && seen.expression.is_none(), "{seen:?}");
    }
}

#[test]
fn spoken_words_are_recognized_and_sentences_written_down() {
    let mut perception = Perception::load(&store()).expect("the models");
    let words = perception.speech.words(&Word::ALL.map(Word::text)).expect("the list");
    for word in ["no", "again", "help", "next"] {
        let clip = intake::clip(&demo(&format!("{word}.wav"))).expect("a recording");
        let sound = perception.listen(&clip, &words).expect("heard");
        assert_eq!(sound.heard.word.as_deref(), Some(word), "{sound:?}");
        assert!(sound.speech && sound.heard.confidence >= 0.5);
        // The same recording at a twentieth of its level.
        let soft = Clip::new(clip.samples().iter().map(|sample| sample / 20.0).collect());
        let heard = perception.speech.word(&soft, &words).expect("heard");
        assert_eq!(heard.word.as_deref(), Some(word), "soft: {heard:?}");
        // A list without the word: something else, or rather nothing, but never that word.
        let others: Vec<&str> =
            Word::ALL.map(Word::text).into_iter().filter(|other| *other != word).collect();
        let others = perception.speech.words(&others).expect("the list");
        assert_eq!(
            perception.speech.word(&clip, &others).expect("heard").word,
            None,
            "{word} taken for another"
        );
    }
    for (file, said) in [
        ("sentence-sorry.wav", "I'm sorry I did not understand your response."),
        ("sentence-wrong.wav", "Something is terribly wrong."),
    ] {
        let sound =
            perception.listen(&intake::clip(&demo(file)).expect("a recording"), &words).expect("heard");
        assert_eq!((sound.heard.word, sound.transcript.as_str()), (None, said));
    }
}

#[test]
fn silence_noise_and_tones_say_nothing() {
    let mut perception = Perception::load(&store()).expect("the models");
    let words = perception.speech.words(&Word::ALL.map(Word::text)).expect("the list");
    let mut state = 1u32;
    let mut noise = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    let tone = |i: usize| (i as f32 * 440.0 * std::f32::consts::TAU / 16_000.0).sin() * 0.5;
    let clips = [
        Clip::new(vec![0.0; 32_000]),
        Clip::new((0..32_000).map(|_| noise() * 0.2).collect()),
        Clip::new((0..32_000).map(tone).collect()),
        Clip::new(vec![f32::NAN; 16_000]),
        Clip::new(Vec::new()),
        Clip::new(vec![0.3; 10]),
    ];
    for clip in clips {
        let sound = perception.listen(&clip, &words).expect("heard");
        assert!(
            !sound.speech && sound.heard.word.is_none() && sound.transcript.is_empty(),
            "{clip:?}: {sound:?}"
        );
    }
}

#[test]
fn speech_in_a_stream_is_cut_out_where_it_is() {
    let mut voice = VoiceActivity::load(&store()).expect("the model");
    let speech = Speech::load(&store()).expect("the models");
    let words = speech.words(&Word::ALL.map(Word::text)).expect("the list");
    let pause = vec![0.0f32; 16_000];
    let mut stream = pause.clone();
    for word in ["next", "no"] {
        stream.extend(intake::clip(&demo(&format!("{word}.wav"))).expect("a recording").samples());
        stream.extend(&pause);
    }
    let found = voice.utterances(&Clip::new(stream)).expect("heard");
    let said: Vec<_> = found.iter().map(|clip| speech.word(clip, &words).expect("heard").word).collect();
    assert_eq!(said, [Some("next".to_owned()), Some("no".to_owned())]);
    assert!(found.iter().all(|clip| clip.length_ms() < 1_600), "{found:?}");
}

/// What is told of a stream, and with which frame.
fn told(stream: &[f32]) -> Vec<(usize, Said)> {
    let speech = Speech::load(&store()).expect("the models");
    let words = speech.words(&Word::ALL.map(Word::text)).expect("the list");
    let voice = VoiceActivity::load(&store()).expect("the model");
    let mut listener = Listener::new(voice, speech, words);
    let frames = stream.as_chunks::<FRAME_SAMPLES>().0;
    let told = frames.iter().enumerate().map(|(at, frame)| (at, listener.push(frame).expect("heard")));
    told.filter_map(|(at, said)| said.map(|said| (at, said))).collect()
}

#[test]
fn a_word_is_told_long_before_an_utterance_is_certainly_over() {
    let clip = intake::clip(&demo("next.wav")).expect("a recording");
    let (before, after) = (vec![0.0; 16_000], vec![0.0; 32_000]);
    let stream = [&before, clip.samples(), &after].concat();
    let found = told(&stream);
    let [(at, said)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(said.heard.word.as_deref(), Some("next"));
    let mut voice = VoiceActivity::load(&store()).expect("the model");
    let mut frames = stream.as_chunks::<FRAME_SAMPLES>().0.iter();
    let over = frames.position(|frame| voice.push(frame).expect("heard").is_some()).expect("an utterance");
    assert!(at + 5 < over, "told with frame {at}, over with frame {over}");
}

#[test]
fn a_word_that_goes_on_into_a_sentence_is_not_told() {
    let clip = |name: &str| intake::clip(&demo(name)).expect("a recording");
    let (word, sentence) = (clip("no.wav"), clip("sentence-sorry.wav"));
    let quiet = vec![0.0; 16_000];
    let spoken = |clip: &Clip| {
        let loud = |sample: &f32| sample.abs() > 0.05;
        let samples = clip.samples();
        let (first, last) = (samples.iter().position(loud), samples.iter().rposition(loud));
        samples[first.expect("speech")..last.expect("speech")].to_vec()
    };
    // A breath of a tenth of a second between them.
    let stream = [&quiet, &spoken(&word)[..], &quiet[..1_600], &spoken(&sentence), &quiet, &quiet].concat();
    let found = told(&stream);
    assert!(!found.is_empty() && found.iter().all(|(_, said)| said.heard.word.is_none()), "{found:?}");
}

#[test]
fn a_list_of_other_words_serves_as_well() {
    let speech = Speech::load(&store()).expect("the models");
    let clip = intake::clip(&demo("help.wav")).expect("a recording");
    let words = speech.words(&["banana", "HELP", "water", ""]).expect("the list");
    assert_eq!(speech.word(&clip, &words).expect("heard").word.as_deref(), Some("HELP"));
    let none = speech.words(&[]).expect("an empty list");
    assert_eq!(speech.word(&clip, &none).expect("heard").word, None);
}

/// The recording, `percent` longer, softer and in a little noise.
fn said_again(clip: &Clip, percent: usize, seed: u32) -> Clip {
    let mut state = seed;
    let samples = clip.samples();
    let again = (0..samples.len() * (100 + percent) / 100).map(|i| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (state >> 8) as f32 / 8_388_608.0 - 1.0;
        let at = samples.get(i * 100 / (100 + percent)).copied().unwrap_or_default();
        at * 0.5 + noise * 0.001
    });
    Clip::new(again.collect())
}

#[test]
fn a_word_that_was_enrolled_is_heard_and_other_words_are_not_taken_for_it() {
    let mut speech = Speech::load(&store()).expect("the models");
    let clip = |word: &str| intake::clip(&demo(&format!("{word}.wav"))).expect("a recording");
    let nothing = speech.words(&[]).expect("an empty list");
    let mut enrolled = speech.enrolled().clone();
    let takes = [0, 4, 8].map(|percent| said_again(&clip("help"), percent, 1));
    let calm = Word::Feeling(Emotion::Calm);
    speech.enrol(&mut enrolled, calm, &takes).expect("the engine").expect("alike");
    let mixed = [clip("help"), clip("next"), clip("again")];
    let before = enrolled.clone();
    speech.enrol(&mut enrolled, Word::Yes, &mixed).expect("the engine").expect_err("three words");
    let silence = [0, 1, 2].map(|_| Clip::new(vec![0.0; 16_000]));
    speech.enrol(&mut enrolled, Word::Yes, &silence).expect("the engine").expect_err("no word");
    assert_eq!(enrolled, before);
    speech.listen_for(enrolled);
    let heard = speech.word(&said_again(&clip("help"), 6, 7), &nothing).expect("heard");
    assert_eq!(heard.word.as_deref(), Some("calm"), "{heard:?}");
    assert!(heard.confidence >= 0.5 && heard.best[0].0 == "calm", "{heard:?}");
    for word in ["no", "again", "next"] {
        let heard = speech.word(&clip(word), &nothing).expect("heard");
        assert!(heard.word.is_none() && heard.confidence < 0.5, "{word}: {heard:?}");
    }
    // Beside a list, the list's own words are heard as before, and what was enrolled is the runner-up at most.
    let list = speech.words(&Word::ALL.map(Word::text)).expect("the list");
    for word in ["no", "again", "next"] {
        assert_eq!(speech.word(&clip(word), &list).expect("heard").word.as_deref(), Some(word));
    }
}

#[test]
fn sentences_are_read() {
    use Sentiment::{Negative, Neutral, Positive};
    for (sentence, sentiment, feeling) in [
        ("I am so happy for you, this is wonderful!", Positive, Some(Emotion::Happy)),
        ("Thank you so much, I love it.", Positive, Some(Emotion::Happy)),
        ("This is the worst day ever, I hate it.", Negative, Some(Emotion::Angry)),
        ("I miss her so much, I cried all night.", Negative, Some(Emotion::Sad)),
        ("I am terrified of the dark.", Negative, Some(Emotion::Scared)),
        ("I put the keys on the table.", Neutral, Some(Emotion::Calm)),
    ] {
        let read = text().read(sentence).expect("read");
        assert_eq!(read.sentiment, sentiment, "{sentence}: {read:?}");
        assert_eq!(read.feeling, feeling, "{sentence}: {read:?}");
    }
}

#[test]
fn odd_texts_are_read_or_refused_but_break_nothing() {
    assert!(text().read("   ").is_err());
    assert!(text().read(&"word ".repeat(2_000)).is_err());
    for sentence in
        ["?", "\u{1F600}\u{1F600}", "\u{5F00}\u{5FC3}", &"so ".repeat(1_300), "\0\u{FEFF}a\u{301}"]
    {
        let read = text().read(sentence).expect("read");
        assert!(read.confidence.is_finite() && read.groups.iter().all(|(_, p)| (0.0..=1.0).contains(p)));
    }
}

#[test]
fn a_word_that_is_not_quite_sure_is_believed_alone_and_not_amid_talk() {
    let clip = |name: &str| intake::clip(&demo(name)).expect("a recording").samples().to_vec();
    let (word, sentence, quiet) = (clip("next.wav"), clip("sentence-sorry.wav"), vec![0.0; 16_000]);
    let words_of = |stream: &[f32]| {
        told(stream).into_iter().find_map(|(_, said)| Some((said.heard.word?, said.heard.confidence)))
    };
    let pause = |pause: &[f32], word: &[f32]| [&quiet[..], &sentence, pause, word, &quiet, &quiet].concat();
    let (amid, alone) = (&quiet[..1_600], &[&quiet[..], &quiet].concat()[..]);
    assert_eq!(words_of(&pause(amid, &word)).expect("surely heard").0, "next");
    let noisy = |level: f32| -> Vec<f32> {
        let mut state = 7u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as f32 / 32_768.0 - 1.0
        };
        word.iter().map(|sample| sample + level * noise()).collect()
    };
    let doubtful = (1..40).map(|step| noisy(0.005 * step as f32)).find(|word| {
        let heard = words_of(&pause(alone, word));
        heard.is_some_and(|(word, confidence)| word == "next" && confidence < 0.85)
    });
    assert_eq!(words_of(&pause(amid, &doubtful.expect("a doubtful one"))), None);
}
