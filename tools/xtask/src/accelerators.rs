//! The same models on tract and on an onnxruntime library, and what happens when the library cannot be used.

use crate::{command, packages, root, run, target};
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What the three senses are given.
const PERCEPTIONS: [[&str; 2]; 3] = [
    ["see", "board/demo/astronaut.png"],
    ["hear", "board/demo/help.wav"],
    ["read", "I did not expect that, but I love it."],
];
/// Printed figures are rounded, so two engines may differ in the last digit, and no more.
const DIFFERENCE_MAX: f64 = 1.0;

/// Everything, in release mode, so that the figures count.
pub(crate) fn compare() -> anyhow::Result<()> {
    let library = library()?;
    println!("onnxruntime: {}\n", library.display());
    let packages = ["petri", "petri-evaluate", "petri-tests"];
    let features: Vec<String> = packages.iter().map(|package| format!("{package}/onnxruntime")).collect();
    let features = features.join(",");
    let mut shared: Vec<&str> = packages.iter().flat_map(|name| ["--package", name]).collect();
    shared.extend(["--release", "--features", &features]);
    let with_library = |first: &[&str]| {
        let mut all = first.to_vec();
        all.splice(1..1, shared.iter().copied());
        run(command("cargo", &all).env("ORT_DYLIB_PATH", &library))
    };
    with_library(&["build", "--bins"])?;
    with_library(&["test", "--test", "model_parity"])?;
    let programs = target().join("release");
    run(command(&programs.join("petri-evaluate").to_string_lossy(), &["accelerators"])
        .env("ORT_DYLIB_PATH", &library))?;
    let petri = programs.join("petri");
    perceptions(&petri, &library)?;
    fall_backs(&petri, &library)
}

/// The library of the PyPI wheel, at the version that `cargo xtask bench` uses.
fn library() -> anyhow::Result<PathBuf> {
    packages::python()?;
    let requirements = root().join("tools/bench/requirements.txt");
    let wanted = std::fs::read_to_string(&requirements)
        .with_context(|| format!("cannot read {}; restore it from the repository", requirements.display()))?;
    let folder = target().join("accelerators/venv");
    let stamp = folder.join("requirements.installed");
    if std::fs::read_to_string(&stamp).ok() != Some(wanted.clone()) {
        let (venv, python) = (folder.to_string_lossy(), folder.join("bin/python"));
        run(&mut command("python3", &["-m", "venv", "--clear", &venv]))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--timeout", "30"];
        let locked = ["--require-hashes", "--only-binary", ":all:", "--requirement"];
        let mut install = command(&python.to_string_lossy(), &pip);
        run(install.args(locked).arg(&requirements)).context("check the network, then run this again")?;
        std::fs::write(&stamp, wanted)?;
    }
    found(&folder.join("lib"))?
        .context("the wheel of onnxruntime holds no libonnxruntime.so; take another version")
}

fn found(folder: &Path) -> anyhow::Result<Option<PathBuf>> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if let Some(library) = found(&path)? {
                return Ok(Some(library));
            }
        } else if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("libonnxruntime.so"))
        {
            return Ok(Some(path.canonicalize()?));
        }
    }
    Ok(None)
}

fn start(petri: &Path, perception: &[&str], flags: &[&str]) -> anyhow::Result<Output> {
    let mut command = Command::new(petri);
    command.args(perception).args(flags).current_dir(root()).env_remove("ORT_DYLIB_PATH");
    command.env_remove("PETRI_ACCELERATOR");
    command.output().with_context(|| format!("cannot start {}; build it first", petri.display()))
}

/// `petri see`, `hear` and `read` say the same on both.
fn perceptions(petri: &Path, library: &Path) -> anyhow::Result<()> {
    let library = library.to_string_lossy();
    for perception in PERCEPTIONS {
        let tract = start(petri, &perception, &[])?;
        let flags = ["--accelerator", "onnxruntime:cpu", "--onnxruntime-library", &library];
        let other = start(petri, &perception, &flags)?;
        let complaint = String::from_utf8_lossy(&other.stderr).into_owned();
        let said = [tract, other].map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        if !complaint.is_empty() || said[0].is_empty() || !agree(&said[0], &said[1]) {
            bail!(
                "petri {} differs:\ntract: {}onnxruntime: {}{complaint}",
                perception.join(" "),
                said[0],
                said[1]
            );
        }
        println!("petri {}: the same on both\n{}", perception.join(" "), said[1]);
    }
    Ok(())
}

/// The same words, and figures that differ by rounding at most.
fn agree(one: &str, other: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| c.is_whitespace() || "(),".contains(c)).map(str::to_owned).collect()
    };
    let (one, other) = (words(one), words(other));
    let close = |a: &String, b: &String| match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => (a - b).abs() <= DIFFERENCE_MAX,
        _ => a == b,
    };
    one.len() == other.len() && one.iter().zip(&other).all(|(a, b)| close(a, b))
}

/// Whatever cannot be used is said, and the sentence is read all the same.
fn fall_backs(petri: &Path, library: &Path) -> anyhow::Result<()> {
    let library = library.to_string_lossy();
    let read = PERCEPTIONS[2];
    let expected = start(petri, &read, &[])?.stdout;
    let cases: [(&[&str], &str); 4] = [
        (
            &["--accelerator", "onnxruntime", "--onnxruntime-library", "/nowhere/libonnxruntime.so"],
            "cannot open",
        ),
        (&["--accelerator", "onnxruntime:abacus", "--onnxruntime-library", &library], "is unknown"),
        (&["--accelerator", "onnxruntime:qnn", "--onnxruntime-library", &library], "has no provider qnn"),
        (&["--accelerator", "auto", "--onnxruntime-library", "/nowhere/libonnxruntime.so"], "cannot open"),
    ];
    for (flags, reason) in cases {
        let output = start(petri, &read, flags)?;
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        print!("petri read {}: read on tract, because:\n  {complaint}", flags.join(" "));
        if !output.status.success() || output.stdout != expected || !complaint.contains(reason) {
            bail!("it should have been read on tract, with a reason that contains `{reason}`");
        }
    }
    let output = start(petri, &read, &["--accelerator", "auto", "--onnxruntime-library", &library])?;
    print!("petri read --accelerator auto: {}", String::from_utf8_lossy(&output.stderr));
    if output.status.success() { Ok(()) } else { bail!("auto should have read the sentence") }
}
