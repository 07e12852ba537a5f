//! Tries a package: looks into it, installs it into a folder, runs what is installed, removes and purges it.

use super::{Arch, Edition};
use crate::{command, packages, run};
use anyhow::{Context, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What every package brings.
const BRINGS: [&str; 14] = [
    "usr/bin/petri",
    "usr/share/petri/demo/demo.script",
    "usr/share/petri/models/text-emotion/model.onnx",
    "usr/share/petri/models/text-emotion/tokenizer.json",
    "usr/share/man/man1/petri.1.gz",
    "usr/share/man/man1/petri-run.1.gz",
    "usr/share/bash-completion/completions/petri",
    "usr/lib/systemd/system/petri.service",
    "usr/lib/systemd/system/petri-sync.service",
    "usr/lib/systemd/system/petri-sync.timer",
    "usr/lib/udev/rules.d/60-petri.rules",
    "usr/lib/sysusers.d/petri.conf",
    "usr/lib/tmpfiles.d/petri.conf",
    "etc/default/petri",
];
/// The service may not be more exposed than this, in tenths, as `systemd-analyze security` counts.
const EXPOSURE_MAX: &str = "10";

/// Installs the programs that the trial uses.
pub(crate) fn tools() -> anyhow::Result<()> {
    let missing: Vec<&str> = [
        ("dpkg-shlibdeps", "dpkg-dev"),
        ("lintian", "lintian"),
        ("man", "man-db"),
        ("systemd-analyze", "systemd"),
        ("zsh", "zsh"),
        ("fish", "fish"),
    ]
    .into_iter()
    .filter_map(|(program, package)| (!packages::works(program, "--version")).then_some(package))
    .collect();
    if missing.is_empty() { Ok(()) } else { packages::install(&missing) }
}

/// Everything about one package; the first thing that is wrong ends it.
pub(crate) fn check(package: &Path, edition: Edition, arch: Arch) -> anyhow::Result<()> {
    contents(package, edition)?;
    lint(package)?;
    let place = edition.folder().join("trial");
    if place.exists() {
        fs::remove_dir_all(&place).context("cannot clear the last trial's folder; is it still in use?")?;
    }
    for folder in ["var/lib/dpkg/info", "var/lib/dpkg/updates", "var/log"] {
        fs::create_dir_all(place.join(folder))?;
    }
    for file in ["status", "available"] {
        fs::write(place.join("var/lib/dpkg").join(file), "")?;
    }
    dpkg(&place, &["--install", &package.to_string_lossy()])?;
    let users = fs::read_to_string(place.join("etc/passwd")).unwrap_or_default();
    if !users.lines().any(|line| line.starts_with("petri:")) {
        bail!("installing made no user `petri`; look at packaging/petri.sysusers");
    }
    for folder in ["var/lib/petri", "etc/petri/update-keys"] {
        if !place.join(folder).is_dir() {
            bail!("installing made no /{folder}; look at packaging/petri.tmpfiles");
        }
    }
    println!("installed; the user `petri`, /var/lib/petri and /etc/petri/update-keys are there");
    programs(&place, edition, arch)?;
    papers(&place)?;
    service(&place)?;
    removal(&place, edition)
}

fn contents(package: &Path, edition: Edition) -> anyhow::Result<()> {
    let shown = package.to_string_lossy();
    println!("{}", output(&mut command("dpkg-deb", &["--info", &shown]))?.trim_end());
    let list = output(&mut command("dpkg-deb", &["--contents", &shown]))?;
    let files: Vec<&str> = list
        .lines()
        .filter(|line| line.starts_with('-'))
        .filter_map(|line| line.split(" ./").nth(1))
        .collect();
    if let Some(missing) = BRINGS.iter().find(|file| !files.contains(*file)) {
        bail!("the package lacks {missing}; look at tools/xtask/src/deb/stage.rs");
    }
    if !files.iter().any(|file| file.contains(super::stage::BILL)) {
        bail!("the package lacks its bill of materials; look at tools/xtask/src/deb/stage.rs");
    }
    let expression = files.iter().any(|file| file.contains("face-expression"));
    if expression != (edition == Edition::Therapy) {
        bail!("expression weights are in the wrong edition; look at tools/xtask/src/deb/stage.rs");
    }
    let is = if expression { "with" } else { "without" };
    println!("{} files, {is} expression weights", files.len());
    Ok(())
}

fn lint(package: &Path) -> anyhow::Result<()> {
    let arguments = ["--fail-on", "error", "--tag-display-limit", "0", "--allow-root"];
    run(command("lintian", &arguments).arg(package)).context("lintian found an error")?;
    println!("lintian: no errors");
    Ok(())
}

/// Dpkg on a system that consists of one folder. Scripts run outside it and get its path.
fn dpkg(place: &Path, action: &[&str]) -> anyhow::Result<()> {
    let folder = format!("--root={}", place.canonicalize()?.display());
    let mut arguments = vec![folder.as_str(), "--force-script-chrootless", "--force-depends"];
    arguments.extend(["--force-architecture", "--force-not-root"]);
    arguments.extend(action);
    let as_root = output(Command::new("id").arg("-u"))?.trim() == "0";
    let mut dpkg = if as_root { Command::new("dpkg") } else { Command::new("fakeroot") };
    if !as_root {
        dpkg.arg("dpkg");
    }
    output(dpkg.args(arguments)).map(|_| ()).context("without root's rights this needs `fakeroot`")
}

/// The installed program finds what was installed with it.
fn programs(place: &Path, edition: Edition, arch: Arch) -> anyhow::Result<()> {
    let installed = place.join("usr/bin/petri");
    let told = output(arch.start(&installed).arg("models"))?;
    print!("{told}");
    let wanted = format!("edition {}", edition.name());
    if !told.starts_with(&wanted) || !told.contains("trial/usr/bin/../share/petri/models") {
        bail!("the installed program does not use the installed models; look at `shared` in main.rs");
    }
    if arch.is_foreign() {
        return Ok(());
    }
    println!("playing the demonstration, for a minute and a half");
    let out = place.join("tmp/demo");
    let told = output(Command::new(&installed).args(["demo", "--out"]).arg(&out))?;
    let end = told.lines().find(|line| line.contains("safe in the journal"));
    println!("{}", end.context("the installed demonstration saved nothing")?);
    Ok(())
}

/// Manual pages render without a warning, completions parse.
fn papers(place: &Path) -> anyhow::Result<()> {
    let mut pages: Vec<PathBuf> = fs::read_dir(place.join("usr/share/man/man1"))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    pages.sort();
    for page in &pages {
        let mut man = Command::new("man");
        man.args(["--warnings", "-l"]).arg(page).env("MANROFFSEQ", "").env("MANWIDTH", "100");
        let told = man.env("LC_ALL", "C.UTF-8").stdin(Stdio::null()).output().context("cannot start man")?;
        if !told.status.success() || !told.stderr.is_empty() || told.stdout.is_empty() {
            bail!("{} does not render: {}", page.display(), String::from_utf8_lossy(&told.stderr).trim());
        }
    }
    let shells = [
        ("bash", "-n", "usr/share/bash-completion/completions/petri"),
        ("zsh", "-n", "usr/share/zsh/vendor-completions/_petri"),
        ("fish", "--no-execute", "usr/share/fish/vendor_completions.d/petri.fish"),
    ];
    for (shell, flag, file) in shells {
        output(Command::new(shell).arg(flag).arg(place.join(file)))
            .with_context(|| format!("the completions for {shell} do not parse"))?;
    }
    println!("{} manual pages render; completions for bash, zsh and fish parse", pages.len());
    Ok(())
}

/// The unit is sound, and lets the program do little.
fn service(place: &Path) -> anyhow::Result<()> {
    let unit = fs::read_to_string(place.join("usr/lib/systemd/system/petri.service"))?;
    // The command and the manual page are looked for on this machine, so the unit that is checked names the trial's.
    let here = place.canonicalize()?.join("usr/bin/petri");
    let unit = unit.replace("/usr/bin/petri", &here.to_string_lossy());
    let unit: Vec<&str> = unit.lines().filter(|line| !line.starts_with("Documentation=")).collect();
    let copy = place.join("tmp/petri.service");
    fs::create_dir_all(place.join("tmp"))?;
    fs::write(&copy, unit.join("\n"))?;
    let told = Command::new("systemd-analyze").arg("verify").arg(&copy).output()?;
    let complaints = String::from_utf8_lossy(&told.stderr);
    if !told.status.success() || complaints.contains("petri.service:") {
        bail!("systemd-analyze verify: {}", complaints.trim());
    }
    let threshold = format!("--threshold={EXPOSURE_MAX}");
    let table = output(
        Command::new("systemd-analyze")
            .args(["security", "--offline=true", "--no-pager", &threshold])
            .arg(&copy)
            .env("SYSTEMD_EMOJI", "0"),
    )?;
    let lines: Vec<&str> = table.lines().filter(|line| line.starts_with('✗')).collect();
    println!("systemd-analyze verify: sound\n{}", lines.join("\n"));
    println!("{}", table.lines().last().unwrap_or_default().trim_start_matches("→ "));
    Ok(())
}

/// Removal keeps the journals; purging does not.
fn removal(place: &Path, edition: Edition) -> anyhow::Result<()> {
    let (journal, flags) = (place.join("var/lib/petri/journal.db"), place.join("etc/default/petri"));
    fs::write(&journal, "trials")?;
    dpkg(place, &["--remove", edition.package()])?;
    if place.join("usr/bin/petri").exists() || !journal.exists() || !flags.exists() {
        bail!("removing must take the program, and leave journal and flags; look at packaging/scripts");
    }
    dpkg(place, &["--purge", edition.package()])?;
    if place.join("var/lib/petri").exists() || flags.exists() {
        bail!("purging must take journal and flags; look at packaging/scripts/postrm");
    }
    println!("removed: the journal stays; purged: it is gone");
    Ok(())
}

/// What a command prints; its complaint is the error.
pub(crate) fn output(command: &mut Command) -> anyhow::Result<String> {
    let shown = format!("{command:?}").replace('"', "");
    let output = command.output().with_context(|| format!("cannot start `{shown}`; is it installed?"))?;
    if !output.status.success() {
        bail!("`{shown}` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
