use client::{ApiKey, Client, Retry, Settings};
use mcp::{Files, Options, Server};
use rmcp::{
    RoleClient, ServiceExt,
    model::{CallToolRequestParams, CallToolResult},
    service::{RunningService, ServiceError},
};
use serde_json::Value;

use crate::stub::{Reply, Stub};

pub const ID: &str = "0198c0de-0000-7000-8000-000000000001";

pub fn options(files: Files) -> Options {
    Options { name: "interloom".into(), title: "Interloom CLI".into(), version: "1.2.3".into(), files }
}

/// A server that works with the key `the key` at this address.
pub fn server(url: &str, files: Files) -> Server {
    let retry = Retry { attempts: 1, ..Retry::default() };
    let settings = Settings { retry, ..Settings::default() };
    Server::new(Client::with(url, ApiKey::new("the key"), settings).expect("a client"), options(files))
}

/// A client of the protocol, connected to a server in this process.
pub struct Session(pub RunningService<RoleClient, ()>);

impl Session {
    pub async fn with(server: Server) -> Self {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        tokio::spawn(async move {
            if let Ok(running) = server.serve(theirs).await {
                let _ = running.waiting().await;
            }
        });
        Self(().serve(ours).await.expect("a session"))
    }

    pub async fn at(stub: &Stub) -> Self {
        Self::with(server(&stub.url, Files::Local)).await
    }

    pub async fn try_call(&self, name: &str, arguments: Value) -> Result<CallToolResult, ServiceError> {
        let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
        self.0.call_tool(CallToolRequestParams::new(name.to_owned()).with_arguments(arguments)).await
    }

    pub async fn call(&self, name: &str, arguments: Value) -> Called {
        Called(self.try_call(name, arguments).await.expect("a result"))
    }
}

/// What a tool answered.
#[derive(Debug)]
pub struct Called(pub CallToolResult);

impl Called {
    #[track_caller]
    pub fn text(&self) -> &str {
        assert_eq!(self.0.content.len(), 1, "{self:?}");
        &self.0.content[0].as_text().expect("a text").text
    }

    /// The JSON of an answer that went well.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.0.is_error, Some(false), "{self:?}");
        serde_json::from_str(self.text()).expect("JSON")
    }

    /// The body of a refusal.
    #[track_caller]
    pub fn refused(&self) -> Value {
        assert_eq!(self.0.is_error, Some(true), "{self:?}");
        assert_eq!(self.0.structured_content, None);
        serde_json::from_str(self.text()).expect("JSON")
    }

    /// The message of a refusal.
    #[track_caller]
    pub fn message(&self) -> String {
        self.refused()["error"]["message"].as_str().expect("a message").to_owned()
    }
}

/// A server that answers everything with an empty object.
pub fn empty() -> Stub {
    Stub::answering([Reply::json(200, "{}")])
}
