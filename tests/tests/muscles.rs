//! The mesh and muscle actions on real pictures: the bundled portrait, and the same face with single muscles moved
//! (`tools/train/face/move_muscles.py`).

use petri_core::{Action, Actions, FaceReading, Millis, Permille};
use petri_models::Store;
use petri_runtime::perception::actions::{Measures, YAW_DEGREES_MAX, actions};
use petri_runtime::perception::mesh::{Mesh, Track};
use petri_runtime::perception::rest::{FORGET_AFTER_MS, Follower, Muscles};
use petri_runtime::perception::{Seen, Sight, smooth::Smoother};
use petri_runtime::{Frame, intake};
use std::path::Path;
use std::sync::OnceLock;

fn sight() -> &'static Sight {
    static SIGHT: OnceLock<Sight> = OnceLock::new();
    SIGHT.get_or_init(|| {
        let store = Store::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../models"));
        Sight::load(&store).expect("the models")
    })
}

fn picture(file: &str) -> Frame {
    intake::frame(&Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("a picture")
}

fn face(name: &str) -> Frame {
    picture(&format!("recordings/faces/{name}.jpg"))
}

fn mesh(frame: &Frame) -> Mesh {
    sight().look(frame).expect("a look").mesh.expect("a mesh")
}

fn measures(frame: &Frame) -> Measures {
    Measures::of(&mesh(frame)).expect("measures")
}

/// The picture with each pixel taken from elsewhere in it.
fn changed(frame: &Frame, from: impl Fn(u32, u32) -> Option<(u32, u32)>) -> Frame {
    let (width, height) = (frame.width(), frame.height());
    let pixel = |i: u32| match from(i % width, i / width) {
        Some((x, y)) => {
            let at = 3 * (y.min(height - 1) * width + x.min(width - 1)) as usize;
            [frame.rgb()[at], frame.rgb()[at + 1], frame.rgb()[at + 2]]
        }
        None => [90, 110, 130],
    };
    Frame::new(width, height, (0..width * height).flat_map(pixel).collect()).expect("a frame")
}

fn moved(name: &str) -> Actions {
    let strengths =
        measures(&face(name)).strengths(&measures(&face("rest"))).expect("a face before the camera");
    actions(&strengths)
}

#[test]
fn the_mesh_lies_where_the_detector_sees_eyes_nose_and_mouth() {
    let portrait = picture("../board/demo/astronaut.png");
    let mirrored = changed(&portrait, |x, y| Some((511 - x, y)));
    // Pupils as read off the enlarged picture by eye.
    let pupils = [[204.0f32, 101.0f32], [247.0, 103.0]];
    let in_mirror = [1, 0].map(|i: usize| [511.0 - pupils[i][0], pupils[i][1]]);
    for (frame, pupils) in [(portrait, pupils), (mirrored, in_mirror)] {
        let seen = sight().look(&frame).expect("a look");
        let mesh = seen.mesh.expect("a mesh");
        assert!(mesh.face > 0.99 && mesh.points.len() == 468);
        let (found, placed) = (seen.faces[0], mesh.face());
        let apart = |one: [f32; 2], other: [f32; 2]| (one[0] - other[0]).hypot(one[1] - other[1]);
        for (eye, pupil) in placed.points.iter().zip(pupils) {
            assert!(apart(*eye, pupil) < 4.0, "{eye:?} is far from {pupil:?}");
        }
        // The eyes are 43 pixels apart; the detector, which is coarser, has its points within a quarter of that.
        for (one, other) in found.points.iter().zip(placed.points).take(4) {
            assert!(apart(*one, other) < 10.0, "{found:?} {placed:?}");
        }
        let turn = Measures::of(&mesh).expect("measures").turn;
        assert!([turn.yaw, turn.pitch, turn.roll].iter().all(|degrees| degrees.abs() < 10.0), "{turn:?}");
    }
}

#[test]
fn moved_muscles_are_named_and_others_rest() {
    let at_least = |actions: &Actions, action: Action, least: u16| {
        assert!(actions.get(action) >= Permille::new(least), "{action:?} in {actions:?}");
    };
    let rests = |actions: &Actions, action: Action| {
        assert!(actions.get(action) < Permille::new(150), "{action:?} in {actions:?}");
    };
    let smile = moved("smile");
    at_least(&smile, Action::MouthCornersUp, 450);
    at_least(&smile, Action::MouthOpen, 300);
    for action in [Action::MouthCornersDown, Action::BrowDown, Action::EyesWide] {
        rests(&smile, action);
    }
    let up = moved("brows-up");
    at_least(&up, Action::EyesWide, 450);
    at_least(&up, Action::OuterBrowUp, 250);
    at_least(&up, Action::InnerBrowUp, 250);
    for action in [Action::BrowDown, Action::EyesNarrow, Action::MouthCornersUp, Action::MouthOpen] {
        rests(&up, action);
    }
    let down = moved("brows-down");
    at_least(&down, Action::EyesNarrow, 300);
    at_least(&down, Action::BrowDown, 100);
    for action in [Action::OuterBrowUp, Action::InnerBrowUp, Action::EyesWide, Action::MouthCornersUp] {
        rests(&down, action);
    }
    // From the smile back to rest the corners of the mouth go down.
    let back = actions(&measures(&face("rest")).strengths(&measures(&face("smile"))).expect("a face"));
    at_least(&back, Action::MouthCornersDown, 450);
    rests(&back, Action::MouthCornersUp);
}

#[test]
fn size_and_side_of_the_picture_make_no_action() {
    let rest = measures(&face("rest"));
    let smaller =
        changed(&face("rest"), |x, y| Some((x * 3 / 2, y * 3 / 2)).filter(|(x, y)| x.max(y) < &256));
    let mirrored = changed(&face("rest"), |x, y| Some((255 - x, y)));
    for frame in [smaller, mirrored] {
        let found = actions(&measures(&frame).strengths(&rest).expect("a face before the camera"));
        let strong = found.strongest(Permille::new(400));
        assert!(strong.is_empty(), "{strong:?} in {found:?}");
    }
}

/// The mesh turned about the vertical axis, as a head turns.
fn turned(mesh: &Mesh, degrees: f32) -> Mesh {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let points = mesh.points.iter().map(|[x, y, z]| [x * cos + z * sin, *y, z * cos - x * sin]).collect();
    Mesh { face: mesh.face, points }
}

#[test]
fn a_head_turned_aside_is_measured_as_turned_and_actions_are_unsure() {
    let mesh = mesh(&face("rest"));
    let ahead = Measures::of(&mesh).expect("measures");
    for degrees in [-40.0f32, -10.0, 10.0, 40.0] {
        let aside = Measures::of(&turned(&mesh, degrees)).expect("measures");
        let by = aside.turn.yaw - ahead.turn.yaw;
        assert!((by - degrees).abs() < 3.0, "{by}, not {degrees}");
        let sure = aside.turn.yaw.abs() <= YAW_DEGREES_MAX;
        assert_eq!(aside.strengths(&ahead).is_some(), sure);
        assert_eq!(degrees.abs() < 20.0, sure);
        if let Some(strengths) = aside.strengths(&ahead) {
            // A turn alone moves no muscle.
            assert!(strengths.iter().all(|strength| *strength < 100.0), "{strengths:?}");
        }
    }
    let flat = Mesh { face: 1.0, points: vec![[3.0, 4.0, 0.0]; 468] };
    assert_eq!(Measures::of(&flat), None);
    assert_eq!(Measures::of(&Mesh { face: 1.0, points: vec![[f32::NAN; 3]; 468] }), None);
}

#[test]
fn the_face_at_rest_is_learned_first_and_forgotten_when_somebody_else_may_come() {
    let (rest, up) = (mesh(&face("rest")), mesh(&face("brows-up")));
    let mut follower = Follower::default();
    let mut look = |ms: u64, mesh: Option<&Mesh>| follower.push(Millis(ms), mesh);
    let mut now = 0;
    while now < 1_400 {
        assert_eq!(look(now, Some(&rest)), Muscles::NotYet, "at {now} ms");
        now += 50;
    }
    now += 50;
    assert_eq!(look(now, Some(&rest)), Muscles::Measured(Actions::REST));
    let mut seen = Muscles::NotYet;
    for _ in 0..20 {
        now += 50;
        seen = look(now, Some(&up));
    }
    let Muscles::Measured(actions) = seen else { panic!("{seen:?}") };
    assert!(actions.get(Action::OuterBrowUp) > Permille::new(250), "{actions:?}");
    now += 50;
    assert_eq!(look(now, None), seen, "a single look that is missed");
    now += 500;
    assert_eq!(look(now, None), Muscles::Unsure);
    now += 50;
    assert!(matches!(look(now, Some(&up)), Muscles::Measured(_)));
    assert_eq!(look(now + FORGET_AFTER_MS, Some(&up)), Muscles::NotYet);
}

#[test]
fn a_face_is_followed_as_it_moves_and_found_again_after_it_was_gone() {
    let mut track = Track::default();
    let rest = face("rest");
    // The therapy edition places a mesh in one of three frames.
    let mut look = |frame: &Frame| {
        let seen = (0..3).map(|_| sight().follow(frame, &mut track).expect("a look"));
        let seen: Vec<Seen> = seen.collect();
        let meshes = seen.iter().filter(|seen| seen.mesh.is_some()).count();
        let faces = seen.iter().filter(|seen| seen.faces.len() == 1).count();
        (faces, meshes, seen.into_iter().find_map(|seen| seen.mesh))
    };
    let all = if cfg!(feature = "therapy") { 1 } else { 3 };
    let (faces, meshes, first) = look(&rest);
    assert_eq!((faces, meshes), (3, all));
    let first = first.expect("a mesh");
    for by in [4u32, 8, 12] {
        let aside = changed(&rest, |x, y| Some((x.saturating_sub(by), y)));
        let (faces, meshes, mesh) = look(&aside);
        assert_eq!((faces, meshes), (3, all));
        let mesh = mesh.expect("a mesh");
        let shift = mesh.points.iter().zip(&first.points).map(|(a, b)| a[0] - b[0]).sum::<f32>() / 468.0;
        assert!((shift - by as f32).abs() < 1.5, "{shift}, not {by}");
    }
    let gone = changed(&rest, |_, _| None);
    assert_eq!(look(&gone), (0, 0, None));
    assert_eq!(look(&rest).0, 3);
}

/// What a session would be told, look by look.
fn told(looks: &[(&str, u64)]) -> Vec<FaceReading> {
    let mut smoother = Smoother::new(0.55);
    let mut now = 0;
    let mut readings = Vec::new();
    for (name, ms) in looks {
        let seen: Seen = sight().look(&face(name)).expect("a look");
        for _ in 0..ms / 50 {
            now += 50;
            readings.push(smoother.push(Millis(now), &seen));
        }
    }
    readings
}

#[cfg(feature = "therapy")]
#[test]
fn an_expression_comes_with_its_muscles() {
    let readings = told(&[("rest", 2_000), ("smile", 1_000)]);
    let Some(FaceReading::Expression { emotion, actions: Some(actions), .. }) = readings.last() else {
        panic!("{:?}", readings.last())
    };
    assert_eq!(*emotion, petri_core::Emotion::Happy);
    assert!(actions.get(Action::MouthCornersUp) > Permille::new(400), "{actions:?}");
}

#[cfg(not(feature = "therapy"))]
mod school {
    use super::*;
    use petri_core::Pack;
    use petri_runtime::replay::{Digest, Recording};

    #[test]
    fn a_face_gives_muscles_and_nothing_else() {
        let readings = told(&[("rest", 2_000), ("smile", 1_000)]);
        assert_eq!(readings[0], FaceReading::NotYet);
        let Some(FaceReading::Actions(actions)) = readings.last() else { panic!("{:?}", readings.last()) };
        assert!(actions.get(Action::MouthCornersUp) > Permille::new(400), "{actions:?}");
    }

    /// As `replay.rs` does for the therapy edition; `UPDATE_GOLDEN=1` renews the digest.
    #[test]
    fn the_mirror_replays_byte_for_byte() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings");
        let recorded =
            Recording::read(&folder.join("mirror-school.jsonl"), Pack::starter()).expect("a recording");
        let mut entries = Vec::new();
        let digest = recorded.fold(|_, reply| entries.extend(reply.entry));
        let golden = folder.join("mirror-school.digest.json");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            let text = serde_json::to_string_pretty(&digest).expect("JSON") + "\n";
            std::fs::write(&golden, text).expect("written");
        }
        let text = std::fs::read_to_string(&golden).expect("a digest; UPDATE_GOLDEN=1 makes it");
        let expected: Digest = serde_json::from_str(&text).expect("a digest");
        assert_eq!(
            digest, expected,
            "replies or screens have changed; if that is meant, run with UPDATE_GOLDEN=1"
        );
        assert!(entries.iter().all(|entry| entry.exercise == petri_core::Exercise::Mirror));
        let met: Vec<_> = entries.iter().filter(|entry| entry.outcome == petri_core::Outcome::Same).collect();
        assert!(!met.is_empty() && met.iter().all(|entry| entry.answer.is_none()), "{met:?}");
        let measured = |actions: &Actions| !actions.strongest(Permille::new(400)).is_empty();
        let moved = recorded.inputs.iter().any(|timed| {
            matches!(&timed.input, petri_core::Input::Face(FaceReading::Actions(actions)) if measured(actions))
        });
        assert!(moved, "nobody moved a muscle");
    }
}
