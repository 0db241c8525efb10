//! Weavers as pods of a Kubernetes cluster. They live on when this server ends, and every node of it can reach them.
//!
//! A pod has no token of the cluster, no way to more privileges, the limits that were asked for, and the time after which the
//! cluster itself ends it. Whether containers may run as root, and where their network reaches, is for the namespace's own
//! policies to say.

mod pod;

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::{FutureExt, SinkExt, channel::mpsc, future::BoxFuture};
use k8s_openapi::api::core::v1::Pod;
use kernel::{Error, Result, Timestamp, ids::WeaverId};
use kube::{
    Api, Client,
    api::{AttachParams, DeleteParams, ListParams, LogParams, PostParams, TerminalSize},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    sync::{OnceCell, oneshot},
    time::timeout,
};

use crate::{
    driver::{Driver, Name, State, not_running, pod_name, unavailable},
    order::Plan,
    ring::SCROLLBACK,
    session::{Exit, Line, Session, Size},
};

/// The namespace of the pods where none is named.
pub const NAMESPACE: &str = "loom-weavers";
/// The container of a pod.
const CONTAINER: &str = "weaver";
/// How long the cluster may take for an answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// Seconds that a program has for its end.
const GRACE: u32 = 5;
/// Lines of earlier output that somebody who attaches sees.
const EARLIER: usize = 1000;

/// Where pods are made.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The namespace.
    pub namespace: String,
    /// Tells the pods of this server from those of others in the namespace; it is a label's value.
    pub instance: String,
    /// The cluster's address; where absent, what `KUBECONFIG` or the pod that the server is in tell.
    pub cluster: Option<String>,
}

/// Runs weavers in a cluster.
pub struct Kubernetes {
    settings: Settings,
    pods: OnceCell<Api<Pod>>,
    sessions: Arc<Mutex<HashMap<WeaverId, Arc<Session>>>>,
}

impl Kubernetes {
    pub(crate) fn new(settings: Settings) -> Self {
        Self { settings, pods: OnceCell::new(), sessions: Arc::default() }
    }

    async fn pods(&self) -> Result<&Api<Pod>> {
        let connect = || async {
            let config = match &self.settings.cluster {
                Some(url) => {
                    let url =
                        url.parse().map_err(|e| unavailable(format!("{url:?} is no address of a cluster: {e}")))?;
                    kube::Config::new(url)
                }
                None => kube::Config::infer().await.map_err(|e| unavailable(format!("no cluster is known: {e}")))?,
            };
            let client = Client::try_from(config).map_err(failed)?;
            Ok(Api::namespaced(client, &self.settings.namespace))
        };
        self.pods.get_or_try_init(connect).await
    }

    async fn find(&self, id: WeaverId) -> Result<Option<Pod>> {
        in_time(self.pods().await?.get_opt(&pod_name(id))).await
    }

    async fn open(&self, id: WeaverId) -> Result<Arc<Session>> {
        let known = self.sessions.lock().unwrap_or_else(PoisonError::into_inner).get(&id).map(Arc::clone);
        if let Some(session) = known {
            return Ok(session);
        }
        let pod = self.find(id).await?.ok_or_else(not_running)?;
        if pod::state(&pod) != State::Running {
            return Err(not_running());
        }
        // What was written before: it comes from the log, which ends about where the terminal begins.
        let earlier = self.read_logs(id, Some(EARLIER)).await?;
        let params = AttachParams::default().stdin(true).stdout(true).stderr(false).tty(true).container(CONTAINER);
        let mut attached = in_time(self.pods().await?.attach(&pod_name(id), &params)).await?;
        let broken = || unavailable("the cluster opened no terminal");
        let line = Attached {
            output: tokio::sync::Mutex::new(Box::new(attached.stdout().ok_or_else(broken)?)),
            input: tokio::sync::Mutex::new(Box::new(attached.stdin().ok_or_else(broken)?)),
            size: tokio::sync::Mutex::new(attached.terminal_size().ok_or_else(broken)?),
            _process: attached,
        };
        let (closed, is_closed) = oneshot::channel::<()>();
        let session = Session::begin(Arc::new(line), &earlier, move || {
            // Nobody may wait for it any more.
            let _ = closed.send(());
        });
        let (sessions, pods) = (Arc::clone(&self.sessions), self.pods().await?.clone());
        let mut open = sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(other) = open.get(&id) {
            // Somebody else was faster.
            return Ok(Arc::clone(other));
        }
        open.insert(id, Arc::clone(&session));
        drop(open);
        let told = Arc::clone(&session);
        tokio::spawn(async move {
            let _ = is_closed.await;
            sessions.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
            let pod = in_time(pods.get_opt(&pod_name(id))).await;
            let code = match pod.ok().flatten().map(|pod| pod::state(&pod)) {
                Some(State::Ended(ending)) => ending.code,
                _ => None,
            };
            told.finish(Exit { code });
        });
        Ok(session)
    }

    async fn read_logs(&self, id: WeaverId, tail: Option<usize>) -> Result<Vec<u8>> {
        let lines = tail.unwrap_or(10 * EARLIER);
        let params = LogParams {
            container: Some(CONTAINER.to_owned()),
            tail_lines: Some(i64::try_from(lines).unwrap_or(i64::MAX)),
            ..LogParams::default()
        };
        let name = pod_name(id);
        match timeout(PATIENCE, self.pods().await?.logs(&name, &params)).await {
            Ok(Ok(text)) => {
                let mut bytes = text.into_bytes();
                Ok(bytes.split_off(bytes.len().saturating_sub(SCROLLBACK)))
            }
            // A pod that is gone, or has not begun.
            Ok(Err(kube::Error::Api(status))) if matches!(status.code, 400 | 404) => Ok(Vec::new()),
            Ok(Err(error)) => Err(failed(error)),
            Err(_) => Err(silent()),
        }
    }
}

impl Driver for Kubernetes {
    fn name(&self) -> &'static str {
        "kubernetes"
    }

    fn is_local(&self) -> bool {
        false
    }

    fn usual(&self) -> (u64, u64) {
        (8 << 30, 4000)
    }

    fn check<'a>(&'a self, _: &'a Plan) -> BoxFuture<'a, Result<()>> {
        async move { self.pods().await.map(drop) }.boxed()
    }

    fn create<'a>(&'a self, name: &'a Name, plan: &'a Plan) -> BoxFuture<'a, Result<()>> {
        async move {
            let pod = pod::of(name, plan, &self.settings).map_err(Error::internal)?;
            let created = timeout(PATIENCE, self.pods().await?.create(&PostParams::default(), &pod)).await;
            match created {
                Ok(Ok(_)) => Ok(()),
                // Names such as images, which only the cluster can judge.
                Ok(Err(kube::Error::Api(status))) if matches!(status.code, 400 | 422) => {
                    Err(Error::invalid("body", format!("the cluster refuses this weaver: {}", status.message)))
                }
                Ok(Err(error)) => Err(failed(error)),
                Err(_) => Err(silent()),
            }
        }
        .boxed()
    }

    fn state(&self, id: WeaverId) -> BoxFuture<'_, Result<State>> {
        async move { Ok(self.find(id).await?.map_or(State::Gone, |pod| pod::state(&pod))) }.boxed()
    }

    fn attach(&self, id: WeaverId) -> BoxFuture<'_, Result<Arc<Session>>> {
        self.open(id).boxed()
    }

    fn logs(&self, id: WeaverId, tail: Option<usize>) -> BoxFuture<'_, Result<Vec<u8>>> {
        self.read_logs(id, tail).boxed()
    }

    fn delete(&self, id: WeaverId) -> BoxFuture<'_, Result<()>> {
        async move {
            let params = DeleteParams::default().grace_period(GRACE);
            let deleted = timeout(PATIENCE, self.pods().await?.delete(&pod_name(id), &params)).await;
            match deleted {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(kube::Error::Api(status))) if status.code == 404 => Ok(()),
                Ok(Err(error)) => Err(failed(error)),
                Err(_) => Err(silent()),
            }
        }
        .boxed()
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<Name>>> {
        async move {
            let params = ListParams::default().labels(&pod::selector(&self.settings.instance));
            let pods = in_time(self.pods().await?.list(&params)).await?;
            Ok(pods.items.iter().filter_map(pod::name).collect())
        }
        .boxed()
    }

    fn stop(&self) -> BoxFuture<'_, ()> {
        std::future::ready(()).boxed()
    }
}

async fn in_time<T>(call: impl Future<Output = kube::Result<T>>) -> Result<T> {
    timeout(PATIENCE, call).await.map_err(|_| silent())?.map_err(failed)
}

fn silent() -> Error {
    unavailable("the cluster does not answer")
}

fn failed(error: kube::Error) -> Error {
    // The message of an answer is for those who know the cluster; so is what goes wrong on the way.
    let why = match &error {
        kube::Error::Api(status) => format!("the cluster refuses it: {}", status.message),
        _ => "the cluster cannot be reached".to_owned(),
    };
    unavailable(why).with_context(error)
}

/// The terminal of a container.
struct Attached {
    output: tokio::sync::Mutex<Box<dyn AsyncRead + Send + Unpin>>,
    input: tokio::sync::Mutex<Box<dyn AsyncWrite + Send + Unpin>>,
    size: tokio::sync::Mutex<mpsc::Sender<TerminalSize>>,
    /// Dropping it closes the connection.
    _process: kube::api::AttachedProcess,
}

impl Line for Attached {
    fn read<'a>(&'a self, buffer: &'a mut [u8]) -> BoxFuture<'a, io::Result<usize>> {
        async move { self.output.lock().await.read(buffer).await }.boxed()
    }

    fn write<'a>(&'a self, bytes: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        async move {
            let mut input = self.input.lock().await;
            input.write_all(bytes).await?;
            input.flush().await
        }
        .boxed()
    }

    fn resize(&self, size: Size) -> BoxFuture<'_, io::Result<()>> {
        let size = TerminalSize { width: size.columns, height: size.rows };
        async move { self.size.lock().await.send(size).await.map_err(io::Error::other) }.boxed()
    }
}

/// A time in seconds, as annotations have it.
fn from_seconds(text: &str) -> Option<Timestamp> {
    text.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1_000_000)).map(Timestamp::from_micros)
}
