//! `petri-sign`: what a maker of updates needs. Devices never have it.
//!
//! A command line program talks on its standard output; that is what the lint below is lifted for.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use anyhow::{Context, bail, ensure};
use clap::{Parser, Subcommand, ValueEnum};
use minisign::{KeyPair, SecretKey, SecretKeyBox};
use petri_update::{FILE_BYTES_MAX, FILES_MAX, Item, Keys, Kind, MANIFEST, Manifest, SIGNATURE, sha256};
use std::fs;
use std::io::{Cursor, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

const DAY_S: u64 = 86_400;
const DEPTH_MAX: usize = 3;

/// Makes keys for updates of Petri, and signs folders as updates.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a pair of keys: NAME.pub for the devices, NAME.key for whoever signs.
    Keys {
        /// Path and name, without an ending.
        name: PathBuf,
        /// Protect the secret key by the rights of its file alone.
        #[arg(long)]
        no_password: bool,
    },
    /// List all files of a folder in a manifest and sign it; the folder is an update then.
    Sign {
        /// The folder.
        folder: PathBuf,
        /// What the update replaces.
        #[arg(long, value_enum)]
        kind: What,
        /// The version: higher than that of every update of this kind before.
        #[arg(long)]
        version: u32,
        /// How long it may be installed.
        #[arg(long, default_value_t = 365)]
        days: u64,
        /// The secret key.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// The version of Petri that it is for; any, if none is named.
        #[arg(long, default_value = "")]
        program: String,
        /// A public key that is to sign nothing any more; may be given more than once.
        #[arg(long, value_name = "FILE")]
        retires: Vec<PathBuf>,
    },
}

/// What an update replaces.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    /// The content pack: a folder with one file `content.pack`.
    Content,
    /// The models: a folder like `models`, with all of them.
    Models,
}

fn main() -> ExitCode {
    match command(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("petri-sign: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn command(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Keys { name, no_password } => keys(&name, no_password),
        Command::Sign { folder, kind, version, days, key, program, retires } => {
            let kind = match kind {
                What::Content => Kind::Content,
                What::Models => Kind::Models,
            };
            let issued_s = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
            let expires_s = issued_s + days.saturating_mul(DAY_S).min(u64::MAX / 2);
            let mut files = Vec::new();
            list(&folder, "", &mut files)?;
            let mut manifest = Manifest::new(kind, version, issued_s, expires_s, files)?;
            manifest.program = program;
            manifest.retires = retires.iter().map(|path| line(path)).collect::<anyhow::Result<_>>()?;
            let text = manifest.text()?;
            let signature = minisign::sign(None, &secret(&key)?, Cursor::new(text.as_bytes()), None, None)?;
            fs::write(folder.join(MANIFEST), &text)?;
            fs::write(folder.join(SIGNATURE), signature.into_string())?;
            println!("{} files, signed as version {version}: {}", manifest.files.len(), folder.display());
            Ok(())
        }
    }
}

fn keys(name: &Path, no_password: bool) -> anyhow::Result<()> {
    let pair = if no_password {
        KeyPair::generate_unencrypted_keypair()?
    } else {
        KeyPair::generate_encrypted_keypair(None)?
    };
    let (public, secret) = (name.with_extension("pub"), name.with_extension("key"));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&secret)
        .with_context(|| format!("cannot make {}; a key is never replaced", secret.display()))?;
    file.write_all(pair.sk.to_box(None)?.into_string().as_bytes())?;
    fs::write(&public, pair.pk.to_box()?.into_string())?;
    println!("for the devices: {}\nto be kept safe: {}", public.display(), secret.display());
    Ok(())
}

fn secret(path: &Path) -> anyhow::Result<SecretKey> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    if let Ok(key) = SecretKeyBox::from_string(&text)?.into_unencrypted_secret_key() {
        return Ok(key);
    }
    // Asks for the password.
    Ok(SecretKeyBox::from_string(&text)?.into_secret_key(None)?)
}

/// The second line of a public key's file.
fn line(path: &Path) -> anyhow::Result<String> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    if let Err(what) = Keys::none().add(&text) {
        bail!("{} is no public key: {what}", path.display());
    }
    Ok(text.lines().nth(1).unwrap_or_default().trim().to_owned())
}

/// Adds the files in a folder and in the folders in it; an old manifest is left out.
fn list(folder: &Path, under: &str, files: &mut Vec<Item>) -> anyhow::Result<()> {
    ensure!(under.matches('/').count() < DEPTH_MAX, "{} is too deep", folder.display());
    let mut entries = fs::read_dir(folder)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type()?;
        if under.is_empty() && (name == MANIFEST || name == SIGNATURE) {
            continue;
        }
        if kind.is_dir() {
            list(&entry.path(), &format!("{under}{name}/"), files)?;
            continue;
        }
        ensure!(kind.is_file(), "{} is no plain file", entry.path().display());
        ensure!(entry.metadata()?.len() <= FILE_BYTES_MAX, "{} is too large", entry.path().display());
        ensure!(files.len() < FILES_MAX, "there are more than {FILES_MAX} files");
        let bytes = fs::read(entry.path())?;
        files.push(Item {
            path: format!("{under}{name}"),
            bytes: bytes.len() as u64,
            sha256: sha256(&bytes),
        });
    }
    Ok(())
}
