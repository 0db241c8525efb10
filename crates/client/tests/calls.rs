//! Calls as they go over the wire, and what becomes of answers.

mod support;

use std::{
    io::{Read, Write},
    net::TcpListener,
    time::Duration,
};

use client::{ApiKey, Client, Error, Raw, Retry, Settings, Timestamp, Uuid, public, v1};
use serde_json::json;
use support::{Reply, Stub, nobody};

const CASE: &str = "0198c0de-0000-7000-8000-000000000001";

fn case() -> String {
    json!({
        "id": CASE, "type": "CASE", "created_at": "2026-01-31T09:30:00.123Z", "updated_at": "2026-01-31T09:30:00.123Z",
        "title": "A fence", "status": "started",
        "thread": {"id": CASE, "type": "THREAD", "url": format!("/api/v1/public/threads/{CASE}")},
    })
    .to_string()
}

fn client(url: &str) -> Client {
    let retry = Retry { first_wait: Duration::from_millis(1), ..Retry::default() };
    Client::with(url, ApiKey::new("the key"), Settings { retry, ..Settings::default() }).expect("a client")
}

#[tokio::test]
async fn a_call_carries_the_key_and_the_answer_is_read() {
    let stub = Stub::answering([Reply::json(200, case())]);
    let case = client(&format!("{}//", stub.url)).send(&public::cases::get(CASE)).await.expect("a case");
    assert_eq!((case.id.to_string().as_str(), case.title.as_str()), (CASE, "A fence"));
    assert_eq!(case.status, public::cases::CaseStatus::Started);
    assert_eq!(case.created_at, "2026-01-31T09:30:00.123Z".parse::<Timestamp>().expect("a time"));
    assert!(case.tags.is_empty() && case.files.is_empty() && case.description.is_none());

    let seen = stub.only();
    assert_eq!(seen.line(), format!("GET /api/v1/public/cases/{CASE}"));
    assert_eq!(seen.header("authorization"), "Bearer the key");
    assert_eq!(seen.header("accept"), "application/json");
    assert_eq!(seen.header("content-type"), "");
}

#[tokio::test]
async fn a_client_with_another_key_is_for_the_same_server() {
    let stub = Stub::answering([Reply::json(200, case())]);
    let first = client(&format!("{}/below/", stub.url));
    let second = first.with_key(&ApiKey::new("another")).expect("a client");
    for client in [&second, &first] {
        client.send(&public::cases::get(CASE)).await.expect("a case");
    }
    let keys: Vec<String> = stub.seen().iter().map(|seen| seen.header("authorization").to_owned()).collect();
    assert_eq!(keys, ["Bearer another", "Bearer the key"]);
    assert!(stub.lines().iter().all(|line| line.starts_with("GET /below/api/v1/public/cases/")));
    assert!(matches!(first.with_key(&ApiKey::new("a\nb")), Err(Error::Invalid(_))));
}

#[tokio::test]
async fn the_same_call_gives_the_answer_as_it_came() {
    let body = "{\"b\": 1.0,\n \"a\": 1e2}";
    let stub = Stub::answering([Reply::json(201, body).with("x-request-id", "r1")]);
    let answer = client(&stub.url).send_raw(&public::cases::get(CASE)).await.expect("an answer");
    assert_eq!((answer.status.as_u16(), &answer.body[..]), (201, body.as_bytes()));
    assert_eq!(answer.header("x-request-id"), Some("r1"));
}

#[tokio::test]
async fn bodies_go_out_typed_or_raw() {
    let stub = Stub::answering([Reply::json(200, case())]);
    let client = client(&stub.url);
    let change = public::cases::UpdateCase {
        title: Some("B".into()),
        description: Some(None),
        assignee_id: Some(Some(Uuid::nil())),
        tags: Some(vec![]),
        ..Default::default()
    };
    client.send(&public::cases::update(CASE, &change)).await.expect("a case");
    let raw = Raw::from(b" {\"title\" : 1.0 ".to_vec());
    client.send_raw(&public::cases::update("a/b", raw)).await.expect("an answer");

    let seen = stub.seen();
    assert_eq!(seen[0].header("content-type"), "application/json");
    let nil = Uuid::nil();
    let sent = format!(r#"{{"title":"B","description":null,"assignee_id":"{nil}","tags":[]}}"#);
    assert_eq!(seen[0].text(), sent);
    assert_eq!(seen[1].line(), "PATCH /api/v1/public/cases/a%2Fb");
    assert_eq!(seen[1].text(), " {\"title\" : 1.0 ");
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let page = r#"{"data": [], "has_more": false, "next_cursor": null}"#;
    let stub = Stub::answering([Reply::json(200, page)]);
    let query = public::cases::ListCases {
        paging: public::Paging { limit: Some(0), cursor: Some("c=1".into()) },
        space_id: Some("s 1".into()),
        status: vec!["open".into(), "new kind".into()],
        sort: Some(public::Sort::Position),
        direction: Some(public::Direction::Asc),
        ..Default::default()
    };
    let page = client(&stub.url).send(&public::cases::list(&query)).await.expect("a page");
    assert!(page.data.is_empty() && !page.has_more && page.next_cursor.is_none());
    assert_eq!(
        stub.only().line(),
        "GET /api/v1/public/cases?limit=0&cursor=c%3D1&space_id=s%201&status=open&status=new%20kind&sort=position&direction=asc"
    );
}

#[tokio::test]
async fn an_empty_answer_is_read_where_nothing_is_expected() {
    let stub = Stub::answering([Reply::new(204, "")]);
    client(&stub.url).send(&public::cases::delete(CASE)).await.expect("nothing");
    let unexpected = client(&stub.url).send(&public::cases::get(CASE)).await.expect_err("no case");
    assert!(matches!(unexpected, Error::Unexpected { .. }), "{unexpected:?}");
}

#[tokio::test]
async fn a_refusal_keeps_its_status_code_message_and_body() {
    let body = r#"{"error":{"code":"case_not_found","message":"Case not found.","extra":[1.0]}}"#;
    let stub = Stub::answering([Reply::json(404, body)]);
    let error = client(&stub.url).send(&public::cases::get(CASE)).await.expect_err("a refusal");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(404));
    assert_eq!(error.code(), Some("case_not_found"));
    assert_eq!(error.to_string(), "Case not found.");
    let Error::Api(api) = error else { panic!("{error:?}") };
    assert_eq!(&api.answer.body[..], body.as_bytes());
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_told_from_a_refusal() {
    let stub = Stub::answering([Reply::new(500, "<h1>oops</h1>"), Reply::new(200, "<h1>hello</h1>")]);
    let client = client(&stub.url);
    let refused = client.send(&public::cases::get(CASE)).await.expect_err("a refusal");
    assert_eq!(refused.to_string(), "the server answered 500 Internal Server Error");
    let strange = client.send(&public::cases::get(CASE)).await.expect_err("no JSON");
    let Error::Unexpected { answer, .. } = strange else { panic!("{strange:?}") };
    assert_eq!(&answer.body[..], b"<h1>hello</h1>");
}

#[tokio::test]
async fn a_call_too_many_is_made_again() {
    let busy = || Reply::error(429, "rate_limit_exceeded").with("retry-after", "0");
    let stub = Stub::answering([busy(), busy(), Reply::json(201, case())]);
    let body = Raw::from(br#"{"title":"A"}"#.to_vec());
    client(&stub.url).send(&public::cases::create(body)).await.expect("a case");
    let bodies: Vec<_> = stub.seen().iter().map(support::Seen::text).collect();
    assert_eq!(bodies, [r#"{"title":"A"}"#; 3]);

    let always = Stub::answering([busy()]);
    let error = client(&always.url).send(&public::cases::get(CASE)).await.expect_err("too many");
    assert_eq!((error.code(), always.seen().len()), (Some("rate_limit_exceeded"), 3));
    // Nobody waits for an hour.
    let later = Stub::answering([Reply::error(429, "rate_limit_exceeded").with("retry-after", "3600")]);
    client(&later.url).send(&public::cases::get(CASE)).await.expect_err("too many");
    assert_eq!(later.seen().len(), 1);
}

#[tokio::test]
async fn a_server_that_is_down_is_called_again_only_when_that_is_harmless() {
    let down = || Reply::new(503, "down");
    let stub = Stub::answering([down(), down(), Reply::json(200, case())]);
    client(&stub.url).send(&public::cases::get(CASE)).await.expect("a case");
    assert_eq!(stub.seen().len(), 3);

    let stub = Stub::answering([down(), Reply::json(201, case())]);
    let body = Raw::from(b"{}".to_vec());
    let error = client(&stub.url).send(&public::cases::create(body)).await.expect_err("down");
    assert_eq!((error.status().map(|status| status.as_u16()), stub.seen().len()), (Some(503), 1));
}

/// A server that closes the first connections without an answer, and then serves one.
fn flaky(broken: usize) -> (String, std::thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let thread = std::thread::spawn(move || {
        for n in 0..=broken {
            let (mut connection, _) = listener.accept().expect("a connection");
            let mut request = [0; 4096];
            let _ = connection.read(&mut request).expect("a request");
            if n == broken {
                let (body, head) = (case(), "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length:");
                write!(connection, "{head} {}\r\n\r\n{body}", body.len()).expect("written");
            }
        }
    });
    (url, thread)
}

#[tokio::test]
async fn a_connection_that_breaks_is_made_again_only_when_that_is_harmless() {
    let (url, server) = flaky(2);
    client(&url).send(&public::cases::get(CASE)).await.expect("a case");
    server.join().expect("served");

    let (url, server) = flaky(1);
    let error = client(&url).send(&public::cases::create(Raw::from(b"{}".to_vec()))).await.expect_err("broken");
    assert!(matches!(error, Error::Broken { .. }), "{error:?}");
    client(&url).send(&public::cases::get(CASE)).await.expect("a case");
    server.join().expect("served");
}

#[tokio::test]
async fn nobody_at_the_address_is_told_with_the_address() {
    let url = nobody();
    let error = client(&url).send(&public::cases::get(CASE)).await.expect_err("nobody");
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().starts_with(&format!("{url} cannot be reached: ")), "{error}");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let settings = Settings { timeout: Duration::from_millis(20), ..Settings::default() };
    let client = Client::with(&url, ApiKey::new("k"), settings).expect("a client");
    let error = client.send(&public::cases::get(CASE)).await.expect_err("silence");
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    let error = client.open(&v1::artifacts::download(CASE)).await.expect_err("silence");
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
}

#[tokio::test]
async fn the_key_does_not_follow_a_redirect() {
    let elsewhere = Stub::answering([Reply::json(200, case())]);
    let stub = Stub::answering([Reply::new(307, "").with("location", format!("{}/x?signature=1", elsewhere.url))]);
    let error = client(&stub.url).send(&public::cases::get(CASE)).await.expect_err("a redirect");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(307));
    let said = error.to_string();
    assert!(said.contains(&format!("{}/x:", elsewhere.url)) && !said.contains("signature"), "{said}");
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn nothing_shows_the_key() {
    let client = client("http://localhost:1");
    let call = public::secrets::create(&public::secrets::CreateSecret { name: "N".into(), value: "hush".into() });
    let shown = format!("{client:?} {:?} {call:?}", ApiKey::new("the key"));
    assert!(!shown.contains("the key") && !shown.contains("hush"), "{shown}");
    let error = Client::new("http://localhost:1", ApiKey::new("the\nkey")).expect_err("no key");
    assert!(!format!("{error} {error:?}").contains("the\nkey"));
}

#[test]
fn a_base_that_is_no_server_is_refused() {
    for base in ["", "localhost:8080", "ftp://host", "http://", "http://user:pass@host", "http://host?x=1", "/api"] {
        assert!(matches!(Client::new(base, ApiKey::new("k")), Err(Error::Invalid(_))), "{base:?}");
    }
    let client = Client::new(" https://host/prefix// ", ApiKey::new("k")).expect("a client");
    assert_eq!(client.base(), "https://host/prefix");
    assert_eq!(client.address(&["cases", "a b"]).expect("an address"), "https://host/prefix/cases/a%20b");
}

#[test]
fn calls_can_be_made_from_any_task() {
    fn sendable<T: Send>(_: T) {}
    let client = client("http://localhost:1");
    let (get, follow) = (public::cases::get(CASE), v1::events::follow(None));
    sendable(client.send(&get));
    sendable(client.send_raw(&get));
    sendable(client.open(&get));
    sendable(client.fetch("/"));
    sendable(client.follow(follow));
}
