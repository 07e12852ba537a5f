//! Scripts: what a pretended learner does, scene by scene.
//!
//! ```text
//! # one step a line: the scene to wait for, then what to do in it
//! greet:   press a
//! listen:  press sad            # the button with this label
//! explain: say next.wav         # a wav file, beside the script
//! listen:  show face.png        # what the camera sees from now on; `hide` ends it
//! listen:  type I think she is sad.
//! listen:  wait 1500            # milliseconds
//! choose:  start Words          # on through the menu to this exercise, and begin it
//! explain: facilitator same     # or different, void, clear
//! why?:    press b              # only if this scene comes before that of the next step
//! choose:  press stop
//! ```

use petri_core::{Button, Facilitator, Scene};
use petri_runtime::{Clip, Error, Frame, intake};
use std::collections::VecDeque;
use std::path::Path;

/// Largest script that is read.
pub const SCRIPT_BYTES_MAX: usize = 64 << 10;

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The scene to wait for.
    pub scene: Scene,
    /// Left out when the scene of a later step comes first.
    pub optional: bool,
    /// What to do.
    pub action: Action,
}

/// Something that a pretended learner does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Press a button.
    Press(Button),
    /// Begin the exercise with this name on the menu.
    Start(String),
    /// Step in as the facilitator.
    Facilitate(Facilitator),
    /// Press the button with this label; the first one if there is none.
    Choose(String),
    /// Speak.
    Say(Clip),
    /// Be seen.
    Show(Frame),
    /// Go out of sight.
    Hide,
    /// Type a line.
    Type(String),
    /// Do nothing for this many milliseconds.
    Wait(u64),
}

/// Takes the step that is to be done in `scene`, if any: the first, or what comes after optional ones.
pub fn take(steps: &mut VecDeque<Step>, scene: Scene) -> Option<Action> {
    let skipped = steps.iter().take_while(|step| step.optional && step.scene != scene).count();
    if steps.get(skipped)?.scene != scene {
        return None;
    }
    steps.drain(..skipped);
    steps.pop_front().map(|step| step.action)
}

/// Longest wait in one step.
const WAIT_MS_MAX: u64 = 60_000;

/// Reads a script and every file that it names, so that nothing can fail later.
///
/// # Errors
/// With file and line, when a line makes no sense or a file cannot be used.
pub fn read(path: &Path) -> Result<Vec<Step>, Error> {
    let text = intake::text_file(path, SCRIPT_BYTES_MAX)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut steps = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let line = line.split_once('#').map_or(line, |(before, _)| before).trim();
        if line.is_empty() {
            continue;
        }
        let refuse =
            |what: String| Error::Intake { path: path.to_owned(), what: format!("line {}: {what}", i + 1) };
        let (scene, rest) = line.split_once(':').ok_or_else(|| refuse("write `scene: action`".to_owned()))?;
        let name = scene.trim().trim_end_matches('?');
        let optional = name.len() < scene.trim().len();
        let scene = Scene::ALL.into_iter().find(|known| known.name() == name).ok_or_else(|| {
            let names = Scene::ALL.map(Scene::name).join(", ");
            refuse(format!("there is no scene `{name}`; use one of {names}"))
        })?;
        let rest = rest.trim();
        let (verb, object) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let object = object.trim();
        let action = match (verb, object) {
            ("start", name) if !name.is_empty() && scene == Scene::Choose => Action::Start(name.to_owned()),
            ("facilitator", "same") => Action::Facilitate(Facilitator::CountsAsSame),
            ("facilitator", "different") => Action::Facilitate(Facilitator::CountsAsDifferent),
            ("facilitator", "void") => Action::Facilitate(Facilitator::DoesNotCount),
            ("facilitator", "clear") => Action::Facilitate(Facilitator::AllClear),
            ("press", "a") => Action::Press(Button::A),
            ("press", "b") => Action::Press(Button::B),
            ("press", "c") => Action::Press(Button::C),
            ("press", "stop") => Action::Press(Button::Stop),
            ("press", label) if !label.is_empty() => Action::Choose(label.to_owned()),
            ("say", file) if !file.is_empty() => Action::Say(intake::clip(&folder.join(file))?),
            ("show", file) if !file.is_empty() => Action::Show(intake::frame(&folder.join(file))?),
            ("hide", "") => Action::Hide,
            ("wait", ms) if ms.parse().is_ok_and(|ms: u64| ms <= WAIT_MS_MAX) => {
                Action::Wait(ms.parse().unwrap_or_default())
            }
            ("type", text) if !text.is_empty() => Action::Type(text.to_owned()),
            _ => {
                return Err(refuse(format!(
                    "`{rest}` is no action; use press, start, say, show, hide, type, wait or facilitator"
                )));
            }
        };
        steps.push(Step { scene, optional, action });
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Vec<Step>, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("script");
        std::fs::write(&path, text).expect("written");
        read(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn steps_are_read_and_comments_are_not() {
        let steps = parse("# hello\ngreet: press a\n\nlisten:  press sad # why not\nlisten: type so it is\n");
        let step = |scene, action| Step { scene, optional: false, action };
        assert_eq!(
            steps.expect("a script"),
            [
                step(Scene::Greet, Action::Press(Button::A)),
                step(Scene::Listen, Action::Choose("sad".to_owned())),
                step(Scene::Listen, Action::Type("so it is".to_owned())),
            ]
        );
    }

    #[test]
    fn an_optional_step_is_left_out_when_a_later_scene_comes_first() {
        let text = "why?: press b\nwhy?: press c\nexplain: press a\nwhy: press a\n";
        let mut steps = VecDeque::from(parse(text).expect("a script"));
        assert_eq!(take(&mut steps, Scene::Listen), None);
        assert_eq!(take(&mut steps, Scene::Why), Some(Action::Press(Button::B)));
        assert_eq!(take(&mut steps, Scene::Explain), Some(Action::Press(Button::A)));
        assert_eq!(take(&mut steps, Scene::Explain), None);
        assert_eq!(steps.len(), 1);
    }

    #[test]
    fn nonsense_is_refused_with_its_line() {
        for (text, what) in [
            ("greet press a", "line 1: write"),
            ("greet: press a\nparty: press a", "line 2: there is no scene `party`"),
            ("greet: dance", "line 1: `dance` is no action"),
            ("greet: say nothing.wav", "no such file"),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.contains(what) && error.lines().count() == 1, "{error}");
        }
    }
}
