use reqwest::{Method, StatusCode, header::HeaderMap};
use serde_json::Value as Json;

/// A caller with its credential.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    key: Option<String>,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Json,
    pub text: String,
}

impl Client {
    pub fn new(base: &str, key: Option<&str>) -> Self {
        // Another test of the process may have done it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { http, base: base.to_owned(), key: key.map(str::to_owned) }
    }

    /// Its key; empty when it has none.
    pub fn key(&self) -> &str {
        self.key.as_deref().unwrap_or_default()
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, self.url(path));
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status(), response.headers().clone());
        let text = String::from_utf8_lossy(&response.bytes().await.expect("a whole answer")).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Json::Null);
        Answer { status, headers, body, text }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Json) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    /// A POST without a body.
    pub async fn act(&self, path: &str) -> Answer {
        self.send(self.request(Method::POST, path)).await
    }

    pub async fn patch(&self, path: &str, body: Json) -> Answer {
        self.send(self.request(Method::PATCH, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }
}

impl Answer {
    /// The `data` of an answer with this status.
    #[track_caller]
    pub fn data(&self, status: u16) -> &Json {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert!(self.body["meta"]["request_id"].is_string(), "{}", self.text);
        &self.body["data"]
    }

    /// The id in the `data`.
    #[track_caller]
    pub fn id(&self, status: u16) -> String {
        self.data(status)["id"].as_str().unwrap_or_else(|| panic!("no id: {}", self.text)).to_owned()
    }

    /// Checks that the call was refused with this status and code, in the shape every error has.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> &Json {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        let error = &self.body["error"];
        assert_eq!(error["code"], code, "{}", self.text);
        assert_eq!(error["status"], status, "{}", self.text);
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{}", self.text);
        error
    }

    /// Checks that the call was refused because of this field.
    #[track_caller]
    pub fn invalid(&self, field: &str) {
        let error = self.refused(422, "validation_error");
        assert_eq!(error["fields"][0]["path"], field, "{}", self.text);
    }
}

/// Answers of the public API, which have no envelope.
impl Answer {
    /// The body of an answer with this status.
    #[track_caller]
    pub fn bare(&self, status: u16) -> &Json {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        &self.body
    }

    /// The id in the body.
    #[track_caller]
    pub fn bare_id(&self, status: u16) -> String {
        self.bare(status)["id"].as_str().unwrap_or_else(|| panic!("no id: {}", self.text)).to_owned()
    }

    /// Checks that the public API refused the call with this status and code.
    #[track_caller]
    pub fn declined(&self, status: u16, code: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        let error = &self.body["error"];
        assert_eq!(error["code"], code, "{}", self.text);
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{}", self.text);
        assert!(error.get("status").is_none(), "{}", self.text);
    }

    /// Checks that the public API refused the call because of this field.
    #[track_caller]
    pub fn declined_field(&self, path: &str) {
        self.declined(422, "validation_error");
        assert_eq!(self.body["error"]["fields"][0]["path"], path, "{}", self.text);
    }
}
