use std::{collections::BTreeSet, sync::Mutex};

use rmcp::{
    RoleClient, ServiceExt,
    model::{CallToolRequestParams, ReadResourceRequestParams, ResourceContents},
    service::{ClientInitializeError, RunningService, ServiceError},
    transport::{StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig},
};
use serde_json::{Value as Json, json};
use tokio::process::{Child, ChildStdin, ChildStdout};

/// A client of the protocol, as an agent has it.
pub struct Agent {
    session: RunningService<RoleClient, ()>,
    called: Mutex<BTreeSet<String>>,
}

impl Agent {
    /// Connected to the protocol at this address.
    pub async fn at(url: &str, key: &str) -> Result<Self, Box<ClientInitializeError>> {
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        let config = StreamableHttpClientTransportConfig::with_uri(url.to_owned()).auth_header(key.to_owned());
        let session = ().serve(StreamableHttpClientTransport::with_client(http, config)).await.map_err(Box::new)?;
        Ok(Self { session, called: Mutex::default() })
    }

    /// Connected to a program's standard input and output.
    pub async fn of(child: &mut Child) -> Self {
        let pipes: (ChildStdout, ChildStdin) = (child.stdout.take().unwrap(), child.stdin.take().unwrap());
        Self { session: ().serve(pipes).await.unwrap(), called: Mutex::default() }
    }

    /// The answer of a tool, or its refusal.
    pub async fn try_call(&self, tool: &str, arguments: Json) -> Result<Result<Json, Json>, ServiceError> {
        self.called.lock().unwrap().insert(tool.to_owned());
        let Json::Object(arguments) = arguments else { panic!("arguments are an object") };
        let call = CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments);
        let result = self.session.call_tool(call).await?;
        let body = serde_json::from_str(&result.content[0].as_text().unwrap().text).unwrap();
        Ok(if result.is_error == Some(true) { Err(body) } else { Ok(body) })
    }

    /// The answer of a tool that does what it is asked.
    pub async fn call(&self, tool: &str, arguments: Json) -> Json {
        let shown = format!("{tool} {arguments}");
        self.try_call(tool, arguments).await.unwrap().unwrap_or_else(|refusal| panic!("{shown}: {refusal}"))
    }

    /// The `data` of an answer of `/v1`.
    pub async fn data(&self, tool: &str, arguments: Json) -> Json {
        let answer = self.call(tool, arguments).await;
        assert!(answer["meta"]["request_id"].is_string(), "{tool}: {answer}");
        answer["data"].clone()
    }

    /// The code of a refusal.
    pub async fn refused(&self, tool: &str, arguments: Json) -> String {
        let answer = self.try_call(tool, arguments).await.unwrap().expect_err("refused");
        answer["error"]["code"].as_str().unwrap_or_else(|| panic!("no code: {answer}")).to_owned()
    }

    pub async fn read(&self, uri: &str) -> Result<String, ServiceError> {
        let answer = self.session.read_resource(ReadResourceRequestParams::new(uri)).await?;
        match &answer.contents[..] {
            [ResourceContents::TextResourceContents { text, .. }] => Ok(text.clone()),
            other => panic!("{other:?}"),
        }
    }

    pub async fn resources(&self) -> Vec<(String, Option<String>)> {
        let listed = self.session.list_all_resources().await.unwrap();
        listed.into_iter().map(|resource| (resource.uri, resource.title)).collect()
    }

    /// The tools that were not called yet.
    pub async fn uncalled(&self) -> BTreeSet<String> {
        let tools = self.session.list_all_tools().await.unwrap();
        let called = self.called.lock().unwrap();
        tools.into_iter().map(|tool| tool.name.into_owned()).filter(|name| !called.contains(name)).collect()
    }

    pub async fn close(self) {
        self.session.cancel().await.unwrap();
    }
}

/// The id in an answer.
#[track_caller]
pub fn id(answer: &Json) -> String {
    answer["id"].as_str().unwrap_or_else(|| panic!("no id: {answer}")).to_owned()
}

/// A page of the public API holds this id.
pub fn has(page: &Json, id: &str) -> bool {
    page["data"].as_array().unwrap().iter().any(|item| item["id"] == json!(id))
}
