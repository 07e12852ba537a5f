//! Where peers come in: ports, local sockets, serial lines.

use super::hub::Hub;
use super::peer;
use crate::Error;
use crate::supervise::supervise;
use petri_link::{Address, Connection};
use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How often it is looked for a new peer.
const ACCEPT_MS: u64 = 50;
/// A serial line that went away is looked for this often.
const RETRY_MS: u64 = 1_000;

/// Opens an address; gives what it became, and the thread that serves it.
pub(super) fn at(address: &Address, hub: &Arc<Hub>) -> Result<(Address, JoinHandle<()>), Error> {
    let refuse = |what: String| Error::Link { address: address.to_string(), what };
    let hub = Arc::clone(hub);
    match address {
        Address::Tcp(place) => {
            let (listener, place) = tcp(*place).map_err(|error| refuse(advice(&error)))?;
            let accept = move || listener.accept().and_then(|(stream, _)| Connection::of_tcp(stream));
            Ok((Address::Tcp(place), kept_up(hub, move |hub| welcome(hub, &accept))))
        }
        Address::Unix(path) => {
            let listener = unix(path).map_err(|error| refuse(advice(&error)))?;
            let accept = move || listener.accept().and_then(|(stream, _)| Connection::of_unix(stream));
            Ok((address.clone(), kept_up(hub, move |hub| welcome(hub, &accept))))
        }
        Address::Serial { .. } => {
            let line = address.clone();
            Ok((address.clone(), kept_up(hub, move |hub| attend(hub, &line))))
        }
    }
}

fn advice(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::AddrInUse => "something else is served there; choose another address".to_owned(),
        ErrorKind::PermissionDenied => {
            "you may not; choose another address or change the permissions".to_owned()
        }
        ErrorKind::NotFound => "there is no such folder; make it, or choose another".to_owned(),
        _ => format!("{error}; choose another address"),
    }
}

fn tcp(place: std::net::SocketAddr) -> io::Result<(TcpListener, std::net::SocketAddr)> {
    let listener = TcpListener::bind(place)?;
    listener.set_nonblocking(true)?;
    let place = listener.local_addr()?;
    Ok((listener, place))
}

/// A socket that only this user can reach: it gets its name once its permissions are right.
fn unix(path: &Path) -> io::Result<UnixListener> {
    if let Ok(data) = std::fs::symlink_metadata(path)
        && (!data.file_type().is_socket() || UnixStream::connect(path).is_ok())
    {
        return Err(ErrorKind::AddrInUse.into());
    }
    let mut hidden = path.as_os_str().to_owned();
    hidden.push(format!(".{}", std::process::id()));
    let hidden = PathBuf::from(hidden);
    let listener = UnixListener::bind(&hidden)?;
    let named = std::fs::set_permissions(&hidden, std::fs::Permissions::from_mode(0o600))
        .and_then(|()| std::fs::rename(&hidden, path));
    if let Err(error) = named {
        // The other error is the one to tell.
        let _ = std::fs::remove_file(&hidden);
        return Err(error);
    }
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// A thread that is begun anew when it fails inside, until the link ends.
pub(super) fn kept_up(hub: Arc<Hub>, work: impl Fn(&Arc<Hub>) + Send + 'static) -> JoinHandle<()> {
    thread::spawn(move || supervise(|| hub.ends(), |_| {}, || work(&hub)))
}

fn welcome(hub: &Arc<Hub>, accept: &dyn Fn() -> io::Result<Connection>) {
    while !hub.ends() {
        match accept() {
            Ok(connection) => {
                let hub = Arc::clone(hub);
                // A flood of connections is slowed down to one for each look.
                thread::spawn(move || peer::serve(connection, &hub));
                thread::sleep(Duration::from_millis(ACCEPT_MS / 5));
            }
            Err(_) => thread::sleep(Duration::from_millis(ACCEPT_MS)),
        }
    }
}

fn attend(hub: &Arc<Hub>, line: &Address) {
    while !hub.ends() {
        if let Ok(connection) = Connection::open(line) {
            peer::serve(connection, hub);
        }
        let mut waited_ms = 0;
        while waited_ms < RETRY_MS && !hub.ends() {
            thread::sleep(Duration::from_millis(ACCEPT_MS));
            waited_ms += ACCEPT_MS;
        }
    }
}
