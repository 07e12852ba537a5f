//! Debian packages of both editions: built, packed by cargo-deb, and tried in a folder of their own.

mod bill;
mod foreign;
mod licences;
mod stage;
mod trial;

use crate::{cargo, command, cross, packages, root, run, shared, target};
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The packer, pinned like every other dependency.
const PACKER: [&str; 2] = ["cargo-deb", "3.8.0"];

/// An edition, which is a package of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edition {
    Therapy,
    School,
}

impl Edition {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Edition::Therapy => "therapy",
            Edition::School => "school",
        }
    }

    pub(crate) fn package(self) -> &'static str {
        match self {
            Edition::Therapy => "petri",
            Edition::School => "petri-school",
        }
    }

    /// What cargo is told, in addition to the package.
    pub(crate) fn features(self) -> &'static [&'static str] {
        match self {
            Edition::Therapy => &["--features", "petri/hardware"],
            Edition::School => &["--no-default-features", "--features", "petri/hardware"],
        }
    }

    /// Where everything of this package is gathered.
    fn folder(self) -> PathBuf {
        root().join("target/deb").join(self.name())
    }
}

/// A processor, as Debian and as Rust call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arch {
    pub(crate) debian: &'static str,
    rust: &'static str,
}

const ARCHS: [Arch; 2] =
    [Arch { debian: "amd64", rust: "x86_64" }, Arch { debian: "arm64", rust: "aarch64" }];

impl Arch {
    fn triple(self) -> String {
        format!("{}-unknown-linux-gnu", self.rust)
    }

    /// Whether programs of this machine are of another kind.
    pub(crate) fn is_foreign(self) -> bool {
        self.rust != std::env::consts::ARCH
    }

    fn program(self) -> PathBuf {
        let folder = if self.is_foreign() { target().join(self.triple()) } else { target() };
        folder.join("release/petri")
    }

    /// What builds for it where programs of this machine are of another kind.
    fn cross(self) -> Option<cross::Machine> {
        (self.is_foreign() && self.rust == "aarch64").then_some(cross::AARCH64)
    }

    /// How a program of this kind is started here: in emulation where it is for another machine.
    pub(crate) fn start(self, program: &Path) -> Command {
        self.cross().map_or_else(|| Command::new(program), |machine| machine.emulated(program))
    }

    /// What a build for it takes.
    fn prepare(self) -> anyhow::Result<()> {
        match self.cross() {
            Some(machine) => machine.prepare(),
            None if self.is_foreign() => {
                bail!("packages for {} are made on a machine of that kind", self.debian)
            }
            None => packages::hardware(),
        }
    }
}

/// What is to be packed.
struct Options {
    arch: Arch,
    editions: Vec<Edition>,
    built: bool,
}

impl Options {
    fn parse(rest: &[String]) -> anyhow::Result<Self> {
        let here = ARCHS.into_iter().find(|arch| !arch.is_foreign());
        let (mut arch, mut built, mut editions) = (here, false, vec![Edition::Therapy, Edition::School]);
        let mut words = rest.iter().map(String::as_str);
        while let Some(word) = words.next() {
            match word {
                "--built" => built = true,
                "--arch" => {
                    let name = words.next().unwrap_or_default();
                    arch = ARCHS.into_iter().find(|arch| arch.debian == name);
                }
                "--edition" => {
                    let name = words.next().unwrap_or_default();
                    editions.retain(|edition| edition.name() == name);
                }
                _ => bail!("`{word}` is no flag of `cargo xtask deb`; use --arch, --edition or --built"),
            }
        }
        let arch = arch.context("packages are made for --arch amd64 and --arch arm64")?;
        if editions.is_empty() {
            bail!("use --edition therapy or --edition school; without it both are packed");
        }
        Ok(Self { arch, editions, built })
    }
}

/// The bill of materials of an edition for this machine.
pub(crate) fn bill_here(edition: Edition) -> anyhow::Result<String> {
    let here = ARCHS.into_iter().find(|arch| !arch.is_foreign());
    bill::of(edition, here.context("packages are made for amd64 and arm64")?)
}

/// Gathers what the package of an edition brings besides its program, which was just built for this machine.
pub(crate) fn stage(edition: Edition) -> anyhow::Result<PathBuf> {
    let here = ARCHS.into_iter().find(|arch| !arch.is_foreign());
    stage::gather(edition, here.context("packages are made for amd64 and arm64")?)?;
    Ok(edition.folder().join("root"))
}

/// Builds, packs and tries the packages; gives them.
pub(crate) fn pack(rest: &[String]) -> anyhow::Result<Vec<PathBuf>> {
    let options = Options::parse(rest)?;
    packages::compiler()?;
    trial::tools()?;
    let packer = packages::tool(PACKER)?;
    options.arch.prepare()?;
    let mut made = Vec::new();
    for edition in options.editions {
        println!("\n== {} for {}", edition.package(), options.arch.debian);
        if !options.built {
            build(edition, options.arch)?;
        }
        stage::check_edition(&options.arch.program(), edition)?;
        stage::gather(edition, options.arch)?;
        stage::add_bill(edition, options.arch)?;
        let package = wrap(&packer, edition, options.arch)?;
        if options.arch.is_foreign() {
            foreign::depend(&package, &options.arch.program(), &edition.folder())?;
        }
        trial::check(&package, edition, options.arch)?;
        made.push(package);
    }
    println!();
    for package in &made {
        println!("{}  {:.1} MB", package.display(), std::fs::metadata(package)?.len() as f64 / 1e6);
    }
    Ok(made)
}

fn build(edition: Edition, arch: Arch) -> anyhow::Result<()> {
    let mut arguments = vec!["build", "--release", "--package", "petri"];
    arguments.extend(edition.features());
    let Some(machine) = arch.cross() else { return cargo(&arguments) };
    let triple = arch.triple();
    arguments.extend(["--target", &triple]);
    run(&mut machine.cargo(&arguments))
}

/// What is compiled in: crates with their licences, with a prefix as `cargo tree` takes it.
fn compiled_in(edition: Edition, arch: Arch, prefix: &str) -> anyhow::Result<String> {
    let triple = arch.triple();
    let what = ["--package", "petri", "--edges", "normal", "--prefix", prefix, "--format", "{p}|{l}"];
    shared::tree(&[&what[..], &["--target", &triple], edition.features()].concat())
}

/// One package out of what was gathered.
fn wrap(packer: &Path, edition: Edition, arch: Arch) -> anyhow::Result<PathBuf> {
    let (place, triple) = (root().join("target/deb"), arch.triple());
    let out = place.to_string_lossy().into_owned();
    let mut arguments = vec!["--package", "petri", "--no-build", "--profile", "release", "--output", &out];
    if edition == Edition::School {
        arguments.extend(["--variant", "school"]);
    }
    if arch.is_foreign() {
        arguments.extend(["--target", &triple]);
    }
    let mut packing = command(&packer.to_string_lossy(), &arguments);
    if let Some(seconds) = last_commit("%ct") {
        packing.env("SOURCE_DATE_EPOCH", seconds);
    }
    run(&mut packing)?;
    let version = env!("CARGO_PKG_VERSION");
    Ok(place.join(format!("{}_{version}-1_{}.deb", edition.package(), arch.debian)))
}

/// When the sources were last changed, so that the same sources give the same package.
fn last_commit(format: &str) -> Option<String> {
    let output = Command::new("git")
        .args(["log", "-1", &format!("--format={format}")])
        .current_dir(root())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}
