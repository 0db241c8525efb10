//! Tests of e-mails: their rules on both engines, and their way to a mail server and to the outbox.

use std::sync::{Arc, Mutex};

use identity::spaces::{self, NewSpace};
use kernel::{
    Actor, Kind, Page, PageRequest, Result,
    ids::{EmailId, WorkspaceId},
};
use proptest::prelude::*;
use store::{
    Config, JobContext, Outcome, Store, Tx, Workers,
    jobs::{self, JobState},
    params,
    testing::each_engine,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    activities,
    testing::{Scene, scene},
};

fn draft() -> NewEmail {
    NewEmail {
        to: vec!["a@b.example".to_owned()],
        subject: "Your claim".to_owned(),
        body: "Dear Ms Müller,\n.\nit is settled.".to_owned(),
        ..NewEmail::default()
    }
}

fn first() -> PageRequest {
    PageRequest::new(None, None).unwrap()
}

fn of_case(scene: Scene) -> PlaceRef {
    PlaceRef { case: Some(scene.case), ..PlaceRef::default() }
}

fn verbs(tx: &mut Tx<'_>, id: EmailId) -> Result<Vec<String>> {
    tx.query("SELECT verb FROM events WHERE subject_id = $1 ORDER BY seq", params![id], |row| row.get(0))
}

#[test]
fn a_draft_is_written_changed_and_sent_once() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let email = ws.write(scene.member, |tx| create(tx, of_case(scene), &draft()));
        assert_eq!((email.state, email.case_id, email.thread_id), (EmailState::Draft, Some(scene.case), None));
        let patch = EmailPatch {
            to: Some(vec![" Ann Lee <ann@b.example> ".to_owned()]),
            cc: Some(vec!["c@b.example".to_owned()]),
            subject: Some("Settled".to_owned()),
            ..EmailPatch::default()
        };
        let changed = ws.write(scene.member, |tx| update(tx, email.id, &patch));
        assert_eq!(changed.to, ["Ann Lee <ann@b.example>"]);
        assert_eq!((changed.subject.as_str(), &changed.body), ("Settled", &email.body));
        let queued = ws.write(scene.member, |tx| send(tx, email.id));
        assert_eq!(queued.state, EmailState::Queued);
        assert_eq!(queued.message_id, Some(format!("{}@mail.heddle", email.id)));
        let again = ws.try_write(scene.member, |tx| send(tx, email.id)).unwrap_err();
        assert_eq!((again.kind(), again.code()), (Kind::Conflict, "email_already_sent"));
        let late = ws.try_write(scene.member, |tx| update(tx, email.id, &patch)).unwrap_err();
        assert_eq!((late.kind(), late.code()), (Kind::Conflict, "email_not_draft"));
        let jobs = ws.read(Actor::SYSTEM, |tx| jobs::list(tx, JobState::Pending, 10));
        assert_eq!(jobs.iter().map(|job| job.kind.as_str()).collect::<Vec<_>>(), ["email.send"]);
        let verbs = ws.read(Actor::SYSTEM, |tx| verbs(tx, email.id));
        assert_eq!(verbs, ["email.created", "email.updated", "email.queued"]);
    });
}

#[test]
fn observers_read_and_strangers_learn_nothing() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let id = ws.write(scene.member, |tx| create(tx, of_case(scene), &draft())).id;
        assert_eq!(ws.read(scene.observer, |tx| get(tx, id)).id, id);
        let all = |tx: &mut Tx<'_>| list(tx, None, None, None, first());
        assert_eq!(ws.read(scene.observer, all).total, 1);
        assert_eq!(ws.read(scene.stranger, all).total, 0);
        let patch = EmailPatch::default();
        type Attempt<'a> = Box<dyn Fn(&mut Tx<'_>) -> Result<()> + 'a>;
        let writes: [(Attempt<'_>, &str); 3] = [
            (Box::new(|tx| create(tx, of_case(scene), &draft()).map(drop)), "case_not_found"),
            (Box::new(|tx| update(tx, id, &patch).map(drop)), "email_not_found"),
            (Box::new(|tx| send(tx, id).map(drop)), "email_not_found"),
        ];
        for (write, code) in &writes {
            assert_eq!(ws.try_write(scene.observer, |tx| write(tx)).unwrap_err().code(), "forbidden");
            assert_eq!(ws.try_write(scene.stranger, |tx| write(tx)).unwrap_err().code(), *code);
        }
        assert_eq!(ws.try_write(scene.stranger, |tx| get(tx, id)).unwrap_err().code(), "email_not_found");
        assert_eq!(ws.try_write(scene.owner, |tx| get(tx, EmailId::new())).unwrap_err().code(), "email_not_found");
        let filters = [
            (Some(scene.case), None, None, "case_not_found"),
            (None, Some(scene.log), None, "thread_not_found"),
            (None, None, Some(scene.space), "space_not_found"),
        ];
        for (case, thread, space, code) in filters {
            let refused = ws.try_write(scene.stranger, |tx| list(tx, case, thread, space, first())).unwrap_err();
            assert_eq!(refused.code(), code);
            let seen: Page<Email> = ws.read(scene.observer, |tx| list(tx, case, thread, space, first()));
            assert_eq!(seen.total, i64::from(thread.is_none()), "it is attached to the case, not to its thread");
        }
    });
}

#[test]
fn bad_fields_are_named() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let other = ws.write(scene.owner, |tx| {
            let space =
                spaces::create(tx, &NewSpace { name: "Other".to_owned(), description: None, review: vec![] })?.id;
            create(tx, PlaceRef { space: Some(space), ..PlaceRef::default() }, &draft())
        });
        let bad = [
            ("to[1]", NewEmail { to: vec!["a@b.example".into(), "nobody".into()], ..draft() }),
            ("cc[0]", NewEmail { cc: vec!["a@b.example\r\nBcc: x@y.example".into()], ..draft() }),
            ("bcc[0]", NewEmail { bcc: vec![String::new()], ..draft() }),
            ("to", NewEmail { to: vec!["a@b.example".into(); 101], ..draft() }),
            ("subject", NewEmail { subject: "Hello\nBcc: x@y.example".into(), ..draft() }),
            ("subject", NewEmail { subject: "x".repeat(501), ..draft() }),
            ("body", NewEmail { body: "x".repeat(100_001), ..draft() }),
            ("in_reply_to", NewEmail { in_reply_to: Some(EmailId::new()), ..draft() }),
            ("in_reply_to", NewEmail { in_reply_to: Some(other.id), ..draft() }),
        ];
        for (path, new) in bad {
            let error = ws.try_write(scene.owner, |tx| create(tx, of_case(scene), &new)).unwrap_err();
            assert_eq!(error.fields()[0].path, path);
        }
        let empty = ws.write(scene.owner, |tx| create(tx, of_case(scene), &NewEmail::default()));
        let error = ws.try_write(scene.owner, |tx| send(tx, empty.id)).unwrap_err();
        assert_eq!(error.fields()[0].path, "to");
        let itself = EmailPatch { in_reply_to: Some(Some(empty.id)), ..EmailPatch::default() };
        let error = ws.try_write(scene.owner, |tx| update(tx, empty.id, &itself)).unwrap_err();
        assert_eq!(error.fields()[0].path, "in_reply_to");
    });
}

proptest! {
    #[test]
    fn an_address_that_is_taken_is_one_line_and_stays_as_it_is(text in "\\PC{0,20}[<@ \"]?[a-z]{1,9}@[a-z]{1,9}[.]example>?|\\PC*") {
        if let Ok(kept) = address(&text) {
            prop_assert!(!kept.contains(['\r', '\n']));
            prop_assert_eq!(address(&kept), Ok(kept.clone()));
        }
    }
}

/// A store on disk with one workspace and its scene.
async fn opened(folder: &tempfile::TempDir) -> (Store, WorkspaceId, Scene) {
    let store = Store::open(Config::embedded(folder.path())).await.unwrap();
    let (workspace, scene) = filled(&store).await;
    (store, workspace, scene)
}

async fn filled(store: &Store) -> (WorkspaceId, Scene) {
    let (workspace, ..) = identity::workspaces::create(store, "Acme", None, "a@acme.example", None).await.unwrap();
    let scene = store.write(workspace.id, Actor::SYSTEM, scene).await.unwrap();
    (workspace.id, scene)
}

async fn queue(store: &Store, ws: WorkspaceId, scene: Scene, new: NewEmail) -> EmailId {
    let make = move |tx: &mut Tx<'_>| {
        let id = create(tx, of_case(scene), &new)?.id;
        send(tx, id).map(|email| email.id)
    };
    store.write(ws, scene.member, make).await.unwrap()
}

async fn look(store: &Store, ws: WorkspaceId, id: EmailId) -> (Email, Vec<String>, Vec<String>) {
    store
        .read(ws, Actor::SYSTEM, move |tx| {
            let email = find(tx, id)?;
            let log =
                tx.query_one("SELECT thread_id FROM cases WHERE id = $1", params![email.case_id], |row| row.get(0))?;
            let told = activities::list(tx, log, first())?.items.into_iter().map(|entry| entry.content).collect();
            Ok((email, verbs(tx, id)?, told))
        })
        .await
        .unwrap()
}

/// Runs the e-mail's job once, by hand.
async fn attempt(store: &Store, ws: WorkspaceId, mailer: &Mailer, last: bool) -> Result<Outcome> {
    let mut job = store.read(ws, Actor::SYSTEM, |tx| jobs::list(tx, JobState::Pending, 1)).await?.remove(0);
    job.attempts = if last { job.max_attempts } else { 1 };
    let context = JobContext { store: store.clone(), workspace: ws, job, stop: CancellationToken::new() };
    delivery::run(&context, mailer).await
}

#[tokio::test]
async fn without_a_server_messages_go_to_the_outbox() {
    let folder = tempfile::tempdir().unwrap();
    let (store, ws, scene) = opened(&folder).await;
    let outbox = folder.path().join("outbox");
    let mailer = Mailer::from_config(None, Some("Acme <post@acme.example>"), outbox.clone()).unwrap();
    let asked = queue(&store, ws, scene, NewEmail { bcc: vec!["b@b.example".into()], ..draft() }).await;
    attempt(&store, ws, &mailer, false).await.unwrap();
    let (email, happened, told) = look(&store, ws, asked).await;
    assert_eq!((email.state, email.from.as_deref()), (EmailState::Delivered, Some("Acme <post@acme.example>")));
    assert_eq!(happened, ["email.created", "email.queued", "email.sent", "email.delivered"]);
    assert_eq!(told, ["E-mail \"Your claim\" sent to a@b.example"]);
    let name = |id: EmailId| outbox.join(format!("{id}@mail.heddle.eml"));
    let text = std::fs::read_to_string(name(asked)).unwrap();
    for line in ["From: Acme <post@acme.example>", "To: a@b.example", "Bcc: b@b.example", "Subject: Your claim"] {
        assert!(text.contains(&format!("{line}\r\n")), "{line} in {text}");
    }
    assert!(text.contains(&format!("Message-ID: <{asked}@mail.heddle>\r\n")));

    // Running it once more changes nothing and writes nothing twice.
    attempt(&store, ws, &mailer, false).await.unwrap();
    assert_eq!(look(&store, ws, asked).await.2.len(), 1);
    assert_eq!(std::fs::read_dir(&outbox).unwrap().count(), 1);

    let answer = store
        .write(ws, scene.member, move |tx| {
            let first = create(tx, of_case(scene), &NewEmail { in_reply_to: Some(asked), ..draft() })?.id;
            let second = create(tx, of_case(scene), &NewEmail { in_reply_to: Some(first), ..draft() })?.id;
            tx.execute("DELETE FROM jobs", &[])?;
            send(tx, first)?;
            send(tx, second)?;
            Ok((first, second))
        })
        .await
        .unwrap();
    let (email, ..) = look(&store, ws, answer.1).await;
    let chain = store.read(ws, Actor::SYSTEM, move |tx| delivery::references(tx, &email)).await.unwrap();
    assert_eq!(chain, [format!("{asked}@mail.heddle"), format!("{}@mail.heddle", answer.0)]);
    attempt(&store, ws, &mailer, false).await.unwrap();
    let text = std::fs::read_to_string(name(answer.1)).unwrap().replace("\r\n ", " ");
    assert!(text.contains(&format!("In-Reply-To: <{}@mail.heddle>\r\n", answer.0)), "{text}");
    assert!(text.contains(&format!("References: <{asked}@mail.heddle> <{}@mail.heddle>\r\n", answer.0)), "{text}");
}

/// A mail server that answers MAIL with `answers`, one a connection, then 250; it keeps the messages it accepted.
async fn server(answers: Vec<&'static str>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let kept = Arc::new(Mutex::new(Vec::new()));
    let messages = Arc::clone(&kept);
    tokio::spawn(async move {
        let mut answers = answers.into_iter();
        while let Ok((stream, _)) = listener.accept().await {
            let answer = answers.next().unwrap_or("250 ok");
            // Each connection is served to its end before the next one.
            let _ = serve(stream, answer, &messages).await;
        }
    });
    (url, kept)
}

async fn serve(stream: tokio::net::TcpStream, answer: &str, messages: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 test ready\r\n").await?;
    let (mut line, mut message, mut in_data) = (String::new(), String::new(), false);
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        if in_data {
            if line != ".\r\n" {
                message.push_str(line.strip_prefix('.').unwrap_or(&line));
                continue;
            }
            in_data = false;
            messages.lock().unwrap().push(std::mem::take(&mut message));
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let reply = match verb.as_str() {
            "EHLO" => "250-test\r\n250 8BITMIME".to_owned(),
            "MAIL" => answer.to_owned(),
            "RCPT" => {
                message.push_str(&line);
                "250 ok".to_owned()
            }
            "DATA" => {
                in_data = true;
                "354 go on".to_owned()
            }
            "QUIT" => "221 bye".to_owned(),
            _ => "250 ok".to_owned(),
        };
        stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
    }
}

#[tokio::test]
async fn a_server_that_accepts_gets_the_message_for_everybody() {
    let folder = tempfile::tempdir().unwrap();
    let (store, ws, scene) = opened(&folder).await;
    let (url, kept) = server(vec![]).await;
    let mailer = Mailer::from_config(Some(&url), None, folder.path().join("outbox")).unwrap();
    assert!(!folder.path().join("outbox").exists());
    let new = NewEmail { cc: vec!["c@b.example".into()], bcc: vec!["hidden@b.example".into()], ..draft() };
    let id = queue(&store, ws, scene, new).await;
    attempt(&store, ws, &mailer, false).await.unwrap();
    let (email, _, told) = look(&store, ws, id).await;
    assert_eq!((email.state, email.from.as_deref()), (EmailState::Delivered, Some("heddle@localhost")));
    assert!(email.sent_at.is_some() && email.delivered_at.is_some());
    assert_eq!(told, ["E-mail \"Your claim\" sent to a@b.example, c@b.example"]);
    let messages = kept.lock().unwrap().clone();
    let (envelope, message) = messages[0].split_once("From:").unwrap();
    for to in ["a@b.example", "c@b.example", "hidden@b.example"] {
        assert!(envelope.contains(&format!("RCPT TO:<{to}>")), "{envelope}");
    }
    assert!(!message.contains("hidden"), "{message}");
}

#[tokio::test]
async fn a_busy_server_is_tried_again_and_a_retry_is_the_same_message() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(Config::embedded(folder.path())).await.unwrap();
    let (url, kept) = server(vec!["451 busy"]).await;
    let mailer = Mailer::from_config(Some(&url), None, folder.path().join("outbox")).unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn(workers(Workers::new(), mailer.clone()).run(store.clone(), stop.clone()));
    // Workers look after the workspaces that are opened once they run.
    tokio::task::yield_now().await;
    let (ws, scene) = filled(&store).await;
    let id = queue(&store, ws, scene, draft()).await;
    let mut signal = store.subscribe(ws).await.unwrap();
    let wait = async {
        while look(&store, ws, id).await.0.state != EmailState::Delivered {
            let _ = tokio::time::timeout(std::time::Duration::from_millis(300), signal.changed()).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), wait).await.unwrap();
    stop.cancel();
    running.await.unwrap().unwrap();
    assert_eq!(kept.lock().unwrap().len(), 1);

    // A server killed between handing over and noting it: the message that comes twice is the same one.
    let (email, ..) = look(&store, ws, id).await;
    mailer.hand_over(ws, &email, &[]).await.unwrap();
    let messages = kept.lock().unwrap().clone();
    assert_eq!(messages[0], messages[1]);
}

#[tokio::test]
async fn a_refused_message_stays_queued_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let (store, ws, scene) = opened(&folder).await;
    let (url, kept) = server(vec!["550 no such user"]).await;
    let mailer = Mailer::from_config(Some(&url), None, folder.path().join("outbox")).unwrap();
    let id = queue(&store, ws, scene, draft()).await;
    assert_eq!(attempt(&store, ws, &mailer, false).await.unwrap(), Outcome::Done);
    let (email, happened, told) = look(&store, ws, id).await;
    assert_eq!(email.state, EmailState::Queued);
    assert!(email.error.unwrap().contains("no such user"));
    assert_eq!(happened.last().unwrap(), "email.failed");
    assert!(
        told[0].starts_with("E-mail \"Your claim\" could not be sent: ") && told[0].contains("no such user"),
        "{told:?}"
    );
    // It is over: the next connection would be accepted, but there is none.
    assert_eq!(attempt(&store, ws, &mailer, false).await.unwrap(), Outcome::Done);
    assert!(kept.lock().unwrap().is_empty());
    assert_eq!(look(&store, ws, id).await.2.len(), 1);
}

#[tokio::test]
async fn the_last_failed_attempt_and_refused_credentials() {
    let folder = tempfile::tempdir().unwrap();
    let (store, ws, scene) = opened(&folder).await;
    let (url, _) = server(vec!["535 bad credentials", "421 go away"]).await;
    let mailer = Mailer::from_config(Some(&url), None, folder.path().join("outbox")).unwrap();
    let id = queue(&store, ws, scene, draft()).await;
    let error = attempt(&store, ws, &mailer, false).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unavailable, "the fault is in the settings: {error:?}");
    assert!(look(&store, ws, id).await.0.error.is_none());
    attempt(&store, ws, &mailer, true).await.unwrap();
    let (email, ..) = look(&store, ws, id).await;
    assert!(email.error.unwrap().starts_with("given up after 30 attempts: "));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_a_passing_trouble() {
    let folder = tempfile::tempdir().unwrap();
    let (store, ws, scene) = opened(&folder).await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let mailer = Mailer::from_config(Some(&format!("smtp://{free}")), None, folder.path().join("outbox")).unwrap();
    queue(&store, ws, scene, draft()).await;
    assert_eq!(attempt(&store, ws, &mailer, false).await.unwrap_err().kind(), Kind::Unavailable);
}

#[test]
fn settings_that_cannot_be_used_are_refused_without_showing_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = folder.path().join("outbox");
    for (url, from) in [(Some("http://u:s3cret@x"), None), (Some("smtp//u:s3cret@x"), None), (None, Some("nobody"))] {
        let error = Mailer::from_config(url, from, outbox.clone()).unwrap_err();
        assert_eq!(error.kind(), Kind::Unavailable);
        assert!(!format!("{error:?}").contains("s3cret"));
    }
    let mailer = Mailer::from_config(Some("smtps://u:s3cret@mail.example:465"), None, outbox).unwrap();
    assert!(!format!("{mailer:?}").contains("s3cret"));
}
