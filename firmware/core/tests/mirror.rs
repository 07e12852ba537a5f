//! The mirror: what muscles do, and what is never concluded from them.

mod play;

use petri_core::input::Sensors;
use petri_core::random::Random;
use petri_core::session::ONSET_MS;
use petri_core::{
    Action, Actions, Comfort, Exercise, FaceReading, Input, Language, Outcome, Permille, Reply, Setup,
};
use play::{Play, any_input, drawn, pack};

fn shows(actions: Actions) -> Input {
    Input::Face(FaceReading::Actions(actions))
}

/// To a mirror question whose drawn face does something.
fn asked(seed: u64, comfort: Comfort) -> (Play, Actions) {
    let mut play = Play::of(Setup { sensors: Sensors::ALL, comfort, ..Setup::new(seed, pack()) });
    play.reach_menu();
    play.start(Exercise::Mirror.name(comfort.language));
    let face = drawn(&play.wait(ONSET_MS + 50));
    (play, face)
}

fn any_actions(random: &mut Random) -> Actions {
    Action::ALL
        .into_iter()
        .fold(Actions::REST, |face, action| face.with(action, Permille::new(random.below(1_001) as u16)))
}

fn hold(play: &mut Play, input: Input) -> Reply {
    (0..200).map(|_| play.step(input)).find(|reply| reply.entry.is_some()).expect("held")
}

#[test]
fn doubt_is_said() {
    let (mut play, _) = asked(11, Comfort::default());
    for (reading, said) in
        [(FaceReading::NoFace, "no face"), (FaceReading::NotYet, "at rest"), (FaceReading::Unsure, "unsure")]
    {
        let reply = play.step(Input::Face(reading));
        assert!(reply.screen.body.contains(said), "{}", reply.screen.body);
        assert_eq!((reply.entry, reply.screen.meter), (None, None));
    }
}

#[test]
fn what_is_done_and_what_is_missing_is_named_while_looking() {
    for seed in 0..40 {
        let (mut play, target) = asked(seed, Comfort::default());
        let wanted = target.strongest(Permille::new(300));
        let seen: Vec<Action> = wanted.iter().copied().filter(|action| action.is_seen_by_camera()).collect();
        let [first, second, _, _] = seen[..] else { continue };
        let reply = play.step(shows(Actions::REST.with(first, target.get(first))));
        let (done, rest) = reply.screen.body.split_once('.').expect("two sentences");
        assert_eq!(done, format!("Yes: {}", first.name(Language::English)));
        assert!(rest.contains("Try: ") && rest.contains(second.name(Language::English)), "{rest}");
        assert_eq!(reply.entry, None);
        return;
    }
    panic!("no face of four actions was asked for");
}

/// The flow of information: outside the mirror, muscles reach neither screen, light, cue nor journal.
#[test]
fn outside_the_mirror_muscles_change_nothing() {
    for seed in 0..40 {
        let setup = || Setup {
            sensors: Sensors::ALL,
            face_answers: true,
            trials_per_round: 3,
            ..Setup::new(seed, pack())
        };
        let (mut seen, mut unseen) = (Play::of(setup()), Play::of(setup()));
        let mut random = Random::new(seed);
        let mut faces = 0;
        for _ in 0..1_500 {
            let mut input = any_input(&mut random);
            if matches!(input, Input::Face(_)) || random.below(3) == 0 {
                input = shows(any_actions(&mut random));
            }
            let mirrors = seen.last.as_ref().is_some_and(|reply| {
                ["Make this face", "做出这个表情"].contains(&reply.screen.title.as_str())
            });
            let muscles = matches!(input, Input::Face(_)) && !mirrors;
            faces += usize::from(muscles);
            let reply = seen.step(input);
            assert_eq!(reply, unseen.step(if muscles { Input::Tick } else { input }), "{input:?}");
        }
        assert!(faces > 100, "{faces} looks");
    }
}

#[cfg(feature = "therapy")]
mod therapy {
    use super::*;
    use petri_core::Emotion;

    fn emotion_of(face: Actions) -> Emotion {
        Emotion::ALL.into_iter().find(|e| Actions::of(*e, Permille::FULL) == face).expect("one")
    }

    #[test]
    fn a_sure_expression_decides_and_muscles_give_the_reason() {
        let (mut play, target) = asked(11, Comfort::default());
        let wanted = emotion_of(target);
        let emotion = Emotion::ALL.into_iter().find(|e| *e != wanted).expect("another");
        let other =
            FaceReading::Expression { emotion, confidence: Permille::new(900), actions: Some(target) };
        for _ in 0..60 {
            let reply = play.step(Input::Face(other));
            assert_eq!(reply.entry, None);
            let start = format!("To me it looks more like {}. ", emotion.word());
            assert!(reply.screen.body.starts_with(&start), "{}", reply.screen.body);
        }
        let sure = FaceReading::Expression { emotion: wanted, confidence: Permille::new(900), actions: None };
        // Muscles alone do not decide here.
        for _ in 0..60 {
            let reply = play.step(shows(target));
            assert_eq!(reply.entry, None);
            assert!(reply.screen.body.ends_with("unsure of the whole."), "{}", reply.screen.body);
        }
        let entry = hold(&mut play, Input::Face(sure)).entry.expect("a trial");
        assert_eq!((entry.answer, entry.outcome), (Some(wanted), Outcome::Same));
    }
}

/// In school a reply depends on answers and named muscle actions only: there is no other input about a face, and
/// nothing that is said in the mirror names a feeling.
#[cfg(not(feature = "therapy"))]
mod school {
    use super::*;
    use petri_core::session::HOLD_MS;
    use petri_core::{Channel, Emotion, Scene};

    #[test]
    fn muscles_mirror_a_face_once_held() {
        let (mut play, target) = asked(11, Comfort::default());
        let begin = play.now;
        let reply = hold(&mut play, shows(target));
        assert!(play.now - begin >= HOLD_MS);
        let entry = reply.entry.expect("a trial");
        assert_eq!(
            (entry.outcome, entry.channel, entry.exercise),
            (Outcome::Same, Channel::Face, Exercise::Mirror)
        );
        // No feeling was answered: muscles were compared.
        assert_eq!(entry.answer, None);
    }

    #[test]
    fn a_break_starts_the_hold_anew() {
        let (mut play, target) = asked(11, Comfort::default());
        for _ in 0..3 {
            for _ in 0..20 {
                assert_eq!(play.step(shows(target)).entry, None);
            }
            assert_eq!(play.step(Input::Face(FaceReading::Unsure)).entry, None);
        }
        assert!(hold(&mut play, shows(target)).entry.is_some());
    }

    #[test]
    fn the_mirror_speaks_of_muscles_and_of_no_feeling() {
        for language in Language::ALL {
            let comfort = Comfort { language, ..Comfort::default() };
            for seed in 0..30 {
                let mut random = Random::new(seed);
                let (mut play, target) = asked(seed, comfort);
                let mut texts = Vec::new();
                for _ in 0..40 {
                    let reading = match random.below(5) {
                        0 => FaceReading::NoFace,
                        1 => FaceReading::NotYet,
                        2 => FaceReading::Unsure,
                        _ => FaceReading::Actions(any_actions(&mut random)),
                    };
                    // Exhaustive on purpose: a further kind of reading must be looked at here.
                    let (FaceReading::NoFace
                    | FaceReading::Unsure
                    | FaceReading::NotYet
                    | FaceReading::Actions(_)) = reading;
                    let reply = play.step(Input::Face(reading));
                    texts.extend([reply.screen.title.to_string(), reply.screen.body.to_string()]);
                }
                let scene = play.last.as_ref().map(|reply| reply.screen.scene);
                if scene == Some(Scene::Listen) {
                    let reply = hold(&mut play, shows(target));
                    assert_eq!(reply.screen.scene, Scene::Explain);
                    let tip = ["One muscle at a time", "一次只练一块肌肉"];
                    assert!(!tip.iter().any(|tip| reply.screen.body.contains(tip)), "{}", reply.screen.body);
                    texts.extend([reply.screen.title.to_string(), reply.screen.body.to_string()]);
                    let entry = reply.entry.expect("a trial");
                    assert_eq!((entry.answer, entry.outcome), (None, Outcome::Same));
                    let bye = play.press(petri_core::Button::Stop);
                    texts.extend([bye.screen.title.to_string(), bye.screen.body.to_string()]);
                }
                for (text, emotion) in texts.iter().flat_map(|t| Emotion::ALL.map(|e| (t, e))) {
                    let named = [emotion.word(), emotion.name(language)];
                    assert!(named.iter().all(|name| !text.contains(name)), "{text}");
                }
            }
        }
    }
}
