//! The device for ARM: built here, tested under user-mode emulation.

use crate::{command, debian, packages, root, run, target};
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

const TARGET: &str = "aarch64-unknown-linux-gnu";
const EMULATOR: &str = "qemu-aarch64-static";
/// What the device is built with besides its defaults.
const FEATURES: &str = "";
const PACKAGES: [&str; 6] = [
    "gcc-aarch64-linux-gnu",
    "libc6-dev-arm64-cross",
    "libclang-dev",
    "pkg-config",
    "qemu-user-static",
    "linux-libc-dev-arm64-cross",
];
/// Tests in which a processor could differ: decisions and drawing, the models, whole sessions.
const TESTS: [(&str, &[&str]); 3] = [
    ("session core", &["--package", "petri-core"]),
    ("models against their float parents", &["--package", "petri-tests", "--test", "model_parity"]),
    ("recorded sessions", &["--package", "petri-tests", "--test", "replay"]),
];

/// One line of the table at the end.
struct Row {
    what: String,
    result: String,
    seconds: u64,
}

/// Builds the device for aarch64, tests it in emulation, and prints a table.
pub(crate) fn check() -> anyhow::Result<()> {
    let mut rows = Vec::new();
    let start = Instant::now();
    let program = build()?;
    let bytes = std::fs::metadata(&program)?.len();
    rows.push(row("release build of petri", format!("{:.1} MB", bytes as f64 / 1e6), start));
    for (what, arguments) in TESTS {
        test(what, arguments, &mut rows)?;
    }
    digests(&program, &mut rows)?;
    println!("\n{TARGET}, under {EMULATOR}\n");
    let width = rows.iter().map(|row| row.what.len()).max().unwrap_or_default();
    for Row { what, result, seconds } in rows {
        println!("{what:<width$}  {seconds:>4} s  {result}");
    }
    Ok(())
}

/// Builds the release device for aarch64; gives the program.
pub(crate) fn build() -> anyhow::Result<PathBuf> {
    prepare()?;
    let mut arguments = vec!["build", "--release", "--target", TARGET, "--package", "petri"];
    if !FEATURES.is_empty() {
        arguments.extend(["--features", FEATURES]);
    }
    run(&mut cargo(&arguments))?;
    Ok(target().join(TARGET).join("release/petri"))
}

/// The libraries of the target that Rust's own target lacks.
pub(crate) fn sysroot() -> PathBuf {
    target().join("cross/sysroot")
}

/// Compiler, emulator, Rust's target and the ALSA headers.
fn prepare() -> anyhow::Result<()> {
    packages::need(&PACKAGES)?;
    run(&mut command("rustup", &["target", "add", TARGET]))
        .context("rustup must add the target; see https://rustup.rs")?;
    debian::unpack(&["libasound2-dev".to_owned(), "libasound2".to_owned()], &sysroot())
}

/// Cargo with everything that a build for aarch64 needs to know.
fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = command("cargo", arguments);
    let libraries = sysroot().join("usr/lib/aarch64-linux-gnu");
    cargo
        .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", "aarch64-linux-gnu-gcc")
        .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER", emulator().join(" "))
        .env("CC_aarch64_unknown_linux_gnu", "aarch64-linux-gnu-gcc")
        .env("AR_aarch64_unknown_linux_gnu", "aarch64-linux-gnu-ar")
        .env("PKG_CONFIG_ALLOW_CROSS", "1")
        .env("PKG_CONFIG_SYSROOT_DIR", sysroot())
        .env("PKG_CONFIG_LIBDIR", libraries.join("pkgconfig"))
        .env(
            "BINDGEN_EXTRA_CLANG_ARGS_aarch64_unknown_linux_gnu",
            "--target=aarch64-linux-gnu -I/usr/aarch64-linux-gnu/include",
        );
    cargo
}

/// The command that runs a program of the target here.
fn emulator() -> Vec<String> {
    let library_path = format!("LD_LIBRARY_PATH={}", sysroot().join("usr/lib/aarch64-linux-gnu").display());
    [EMULATOR, "-L", "/usr/aarch64-linux-gnu", "-E", &library_path].map(str::to_owned).to_vec()
}

/// Runs tests and adds what they say: how many passed, and how far each model is from its parent.
fn test(what: &str, arguments: &[&str], rows: &mut Vec<Row>) -> anyhow::Result<()> {
    println!("\n== {what}");
    let start = Instant::now();
    let mut all = vec!["test", "--release", "--target", TARGET];
    all.extend(arguments);
    all.extend(["--", "--nocapture"]);
    let output = cargo(&all).stderr(Stdio::inherit()).output().context("cannot start cargo")?;
    let text = String::from_utf8_lossy(&output.stdout);
    print!("{text}");
    if !output.status.success() {
        bail!("{what}: a test failed under {EMULATOR}; its message is above");
    }
    let passed: u32 = text
        .lines()
        .filter_map(|line| line.strip_prefix("test result: ok. ")?.split(' ').next()?.parse::<u32>().ok())
        .sum();
    if passed == 0 {
        bail!("{what}: no test ran; were the tests renamed?");
    }
    rows.push(row(what, format!("{passed} tests passed"), start));
    for line in text.lines() {
        if let Some((model, difference)) =
            line.split_once("parity ").and_then(|(_, said)| said.split_once(": "))
        {
            rows.push(Row { what: format!("  {model}"), result: difference.to_owned(), seconds: 0 });
        }
    }
    Ok(())
}

/// Replays every recording with the built program: each digest is that of x86, bit for bit.
fn digests(program: &Path, rows: &mut Vec<Row>) -> anyhow::Result<()> {
    let folder = root().join("tests/recordings");
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(&folder)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    found.retain(|path| path.extension().is_some_and(|ending| ending == "jsonl"));
    found.sort();
    for recording in found {
        let start = Instant::now();
        let name = recording.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let emulated = emulator();
        let output = Command::new(&emulated[0])
            .args(&emulated[1..])
            .arg(program)
            .args(["run", "--board", "replay", "--from"])
            .arg(&recording)
            .output()?;
        let expected = std::fs::read_to_string(folder.join(format!("{name}.digest.json")))?;
        let digest = String::from_utf8_lossy(&output.stdout).into_owned();
        if digest.trim() != expected.trim() {
            bail!(
                "{name}: the digest differs from that of x86:\n{digest}{}\ninstead of\n{expected}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let screens = digest.lines().find_map(|line| line.trim().strip_prefix("\"screens_sha256\": \""));
        let short: String = screens.unwrap_or_default().chars().take(12).collect();
        rows.push(row(&format!("  {name}"), format!("bit-identical to x86, screens {short}"), start));
    }
    Ok(())
}

fn row(what: &str, result: String, start: Instant) -> Row {
    Row { what: what.to_owned(), result, seconds: start.elapsed().as_secs() }
}
