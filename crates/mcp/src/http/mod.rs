//! Over HTTP, for programs on this machine. There is no sign-in: whoever reaches the port acts with the server's key, so the
//! port is on this machine only, and pages in a browser cannot reach it either.

mod address;
pub(crate) mod exchange;
pub(crate) mod sessions;

use std::{future::Future, io, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use rmcp::transport::streamable_http_server::StreamableHttpServerConfig;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use self::address::{Address, Endpoint, Invalid};
use self::{
    exchange::Exchange,
    sessions::{Limits, Owner, Sessions},
};
use crate::Server;

/// How long answers under way may take when the server is to stop.
pub(crate) const DRAIN: Duration = Duration::from_secs(5);

/// A server that listens and does not answer yet.
pub struct Listener {
    listener: TcpListener,
    address: Address,
    endpoint: Endpoint,
}

impl Listener {
    /// Listens at the address, for requests at the endpoint.
    ///
    /// # Errors
    /// The address cannot be taken, or its name does not mean this machine.
    pub async fn bind(address: Address, endpoint: Endpoint) -> io::Result<Self> {
        let listener = TcpListener::bind(&*address.resolve().await?).await?;
        Ok(Self { listener, address, endpoint })
    }

    /// Where clients reach it.
    ///
    /// # Errors
    /// The system does not know the port.
    pub fn url(&self) -> io::Result<String> {
        Ok(format!("http://{}:{}{}", self.address.host(), self.listener.local_addr()?.port(), self.endpoint))
    }

    /// Serves until `stop` is there, then lets what is under way finish for five seconds.
    ///
    /// # Errors
    /// The listener breaks.
    pub async fn serve(self, server: Server, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let here = self.listener.local_addr()?.ip().to_string();
        // Any port, since the browser of a page that this machine serves names the page's.
        let origins = ["http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"];
        let config = StreamableHttpServerConfig::default()
            .with_allowed_hosts(["localhost", "127.0.0.1", "::1", &here])
            .with_allowed_origins(origins);
        let site =
            Site { exchange: Exchange::new(server, config, Sessions::new(Limits::default())), endpoint: self.endpoint };
        let router = Router::new().fallback(answer).with_state(site);

        let stopping = CancellationToken::new();
        let (stopped, late) = (stopping.clone(), stopping.clone());
        let serving = axum::serve(self.listener, router).with_graceful_shutdown(async move {
            stop.await;
            stopped.cancel();
        });
        tokio::select! {
            outcome = async { serving.await } => outcome,
            () = async { late.cancelled().await; tokio::time::sleep(DRAIN).await } => Ok(()),
        }
    }
}

#[derive(Clone)]
struct Site {
    exchange: Exchange,
    endpoint: Endpoint,
}

async fn answer(State(site): State<Site>, request: Request) -> Response {
    if request.uri().path() != site.endpoint.as_str() {
        return StatusCode::NOT_FOUND.into_response();
    }
    site.exchange.handle(Owner::LOCAL, request).await
}

/// Completes when the process is told to stop, by Ctrl-C or SIGTERM.
pub async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    // Where it cannot be heard, the system ends the process.
    let _ = interrupt.await;
}
