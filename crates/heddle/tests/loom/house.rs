//! A server, a workspace, and a provider that is played.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::{
    support::{Client, Engine, Server, World, server::Options},
    upstream::Upstream,
};

pub struct House {
    pub upstream: Upstream,
    pub server: Server,
    /// The owner of the workspace.
    pub owner: Client,
    pub owner_id: String,
    pub email: String,
    pub key: String,
}

/// Keys of both providers, and where the played ones listen.
pub fn options(upstream: &Upstream, engine: Engine) -> Options {
    Options::new(engine)
        .set("ANTHROPIC_API_KEY", "sk-ant-secret")
        .set("ANTHROPIC_BASE_URL", &upstream.url)
        .set("OPENAI_API_KEY", "sk-oai-secret")
        .set("OPENAI_BASE_URL", format!("{}/v1", upstream.url))
}

impl House {
    pub async fn new() -> Self {
        Self::with(|options| options).await
    }

    pub async fn with(set: impl FnOnce(Options) -> Options) -> Self {
        let upstream = Upstream::start().await;
        let server = Server::start(set(options(&upstream, Engine::Sqlite))).await.unwrap();
        let (_, slug, key, owner_id) = World::workspace(&server).await;
        let email = format!("owner@{slug}.example");
        let owner = Client::new(&server.url, Some(&key));
        Self { upstream, server, owner, owner_id, email, key }
    }

    /// On PostgreSQL, where there is one.
    pub async fn on_postgres() -> Option<Self> {
        let upstream = Upstream::start().await;
        let server = Server::start(options(&upstream, Engine::Postgres)).await?;
        let (_, slug, key, owner_id) = World::workspace(&server).await;
        let email = format!("owner@{slug}.example");
        let owner = Client::new(&server.url, Some(&key));
        Some(Self { upstream, server, owner, owner_id, email, key })
    }

    /// The calls in the ledger, the newest first.
    pub async fn calls(&self) -> Vec<Json> {
        self.owner.get("/v1/calls?per_page=200").await.data(200).as_array().unwrap().clone()
    }

    /// The newest call, once it has ended.
    pub async fn settled(&self) -> Json {
        for _ in 0..500 {
            let call = self.calls().await.first().cloned().unwrap_or_default();
            if call["outcome"] != "running" && !call.is_null() {
                return call;
            }
            tokio::task::yield_now().await;
        }
        panic!("the call has not ended: {:?}", self.calls().await);
    }

    pub async fn limit(&self, limits: Json) {
        let body = json!({"limits": limits});
        self.owner.send(self.owner.request(Method::PUT, "/v1/limits").json(&body)).await.data(200);
    }

    pub async fn price(&self, prices: Json) {
        let body = json!({"prices": prices});
        self.owner.send(self.owner.request(Method::PUT, "/v1/prices").json(&body)).await.data(200);
    }
}

/// A request in Anthropic's format.
pub fn messages(script: &str, text: &str, stream: bool) -> Json {
    json!({"model": format!("claude-test-{script}"), "max_tokens": 100, "messages": [{"role": "user", "content": text}], "stream": stream})
}

/// A request in OpenAI's format.
pub fn chat(script: &str, text: &str, stream: bool) -> Json {
    json!({"model": format!("gpt-test-{script}"), "messages": [{"role": "user", "content": text}], "stream": stream})
}
