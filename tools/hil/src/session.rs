//! A session in the machine, played from outside: buttons by the GPIO chip, a voice by the sound card.

use crate::machine::Machine;
use crate::pins::Press;
use anyhow::{Context, bail};
use std::thread;
use std::time::{Duration, Instant};

/// Longest time until the program has loaded its models and greets.
const START_SECONDS_MAX: u64 = 240;
/// Longest time between two screens while buttons are pressed.
const SCREEN_SECONDS_MAX: u64 = 90;
/// A press that leads to nothing for so long is repeated, as a person would.
const PATIENCE: Duration = Duration::from_secs(8);
/// Longest time until something is seen or heard: a processor in software is slow.
pub(crate) const SENSE: Duration = Duration::from_secs(150);
/// How often a word is said, and how long each time until it is heard.
const SAYINGS: u32 = 3;
const HEARING: Duration = Duration::from_secs(12);
/// Most presses on the way to one goal.
const PRESSES_MAX: u32 = 60;

/// A program that runs in the machine.
pub(crate) struct Session<'m> {
    pub(crate) machine: &'m mut Machine,
    /// Where its words begin on the console.
    from: usize,
    /// Up to where they have been read.
    at: usize,
    /// What stands on the screen.
    scene: Option<String>,
}

impl<'m> Session<'m> {
    /// Starts the program with the journal `/data/NAME.db` and the recording `/data/NAME.jsonl`; waits for its first
    /// screen.
    pub(crate) fn start(machine: &'m mut Machine, name: &str, trials: u32) -> anyhow::Result<Self> {
        let from = machine.serial.position();
        machine.serial.tell(&format!(
            "/petri/bin/petri run --board linux --board-file /petri/board.toml --seed 7 --trials {trials} \
             --journal /data/{name}.db --record /data/{name}.jsonl < /dev/null &"
        ))?;
        let limit = Duration::from_secs(START_SECONDS_MAX);
        machine.serial.wait(from, limit, "greeting", |line| {
            line.contains("screen greet") || line.starts_with("petri: ")
        })?;
        if let Some(line) = machine.serial.since(from).iter().find(|line| line.starts_with("petri: ")) {
            bail!("the program does not start: {line}");
        }
        Ok(Self { machine, from, at: from, scene: None })
    }

    /// Waits for a line that holds `what`.
    pub(crate) fn expect(&mut self, what: &str, limit: Duration) -> anyhow::Result<String> {
        let (at, line) = self.machine.serial.wait(self.at, limit, what, |line| line.contains(what))?;
        self.read(at);
        Ok(line)
    }

    /// Waits until the program has told that it sees a face; it tells only what changes.
    pub(crate) fn sees_a_face(&self) -> anyhow::Result<String> {
        let told = |line: &str| line.contains("saw    a face");
        self.machine.serial.wait(self.from, SENSE, "sight of a face", told).map(|(_, line)| line)
    }

    /// Takes note of the lines up to `at`.
    fn read(&mut self, at: usize) {
        let lines = self.machine.serial.since(self.at);
        let new = lines.iter().take(at - self.at).filter_map(|line| line.split_once("screen ")).next_back();
        if let Some((_, said)) = new {
            self.scene = Some(said.to_owned());
        }
        self.at = at;
    }

    /// Presses what leads on until a line holds `goal`; `exercise` is the one to begin on the menu.
    pub(crate) fn play(&mut self, exercise: &str, goal: &str) -> anyhow::Result<String> {
        for _ in 0..PRESSES_MAX {
            let lines = self.machine.serial.since(self.at);
            if let Some(position) = lines.iter().position(|line| line.contains(goal)) {
                self.read(self.at + position + 1);
                return Ok(lines[position].clone());
            }
            self.read(self.at + lines.len());
            let said = self.scene.clone().context("nothing is on the screen")?;
            if let Some(button) = answer(&said, exercise) {
                self.machine.pins.press(button)?;
            }
            // On to whatever comes next; the next round looks at it.
            let next = |line: &str| line.contains("screen ") || line.contains(goal);
            let limit =
                if said.starts_with("show") { Duration::from_secs(SCREEN_SECONDS_MAX) } else { PATIENCE };
            let _ = self.machine.serial.wait(self.at, limit, "screen", next);
        }
        bail!("{PRESSES_MAX} presses did not lead to `{goal}`; see {}", self.machine.serial.log().display())
    }

    /// Speaks a recording of the demonstration until a line holds `goal`: a word may be lost to a busy processor.
    pub(crate) fn say(&mut self, wav: &str, goal: &str) -> anyhow::Result<String> {
        for _ in 0..SAYINGS {
            // A breath of silence behind it ends the utterance.
            self.machine
                .serial
                .order(&format!("aplay -q --buffer-time=2000000 -D plughw:Loopback,0 /petri/media/{wav}"))?;
            let found = self.machine.serial.wait(self.at, HEARING, goal, |line| line.contains(goal));
            if let Ok((at, line)) = found {
                self.read(at);
                return Ok(line);
            }
        }
        bail!(
            "said {wav} {SAYINGS} times and `{goal}` did not come; see {}",
            self.machine.serial.log().display()
        )
    }

    /// Ends the session by its stop button; gives the last line, which counts the trials.
    pub(crate) fn stop(&mut self) -> anyhow::Result<String> {
        let until = Instant::now() + Duration::from_secs(SCREEN_SECONDS_MAX);
        while Instant::now() < until {
            self.machine.pins.press(Press::Stop)?;
            let over = self
                .machine
                .serial
                .wait(self.at, PATIENCE, "end", |line| line.contains("safe in the journal"));
            if let Ok((at, line)) = over {
                self.read(at);
                return Ok(line);
            }
        }
        bail!("the stop button does not end the session; see {}", self.machine.serial.log().display())
    }

    /// Everything that the program has said.
    pub(crate) fn said(&self) -> Vec<String> {
        self.machine.serial.since(self.from)
    }

    /// The trials that were acknowledged: a screen came after them, and no word that they are not saved yet.
    pub(crate) fn acknowledged(&self) -> Vec<String> {
        acknowledged(&self.said())
    }

    /// What the program is asked to do at once, by a signal.
    pub(crate) fn signal(&mut self, signal: &str) -> anyhow::Result<()> {
        self.machine.serial.order(&format!("kill -{signal} $(pidof petri)")).map(drop)?;
        let until = Instant::now() + Duration::from_secs(20);
        while self.machine.serial.try_order("pidof petri")?.0 == "0" {
            if Instant::now() > until {
                bail!("the program survives signal {signal}");
            }
            thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }
}

/// What to press on a screen, `scene: title | body`.
fn answer(said: &str, exercise: &str) -> Option<Press> {
    let (scene, rest) = said.split_once(": ")?;
    let title = rest.split(" | ").next().unwrap_or_default();
    match scene {
        // A face unfolds, then the question follows by itself.
        "show" if !title.starts_with("The ") => None,
        "choose" if !title.ends_with(exercise) => Some(Press::B),
        // The mirror waits for a face; its last button goes on without one.
        "listen" if title == "Make this face" => Some(Press::C),
        _ => Some(Press::A),
    }
}

fn acknowledged(said: &[String]) -> Vec<String> {
    let mut known = Vec::new();
    let mut waiting: Vec<String> = Vec::new();
    let mut unsaved = false;
    for line in said {
        if let Some(start) = line.find("trial  ") {
            waiting.push(line[start..].to_owned());
            unsaved = false;
        } else if line.contains("not saved yet") {
            unsaved = true;
        } else if line.contains("screen ") && !unsaved {
            known.append(&mut waiting);
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_trial_counts_as_kept_once_a_screen_follows_it() {
        let said =
            lines("screen listen: x | y\ntrial  Faces no. 1\nscreen explain: a | b\ntrial  Faces no. 2");
        assert_eq!(acknowledged(&said), ["trial  Faces no. 1"]);
    }

    #[test]
    fn a_trial_that_waits_for_room_counts_with_the_next_that_is_saved() {
        let said = lines(
            "trial  Faces no. 1\nnote   not saved yet, will try again\nscreen explain: a | b\n\
             trial  Faces no. 2\nscreen explain: c | d",
        );
        assert_eq!(acknowledged(&said), ["trial  Faces no. 1", "trial  Faces no. 2"]);
    }

    #[test]
    fn the_menu_is_walked_to_the_exercise() {
        assert_eq!(answer("choose: For you: Words | x", "Faces"), Some(Press::B));
        assert_eq!(answer("choose: For you: Faces | x", "Faces"), Some(Press::A));
        assert_eq!(answer("listen: Make this face | Try: outer brows up.", "Mirror"), Some(Press::C));
        assert_eq!(answer("show: What does this face show? | ", "Faces"), None);
    }
}
