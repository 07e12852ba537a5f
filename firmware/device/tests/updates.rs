//! Updates as a person installs them, and what a session makes of them.

use minisign::KeyPair;
use petri_update::{Item, Kind, MANIFEST, Manifest, SIGNATURE, sha256};
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::fs;
use std::io::{BufRead, BufReader, Cursor, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

/// A device, a maker whose key it has, and a place for updates.
struct Bench {
    folder: tempfile::TempDir,
    pair: KeyPair,
}

impl Bench {
    fn new() -> Self {
        let (folder, pair) = (tempfile::tempdir(), KeyPair::generate_unencrypted_keypair());
        let (folder, pair) = (folder.expect("a folder"), pair.expect("a key pair"));
        fs::create_dir(folder.path().join("keys")).expect("a folder");
        let public = pair.pk.to_box().expect("a public key").into_string();
        fs::write(folder.path().join("keys/maker.pub"), public).expect("a key");
        Self { folder, pair }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Signs the files of a folder.
    fn sign(&self, name: &str, kind: Kind, version: u32, files: &[&str]) {
        let now_s = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a clock").as_secs();
        let item = |path: &&str| {
            let bytes = fs::read(self.at(name).join(path)).expect("a file");
            Item { path: (*path).to_owned(), bytes: bytes.len() as u64, sha256: sha256(&bytes) }
        };
        let items = files.iter().map(item).collect();
        let manifest = Manifest::new(kind, version, now_s, now_s + 86_400, items).expect("a sound manifest");
        self.sign_manifest(name, &manifest);
    }

    fn sign_manifest(&self, name: &str, manifest: &Manifest) {
        let text = manifest.text().expect("a text");
        let signature = minisign::sign(None, &self.pair.sk, Cursor::new(text.as_bytes()), None, None);
        fs::write(self.at(name).join(MANIFEST), text).expect("a file");
        fs::write(self.at(name).join(SIGNATURE), signature.expect("a signature").into_string())
            .expect("a file");
    }

    fn content(&self, name: &str, version: u32, pack: &[u8]) {
        fs::create_dir(self.at(name)).expect("a folder");
        fs::write(self.at(name).join("content.pack"), pack).expect("a file");
        self.sign(name, Kind::Content, version, &["content.pack"]);
    }

    fn petri(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_petri"))
            .args(arguments)
            .env("PETRI_UPDATES", self.at("updates"))
            .env("PETRI_UPDATE_KEYS", self.at("keys"))
            .env("XDG_STATE_HOME", self.at("state"))
            .env_remove("PETRI_UPDATE_CA")
            .output()
            .expect("petri starts")
    }

    fn update(&self, action: &str, name: &str) -> Output {
        let folder = self.at(name);
        self.petri(&["update", action, folder.to_str().expect("a path of plain letters")])
    }

    fn status(&self) -> String {
        String::from_utf8(self.petri(&["update", "status"]).stdout).expect("UTF-8")
    }

    /// A session that ends after consent was refused.
    fn session(&self) -> Output {
        fs::write(self.at("script"), "greet: press a\nconsent: press c\n").expect("a file");
        let (script, journal) = (self.at("script"), self.at("journal.db"));
        let names = [script.to_str(), journal.to_str()].map(|name| name.expect("plain letters"));
        self.petri(&["run", "--script", names[0], "--journal", names[1], "--seed", "1", "--trials", "1"])
    }
}

fn starter() -> Vec<u8> {
    fs::read(root().join("content/starter.pack")).expect("the built-in pack")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn an_installed_pack_is_on_trial_until_a_session_shows_a_screen() {
    let bench = Bench::new();
    bench.content("seven", 7, &starter());
    let verified = bench.update("verify", "seven");
    assert!(verified.status.success(), "{}", error(&verified));
    assert!(bench.status().contains("content: built in;"), "{}", bench.status());
    let installed = bench.update("install", "seven");
    assert!(installed.status.success(), "{}", error(&installed));
    assert!(bench.status().contains("content: version 7, not yet shown to work"), "{}", bench.status());
    let session = bench.session();
    assert!(session.status.success(), "{}", error(&session));
    assert!(bench.status().contains("content: version 7; to go back to: built in"), "{}", bench.status());
    let back = bench.petri(&["update", "rollback", "content"]);
    assert!(back.status.success(), "{}", error(&back));
    assert!(bench.status().contains("content: built in;"), "{}", bench.status());
}

#[test]
fn what_is_no_pack_and_what_nobody_trusted_signed_is_refused_in_one_line() {
    let bench = Bench::new();
    let mut cut = starter();
    cut.truncate(cut.len() / 2);
    bench.content("cut", 1, &cut);
    let refused = bench.update("install", "cut");
    assert!(!refused.status.success() && error(&refused).contains("does not fit this device"), "{refused:?}");
    let stranger = Bench::new();
    stranger.content("seven", 7, &starter());
    let folder = stranger.at("seven");
    let refused = bench.petri(&["update", "install", folder.to_str().expect("plain letters")]);
    assert_eq!(error(&refused).lines().count(), 1);
    assert!(error(&refused).contains("no key that this device trusts"), "{refused:?}");
    assert!(
        bench
            .status()
            .contains("content: built in; to go back to: built in; highest version ever accepted: 0")
    );
}

/// The spare key retires the first one, and from then on a device that installed this takes nothing of the first.
#[test]
fn a_key_that_a_later_update_retires_signs_nothing_any_more() {
    let (bench, spare) = (Bench::new(), Bench::new());
    let other = fs::read(spare.at("keys/maker.pub")).expect("the spare key");
    fs::write(bench.at("keys/spare.pub"), other).expect("it is trusted, too");
    bench.content("seven", 7, &starter());
    assert!(bench.update("install", "seven").status.success());
    spare.content("eight", 8, &starter());
    let text = fs::read_to_string(spare.at("eight").join(MANIFEST)).expect("a manifest");
    let mut manifest = Manifest::parse(text.as_bytes()).expect("a sound one");
    let public = fs::read_to_string(bench.at("keys/maker.pub")).expect("the first key");
    manifest.retires = vec![public.lines().nth(1).expect("two lines").to_owned()];
    spare.sign_manifest("eight", &manifest);
    let eight = spare.at("eight");
    let installed = bench.petri(&["update", "install", eight.to_str().expect("plain letters")]);
    assert!(installed.status.success(), "{}", error(&installed));
    bench.content("nine", 9, &starter());
    let stolen = bench.update("install", "nine");
    assert!(!stolen.status.success() && error(&stolen).contains("retired"), "{stolen:?}");
    assert!(bench.status().contains("content: version 8"), "{}", bench.status());
    let session = bench.session();
    assert!(session.status.success() && bench.status().contains("content: version 8; to go back to"));
}

/// A web server with one folder and TLS, for as many requests as the test makes.
fn serve(folder: PathBuf) -> (String, String, Arc<AtomicUsize>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|versions| {
            versions.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key)
        })
        .expect("a configuration");
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = format!("https://localhost:{}/seven", listener.local_addr().expect("its number").port());
    let (config, requests) = (Arc::new(config), Arc::new(AtomicUsize::new(0)));
    let count = requests.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            count.fetch_add(1, Ordering::SeqCst);
            let connection = ServerConnection::new(config.clone()).expect("a connection");
            let mut stream = BufReader::new(StreamOwned::new(connection, stream));
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).is_ok_and(|read| read > 0) {}
            let Some(name) = head.split(' ').nth(1).and_then(|path| path.strip_prefix("/seven/")) else {
                continue;
            };
            let bytes = fs::read(folder.join(name)).expect("a file of the update");
            let stream = stream.get_mut();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                bytes.len()
            );
            let _ = stream.write_all(&bytes);
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    (address, made.cert.pem(), requests)
}

#[test]
fn an_update_comes_from_the_network_over_tls_and_is_not_fetched_twice() {
    let bench = Bench::new();
    bench.content("seven", 7, &starter());
    let (address, authorities, requests) = serve(bench.at("seven"));
    fs::write(bench.at("ca.pem"), authorities).expect("a file");
    let ca = bench.at("ca.pem");
    let from = |address: &str| {
        bench.petri(&["update", "install", address, "--ca", ca.to_str().expect("plain letters")])
    };
    let installed = from(&address);
    assert!(installed.status.success(), "{}", error(&installed));
    assert!(bench.status().contains("content: version 7, not yet shown to work"), "{}", bench.status());
    assert_eq!(requests.load(Ordering::SeqCst), 3, "manifest, signature, pack");
    assert!(!bench.at("updates/fetched").exists(), "what was fetched is not kept twice");
    let again = from(&address);
    assert!(String::from_utf8_lossy(&again.stdout).contains("in place already"), "{again:?}");
    assert_eq!(requests.load(Ordering::SeqCst), 5, "manifest and signature");
    for plain in [address.replace("https", "http"), "ftp://localhost/seven".to_owned()] {
        let refused = from(&plain);
        assert!(!refused.status.success() && error(&refused).contains("https"), "{refused:?}");
        assert_eq!(error(&refused).lines().count(), 1);
    }
    let stranger = bench.petri(&["update", "install", &address]);
    assert!(!stranger.status.success(), "the system's authorities do not vouch for it: {stranger:?}");
}

/// A signed set of the models of this edition, with weights in which a byte was changed and the manifest with them:
/// genuine, and wrong.
#[test]
fn models_are_taken_only_when_each_reproduces_its_golden_pair() {
    let bench = Bench::new();
    let mut files = Vec::new();
    for id in petri_models::Id::ALL {
        let from = root().join("models").join(id.folder());
        fs::create_dir_all(bench.at("set").join(id.folder())).expect("a folder");
        for entry in fs::read_dir(from).expect("a model") {
            let path = entry.expect("a file").path();
            let name = format!("{}/{}", id.folder(), path.file_name().expect("a name").to_string_lossy());
            fs::copy(&path, bench.at("set").join(&name)).expect("a copy");
            files.push(name);
        }
    }
    let names: Vec<&str> = files.iter().map(String::as_str).collect();
    bench.sign("set", Kind::Models, 1, &names);
    let installed = bench.update("install", "set");
    assert!(installed.status.success(), "{}", error(&installed));
    assert!(bench.status().contains("models: version 1, not yet shown to work"), "{}", bench.status());
    let (model, manifest) = ("set/voice-activity/golden.safetensors", "set/voice-activity/manifest.toml");
    let mut bytes = fs::read(bench.at(model)).expect("a golden pair");
    let old = sha256(&bytes);
    // The sign and exponent of the last number of the pair.
    if let Some(last) = bytes.last_mut() {
        *last ^= 0x7f;
    }
    fs::write(bench.at(model), &bytes).expect("a file");
    let text = fs::read_to_string(bench.at(manifest)).expect("a manifest").replace(&old, &sha256(&bytes));
    fs::write(bench.at(manifest), text).expect("a file");
    bench.sign("set", Kind::Models, 2, &names);
    let refused = bench.update("install", "set");
    assert!(!refused.status.success() && error(&refused).contains("voice-activity"), "{refused:?}");
    fs::write(bench.at("set/extra.onnx"), b"a model that nobody knows").expect("a file");
    bench.sign("set", Kind::Models, 3, &[&names[..], &["extra.onnx"]].concat());
    let refused = bench.update("install", "set");
    assert!(error(&refused).contains("belongs to no model of this edition"), "{refused:?}");
    assert!(bench.status().contains("highest version ever accepted: 1"), "{}", bench.status());
}
