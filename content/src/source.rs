//! The TOML files of a pack, as they are written.

use crate::fault::{Fault, Notes};
use petri_core::{Move, Moves};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use toml::Spanned;

/// A string that knows where it stands.
pub(crate) type Word = Spanned<String>;
/// A list of them.
pub(crate) type Words = Spanned<Vec<Word>>;

/// `pack.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    pub(crate) name: Word,
    pub(crate) version: Word,
    pub(crate) author: Word,
    pub(crate) licence: Word,
}

/// `texts.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Texts {
    #[serde(default)]
    pub(crate) text: Vec<Text>,
}

/// `situations.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Situations {
    #[serde(default)]
    pub(crate) situation: Vec<Situation>,
}

/// `care.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cares {
    #[serde(default)]
    pub(crate) care: Vec<Care>,
}

/// `photos.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Photos {
    #[serde(default)]
    pub(crate) photo: Vec<Photo>,
}

/// A line that somebody wrote.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Text {
    pub(crate) id: Word,
    pub(crate) age: Word,
    pub(crate) source: Word,
    pub(crate) feeling: Word,
    pub(crate) level: Spanned<i64>,
    #[serde(default)]
    pub(crate) held_out: bool,
    pub(crate) en: Word,
    pub(crate) zh: Word,
    pub(crate) clue_en: Words,
    pub(crate) clue_zh: Words,
}

/// A situation with reasons.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Situation {
    pub(crate) id: Word,
    pub(crate) age: Word,
    pub(crate) source: Word,
    pub(crate) feeling: Word,
    pub(crate) level: Spanned<i64>,
    #[serde(default)]
    pub(crate) held_out: bool,
    pub(crate) name_en: Word,
    pub(crate) name_zh: Word,
    pub(crate) en: Word,
    pub(crate) zh: Word,
    pub(crate) why_en: Words,
    pub(crate) why_zh: Words,
}

/// Something shared.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Care {
    pub(crate) id: Word,
    pub(crate) age: Word,
    pub(crate) source: Word,
    pub(crate) feeling: Word,
    pub(crate) level: Spanned<i64>,
    #[serde(default)]
    pub(crate) held_out: bool,
    pub(crate) needs: Words,
    pub(crate) name_en: Word,
    pub(crate) name_zh: Word,
    pub(crate) en: Word,
    pub(crate) zh: Word,
    pub(crate) better_en: Word,
    pub(crate) better_zh: Word,
    #[serde(default)]
    pub(crate) reply: Vec<CareReply>,
}

/// A reply to something shared.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CareReply {
    pub(crate) en: Word,
    pub(crate) zh: Word,
    pub(crate) moves: Words,
}

/// A conversation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Talk {
    pub(crate) id: Word,
    pub(crate) age: Word,
    pub(crate) source: Word,
    #[serde(default)]
    pub(crate) held_out: bool,
    pub(crate) title_en: Word,
    pub(crate) title_zh: Word,
    pub(crate) actor: Word,
    pub(crate) name_en: Word,
    pub(crate) name_zh: Word,
    pub(crate) scene_en: Word,
    pub(crate) scene_zh: Word,
    pub(crate) valence: Spanned<i64>,
    pub(crate) arousal: Spanned<i64>,
    pub(crate) trust: Spanned<i64>,
    #[serde(default)]
    pub(crate) node: Vec<Node>,
}

/// Something that the character says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Node {
    pub(crate) id: Word,
    pub(crate) feeling: Word,
    pub(crate) en: Word,
    pub(crate) zh: Word,
    pub(crate) closed_en: Option<Word>,
    pub(crate) closed_zh: Option<Word>,
    #[serde(default)]
    pub(crate) reply: Vec<NodeReply>,
}

/// A reply in a conversation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NodeReply {
    pub(crate) en: Word,
    pub(crate) zh: Word,
    pub(crate) moves: Words,
    pub(crate) next: Word,
}

/// A photograph; `source` says where it is from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Photo {
    pub(crate) id: Word,
    pub(crate) age: Word,
    pub(crate) feeling: Word,
    pub(crate) level: Spanned<i64>,
    #[serde(default)]
    pub(crate) held_out: bool,
    pub(crate) file: Word,
    pub(crate) licence: Word,
    pub(crate) source: Word,
}

/// A file that was read.
#[derive(Debug)]
pub(crate) struct Sheet<T> {
    pub(crate) file: String,
    pub(crate) text: String,
    pub(crate) body: T,
}

impl<T> Sheet<T> {
    pub(crate) fn notes(&self) -> Notes<'_> {
        Notes::new(&self.file, &self.text)
    }
}

/// All files of a pack.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) manifest: Sheet<Manifest>,
    pub(crate) texts: Sheet<Texts>,
    pub(crate) situations: Sheet<Situations>,
    pub(crate) cares: Sheet<Cares>,
    pub(crate) talks: Vec<Sheet<Talk>>,
    pub(crate) photos: Sheet<Photos>,
}

impl Folder {
    /// Reads all files; a pack may do without any of them but `pack.toml`.
    pub(crate) fn read(folder: &Path) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let manifest = keep(read(folder, "pack.toml"), &mut faults);
        let texts = keep(optional(folder, "texts.toml"), &mut faults);
        let situations = keep(optional(folder, "situations.toml"), &mut faults);
        let cares = keep(optional(folder, "care.toml"), &mut faults);
        let photos = keep(optional(folder, "photos.toml"), &mut faults);
        let names = keep(conversations(folder), &mut faults).unwrap_or_default();
        let talks = names.iter().filter_map(|name| keep(read(folder, name), &mut faults)).collect();
        match (manifest, texts, situations, cares, photos) {
            (Some(manifest), Some(texts), Some(situations), Some(cares), Some(photos))
                if faults.is_empty() =>
            {
                Ok(Self { manifest, texts, situations, cares, talks, photos })
            }
            _ => Err(faults),
        }
    }

    /// How much there is of what.
    pub(crate) fn counts(&self) -> String {
        format!(
            "{} {}: {} texts, {} situations, {} care items, {} conversations, {} photos",
            self.manifest.body.name.get_ref(),
            self.manifest.body.version.get_ref(),
            self.texts.body.text.len(),
            self.situations.body.situation.len(),
            self.cares.body.care.len(),
            self.talks.len(),
            self.photos.body.photo.len()
        )
    }
}

fn keep<T>(result: Result<T, Fault>, faults: &mut Vec<Fault>) -> Option<T> {
    result.map_err(|fault| faults.push(fault)).ok()
}

fn conversations(folder: &Path) -> Result<Vec<String>, Fault> {
    let unread = |error: std::io::Error| Fault {
        file: "conversations".to_owned(),
        line: 1,
        what: format!("cannot be listed ({error}); check the folder and its rights"),
    };
    let list = match fs::read_dir(folder.join("conversations")) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(unread)?,
    };
    let mut names = Vec::new();
    for entry in list {
        let path = entry.map_err(unread)?.path();
        if path.extension().is_some_and(|extension| extension == "toml")
            && let Some(name) = path.file_name()
        {
            names.push(format!("conversations/{}", name.to_string_lossy()));
        }
    }
    names.sort();
    Ok(names)
}

fn optional<T: DeserializeOwned + Default>(folder: &Path, file: &str) -> Result<Sheet<T>, Fault> {
    if folder.join(file).exists() {
        return read(folder, file);
    }
    Ok(Sheet { file: file.to_owned(), text: String::new(), body: T::default() })
}

fn read<T: DeserializeOwned>(folder: &Path, file: &str) -> Result<Sheet<T>, Fault> {
    let text = fs::read_to_string(folder.join(file)).map_err(|error| Fault {
        file: file.to_owned(),
        line: 1,
        what: format!("cannot be read ({error}); a pack needs this file, in UTF-8"),
    })?;
    match toml::from_str(&text) {
        Ok(body) => Ok(Sheet { file: file.to_owned(), text, body }),
        Err(error) => {
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            let advice = if message.starts_with("unknown field") {
                "remove it or mend its name"
            } else if message.starts_with("missing field") {
                "add it to this item"
            } else {
                "mend the TOML here"
            };
            let line = Notes::new(file, &text).line(&error.span().unwrap_or(0..0));
            Err(Fault { file: file.to_owned(), line, what: format!("{message}; {advice}") })
        }
    }
}

/// The move of this name.
pub(crate) fn move_of(name: &str) -> Option<Move> {
    Move::ALL.into_iter().find(|one| move_name(*one) == name)
}

/// The name of a move in files.
pub(crate) const fn move_name(one: Move) -> &'static str {
    match one {
        Move::Names => "names",
        Move::Asks => "asks",
        Move::Offers => "offers",
        Move::Judges => "judges",
        Move::TurnsToSelf => "self",
        Move::Dismisses => "dismisses",
        Move::Advises => "advises",
    }
}

/// The moves of these names; unknown ones are left out.
pub(crate) fn moves_of(names: &Words) -> Moves {
    names.get_ref().iter().filter_map(|name| move_of(name.get_ref())).collect()
}
