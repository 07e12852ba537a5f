//! The device for ARM: built here, tested under user-mode emulation.

use crate::{command, debian, packages, root, run, target};
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What Rust calls the other processor.
pub(crate) const TARGET: &str = "aarch64-unknown-linux-gnu";
const EMULATOR: &str = "qemu-aarch64-static";
/// What is built, all in one go: with other packages or features, cargo would build the engine anew.
const BUILT: [&str; 8] =
    ["--package", "petri", "--package", "petri-core", "--package", "petri-tests", "--bins", "--tests"];
const FEATURES: [&str; 2] = ["--features", "petri/hardware"];
const PACKAGES: [&str; 6] = [
    "gcc-aarch64-linux-gnu",
    "libc6-dev-arm64-cross",
    "libclang-dev",
    "pkg-config",
    "qemu-user-static",
    "linux-libc-dev-arm64-cross",
];
/// Tests in which a processor could differ, by a part of their source's path: decisions and drawing, the models,
/// whole sessions.
const TESTS: [(&str, &str); 3] = [
    ("session core", "/firmware/core/"),
    ("models against their float parents", "/tests/tests/model_parity.rs"),
    ("recorded sessions", "/tests/tests/replay.rs"),
];

/// What a build gave.
struct Built {
    /// The device.
    program: PathBuf,
    /// The tests: source and program.
    tests: Vec<(String, PathBuf)>,
}

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
    let built = build_all()?;
    let bytes = std::fs::metadata(&built.program)?.len();
    rows.push(row("release build of petri", format!("{:.1} MB", bytes as f64 / 1e6), start));
    for (what, source) in TESTS {
        test(what, source, &built.tests, &mut rows)?;
    }
    digests(&built.program, &mut rows)?;
    println!("\n{TARGET}, under {EMULATOR}\n");
    let width = rows.iter().map(|row| row.what.len()).max().unwrap_or_default();
    for Row { what, result, seconds } in rows {
        println!("{what:<width$}  {seconds:>4} s  {result}");
    }
    Ok(())
}

/// Builds the release device for aarch64; gives the program.
pub(crate) fn build() -> anyhow::Result<PathBuf> {
    build_all().map(|built| built.program)
}

fn build_all() -> anyhow::Result<Built> {
    prepare()?;
    println!("building for {TARGET}; the first time takes a quarter of an hour on two cores");
    let mut arguments = vec!["build", "--release", "--target", TARGET];
    arguments.extend(BUILT);
    arguments.extend(FEATURES);
    arguments.push("--message-format=json-render-diagnostics");
    let output = cargo(&arguments).stderr(Stdio::inherit()).output().context("cannot start cargo")?;
    if !output.status.success() {
        bail!("the build for {TARGET} failed; the compiler's message is above");
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let field = |line: &str, name: &str| -> Option<String> {
        let (_, rest) = line.split_once(&format!("\"{name}\":\""))?;
        Some(rest.split_once('"')?.0.to_owned())
    };
    let tests = text
        .lines()
        .filter(|line| line.contains("\"test\":true},\"executable\"") || line.contains("/deps/"))
        .filter_map(|line| Some((field(line, "src_path")?, PathBuf::from(field(line, "executable")?))))
        .collect();
    Ok(Built { program: target().join(TARGET).join("release/petri"), tests })
}

/// The libraries of the target that Rust's own target lacks.
pub(crate) fn sysroot() -> PathBuf {
    target().join("cross/sysroot")
}

/// Compiler, emulator, Rust's target and the ALSA headers.
pub(crate) fn prepare() -> anyhow::Result<()> {
    packages::need(&PACKAGES)?;
    run(&mut command("rustup", &["target", "add", TARGET]))
        .context("rustup must add the target; see https://rustup.rs")?;
    debian::unpack(&["libasound2-dev".to_owned(), "libasound2".to_owned()], &sysroot())
}

/// Cargo with everything that a build for aarch64 needs to know.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = command("cargo", arguments);
    let libraries = sysroot().join("usr/lib/aarch64-linux-gnu");
    cargo
        .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", "aarch64-linux-gnu-gcc")
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

/// A program of the target, run here.
pub(crate) fn emulated(program: &Path) -> Command {
    let libraries = format!("LD_LIBRARY_PATH={}", sysroot().join("usr/lib/aarch64-linux-gnu").display());
    let mut command = command(EMULATOR, &["-L", "/usr/aarch64-linux-gnu", "-E", &libraries]);
    command.arg(program);
    command
}

/// Runs tests and adds what they say: how many passed, and how far each model is from its parent.
fn test(what: &str, source: &str, tests: &[(String, PathBuf)], rows: &mut Vec<Row>) -> anyhow::Result<()> {
    println!("\n== {what}");
    let start = Instant::now();
    let mut text = String::new();
    for (_, program) in tests.iter().filter(|(path, _)| path.contains(source)) {
        let output = emulated(program).arg("--nocapture").stderr(Stdio::inherit()).output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        print!("{said}");
        if !output.status.success() {
            bail!("{what}: a test failed under {EMULATOR}; its message is above");
        }
        text.push_str(&said);
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
        let output =
            emulated(program).args(["run", "--board", "replay", "--from"]).arg(&recording).output()?;
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
