//! Installs a set, step by step, so that the power may go at any of them.

use crate::manifest::{Item, Kind, MANIFEST, Manifest, SIGNATURE};
use crate::source::Source;
use crate::state::{Placed, State, failed};
use crate::{Disk, Error, Keys, Refusal, sha256};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Where a set is put together.
const STAGE: &str = "new";
/// Retired keys beyond this are an error of the maker's.
const RETIRED_MAX: usize = 16;

/// The updates of a device, in a folder of their own.
#[derive(Debug)]
pub struct Updates<D> {
    pub(crate) disk: D,
    pub(crate) root: PathBuf,
    pub(crate) keys: Keys,
}

/// What an installation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Installed {
    /// The set is in place and on trial from the next start on.
    Now(Manifest),
    /// It was in place before.
    Already(Manifest),
}

impl<D: Disk> Updates<D> {
    /// The updates in `root`; nothing is read yet.
    pub fn new(disk: D, root: impl Into<PathBuf>, keys: Keys) -> Self {
        Self { disk, root: root.into(), keys }
    }

    /// What is installed.
    ///
    /// # Errors
    /// When the record cannot be read or is damaged.
    pub fn state(&self) -> Result<State, Error> {
        State::read(&self.disk, &self.root)
    }

    /// The disk.
    pub fn into_disk(self) -> D {
        self.disk
    }

    /// Verifies all of the update in `folder`, and changes nothing. `clock_s` is the time in seconds since 1970.
    ///
    /// # Errors
    /// When it would be refused, whatever is in it.
    pub fn verify(&self, folder: &Path, clock_s: u64) -> Result<Manifest, Error> {
        let state = self.state()?;
        let source = Source::open(folder, &self.keys, &state.retired)?;
        source.may_follow(&state, clock_s)?;
        for item in &source.manifest.files {
            source.copy(item, |_| Ok::<(), Refusal>(()))?;
        }
        Ok(source.manifest)
    }

    /// Installs the update in `folder`. `fits` looks at the copy before it is used and says what speaks against it.
    ///
    /// # Errors
    /// When it is refused or the disk fails; what was installed before is still in use then.
    pub fn install(
        &mut self,
        folder: &Path,
        clock_s: u64,
        fits: impl FnOnce(&Manifest, &Path) -> Result<(), String>,
    ) -> Result<Installed, Error> {
        let mut state = self.state()?;
        let source = Source::open(folder, &self.keys, &state.retired)?;
        source.may_follow(&state, clock_s)?;
        if self.has(&source) {
            return Ok(Installed::Already(source.manifest));
        }
        let (kind, digest) = (source.manifest.kind, sha256(&source.manifest_bytes));
        let home = self.prepare(kind, &state)?;
        let draft = home.join(STAGE);
        self.stage(&source, &draft)?;
        if let Err(what) = fits(&source.manifest, &draft) {
            self.remove(&draft)?;
            return Err(Refusal::Unfit(what).into());
        }
        let name = self.free_name(&home, source.manifest.version)?;
        self.disk.rename(&draft, &home.join(&name)).map_err(failed("rename", draft))?;
        self.disk.sync_folder(&home).map_err(failed("write", home))?;
        accept(
            &mut state,
            &source,
            Placed { folder: name, version: source.manifest.version, sha256: digest },
        )?;
        state.see(clock_s);
        state.write(&mut self.disk, &self.root)?;
        self.tidy(kind, &state)?;
        Ok(Installed::Now(source.manifest))
    }

    /// Whether this is the current set, and it is whole.
    pub(crate) fn has(&self, source: &Source) -> bool {
        let (kind, digest) = (source.manifest.kind, sha256(&source.manifest_bytes));
        let current = self.state().ok().and_then(|state| state.track(kind).current.clone());
        current.is_some_and(|now| now.sha256 == digest && self.whole(kind, &now).is_ok())
    }

    pub(crate) fn home(&self, kind: Kind) -> PathBuf {
        self.root.join(kind.name())
    }

    /// Makes the folders, and removes what an interrupted installation left.
    fn prepare(&mut self, kind: Kind, state: &State) -> Result<PathBuf, Error> {
        let home = self.home(kind);
        self.disk.make_folder(&self.root).map_err(failed("make", self.root.clone()))?;
        if let Some(parent) = self.root.parent() {
            self.disk.sync_folder(parent).map_err(failed("write", parent.to_owned()))?;
        }
        self.disk.make_folder(&home).map_err(failed("make", home.clone()))?;
        self.disk.sync_folder(&self.root).map_err(failed("write", self.root.clone()))?;
        self.tidy(kind, state)?;
        Ok(home)
    }

    /// Copies the files, verifies each on the way, and makes them durable.
    fn stage(&mut self, source: &Source, stage: &Path) -> Result<(), Error> {
        self.disk.make_folder(stage).map_err(failed("make", stage.to_owned()))?;
        let mut folders = BTreeSet::new();
        for item in &source.manifest.files {
            let parents: Vec<&Path> = Path::new(&item.path).ancestors().skip(1).collect();
            for parent in parents.iter().rev().filter(|parent| !parent.as_os_str().is_empty()) {
                let folder = stage.join(parent);
                self.disk.make_folder(&folder).map_err(failed("make", folder.clone()))?;
                folders.insert(folder);
            }
            let path = stage.join(&item.path);
            self.disk.make_file(&path).map_err(failed("write", path.clone()))?;
            source
                .copy(item, |piece| self.disk.append(&path, piece).map_err(failed("write", path.clone())))?;
            self.disk.sync_file(&path).map_err(failed("write", path))?;
        }
        for (name, bytes) in
            [(MANIFEST, &source.manifest_bytes[..]), (SIGNATURE, source.signature.as_bytes())]
        {
            let path = stage.join(name);
            self.disk.make_file(&path).map_err(failed("write", path.clone()))?;
            self.disk.append(&path, bytes).map_err(failed("write", path.clone()))?;
            self.disk.sync_file(&path).map_err(failed("write", path))?;
        }
        for folder in folders.iter().map(PathBuf::as_path).chain([stage]) {
            self.disk.sync_folder(folder).map_err(failed("write", folder.to_owned()))?;
        }
        Ok(())
    }

    /// A name that no set has; one in use is never touched, even if it is damaged.
    fn free_name(&self, home: &Path, version: u32) -> Result<String, Error> {
        let there = self.disk.list(home).map_err(failed("read", home.to_owned()))?;
        let names = std::iter::once(version.to_string()).chain((1..).map(|nth| format!("{version}.{nth}")));
        // There are at most four folders, so one of the first five names is free.
        let free = names.take(5).find(|name| there.iter().all(|entry| entry.name != *name));
        free.ok_or(Error::Nothing)
    }

    /// Removes what the record does not name.
    fn tidy(&mut self, kind: Kind, state: &State) -> Result<(), Error> {
        let home = self.home(kind);
        for entry in self.disk.list(&home).map_err(failed("read", home.clone()))? {
            if !state.track(kind).uses(&entry.name) {
                self.remove(&home.join(entry.name))?;
            }
        }
        Ok(())
    }

    /// Removes a file, or a folder and what is in it: no deeper than sets are.
    fn remove(&mut self, path: &Path) -> Result<(), Error> {
        let Ok(entries) = self.disk.list(path) else {
            return self.disk.remove_file(path).map_err(failed("remove", path.to_owned()));
        };
        for entry in entries {
            let inner = path.join(&entry.name);
            if entry.is_folder {
                self.remove(&inner)?;
            } else {
                self.disk.remove_file(&inner).map_err(failed("remove", inner))?;
            }
        }
        self.disk.remove_folder(path).map_err(failed("remove", path.to_owned()))
    }

    /// Verifies a set on the disk: signature, manifest and every file. Retired keys count: what was installed before
    /// they were retired stays.
    pub(crate) fn whole(&self, kind: Kind, placed: &Placed) -> Result<Manifest, Refusal> {
        let folder = self.home(kind).join(&placed.folder);
        let read = |name: &str, bytes_max: u64| {
            let path = folder.join(name);
            self.disk.read(&path, bytes_max).map_err(|source| Refusal::Unreadable { what: path, source })
        };
        let max = crate::manifest::MANIFEST_BYTES_MAX;
        let bytes = read(MANIFEST, max)?;
        let signature = String::from_utf8(read(SIGNATURE, max)?).map_err(|_| Refusal::Signature)?;
        self.keys.signer(&bytes, &signature, &[])?;
        let manifest = Manifest::parse(&bytes)?;
        if manifest.kind != kind || sha256(&bytes) != placed.sha256 {
            return Err(Refusal::Manifest("it is not the one that was installed".to_owned()));
        }
        for item in &manifest.files {
            let Item { path, bytes, sha256: sum } = item;
            let found = read(path, bytes + 1)?;
            if found.len() as u64 != *bytes || sha256(&found) != *sum {
                let what = "is damaged on this device".to_owned();
                return Err(Refusal::File { file: path.clone(), what });
            }
        }
        Ok(manifest)
    }
}

/// Writes into the record that `placed` starts next.
fn accept(state: &mut State, source: &Source, placed: Placed) -> Result<(), Refusal> {
    let manifest = &source.manifest;
    for key in &manifest.retires {
        if !state.retired.contains(key) {
            state.retired.push(key.clone());
        }
    }
    if state.retired.len() > RETIRED_MAX {
        return Err(Refusal::Manifest(format!("it retires more than {RETIRED_MAX} keys")));
    }
    state.issued_s = state.issued_s.max(manifest.issued_s);
    let track = state.track_mut(manifest.kind);
    (track.accepted, track.accepted_sha256) = (manifest.version, placed.sha256.clone());
    // What was on trial and is replaced was never shown to be good.
    track.current = Some(placed);
    track.starts = 0;
    Ok(())
}
