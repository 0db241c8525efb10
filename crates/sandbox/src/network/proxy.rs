//! The proxy for HTTP: `CONNECT` for everything encrypted, requests with a whole URL for what is not. A host has to be
//! named and its address has to pass the guard; the connection goes to the very address that was checked.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use futures::{StreamExt, stream::FuturesUnordered};
use gateway::outbound::{Guard, OutboundError};
use http_body_util::{BodyExt, Empty, Full, combinators::BoxBody};
use hyper::{
    Method, Request, Response, StatusCode, Uri,
    body::Incoming,
    client, ext,
    header::{HOST, HeaderMap, HeaderValue},
    server,
    service::service_fn,
    upgrade::OnUpgrade,
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    time::timeout,
};

use super::{
    Host, Hosts, Traffic,
    meter::{Budget, Metered},
};

/// How long a host's name may take to be resolved, and the host to answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How many refusals are remembered.
const REFUSALS: usize = 20;
/// Headers that are for the proxy itself.
const FOR_PROXIES: &[&str] = &[
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A proxy for one jail.
#[derive(Debug)]
pub struct Proxy {
    hosts: Hosts,
    guard: Guard,
    connections: usize,
    budget: Arc<Budget>,
    refusals: Mutex<Vec<String>>,
}

type Body = BoxBody<Bytes, hyper::Error>;

/// A tunnel that begins when its answer has been sent.
type Tunnel = (OnUpgrade, TcpStream);

/// Why a request was not passed on.
struct Refusal(StatusCode, String);

impl Proxy {
    /// A proxy to these hosts, as far as the guard lets through.
    pub fn new(hosts: Hosts, guard: Guard, traffic: &Traffic) -> Self {
        Self {
            hosts,
            guard,
            connections: traffic.connections,
            budget: Arc::new(Budget::new(traffic.bytes)),
            refusals: Mutex::new(Vec::new()),
        }
    }

    /// Answers what comes in. It has no end: drop it, and all connections are closed.
    pub async fn serve(&self, listener: TcpListener) -> Infallible {
        let mut open = FuturesUnordered::new();
        loop {
            tokio::select! {
                accepted = listener.accept(), if open.len() < self.connections => match accepted {
                    Ok((stream, _)) => open.push(self.connection(stream)),
                    // It will not get better, but the program may do without.
                    Err(_) => futures::future::pending().await,
                },
                Some(()) = open.next() => {}
            }
        }
    }

    /// What was refused or not reached, and why: the first of it, each once.
    pub fn refusals(&self) -> Vec<String> {
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if self.budget.is_spent() {
            refusals.push("more went over the network than is allowed".to_owned());
        }
        refusals
    }

    /// One connection, with as many requests as come over it.
    async fn connection(&self, stream: TcpStream) {
        let tunnel: Mutex<Option<Tunnel>> = Mutex::new(None);
        let metered = TokioIo::new(Metered { stream, budget: Arc::clone(&self.budget) });
        let service = service_fn(async |request| Ok::<_, Infallible>(self.answer(request, &tunnel).await));
        let served = server::conn::http1::Builder::new()
            .preserve_header_case(true)
            .serve_connection(metered, service)
            .with_upgrades()
            .await;
        let tunnel = tunnel.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let (Ok(()), Some((upgrade, mut outside))) = (served, tunnel)
            && let Ok(upgraded) = upgrade.await
        {
            // However it ends, both sides are closed then.
            let _ = copy_bidirectional(&mut TokioIo::new(upgraded), &mut outside).await;
        }
    }

    async fn answer(&self, request: Request<Incoming>, tunnel: &Mutex<Option<Tunnel>>) -> Response<Body> {
        let answer = if request.method() == Method::CONNECT {
            self.open_tunnel(request, tunnel).await
        } else {
            self.forward(request).await
        };
        answer.unwrap_or_else(|Refusal(status, why)| {
            self.remember(&why);
            let mut response = Response::new(Full::from(why.clone()).map_err(|never| match never {}).boxed());
            *response.status_mut() = status;
            // Of a refused tunnel programs show nothing but this.
            if let Ok(reason) = ext::ReasonPhrase::try_from(why.into_bytes()) {
                response.extensions_mut().insert(reason);
            }
            response
        })
    }

    async fn open_tunnel(
        &self,
        request: Request<Incoming>,
        tunnel: &Mutex<Option<Tunnel>>,
    ) -> Result<Response<Body>, Refusal> {
        let outside = self.connect(&host_of(request.uri(), None)?).await?;
        *tunnel.lock().unwrap_or_else(PoisonError::into_inner) = Some((hyper::upgrade::on(request), outside));
        Ok(Response::new(Empty::new().map_err(|never| match never {}).boxed()))
    }

    async fn forward(&self, mut request: Request<Incoming>) -> Result<Response<Body>, Refusal> {
        if request.uri().scheme_str() != Some("http") {
            let why = "this is a proxy: it takes http:// URLs, and CONNECT for everything else";
            return Err(Refusal(StatusCode::BAD_REQUEST, why.to_owned()));
        }
        let host = host_of(request.uri(), Some(80))?;
        let unreachable = |error: hyper::Error| Refusal(StatusCode::BAD_GATEWAY, format!("{host}: {error}"));
        let outside = self.connect(&host).await?;
        let (mut sender, connection) = client::conn::http1::Builder::new()
            .preserve_header_case(true)
            .handshake(TokioIo::new(outside))
            .await
            .map_err(unreachable)?;
        // It ends with the answer's body, which ends with the connection to the jail.
        tokio::spawn(connection);

        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        *request.uri_mut() = path.parse().unwrap_or_default();
        let refused = |_| Refusal(StatusCode::BAD_REQUEST, format!("{host} cannot be asked for"));
        drop_proxy_headers(request.headers_mut());
        // Port 80 is the one that goes without saying.
        let named = host.to_string();
        let named = named.strip_suffix(":80").unwrap_or(&named);
        request.headers_mut().insert(HOST, HeaderValue::try_from(named).map_err(refused)?);
        let mut response = sender.send_request(request).await.map_err(unreachable)?;
        drop_proxy_headers(response.headers_mut());
        Ok(response.map(BodyExt::boxed))
    }

    /// Connects to an address of the host that has passed the guard.
    async fn connect(&self, host: &Host) -> Result<TcpStream, Refusal> {
        if !self.hosts.allow(host) {
            let why = format!("{host} is not among the hosts that may be reached");
            return Err(Refusal(StatusCode::FORBIDDEN, why));
        }
        let reach = async {
            let addresses = self.guard.addresses(&host.name()).await.map_err(|error| {
                let status = match error {
                    OutboundError::Refused(_) => StatusCode::FORBIDDEN,
                    _ => StatusCode::BAD_GATEWAY,
                };
                Refusal(status, format!("{host}: {error}"))
            })?;
            let mut last = None;
            for ip in addresses {
                match TcpStream::connect((ip, host.port())).await {
                    Ok(stream) => return Ok(stream),
                    Err(error) => last = Some(error),
                }
            }
            let why = last.map_or_else(|| "it has no address".to_owned(), |error| error.to_string());
            Err(Refusal(StatusCode::BAD_GATEWAY, format!("{host} could not be reached: {why}")))
        };
        timeout(CONNECT_TIMEOUT, reach).await.unwrap_or_else(|_| {
            Err(Refusal(StatusCode::GATEWAY_TIMEOUT, format!("{host} could not be reached: it does not answer")))
        })
    }

    fn remember(&self, why: &str) {
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        if refusals.len() < REFUSALS && !refusals.iter().any(|known| known == why) {
            refusals.push(why.to_owned());
        }
    }
}

/// The host that a URL names. Without `port` the URL must name one.
fn host_of(uri: &Uri, port: Option<u16>) -> Result<Host, Refusal> {
    let refused = |why: String| Refusal(StatusCode::BAD_REQUEST, why);
    let authority = uri.authority().ok_or_else(|| refused("the request names no host".to_owned()))?;
    let port = authority.port_u16().or(port).ok_or_else(|| refused(format!("{authority} names no port")))?;
    Host::new(authority.host(), port).map_err(refused)
}

fn drop_proxy_headers(headers: &mut HeaderMap) {
    for name in FOR_PROXIES {
        headers.remove(*name);
    }
}
