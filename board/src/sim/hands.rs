//! The hands of the simulator: a script, keys, or a pipe.

use super::{PAUSE_MS, STALLED_MS, World, paint};
use crate::script::{self, Action, Step};
use crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use petri_core::{Button, Facilitator, Scene};
use petri_runtime::intake;
use petri_runtime::ports::{Buttons, PortError, Pressed};
use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// Buttons and keyboard.
pub(super) struct SimButtons {
    pub(super) world: World,
    pub(super) script: VecDeque<Step>,
    pub(super) scripted: bool,
    pub(super) acted: Instant,
    pub(super) pipe: Option<Receiver<String>>,
    pub(super) keys: bool,
    pub(super) typing: Option<String>,
}

impl Buttons for SimButtons {
    fn poll(&mut self) -> Result<Option<Pressed>, PortError> {
        if self.keys
            && let Some(pressed) = self.key()?
        {
            return Ok(Some(pressed));
        }
        let pause = Duration::from_millis(PAUSE_MS);
        let (scene, entered) = {
            let state = self.world.state();
            (state.screen.as_ref().map(|screen| screen.scene), state.entered)
        };
        if entered.elapsed() < pause || self.acted.elapsed() < pause {
            return Ok(None);
        }
        if let Some(action) = scene.and_then(|scene| script::take(&mut self.script, scene)) {
            self.acted = Instant::now();
            return Ok(self.act(action));
        }
        if self.scripted && self.acted.elapsed() > Duration::from_millis(STALLED_MS) {
            return Err(PortError::Closed { part: "script" });
        }
        if let Some(pipe) = self.pipe.as_ref().filter(|_| scene != Some(Scene::Show)) {
            self.acted = Instant::now();
            return match pipe.try_recv() {
                Ok(line) => Ok(pressed(line)),
                Err(std::sync::mpsc::TryRecvError::Empty) => Ok(None),
                Err(std::sync::mpsc::TryRecvError::Disconnected) => {
                    Err(PortError::Closed { part: "standard input" })
                }
            };
        }
        Ok(None)
    }
}

impl SimButtons {
    fn act(&mut self, action: Action) -> Option<Pressed> {
        let world = self.world.clone();
        let mut state = world.state();
        match action {
            Action::Press(button) => return Some(Pressed::Button(button)),
            Action::Facilitate(act) => return Some(Pressed::Facilitator(act)),
            // The menu shows one exercise at a time: on to the next until this one is shown.
            Action::Start(name) => {
                let title = state.screen.as_ref().map(|screen| screen.title.as_str()).unwrap_or_default();
                if title.ends_with(name.as_str()) {
                    return Some(Pressed::Button(Button::A));
                }
                let scene = Scene::Choose;
                self.script.push_front(Step { scene, optional: false, action: Action::Start(name) });
                return Some(Pressed::Button(Button::B));
            }
            Action::Choose(label) => {
                let choices =
                    state.screen.as_ref().map(|screen| screen.choices.as_slice()).unwrap_or_default();
                let position = choices.iter().position(|choice| **choice == *label).unwrap_or(0);
                return Some(Pressed::Button([Button::A, Button::B, Button::C][position.min(2)]));
            }
            Action::Type(line) => return Some(Pressed::Line(line)),
            Action::Say(clip) => state.sound.extend(clip.samples()),
            Action::Show(frame) => state.pictures = vec![frame],
            Action::Hide => state.pictures.clear(),
            Action::Wait(ms) => self.acted += Duration::from_millis(ms),
        }
        None
    }

    fn key(&mut self) -> Result<Option<Pressed>, PortError> {
        // A terminal that is gone does not come back.
        let gone = |_: io::Error| PortError::Closed { part: "keyboard" };
        if !event::poll(Duration::ZERO).map_err(gone)? {
            return Ok(None);
        }
        let Event::Key(key) = event::read().map_err(gone)? else { return Ok(None) };
        if key.kind == KeyEventKind::Release {
            return Ok(None);
        }
        if key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL) {
            return Err(PortError::Closed { part: "keyboard" });
        }
        let mut pressed = None;
        if let Some(line) = &mut self.typing {
            match key.code {
                KeyCode::Enter => {
                    pressed = Some(Pressed::Line(std::mem::take(line)));
                    self.typing = None;
                }
                KeyCode::Esc => self.typing = None,
                KeyCode::Backspace => {
                    line.pop();
                }
                KeyCode::Char(letter) if line.len() < intake::TEXT_BYTES_MAX => line.push(letter),
                _ => {}
            }
        } else {
            match key.code {
                KeyCode::Char('a' | '1') => pressed = Some(Pressed::Button(Button::A)),
                KeyCode::Char('b' | '2') => pressed = Some(Pressed::Button(Button::B)),
                KeyCode::Char('c' | '3') => pressed = Some(Pressed::Button(Button::C)),
                KeyCode::Char('q') | KeyCode::Esc => pressed = Some(Pressed::Button(Button::Stop)),
                KeyCode::Char('=') => pressed = Some(Pressed::Facilitator(Facilitator::CountsAsSame)),
                KeyCode::Char('/') => pressed = Some(Pressed::Facilitator(Facilitator::CountsAsDifferent)),
                KeyCode::Char('0') => pressed = Some(Pressed::Facilitator(Facilitator::DoesNotCount)),
                KeyCode::Char('!') => pressed = Some(Pressed::Facilitator(Facilitator::AllClear)),
                KeyCode::Char('t') | KeyCode::Enter => self.typing = Some(String::new()),
                _ => {}
            }
        }
        let typed = self.typing.as_ref().map(|line| format!("reply: {line}_")).unwrap_or_default();
        self.world.state().typed = typed;
        paint(&self.world.state());
        Ok(pressed)
    }
}

fn pressed(line: String) -> Option<Pressed> {
    match line.trim() {
        "" => None,
        "a" => Some(Pressed::Button(Button::A)),
        "b" => Some(Pressed::Button(Button::B)),
        "c" => Some(Pressed::Button(Button::C)),
        "stop" => Some(Pressed::Button(Button::Stop)),
        "!same" => Some(Pressed::Facilitator(Facilitator::CountsAsSame)),
        "!different" => Some(Pressed::Facilitator(Facilitator::CountsAsDifferent)),
        "!void" => Some(Pressed::Facilitator(Facilitator::DoesNotCount)),
        "!clear" => Some(Pressed::Facilitator(Facilitator::AllClear)),
        _ => Some(Pressed::Line(line)),
    }
}

/// Reads the standard input on a thread of its own: a pipe may stay open and silent.
pub(super) fn pipe() -> Receiver<String> {
    let (lines, out) = sync_channel(1);
    thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            let Ok(mut line) = line else { return };
            let end =
                line.char_indices().map(|(at, _)| at).take_while(|at| *at <= intake::TEXT_BYTES_MAX).last();
            line.truncate(if line.len() > intake::TEXT_BYTES_MAX { end.unwrap_or(0) } else { line.len() });
            if lines.send(line).is_err() {
                return;
            }
        }
    });
    out
}
