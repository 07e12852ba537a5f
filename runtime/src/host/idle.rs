//! The screen between two sessions.

use petri_core::input::Sensors;
use petri_core::{Actions, Actor, Comfort, Emotion, Language, Permille, Picture, Portrait, Scene, Screen};

/// Says whose turn it is and which button begins, or that answers of the last session were not saved.
pub(super) fn screen(learner: u32, comfort: Comfort, unsaved: bool) -> Screen {
    let language = comfort.language;
    // The two are as long as each other: what fits a display fits it in both cases.
    let body = match (language, unsaved) {
        (Language::English, false) => {
            format!("It is the turn of learner {learner}. Press a button to begin.")
        }
        (Language::English, true) => format!("Not all was saved: check the disk. Next: learner {learner}."),
        (Language::Chinese, false) => format!("轮到{learner}号。按一个键开始。"),
        (Language::Chinese, true) => format!("没存好，请查卡。轮到{learner}号"),
    };
    let label = language.pick("start", "开始");
    let portrait = Portrait { actor: Actor::Petri, actions: Actions::of(Emotion::Happy, Permille::new(300)) };
    Screen {
        scene: Scene::Greet,
        title: language.pick("Ready", "准备好了").try_into().unwrap_or_default(),
        body: body.as_str().try_into().unwrap_or_default(),
        picture: Picture::Face(portrait),
        choices: [label, "", ""].into_iter().filter_map(|label| label.try_into().ok()).collect(),
        meter: None,
        sensing: Sensors::NONE,
        focus: None,
        comfort,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_core::screen::{Display, fits};

    #[test]
    fn it_fits_every_display_in_both_languages() {
        for language in Language::ALL {
            for (large_text, wide_spacing) in [(false, false), (true, false), (false, true), (true, true)] {
                let comfort = Comfort { language, large_text, wide_spacing, ..Comfort::default() };
                for unsaved in [false, true] {
                    let screen = screen(u32::MAX, comfort, unsaved);
                    assert!(screen.body.contains("4294967295"));
                    for display in Display::ALL {
                        assert!(fits(&screen, display), "{comfort:?} on {display:?}");
                    }
                }
            }
        }
    }
}
