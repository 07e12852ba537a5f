//! Updates from the network: fetched over TLS into a folder, and installed from there like those on a stick.
//!
//! The server is trusted with nothing: what it sends is verified as if it lay on a stick, the manifest's signature
//! before anything that it lists is asked for. TLS is for those who watch the network. The server learns the address
//! that asks and which files were not there yet; a request says nothing else of the device.

use crate::manifest::{Item, MANIFEST, MANIFEST_BYTES_MAX, Manifest, SIGNATURE};
use crate::source::Source;
use crate::state::failed;
use crate::{Disk, Error, Keys, Refusal, State, Updates};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

/// The certificates of all public authorities are a quarter of a megabyte.
const AUTHORITIES_BYTES_MAX: u64 = 1 << 20;
const ADDRESS_CHARS_MAX: usize = 500;
const REDIRECTS_MAX: u32 = 3;
const CHUNK_BYTES: usize = 64 << 10;
const CONNECT_MAX: Duration = Duration::from_secs(20);
/// A server that is silent for longer is not there any more.
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// No file takes longer; the next attempt goes on after the last whole file.
const FILE_MAX: Duration = Duration::from_hours(1);

/// A folder on a server that speaks HTTPS.
#[derive(Debug, Clone)]
pub struct Origin {
    agent: ureq::Agent,
    address: String,
}

impl Origin {
    /// The folder at `address` (`https://…`), on a server whose certificate one of those in the file `authorities`
    /// (PEM) vouches for. Nothing is asked yet.
    ///
    /// # Errors
    /// When the address is none or the file cannot be used.
    pub fn new(address: &str, authorities: &Path) -> Result<Self, Error> {
        let refuse = |what: &str| Error::Address { address: address.to_owned(), what: what.to_owned() };
        let rest =
            address.strip_prefix("https://").ok_or_else(|| refuse("it does not begin with https://"))?;
        let is_plain = |letter: char| letter.is_ascii_graphic() && !"?#@\\".contains(letter);
        if rest.is_empty() || rest.len() > ADDRESS_CHARS_MAX || !rest.chars().all(is_plain) {
            return Err(refuse("it has to be host and path, without user, question mark and #"));
        }
        let pem = read(authorities)?;
        let found = CertificateDer::pem_slice_iter(&pem).filter_map(Result::ok);
        let certificates: Vec<_> = found.map(|one| Certificate::from_der(&one).to_owned()).collect();
        if certificates.is_empty() {
            let what = "there is no certificate in it; name a PEM file with --ca".to_owned();
            return Err(Error::Authorities { path: authorities.to_owned(), what });
        }
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::new_with_certs(&certificates))
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .build();
        let config = ureq::Agent::config_builder()
            .tls_config(tls)
            .https_only(true)
            .max_redirects(REDIRECTS_MAX)
            .proxy(None)
            .user_agent("petri-update")
            .timeout_connect(Some(CONNECT_MAX))
            .timeout_recv_response(Some(SILENCE_MAX))
            .timeout_per_read(Some(SILENCE_MAX))
            .timeout_global(Some(FILE_MAX))
            .build();
        Ok(Self { agent: config.new_agent(), address: address.trim_end_matches('/').to_owned() })
    }

    /// Asks for a file; its bytes come as they are read.
    fn ask(&self, name: &str) -> Result<impl Read + use<>, Error> {
        let address = format!("{}/{name}", self.address);
        match self.agent.get(&address).call() {
            Ok(response) => Ok(response.into_body().into_reader()),
            Err(error) => Err(Error::Network { address, what: error.to_string() }),
        }
    }

    fn broken(&self, name: &str, error: &std::io::Error) -> Error {
        Error::Network { address: format!("{}/{name}", self.address), what: error.to_string() }
    }

    /// The manifest or the signature.
    fn small(&self, name: &str) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        let read = self.ask(name)?.take(MANIFEST_BYTES_MAX + 1).read_to_end(&mut bytes);
        read.map_err(|error| self.broken(name, &error))?;
        if bytes.len() as u64 > MANIFEST_BYTES_MAX {
            let what = format!("has more than {MANIFEST_BYTES_MAX} bytes");
            return Err(Refusal::File { file: name.to_owned(), what }.into());
        }
        Ok(bytes)
    }

    /// Fetches a file, and never more of it than the manifest says.
    fn file(&self, item: &Item, folder: &Path) -> Result<(), Error> {
        let path = folder.join(&item.path);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(failed("make", parent.to_owned()))?;
        let mut from = self.ask(&item.path)?.take(item.bytes + 1);
        let mut to = File::create(&path).map_err(failed("write", path.clone()))?;
        let mut piece = vec![0; CHUNK_BYTES];
        loop {
            let count = from.read(&mut piece).map_err(|error| self.broken(&item.path, &error))?;
            if count == 0 {
                return Ok(());
            }
            to.write_all(&piece[..count]).map_err(failed("write", path.clone()))?;
        }
    }

    /// What the server has, once its manifest is verified; that of an update which a device in `state` would refuse
    /// is no offer. Nothing else is fetched yet.
    ///
    /// # Errors
    /// When it would be refused or the server cannot be used.
    pub fn offer(&self, keys: &Keys, state: &State, clock_s: u64) -> Result<Offer, Error> {
        let manifest_bytes = self.small(MANIFEST)?;
        let signature = String::from_utf8(self.small(SIGNATURE)?).map_err(|_| Refusal::Signature)?;
        let source = Source::new(manifest_bytes, signature, keys, &state.retired)?;
        source.may_follow(state, clock_s)?;
        Ok(Offer { origin: self.clone(), source })
    }
}

/// An update that lies on a server and would be taken.
#[derive(Debug)]
pub struct Offer {
    origin: Origin,
    source: Source,
}

impl Offer {
    /// Its list of files.
    pub fn manifest(&self) -> &Manifest {
        &self.source.manifest
    }

    /// Whether it is what is in use already, whole.
    pub fn is_installed<D: Disk>(&self, updates: &Updates<D>) -> bool {
        updates.has(&self.source)
    }

    /// Fetches it into `folder`, from which it can be installed. What lies there of it is not fetched again.
    ///
    /// This takes long; nobody has to wait for it, since it does not touch what is installed.
    ///
    /// # Errors
    /// When a file is not the one of the manifest, the server cannot be used, or the disk fails. Whole files stay for
    /// the next attempt.
    pub fn fetch(self, folder: &Path) -> Result<(), Error> {
        let Self { origin, source } = self;
        let source = source.at(folder);
        let is_same = fs::read(folder.join(MANIFEST)).is_ok_and(|bytes| bytes == source.manifest_bytes);
        if !is_same && folder.exists() {
            fs::remove_dir_all(folder).map_err(failed("remove", folder.to_owned()))?;
        }
        fs::create_dir_all(folder).map_err(failed("make", folder.to_owned()))?;
        let own = [(MANIFEST, &source.manifest_bytes[..]), (SIGNATURE, source.signature.as_bytes())];
        for (name, bytes) in own {
            fs::write(folder.join(name), bytes).map_err(failed("write", folder.join(name)))?;
        }
        for item in &source.manifest.files {
            let verified = || source.copy(item, |_| Ok::<(), Refusal>(()));
            if verified().is_err() {
                origin.file(item, folder)?;
                verified().inspect_err(|_| drop(fs::remove_file(folder.join(&item.path))))?;
            }
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(AUTHORITIES_BYTES_MAX).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(bytes),
        Err(error) => {
            let what = format!("{error}; install Debian's ca-certificates, or name a PEM file with --ca");
            Err(Error::Authorities { path: path.to_owned(), what })
        }
    }
}
