//! `cargo xtask traces`: plays the main job under strace, and lists every file and socket that it writes.
//!
//! It fails on anything that is not on a short list, and on any piece of the pictures, sounds and typed lines that went
//! in: in every byte that was handed to the kernel, in the files that are left, and in the pixels of written pictures.

mod calls;
mod media;

use crate::{packages, shared, target};
use anyhow::{Context, bail};
use calls::Call;
use media::Media;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the demonstration may write, in its folder.
const FILES: [&str; 8] = [
    "journal.db",
    "journal.db.key",
    "journal.db.key.draft",
    "journal.db.key.new",
    "journal.db-journal",
    "journal.db-wal",
    "journal.db-shm",
    "progress.svg",
];
/// A folder of pictures of the screens, which no camera's picture is in.
const SCREENS: &str = "screens/";
/// The main job shows so many screens, if camera, microphone and keyboard were used as its script wants.
const SCREENS_MIN: usize = 30;
/// Calls that make, change or remove files, write bytes, or reach for a network.
const CALLS: &str = "openat,open,openat2,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,link,linkat,\
symlink,symlinkat,truncate,ftruncate,mknod,mknodat,memfd_create,write,pwrite64,writev,pwritev,pwritev2,sendfile,splice,\
copy_file_range,io_uring_setup,io_submit,socket,socketpair,connect,bind,listen,accept,accept4,sendto,sendmsg,sendmmsg";
/// Longest piece of one call that strace shows, in bytes: a longer one ends the search.
const SHOWN_BYTES_MAX: &str = "4000000";

/// Plays and looks.
pub(crate) fn show() -> anyhow::Result<()> {
    packages::need(&["strace"])?;
    let folder = std::path::absolute(target().join("traces"))?;
    if folder.exists() {
        fs::remove_dir_all(&folder).context("cannot clear the last run's folder; is it still in use?")?;
    }
    fs::create_dir_all(&folder)?;
    // As strace names what is open.
    let folder = folder.canonicalize()?;
    let media = Media::of_demonstration()?;
    println!("{media}");
    control(&folder, &media)?;
    let out = folder.join("out");
    let petri = shared::program("petri", &[])?;
    let calls = trace(&folder, Command::new(petri).args(["demo", "--out"]).arg(&out))?;
    let seen = look(&calls, &out, &media)?;
    println!("\n{}", seen.table());
    if let Some(what) = seen.wrong.first() {
        bail!("{what}; nothing but the journal and pictures of screens may be written");
    }
    let left = media.left_in(&out)?;
    if seen.screens < SCREENS_MIN {
        bail!("only {} screens were shown: the session did not use what its script wants", seen.screens);
    }
    println!(
        "{} calls wrote {:.1} MB; no socket; 0 pieces of media or text in them, and 0 in the {left} files that are left",
        calls.len(),
        seen.bytes as f64 / 1e6
    );
    Ok(())
}

/// A program that does what must not be: it copies a recording. The search has to see it.
fn control(folder: &Path, media: &Media) -> anyhow::Result<()> {
    let (from, to) = (media::folder().join("next.wav"), folder.join("copy.wav"));
    let mut copies = Command::new("dd");
    copies.arg(format!("if={}", from.display())).arg(format!("of={}", to.display())).arg("status=none");
    let seen = look(&trace(folder, &mut copies)?, &folder.join("out"), media)?;
    let [file, media] =
        ["is not on the list", "pieces of"].map(|what| seen.wrong.iter().any(|it| it.contains(what)));
    fs::remove_file(to)?;
    if file && media { Ok(()) } else { bail!("a copied recording is not noticed: the search is blind") }
}

/// Runs a program under strace.
fn trace(folder: &Path, program: &mut Command) -> anyhow::Result<Vec<Call>> {
    let log = folder.join("calls");
    let mut strace = Command::new("strace");
    strace.args([
        "-f",
        "-y",
        "-qq",
        "-xx",
        "--seccomp-bpf",
        "-s",
        SHOWN_BYTES_MAX,
        "-e",
        &format!("trace={CALLS}"),
    ]);
    strace.arg("-o").arg(&log).arg(program.get_program()).args(program.get_args());
    crate::run(&mut strace).context("a sandbox may forbid tracing; run this where programs may be traced")?;
    let text = fs::read_to_string(&log).context("strace wrote nothing")?;
    text.lines().filter_map(Call::parse).collect()
}

/// What was found in the calls.
#[derive(Default)]
struct Seen {
    rows: BTreeMap<String, (usize, usize)>,
    wrong: Vec<String>,
    bytes: usize,
    screens: usize,
}

impl Seen {
    fn table(&self) -> String {
        let mut lines = vec![format!("{:>6} {:>10}  written", "calls", "bytes")];
        lines
            .extend(self.rows.iter().map(|(what, (calls, bytes))| format!("{calls:>6} {bytes:>10}  {what}")));
        lines.join("\n")
    }
}

fn look(calls: &[Call], out: &Path, media: &Media) -> anyhow::Result<Seen> {
    let mut seen = Seen::default();
    let mut screens = std::collections::BTreeSet::new();
    for call in calls {
        if call.cut {
            bail!("a call to {} is longer than strace shows; raise SHOWN_BYTES_MAX", call.name);
        }
        if !call.changes() {
            continue;
        }
        let (what, allowed) = match call.place() {
            _ if call.reaches_out() => (format!("socket: {} {}", call.name, call.rest), false),
            Some(place) => named(&place, out),
            None => (format!("{} {}", call.name, call.rest), false),
        };
        let row = seen.rows.entry(what.clone()).or_default();
        *row = (row.0 + 1, row.1 + call.written());
        seen.bytes += call.written();
        if let Some(name) = call.place().and_then(|place| screen_of(&place, out)) {
            screens.insert(name);
        }
        if !allowed {
            seen.wrong.push(format!("{what} ({}) is not on the list", call.name));
        }
        if let Some(piece) = call.strings.iter().find_map(|bytes| media.within(bytes)) {
            seen.wrong.push(format!("{what}: {piece}"));
        }
    }
    seen.screens = screens.len();
    Ok(seen)
}

fn screen_of(place: &Path, out: &Path) -> Option<PathBuf> {
    let inside = place.strip_prefix(out.join(SCREENS)).ok()?;
    inside.extension().is_some_and(|ending| ending == "png").then(|| inside.to_owned())
}

/// How a place is listed, and whether it may be written.
fn named(place: &Path, out: &Path) -> (String, bool) {
    if screen_of(place, out).is_some() {
        return (format!("{SCREENS}*.png"), true);
    }
    let text = place.to_string_lossy();
    let standard = text.starts_with("/dev/pts/") || text.starts_with("pipe:[") || text == "/dev/null";
    match place.strip_prefix(out) {
        Ok(inside) if inside.as_os_str().is_empty() => ("its folder".to_owned(), true),
        Ok(inside) => {
            let inside = inside.to_string_lossy().into_owned();
            let allowed = FILES.contains(&inside.as_str()) || SCREENS.trim_end_matches('/') == inside;
            (inside, allowed)
        }
        // Threads wake each other by these; they hold a number.
        Err(_) if text == "anon_inode:[eventfd]" => (text.into_owned(), true),
        Err(_) if standard || is_output(place) => ("standard output and errors".to_owned(), true),
        Err(_) => (text.into_owned(), false),
    }
}

/// Whether this chore's own output goes there, and so the program's.
fn is_output(place: &Path) -> bool {
    ["/proc/self/fd/1", "/proc/self/fd/2"].iter().any(|own| fs::read_link(own).is_ok_and(|own| own == place))
}
