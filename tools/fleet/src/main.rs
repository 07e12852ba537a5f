//! `petri-fleet`: collects the reports of many devices and shows their sums.
//!
//! A command line program talks on its standard output; that is what the lint below is lifted for.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand};
use petri_fleet::collect::{Broker, Collector};
use petri_fleet::dashboard;
use petri_fleet::store::Address;
use petri_fleet::view::{By, csv, table};
use petri_report::Period;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::SystemTime;

const SECRET_BYTES_MAX: u64 = 1024;
const CA_BYTES_MAX: u64 = 256 << 10;

/// Collects the reports of many devices and shows what their sums say.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Collect reports until it is told to end. Any number of collectors can share the work of one team.
    Collect(Source),
    /// Take what the broker still has for a collector's name, and leave for good.
    Retire(Source),
    /// Serve the dashboard.
    Serve {
        /// sqlite:FILE or postgres://USER@HOST:PORT/DATABASE.
        #[arg(long, env = "PETRI_FLEET_STORE")]
        store: Address,
        /// A file with the token that users have to know, of 20 characters or more.
        #[arg(long, value_name = "FILE")]
        token_file: PathBuf,
        /// Where.
        #[arg(long, default_value = "127.0.0.1:7800")]
        address: SocketAddr,
        /// The address is reached only by a proxy that adds TLS.
        #[arg(long)]
        behind_proxy: bool,
    },
    /// Print the sums as comma-separated values.
    Csv {
        /// sqlite:FILE or postgres://USER@HOST:PORT/DATABASE.
        #[arg(long, env = "PETRI_FLEET_STORE")]
        store: Address,
        /// What to tell apart, with commas between: emotion, channel, age, edition.
        #[arg(long, value_delimiter = ',', value_parser = ["emotion", "channel", "age", "edition"])]
        by: Vec<String>,
    },
}

/// Where reports come from and where they go.
#[derive(Debug, Args)]
struct Source {
    /// The broker's host.
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// The broker's port.
    #[arg(long, default_value_t = 1883)]
    port: u16,
    /// The certificate (PEM) of whoever vouches for the broker; without it there is no TLS.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// The user at the broker.
    #[arg(long, requires = "password_file")]
    user: Option<String>,
    /// A file with the password.
    #[arg(long, value_name = "FILE", requires = "user")]
    password_file: Option<PathBuf>,
    /// This collector's own name; the same at each start, and no other's.
    #[arg(long)]
    name: String,
    /// The name that the collectors who share the work have in common.
    #[arg(long, default_value = "fleet")]
    team: String,
    /// sqlite:FILE or postgres://USER@HOST:PORT/DATABASE.
    #[arg(long, env = "PETRI_FLEET_STORE")]
    store: Address,
}

fn main() -> ExitCode {
    match command(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("petri-fleet: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn command(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Collect(source) => collect(source, false),
        Command::Retire(source) => collect(source, true),
        Command::Serve { store, token_file, address, behind_proxy } => {
            if !address.ip().is_loopback() && !behind_proxy {
                bail!(
                    "{address} can be reached from elsewhere, and this is plain HTTP; use a loopback address, or a \
                       proxy with TLS and --behind-proxy"
                );
            }
            let token = secret(&token_file)?;
            let listener = TcpListener::bind(address)
                .with_context(|| format!("cannot listen at {address}; choose another --address"))?;
            println!("the dashboard is at http://{}", listener.local_addr()?);
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
            Ok(runtime.block_on(dashboard::serve(listener, &token, store))?)
        }
        Command::Csv { store, by } => {
            let asked = |name: &str| by.iter().any(|one| one == name);
            let by = By {
                emotion: asked("emotion"),
                channel: asked("channel"),
                age: asked("age"),
                edition: asked("edition"),
            };
            print!("{}", csv(&table(&store.open()?.terms()?, by)));
            Ok(())
        }
    }
}

fn collect(source: Source, retires: bool) -> anyhow::Result<()> {
    let ca = source.ca.as_deref().map(|path| bounded(path, CA_BYTES_MAX)).transpose()?;
    if ca.is_some() {
        // Fails only if one is installed, which is as good.
        let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    }
    let login = match (source.user, source.password_file) {
        (Some(user), Some(file)) => Some((user, secret(&file)?)),
        _ => None,
    };
    let broker = Broker { host: source.host, port: source.port, ca, login };
    let Source { name, team, store, .. } = source;
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT] {
        signal_hook::flag::register(signal, stop.clone())?;
    }
    let collector = Collector { name, team, retires, broker, store };
    let counts = collector.run(&stop, today, |line| eprintln!("petri-fleet: {line}"))?;
    println!(
        "{} reports counted, {} came again, {} were no reports",
        counts.new, counts.again, counts.refused
    );
    Ok(())
}

/// The term by this machine's clock.
fn today() -> Period {
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Period::of_day((seconds / 86_400) as u32).unwrap_or(Period::new(0))
}

fn secret(path: &Path) -> anyhow::Result<String> {
    let text = String::from_utf8(bounded(path, SECRET_BYTES_MAX)?)
        .with_context(|| format!("{} is no text", path.display()))?;
    Ok(text.trim().to_owned())
}

fn bounded(path: &Path, bytes_max: u64) -> anyhow::Result<Vec<u8>> {
    let length = std::fs::metadata(path).map(|data| data.len());
    let length = length.with_context(|| format!("cannot read {}", path.display()))?;
    if length > bytes_max {
        bail!("{} has more than {bytes_max} bytes; name another file", path.display());
    }
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}
