//! Pictures of screens: one PNG file for each, or a sheet of all.

use petri_core::light::Colour;
use petri_core::screen::Display;
use petri_core::{Pack, Scene, Screen};
use petri_runtime::Error;
use petri_runtime::picture::{self, Sheet};
use std::path::{Path, PathBuf};

/// Most pictures of one session: a forgotten simulator must not fill the disk.
const SHOTS_MAX: u32 = 1_000;

/// Takes one picture of every screen whose words differ from the last one's.
pub(crate) struct Shots {
    pack: Pack<'static>,
    display: Display,
    folder: Option<PathBuf>,
    sheet: Option<(PathBuf, Sheet)>,
    count: u32,
    last: Option<Screen>,
}

impl Shots {
    /// Makes the folder for single pictures if needed; those of an earlier session in it are replaced one by one.
    /// The sheet is written by [`Shots::finish`].
    pub(crate) fn new(
        folder: Option<&Path>,
        sheet: Option<&Path>,
        pack: Pack<'static>,
        display: Display,
    ) -> Result<Self, Error> {
        if let Some(folder) = folder {
            std::fs::create_dir_all(folder)
                .map_err(|source| Error::Write { path: folder.to_owned(), source })?;
        }
        let sheet = sheet.map(|path| (path.to_owned(), Sheet::default()));
        Ok(Self { pack, display, folder: folder.map(Path::to_owned), sheet, count: 0, last: None })
    }

    /// Takes `screen` unless it only moves: animations give no pictures of their own.
    pub(crate) fn take(&mut self, screen: &Screen, light: Colour) -> Result<(), Error> {
        let same = |last: &Screen| {
            (last.scene, &last.title, &last.body) == (screen.scene, &screen.title, &screen.body)
        };
        // A face unfolds while it is shown; the picture is worth taking once it has.
        if screen.scene == Scene::Show || self.last.as_ref().is_some_and(same) || self.count == SHOTS_MAX {
            return Ok(());
        }
        self.count += 1;
        self.last = Some(screen.clone());
        if let Some((_, sheet)) = &mut self.sheet {
            sheet.push(screen, &self.pack, light, self.display);
        }
        let Some(folder) = &self.folder else { return Ok(()) };
        let name = format!("{:03}-{}.png", self.count, screen.scene.name());
        picture::write_png(screen, &self.pack, light, self.display, &folder.join(name))
    }

    /// Writes the sheet, if one was asked for.
    pub(crate) fn finish(self) -> Result<(), Error> {
        self.sheet.map_or(Ok(()), |(path, sheet)| sheet.write(&path))
    }
}
