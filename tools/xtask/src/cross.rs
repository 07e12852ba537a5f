//! The device for ARM: built here, tested under user-mode emulation.

use crate::{command, debian, packages, root, run, target};
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// A processor that the device is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Machine {
    /// As `--target` names it.
    name: &'static str,
    /// As Rust calls it.
    triple: &'static str,
    /// As its compiler and its libraries are called.
    gnu: &'static str,
    /// As Debian calls it.
    debian: &'static str,
    emulator: &'static str,
    packages: &'static [&'static str],
}

/// Boards with a 64-bit system: all that docs/hardware.md names.
pub(crate) const AARCH64: Machine = Machine {
    name: "aarch64",
    triple: "aarch64-unknown-linux-gnu",
    gnu: "aarch64-linux-gnu",
    debian: "arm64",
    emulator: "qemu-aarch64-static",
    packages: &["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross", "linux-libc-dev-arm64-cross"],
};
/// The same boards with a 32-bit system.
const ARMV7: Machine = Machine {
    name: "armv7",
    triple: "armv7-unknown-linux-gnueabihf",
    gnu: "arm-linux-gnueabihf",
    debian: "armhf",
    emulator: "qemu-arm-static",
    packages: &["gcc-arm-linux-gnueabihf", "libc6-dev-armhf-cross", "linux-libc-dev-armhf-cross"],
};

/// What is built, all in one go: with other packages or features, cargo would build the engine anew.
const BUILT: [&str; 8] =
    ["--package", "petri", "--package", "petri-core", "--package", "petri-tests", "--bins", "--tests"];
const FEATURES: [&str; 2] = ["--features", "petri/hardware"];
/// What every processor needs beside its own compiler.
const PACKAGES: [&str; 3] = ["libclang-dev", "pkg-config", "qemu-user-static"];
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

/// Builds the device for the processor that `rest` names, tests it in emulation, and prints a table.
pub(crate) fn check(rest: &[String]) -> anyhow::Result<()> {
    let words: Vec<&str> = rest.iter().map(String::as_str).collect();
    let machine = match words[..] {
        [] | ["--target", "aarch64"] => AARCH64,
        ["--target", "armv7"] => ARMV7,
        _ => bail!("use `cargo xtask cross` with --target {} or --target {}", AARCH64.name, ARMV7.name),
    };
    let mut rows = Vec::new();
    let start = Instant::now();
    let built = machine.build_all()?;
    let bytes = std::fs::metadata(&built.program)?.len();
    rows.push(row("release build of petri", format!("{:.1} MB", bytes as f64 / 1e6), start));
    for (what, source) in TESTS {
        test(machine, what, source, &built.tests, &mut rows)?;
    }
    digests(machine, &built.program, &mut rows)?;
    println!("\n{}, under {}\n", machine.triple, machine.emulator);
    let width = rows.iter().map(|row| row.what.len()).max().unwrap_or_default();
    for Row { what, result, seconds } in rows {
        println!("{what:<width$}  {seconds:>4} s  {result}");
    }
    Ok(())
}

impl Machine {
    /// Builds the release device; gives the program.
    pub(crate) fn build(self) -> anyhow::Result<PathBuf> {
        self.build_all().map(|built| built.program)
    }

    fn build_all(self) -> anyhow::Result<Built> {
        self.prepare()?;
        println!("building for {}; the first time takes a quarter of an hour on two cores", self.triple);
        let mut arguments = vec!["build", "--release", "--target", self.triple];
        arguments.extend(BUILT);
        arguments.extend(FEATURES);
        arguments.push("--message-format=json-render-diagnostics");
        let output =
            self.cargo(&arguments).stderr(Stdio::inherit()).output().context("cannot start cargo")?;
        if !output.status.success() {
            bail!("the build for {} failed; the compiler's message is above", self.triple);
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
        Ok(Built { program: target().join(self.triple).join("release/petri"), tests })
    }

    /// The libraries of the target that Rust's own target lacks.
    fn sysroot(self) -> PathBuf {
        target().join("cross/sysroot").join(self.debian)
    }

    /// Compiler, emulator, Rust's target and the ALSA headers.
    pub(crate) fn prepare(self) -> anyhow::Result<()> {
        packages::need(&PACKAGES)?;
        packages::need(self.packages)?;
        run(&mut command("rustup", &["target", "add", self.triple]))
            .context("rustup must add the target; see https://rustup.rs")?;
        debian::unpack(self.debian, &["libasound2-dev".to_owned(), "libasound2".to_owned()], &self.sysroot())
    }

    /// Cargo with everything that a build for this processor needs to know.
    pub(crate) fn cargo(self, arguments: &[&str]) -> Command {
        let mut cargo = command("cargo", arguments);
        let libraries = self.sysroot().join("usr/lib").join(self.gnu);
        let (upper, lower) = (self.triple.to_uppercase().replace('-', "_"), self.triple.replace('-', "_"));
        cargo
            .env(format!("CARGO_TARGET_{upper}_LINKER"), format!("{}-gcc", self.gnu))
            .env(format!("CC_{lower}"), format!("{}-gcc", self.gnu))
            .env(format!("AR_{lower}"), format!("{}-ar", self.gnu))
            .env("PKG_CONFIG_ALLOW_CROSS", "1")
            .env("PKG_CONFIG_SYSROOT_DIR", self.sysroot())
            .env("PKG_CONFIG_LIBDIR", libraries.join("pkgconfig"))
            .env(
                format!("BINDGEN_EXTRA_CLANG_ARGS_{lower}"),
                format!("--target={0} -I/usr/{0}/include", self.gnu),
            );
        cargo
    }

    /// A program of the target, run here.
    pub(crate) fn emulated(self, program: &Path) -> Command {
        let libraries = self.sysroot().join("usr/lib").join(self.gnu);
        let libraries = format!("LD_LIBRARY_PATH={}", libraries.display());
        let mut command = command(self.emulator, &["-L", &format!("/usr/{}", self.gnu), "-E", &libraries]);
        command.arg(program);
        command
    }
}

/// Runs tests and adds what they say: how many passed, and how far each model is from its parent.
fn test(
    machine: Machine,
    what: &str,
    source: &str,
    tests: &[(String, PathBuf)],
    rows: &mut Vec<Row>,
) -> anyhow::Result<()> {
    println!("\n== {what}");
    let start = Instant::now();
    let mut text = String::new();
    for (_, program) in tests.iter().filter(|(path, _)| path.contains(source)) {
        let output = machine.emulated(program).arg("--nocapture").stderr(Stdio::inherit()).output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        print!("{said}");
        if !output.status.success() {
            bail!("{what}: a test failed under {}; its message is above", machine.emulator);
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
fn digests(machine: Machine, program: &Path, rows: &mut Vec<Row>) -> anyhow::Result<()> {
    let folder = root().join("tests/recordings");
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(&folder)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    found.retain(|path| path.extension().is_some_and(|ending| ending == "jsonl"));
    found.sort();
    for recording in found {
        let start = Instant::now();
        let name = recording.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let output = machine
            .emulated(program)
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
