//! TLS with a certificate that the device makes for itself and keeps.

use crate::Error;
use crate::files::Files;
use petri_models::hex;
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{self, ServerConfig};

/// What serves TLS, and the SHA-256 of the certificate in hexadecimal.
pub(crate) struct Tls {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) fingerprint: String,
}

impl Tls {
    /// Reads the certificate, or makes one for `names`.
    pub(crate) fn open(files: &Files, address: IpAddr, names: &[String]) -> Result<Self, Error> {
        let (certificate, key) = match (files.read("certificate.der")?, files.read("key.der")?) {
            (Some(certificate), Some(key)) => (certificate, key),
            _ => make(files, address, names)?,
        };
        let fingerprint = hex(&Sha256::digest(&certificate));
        let config = config(certificate, key).map_err(|error| Error::System(error.to_string()))?;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), fingerprint })
    }
}

fn make(files: &Files, address: IpAddr, names: &[String]) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let mut names = names.to_vec();
    if !address.is_unspecified() {
        names.push(address.to_string());
    }
    let made = rcgen::generate_simple_self_signed(names).map_err(|error| Error::System(error.to_string()))?;
    let (certificate, key) = (made.cert.der().to_vec(), made.signing_key.serialize_der());
    files.write("key.der", &key)?;
    files.write("certificate.der", &certificate)?;
    Ok((certificate, key))
}

fn config(certificate: Vec<u8>, key: Vec<u8>) -> Result<ServerConfig, rustls::Error> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key));
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(certificate)], key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
