//! Takes connections, within limits, and hands their requests to the routes.

use crate::app::App;
use crate::log::Event;
use crate::{Error, live, routes};
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// Connections at a time; more wait.
const CONNECTIONS_MAX: usize = 64;
/// Memory for the head of a request, in bytes; a last piece may go up to as much beyond it.
const HEAD_BYTES_MAX: usize = 32 << 10;
const HEADERS_MAX: usize = 48;
/// The head of a request has to come, and a handshake has to end, within this.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// Between two looks at room, heat and memory.
const CHECK_UP: Duration = Duration::from_secs(10);

/// A part that failed inside is begun anew after this.
const RESTART: Duration = Duration::from_millis(300);

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// The threads of the page; dropped, they end.
pub(crate) struct Server {
    runtime: Option<Runtime>,
    ends: Arc<AtomicBool>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Release);
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Server {
    pub(crate) fn start(
        listener: TcpListener,
        tls: Option<TlsAcceptor>,
        app: &Arc<App>,
    ) -> Result<Self, Error> {
        let fail = |error: std::io::Error| Error::System(error.to_string());
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(8)
            .thread_name("page")
            .enable_all()
            .build()
            .map_err(fail)?;
        listener.set_nonblocking(true).map_err(fail)?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(fail)?
        };
        app.log.add(Event::Started { tls: tls.is_some(), loopback: app.site.is_loopback() });
        let (listener, router) = (Arc::new(listener), routes::router(app));
        runtime.spawn(kept_up(move || accept(Arc::clone(&listener), tls.clone(), router.clone())));
        let looked_after = Arc::clone(app);
        runtime.spawn(kept_up(move || check_up(Arc::clone(&looked_after))));
        runtime.spawn(end_on_signal(Arc::clone(app)));
        let ends = Arc::new(AtomicBool::new(false));
        live::paint(Arc::clone(app), Arc::clone(&ends));
        Ok(Self { runtime: Some(runtime), ends })
    }
}

/// Begins work anew that failed inside. What fails while one request is answered ends that one only.
async fn kept_up<W: Future<Output = ()> + Send + 'static>(work: impl Fn() -> W) {
    while tokio::spawn(work()).await.is_err_and(|error| error.is_panic()) {
        tokio::time::sleep(RESTART).await;
    }
}

async fn accept(listener: Arc<tokio::net::TcpListener>, tls: Option<TlsAcceptor>, router: Router) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
        let Ok((stream, peer)) = listener.accept().await else {
            // Too many open files, say: a moment later there may be room.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (router, tls) = (router.clone().layer(Extension(Peer(peer))), tls.clone());
        tokio::spawn(async move {
            let _slot = slot;
            let _ = stream.set_nodelay(true);
            match tls {
                None => serve(stream, router).await,
                Some(tls) => {
                    if let Ok(Ok(stream)) = timeout(HEAD_TIME, tls.accept(stream)).await {
                        serve(stream, router).await;
                    }
                }
            }
        });
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, router: Router) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .with_upgrades();
    // A browser that goes away in between is no fault.
    let _ = connection.await;
}

async fn check_up(app: Arc<App>) {
    let models = Arc::clone(&app);
    let _ = tokio::task::spawn_blocking(move || models.check_models()).await;
    loop {
        let app = Arc::clone(&app);
        let _ = tokio::task::spawn_blocking(move || app.check_up()).await;
        tokio::time::sleep(CHECK_UP).await;
    }
}

/// A simulator has no board that ends it in order.
async fn end_on_signal(app: Arc<App>) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return;
    };
    loop {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        let _ = app.host().end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;

    #[test]
    fn work_that_panics_is_begun_anew_within_a_second() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let runs = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&runs);
        let work = move || {
            let counted = Arc::clone(&counted);
            async move { assert!(counted.fetch_add(1, Ordering::AcqRel) > 1, "not yet") }
        };
        let start = std::time::Instant::now();
        runtime.block_on(kept_up(work));
        assert_eq!(runs.load(Ordering::Acquire), 3);
        assert!(start.elapsed() >= 2 * RESTART && RESTART < Duration::from_secs(1));
    }
}
