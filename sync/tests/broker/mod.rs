//! A real Mosquitto with TLS and a password, on loopback, and what stands around it.
// Two tests share it, and each uses its part.
#![allow(dead_code, unreachable_pub)]

use petri_report::{Report, topic};
use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// The user and the password that devices and collectors have in these tests.
pub const USER: &str = "the-user-of-many-devices";
pub const PASSWORD: &str = "a-password-that-nobody-may-read";

/// A broker's files: certificate, passwords, what it persists. The broker itself can come and go.
pub struct Site {
    folder: PathBuf,
    pub port: u16,
}

pub struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Running {
    /// Ends it in order, as a restart of the machine does.
    pub fn stop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
    }
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("its number").port()
}

impl Site {
    /// Files for a broker in this folder, on a port of its own.
    pub fn new(folder: &Path) -> Self {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
        // A chore that looks at the wire names the port.
        let port = std::env::var("PETRI_TEST_BROKER_PORT").ok().and_then(|port| port.parse().ok());
        let site = Self { folder: folder.to_owned(), port: port.unwrap_or_else(free_port) };
        fs::write(site.ca(), made.cert.pem()).expect("written");
        fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("written");
        fs::write(site.login(), format!("{USER}\n{PASSWORD}\n")).expect("written");
        fs::set_permissions(site.login(), fs::Permissions::from_mode(0o600)).expect("set");
        let passwords = folder.join("passwords");
        let mut password_tool = Command::new("mosquitto_passwd");
        password_tool.args(["-c", "-b"]).arg(&passwords).args([USER, PASSWORD]);
        assert!(run(&mut password_tool).status.success(), "mosquitto_passwd failed");
        let config = format!(
            "user root\nlistener {} 127.0.0.1\ncertfile {}\nkeyfile {}\nallow_anonymous false\npassword_file {}\n\
             persistence true\npersistence_location {}/\nmax_queued_messages 0\nlog_dest file {}\n",
            site.port,
            site.ca().display(),
            folder.join("key.pem").display(),
            passwords.display(),
            folder.display(),
            folder.join("log").display(),
        );
        fs::write(folder.join("mosquitto.conf"), config).expect("written");
        site
    }

    pub fn ca(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    pub fn login(&self) -> PathBuf {
        self.folder.join("login")
    }

    /// Starts it and waits until it listens.
    pub fn start(&self) -> Running {
        let mosquitto = ["mosquitto", "/usr/sbin/mosquitto"]
            .into_iter()
            .find(|name| Command::new(name).arg("-h").output().is_ok())
            .expect("Mosquitto is not installed: apt-get install mosquitto mosquitto-clients");
        let mut broker = Command::new(mosquitto);
        broker.arg("-c").arg(self.folder.join("mosquitto.conf"));
        let running = Running(broker.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started"));
        let begun = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30), "the broker does not listen; see its log");
            thread::sleep(Duration::from_millis(50));
        }
        running
    }

    /// A collector's session that outlives its connection: it begins here, and nothing is lost from now on.
    pub fn subscribe(&self) {
        let output = run(self.collector().args(["-E"]));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// All that came for the collector since it last looked: as messages, in order.
    pub fn collect(&self) -> Vec<Report> {
        let output = run(self.collector().args(["-W", "3", "-F", "%x"]));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let byte =
            |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("hex"), 16).expect("hex");
        let bytes = |line: &str| line.as_bytes().chunks(2).map(byte).collect::<Vec<u8>>();
        text.lines().map(|line| Report::decode(&bytes(line)).expect("a report")).collect()
    }

    fn collector(&self) -> Command {
        let mut command = Command::new("mosquitto_sub");
        command.args(["-V", "5", "-h", "localhost", "-p", &self.port.to_string(), "--cafile"]);
        command.arg(self.ca()).args(["-u", USER, "-P", PASSWORD, "-q", "1", "-c", "-i", "collector"]);
        command.args(["-x", "1000000", "-t", &topic::subscription("fleet")]);
        command
    }
}

fn run(command: &mut Command) -> Output {
    command.output().expect("mosquitto-clients is not installed: apt-get install mosquitto mosquitto-clients")
}

/// A wire with somebody who listens: passes bytes on and writes them down.
pub struct Wire {
    pub port: u16,
    pub seen: Arc<Mutex<Vec<u8>>>,
    /// Bytes that came from devices.
    pub from_devices: Arc<AtomicUsize>,
    /// While it is set, nothing comes back from the broker once a device has sent so many bytes.
    pub silent_after: Arc<AtomicUsize>,
    ends: Arc<AtomicBool>,
}

impl Wire {
    pub fn to(broker: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let wire = Self {
            port: listener.local_addr().expect("its number").port(),
            seen: Arc::default(),
            from_devices: Arc::default(),
            silent_after: Arc::new(AtomicUsize::new(usize::MAX)),
            ends: Arc::default(),
        };
        let (seen, from_devices) = (wire.seen.clone(), wire.from_devices.clone());
        let (silent_after, ends) = (wire.silent_after.clone(), wire.ends.clone());
        thread::spawn(move || {
            for device in listener.incoming().map_while(Result::ok) {
                if ends.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(far) = TcpStream::connect((Ipv4Addr::LOCALHOST, broker)) else { continue };
                let (back, forth) =
                    (far.try_clone().expect("a socket"), device.try_clone().expect("a socket"));
                let count = from_devices.clone();
                count.store(0, Ordering::SeqCst);
                let (log, sent, limit) = (seen.clone(), count.clone(), silent_after.clone());
                thread::spawn(move || {
                    pass(back, device, &log, |_| sent.load(Ordering::SeqCst) < limit.load(Ordering::SeqCst));
                });
                let log = seen.clone();
                thread::spawn(move || {
                    pass(forth, far, &log, |bytes| {
                        count.fetch_add(bytes, Ordering::SeqCst);
                        true
                    });
                });
            }
        });
        wire
    }

    /// Whether these bytes went over the wire, in one piece.
    pub fn carried(&self, bytes: &[u8]) -> bool {
        self.seen.lock().expect("a lock").windows(bytes.len()).any(|window| window == bytes)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

fn pass(
    mut from: TcpStream,
    mut to: TcpStream,
    log: &Mutex<Vec<u8>>,
    mut goes_on: impl FnMut(usize) -> bool,
) {
    let mut buffer = [0; 8_192];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        log.lock().expect("a lock").extend(&buffer[..read]);
        if goes_on(read) && to.write_all(&buffer[..read]).is_err() {
            return;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}
