//! What leaves a device: attacked, and looked at on the wire.

use crate::editions::holds;
use crate::shared::{self, HARDWARE};
use crate::{cargo, command, files, packages, run, target};
use anyhow::{Context, bail};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Where what is found out is written.
const PAGE: &str = "docs/privacy.md";
/// Longest wait until the capture has begun.
const START_S_MAX: u64 = 30;
/// What the wire must not show: user and password of the test, the topic, and what the payload is.
const SECRETS: [&str; 4] =
    ["the-user-of-many-devices", "a-password-that-nobody-may-read", "petri/v1", "vnd.petri"];
/// What tshark finds if MQTT is not wrapped; bytes of TLS look like some packet of MQTT now and then.
const PLAIN: &str =
    r#"mqtt.protoname == "MQTT" || mqtt.topic contains "petri" || mqtt.username contains "user""#;
/// What TLS leaves in the open: without it the capture would have caught nothing.
const OPEN: &str = "localhost";

/// The broker of the tests, and the programs that collectors are tried with.
pub(crate) fn packages() -> anyhow::Result<()> {
    packages::need(&["mosquitto", "mosquitto-clients"])
}

/// Membership inference against reports; writes its table into `docs/privacy.md`, unless options say otherwise.
pub(crate) fn attack(rest: &[String]) -> anyhow::Result<()> {
    // In the selection of the tests, so that the crates of the noise are not compiled once more.
    let selection = [&["build", "--release", "--quiet", "--workspace"], &HARDWARE[..]].concat();
    cargo(&[&selection[..], &["--bin", "petri-attack"]].concat())?;
    let target = std::path::absolute(target())?;
    let mut program = Command::new(target.join("release/petri-attack"));
    if !rest.is_empty() {
        return run(program.args(rest));
    }
    let table = target.join("attack.md");
    run(program.arg("--table").arg(&table))?;
    files::insert(PAGE, "attack", &fs::read_to_string(&table)?)
}

/// Two servers add up reports in shares; a workspace of its own.
pub(crate) fn shares() -> anyhow::Result<()> {
    let folder = target().join("dap").to_string_lossy().into_owned();
    let workspace = ["--manifest-path", "dap/Cargo.toml", "--target-dir", &folder];
    cargo(&[&["clippy", "--all-targets"], &workspace[..], &["--", "--deny", "warnings"]].concat())?;
    cargo(&[&["test"], &workspace[..]].concat())
}

/// Reports go to a real broker on loopback while tshark writes down what passes; nothing in it can be read.
pub(crate) fn capture() -> anyhow::Result<()> {
    packages()?;
    packages::need(&["tshark"])?;
    let folder = target().join("sync");
    fs::create_dir_all(&folder)?;
    let file = std::path::absolute(folder.join("capture.pcapng"))?;
    let _ = fs::remove_file(&file);
    let port = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port().to_string();
    let test = ["--test", "reports", "who_listens_on_the_wire_reads_nothing_and_all_reports_look_alike"];
    let profile = shared::profile()?;
    let selection = [&["--config", &profile, "test", "--release", "--workspace"], &HARDWARE[..]].concat();
    cargo(&[&selection[..], &["--test", "reports", "--no-run"]].concat())?;
    let mut tshark = Command::new("tshark")
        .args(["-q", "-i", "lo", "-f", &format!("tcp port {port}"), "-w"])
        .arg(&file)
        .stderr(Stdio::null())
        .spawn()
        .context("cannot start tshark; it needs the right to capture (run as root)")?;
    let begun = Instant::now();
    while !file.exists() {
        if begun.elapsed() > Duration::from_secs(START_S_MAX) {
            tshark.kill()?;
            bail!("tshark captures nothing; run this as root, or let it capture on `lo`");
        }
        sleep(Duration::from_millis(200));
    }
    sleep(Duration::from_secs(2));
    let tested =
        run(command("cargo", &[&selection[..], &test].concat()).env("PETRI_TEST_BROKER_PORT", &port));
    sleep(Duration::from_secs(2));
    run(&mut command("kill", &["-INT", &tshark.id().to_string()]))?;
    tshark.wait()?;
    tested?;
    look(&file, &port)
}

fn look(file: &Path, port: &str) -> anyhow::Result<()> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    if !holds(&bytes, OPEN) {
        bail!("the capture does not hold the broker's name, which TLS shows: it is blind; try again");
    }
    let mut found = String::new();
    for secret in SECRETS {
        if holds(&bytes, secret) {
            bail!("`{secret}` can be read on the wire, in {}", file.display());
        }
        let _ = writeln!(found, "`{secret}`: not on the wire");
    }
    let read = |arguments: &[&str]| -> anyhow::Result<String> {
        let output = Command::new("tshark").arg("-r").arg(file).args(arguments).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (as_tls, as_mqtt) = (format!("tcp.port=={port},tls"), format!("tcp.port=={port},mqtt"));
    let count = |text: String| text.lines().count();
    let tls = count(read(&["-d", &as_tls, "-Y", "tls.app_data"])?);
    let topics = count(read(&["-d", &as_mqtt, "-Y", PLAIN])?);
    let _ = writeln!(
        found,
        "`{OPEN}`, the broker's name: in the open, as TLS shows it, so the capture is not blind"
    );
    let bytes = bytes.len();
    let _ = writeln!(
        found,
        "{bytes} bytes captured; {tls} packets of TLS data; {topics} packets in which MQTT can be read"
    );
    let tree = read(&["-q", "-d", &as_tls, "-z", "io,phs"])?;
    let tree = tree.lines().filter(|line| line.contains("frames:")).collect::<Vec<_>>().join("\n");
    let found = format!("```text\n{}\n{tree}\n```", found.trim_end());
    println!("{found}");
    if tls == 0 || topics > 0 {
        bail!("there should be TLS data and no MQTT that can be read; see {}", file.display());
    }
    files::insert(PAGE, "sync-capture", &found)
}
