use reqwest::Method;
use serde_json::Value as Json;

use super::{Answer, Client, Server};

/// Somebody signed in with a session.
#[derive(Clone)]
pub struct Browser {
    client: Client,
    cookie: String,
    csrf: String,
}

impl Browser {
    /// The session that an answer has begun.
    #[track_caller]
    pub fn of(server: &Server, answer: &Answer) -> Self {
        let cookies: Vec<&str> =
            answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().expect("text")).collect();
        assert_eq!(cookies.len(), 2, "{}", answer.text);
        assert!(cookies[0].contains("; HttpOnly; SameSite=Lax"), "{cookies:?}");
        assert!(cookies[1].contains("; SameSite=Strict") && !cookies[1].contains("HttpOnly"), "{cookies:?}");
        let pair = |cookie: &str| cookie.split(';').next().expect("a pair").to_owned();
        let csrf = pair(cookies[1]).split_once('=').expect("a value").1.to_owned();
        assert_eq!(answer.body["data"]["csrf_token"], *csrf);
        Self { client: Client::new(&server.url, None), cookie: pair(cookies[0]), csrf }
    }

    /// Signs in with a password.
    pub async fn sign_in(server: &Server, email: &str, password: &str) -> Self {
        let client = Client::new(&server.url, None);
        let body = serde_json::json!({"email": email, "password": password});
        let answer = client.post("/v1/session", body).await;
        answer.data(200);
        Self::of(server, &answer)
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, path).header("cookie", &self.cookie).header("x-csrf-token", &self.csrf)
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.client.send(self.request(Method::GET, path)).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Json) -> Answer {
        self.client.send(self.request(method, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.client.send(self.request(Method::DELETE, path)).await
    }

    /// Gives the user with this address a password, as an operator would.
    pub async fn set_password(server: &Server, email: &str, password: &str) {
        let kept = identity::passwords::hash(password).await.expect("a hash");
        let email = email.to_owned();
        let set = move |tx: &mut store::Tx<'_>| {
            let user = identity::users::by_email(tx, &email)?.expect("a user");
            identity::users::set_password(tx, user.id, &kept)
        };
        server.store.control_write(set).await.expect("a password is set");
    }
}
