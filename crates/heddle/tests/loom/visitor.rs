//! A browser as far as signing in needs one: it keeps cookies and follows no redirect by itself.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use reqwest::{Method, RequestBuilder, redirect::Policy};
use serde_json::Value as Json;

use crate::support::{Answer, Client, Server};

#[derive(Clone)]
pub struct Visitor {
    http: reqwest::Client,
    base: String,
    /// Sends and reads answers.
    client: Client,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Visitor {
    pub fn new(server: &Server) -> Self {
        let client = Client::new(&server.url, None);
        let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        Self { http, base: server.url.clone(), client, cookies: Arc::default() }
    }

    /// Signed in with a password, which the user is given first.
    pub async fn signed_in(server: &Server, email: &str) -> Self {
        crate::support::Browser::set_password(server, email, "a password of the tests").await;
        let visitor = Self::new(server);
        let body = serde_json::json!({"email": email, "password": "a password of the tests"});
        visitor.post("/v1/session", body).await.data(200);
        visitor
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        let cookies = self.cookies.lock().unwrap();
        let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.http.request(method, url);
        if pairs.is_empty() { request } else { request.header("cookie", pairs.join("; ")) }
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let answer = self.client.send(request).await;
        let mut cookies = self.cookies.lock().unwrap();
        for set in answer.headers.get_all("set-cookie") {
            let set = set.to_str().unwrap();
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            if set.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        drop(cookies);
        answer
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// Visits an address as somebody who clicks on it.
    pub async fn visit(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path).header("accept", "text/html,application/xhtml+xml")).await
    }

    pub async fn post(&self, path: &str, body: Json) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn act(&self, path: &str) -> Answer {
        self.send(self.request(Method::POST, path)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }
}

/// Where an answer sends the browser.
#[track_caller]
pub fn sent_to(answer: &Answer) -> &str {
    assert_eq!(answer.status, 302, "{}", answer.text);
    answer.headers["location"].to_str().unwrap()
}

/// Checks that the call was refused, in Loom's shape.
#[track_caller]
pub fn refused(answer: &Answer, status: u16, word: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.body["error"], word, "{}", answer.text);
    assert!(answer.body["message"].as_str().is_some_and(|text| !text.is_empty()), "{}", answer.text);
    assert!(answer.body["server_version"].is_string(), "{}", answer.text);
    assert!(answer.body.get("client_version").is_some(), "{}", answer.text);
}
