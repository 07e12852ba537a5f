//! Real servers for tests and trials: Mosquitto and PostgreSQL, each in a folder of its own, on loopback.

use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::{Error, Result};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const START: Duration = Duration::from_mins(1);
const STOP: Duration = Duration::from_mins(1);
const LOOK: Duration = Duration::from_millis(20);

/// A process that ends with its owner.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    /// Starts it, without standard input and output.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(command: &mut Command) -> Result<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        child.map(Self).map_err(|error| Error::new(error.kind(), format!("{command:?}: {error}")))
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Sends a signal and waits until it has ended.
    ///
    /// # Errors
    /// When it does not end.
    pub fn end(&mut self, signal: Signal) -> Result<()> {
        if self.0.try_wait()?.is_some() {
            return Ok(());
        }
        kill_process(Pid::from_child(&self.0), signal)?;
        until(STOP, "a process to end", || Ok(self.0.try_wait()?.is_some()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until `done`.
///
/// # Errors
/// When it takes longer than `limit`.
pub fn until(limit: Duration, what: &str, mut done: impl FnMut() -> Result<bool>) -> Result<()> {
    let start = Instant::now();
    while !done()? {
        if start.elapsed() > limit {
            return Err(Error::other(format!("waited {} s in vain for {what}", limit.as_secs())));
        }
        std::thread::sleep(LOOK);
    }
    Ok(())
}

/// A port of this machine's that was free a moment ago.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn answers(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

fn is_root() -> bool {
    rustix::process::getuid().is_root()
}

/// Mosquitto, with a configuration that loses nothing when it is told to end.
#[derive(Debug)]
pub struct Mosquitto {
    /// The port on loopback.
    pub port: u16,
    folder: TempDir,
    process: Process,
}

impl Mosquitto {
    /// Starts it and waits until it answers.
    ///
    /// # Errors
    /// When it is not installed or does not come up.
    pub fn start() -> Result<Self> {
        let (port, folder) = (free_port()?, TempDir::new()?);
        let user = if is_root() { "user root\n" } else { "" };
        let text = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\n{user}persistence true\n\
             persistence_location {}/\nmax_queued_messages 0\nmax_inflight_messages 512\nlog_type error\n",
            folder.path().display()
        );
        fs::write(folder.path().join("mosquitto.conf"), text)?;
        let process = Self::launch(folder.path(), port)?;
        Ok(Self { port, folder, process })
    }

    fn launch(folder: &Path, port: u16) -> Result<Process> {
        let program = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"];
        let program = program.into_iter().find(|path| Path::new(path).exists()).unwrap_or("mosquitto");
        let configuration = folder.join("mosquitto.conf");
        let process = Process::start(Command::new(program).arg("-c").arg(configuration))?;
        until(START, "Mosquitto (Debian's package mosquitto)", || Ok(answers(port)))?;
        Ok(process)
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Ends it in order and starts it anew.
    ///
    /// # Errors
    /// When it does not come back.
    pub fn restart(&mut self) -> Result<()> {
        self.process.end(Signal::TERM)?;
        self.process = Self::launch(self.folder.path(), self.port)?;
        Ok(())
    }
}

/// A PostgreSQL cluster of its own. As root it runs as `postgres`, because it refuses root.
#[derive(Debug)]
pub struct Postgres {
    port: u16,
    folder: TempDir,
    programs: PathBuf,
    process: Process,
}

impl Postgres {
    /// Makes a cluster, starts it and waits until it answers.
    ///
    /// # Errors
    /// When it is not installed or does not come up.
    pub fn start() -> Result<Self> {
        let (port, folder, programs) = (free_port()?, TempDir::new()?, programs()?);
        if let Some((user, group)) = unprivileged()? {
            chown(folder.path(), Some(user), Some(group))?;
        }
        let mut make = Self::program(&programs, "initdb")?;
        make.args([
            "--auth=trust",
            "--username=petri",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "--pgdata",
        ]);
        let output = make.arg(folder.path().join("data")).current_dir("/").output()?;
        if !output.status.success() {
            return Err(Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        let process = Self::launch(&programs, folder.path(), port)?;
        Ok(Self { port, folder, programs, process })
    }

    fn program(programs: &Path, name: &str) -> Result<Command> {
        let mut command = Command::new(programs.join(name));
        if let Some((user, group)) = unprivileged()? {
            command.uid(user).gid(group);
        }
        Ok(command)
    }

    fn launch(programs: &Path, folder: &Path, port: u16) -> Result<Process> {
        let mut command = Self::program(programs, "postgres")?;
        command.arg("-D").arg(folder.join("data")).current_dir("/").args(["-p", &port.to_string()]);
        command.args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
        let process = Process::start(command.stderr(Stdio::null()))?;
        let address = format!("postgres://petri@127.0.0.1:{port}/postgres");
        until(START, "PostgreSQL", || Ok(::postgres::Client::connect(&address, ::postgres::NoTls).is_ok()))?;
        Ok(process)
    }

    /// The address of a database that nothing is in yet.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn database(&self, name: &str) -> Result<String> {
        let address = format!("postgres://petri@127.0.0.1:{}", self.port);
        let made = ::postgres::Client::connect(&format!("{address}/postgres"), ::postgres::NoTls)
            .and_then(|mut client| client.batch_execute(&format!("CREATE DATABASE {name}")));
        made.map_err(Error::other)?;
        Ok(format!("{address}/{name}"))
    }

    /// Its first process; those that serve are its children.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Ends it as a power cut would, and starts it anew.
    ///
    /// # Errors
    /// When it does not come back.
    pub fn crash(&mut self) -> Result<()> {
        self.process.end(Signal::QUIT)?;
        self.process = Self::launch(&self.programs, self.folder.path(), self.port)?;
        Ok(())
    }
}

/// Where Debian keeps the newest version's programs.
fn programs() -> Result<PathBuf> {
    let missing = || Error::other("PostgreSQL is missing; install Debian's package postgresql");
    let versions = fs::read_dir("/usr/lib/postgresql").map_err(|_| missing())?;
    let folders = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    folders.filter(|folder| folder.join("initdb").exists()).max().ok_or_else(missing)
}

/// The user and group of `postgres`, if this is root.
fn unprivileged() -> Result<Option<(u32, u32)>> {
    if !is_root() {
        return Ok(None);
    }
    let number = |option: &str| {
        let output = Command::new("id").args([option, "postgres"]).output()?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        text.parse()
            .map_err(|_| Error::other("there is no user postgres; install Debian's package postgresql"))
    };
    Ok(Some((number("-u")?, number("-g")?)))
}
