use super::*;
use petri_core::{Button, Input, Millis, Pack, Session, Setup};

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Millis {
        Millis(0)
    }

    fn day(&self) -> u32 {
        20_000
    }
}

fn desk() -> (Desk, Board) {
    let desk = Desk::new();
    let board = desk.board("far", Box::new(Stopped));
    (desk, board)
}

fn screen() -> Screen {
    Session::new(Setup::new(1, &Pack::starter())).step(Millis(0), Input::Tick).screen
}

#[test]
fn what_the_device_shows_is_seen_from_afar() {
    let (desk, mut board) = desk();
    assert_eq!(desk.view().screen, None);
    board.panel.show(&screen()).expect("shown");
    let seen = desk.wait(0, Duration::from_secs(1));
    assert_eq!(seen.screen, Some(screen()));
    let speaker = board.speaker.as_mut().expect("there");
    speaker.play(Cue::Ask, Level::Full).expect("played");
    speaker.play(Cue::Ask, Level::Full).expect("played");
    assert_eq!(desk.view().cue, Some((2, Cue::Ask, Level::Full)));
    assert_eq!(desk.wait(desk.view().serial, Duration::from_millis(1)), desk.view());
}

#[test]
fn both_sides_press_and_a_flood_is_refused() {
    let (far, board) = desk();
    let (near, inner) = desk();
    let mut joined = far.over(inner);
    assert!(near.press(Pressed::Button(Button::A)) && far.press(Pressed::Button(Button::B)));
    let mut pressed = Vec::new();
    while let Some(one) = joined.buttons.poll().expect("works") {
        pressed.push(one);
    }
    assert_eq!(pressed, [Pressed::Button(Button::B), Pressed::Button(Button::A)]);
    let taken = (0..100).filter(|_| far.press(Pressed::Button(Button::A))).count();
    assert_eq!(taken, PRESSED_MAX);
    drop(board);
}

#[test]
fn a_notice_stands_above_the_screen_until_it_is_taken_away() {
    let (near, inner) = desk();
    let far = Desk::new();
    let mut joined = far.over(inner);
    joined.panel.show(&screen()).expect("shown");
    let mut code = screen();
    code.title.clear();
    far.notice(Some(code.clone()));
    joined.panel.refresh().expect("shown");
    assert_eq!(near.view().screen, Some(code.clone()));
    assert_eq!(far.view().screen, Some(code));
    far.notice(None);
    joined.panel.refresh().expect("shown");
    assert_eq!((near.view().screen, far.view().screen), (Some(screen()), Some(screen())));
}

#[test]
fn a_notice_keeps_the_signs_of_what_senses() {
    let (near, inner) = desk();
    let far = Desk::new();
    let mut joined = far.over(inner);
    let sensing = petri_core::input::Sensors::NONE.set(Sensor::Camera, true);
    joined.panel.show(&Screen { sensing, ..screen() }).expect("shown");
    far.notice(Some(screen()));
    joined.panel.refresh().expect("shown");
    for desk in [near, far] {
        assert_eq!(desk.view().screen.map(|screen| screen.sensing), Some(sensing));
    }
}

#[test]
fn nothing_is_taken_in_that_is_not_wanted() {
    let (desk, mut board) = desk();
    let (camera, microphone) = (board.camera.as_mut().expect("one"), board.microphone.as_mut().expect("one"));
    let picture = || Frame::new(2, 2, vec![9; 12]).expect("a frame");
    assert!(camera.ready().is_err() && camera.frame().is_err() && microphone.ready().is_err());
    desk.offer(Sensor::Camera, true);
    desk.offer(Sensor::Microphone, true);
    desk.frame(picture());
    desk.sound(&[0.5; 512]);
    assert!(!desk.wants(Sensor::Camera) && !desk.wants(Sensor::Microphone));
    assert!(camera.frame().expect("works").is_none(), "it was handed in before anybody looked");
    assert!(desk.wants(Sensor::Camera));
    desk.frame(picture());
    assert_eq!(camera.frame().expect("works").map(|frame| frame.width()), Some(2));
    desk.frame(picture());
    camera.rest();
    assert!(!desk.wants(Sensor::Camera));
    assert!(camera.frame().expect("works").is_none(), "what waited was dropped");
    let mut heard = [0.0; 512];
    assert!(microphone.read(&mut heard).is_err(), "no sound came");
    desk.sound(&vec![0.25; SOUND_SAMPLES_MAX]);
    desk.sound(&[0.5; 512]);
    microphone.read(&mut heard).expect("sound");
    assert!(heard.iter().all(|sample| (sample - 0.25).abs() < 1e-6));
    desk.offer(Sensor::Microphone, false);
    assert!(microphone.read(&mut heard).is_err());
}

#[test]
fn readings_of_a_face_count_only_while_the_session_looks() {
    let (desk, mut board) = desk();
    let camera = board.camera.as_mut().expect("one");
    assert!(!desk.reading(FaceReading::Unsure), "nobody looks");
    desk.offer(Sensor::Camera, true);
    assert!(!desk.reading(FaceReading::Unsure), "offered, but nobody looks");
    assert!(camera.frame().expect("works").is_none() && camera.reading().is_none());
    assert!(desk.reading(FaceReading::Unsure) && desk.reading(FaceReading::NoFace));
    assert!(camera.frame().expect("works").is_none());
    assert_eq!((camera.reading(), camera.reading()), (Some(FaceReading::NoFace), None));
    assert!(desk.reading(FaceReading::Unsure));
    camera.rest();
    assert!(camera.reading().is_none() && !desk.reading(FaceReading::Unsure), "nobody looks any more");
}
