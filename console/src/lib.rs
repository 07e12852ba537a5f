//! The facilitator's page: what the device shows, sessions, progress, settings, export, erasure and health.
//!
//! The page is served by the device itself and asks nothing of anybody else. [`listen`] takes the address, [`start`]
//! serves it on threads of its own, and [`Page::tell`] lets it know what happens in a session. Who may see it is
//! decided in `auth` and checked in `guard`, before any route is reached.

mod alerts;
mod app;
mod assets;
mod auth;
mod code;
mod export;
mod files;
mod growth;
mod guard;
mod health;
mod live;
mod log;
mod media;
mod metrics;
mod pairing;
mod routes;
mod server;
mod tls;

use app::App;
use petri_core::Pack;
use petri_core::input::Sensors;
use petri_core::screen::Display;
use petri_models::Store;
use petri_runtime::host::Handle;
use petri_runtime::remote::Desk;
use petri_runtime::run::Happening;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

/// The page cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another program has the address.
    #[error(
        "{0} is taken by another program; end that one, or choose another address with --console=ADDRESS"
    )]
    Taken(SocketAddr),
    /// The address cannot be used.
    #[error("cannot serve the page on {address}: {source}; choose another address with --console=ADDRESS")]
    Address {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// What the page keeps beside the journal cannot be used.
    #[error("cannot use {path}: {what}")]
    File {
        /// Which file or folder.
        path: PathBuf,
        /// What is the matter and what to do.
        what: String,
    },
    /// The system has no more threads or no good chance.
    #[error("cannot start the page: {0}; free some memory and try again")]
    System(String),
}

/// What the page is of.
pub struct Options {
    /// The device.
    pub desk: Desk,
    /// What plays its sessions.
    pub host: Handle,
    /// The journal's path; the page only reads it.
    pub journal: PathBuf,
    /// The models, for their health.
    pub models: Store,
    /// The content, whose photographs are drawn.
    pub pack: Pack<'static>,
    /// The display that is drawn.
    pub display: Display,
    /// The device is a simulator.
    pub simulated: bool,
    /// The sensors that the browser hands in.
    pub shares: Sensors,
    /// The sensors that the device has.
    pub has: Sensors,
}

/// Takes an address.
///
/// # Errors
/// When it is taken, or not this machine's.
pub fn listen(address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address).map_err(|source| match source.kind() {
        std::io::ErrorKind::AddrInUse => Error::Taken(address),
        _ => Error::Address { address, source },
    })
}

/// The page while it is served; when it is dropped, it ends.
pub struct Page {
    app: Arc<App>,
    /// Ends its threads when it is dropped.
    _server: server::Server,
}

impl Page {
    /// Takes in what happened in a session.
    pub fn tell(&self, happening: &Happening<'_>) {
        self.app.tell(happening);
    }
}

/// Serves the page. `say` prints a line for whoever started the program: where the page is, and how to come in.
///
/// # Errors
/// When what it keeps beside the journal cannot be used, or the system has no threads left.
pub fn start(
    listener: TcpListener,
    options: Options,
    say: impl Fn(String) + Send + Sync + 'static,
) -> Result<Page, Error> {
    let address = listener
        .local_addr()
        .map_err(|source| Error::Address { address: SocketAddr::from(([0; 4], 0)), source })?;
    let (app, tls) = App::new(address, options, Box::new(say))?;
    let app = Arc::new(app);
    let server = server::Server::start(listener, tls, &app)?;
    app.invite();
    Ok(Page { app, _server: server })
}
