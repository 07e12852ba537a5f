//! Beyond this machine: TLS with a certificate that the screen vouches for.

mod page;

use page::{Device, read};
use petri_models::hex;
use sha2::{Digest, Sha256};
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use tokio_rustls::rustls;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{DigitallySignedStruct, SignatureScheme};

/// Trusts one certificate, as somebody does who compared the fingerprint.
#[derive(Debug)]
struct Pinned(String, Arc<CryptoProvider>);

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if hex(&Sha256::digest(certificate)) == self.0 {
            return Ok(ServerCertVerified::assertion());
        }
        Err(rustls::Error::General("another certificate".to_owned()))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let schemes = &self.1.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, schemes)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let schemes = &self.1.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, schemes)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.1.signature_verification_algorithms.supported_schemes()
    }
}

fn over_tls(address: SocketAddr, print: &str, request: &str) -> page::Answer {
    let provider = Arc::new(ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Pinned(print.to_owned(), provider)))
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let connection = rustls::ClientConnection::new(Arc::new(config), name).expect("a client");
    let mut stream = rustls::StreamOwned::new(connection, TcpStream::connect(address).expect("connected"));
    let _ = stream.write_all(request.as_bytes());
    read(&mut stream)
}

#[test]
fn beyond_this_machine_there_is_only_tls_and_pairing_and_the_screen_shows_the_certificate() {
    let device = Device::on("0.0.0.0:0", true);
    let printed = device.printed();
    assert!(!printed.contains("token"), "no token but on this machine: {printed}");
    let (_, print) = printed.split_once("certificate SHA-256 ").expect("a fingerprint");
    let print = &print[..64];
    let here = SocketAddr::from((Ipv4Addr::LOCALHOST, device.address.port()));
    let request = |method: &str, path: &str, body: &str| {
        let host = format!("127.0.0.1:{}", here.port());
        let ours = format!("Origin: https://{host}\r\nX-Petri: 1\r\nContent-Type: application/json\r\n");
        format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\n{ours}Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let hello = over_tls(here, print, &request("GET", "/api/hello", ""));
    assert_eq!((hello.status, hello.json()["way"].as_str()), (200, Some("pair")));
    assert_eq!(hello.header("strict-transport-security"), Some("max-age=31536000"));
    assert_eq!(over_tls(here, &"0".repeat(64), &request("GET", "/", "")).status, 0, "another certificate");
    assert_eq!(page::raw(here, &request("GET", "/", "")).status, 0, "no plain text");
    assert_eq!(over_tls(here, print, &request("GET", "/api/device", "")).status, 401);
    assert_eq!(over_tls(here, print, &request("POST", "/api/token", r#"{"token":""}"#)).status, 401);
    assert_eq!(over_tls(here, print, &request("POST", "/api/pair/begin", "{}")).status, 200);
    let shown = device.until("a code", |screen| screen.title.starts_with("Code "));
    let digits: String = shown.body.chars().filter(char::is_ascii_hexdigit).collect();
    assert!(digits.to_lowercase().ends_with(&print[..20]), "{} for {print}", shown.body);
    let body = format!("{{\"code\":\"{}\",\"pin\":\"4170290\"}}", &shown.title["Code ".len()..]);
    let paired = over_tls(here, print, &request("POST", "/api/pair", &body));
    assert_eq!(paired.status, 200, "{}", paired.body);
    for name in ["session", "paired"] {
        let cookie = paired.head.lines().find(|line| line.contains(&format!("__Host-petri-{name}=")));
        let cookie = cookie.expect("a cookie");
        assert!(cookie.contains("; Secure") && cookie.contains("HttpOnly; SameSite=Strict"), "{cookie}");
    }
    let key = device.folder.path().join("console/key.der");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(key).expect("kept").permissions());
    assert_eq!(mode & 0o777, 0o600);
}
