//! Updates: the real store on a folder, and sticks with good, bad, old, expired, forged and damaged sets.

use crate::Mutation;
use crate::check::{Broken, Check, Invariant};
use crate::death::{Halt, halt};
use crate::world::World;
use minisign::KeyPair;
use petri_core::Pack;
use petri_update::{
    Disk, Entry, Installed, Item, Keys, Kind, MANIFEST, Manifest, RealDisk, SIGNATURE, Set, Updates, sha256,
};
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// The one file of an update of the content.
pub(crate) const PACK: &str = "content.pack";
const DAY_S: u64 = 86_400;
static STARTER: &[u8] = include_bytes!("../../../content/starter.pack");

/// A disk whose power may go at any step.
struct Cut {
    disk: RealDisk,
    left: Option<u32>,
}

impl Cut {
    fn step(&mut self) {
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(1);
            if *left == 0 {
                halt(Halt::Crash);
            }
        }
    }
}

impl Disk for Cut {
    fn read(&self, path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
        self.disk.read(path, bytes_max)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        self.disk.list(path)
    }

    fn make_folder(&mut self, path: &Path) -> io::Result<()> {
        self.step();
        self.disk.make_folder(path)
    }

    fn make_file(&mut self, path: &Path) -> io::Result<()> {
        self.step();
        self.disk.make_file(path)
    }

    fn append(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.step();
        self.disk.append(path, bytes)
    }

    fn sync_file(&mut self, path: &Path) -> io::Result<()> {
        self.step();
        self.disk.sync_file(path)
    }

    fn sync_folder(&mut self, path: &Path) -> io::Result<()> {
        self.step();
        self.disk.sync_folder(path)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.step();
        self.disk.rename(from, to)
    }

    fn remove_file(&mut self, path: &Path) -> io::Result<()> {
        self.step();
        self.disk.remove_file(path)
    }

    fn remove_folder(&mut self, path: &Path) -> io::Result<()> {
        self.step();
        self.disk.remove_folder(path)
    }
}

/// Who signs for this device, and who would like to. Keys are drawn anew in each program: nothing depends on them.
fn makers() -> Result<&'static [KeyPair; 2], io::Error> {
    static MAKERS: OnceLock<Option<[KeyPair; 2]>> = OnceLock::new();
    let pair = || KeyPair::generate_unencrypted_keypair().ok();
    let made = MAKERS.get_or_init(|| Some([pair()?, pair()?]));
    made.as_ref().ok_or_else(|| io::Error::other("the system gives no randomness"))
}

fn updates(world: &World, left: Option<u32>) -> Result<Updates<Cut>, Broken> {
    let mut keys = Keys::none();
    let makers = makers().map_err(|error| fault(&error))?;
    let public =
        makers[0].pk.to_box().map(minisign::PublicKeyBox::into_string).map_err(|error| fault(&error))?;
    keys.add(&public).map_err(|what| Broken { invariant: Invariant::ComesUp, what })?;
    let root = world.folder.join("updates");
    let disk = RealDisk::open(&root).map_err(|error| fault(&error))?;
    Ok(Updates::new(Cut { disk, left }, root, keys))
}

fn fault(error: &dyn std::error::Error) -> Broken {
    Broken { invariant: Invariant::ComesUp, what: error.to_string() }
}

/// What the program starts with.
pub(crate) fn begin(world: &World) -> Result<Option<Set>, Broken> {
    let dies = {
        let mut state = world.state();
        state.dice.hits(50).then(|| 1 + state.dice.below(6))
    };
    let mut updates = updates(world, dies)?;
    let clock_s = world.state().clock_s();
    let started = updates.start(Kind::Content, clock_s);
    if world.state().mutation == Some(Mutation::BadSetStays)
        && let Some(set) = &started.set
    {
        // A store that forgets how often it started what does not come up.
        updates.confirm(set).map_err(|error| fault(&error))?;
    }
    let accepted = updates.state().map_err(|error| fault(&error))?.content.accepted;
    let version = started.set.as_ref().map_or(0, |set| set.manifest.version);
    let mut state = world.state();
    let now_ms = state.now_ms;
    state.digest.add(now_ms, 10, &(version, accepted));
    state.checker.starts(version, accepted)?;
    Ok(started.set)
}

/// The first screen is there.
pub(crate) fn came_up(world: &World, set: Option<&Set>) -> Check {
    let Some(set) = set else { return Ok(()) };
    updates(world, None)?.confirm(set).map_err(|error| fault(&error))
}

/// What a stick holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stick {
    Good,
    /// Genuine, and the device does not come up with it.
    Bad,
    Old,
    Expired,
    Forged,
    Damaged,
}

/// Somebody brings a stick; another process looks at it, and is killed with the device when the power goes.
pub(crate) fn bring(world: &Arc<World>) -> Check {
    let (stick, version, clock_s, cut) = {
        let mut state = world.state();
        state.tally.updates += 1;
        let stick = state.dice.pick(&[
            Stick::Good,
            Stick::Good,
            Stick::Good,
            Stick::Bad,
            Stick::Old,
            Stick::Expired,
            Stick::Forged,
            Stick::Damaged,
        ]);
        let published = state.published;
        let fresh = stick != Stick::Old || published == 0;
        let version = if fresh { published + 1 } else { 1 + state.dice.below(published) };
        state.published = published.max(version);
        if stick == Stick::Bad {
            state.bad.insert(version);
        }
        let cut = state.dice.hits(300).then(|| 1 + state.dice.below(30));
        (stick, version, state.clock_s(), cut)
    };
    let folder = world.folder.join("stick");
    publish(&folder, stick, version, clock_s).map_err(|error| fault(error.as_ref()))?;
    let mut updates = updates(world, cut)?;
    let before = updates.state().map_err(|error| fault(&error))?;
    let installed = updates.install(&folder, clock_s, |_, folder| {
        let bytes = std::fs::read(folder.join(PACK)).map_err(|error| error.to_string())?;
        Pack::open(&bytes).map(drop).map_err(|_| "no pack".to_owned())
    });
    let after = updates.state().map_err(|error| fault(&error))?;
    let genuine = matches!(stick, Stick::Good | Stick::Bad | Stick::Old);
    let mut state = world.state();
    let now_ms = state.now_ms;
    let taken = matches!(installed, Ok(Installed::Now(_)));
    state.digest.add(now_ms, 11, &(version, taken));
    if taken && !genuine {
        let what = format!("a stick that is {stick:?} was taken");
        return Err(Broken { invariant: Invariant::ComesUp, what });
    }
    if installed.is_err() && before.content != after.content {
        let what = "an update that was refused has changed what is installed".to_owned();
        return Err(Broken { invariant: Invariant::ComesUp, what });
    }
    Ok(())
}

fn publish(
    folder: &PathBuf,
    stick: Stick,
    version: u32,
    clock_s: u64,
) -> Result<(), Box<dyn std::error::Error>> {
    std::fs::create_dir_all(folder)?;
    let mut bytes = STARTER.to_vec();
    let item = Item { path: PACK.to_owned(), bytes: bytes.len() as u64, sha256: sha256(&bytes) };
    let issued_s = if stick == Stick::Expired { clock_s - 300 * DAY_S } else { clock_s };
    let manifest = Manifest::new(Kind::Content, version, issued_s, issued_s + 100 * DAY_S, vec![item])?;
    let text = manifest.text()?;
    let maker = &makers()?[usize::from(stick == Stick::Forged)];
    let signature = minisign::sign(None, &maker.sk, Cursor::new(text.as_bytes()), None, None)?;
    if stick == Stick::Damaged {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    }
    std::fs::write(folder.join(PACK), bytes)?;
    std::fs::write(folder.join(MANIFEST), text)?;
    std::fs::write(folder.join(SIGNATURE), signature.into_string())?;
    Ok(())
}
