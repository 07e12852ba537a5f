//! `cargo xtask audit [--advisories DIR]`: what is compiled in, under which licence, and from where.
//!
//! cargo-deny reads `deny.toml` for each workspace, and each edition's bill of materials is written. cargo-deny is built
//! the first time, which takes minutes; what does not need it, [`quick`] looks at in every check.
//! Advisories come from a clone of the `RustSec` database, which no package registry carries: name its folder.

use crate::deb::{self, Edition};
use crate::files::collect;
use crate::{command, packages, root, run, shared, target};
use anyhow::{Context, bail};
use std::fs;
use std::path::Path;
use std::process::Command;

const DENY: [&str; 2] = ["cargo-deny", "0.20.2"];
/// What it calls a clone of <https://github.com/RustSec/advisory-db>.
const CLONE: &str = "advisory-db-3157b0e258782691";
/// The workspaces, by their folders.
const WORKSPACES: [&str; 4] = ["", "dap", "fuzz", "tools/fleet"];
/// Where every crate comes from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
/// Forbids unsafe code, in the manifest of a workspace or of a package that is none's member.
const FORBIDS: &str = "unsafe_code = \"forbid\"";
/// Takes over what the workspace forbids.
const INHERITS: &str = "[lints]\nworkspace = true";

/// Looks at everything; with `--advisories DIR` at advisories, too.
pub(crate) fn audit(rest: &[String]) -> anyhow::Result<()> {
    let advisories = match rest {
        [] => None,
        [flag, folder] if flag == "--advisories" => Some(Path::new(folder)),
        _ => {
            bail!("`cargo xtask audit` takes --advisories and a clone of the `RustSec` database, or nothing")
        }
    };
    quick()?;
    let deny = packages::tool(DENY)?;
    for workspace in WORKSPACES {
        let manifest = root().join(workspace).join("Cargo.toml");
        println!("\n== {}", if workspace.is_empty() { "the main workspace" } else { workspace });
        let mut checks = on(&deny, &manifest, &root().join("deny.toml"));
        run(checks.args(["check", "--hide-inclusion-graph", "licenses", "bans", "sources"]))?;
        if let Some(folder) = advisories {
            known(&deny, &manifest, folder)?;
        }
    }
    if advisories.is_none() {
        println!("\nadvisories: not looked at; name a clone of the `RustSec` database with --advisories DIR");
    }
    for edition in [Edition::Therapy, Edition::School] {
        let path = target().join("sbom").join(format!("{}.cdx.json", edition.package()));
        let bill = deb::bill_here(edition)?;
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        fs::write(&path, &bill)?;
        println!("{}: {} components", path.display(), bill.matches("\"bom-ref\"").count() - 1);
    }
    Ok(())
}

/// cargo-deny, on a whole workspace.
fn on(deny: &Path, manifest: &Path, settings: &Path) -> Command {
    let mut checks = command(&deny.to_string_lossy(), &["--all-features", "--workspace"]);
    checks.arg("--manifest-path").arg(manifest).arg("--config").arg(settings);
    checks
}

/// Advisories in a clone that lies on this machine.
fn known(deny: &Path, manifest: &Path, folder: &Path) -> anyhow::Result<()> {
    let folder = std::path::absolute(folder)?;
    if !folder.join("crates").is_dir() {
        bail!("{} is no clone of the `RustSec` database: it has no folder `crates`", folder.display());
    }
    // Where the tool looks for a clone.
    let clones = target().join("advisories");
    let clone = clones.join(CLONE);
    fs::create_dir_all(&clones)?;
    if clone.is_symlink() {
        fs::remove_file(&clone)?;
    }
    std::os::unix::fs::symlink(&folder, &clone)
        .with_context(|| format!("cannot link {} to the clone", clone.display()))?;
    let settings = fs::read_to_string(root().join("deny.toml"))?;
    let path = target().join("deny-advisories.toml");
    let place = format!("[advisories]\ndb-path = {:?}", clones.to_string_lossy());
    fs::write(&path, settings.replace("[advisories]", &place))?;
    run(on(deny, manifest, &path).args(["--offline", "check", "advisories"]))
}

/// What every check looks at: sources, licences and unsafe code, in seconds and without tools.
pub(crate) fn quick() -> anyhow::Result<()> {
    let mut crates = 0;
    for workspace in WORKSPACES {
        let path = root().join(workspace).join("Cargo.lock");
        let lock = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let sources = lock.lines().filter_map(|line| line.strip_prefix("source = "));
        for source in sources {
            if source.trim_matches('"') != REGISTRY {
                bail!("{} takes a crate from {source}; take it from crates.io", path.display());
            }
            crates += 1;
        }
    }
    println!("{crates} crates in {} lock files, all of crates.io", WORKSPACES.len());
    println!("{} licences of crates, all of them on the list of deny.toml", licences()?);
    println!("{} manifests forbid unsafe code", forbids()?);
    Ok(())
}

/// Every licence that a crate of the main workspace is under leaves a choice that `deny.toml` allows.
fn licences() -> anyhow::Result<usize> {
    let settings = fs::read_to_string(root().join("deny.toml")).context("cannot read deny.toml")?;
    let allowed: Vec<&str> = settings.lines().filter_map(listed).collect();
    let every = ["--workspace", "--all-features", "--prefix", "none", "--edges", "normal,build,dev"];
    let tree = shared::tree(&[&every[..], &["--format", "{p}|{l}"]].concat())?;
    let mut lines: Vec<(&str, &str)> =
        tree.lines().filter_map(|line| line.trim_end_matches(" (*)").split_once('|')).collect();
    // A licence that stands in a file only is written down in `deny.toml`.
    let clarified = |package: &str| {
        let name = package.split(' ').next().unwrap_or_default();
        settings.lines().any(|line| line == format!("crate = {name:?}"))
    };
    lines.retain(|(package, licence)| !(licence.is_empty() && clarified(package)));
    lines.sort_unstable_by_key(|(_, licence)| *licence);
    lines.dedup_by_key(|(_, licence)| *licence);
    for (package, licence) in &lines {
        if !is_allowed(licence, &allowed) {
            bail!(
                "{package} is under {licence:?}, which deny.toml does not allow; use another crate, or say why there"
            );
        }
    }
    Ok(lines.len())
}

/// The licence that a line of the list in `deny.toml` allows.
fn listed(line: &str) -> Option<&str> {
    let name = line.strip_prefix("    \"")?.split_once('"')?.0;
    name.chars()
        .next()
        .is_some_and(|first| first.is_ascii_uppercase() || first.is_ascii_digit())
        .then_some(name)
}

/// Whether an SPDX expression can be met by licences that are allowed. `OR` binds weaker than `AND`.
fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    let expression = expression.replace('/', " OR ");
    if let Some((before, rest)) = expression.rsplit_once('(') {
        // The innermost, last brackets count as one word.
        let (inside, after) = rest.split_once(')').unwrap_or((rest, ""));
        let word = if is_allowed(inside, allowed) { "allowed" } else { "refused" };
        return is_allowed(&format!("{before}{word}{after}"), allowed);
    }
    let is_one = |name: &str| name == "allowed" || allowed.contains(&name);
    expression.split(" OR ").any(|all| all.split(" AND ").all(|one| is_one(one.trim())))
}

/// Every package of ours forbids unsafe code: in its own manifest, or as its workspace does. Fuzz targets, whose macro
/// is unsafe inside, call one function each.
fn forbids() -> anyhow::Result<usize> {
    let mut manifests = Vec::new();
    collect(&root(), &["toml"], &mut manifests)?;
    manifests.retain(|path| path.file_name().is_some_and(|name| name == "Cargo.toml"));
    for path in &manifests {
        let text = fs::read_to_string(path)?;
        let is_fuzz = path.parent().is_some_and(|folder| folder.ends_with("fuzz"));
        if !text.contains(FORBIDS) && !text.contains(INHERITS) && !is_fuzz {
            bail!("{} does not forbid unsafe code; add\n{INHERITS}", path.display());
        }
    }
    Ok(manifests.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_is_allowed_when_one_of_its_choices_is() {
        let allowed = ["MIT", "Apache-2.0", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"];
        for licence in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR GPL-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-3.0",
            "MIT AND (GPL-2.0 OR (Apache-2.0 OR GPL-3.0))",
        ] {
            assert!(is_allowed(licence, &allowed), "{licence}");
        }
        for licence in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Apache-2.0) AND GPL-2.0", "MPL-2.0"] {
            assert!(!is_allowed(licence, &allowed), "{licence}");
        }
        assert_eq!(listed(r#"    "MIT", # why"#), Some("MIT"));
        assert_eq!(listed("    # \"GPL\""), None);
    }
}
