//! Tests of messages on both engines.

use identity::{
    actors::NewActor,
    spaces::{self, NewSpace},
};
use kernel::{Actor, Direction, Kind, Page, PageRequest, ids::SpaceId};
use store::{Stored, params, testing::each_engine};
use talk::{
    place::PlaceRef,
    testing::{Scene, scene},
};

use super::*;
use crate::documents::NewFile;

fn upload(tx: &mut Tx<'_>, place: PlaceRef, name: &str) -> Result<DocumentId> {
    let stored =
        Stored { sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(), size: 4 };
    let new = NewFile { name: name.to_owned(), mime_type: None, stored };
    Ok(documents::create_file(tx, place, &new)?.id)
}

fn in_space(space: SpaceId) -> PlaceRef {
    PlaceRef { space: Some(space), ..PlaceRef::default() }
}

fn all(tx: &mut Tx<'_>, thread: ThreadId) -> Result<Vec<Message>> {
    Ok(slice(tx, thread, SliceRequest::first(100, Direction::Ascending))?.items)
}

fn texts(tx: &mut Tx<'_>, thread: ThreadId) -> Result<Vec<Option<String>>> {
    Ok(all(tx, thread)?.into_iter().map(|message| message.text).collect())
}

#[test]
fn a_message_attaches_its_files_to_the_place_of_the_thread() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let files = ws.write(scene.member, |tx| {
            Ok([upload(tx, in_space(scene.space), "a")?, upload(tx, in_space(scene.space), "b")?])
        });
        let [one, two] = files;
        let said = ws.write(scene.member, |tx| post(tx, scene.log, " See these. ", &[two, one, two]));
        assert_eq!((said.text.as_deref(), &said.files[..]), (Some("See these."), &[two, one][..]));
        assert_eq!((said.author, said.author_type), (scene.member.id, ActorType::Human));
        assert_eq!(
            ws.read(scene.observer, |tx| all(tx, scene.log)),
            std::slice::from_ref(&said),
            "the files have no entries of their own"
        );
        let attached = ws.read(scene.observer, |tx| documents::get(tx, one));
        assert_eq!((attached.case_id, attached.thread_id), (Some(scene.case), None));
        let entries = ws.read(scene.observer, |tx| {
            let Page { items, .. } = activities::list(tx, scene.log, PageRequest::new(None, None)?)?;
            Ok(items.into_iter().map(|entry| (entry.activity_type, entry.data)).collect::<Vec<_>>())
        });
        assert_eq!(entries, [(ActivityType::Comment, Some(json!({"file_ids": [two, one]})))]);
        let posted = ws.read(Actor::SYSTEM, |tx| {
            let sql = "SELECT subject_id, case_id, data FROM events WHERE verb = 'activity.posted'";
            tx.query(sql, &[], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        });
        assert_eq!(posted, [(said.id, Some(scene.case), json!({"type": "comment", "visibility": "public"}))]);

        // A standalone thread keeps its files itself; without files there is no data.
        let apart = ws.write(scene.member, |tx| threads::create(tx, Some(scene.space), None)).id;
        let three = ws.write(scene.member, |tx| upload(tx, in_space(scene.space), "c"));
        ws.write(scene.member, |tx| post(tx, apart, "Here.", &[three]));
        ws.write(scene.member, |tx| post(tx, apart, "Again.", &[three]));
        ws.write(scene.member, |tx| post(tx, apart, "Bare.", &[]));
        let attached = ws.read(scene.observer, |tx| documents::get(tx, three));
        assert_eq!((attached.space_id, attached.case_id, attached.thread_id), (scene.space, None, Some(apart)));
        let datas = ws.read(Actor::SYSTEM, |tx| {
            let sql = "SELECT data FROM activities WHERE thread_id = $1 AND content = 'Bare.'";
            tx.query(sql, params![apart], |row| row.get::<Option<Json>>(0))
        });
        assert_eq!(datas, [None]);
        let error = ws.try_write(scene.member, |tx| post(tx, scene.log, "Mine.", &[three])).unwrap_err();
        assert_eq!(error.code(), "file_thread_mismatch");
        let error = ws.try_write(scene.member, |tx| post(tx, apart, "Mine.", &[one])).unwrap_err();
        assert_eq!(error.code(), "file_thread_mismatch");
    });
}

#[test]
fn posting_is_guarded() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        for (text, files, path) in [
            (" ", vec![], "text"),
            (&*"x".repeat(check::TEXT + 1), vec![], "text"),
            ("x", vec![DocumentId::new(); FILES + 1], "file_ids"),
        ] {
            let error = ws.try_write(scene.member, |tx| post(tx, scene.log, text, &files)).unwrap_err();
            assert_eq!((error.kind(), error.fields()[0].path.as_str()), (Kind::Invalid, path));
        }
        for (actor, files, code) in [
            (scene.member, vec![DocumentId::new()], "attached_files_not_found"),
            (scene.observer, vec![], "forbidden"),
            (scene.stranger, vec![], "thread_not_found"),
        ] {
            assert_eq!(ws.try_write(actor, |tx| post(tx, scene.log, "x", &files)).unwrap_err().code(), code);
        }
        assert_eq!(ws.read(scene.observer, |tx| head(tx, scene.log)).1, None);
        assert_eq!(ws.try_write(scene.stranger, |tx| head(tx, scene.log)).unwrap_err().code(), "thread_not_found");
        assert_eq!(ws.try_write(scene.stranger, |tx| texts(tx, scene.log)).unwrap_err().code(), "thread_not_found");
    });
}

#[test]
fn messages_are_what_was_said_and_attached_as_far_as_it_may_be_seen() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let agent = ws.write(Actor::SYSTEM, |tx| {
            let agent = NewActor {
                actor_type: ActorType::Ai,
                name: "Agent".to_owned(),
                email: None,
                model_id: Some("rules".to_owned()),
                system_prompt: None,
                reasoning_effort: None,
                capabilities: vec![],
                review: vec![],
            };
            let agent = actors::create(tx, &agent)?.acting();
            spaces::add_member(tx, scene.space, agent.id, identity::Role::Member)?;
            Ok(agent)
        });
        let of_case = PlaceRef { case: Some(scene.case), ..PlaceRef::default() };
        let kept = ws.write(agent, |tx| upload(tx, of_case, "kept"));
        let gone = ws.write(scene.member, |tx| upload(tx, of_case, "gone"));
        let say = |tx: &mut Tx<'_>, kind, text: &str, seen| activities::post(tx, scene.log, kind, text, seen).map(drop);
        ws.write(scene.owner, |tx| say(tx, ActivityType::Comment, "for all", Visibility::Public));
        ws.write(scene.owner, |tx| say(tx, ActivityType::StatusChange, "no message", Visibility::Public));
        ws.write(scene.owner, |tx| say(tx, ActivityType::Comment, "for few", Visibility::Internal));
        ws.write(scene.owner, |tx| say(tx, ActivityType::Comment, "for the audit", Visibility::System));
        ws.write(scene.owner, |tx| {
            let table = Some(json!({"datatable_id": DocumentId::new(), "name": "T"}));
            activities::append(
                tx,
                scene.log,
                ActivityType::ArtifactAdded,
                Visibility::Public,
                "Added the table T",
                table,
            )
        });
        ws.write(scene.member, |tx| documents::delete(tx, gone));
        let seen = ws.read(scene.observer, |tx| all(tx, scene.log));
        let shown: Vec<_> = seen.iter().map(|m| (m.author_type, m.text.as_deref(), m.files.clone())).collect();
        assert_eq!(
            shown,
            [
                (ActorType::Ai, None, vec![kept]),
                // Its file is gone, but it stays: pages must not come out short.
                (ActorType::Human, None, vec![]),
                (ActorType::Human, Some("for all"), vec![]),
            ]
        );
        assert_eq!(ws.read(scene.observer, |tx| head(tx, scene.log)).1, Some(seen[2].created_at));
        let said = ws.read(scene.owner, |tx| texts(tx, scene.log));
        assert_eq!(said[2..].iter().flatten().collect::<Vec<_>>(), ["for all", "for few", "for the audit"]);
        assert!(ws.read(scene.owner, |tx| head(tx, scene.log)).1 > Some(seen[2].created_at));

        // A file that went where the reader sees nothing is not linked.
        let away = ws.write(scene.member, |tx| {
            let new = NewSpace { name: "Away".to_owned(), description: None, review: vec![] };
            let away = spaces::create(tx, &new)?.id;
            let patch = documents::FilePatch { tags: None, place: Some(in_space(away)) };
            documents::update_file(tx, kept, &patch).map(|file| file.id)
        });
        assert_eq!(ws.read(scene.member, |tx| all(tx, scene.log))[0].files, [away]);
        assert!(ws.read(scene.observer, |tx| all(tx, scene.log))[0].files.is_empty());

        // Heddle itself has no row among the actors.
        ws.write(Actor::SYSTEM, |tx| say(tx, ActivityType::Comment, "by itself", Visibility::Public));
        let last = ws.read(scene.observer, |tx| all(tx, scene.log)).pop().unwrap();
        assert_eq!((last.author, last.author_type), (ActorId::nil(), ActorType::Ai));
    });
}

#[test]
fn slices_are_full_and_steady() {
    each_engine(|ws| {
        let scene: Scene = ws.write(Actor::SYSTEM, scene);
        // All at the same time, with entries in between that are no messages.
        ws.write(scene.member, |tx| {
            for n in 0..5 {
                post(tx, scene.log, &n.to_string(), &[])?;
                activities::post(tx, scene.log, ActivityType::SystemEvent, "-", Visibility::Public)?;
            }
            Ok(())
        });
        for direction in [Direction::Ascending, Direction::Descending] {
            let mut request = SliceRequest::first(2, direction);
            let mut lengths = Vec::new();
            let mut said = Vec::new();
            loop {
                let part = ws.read(scene.observer, |tx| slice(tx, scene.log, request));
                lengths.push(part.items.len());
                said.extend(part.items.into_iter().filter_map(|message| message.text));
                let Some(mark) = part.next else { break };
                request.after = Some(mark);
                ws.write(scene.member, |tx| {
                    activities::post(tx, scene.log, ActivityType::NoteEdit, "-", Visibility::Public)
                });
            }
            if direction == Direction::Descending {
                said.reverse();
            }
            assert_eq!((lengths, said.concat().as_str()), (vec![2, 2, 1], "01234"));
        }
        let first = ws.read(scene.observer, |tx| slice(tx, scene.log, SliceRequest::first(5, Direction::Ascending)));
        assert_eq!(first.next, None, "a full last slice is known to be the last");
        // What is said meanwhile comes at the end.
        let first = ws.read(scene.observer, |tx| slice(tx, scene.log, SliceRequest::first(4, Direction::Ascending)));
        ws.write(scene.member, |tx| post(tx, scene.log, "late", &[]));
        let rest = SliceRequest { limit: 4, after: first.next, direction: Direction::Ascending };
        let rest = ws.read(scene.observer, |tx| slice(tx, scene.log, rest));
        assert_eq!(rest.items.into_iter().filter_map(|m| m.text).collect::<Vec<_>>(), ["4", "late"]);
    });
}
