//! `cargo xtask editions [--packages]`: the school edition holds no code, weights or words that read expressions.
//!
//! Both editions are built and looked through, and so is what their packages bring. A search that finds nothing in the
//! therapy edition would prove nothing, so each trace has to be there. With `--packages` both are packed, and the
//! packages themselves are taken apart.

mod search;

use crate::deb::{self, Edition};
use crate::{cargo, packages, root, target};
use anyhow::{Context, bail};
pub(crate) use search::Needles;
use search::symbols;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// As symbols and strings of the program spell them: the expression model's folder and output, the module that runs it,
/// what it is fitted by on a site, what the mirror says of an expression, and the input that only therapy has.
pub(crate) const TRACES: [&str; 8] = [
    "face-expression",
    "log_probabilities",
    "perception10expression",
    "adapt4face",
    "To me it looks more like",
    "我看着更像",
    "face_expression_model",
    "FaceReading::Expression",
];
/// Symbols with these words belong to what reads expressions; Rust writes the length before a name.
const SYMBOLS: [&str; 4] = ["10expression", "10Expression", "18shipped_expression", "5adapt4face"];
/// The weights that only therapy has.
const WEIGHTS: &str = "models/face-expression/model.onnx";
/// What only therapy has, by a word in the file's name.
const FILE_TRACE: &str = "expression";

/// Both editions: their programs, and what their packages bring.
pub(crate) fn show(rest: &[String]) -> anyhow::Result<()> {
    let packed = match rest {
        [] => false,
        [flag] if flag == "--packages" => true,
        _ => bail!("`cargo xtask editions` takes --packages or nothing"),
    };
    let weights = fs::read(root().join(WEIGHTS)).context("the expression model is not there")?;
    let mut needles = Needles::of(&weights);
    // Files of models are alike where they say how they are made.
    for other in fs::read_dir(root().join("models")).context("there are no models")? {
        let other = other?.path().join("model.onnx");
        if other.is_file() && !other.ends_with(WEIGHTS) {
            needles.leave_out(&fs::read(other)?);
        }
    }
    println!("{} pieces of {WEIGHTS} are looked for", needles.len());
    let school = build(Edition::School)?;
    let (school_tree, school_symbols) = (staged(Edition::School)?, symbols(&school)?);
    let therapy = build(Edition::Therapy)?;
    let (therapy_tree, therapy_symbols) = (staged(Edition::Therapy)?, symbols(&therapy)?);
    program(&fs::read(&school)?, &fs::read(&therapy)?)?;
    of_expressions(&school_symbols, &therapy_symbols)?;
    tree("what is packed", &needles, &school_tree, &therapy_tree)?;
    if packed {
        let folders = unpacked()?;
        tree("the packages", &needles, &folders[0], &folders[1])?;
    }
    Ok(())
}

fn program(school: &[u8], therapy: &[u8]) -> anyhow::Result<()> {
    for trace in TRACES {
        if !holds(therapy, trace) {
            bail!(
                "`{trace}` is not in the therapy edition either: the search is blind; renew its list of traces"
            );
        }
        if holds(school, trace) {
            bail!("the school edition contains `{trace}`; put that code behind the feature `therapy`");
        }
        println!("`{trace}`: in the therapy program, not in the school program");
    }
    Ok(())
}

fn of_expressions(school: &[String], therapy: &[String]) -> anyhow::Result<()> {
    let found = |symbols: &[String]| -> Vec<String> {
        let ours = symbols.iter().filter(|symbol| symbol.contains("petri"));
        ours.filter(|symbol| SYMBOLS.iter().any(|trace| symbol.contains(trace))).cloned().collect()
    };
    let (here, there) = (found(school), found(therapy));
    if there.is_empty() {
        bail!("no symbol of the therapy program speaks of expressions: the search is blind; renew its list");
    }
    if let Some(symbol) = here.first() {
        bail!("the school program has the symbol {symbol}; put that code behind the feature `therapy`");
    }
    println!(
        "symbols of expressions: {} of {} in the therapy program, 0 of {} in the school program",
        there.len(),
        therapy.len(),
        school.len()
    );
    Ok(())
}

/// Looks for weights in every file, and for their names.
fn tree(what: &str, needles: &Needles, school: &Path, therapy: &Path) -> anyhow::Result<()> {
    let (here, there) = (Look::at(school, needles)?, Look::at(therapy, needles)?);
    if there.pieces == 0 || there.named == 0 {
        bail!("{what}: no weights are found in the therapy edition either: the search is blind");
    }
    if let Some(file) = here.first {
        bail!("{what}: {} of the school edition holds what only therapy may have", file.display());
    }
    println!(
        "{what}: {} of {} pieces of the weights in {} files ({:.1} MB) of therapy, 0 in {} files ({:.1} MB) of school",
        there.pieces,
        needles.len(),
        there.files,
        there.bytes as f64 / 1e6,
        here.files,
        here.bytes as f64 / 1e6
    );
    Ok(())
}

/// What was found in a folder.
#[derive(Default)]
struct Look {
    files: usize,
    bytes: usize,
    pieces: usize,
    named: usize,
    first: Option<PathBuf>,
}

impl Look {
    fn at(folder: &Path, needles: &Needles) -> anyhow::Result<Self> {
        let mut look = Self::default();
        let mut files = Vec::new();
        walk(folder, &mut files)?;
        for path in files {
            let bytes = content(&path)?;
            let pieces = needles.found_in(&bytes);
            let named = path.strip_prefix(folder)?.to_string_lossy().contains(FILE_TRACE);
            look.files += 1;
            look.bytes += bytes.len();
            look.pieces = look.pieces.max(pieces);
            look.named += usize::from(named);
            if (pieces > 0 || named) && look.first.is_none() {
                look.first = Some(path);
            }
        }
        Ok(look)
    }
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot look into {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() && !path.is_symlink() {
            walk(&path, files)?;
        } else if path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

/// A file's bytes; those inside, where it is compressed.
fn content(path: &Path) -> anyhow::Result<Vec<u8>> {
    if path.extension().is_none_or(|ending| ending != "gz") {
        return fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    }
    let output = Command::new("gzip").args(["-dc"]).arg(path).output().context("cannot start gzip")?;
    if output.status.success() { Ok(output.stdout) } else { bail!("{} is no gzip file", path.display()) }
}

/// Builds an edition and keeps its program. Same profile and features as the main job, so that only our own crates are
/// built anew.
fn build(edition: Edition) -> anyhow::Result<PathBuf> {
    let folder = target().join("editions").join(edition.name());
    let mut arguments = vec!["build", "--release", "--package", "petri"];
    if edition == Edition::School {
        arguments.push("--no-default-features");
    }
    cargo(&arguments)?;
    fs::create_dir_all(&folder)?;
    let program = folder.join("petri");
    fs::copy(target().join("release/petri"), &program)
        .context("cannot keep the built program; is the disk full?")?;
    Ok(program)
}

/// What the package of the edition that was just built brings, in a folder.
fn staged(edition: Edition) -> anyhow::Result<PathBuf> {
    let folder = deb::stage(edition)?;
    let program = folder.join("usr/bin/petri");
    fs::create_dir_all(program.parent().unwrap_or(&folder))?;
    fs::copy(target().join("editions").join(edition.name()).join("petri"), program)?;
    let kept = target().join("editions").join(edition.name()).join("root");
    if kept.exists() {
        fs::remove_dir_all(&kept)?;
    }
    fs::rename(&folder, &kept).context("cannot keep what is packed; is the disk full?")?;
    Ok(kept)
}

/// Both packages, packed and taken apart: school, therapy.
fn unpacked() -> anyhow::Result<[PathBuf; 2]> {
    let made = deb::pack(&[])?;
    packages::need(&["dpkg"])?;
    let folder_of = |edition: Edition| -> anyhow::Result<PathBuf> {
        let start = format!("{}_", edition.package());
        let name =
            |path: &&PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&start));
        let package = made.iter().find(name).with_context(|| format!("there is no package {start}"))?;
        let folder = target().join("editions").join(edition.name()).join("package");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        crate::run(Command::new("dpkg-deb").arg("--raw-extract").arg(package).arg(&folder))?;
        Ok(folder)
    };
    Ok([folder_of(Edition::School)?, folder_of(Edition::Therapy)?])
}

pub(crate) fn holds(program: &[u8], trace: &str) -> bool {
    program.windows(trace.len()).any(|window| window == trace.as_bytes())
}
