//! A cluster that is played: the part of its API that weavers need, with terminals over WebSocket.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard},
};

use axum::{
    Json, Router,
    extract::{
        Path, Query, State,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value as Json_, json};
use tokio::sync::broadcast;

#[derive(Default)]
struct Inner {
    pods: BTreeMap<String, Json_>,
    logs: HashMap<String, String>,
    /// What came over terminals: channel and bytes.
    typed: Vec<(u8, Vec<u8>)>,
    /// Terminals that were opened.
    opened: usize,
    /// Whether every call fails.
    broken: bool,
    queries: Vec<HashMap<String, String>>,
}

#[derive(Clone)]
pub struct Cluster {
    inner: Arc<Mutex<Inner>>,
    /// What terminals are to show; none ends them.
    shown: broadcast::Sender<Option<Vec<u8>>>,
    /// The protocols of terminals it speaks.
    protocols: Vec<&'static str>,
    pub url: Arc<str>,
}

impl Cluster {
    pub async fn start(protocols: &[&'static str]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).into();
        let cluster =
            Self { inner: Arc::default(), shown: broadcast::Sender::new(100), protocols: protocols.to_vec(), url };
        let pods = "/api/v1/namespaces/{namespace}/pods";
        let router = Router::new()
            .route(pods, get(list).post(create))
            .route(&format!("{pods}/{{name}}"), get(read).delete(delete))
            .route(&format!("{pods}/{{name}}/log"), get(log))
            .route(&format!("{pods}/{{name}}/attach"), get(attach))
            .with_state(cluster.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        cluster
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    pub fn pod(&self, name: &str) -> Option<Json_> {
        self.inner().pods.get(name).cloned()
    }

    pub fn put(&self, name: &str, pod: Json_) {
        self.inner().pods.insert(name.to_owned(), pod);
    }

    /// Changes the status of a pod.
    pub fn set(&self, name: &str, status: Json_) {
        self.inner().pods.get_mut(name).expect("a pod")["status"] = status;
    }

    pub fn write_log(&self, name: &str, text: &str) {
        self.inner().logs.insert(name.to_owned(), text.to_owned());
    }

    pub fn break_down(&self) {
        self.inner().broken = true;
    }

    pub fn show(&self, bytes: &[u8]) {
        self.shown.send(Some(bytes.to_vec())).expect("somebody is attached");
    }

    pub fn close_terminals(&self) {
        self.shown.send(None).expect("somebody is attached");
    }

    /// Waits until so many terminals were opened.
    pub async fn until_opened(&self, count: usize) {
        while self.opened() < count {
            tokio::task::yield_now().await;
        }
    }

    pub fn opened(&self) -> usize {
        self.inner().opened
    }

    pub fn queries(&self) -> Vec<HashMap<String, String>> {
        self.inner().queries.clone()
    }

    /// Waits until this has come over a channel of the terminals.
    pub async fn until_typed(&self, channel: u8, wanted: &[u8]) {
        loop {
            let typed = self.inner().typed.clone();
            let all: Vec<u8> =
                typed.into_iter().filter(|(on, _)| *on == channel).flat_map(|(_, bytes)| bytes).collect();
            if all.windows(wanted.len()).any(|part| part == wanted) {
                return;
            }
            tokio::task::yield_now().await;
        }
    }
}

fn failure(code: u16, message: &str) -> Response {
    let body = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message, "reason": "Played", "code": code});
    (StatusCode::from_u16(code).unwrap(), Json(body)).into_response()
}

async fn create(State(cluster): State<Cluster>, Json(mut pod): Json<Json_>) -> Response {
    let mut inner = cluster.inner();
    if inner.broken {
        return failure(500, "etcd is gone");
    }
    if pod["spec"]["containers"][0]["image"] == "Bad" {
        return failure(422, "spec.containers[0].image: Invalid value");
    }
    pod["status"] = json!({"phase": "Pending"});
    inner.pods.insert(pod["metadata"]["name"].as_str().unwrap().to_owned(), pod.clone());
    (StatusCode::CREATED, Json(pod)).into_response()
}

async fn list(State(cluster): State<Cluster>, Query(query): Query<HashMap<String, String>>) -> Response {
    let wanted: Vec<(String, String)> = query["labelSelector"]
        .split(',')
        .map(|pair| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap())
        .collect();
    let inner = cluster.inner();
    let fits = |pod: &&Json_| wanted.iter().all(|(name, value)| pod["metadata"]["labels"][name] == json!(value));
    let items: Vec<&Json_> = inner.pods.values().filter(fits).collect();
    Json(json!({"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": items})).into_response()
}

async fn read(State(cluster): State<Cluster>, Path((_, name)): Path<(String, String)>) -> Response {
    if cluster.inner().broken {
        return failure(500, "etcd is gone");
    }
    cluster.pod(&name).map_or_else(|| failure(404, "pods not found"), |pod| Json(pod).into_response())
}

async fn delete(State(cluster): State<Cluster>, Path((_, name)): Path<(String, String)>) -> Response {
    let mut inner = cluster.inner();
    if inner.broken {
        return failure(500, "etcd is gone");
    }
    inner.pods.remove(&name).map_or_else(|| failure(404, "pods not found"), |pod| Json(pod).into_response())
}

async fn log(
    State(cluster): State<Cluster>,
    Path((_, name)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let mut inner = cluster.inner();
    inner.queries.push(query);
    inner.logs.get(&name).cloned().map_or_else(|| failure(400, "waiting to start"), IntoResponse::into_response)
}

async fn attach(
    State(cluster): State<Cluster>,
    Path((_, name)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    if cluster.pod(&name).is_none() {
        return failure(404, "pods not found");
    }
    cluster.inner().queries.push(query);
    let upgrade = upgrade.protocols(cluster.protocols.clone());
    upgrade.on_upgrade(move |socket| terminal(cluster, socket))
}

async fn terminal(cluster: Cluster, mut socket: WebSocket) {
    let mut shown = cluster.shown.subscribe();
    cluster.inner().opened += 1;
    loop {
        tokio::select! {
            bytes = shown.recv() => {
                let Ok(Some(mut bytes)) = bytes else {
                    let status = json!({"metadata": {}, "status": "Success"}).to_string();
                    let _ = socket.send(Message::binary([&[3], status.as_bytes()].concat())).await;
                    return;
                };
                bytes.insert(0, 1);
                if socket.send(Message::binary(bytes)).await.is_err() {
                    return;
                }
            }
            message = socket.recv() => match message {
                Some(Ok(Message::Binary(bytes))) => cluster.inner().typed.push((bytes[0], bytes[1..].to_vec())),
                Some(Ok(_)) => {}
                _ => return,
            },
        }
    }
}
