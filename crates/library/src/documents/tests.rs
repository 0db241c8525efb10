//! Tests of documents on both engines, and of the way their bytes go.

use std::time::Duration;

use bytes::Bytes;
use identity::spaces;
use kernel::{Actor, Kind};
use store::{
    Config, JobContext, Outcome, Store,
    jobs::{self, JobState},
    testing::each_engine,
};
use talk::{
    testing::{Scene, scene},
    threads,
};
use tokio_util::sync::CancellationToken;

use super::*;

mod changes;
mod slices;

const SHA: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

fn file(name: &str) -> NewFile {
    NewFile { name: name.to_owned(), mime_type: None, stored: Stored { sha256: SHA.to_owned(), size: 4 } }
}

fn written(title: &str, body: &str) -> NewNote {
    NewNote { title: title.to_owned(), body: Some(body.to_owned()), tags: Vec::new() }
}

fn in_space(scene: Scene) -> PlaceRef {
    PlaceRef { space: Some(scene.space), ..PlaceRef::default() }
}

/// Gives the actor a private space.
fn private_space(tx: &mut Tx<'_>) -> Result<SpaceId> {
    let new = spaces::NewSpace { name: "Mine".to_owned(), description: None, review: Vec::new() };
    let id = spaces::create(tx, &new)?.id;
    tx.execute("UPDATE spaces SET kind = 'private' WHERE id = $1", params![id])?;
    Ok(id)
}

/// Another case of the scene's space, with its thread.
fn another_case(tx: &mut Tx<'_>, scene: Scene) -> Result<(CaseId, ThreadId)> {
    let (case, log) = (CaseId::new(), ThreadId::new());
    threads::insert(tx, log, scene.space, Some(case), None)?;
    tx.execute(
        "INSERT INTO cases (id, space_id, thread_id, title, phase, motion, attributes, created_by, created_at, updated_at) \
         VALUES ($1, $2, $3, 'Another', 'intake', 'idle', '{}', $4, $5, $5)",
        params![case, scene.space, log, scene.owner.id, tx.now()],
    )?;
    Ok((case, log))
}

/// What happened to documents: verb, space, case and data.
type Happened = (String, Option<SpaceId>, Option<CaseId>, serde_json::Value);

fn happened(tx: &mut Tx<'_>) -> Result<Vec<Happened>> {
    let sql = "SELECT verb, space_id, case_id, data FROM events WHERE verb LIKE 'artifact.%' ORDER BY seq";
    tx.query(sql, &[], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
}

fn first() -> PageRequest {
    PageRequest::new(None, None).unwrap()
}

fn of_case(scene: Scene) -> PlaceRef {
    PlaceRef { case: Some(scene.case), ..PlaceRef::default() }
}

fn told(tx: &mut Tx<'_>, thread: ThreadId) -> Result<Vec<(ActivityType, String)>> {
    let entries = activities::list(tx, thread, first())?.items;
    Ok(entries.into_iter().map(|entry| (entry.activity_type, entry.content)).collect())
}

#[test]
fn files_and_notes_are_added_told_read_and_removed() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let added = ws.write(scene.member, |tx| create_file(tx, of_case(scene), &file("in/report.pdf")));
        assert_eq!((added.name.as_str(), added.mime_type.as_str(), added.size), ("report.pdf", "application/pdf", 4));
        assert_eq!(
            (added.kind, added.case_id, added.created_by),
            (DocumentKind::File, Some(scene.case), scene.member.id)
        );
        let note = ws.write(scene.member, |tx| {
            let place = PlaceRef { thread: Some(scene.log), ..PlaceRef::default() };
            create_note(tx, place, &written(" Call with Ann ", "She *agrees*, ü."))
        });
        assert_eq!((note.name.as_str(), note.size, note.sha256.as_deref()), ("Call with Ann", 17, None));
        assert_eq!((note.case_id, note.thread_id), (Some(scene.case), Some(scene.log)));
        let entries = ws.read(scene.observer, |tx| told(tx, scene.log));
        assert_eq!(
            entries,
            [
                (ActivityType::ArtifactAdded, "Added report.pdf".to_owned()),
                (ActivityType::NoteEdit, "Wrote the note Call with Ann".to_owned())
            ]
        );
        let content = ws.read(scene.observer, |tx| super::content(tx, note.id));
        assert_eq!((content.name.as_str(), content.mime_type.as_str()), ("Call with Ann.md", "text/markdown"));
        assert_eq!(content.source, Source::Text("She *agrees*, ü.".to_owned()));
        let content = ws.read(scene.observer, |tx| super::content(tx, added.id));
        assert_eq!(content.source, Source::Blob(SHA.to_owned()));
        let names = |page: Page<Document>| page.items.into_iter().map(|d| d.name).collect::<Vec<_>>();
        let all = ws.read(scene.observer, |tx| list(tx, Some(scene.case), None, None, first()));
        assert_eq!(names(all), ["Call with Ann", "report.pdf"]);
        let thread = ws.read(scene.observer, |tx| list(tx, None, Some(scene.log), Some(scene.space), first()));
        assert_eq!(names(thread), ["Call with Ann"]);
        let found = ws.read(scene.observer, |tx| search::find(tx, scene.observer.id, "agrees", &[], 10));
        assert_eq!(found.iter().map(|hit| hit.id).collect::<Vec<_>>(), [note.id.uuid()]);

        ws.write(scene.member, |tx| delete(tx, note.id));
        ws.write(scene.member, |tx| delete(tx, added.id));
        let gone = ws.try_write(scene.member, |tx| get(tx, added.id)).unwrap_err();
        assert_eq!((gone.kind(), gone.code()), (Kind::NotFound, "artifact_not_found"));
        assert!(ws.read(scene.observer, |tx| search::find(tx, scene.observer.id, "agrees", &[], 10)).is_empty());
        let verbs = ws.read(Actor::SYSTEM, |tx| {
            tx.query("SELECT verb FROM events WHERE verb LIKE 'artifact.%' ORDER BY seq", &[], |row| {
                row.get::<String>(0)
            })
        });
        assert_eq!(verbs, ["artifact.added", "artifact.added", "artifact.deleted", "artifact.deleted"]);
    });
}

#[test]
fn in_a_space_nothing_is_told_and_bad_fields_are_named() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let place = PlaceRef { space: Some(scene.space), ..PlaceRef::default() };
        let added = ws.write(scene.member, |tx| create_file(tx, place, &file("a.txt")));
        assert_eq!((added.space_id, added.case_id, added.thread_id), (scene.space, None, None));
        assert!(ws.read(scene.owner, |tx| told(tx, scene.log)).is_empty());
        for (title, body, path) in [(" ", "x", "title"), (&"x".repeat(501), "x", "title"), ("x", "\0", "body")] {
            let error = ws.try_write(scene.member, |tx| create_note(tx, place, &written(title, body))).unwrap_err();
            assert_eq!(error.fields()[0].path, path);
        }
        let both = PlaceRef { case: Some(scene.case), ..place };
        assert_eq!(
            ws.try_write(scene.member, |tx| create_file(tx, both, &file("a"))).unwrap_err().kind(),
            Kind::Invalid
        );
    });
}

#[test]
fn observers_read_and_strangers_learn_nothing() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let id = ws.write(scene.member, |tx| create_file(tx, of_case(scene), &file("a.txt"))).id;
        assert_eq!(ws.read(scene.observer, |tx| get(tx, id)).id, id);
        let all = |tx: &mut Tx<'_>| list(tx, None, None, None, first());
        assert_eq!(ws.read(scene.observer, all).total, 1);
        assert_eq!(ws.read(scene.stranger, all).total, 0);
        type Attempt<'a> = Box<dyn Fn(&mut Tx<'_>) -> Result<()> + 'a>;
        let writes: [(Attempt<'_>, &str); 3] = [
            (Box::new(|tx| create_file(tx, of_case(scene), &file("b")).map(drop)), "case_not_found"),
            (Box::new(|tx| create_note(tx, of_case(scene), &written("b", "b")).map(drop)), "case_not_found"),
            (Box::new(|tx| delete(tx, id)), "artifact_not_found"),
        ];
        for (write, code) in &writes {
            assert_eq!(ws.try_write(scene.observer, |tx| write(tx)).unwrap_err().code(), "forbidden");
            assert_eq!(ws.try_write(scene.stranger, |tx| write(tx)).unwrap_err().code(), *code);
        }
        let reads: [(Attempt<'_>, &str); 5] = [
            (Box::new(|tx| get(tx, id).map(drop)), "artifact_not_found"),
            (Box::new(|tx| super::content(tx, id).map(drop)), "artifact_not_found"),
            (Box::new(|tx| list(tx, Some(scene.case), None, None, first()).map(drop)), "case_not_found"),
            (Box::new(|tx| list(tx, None, Some(scene.log), None, first()).map(drop)), "thread_not_found"),
            (Box::new(|tx| list(tx, None, None, Some(scene.space), first()).map(drop)), "space_not_found"),
        ];
        for (read, code) in &reads {
            ws.read(scene.observer, |tx| read(tx));
            assert_eq!(ws.try_write(scene.stranger, |tx| read(tx)).unwrap_err().code(), *code);
        }
    });
}

#[test]
fn bytes_go_with_the_last_thing_that_has_them() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let (one, two) = ws.write(scene.member, |tx| {
            Ok((create_file(tx, of_case(scene), &file("1"))?.id, create_file(tx, of_case(scene), &file("2"))?.id))
        });
        let jobs = |tx: &mut Tx<'_>| jobs::list(tx, JobState::Pending, 10).map(|jobs| jobs.len());
        ws.write(scene.member, |tx| delete(tx, one));
        assert_eq!(ws.read(Actor::SYSTEM, jobs), 0, "the other still has them");
        ws.write(scene.member, |tx| {
            tx.execute(
                "INSERT INTO datatables (id, space_id, name, columns, source_format, source_sha256, row_count, created_by, \
                 created_at, updated_at) VALUES ($1, $2, 'T', '[]', 'csv', $3, 0, $4, $5, $5)",
                params![DocumentId::new(), scene.space, SHA, scene.member.id, tx.now()],
            )?;
            delete(tx, two)
        });
        assert_eq!(ws.read(Actor::SYSTEM, jobs), 0, "a data table has them");
        ws.write(scene.member, |tx| {
            tx.execute("DELETE FROM datatables", &[])?;
            let three = create_file(tx, of_case(scene), &file("3"))?.id;
            delete(tx, three)
        });
        assert_eq!(ws.read(Actor::SYSTEM, jobs), 1);
    });
}

/// A store on disk with one workspace and its scene.
async fn opened(folder: &tempfile::TempDir) -> (Store, kernel::ids::WorkspaceId, Scene) {
    let store = Store::open(Config::embedded(folder.path())).await.unwrap();
    let (workspace, ..) = identity::workspaces::create(&store, "Acme", None, "a@acme.example", None).await.unwrap();
    let scene = store.write(workspace.id, Actor::SYSTEM, scene).await.unwrap();
    (store, workspace.id, scene)
}

#[tokio::test]
async fn the_job_spares_bytes_that_are_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let (store, ws, scene) = opened(&folder).await;
    let stored = store.blobs().put(ws, Bytes::from_static(b"bytes")).await.unwrap();
    let new = NewFile { name: "a.txt".to_owned(), mime_type: None, stored: stored.clone() };
    let again = new.clone();
    let add = move |tx: &mut Tx<'_>| create_file(tx, of_case(scene), &again).map(|document| document.id);
    let id = store.write(ws, scene.member, add.clone()).await.unwrap();
    store.write(ws, scene.member, move |tx| delete(tx, id)).await.unwrap();
    let job = store.read(ws, Actor::SYSTEM, |tx| jobs::list(tx, JobState::Pending, 1)).await.unwrap().remove(0);
    let context = JobContext { store: store.clone(), workspace: ws, job, stop: CancellationToken::new() };

    let id = store.write(ws, scene.member, add).await.unwrap();
    let delete_now = async || blob::delete_unused(context.clone(), Duration::ZERO).await.unwrap();
    assert_eq!(delete_now().await, Outcome::Done);
    assert_eq!(text(&store, ws, scene.observer, id).await.unwrap(), "bytes");

    store.write(ws, scene.member, move |tx| delete(tx, id)).await.unwrap();
    // Bytes that were stored a moment ago may be about to be used by another upload of the same.
    assert!(matches!(delete_blob_job(context.clone()).await.unwrap(), Outcome::Again(at) if at > Timestamp::now()));
    assert_eq!(store.blobs().get_all(ws, &stored.sha256).await.unwrap(), "bytes");
    for _ in 0..2 {
        assert_eq!(delete_now().await, Outcome::Done);
    }
    assert_eq!(store.blobs().get_all(ws, &stored.sha256).await.unwrap_err().code(), "blob_not_found");
}

#[tokio::test]
async fn agents_are_given_text_only_and_not_too_much() {
    let folder = tempfile::tempdir().unwrap();
    let (store, ws, scene) = opened(&folder).await;
    let add = async |name: &str, bytes: Vec<u8>| {
        let stored = store.blobs().put(ws, bytes.into()).await.unwrap();
        let new = NewFile { name: name.to_owned(), mime_type: None, stored };
        store.write(ws, scene.member, move |tx| create_file(tx, of_case(scene), &new)).await.unwrap().id
    };
    let latin = add("k.csv", b"Stra\xdfe;K\xf6ln\n".to_vec()).await;
    assert_eq!(text(&store, ws, scene.observer, latin).await.unwrap(), "Straße;Köln\n");
    let most = add("most.txt", vec![b'x'; AGENT_TEXT as usize]).await;
    assert_eq!(text(&store, ws, scene.observer, most).await.unwrap().len() as i64, AGENT_TEXT);
    for (name, bytes, code) in [
        ("large.txt", vec![b'x'; AGENT_TEXT as usize + 1], "artifact_too_large"),
        ("a.pdf", b"%PDF".to_vec(), "artifact_not_text"),
        ("a.txt", vec![0; 9], "artifact_not_text"),
    ] {
        let id = add(name, bytes).await;
        assert_eq!(text(&store, ws, scene.observer, id).await.unwrap_err().code(), code);
    }
    assert_eq!(text(&store, ws, scene.stranger, most).await.unwrap_err().code(), "artifact_not_found");
    let note = store
        .write(ws, scene.member, move |tx| create_note(tx, of_case(scene), &written("N", "text")))
        .await
        .unwrap()
        .id;
    assert_eq!(text(&store, ws, scene.observer, note).await.unwrap(), "text");
}
