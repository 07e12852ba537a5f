//! What the page keeps beside the journal: the hash of the PIN, hashes of paired browsers, and the certificate.

use crate::Error;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// No file is larger.
const FILE_BYTES_MAX: u64 = 64 << 10;

/// A folder that nobody else may read.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    folder: PathBuf,
}

impl Files {
    /// The folder `console` beside the journal; nothing is made yet.
    pub(crate) fn beside(journal: &Path) -> Self {
        Self { folder: journal.with_file_name("console") }
    }

    fn refuse(&self, name: &str, error: &std::io::Error) -> Error {
        let path = self.folder.join(name);
        Error::File { path, what: format!("{error}; check the permissions of the folder and the disk") }
    }

    /// A file's bytes; `None` when there is none.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let file = match fs::File::open(self.folder.join(name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            file => file.map_err(|error| self.refuse(name, &error))?,
        };
        let mut bytes = Vec::new();
        file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(|error| self.refuse(name, &error))?;
        Ok(Some(bytes))
    }

    /// Puts bytes into a file, whole or not at all; only its owner may read it.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let put = || -> std::io::Result<()> {
            DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
            let fresh = self.folder.join(format!("{name}.new"));
            let mut file =
                OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&fresh, self.folder.join(name))
        };
        put().map_err(|error| self.refuse(name, &error))
    }
}
