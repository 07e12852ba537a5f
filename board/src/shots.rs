//! Pictures of screens as PNG files.

use petri_core::light::Colour;
use petri_core::screen::Display;
use petri_core::{Scene, Screen};
use petri_runtime::Error;
use petri_runtime::picture;
use std::path::{Path, PathBuf};

/// Most pictures of one session: a forgotten simulator must not fill the disk.
const SHOTS_MAX: u32 = 1_000;

/// Writes one picture for every screen whose words differ from the last one's.
pub(crate) struct Shots {
    folder: PathBuf,
    display: Display,
    count: u32,
    last: Option<Screen>,
}

impl Shots {
    /// Makes the folder if needed; pictures of an earlier session in it are replaced one by one.
    pub(crate) fn new(folder: &Path, display: Display) -> Result<Self, Error> {
        std::fs::create_dir_all(folder).map_err(|source| Error::Write { path: folder.to_owned(), source })?;
        Ok(Self { folder: folder.to_owned(), display, count: 0, last: None })
    }

    /// Writes `screen` unless it only moves: animations give no pictures of their own.
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
        let name = format!("{:03}-{}.png", self.count, screen.scene.name());
        picture::write_png(screen, light, self.display, &self.folder.join(name))
    }
}
