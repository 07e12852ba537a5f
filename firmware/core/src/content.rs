//! What the exercises are made of. Packs come later; this one is built in, so that a device is never empty.

use crate::Emotion;

/// A set of items. Borrowed, so that a pack can live in flash or in a file's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content<'a> {
    /// Lines for *read the words*.
    pub texts: &'a [TextItem<'a>],
}

/// A line that somebody wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextItem<'a> {
    /// The line; at most [`TEXT_BYTES_MAX`] bytes.
    pub text: &'a str,
    /// What the writer was meant to feel.
    pub feeling: Emotion,
    /// The words that carry it; at most [`CLUE_BYTES_MAX`] bytes.
    pub clue: &'a str,
    /// On the ability scale, in thousandths of a logit: about -1200 says it outright, 0 implies it, 1200 hides it.
    pub difficulty_ml: i16,
}

/// Longest line of a text item, in bytes.
pub const TEXT_BYTES_MAX: usize = 110;
/// Longest clue, in bytes: it shares the body of a screen with the sentence around it.
pub const CLUE_BYTES_MAX: usize = 40;

const PLAIN: i16 = -1_200;
const IMPLIED: i16 = 0;
const SUBTLE: i16 = 1_200;

const fn item(
    feeling: Emotion,
    difficulty_ml: i16,
    text: &'static str,
    clue: &'static str,
) -> TextItem<'static> {
    TextItem { text, feeling, clue, difficulty_ml }
}

/// The built-in content, written for the project.
pub const STARTER: Content<'static> = Content { texts: TEXTS };

const TEXTS: &[TextItem<'static>] = &[
    item(Emotion::Happy, PLAIN, "I am so glad you all came. Best day of the year!", "so glad, best day"),
    item(
        Emotion::Happy,
        IMPLIED,
        "They read my name out, and the whole class clapped.",
        "the whole class clapped",
    ),
    item(Emotion::Happy, IMPLIED, "Guess who gets to keep the puppy!", "gets to keep the puppy"),
    item(
        Emotion::Happy,
        SUBTLE,
        "I walked home the long way, just to keep this evening going.",
        "to keep this evening going",
    ),
    item(Emotion::Sad, PLAIN, "I cried all evening. I miss her so much.", "cried, miss her"),
    item(
        Emotion::Sad,
        IMPLIED,
        "Her chair is still at the table. Nobody sits there now.",
        "nobody sits there now",
    ),
    item(
        Emotion::Sad,
        IMPLIED,
        "We moved away. My best friend has stopped writing back.",
        "has stopped writing back",
    ),
    item(
        Emotion::Sad,
        SUBTLE,
        "It is fine. I did not really want to go to the party.",
        "did not really want to",
    ),
    item(
        Emotion::Angry,
        PLAIN,
        "I am furious. You promised, and you broke it again!",
        "furious, you broke it again",
    ),
    item(Emotion::Angry, IMPLIED, "He copied my work, and then HE got the prize.", "then HE got the prize"),
    item(
        Emotion::Angry,
        IMPLIED,
        "That is the third time you read my messages. Stop it.",
        "the third time, stop it",
    ),
    item(Emotion::Angry, SUBTLE, "Sure. Take it. You always do anyway.", "you always do anyway"),
    item(
        Emotion::Scared,
        PLAIN,
        "I am terrified. Please do not turn off the light.",
        "terrified, do not turn off",
    ),
    item(Emotion::Scared, IMPLIED, "There were steps behind me, all the way to the door.", "steps behind me"),
    item(
        Emotion::Scared,
        IMPLIED,
        "The doctor wants to see me again, and will not say why.",
        "will not say why",
    ),
    item(Emotion::Scared, SUBTLE, "Could you stay on the phone until I am home?", "stay on the phone"),
    item(Emotion::Surprised, PLAIN, "Wow, I did not expect that at all!", "wow, did not expect"),
    item(Emotion::Surprised, IMPLIED, "Wait, you two are twins? Since when?", "wait, since when"),
    item(
        Emotion::Surprised,
        IMPLIED,
        "I opened the door, and there they all were, with a cake.",
        "there they all were",
    ),
    item(
        Emotion::Surprised,
        SUBTLE,
        "I read the letter twice to be sure it was for me.",
        "read it twice to be sure",
    ),
    item(Emotion::Disgusted, PLAIN, "Yuck, the milk has lumps in it. That is revolting.", "yuck, revolting"),
    item(
        Emotion::Disgusted,
        IMPLIED,
        "Somebody left a half-eaten fish in the shared fridge. For weeks.",
        "half-eaten fish, for weeks",
    ),
    item(
        Emotion::Disgusted,
        IMPLIED,
        "He licked the spoon and put it back in the pot.",
        "put it back in the pot",
    ),
    item(Emotion::Disgusted, SUBTLE, "After I saw that kitchen, I only had water.", "I only had water"),
    item(Emotion::Calm, PLAIN, "I feel at ease. Tea, a book, and nothing to do.", "at ease, nothing to do"),
    item(
        Emotion::Calm,
        IMPLIED,
        "The bus leaves at ten. I will bring the tickets.",
        "plain facts, no strong words",
    ),
    item(
        Emotion::Calm,
        IMPLIED,
        "We sat by the lake and watched the boats for a while.",
        "watched the boats for a while",
    ),
    item(Emotion::Calm, SUBTLE, "The meeting is moved to Tuesday. That works for me.", "that works for me"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starter_items_fit_the_screen_and_cover_every_feeling() {
        for item in STARTER.texts {
            assert!(item.text.len() <= TEXT_BYTES_MAX, "text too long: {}", item.text);
            assert!(item.clue.len() <= CLUE_BYTES_MAX, "clue too long: {}", item.clue);
            assert!(item.text.is_ascii() && item.clue.is_ascii(), "the fonts are ASCII: {}", item.text);
        }
        for emotion in Emotion::ALL {
            let levels = [PLAIN, IMPLIED, SUBTLE];
            let has = |level| STARTER.texts.iter().any(|i| i.feeling == emotion && i.difficulty_ml == level);
            assert!(levels.into_iter().all(has), "{emotion:?} lacks a level");
        }
    }

    #[test]
    fn no_text_stands_twice() {
        for (i, item) in STARTER.texts.iter().enumerate() {
            assert!(STARTER.texts[..i].iter().all(|other| other.text != item.text), "twice: {}", item.text);
        }
    }
}
