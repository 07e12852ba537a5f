//! `petri board check`: tries each part in turn and says what to fix.

use super::advice::Trouble;
use super::camera::V4lCamera;
use super::display;
use super::leds::RealLights;
use super::microphone::RealMicrophone;
use super::privacy::Privacy;
use super::speaker::RealSpeaker;
use super::{Family, buttons};
use crate::description::{self, Description};
use crate::pixels;
use petri_core::light::Colour;
use petri_core::{Button, Cue, Input, Level, Millis, Pack, Session, Setup};
use petri_runtime::ports::Speaker;
use serde::Serialize;
use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// How long the camera is looked through, and how long it may take to start.
const LOOK_MS: u64 = 1_500;
const START_MS_MAX: u64 = 5_000;
/// One second of sound.
const SOUND_SAMPLES: usize = 16_000;
/// How long a cue, with the opening of its device, may take.
const CUE_MS: u64 = 1_200;
const LIGHT_MS: u64 = 350;
/// Below this a picture is dark, and below this a sound is silence.
const DARK: u8 = 12;
const SILENCE_DB: f32 = -65.0;

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It works.
    Ok,
    /// It is described, but not there.
    Missing,
    /// It is there, but does not work.
    Fails,
    /// It is not described.
    None,
}

/// What was found out about a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which part.
    pub part: &'static str,
    /// How it is.
    pub state: State,
    /// What it did, or what to fix.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Ok => "ok",
            State::Missing => "missing",
            State::Fails => "fails",
            State::None => "-",
        };
        write!(f, "{state:<8} {:<11} {}", self.part, self.what)
    }
}

/// What was found out about a board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Its name.
    pub board: String,
    /// Its parts.
    pub parts: Vec<Finding>,
}

impl Report {
    /// How many of the described parts do not work.
    pub fn broken(&self) -> usize {
        self.parts.iter().filter(|part| matches!(part.state, State::Missing | State::Fails)).count()
    }
}

/// Tries each part of the board; `told` hears of each as soon as it was tried.
pub fn check(family: Family, board: &Description, told: &mut dyn FnMut(&Finding)) -> Report {
    let mut parts = Vec::new();
    let mut add = |part: &'static str, result: Option<Result<String, Trouble>>| {
        let (state, what) = match result {
            None => (State::None, "not described".to_owned()),
            Some(Ok(what)) => (State::Ok, what),
            Some(Err(trouble)) if trouble.missing => (State::Missing, trouble.what),
            Some(Err(trouble)) => (State::Fails, trouble.what),
        };
        let finding = Finding { part, state, what };
        told(&finding);
        parts.push(finding);
    };
    let (driver, chip) = (family.driver(), board.gpio.as_str());
    let privacy = Arc::new(Privacy::new(chip, board.privacy.as_ref()));
    add("display", board.display.as_ref().map(|part| show(chip, part)));
    add("lights", board.leds.as_ref().map(|part| shine(&mut RealLights::new(driver, chip, part))));
    let lines = |part: &description::Buttons| read_buttons(buttons::open(driver, chip, part)?);
    add("buttons", board.buttons.as_ref().map(lines));
    add(
        "privacy",
        board.privacy.as_ref().map(|_| {
            let on = privacy.is_on()? == Some(true);
            Ok(if on { "the switch is on" } else { "the switch is off: nothing can be seen or heard" }
                .to_owned())
        }),
    );
    add("camera", board.camera.as_ref().map(|part| look(part, &privacy)));
    add("microphone", board.microphone.as_ref().map(|part| listen(&part.device, &privacy)));
    add("speaker", board.speaker.as_ref().map(play));
    add("processor", Some(Ok(processor())));
    Report { board: board.name.clone(), parts }
}

fn show(chip: &str, part: &description::Display) -> Result<String, Trouble> {
    let pack = Pack::starter();
    let screen = Session::new(Setup::new(1, &pack)).step(Millis(0), Input::Tick).screen;
    let mut face = display::open(chip, part)?;
    face.show(&screen, &pack)?;
    Ok(format!("{}; it should greet you now", face.name()))
}

fn shine(lights: &mut RealLights) -> Result<String, Trouble> {
    for colour in [Colour::new(255, 0, 0), Colour::new(0, 255, 0), Colour::new(0, 0, 255)] {
        lights.shine(colour)?;
        thread::sleep(Duration::from_millis(LIGHT_MS));
    }
    lights.shine(Colour::OFF)?;
    Ok("red, green and blue were lit, in this order".to_owned())
}

fn read_buttons(lines: buttons::Lines) -> Result<String, Trouble> {
    let mut words = Vec::new();
    for (button, mut line) in lines {
        let name = match button {
            Button::A => "a",
            Button::B => "b",
            Button::C => "c",
            Button::Stop => "stop",
        };
        words.push(if line.is_active()? {
            format!("{name} down (if nobody presses it, turn active_low round)")
        } else {
            format!("{name} up")
        });
    }
    Ok(words.join(", "))
}

fn look(part: &description::Camera, privacy: &Arc<Privacy>) -> Result<String, Trouble> {
    let mut camera = V4lCamera::new(part.clone(), Arc::clone(privacy));
    let opened = Instant::now();
    let mut first: Option<Instant> = None;
    let mut count = 0u32;
    let (start, brightness) = loop {
        if let Some(frame) = camera.look()? {
            let start = *first.get_or_insert_with(Instant::now);
            if start.elapsed() >= Duration::from_millis(LOOK_MS) {
                break (start, pixels::brightness(&frame));
            }
            count += 1;
        } else if first.is_none() && opened.elapsed() >= Duration::from_millis(START_MS_MAX) {
            let shown = part.device.display();
            return Err(Trouble::fails(format!(
                "{shown} gives no picture that can be read; try another cable"
            )));
        }
    };
    let fps = f64::from(count) / start.elapsed().as_secs_f64();
    let mode = camera.mode().map_or(String::new(), |mode| {
        format!("{} x {} {}", mode.width, mode.height, format!("{:?}", mode.format).to_uppercase())
    });
    let dark = if brightness < DARK { "; that is dark: is the lens covered?" } else { "" };
    Ok(format!(
        "{} {mode}, {fps:.1} pictures a second, brightness {brightness} of 255{dark}",
        part.device.display()
    ))
}

fn listen(device: &str, privacy: &Arc<Privacy>) -> Result<String, Trouble> {
    let mut microphone = RealMicrophone::new(device.to_owned(), Arc::clone(privacy));
    let mut sound = vec![0.0; SOUND_SAMPLES];
    let start = Instant::now();
    microphone.listen(&mut sound)?;
    let took_ms = start.elapsed().as_millis();
    let (form, xruns) = microphone.state();
    let form = form.map_or(String::new(), |form| {
        format!("{} Hz, {} channels, {}", form.rate_hz, form.channels, form.format)
    });
    let level = level_db(&sound);
    let silent = if level < SILENCE_DB { "; that is silence: raise its gain with `alsamixer`" } else { "" };
    Ok(format!("{device}: {form}, level {level:.0} dB, {xruns} xruns, one second in {took_ms} ms{silent}"))
}

/// The mean level, where 0 dB is the loudest there is; never below -120 dB.
fn level_db(sound: &[f32]) -> f32 {
    let mean = sound.iter().map(|s| s * s).sum::<f32>() / sound.len().max(1) as f32;
    10.0 * mean.max(1e-12).log10()
}

fn play(part: &description::Speaker) -> Result<String, Trouble> {
    let mut speaker = RealSpeaker::new(part.device.clone(), part.volume_percent);
    let _ = speaker.play(Cue::Hello, Level::Full);
    thread::sleep(Duration::from_millis(CUE_MS));
    match speaker.trouble() {
        Some(trouble) => Err(trouble),
        None => Ok(format!("{}: three rising notes at {} %", part.device, part.volume_percent)),
    }
}

/// What the processor can do that matters to the engine.
fn processor() -> String {
    let has: Vec<&str> = features().into_iter().filter_map(|(name, there)| there.then_some(name)).collect();
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let has = if has.is_empty() { "no extension that the engine uses".to_owned() } else { has.join(" ") };
    format!("{}, {cores} cores, {has}", std::env::consts::ARCH)
}

#[cfg(target_arch = "x86_64")]
fn features() -> Vec<(&'static str, bool)> {
    use std::arch::is_x86_feature_detected as has;
    vec![("avx2", has!("avx2")), ("fma", has!("fma")), ("f16c", has!("f16c")), ("avx512f", has!("avx512f"))]
}

#[cfg(target_arch = "aarch64")]
fn features() -> Vec<(&'static str, bool)> {
    use std::arch::is_aarch64_feature_detected as has;
    vec![
        ("neon", has!("neon")),
        ("fp16", has!("fp16")),
        ("dotprod", has!("dotprod")),
        ("i8mm", has!("i8mm")),
        ("sve", has!("sve")),
    ]
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn features() -> Vec<(&'static str, bool)> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_board_that_is_not_there_is_told_part_by_part() {
        let text = "name = \"nowhere\"\ngpio = \"/dev/gpiochip-none\"\n[camera]\ndevice = \"/dev/video-none\"\n\
                    [microphone]\ndevice = \"hw:CARD=NoSuchCard,DEV=0\"\n\
                    [speaker]\ndevice = \"hw:CARD=NoSuchCard,DEV=0\"\n[buttons]\na = { line = 1 }\n\
                    [leds]\nkind = \"ws2812-spi\"\ndevice = \"/dev/spidev-none\"\n\
                    [display]\nkind = \"ssd1306-128x64\"\ndevice = \"/dev/i2c-none\"\n";
        let board = Description::parse(Path::new("x.toml"), text).expect("sound");
        let mut lines = Vec::new();
        let report = check(Family::Linux, &board, &mut |finding| lines.push(finding.to_string()));
        assert_eq!((report.broken(), report.parts.len(), lines.len()), (6, 8, 8), "{lines:#?}");
        let state = |part: &str| report.parts.iter().find(|f| f.part == part).map(|f| f.state);
        assert_eq!(state("privacy"), Some(State::None));
        assert_eq!(state("processor"), Some(State::Ok));
        assert_eq!(state("camera"), Some(State::Missing));
        assert!(
            lines[0].starts_with("missing  display     /dev/i2c-none is not there; plug"),
            "{}",
            lines[0]
        );
        for part in report.parts.iter().filter(|part| part.state == State::Missing) {
            assert!(part.what.contains("; ") || part.what.contains(", or"), "{part} says not what to do");
        }
    }

    #[test]
    fn a_framebuffer_and_lights_that_are_files_are_ok() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in
            [("fb0", ""), ("virtual_size", "320,240"), ("bits_per_pixel", "32"), ("max_brightness", "255")]
        {
            std::fs::write(folder.path().join(name), text).expect("written");
        }
        let shown = folder.path().display();
        let text = format!(
            "name = \"files\"\n[leds]\nkind = \"sysfs\"\nred = {{ path = \"{shown}\" }}\n\
             [display]\nkind = \"framebuffer\"\ndevice = \"{shown}/fb0\"\ngeometry = \"{shown}\"\n"
        );
        let board = Description::parse(Path::new("x.toml"), &text).expect("sound");
        let report = check(Family::Linux, &board, &mut |_| {});
        assert_eq!(report.broken(), 0, "{report:?}");
        let dark = std::fs::read_to_string(folder.path().join("brightness")).expect("a light");
        assert_eq!(dark, "0");
        assert!(std::fs::metadata(folder.path().join("fb0")).expect("a screen").len() == 320 * 240 * 4);
    }

    #[test]
    fn levels_are_measured() {
        assert!((level_db(&[1.0, -1.0]) - 0.0).abs() < 1e-3);
        assert!((level_db(&[0.1; 100]) + 20.0).abs() < 1e-3);
        assert!((level_db(&[0.0; 100]) + 120.0).abs() < 1e-3 && level_db(&[]) < -100.0);
    }
}
