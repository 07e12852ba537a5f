//! What is played, and what is broken meanwhile.

use crate::evidence::{self, Shot};
use crate::machine::{Machine, Parts};
use crate::pins::LIGHT;
use crate::session::{SENSE, Session};
use anyhow::{Context, bail};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// Line of the privacy switch.
const PRIVACY: usize = 3;
/// Longest time until the lights follow.
const LIGHT_LIMIT: Duration = Duration::from_secs(20);
/// How often the camera is looked through until its picture is the one that was sent.
const LOOKS_MAX: u32 = 10;
/// Most trials in which a full disk has to be noticed.
const FULL_TRIALS_MAX: u32 = 4;

/// One line of the report.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) what: &'static str,
    pub(crate) result: String,
    pub(crate) seconds: u64,
}

/// A journal that is to be looked at once the machine is off.
struct Promise {
    name: &'static str,
    acknowledged: Vec<String>,
    unseen: usize,
}

/// Something that is played.
type Scene<'p> = fn(&mut Run<'p>, &mut Machine) -> anyhow::Result<()>;

/// Everything that was seen on the way.
struct Run<'p> {
    parts: &'p Parts,
    rows: Vec<Row>,
    promises: Vec<Promise>,
    shots: Vec<Shot>,
    faults: Vec<String>,
}

/// Plays everything once, or `only` what is named, and the power cut; gives the report.
pub(crate) fn play(parts: &Parts, only: Option<&str>) -> anyhow::Result<Vec<Row>> {
    let mut run =
        Run { parts, rows: Vec::new(), promises: Vec::new(), shots: Vec::new(), faults: Vec::new() };
    let start = Instant::now();
    let mut machine = Machine::start(parts, "first-boot")?;
    run.row("boot", format!("shell after {} s of the guest's own time", machine.guest_boot), start);
    feed_camera(&mut machine)?;
    camera_sees(&mut machine)?;
    machine.pins.drive(PRIVACY, true)?;
    run.board_check(&mut machine)?;
    // One fault does not hide the next.
    let scenes: [(&str, Scene<'_>); 4] = [
        ("session", Run::full_session),
        ("SIGKILL", Run::killed),
        ("disk full", Run::full_disk),
        ("sensors", Run::lost_camera_and_sound),
    ];
    for (name, scene) in scenes.into_iter().filter(|one| only.is_none_or(|only| only.contains(one.0))) {
        if let Err(error) = scene(&mut run, &mut machine) {
            run.fault(format!("{name}: {error:#}"));
            machine.serial.try_order("killall -9 petri; rm -f /data/fill")?;
        }
    }
    run.power_cut(machine)?;
    run.look_back()?;
    if !run.faults.is_empty() {
        bail!("{} faults:\n{}", run.faults.len(), run.faults.join("\n"));
    }
    Ok(run.rows)
}

/// Shows the picture to the camera: the output of the video test driver is looped to its input.
fn feed_camera(machine: &mut Machine) -> anyhow::Result<()> {
    for order in [
        "v4l2-ctl -d /dev/video1 --set-fmt-video-out=width=640,height=480,pixelformat=YUYV",
        "v4l2-ctl -d /dev/video0 --set-ctrl loop_video=1,osd_text_mode=2,percentage_of_dropped_buffers=75",
    ] {
        machine.serial.order(order)?;
    }
    machine.serial.tell(
        "v4l2-ctl -d /dev/video1 --stream-out-mmap --stream-from=/petri/media/face.yuyv --stream-loop \
         < /dev/null > /dev/null 2>&1 &",
    )?;
    thread::sleep(Duration::from_secs(2));
    machine.serial.order("v4l2-ctl -d /dev/video0 --set-dv-bt-timings query").map(drop)
}

/// Holds what the camera gives against what it is shown.
fn camera_sees(machine: &mut Machine) -> anyhow::Result<()> {
    // Until the signal is there, the driver gives noise.
    for _ in 0..LOOKS_MAX {
        machine.serial.try_order(
            "timeout 20 v4l2-ctl -d /dev/video0 --set-fmt-video=width=640,height=480,pixelformat=YUYV \
             --stream-mmap --stream-count=4 --stream-to=/tmp/seen.yuyv > /dev/null",
        )?;
        let same = "tail -c 614400 /tmp/seen.yuyv | cmp -s - /petri/media/face.yuyv";
        if machine.serial.try_order(same)?.0 == "0" {
            return Ok(());
        }
    }
    bail!("the camera does not see what vivid is shown; see {}", machine.serial.log().display())
}

impl Run<'_> {
    fn row(&mut self, what: &'static str, result: String, start: Instant) {
        let seconds = start.elapsed().as_secs();
        println!("{what}: {result} ({seconds} s)");
        self.rows.push(Row { what, result, seconds });
    }

    fn fault(&mut self, what: String) {
        println!("FAULT {what}");
        self.faults.push(what);
    }

    fn keep(&mut self, name: &'static str, acknowledged: Vec<String>, unseen: usize) {
        self.promises.push(Promise { name, acknowledged, unseen });
    }

    /// Reads the display back while `screen` (a line of the console) stands on it.
    fn shoot(&mut self, machine: &mut Machine, line: &str) -> anyhow::Result<()> {
        let screen = line.split_once("screen ").context("this is no screen")?.1.to_owned();
        let file = self.parts.folder.join(format!("display-{}.ppm", self.shots.len() + 1));
        let mut last = Vec::new();
        for _ in 0..20 {
            thread::sleep(Duration::from_millis(500));
            machine.qmp.screendump(&file)?;
            let now = std::fs::read(&file)?;
            if now == last {
                self.shots.push(Shot { screen, file });
                return Ok(());
            }
            last = now;
        }
        bail!("the display does not come to rest on `{screen}`")
    }

    fn board_check(&mut self, machine: &mut Machine) -> anyhow::Result<()> {
        let start = Instant::now();
        let order = "/petri/bin/petri board check --board linux --board-file /petri/board.toml";
        let (status, said) = machine.serial.try_order(order)?;
        if status != "0" {
            bail!("`petri board check` finds fault: {said}");
        }
        self.row("petri board check", "every part answers".to_owned(), start);
        Ok(())
    }

    /// Faces by button and voice, the mirror by camera, lights and cues.
    fn full_session(&mut self, machine: &mut Machine) -> anyhow::Result<()> {
        let start = Instant::now();
        machine.serial.tell(
            "timeout 600 arecord -q -D plughw:Loopback,0 -f S16_LE -r 16000 -c 1 -t raw /tmp/cues.raw < /dev/null 2> /dev/null &",
        )?;
        let mut session = Session::start(machine, "full", 2)?;
        let greeted = start.elapsed().as_secs();
        let consent = session.play("Faces", "screen consent")?;
        self.shoot(session.machine, &consent)?;
        let menu = session.play("Faces", "screen choose")?;
        self.shoot(session.machine, &menu)?;
        session.play("Faces", "screen listen")?;
        let wanted = "the light is blue while it listens";
        session.machine.pins.wait(LIGHT_LIMIT, wanted, |lines| lines.high[LIGHT[2]])?;
        session.play("Faces", "trial  Faces")?;
        let explained = session.expect("screen explain", SENSE)?;
        self.shoot(session.machine, &explained)?;
        let heard = session.say("next.wav", "heard  the word \"next\"");
        let heard = heard.unwrap_or_else(|error| {
            let error = format!("session: {error:#}");
            self.fault(error.clone());
            error
        });
        session.play("Faces", "trial  Faces")?;
        session.play("Mirror", "screen choose")?;
        session.play("Mirror", "screen listen")?;
        let seen = session.sees_a_face()?;
        session.play("Mirror", "trial  Mirror")?;
        let end = session.stop()?;
        session.machine.pins.wait(LIGHT_LIMIT, "the light is off at the end", |lines| {
            LIGHT.iter().all(|line| !lines.high[*line])
        })?;
        let acknowledged = session.acknowledged();
        let rises = LIGHT.map(|line| session.machine.pins.outputs().rises[line]);
        machine.serial.try_order("pkill arecord")?;
        let loud = machine.serial.order("tr -d '\\000' < /tmp/cues.raw | wc -c")?;
        if loud.trim().parse::<u64>().unwrap_or(0) < 1_000 {
            bail!("no cue reached the sound card: {loud} bytes that are not silent");
        }
        let short: String = seen.chars().take(80).collect();
        let result = format!(
            "{end}; greeting after {greeted} s; {heard}; {short}; lights rose {rises:?} times; cues {loud} bytes"
        );
        self.row("session", result, start);
        self.keep("full", acknowledged, 0);
        Ok(())
    }

    /// Camera and sound card are unplugged in mid-session, and come back; then the privacy switch.
    fn lost_camera_and_sound(&mut self, machine: &mut Machine) -> anyhow::Result<()> {
        let start = Instant::now();
        let mut session = Session::start(machine, "sensors", 4)?;
        session.play("Mirror", "screen listen")?;
        session.sees_a_face()?;
        plug(session.machine, "vivid", "unbind")?;
        session.expect("sensor camera does not work", SENSE)?;
        session.play("Mirror", "trial  ")?;
        plug(session.machine, "vivid", "bind")?;
        session.expect("sensor camera works", SENSE)?;
        feed_camera(session.machine)?;
        session.expect("saw    a face", SENSE)?;
        self.row(
            "camera unplugged",
            "the session went on; the camera came back and saw the face".to_owned(),
            start,
        );

        let start = Instant::now();
        plug(session.machine, "snd_aloop", "unbind")?;
        session.expect("sensor microphone does not work", SENSE)?;
        session.play("Faces", "trial  ")?;
        plug(session.machine, "snd_aloop", "bind")?;
        session.expect("sensor microphone works", SENSE)?;
        self.row("sound unplugged", "the session went on; the microphone came back".to_owned(), start);

        let start = Instant::now();
        // Without camera and microphone, the menu no longer offers the mirror.
        session.machine.pins.drive(PRIVACY, false)?;
        session.expect("privacy switch", SENSE)?;
        session.play("Faces", "trial  ")?;
        session.machine.pins.drive(PRIVACY, true)?;
        session.expect("works (", SENSE)?;
        let end = session.stop()?;
        self.row("privacy switch", end, start);
        let acknowledged = session.acknowledged();
        self.keep("sensors", acknowledged, 0);
        Ok(())
    }

    /// The disk fills in mid-session; when there is room again, nothing is lost.
    fn full_disk(&mut self, machine: &mut Machine) -> anyhow::Result<()> {
        let start = Instant::now();
        let mut session = Session::start(machine, "disk", 60)?;
        session.play("Faces", "trial  ")?;
        session.machine.serial.try_order("dd if=/dev/zero of=/data/fill bs=4096; sync")?;
        let before = session.said().len();
        for _ in 0..FULL_TRIALS_MAX {
            session.play("Faces", "trial  ")?;
            session.expect("screen explain", SENSE)?;
        }
        let refused =
            session.said().iter().skip(before).filter(|line| line.contains("not saved yet")).count();
        if refused == 0 {
            bail!("{FULL_TRIALS_MAX} trials on a full disk, and the program did not notice");
        }
        session.machine.serial.order("rm /data/fill; sync")?;
        session.play("Faces", "trial  ")?;
        session.expect("screen explain", SENSE)?;
        let end = session.stop()?;
        let acknowledged = session.acknowledged();
        self.row("disk full", format!("{refused} writes refused, then room again: {end}"), start);
        self.keep("disk", acknowledged, 0);
        Ok(())
    }

    /// SIGKILL behind the second trial; the next session has both.
    fn killed(&mut self, machine: &mut Machine) -> anyhow::Result<()> {
        let start = Instant::now();
        let mut session = Session::start(machine, "killed", 60)?;
        for _ in 0..2 {
            session.play("Faces", "trial  ")?;
            session.expect("screen explain", SENSE)?;
        }
        session.signal("KILL")?;
        let mut acknowledged = session.acknowledged();
        let mut session = Session::start(machine, "killed", 60)?;
        session.play("Faces", "trial  ")?;
        session.expect("screen explain", SENSE)?;
        let end = session.stop()?;
        acknowledged.extend(session.acknowledged());
        self.row("SIGKILL", format!("{} trials acknowledged; then {end}", acknowledged.len()), start);
        self.keep("killed", acknowledged, 1);
        Ok(())
    }

    /// The machine loses its power right behind a trial; it boots again from the same disk and goes on.
    fn power_cut(&mut self, mut machine: Machine) -> anyhow::Result<()> {
        let start = Instant::now();
        let mut session = Session::start(&mut machine, "power", 60)?;
        for _ in 0..2 {
            session.play("Faces", "trial  ")?;
            session.expect("screen explain", SENSE)?;
        }
        let mut acknowledged = session.acknowledged();
        machine.cut_power()?;
        let mut machine = Machine::start(self.parts, "second-boot")?;
        machine.pins.drive(PRIVACY, true)?;
        let mut session = Session::start(&mut machine, "power", 60)?;
        session.play("Faces", "trial  ")?;
        session.expect("screen explain", SENSE)?;
        let end = session.stop()?;
        acknowledged.extend(session.acknowledged());
        machine.switch_off()?;
        self.row("power cut", format!("{} trials acknowledged; then {end}", acknowledged.len()), start);
        self.keep("power", acknowledged, 1);
        Ok(())
    }

    /// The disk and the pictures, once the machine is off.
    fn look_back(&mut self) -> anyhow::Result<()> {
        let start = Instant::now();
        let disk = self.parts.disks.last().context("there is no disk")?.clone();
        let folder: &Path = &self.parts.folder;
        let mut kept = Vec::new();
        for Promise { name, acknowledged, unseen } in &self.promises {
            if acknowledged.is_empty() {
                bail!("{name}: no trial was acknowledged, so nothing was shown");
            }
            let trials = evidence::journal(&disk, name, acknowledged, *unseen, folder)?;
            kept.push(format!("{name} {} of {trials}", acknowledged.len()));
        }
        let shots = self.shots.len();
        if shots > 0 {
            evidence::pictures(&disk, "full", &self.shots, folder)?;
        }
        self.row("journals", format!("every acknowledged trial is kept: {}", kept.join(", ")), start);
        self.row("display", format!("{shots} pictures read back, each what is drawn"), start);
        Ok(())
    }
}

/// Unplugs a device from its driver, or plugs it in again. Unplugging waits for programs that hold the device.
fn plug(machine: &mut Machine, driver: &str, how: &str) -> anyhow::Result<()> {
    let path = format!("/sys/bus/platform/drivers/{driver}");
    machine.serial.tell(&format!("echo {driver}.0 > {path}/{how} &"))?;
    thread::sleep(Duration::from_secs(1));
    Ok(())
}
