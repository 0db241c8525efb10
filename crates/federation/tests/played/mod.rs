//! Providers that are played: an issuer that speaks OpenID Connect, and GitHub. They listen on this machine.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{
    Form, Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{
    hmac, rand,
    rsa::{KeyPair, PublicKeyComponents},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use serde_json::{Value as Json_, json};
use sha2::{Digest, Sha256};

pub const CLIENT: &str = "heddle-client";
pub const SECRET: &str = "heddle-secret";

/// How an ID token comes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    Good,
    /// Signed, then changed.
    Forged,
    /// Without a signature.
    NoAlgorithm,
    /// Signed with the secret that the client has, too.
    Shared,
    WrongNonce,
    NoNonce,
    WrongAudience,
    WrongIssuer,
    Expired,
    /// It vouches for another access token.
    WrongAccess,
    /// There is none.
    Missing,
    /// The address is told when the issuer is asked for it.
    AddressElsewhere,
    /// As before, and the issuer speaks of somebody else then.
    SomebodyElse,
}

/// Who signs in there.
#[derive(Clone, Debug)]
pub struct Person {
    pub subject: String,
    pub email: String,
    pub verified: bool,
    pub token: Token,
}

impl Person {
    pub fn new(subject: &str, email: &str) -> Self {
        Self { subject: subject.to_owned(), email: email.to_owned(), verified: true, token: Token::Good }
    }
}

/// What was agreed when somebody signed in.
struct Agreed {
    person: Person,
    nonce: String,
    challenge: String,
    back: String,
}

struct Inner {
    url: String,
    key: KeyPair,
    codes: Mutex<HashMap<String, Agreed>>,
    tokens: Mutex<HashMap<String, Person>>,
    discoveries: Mutex<usize>,
}

/// A provider that is played.
#[derive(Clone)]
pub struct Played(Arc<Inner>);

/// The parameters of an address.
pub fn query(address: &str) -> HashMap<String, String> {
    url::Url::parse(address).unwrap().query_pairs().into_owned().collect()
}

impl Played {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let pem = include_str!("../../../gateway/tests/providers/test-key.pem");
        let pem: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let key = KeyPair::from_pkcs8(&STANDARD.decode(pem).unwrap()).unwrap();
        let played = Self(Arc::new(Inner {
            url,
            key,
            codes: Mutex::default(),
            tokens: Mutex::default(),
            discoveries: Mutex::default(),
        }));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(jwks))
            .route("/token", post(token))
            .route("/post/.well-known/openid-configuration", get(discovery_of_post))
            .route("/post/token", post(token_of_post))
            .route("/userinfo", get(user_info))
            .route("/login/oauth/access_token", post(github_token))
            .route("/api/v3/user", get(github_user))
            .route("/api/v3/user/emails", get(github_emails))
            .route("/html/.well-known/openid-configuration", get(|| async { "<html>" }))
            .with_state(played.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        played
    }

    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// How often it was asked what it is.
    pub fn discoveries(&self) -> usize {
        *self.0.discoveries.lock().unwrap()
    }

    /// Somebody signs in on the page at `address`, to which a browser was sent. The code and the state that it is sent back
    /// with.
    pub fn sign_in(&self, address: &str, person: Person) -> (String, String) {
        let asked = query(address);
        assert_eq!(asked["client_id"], CLIENT);
        assert_eq!(asked["code_challenge_method"], "S256");
        let mut codes = self.0.codes.lock().unwrap();
        let code = format!("code-{}", codes.len());
        let agreed = Agreed {
            person,
            nonce: asked.get("nonce").cloned().unwrap_or_default(),
            challenge: asked["code_challenge"].clone(),
            back: asked["redirect_uri"].clone(),
        };
        codes.insert(code.clone(), agreed);
        (code, asked["state"].clone())
    }

    /// The person whose code is redeemed rightly; codes are good for once.
    fn redeemed(&self, form: &HashMap<String, String>) -> Option<(Person, String, String)> {
        let agreed = self.0.codes.lock().unwrap().remove(form.get("code")?)?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(form.get("code_verifier")?.as_bytes()));
        (challenge == agreed.challenge && form.get("redirect_uri") == Some(&agreed.back)).then(|| {
            let access = format!("access-{}", agreed.person.subject);
            self.0.tokens.lock().unwrap().insert(access.clone(), agreed.person.clone());
            (agreed.person, agreed.nonce, access)
        })
    }

    fn bearer(&self, headers: &HeaderMap) -> Option<Person> {
        let token = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
        self.0.tokens.lock().unwrap().get(token).cloned()
    }

    fn id_token(&self, issuer: &str, person: &Person, nonce: &str, access: &str) -> String {
        let now = jiff_now();
        let kind = person.token;
        let half = |text: &str| URL_SAFE_NO_PAD.encode(&Sha256::digest(text.as_bytes())[..16]);
        let mut claims = json!({
            "iss": if kind == Token::WrongIssuer { "https://evil.example" } else { issuer },
            "sub": person.subject,
            "aud": if kind == Token::WrongAudience { "another-client" } else { CLIENT },
            "exp": if kind == Token::Expired { now - 600 } else { now + 600 },
            "iat": now - 700,
            "nonce": if kind == Token::WrongNonce { "another" } else { nonce },
            "at_hash": half(if kind == Token::WrongAccess { "another" } else { access }),
            "name": "Ada Lovelace",
            "preferred_username": "ada",
            "locale": "en",
            "picture": "https://pictures.example/ada.png",
        });
        if !matches!(kind, Token::AddressElsewhere | Token::SomebodyElse) {
            claims["email"] = json!(person.email);
            claims["email_verified"] = json!(person.verified);
        }
        if kind == Token::NoNonce {
            claims.as_object_mut().unwrap().remove("nonce");
        }
        let algorithm = match kind {
            Token::NoAlgorithm => "none",
            Token::Shared => "HS256",
            _ => "RS256",
        };
        let header = json!({"alg": algorithm, "kid": "one", "typ": "JWT"});
        let part = |value: &Json_| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature = match kind {
            Token::NoAlgorithm => Vec::new(),
            Token::Shared => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
                hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
            }
            _ => {
                let mut signature = vec![0; self.0.key.public().modulus_len()];
                let random = rand::SystemRandom::new();
                self.0.key.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).unwrap();
                signature
            }
        };
        let signed = if kind == Token::Forged {
            claims["email"] = json!("owner@forged.example");
            format!("{}.{}", part(&header), part(&claims))
        } else {
            signed
        };
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn jiff_now() -> i64 {
    kernel::Timestamp::now().seconds()
}

async fn discovery(State(played): State<Played>) -> Json<Json_> {
    let url = played.url();
    *played.0.discoveries.lock().unwrap() += 1;
    Json(json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "userinfo_endpoint": format!("{url}/userinfo"),
        "jwks_uri": format!("{url}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // It promises more than a client should take.
        "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
    }))
}

async fn jwks(State(played): State<Played>) -> Json<Json_> {
    let components: PublicKeyComponents<Vec<u8>> = played.0.key.public_key().into();
    let [n, e] = [components.n, components.e].map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
    Json(json!({"keys": [{"kty": "RSA", "kid": "one", "use": "sig", "alg": "RS256", "n": n, "e": e}]}))
}

async fn token(
    State(played): State<Played>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let expected = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{SECRET}")));
    if headers.get(header::AUTHORIZATION).is_none_or(|given| *given != *expected) {
        return (StatusCode::UNAUTHORIZED, Json(json!({"error": "invalid_client"}))).into_response();
    }
    let issuer = played.url().to_owned();
    give(&played, &issuer, &form)
}

/// An issuer that wants the client's secret in the body.
async fn discovery_of_post(State(played): State<Played>) -> Json<Json_> {
    let url = format!("{}/post", played.url());
    let mut told = discovery(State(played)).await.0;
    told["issuer"] = json!(url);
    told["token_endpoint"] = json!(format!("{url}/token"));
    told["token_endpoint_auth_methods_supported"] = json!(["client_secret_post"]);
    Json(told)
}

async fn token_of_post(
    State(played): State<Played>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let given = (form.get("client_id").map(String::as_str), form.get("client_secret").map(String::as_str));
    if given != (Some(CLIENT), Some(SECRET)) || headers.contains_key(header::AUTHORIZATION) {
        return (StatusCode::UNAUTHORIZED, Json(json!({"error": "invalid_client"}))).into_response();
    }
    give(&played, &format!("{}/post", played.url()), &form)
}

fn give(played: &Played, issuer: &str, form: &HashMap<String, String>) -> Response {
    let Some((person, nonce, access)) = played.redeemed(form) else {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response();
    };
    let mut answer = json!({"access_token": access, "token_type": "Bearer", "expires_in": 60});
    if person.token != Token::Missing {
        answer["id_token"] = json!(played.id_token(issuer, &person, &nonce, &access));
    }
    Json(answer).into_response()
}

async fn user_info(State(played): State<Played>, headers: HeaderMap) -> Response {
    let Some(person) = played.bearer(&headers) else { return StatusCode::UNAUTHORIZED.into_response() };
    let subject = if person.token == Token::SomebodyElse { "somebody-else" } else { &person.subject };
    Json(json!({"sub": subject, "email": person.email, "email_verified": person.verified})).into_response()
}

async fn github_token(State(played): State<Played>, Form(form): Form<HashMap<String, String>>) -> Json<Json_> {
    let known = form.get("client_id").is_some_and(|id| id == CLIENT);
    let secret = form.get("client_secret").is_some_and(|secret| secret == SECRET);
    match played.redeemed(&form).filter(|_| known && secret) {
        Some((_, _, access)) => Json(json!({"access_token": access, "token_type": "bearer", "scope": "read:user"})),
        None => Json(json!({"error": "bad_verification_code", "error_description": "The code is incorrect."})),
    }
}

async fn github_user(State(played): State<Played>, headers: HeaderMap) -> Response {
    let Some(person) = played.bearer(&headers) else { return StatusCode::UNAUTHORIZED.into_response() };
    let id: u64 = person.subject.parse().unwrap();
    let user = json!({"id": id, "login": "ada", "name": "Ada Lovelace", "avatar_url": "https://pictures.example/a"});
    Json(user).into_response()
}

/// An address that is not verified first, the primary one last.
async fn github_emails(State(played): State<Played>, headers: HeaderMap) -> Response {
    let Some(person) = played.bearer(&headers) else { return StatusCode::UNAUTHORIZED.into_response() };
    Json(json!([
        {"email": "unverified@github.example", "primary": false, "verified": false},
        {"email": "ada@users.noreply.github.com", "primary": false, "verified": true},
        {"email": "second@github.example", "primary": false, "verified": true},
        {"email": person.email, "primary": true, "verified": person.verified},
    ]))
    .into_response()
}
