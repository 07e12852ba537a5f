//! Gathers what a package brings besides the program, laid out as it will be installed.

use super::{Arch, Edition, bill, last_commit, licences};
use crate::editions::{TRACES, holds};
use crate::{root, run};
use anyhow::{Context, bail};
use petri_models::Id;
use std::fs;
use std::path::Path;

/// Files of `packaging/`, and where they are installed.
const SYSTEM: [(&str, &str); 8] = [
    ("petri.service", "usr/lib/systemd/system/petri.service"),
    ("petri.rules", "usr/lib/udev/rules.d/60-petri.rules"),
    ("petri.sysusers", "usr/lib/sysusers.d/petri.conf"),
    ("petri.tmpfiles", "usr/lib/tmpfiles.d/petri.conf"),
    ("petri.default", "etc/default/petri"),
    ("petri-sync.service", "usr/lib/systemd/system/petri-sync.service"),
    ("petri-sync.timer", "usr/lib/systemd/system/petri-sync.timer"),
    ("petri-sync.default", "etc/default/petri-sync"),
];
/// Completions by the names that the program gives them, and where the shells look.
const COMPLETIONS: [(&str, &str); 3] = [
    ("petri.bash", "usr/share/bash-completion/completions/petri"),
    ("_petri", "usr/share/zsh/vendor-completions/_petri"),
    ("petri.fish", "usr/share/fish/vendor_completions.d/petri.fish"),
];
/// Documents for those who install; a build without drivers has no guide to hardware.
const DOCUMENTS: [&str; 5] = ["encryption.md", "install.md", "hardware.md", "privacy.md", "safety.md"];

/// The bill of materials in CycloneDX, beside the licences of the crates.
pub(crate) const BILL: &str = "petri.cdx.json";

/// The program is of the edition that it is packed as.
pub(crate) fn check_edition(program: &Path, edition: Edition) -> anyhow::Result<()> {
    let bytes = fs::read(program)
        .with_context(|| format!("{} is not there; build it, or leave --built out", program.display()))?;
    for trace in TRACES {
        if holds(&bytes, trace) != (edition == Edition::Therapy) {
            bail!(
                "{} is not the {} edition (by `{trace}`); leave --built out",
                program.display(),
                edition.name()
            );
        }
    }
    Ok(())
}

/// Fills the edition's folder anew. The built program writes its own manual.
pub(crate) fn gather(edition: Edition, arch: Arch) -> anyhow::Result<()> {
    let folder = edition.folder();
    if folder.exists() {
        fs::remove_dir_all(&folder).context("cannot clear the last package's folder; is it still in use?")?;
    }
    let to = folder.join("root");
    models(edition, &to)?;
    for (name, ending) in [("board/demo", None), ("board/boards", Some("toml"))] {
        let from = root().join(name);
        if from.is_dir() {
            let place = to.join("usr/share/petri").join(from.file_name().unwrap_or_default());
            copy_folder(&from, &place, ending)?;
        }
    }
    for (name, place) in SYSTEM {
        copy(&root().join("packaging").join(name), &to.join(place))?;
    }
    let papers = folder.join("papers");
    run(arch.start(&arch.program()).arg("papers").arg(&papers))?;
    copy_folder(&papers.join("man"), &to.join("usr/share/man/man1"), Some("1"))?;
    for (name, place) in COMPLETIONS {
        copy(&papers.join("completions").join(name), &to.join(place))?;
    }
    let documents = to.join("usr/share/doc").join(edition.package());
    for name in DOCUMENTS {
        let from = root().join("docs").join(name);
        if from.exists() {
            copy(&from, &documents.join(name))?;
        }
    }
    let overrides = to.join("usr/share/lintian/overrides").join(edition.package());
    copy(&root().join("packaging/petri.overrides"), &overrides)?;
    copy(&root().join("CHANGELOG.md"), &documents.join("changelog"))?;
    fs::write(folder.join("copyright"), licences::ours()?)?;
    fs::write(documents.join("licences-of-crates.txt"), licences::of_crates(edition, arch)?)?;
    fs::write(folder.join("changelog"), debian_changelog(edition))?;
    Ok(())
}

/// Adds the bill of materials, for those who look for weaknesses in what they have installed.
pub(crate) fn add_bill(edition: Edition, arch: Arch) -> anyhow::Result<()> {
    let documents = edition.folder().join("root/usr/share/doc").join(edition.package());
    fs::write(documents.join(BILL), bill::of(edition, arch)?)?;
    Ok(())
}

/// The files that the program reads: models and vocabularies, but neither manifests, which it holds, nor golden values.
fn models(edition: Edition, to: &Path) -> anyhow::Result<()> {
    for id in Id::ALL {
        if edition == Edition::School && *id == Id::FaceExpression {
            continue;
        }
        let manifest = petri_models::get(*id);
        let files = std::iter::once(&manifest.file).chain(manifest.assets.iter().map(|asset| &asset.file));
        for file in files {
            let from = root().join("models").join(&manifest.id).join(file);
            copy(&from, &to.join("usr/share/petri/models").join(&manifest.id).join(file))?;
        }
    }
    Ok(())
}

fn debian_changelog(edition: Edition) -> String {
    let date = last_commit("%cD").unwrap_or_else(|| "Thu, 01 Jan 1970 00:00:00 +0000".to_owned());
    format!(
        "{} ({}-1) stable; urgency=medium\n\n  * What is new is in changelog.gz beside this file.\n\n \
         -- Petri <petri@example.org>  {date}\n",
        edition.package(),
        env!("CARGO_PKG_VERSION")
    )
}

fn copy_folder(from: &Path, to: &Path, ending: Option<&str>) -> anyhow::Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("cannot look into {}", from.display()))? {
        let path = entry?.path();
        let wanted = ending.is_none_or(|ending| path.extension().is_some_and(|own| own == ending));
        if path.is_file() && wanted {
            copy(&path, &to.join(path.file_name().unwrap_or_default()))?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to.parent().unwrap_or(to))?;
    fs::copy(from, to).with_context(|| format!("cannot copy {} into the package", from.display()))?;
    Ok(())
}
