//! `petri update`, and what `petri run` starts with.

use crate::cli::{Keeping, Run};
use crate::say;
use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use petri_core::Pack;
use petri_core::pack::PACK_BYTES_MAX;
use petri_models::{Id, Store};
use petri_runtime::engine::Golden;
use petri_runtime::{Model, intake};
use petri_update::{Installed, Keys, Kind, Manifest, Origin, RealDisk, Set, State, Updates};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The one file of an update of the content.
const PACK: &str = "content.pack";
const KEYS: &str = "/etc/petri/update-keys";
/// Debian's package ca-certificates keeps those of public authorities here.
const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";
/// Beside what is installed: what was fetched from the network, until it is.
const FETCHED: &str = "fetched";

/// Where updates are installed, and whose are taken.
#[derive(Debug, Clone, Args)]
pub(crate) struct Place {
    /// The folder with what is installed; `updates` beside the journal, if none is named.
    #[arg(long, value_name = "DIR", env = "PETRI_UPDATES")]
    updates: Option<PathBuf>,
    /// The folder with the public keys (*.pub) of those whose updates are taken.
    #[arg(long, value_name = "DIR", env = "PETRI_UPDATE_KEYS", default_value = KEYS)]
    update_keys: PathBuf,
}

/// What to do with updates.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Verify an update, and change nothing.
    Verify {
        /// The folder that it comes in, on a stick or elsewhere.
        folder: PathBuf,
    },
    /// Verify an update and install it; the next start uses it.
    Install {
        /// The folder that it comes in, on a stick or elsewhere, or the https address of the folder.
        from: PathBuf,
        /// The certificates (PEM) of those who may vouch for the server at an address.
        #[arg(long, value_name = "FILE", env = "PETRI_UPDATE_CA", default_value = AUTHORITIES)]
        ca: PathBuf,
    },
    /// Say what is installed.
    Status,
    /// Go back to what was installed before, or to what is built in.
    Rollback {
        /// Of which kind.
        #[arg(value_enum)]
        kind: What,
    },
    /// Say that the device came up with what is installed; `petri run` says it by itself at the first screen.
    Confirm,
}

/// A kind of update.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum What {
    /// The content pack.
    Content,
    /// The models.
    Models,
}

impl Place {
    fn root(&self, keeping: &Keeping) -> anyhow::Result<PathBuf> {
        match &self.updates {
            Some(folder) => Ok(folder.clone()),
            None => Ok(keeping.path()?.with_file_name("updates")),
        }
    }

    /// Waits for whoever else is at it.
    fn open(&self, root: &Path) -> anyhow::Result<Updates<RealDisk>> {
        let keys = Keys::read(&self.update_keys)?;
        let disk = RealDisk::open(root).with_context(|| {
            format!("cannot use {}; name a folder that may be written with --updates", root.display())
        })?;
        Ok(Updates::new(disk, root, keys))
    }
}

/// Seconds since 1970 by the system's clock, which may be wrong.
fn clock_s() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Does what was asked for.
pub(crate) fn command(place: &Place, action: Action) -> anyhow::Result<()> {
    let root = place.root(&Keeping { journal: None, learner: 1 })?;
    if let Action::Install { from, ca } = &action
        && from.to_str().is_some_and(|text| text.contains("://"))
    {
        return install_from_network(place, &root, &from.to_string_lossy(), ca);
    }
    let mut updates = place.open(&root)?;
    match action {
        Action::Verify { folder } => {
            let manifest = updates.verify(&folder, clock_s())?;
            say(format_args!("genuine: {}", told(&manifest)));
        }
        Action::Install { from, .. } => install(&mut updates, &from)?,
        Action::Status => status(&updates.state()?),
        Action::Rollback { kind } => {
            let kind = match kind {
                What::Content => Kind::Content,
                What::Models => Kind::Models,
            };
            say(match updates.roll_back(kind)? {
                0 => format!("back to the {} that are built in", kind.name()),
                version => format!("back to version {version} of the {}", kind.name()),
            });
        }
        Action::Confirm => {
            for kind in Kind::ALL {
                if let Some(set) = updates.start(kind, clock_s()).set {
                    updates.confirm(&set)?;
                }
            }
            status(&updates.state()?);
        }
    }
    Ok(())
}

fn install(updates: &mut Updates<RealDisk>, folder: &Path) -> anyhow::Result<()> {
    match updates.install(folder, clock_s(), fits)? {
        Installed::Now(manifest) => say(format_args!("installed: {}", told(&manifest))),
        Installed::Already(manifest) => say(format_args!("in place already: {}", told(&manifest))),
    }
    Ok(())
}

/// Fetches an update and installs it. While it is fetched, a session may start.
fn install_from_network(place: &Place, root: &Path, address: &str, ca: &Path) -> anyhow::Result<()> {
    let (origin, keys) = (Origin::new(address, ca)?, Keys::read(&place.update_keys)?);
    let state = place.open(root)?.state()?;
    let offer = origin.offer(&keys, &state, clock_s())?;
    if offer.is_installed(&place.open(root)?) {
        say(format_args!("in place already: {}", told(offer.manifest())));
        return Ok(());
    }
    let folder = root.join(FETCHED);
    offer.fetch(&folder)?;
    install(&mut place.open(root)?, &folder)?;
    std::fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}; remove it", folder.display()))
}

fn told(manifest: &Manifest) -> String {
    let days = manifest.expires_s.saturating_sub(clock_s()) / 86_400;
    let (version, kind, files) = (manifest.version, manifest.kind.name(), manifest.files.len());
    format!("version {version} of the {kind}, {files} files, may be installed for {days} more days")
}

fn status(state: &State) {
    for kind in Kind::ALL {
        let (track, name) = (state.track(kind), kind.name());
        let version = |placed: &Option<petri_update::Placed>| {
            placed.as_ref().map_or("built in".to_owned(), |placed| format!("version {}", placed.version))
        };
        let on_trial = if track.on_trial() { ", not yet shown to work" } else { "" };
        say(format_args!(
            "{name}: {}{on_trial}; to go back to: {}; highest version ever accepted: {}",
            version(&track.current),
            version(if track.on_trial() { &track.good } else { &track.previous }),
            track.accepted
        ));
    }
}

fn is_for_this(manifest: &Manifest) -> Result<(), String> {
    let program = env!("CARGO_PKG_VERSION");
    if manifest.program.is_empty() || manifest.program == program {
        return Ok(());
    }
    Err(format!("it is for Petri {}, and this is {program}", manifest.program))
}

/// Whether a genuine set is one for this program.
fn fits(manifest: &Manifest, folder: &Path) -> Result<(), String> {
    is_for_this(manifest)?;
    let files: BTreeSet<&str> = manifest.files.iter().map(|item| item.path.as_str()).collect();
    match manifest.kind {
        Kind::Content if files != BTreeSet::from([PACK]) => Err(format!("it has to hold one file, {PACK}")),
        Kind::Content => {
            let bytes =
                intake::bytes(&folder.join(PACK), PACK_BYTES_MAX).map_err(|error| error.to_string())?;
            Pack::open(&bytes).map(drop).map_err(|_| format!("its {PACK} is none that this program reads"))
        }
        Kind::Models => models_fit(&files, folder),
    }
}

/// Each model of this edition is there and reproduces its golden pair on this device, and nothing else is there.
fn models_fit(files: &BTreeSet<&str>, folder: &Path) -> Result<(), String> {
    petri_models::adopt(folder).map_err(|error| error.to_string())?;
    let mut wanted = BTreeSet::new();
    for id in Id::ALL {
        let manifest = petri_models::get(*id);
        let assets = manifest.assets.iter().map(|asset| asset.file.as_str());
        let names = ["manifest.toml", &manifest.file, &manifest.golden.file].into_iter().chain(assets);
        wanted.extend(names.map(|name| format!("{}/{name}", id.folder())));
    }
    if let Some(name) = files.iter().find(|name| !wanted.contains(**name)) {
        return Err(format!("{name} belongs to no model of this edition"));
    }
    if let Some(name) = wanted.iter().find(|name| !files.contains(name.as_str())) {
        return Err(format!("it lacks {name}"));
    }
    let store = Store::new(folder);
    for id in Id::ALL {
        let reproduced = Golden::read(&store, *id).map_err(|error| error.to_string()).and_then(|golden| {
            let found = Model::load(&store, *id).and_then(|model| model.run(golden.inputs()));
            golden.judge(&found.map_err(|error| error.to_string())?)
        });
        reproduced.map_err(|what| format!("{}: {what}", id.folder()))?;
    }
    Ok(())
}

/// The installed sets that `petri run` starts with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Begun {
    pack: Option<PathBuf>,
    /// Those that have to show that the device comes up with them, and where they are.
    trial: Option<(Place, PathBuf, Vec<Set>)>,
}

/// What to start with: what is installed, unless a flag names something else.
pub(crate) fn begin(store: Store, named: bool, options: &Run) -> anyhow::Result<(Store, Begun)> {
    let root = options.place.root(&options.keeping)?;
    if !root.is_dir() {
        return Ok((store, Begun::default()));
    }
    let mut updates = options.place.open(&root)?;
    let (mut begun, mut sets, mut store) = (Begun::default(), Vec::new(), store);
    for kind in Kind::ALL {
        if if kind == Kind::Content { options.pack.is_some() } else { named } {
            continue;
        }
        let started = updates.start(kind, clock_s());
        for line in started.trouble {
            say(format_args!("note   update: {line}"));
        }
        let Some(set) = started.set else { continue };
        // The program may have been replaced since the set was installed.
        let used = is_for_this(&set.manifest).and_then(|()| match kind {
            Kind::Content => petri_runtime::content::open(Some(&set.folder.join(PACK)))
                .map(|_| begun.pack = Some(set.folder.join(PACK)))
                .map_err(|error| error.to_string()),
            Kind::Models => petri_models::adopt(&set.folder)
                .map(|()| store = Store::new(&set.folder))
                .map_err(|error| error.to_string()),
        });
        match used {
            Ok(()) => sets.push(set),
            Err(what) => {
                say(format_args!("note   update: {}: {what}; what is built in is used", kind.name()));
            }
        }
    }
    begun.trial = Some((options.place.clone(), root, sets)).filter(|(_, _, sets)| !sets.is_empty());
    Ok((store, begun))
}

impl Begun {
    /// The pack that is installed.
    pub(crate) fn pack(&self) -> Option<&Path> {
        self.pack.as_deref()
    }

    /// The first screen is there: from now on these are the sets to go back to.
    pub(crate) fn came_up(&mut self) {
        let Some((place, root, sets)) = self.trial.take() else { return };
        let confirmed = place
            .open(&root)
            .and_then(|mut updates| sets.iter().try_for_each(|set| updates.confirm(set)).map_err(Into::into));
        if let Err(error) = confirmed {
            say(format_args!("note   update: {error:#}"));
        }
    }
}
