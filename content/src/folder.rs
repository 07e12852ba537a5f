//! Reads the files of a pack, and notes what is no item.

use crate::fault::{Fault, Notes};
use crate::form::{self, Field};
use crate::limits::{FILE_BYTES_MAX, TALKS_MAX};
use crate::source::{Care, Manifest, Photo, Situation, Talk, Text};
use serde::de::DeserializeOwned;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

const SHEETS: [&str; 5] = ["pack.toml", "texts.toml", "situations.toml", "care.toml", "photos.toml"];
const TALKS: &str = "conversations";

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

/// All files of a pack, as far as they could be read.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) manifest: Sheet<Option<Manifest>>,
    pub(crate) texts: Sheet<Vec<Text>>,
    pub(crate) situations: Sheet<Vec<Situation>>,
    pub(crate) cares: Sheet<Vec<Care>>,
    pub(crate) photos: Sheet<Vec<Photo>>,
    pub(crate) talks: Vec<Sheet<Talk>>,
}

impl Folder {
    /// Reads all files; a pack may do without any of them but `pack.toml`. What has a fault is left out.
    pub(crate) fn read(folder: &Path, faults: &mut Vec<Fault>) -> Self {
        strangers(folder, faults);
        Self {
            manifest: whole(folder, SHEETS[0], form::MANIFEST, faults),
            texts: items(folder, SHEETS[1], "text", form::TEXT, faults),
            situations: items(folder, SHEETS[2], "situation", form::SITUATION, faults),
            cares: items(folder, SHEETS[3], "care", form::CARE, faults),
            photos: items(folder, SHEETS[4], "photo", form::PHOTO, faults),
            talks: talks(folder, faults),
        }
    }

    /// How much there is of what.
    pub(crate) fn counts(&self) -> String {
        let turns: usize = self.talks.iter().map(|sheet| sheet.body.node.len()).sum();
        format!(
            "{}: {} texts, {} situations, {} care items, {} conversations ({turns} turns), {} photos",
            self.name(),
            self.texts.body.len(),
            self.situations.body.len(),
            self.cares.body.len(),
            self.talks.len(),
            self.photos.body.len()
        )
    }

    /// Name and version of the pack.
    pub(crate) fn name(&self) -> String {
        let manifest = self.manifest.body.as_ref();
        manifest.map(|it| format!("{} {}", it.name.get_ref(), it.version.get_ref())).unwrap_or_default()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.texts.body.is_empty()
            && self.situations.body.is_empty()
            && self.cares.body.is_empty()
            && self.talks.is_empty()
            && self.photos.body.is_empty()
    }
}

/// A misspelt file name would otherwise leave out all its items without a word.
fn strangers(folder: &Path, faults: &mut Vec<Fault>) {
    for name in listed(folder, "", faults).iter().filter(|name| !SHEETS.contains(&name.as_str())) {
        let names = SHEETS.join(", ");
        let what = format!("not a file of a pack; rename it to one of {names}, or move it away");
        faults.push(Fault { file: name.clone(), line: 1, what });
    }
}

fn talks(folder: &Path, faults: &mut Vec<Fault>) -> Vec<Sheet<Talk>> {
    let names = listed(folder, TALKS, faults);
    if names.len() > TALKS_MAX {
        let what = format!("{} conversations; keep at most {TALKS_MAX} in one pack", names.len());
        faults.push(Fault { file: TALKS.to_owned(), line: 1, what });
    }
    let read = |name: &String| whole(folder, name, form::TALK, faults);
    let sheets: Vec<Sheet<Option<Talk>>> = names.iter().take(TALKS_MAX).map(read).collect();
    let kept = |Sheet { file, text, body }: Sheet<Option<Talk>>| body.map(|body| Sheet { file, text, body });
    sheets.into_iter().filter_map(kept).collect()
}

/// The TOML files in `under`, in the order of their names.
fn listed(folder: &Path, under: &str, faults: &mut Vec<Fault>) -> Vec<String> {
    let list = match fs::read_dir(folder.join(under)) {
        Ok(list) => list,
        Err(error) if error.kind() == ErrorKind::NotFound && under == TALKS => return Vec::new(),
        Err(error) => {
            let file = if under.is_empty() { "pack.toml" } else { under };
            let what = format!("the folder cannot be listed ({error}); check its name and rights");
            faults.push(Fault { file: file.to_owned(), line: 1, what });
            return Vec::new();
        }
    };
    let paths = list.filter_map(Result::ok).map(|entry| entry.path());
    let toml = paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    let mut names: Vec<String> = toml
        .filter_map(|path| {
            let name = path.file_name()?.to_string_lossy().into_owned();
            Some(if under.is_empty() { name } else { format!("{under}/{name}") })
        })
        .collect();
    names.sort();
    names
}

/// A file that is one table.
fn whole<T: DeserializeOwned>(
    folder: &Path,
    file: &str,
    fields: &[Field],
    faults: &mut Vec<Fault>,
) -> Sheet<Option<T>> {
    let read = read(folder, file, faults);
    let there = read.is_some();
    let text = read.unwrap_or_default();
    let mut notes = Notes::new(file, &text);
    let table = if there { parsed(&mut notes, &text) } else { None };
    let body = table.and_then(|table| {
        let (span, kept) = (table.span(), form::keeps(&mut notes, fields, table.get_ref(), &(0..0)));
        let value = Spanned::new(span, DeValue::Table(table.into_inner()));
        if kept { typed(&mut notes, value) } else { None }
    });
    faults.append(&mut notes.faults);
    Sheet { file: file.to_owned(), text, body }
}

/// A file that is a list of items, each a table called `key`; those without a fault of form.
fn items<T: DeserializeOwned>(
    folder: &Path,
    file: &str,
    key: &str,
    fields: &[Field],
    faults: &mut Vec<Fault>,
) -> Sheet<Vec<T>> {
    let there = folder.join(file).exists();
    let text = if there { read(folder, file, faults).unwrap_or_default() } else { String::new() };
    let mut notes = Notes::new(file, &text);
    let mut body = Vec::new();
    for (name, value) in parsed(&mut notes, &text).map(Spanned::into_inner).unwrap_or_default() {
        let span = value.span();
        match value.into_inner() {
            DeValue::Array(list) if name.get_ref() == key => {
                body.extend(list.into_iter().filter_map(|item| {
                    let kept = match item.get_ref() {
                        DeValue::Table(table) => form::keeps(&mut notes, fields, table, &item.span()),
                        _ => false,
                    };
                    if kept { typed(&mut notes, item) } else { None }
                }));
            }
            _ => notes.add(&span, format!("`{}` is no item; begin each with [[{key}]]", name.get_ref())),
        }
    }
    faults.append(&mut notes.faults);
    Sheet { file: file.to_owned(), text, body }
}

/// The file as a table, or nothing when it is no TOML.
fn parsed<'a>(notes: &mut Notes<'_>, text: &'a str) -> Option<Spanned<DeTable<'a>>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        notes.add(&error.span().unwrap_or(0..0), format!("{message}; mend the TOML here"));
    }
    errors.is_empty().then_some(table)
}

/// A value whose form was checked, as an item.
fn typed<T: DeserializeOwned>(notes: &mut Notes<'_>, value: Spanned<DeValue<'_>>) -> Option<T> {
    let span = value.span();
    T::deserialize(ValueDeserializer::from(value))
        .map_err(|error| notes.add(&error.span().unwrap_or(span), format!("{}; mend it", error.message())))
        .ok()
}

fn read(folder: &Path, file: &str, faults: &mut Vec<Fault>) -> Option<String> {
    let mut add = |line, what| faults.push(Fault { file: file.to_owned(), line, what });
    match bytes(&folder.join(file), FILE_BYTES_MAX) {
        Ok(bytes) => String::from_utf8(bytes)
            .map_err(|error| {
                let sound = error.utf8_error().valid_up_to();
                let line = 1 + error.as_bytes().iter().take(sound).filter(|byte| **byte == b'\n').count();
                add(line, "not UTF-8; save the file in that encoding".to_owned());
            })
            .ok(),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            add(1, "there is no such file; a pack needs it".to_owned());
            None
        }
        Err(error) => {
            add(1, format!("cannot be read ({error}); check the file and its rights"));
            None
        }
    }
}

/// The bytes of a file of at most `max` bytes.
pub(crate) fn bytes(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max {
        return Err(io::Error::other(format!("it is larger than {max} bytes")));
    }
    Ok(bytes)
}
