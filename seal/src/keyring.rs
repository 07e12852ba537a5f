//! Where a journal's key lies: a credential of the service manager, else a file beside the journal.
//!
//! The credential is `journal-key` in `$CREDENTIALS_DIRECTORY`; systemd puts it there, unsealed by a TPM or by the
//! machine's own key, for the service alone. `journal-key-old` beside it is the last one, for the time in which the
//! journal is sealed anew. The file is `NAME.key` beside the journal, `NAME.key.new` while it is exchanged.

use crate::{Error, Fingerprint, KEY_TEXT_BYTES, Key};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const CREDENTIAL: &str = "journal-key";
const CREDENTIAL_OLD: &str = "journal-key-old";
/// Longest file that is read as a key: with space around it.
const FILE_BYTES_MAX: u64 = 256;

/// Where a key was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A credential of the service manager.
    Credential,
    /// The last credential.
    CredentialOld,
    /// The file that takes the place of the other.
    FileNew,
    /// The file beside the journal.
    File,
    /// Handed in by the program.
    Given,
}

/// A key, and where it was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The key.
    pub key: Key,
    /// Where it was.
    pub place: Place,
}

/// Where to look for a journal's key.
#[derive(Debug, Clone)]
pub struct Keyring {
    credentials: Option<PathBuf>,
    file: PathBuf,
    given: Option<Key>,
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(end);
    name.into()
}

impl Keyring {
    /// For the journal at this path, with the credentials that this process was given.
    pub fn of(journal: &Path) -> Self {
        let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        Self::at(journal, credentials.filter(|folder| folder.is_absolute()))
    }

    /// For the journal at this path, with the credentials in this folder.
    pub fn at(journal: &Path, credentials: Option<PathBuf>) -> Self {
        Self { credentials, file: beside(journal, ".key"), given: None }
    }

    /// For a program that keeps the key itself: nothing is looked for and no file is made.
    pub fn given(journal: &Path, key: Key) -> Self {
        Self { given: Some(key), ..Self::at(journal, None) }
    }

    /// The key file, whether it is there or not.
    pub fn file(&self) -> &Path {
        &self.file
    }

    fn file_new(&self) -> PathBuf {
        beside(&self.file, ".new")
    }

    fn look(&self, place: Place) -> Result<Option<Key>, Error> {
        let credential = |name: &str| self.credentials.as_ref().map(|folder| folder.join(name));
        let path = match place {
            Place::Credential => credential(CREDENTIAL),
            Place::CredentialOld => credential(CREDENTIAL_OLD),
            Place::FileNew => Some(self.file_new()),
            Place::File => Some(self.file.clone()),
            Place::Given => return Ok(self.given.clone()),
        };
        let own = matches!(place, Place::File | Place::FileNew);
        path.map_or(Ok(None), |path| read(&path, own))
    }

    fn places(&self) -> &'static [Place] {
        if self.given.is_some() {
            return &[Place::Given];
        }
        &[Place::Credential, Place::CredentialOld, Place::FileNew, Place::File]
    }

    /// The key with this fingerprint.
    ///
    /// # Errors
    /// When it is nowhere, or others may read the file that it lies in.
    pub fn find(&self, wanted: Fingerprint) -> Result<Found, Error> {
        let (mut other, mut refused) = (None, None);
        for place in self.places() {
            match self.look(*place) {
                Ok(Some(key)) if key.fingerprint() == wanted => return Ok(Found { key, place: *place }),
                Ok(Some(key)) => other = other.or(Some(key.fingerprint())),
                Ok(None) => {}
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        Err(match (refused, other) {
            (Some(error), _) => error,
            (None, Some(found)) => Error::Other { wanted, found },
            (None, None) => Error::Missing(self.file.clone()),
        })
    }

    /// The key that new things are sealed with: the credential, else the file that takes the other's place, else the
    /// file. `None` when there is none yet.
    ///
    /// # Errors
    /// When a key cannot be read, is none, or others may read it.
    pub fn wanted(&self) -> Result<Option<Found>, Error> {
        for place in self.places().iter().filter(|place| **place != Place::CredentialOld) {
            if let Some(key) = self.look(*place)? {
                return Ok(Some(Found { key, place: *place }));
            }
        }
        Ok(None)
    }

    /// The key that new things are sealed with; a file is made where there is none.
    ///
    /// # Errors
    /// As [`Keyring::wanted`], and when the file cannot be written.
    pub fn wanted_or_made(&self) -> Result<Found, Error> {
        if let Some(found) = self.wanted()? {
            return Ok(found);
        }
        let key = Key::random()?;
        write(&self.file, &key)?;
        Ok(Found { key, place: Place::File })
    }

    /// Makes the file that is to take the other's place, or goes on with the one that is there.
    ///
    /// # Errors
    /// When the key is no file, or it cannot be written.
    pub fn exchange(&self) -> Result<Found, Error> {
        match self.wanted()? {
            Some(Found { place: Place::Credential | Place::Given, .. }) => Err(Error::Credential),
            Some(found @ Found { place: Place::FileNew, .. }) => Ok(found),
            _ => {
                let key = Key::random()?;
                write(&self.file_new(), &key)?;
                Ok(Found { key, place: Place::FileNew })
            }
        }
    }

    /// Everything is sealed with the key that lies in this place: files of other keys go.
    ///
    /// # Errors
    /// When a file cannot be renamed or removed. Calling it once more does the rest.
    pub fn settle(&self, place: Place) -> Result<(), Error> {
        let file_new = self.file_new();
        match place {
            Place::FileNew => {
                fs::rename(&file_new, &self.file).map_err(|source| fail(&self.file, source))?;
                sync_folder(&self.file)
            }
            Place::File => remove(&file_new),
            Place::Credential => {
                remove(&file_new)?;
                remove(&self.file)
            }
            Place::CredentialOld | Place::Given => Ok(()),
        }
    }
}

fn fail(path: &Path, source: std::io::Error) -> Error {
    Error::File { path: path.to_owned(), source }
}

fn read(path: &Path, own: bool) -> Result<Option<Key>, Error> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file.map_err(|error| fail(path, error))?,
    };
    let mode = file.metadata().map_err(|error| fail(path, error))?.mode();
    // What the service manager hands in has its own rules.
    if own && mode & 0o077 != 0 {
        return Err(Error::Shared { path: path.to_owned() });
    }
    // All at once, so that no half of it stays where a buffer was.
    let mut text = Zeroizing::new(Vec::with_capacity(FILE_BYTES_MAX as usize + 1));
    file.take(FILE_BYTES_MAX).read_to_end(&mut text).map_err(|error| fail(path, error))?;
    Key::parse(&text).map(Some).ok_or_else(|| Error::NoKey { path: path.to_owned() })
}

/// Writes a key, whole or not at all; only its owner may read it.
fn write(path: &Path, key: &Key) -> Result<(), Error> {
    let draft = beside(path, ".draft");
    remove(&draft)?;
    let put = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(key.to_text().as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, path)
    };
    put().map_err(|error| fail(path, error))?;
    sync_folder(path)
}

/// Overwrites a key and removes it; where there is none, all is well.
fn remove(path: &Path) -> Result<(), Error> {
    let gone = || -> std::io::Result<()> {
        let mut file = match OpenOptions::new().write(true).open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            file => file?,
        };
        file.write_all(&[0; KEY_TEXT_BYTES])?;
        file.sync_all()?;
        fs::remove_file(path)
    };
    gone().map_err(|error| fail(path, error))
}

fn sync_folder(path: &Path) -> Result<(), Error> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| fail(path, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = folder.path().join("journal.db");
        (folder, journal)
    }

    #[test]
    fn a_key_file_is_made_once_and_for_its_owner_only() {
        let (_folder, journal) = folder();
        let ring = Keyring::at(&journal, None);
        assert!(ring.wanted().expect("readable").is_none());
        let first = ring.wanted_or_made().expect("made");
        let again = ring.wanted_or_made().expect("there");
        assert_eq!(again.key.fingerprint(), first.key.fingerprint());
        let path = journal.with_file_name("journal.db.key");
        let rights = fs::metadata(&path).expect("there").permissions().mode() & 0o777;
        assert_eq!((rights, fs::read(&path).expect("read").len()), (0o600, KEY_TEXT_BYTES));
        for mode in [0o640, 0o604, 0o660] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set");
            let told = ring.find(first.key.fingerprint()).expect_err("refused").to_string();
            assert!(told.contains(&format!("chmod 600 {}", path.display())), "{told}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
        fs::write(&path, "no key").expect("written");
        assert!(ring.wanted_or_made().expect_err("refused").to_string().contains("64 hexadecimal"));
    }

    #[test]
    fn a_credential_comes_before_the_file_and_the_last_one_is_found_beside_it() {
        let (folder, journal) = folder();
        let in_file = Keyring::at(&journal, None).wanted_or_made().expect("made").key;
        let ring = Keyring::at(&journal, Some(folder.path().to_owned()));
        let (new, old) = (Key::random().expect("chance"), Key::random().expect("chance"));
        fs::write(folder.path().join(CREDENTIAL), new.to_text().as_bytes()).expect("written");
        fs::write(folder.path().join(CREDENTIAL_OLD), old.to_text().as_bytes()).expect("written");
        assert_eq!(ring.wanted().expect("read").map(|found| found.place), Some(Place::Credential));
        for (key, place) in [(&new, Place::Credential), (&old, Place::CredentialOld), (&in_file, Place::File)]
        {
            assert_eq!(ring.find(key.fingerprint()).expect("found").place, place);
        }
        assert!(matches!(ring.exchange(), Err(Error::Credential)));
        ring.settle(Place::Credential).expect("settled");
        assert!(!ring.file().exists(), "a key that opens nothing any more stayed on the disk");
        let strange = Key::random().expect("chance").fingerprint();
        let told = ring.find(strange).expect_err("none").to_string();
        assert!(told.contains(&strange.to_string()) && told.contains("start-over"), "{told}");
    }

    #[test]
    fn an_exchange_that_was_cut_off_goes_on_with_the_same_key() {
        let (_folder, journal) = folder();
        let ring = Keyring::at(&journal, None);
        let first = ring.wanted_or_made().expect("made").key.fingerprint();
        let new = ring.exchange().expect("begun").key.fingerprint();
        assert_eq!(ring.exchange().expect("again").key.fingerprint(), new);
        assert_eq!(ring.find(first).expect("still there").place, Place::File);
        assert_eq!(ring.wanted().expect("read").map(|found| found.key.fingerprint()), Some(new));
        ring.settle(Place::FileNew).expect("settled");
        assert_eq!(ring.find(new).expect("in its place").place, Place::File);
        assert!(matches!(ring.find(first), Err(Error::Other { .. })));
    }
}
