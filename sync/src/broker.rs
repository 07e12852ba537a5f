//! Where reports go, and how a device proves that it may bring them.

use crate::Error;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// No file is larger: the certificates of all public authorities are a quarter of a megabyte.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// A file with a password gives nothing to others, and its group may at most read it.
const PASSWORD_MODE_REFUSED: u32 = 0o037;

/// A broker that speaks MQTT 5 over TLS. There is no way without TLS.
#[derive(Debug, Clone)]
pub struct Broker {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: Arc<ClientConfig>,
    pub(crate) login: Option<Login>,
}

/// A user of the broker's. Many devices should share one, so that it names no device.
#[derive(Clone)]
pub struct Login {
    pub(crate) user: String,
    pub(crate) password: String,
}

/// The password is not shown.
impl std::fmt::Debug for Login {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("Login").field("user", &self.user).finish_non_exhaustive()
    }
}

impl Broker {
    /// The broker at `HOST:PORT`, whose certificate one of those in the file `ca` (PEM) has signed.
    ///
    /// # Errors
    /// When the address is none, or a file cannot be used.
    pub fn new(address: &str, ca: &Path, login: Option<Login>) -> Result<Self, Error> {
        let no_address = || Error::Address(address.to_owned());
        let (host, port) = address.rsplit_once(':').ok_or_else(no_address)?;
        let port = port.parse().map_err(|_| no_address())?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() || host.contains('/') {
            return Err(no_address());
        }
        let pem = read(ca)?;
        let mut roots = RootCertStore::empty();
        let certificates = CertificateDer::pem_slice_iter(&pem).filter_map(Result::ok);
        let (added, _) = roots.add_parsable_certificates(certificates);
        if added == 0 {
            return Err(refuse(ca, "there is no certificate in it; name a PEM file with --broker-ca"));
        }
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::Tls(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { host, port, tls: Arc::new(tls), login })
    }
}

impl Login {
    /// Reads a file with the user in its first line and the password in its second.
    ///
    /// # Errors
    /// When it cannot be read, others may read it, or a line is missing.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let mode = fs::metadata(path).map_err(|error| refuse(path, error.to_string()))?.permissions().mode();
        if mode & PASSWORD_MODE_REFUSED != 0 {
            return Err(refuse(path, "others may read or write it; run `chmod 640` or `chmod 600` on it"));
        }
        let text = String::from_utf8(read(path)?).map_err(|_| refuse(path, "it is no text (UTF-8)"))?;
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        match (lines.next(), lines.next()) {
            (Some(user), Some(password)) => Ok(Self { user: user.to_owned(), password: password.to_owned() }),
            _ => Err(refuse(path, "the user belongs into its first line and the password into its second")),
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let open = || -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        fs::File::open(path)?.take(FILE_BYTES_MAX).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    open().map_err(|error| refuse(path, format!("{error}; check the path and its permissions")))
}

fn refuse(path: &Path, what: impl Into<String>) -> Error {
    Error::File { path: PathBuf::from(path), what: what.into() }
}
