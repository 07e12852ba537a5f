//! Updates from a server that speaks HTTPS, and what a server or somebody on the way may try.

use crate::maker::{DAY_S, Maker, TODAY_S, files, trusting};
use petri_update::{
    Error, Installed, Keys, Kind, MANIFEST, MANIFEST_BYTES_MAX, Origin, RealDisk, Refusal, SIGNATURE, State,
    Updates,
};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// More than any limit of the device's lets through.
const FLOOD_BYTES: usize = 4 << 20;

/// What a server answers in place of a file.
#[derive(Debug, Clone, PartialEq)]
enum Trick {
    /// Other bytes.
    Bytes(Vec<u8>),
    /// Half of the file, and the connection is gone.
    Half,
    /// Bytes without an end.
    Flood,
    /// "Look there".
    To(String),
}

/// A server with a folder, on loopback.
struct Server {
    address: String,
    authorities: PathBuf,
    tricks: Arc<Mutex<BTreeMap<String, Trick>>>,
    /// The head of each request.
    asked: Arc<Mutex<Vec<String>>>,
    _folder: tempfile::TempDir,
}

impl Server {
    fn of(published: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
        let authorities = folder.path().join("ca.pem");
        fs::write(&authorities, made.cert.pem()).expect("a file");
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
        let chain: Vec<CertificateDer<'static>> = vec![made.cert.der().clone()];
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("a configuration");
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = format!("https://localhost:{}/sets", listener.local_addr().expect("its number").port());
        let (tricks, asked) = (Arc::<Mutex<BTreeMap<String, Trick>>>::default(), Arc::default());
        let server = Self { address, authorities, tricks, asked, _folder: folder };
        let (tricks, asked) = (server.tricks.clone(), server.asked.clone());
        let (config, published) = (Arc::new(config), published.to_owned());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let connection = ServerConnection::new(config.clone()).expect("a connection");
                // A device that does not trust the certificate goes away.
                let _ = answer(StreamOwned::new(connection, stream), &published, &tricks, &asked);
            }
        });
        server
    }

    fn origin(&self) -> Origin {
        Origin::new(&self.address, &self.authorities).expect("an origin")
    }

    fn plays(&self, name: &str, trick: Trick) {
        self.tricks.lock().expect("a lock").insert(name.to_owned(), trick);
    }

    /// Forgets all tricks, and returns the names that were asked for since the last time.
    fn asked(&self) -> Vec<String> {
        self.tricks.lock().expect("a lock").clear();
        let heads = std::mem::take(&mut *self.asked.lock().expect("a lock"));
        let name = |head: &String| {
            head.split(' ').nth(1).and_then(|path| path.strip_prefix("/sets/")).map(str::to_owned)
        };
        heads.iter().filter_map(name).collect()
    }
}

fn answer(
    stream: StreamOwned<ServerConnection, TcpStream>,
    published: &Path,
    tricks: &Mutex<BTreeMap<String, Trick>>,
    asked: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head)? > 0 {}
    let name = head.split(' ').nth(1).and_then(|path| path.strip_prefix("/sets/")).unwrap_or("").to_owned();
    asked.lock().expect("a lock").push(head);
    let trick = tricks.lock().expect("a lock").get(&name).cloned();
    let stream = stream.get_mut();
    let file = fs::read(published.join(&name));
    let close = "Connection: close\r\n\r\n";
    match (trick, file) {
        (Some(Trick::To(address)), _) => {
            write!(stream, "HTTP/1.1 302 Found\r\nLocation: {address}\r\nContent-Length: 0\r\n{close}")?;
        }
        (Some(Trick::Flood), _) => {
            write!(stream, "HTTP/1.1 200 OK\r\n{close}")?;
            for _ in 0..FLOOD_BYTES / 4096 {
                stream.write_all(&[7; 4096])?;
            }
        }
        (Some(Trick::Half), Ok(bytes)) => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{close}", bytes.len())?;
            stream.write_all(&bytes[..bytes.len() / 2])?;
        }
        (Some(Trick::Bytes(bytes)), _) | (None, Ok(bytes)) => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{close}", bytes.len())?;
            stream.write_all(&bytes)?;
        }
        _ => write!(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n{close}")?,
    }
    stream.conn.send_close_notify();
    stream.flush()
}

/// A maker, what it published, a server with it, and a device's folder for what it fetches.
struct Scene {
    maker: Maker,
    folder: tempfile::TempDir,
    server: Server,
}

impl Scene {
    fn new() -> Self {
        let (maker, folder) = (Maker::new(), tempfile::tempdir().expect("a folder"));
        let published = folder.path().join("sets");
        maker.publish(&published, Kind::Content, 5, TODAY_S, &files(5));
        Self { maker, server: Server::of(&published), folder }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn fetch(&self, keys: &Keys, state: &State) -> Result<(), Error> {
        self.server.origin().offer(keys, state, TODAY_S)?.fetch(&self.at("fetched"))
    }

    fn device(&self) -> Updates<RealDisk> {
        let root = self.at("device");
        Updates::new(RealDisk::open(&root).expect("a disk"), root, trusting(&[&self.maker]))
    }
}

const FILES: [&str; 3] = ["starter.pack", "pictures/one.bin", "empty.txt"];

#[test]
fn what_is_fetched_over_tls_is_installed_like_what_lies_on_a_stick_and_tells_nothing_of_the_device() {
    let scene = Scene::new();
    let mut device = scene.device();
    let keys = trusting(&[&scene.maker]);
    let offer =
        || scene.server.origin().offer(&keys, &device.state().expect("a state"), TODAY_S).expect("an offer");
    assert_eq!((offer().manifest().version, offer().is_installed(&device)), (5, false));
    scene.server.asked();
    offer().fetch(&scene.at("fetched")).expect("fetched");
    for head in scene.server.asked.lock().expect("a lock").iter() {
        let names: Vec<String> = head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'))
            .map(|(name, _)| name.to_lowercase())
            .collect();
        assert!(names.iter().all(|name| ["host", "accept", "user-agent"].contains(&name.as_str())), "{head}");
        assert!(head.contains("petri-update\r\n"), "no version and no system: {head}");
    }
    assert_eq!(scene.server.asked(), [&[MANIFEST, SIGNATURE][..], &FILES].concat());
    let installed = device.install(&scene.at("fetched"), TODAY_S, |_, _| Ok(())).expect("it is genuine");
    assert!(matches!(installed, Installed::Now(_)));
    let set = device.start(Kind::Content, TODAY_S).set.expect("a set");
    for (name, bytes) in files(5) {
        assert_eq!(fs::read(set.folder.join(name)).expect("a file"), bytes, "{name}");
    }
    let again =
        scene.server.origin().offer(&keys, &device.state().expect("a state"), TODAY_S).expect("an offer");
    assert!(again.is_installed(&device), "it need not be fetched again");
}

#[test]
fn an_update_that_would_be_refused_is_not_fetched() {
    let scene = Scene::new();
    let keys = trusting(&[&scene.maker]);
    let first = [MANIFEST, SIGNATURE];
    let refused = |state: &State, keys: &Keys| match scene.fetch(keys, state) {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    assert!(matches!(refused(&State::default(), &trusting(&[&Maker::new()])), Refusal::Signature));
    assert_eq!(scene.server.asked(), first, "an untrusted key");
    let mut device = scene.device();
    let later = scene.at("later");
    scene.maker.publish(&later, Kind::Content, 6, TODAY_S, &files(6));
    device.install(&later, TODAY_S, |_, _| Ok(())).expect("it is genuine");
    let state = device.state().expect("a state");
    assert!(matches!(refused(&state, &keys), Refusal::Downgrade { found: 5, accepted: 6 }));
    assert_eq!(scene.server.asked(), first, "an old version");
    let frozen = scene.server.origin().offer(&keys, &State::default(), TODAY_S + 101 * DAY_S);
    assert!(matches!(frozen, Err(Error::Refused(Refusal::Expired { days: 1 }))), "{frozen:?}");
    assert_eq!(scene.server.asked(), first, "an old update, served for ever");
    scene.server.plays(MANIFEST, Trick::Bytes(fs::read(later.join(MANIFEST)).expect("a manifest")));
    assert!(matches!(refused(&State::default(), &keys), Refusal::Signature));
    assert_eq!(scene.server.asked(), first, "two updates mixed");
    assert!(!scene.at("fetched").exists(), "nothing of them is on the disk");
}

#[test]
fn a_server_that_lies_about_a_file_or_sends_without_end_gets_nothing_in() {
    let scene = Scene::new();
    let keys = trusting(&[&scene.maker]);
    let other = files(9).remove(0).1;
    let mut longer = files(5).remove(0).1;
    longer.push(0);
    for trick in [Trick::Bytes(other), Trick::Bytes(longer), Trick::Flood] {
        scene.server.plays(FILES[0], trick.clone());
        let refused = scene.fetch(&keys, &State::default());
        assert!(matches!(refused, Err(Error::Refused(Refusal::File { .. }))), "{refused:?}");
        assert!(!scene.at("fetched").join(FILES[0]).exists());
        assert_eq!(scene.server.asked(), [MANIFEST, SIGNATURE, FILES[0]], "and no other file is asked for");
    }
    scene.server.plays(MANIFEST, Trick::Flood);
    let told = scene.fetch(&keys, &State::default()).expect_err("no manifest is so long").to_string();
    assert!(told.contains(&MANIFEST_BYTES_MAX.to_string()), "{told}");
}

#[test]
fn a_fetch_that_broke_off_goes_on_after_the_last_whole_file() {
    let scene = Scene::new();
    let keys = trusting(&[&scene.maker]);
    scene.server.plays(FILES[1], Trick::Half);
    let broken = scene.fetch(&keys, &State::default());
    assert!(broken.is_err(), "{broken:?}");
    assert_eq!(scene.server.asked().last().map(String::as_str), Some(FILES[1]));
    scene.fetch(&keys, &State::default()).expect("the server is sound again");
    assert_eq!(scene.server.asked(), [MANIFEST, SIGNATURE, FILES[1], FILES[2]], "the first was whole");
    // What was left of another update is not mixed in.
    scene.maker.publish(&scene.at("sets"), Kind::Content, 6, TODAY_S, &files(6)[..1]);
    scene.fetch(&keys, &State::default()).expect("another update");
    assert!(!scene.at("fetched").join(FILES[1]).exists());
}

#[test]
fn no_other_server_is_believed_and_nothing_goes_without_tls() {
    let scene = Scene::new();
    let keys = trusting(&[&scene.maker]);
    let stranger = Server::of(&scene.at("sets"));
    let fetch = |address: &str, authorities: &Path| {
        let origin = Origin::new(address, authorities)?;
        origin.offer(&keys, &State::default(), TODAY_S)?.fetch(&scene.at("fetched"))
    };
    let told =
        fetch(&stranger.address, &scene.server.authorities).expect_err("another certificate").to_string();
    assert!(told.contains("certificate") && told.contains("check address"), "{told}");
    assert!(stranger.asked().is_empty(), "not even the name of a file was said");
    let elsewhere = scene.server.address.replace("localhost", "127.0.0.1");
    assert!(fetch(&elsewhere, &scene.server.authorities).is_err(), "the certificate is for another name");
    for address in
        ["http://localhost/sets", "ftp://a", "https://", "https://user@a/b", "https://a/?b", "https://a b/"]
    {
        let refused = fetch(address, &scene.server.authorities);
        assert!(matches!(refused, Err(Error::Address { .. })), "{address}: {refused:?}");
    }
    let plain = scene.server.address.replace("https", "http");
    scene.server.plays(MANIFEST, Trick::To(format!("{plain}/{MANIFEST}")));
    let downgraded = fetch(&scene.server.address, &scene.server.authorities);
    assert!(matches!(downgraded, Err(Error::Network { .. })), "{downgraded:?}");
    for no_authorities in [scene.at("none.pem"), scene.at("sets").join(MANIFEST)] {
        let told = fetch(&scene.server.address, &no_authorities).expect_err("nobody vouches").to_string();
        assert!(told.contains("--ca"), "{told}");
    }
    assert!(!scene.at("fetched").exists());
}

#[test]
fn a_file_that_the_server_lacks_is_named_with_its_address() {
    let scene = Scene::new();
    fs::remove_file(scene.at("sets").join(FILES[1])).expect("removed");
    let told =
        scene.fetch(&trusting(&[&scene.maker]), &State::default()).expect_err("it is not there").to_string();
    assert!(told.contains("/sets/pictures/one.bin") && told.contains("404"), "{told}");
}
