//! Changing, moving and attaching.

use kernel::Rule;

use super::*;

/// Where a document is: space, case and thread.
fn place_of(document: &Document) -> (SpaceId, Option<CaseId>, Option<ThreadId>) {
    (document.space_id, document.case_id, document.thread_id)
}

fn verbs(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    Ok(happened(tx)?.into_iter().map(|(verb, ..)| verb).collect())
}

fn finds(tx: &mut Tx<'_>, words: &str) -> Result<Vec<SpaceId>> {
    let actor = tx.actor().id;
    Ok(search::find(tx, actor, words, &[], 10)?.into_iter().map(|hit| hit.space_id).collect())
}

#[test]
fn a_note_is_written_again_told_and_found_by_its_new_words() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let note = NewNote {
            tags: vec![" call ".to_owned(), "ann".to_owned(), "call".to_owned()],
            ..written("Call", "old words")
        };
        let made = ws.write(scene.member, |tx| create_note(tx, of_case(scene), &note));
        assert_eq!(made.tags, ["call", "ann"]);
        assert_eq!(ws.read(scene.observer, |tx| finds(tx, "old ann")), [scene.space], "tags are searched, too");

        let patch = NotePatch {
            title: Some(" Call with Ann ".to_owned()),
            body: Some(Some("new, ü".to_owned())),
            tags: Some(vec!["2026".to_owned()]),
            place: None,
        };
        let after = ws.write(scene.member, |tx| update_note(tx, made.id, &patch));
        assert_eq!(
            (after.document.name.as_str(), after.body.as_deref(), after.document.size),
            ("Call with Ann", Some("new, ü"), 7)
        );
        assert_eq!((&after.document.tags[..], after.document.case_id), (&["2026".to_owned()][..], Some(scene.case)));
        assert!(after.document.updated_at > made.updated_at && after.document.created_at == made.created_at);
        assert_eq!(ws.read(scene.observer, |tx| finds(tx, "new 2026")), [scene.space]);
        assert!(ws.read(scene.observer, |tx| finds(tx, "old")).is_empty());
        assert_eq!(
            ws.read(scene.observer, |tx| told(tx, scene.log))[1],
            (ActivityType::NoteEdit, "Changed the note Call with Ann".to_owned())
        );
        let (verb, space, case, data) = ws.read(Actor::SYSTEM, happened).remove(1);
        assert_eq!((verb.as_str(), space, case), ("artifact.updated", Some(scene.space), Some(scene.case)));
        let expected = json!({
            "kind": "note",
            "before": {"name": "Call", "size": 9, "tags": ["call", "ann"]},
            "after": {"name": "Call with Ann", "size": 7, "tags": ["2026"]},
        });
        assert_eq!(data, expected);

        // The text can be taken away, and is not the same as an empty one.
        for (body, size) in [(None, 0), (Some(String::new()), 0)] {
            let patch = NotePatch { body: Some(body.clone()), ..NotePatch::default() };
            let after = ws.write(scene.member, |tx| update_note(tx, made.id, &patch));
            assert_eq!((after.body, after.document.size), (body, size));
        }
        // Tags alone are no writing, and what changes nothing is not told.
        let entries = ws.read(scene.owner, |tx| told(tx, scene.log)).len();
        let retag = NotePatch { tags: Some(vec![]), ..NotePatch::default() };
        let retagged = ws.write(scene.member, |tx| update_note(tx, made.id, &retag));
        let again = ws.write(scene.member, |tx| update_note(tx, made.id, &retag));
        assert_eq!(again.document.updated_at, retagged.document.updated_at);
        assert_eq!(ws.read(scene.owner, |tx| told(tx, scene.log)).len(), entries);
        let updated = ws.read(Actor::SYSTEM, verbs).iter().filter(|verb| *verb == "artifact.updated").count();
        assert_eq!(updated, 4);
    });
}

#[test]
fn a_move_is_told_where_it_began_and_where_it_ended() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let (other, other_log) = ws.write(scene.owner, |tx| another_case(tx, scene));
        let private = ws.write(scene.member, private_space);
        let mine = PlaceRef { space: Some(private), ..PlaceRef::default() };
        let made = ws.write(scene.member, |tx| create_note(tx, mine, &written("A secret draft", "words")));
        assert!(made.private);
        assert!(ws.read(scene.observer, |tx| finds(tx, "words")).is_empty());

        // Renamed and moved at once: who sees the new place only does not learn the old name.
        let patch = NotePatch { title: Some("Plan".to_owned()), place: Some(of_case(scene)), ..NotePatch::default() };
        let moved = ws.write(scene.member, |tx| update_note(tx, made.id, &patch)).document;
        assert_eq!((place_of(&moved), moved.private), ((scene.space, Some(scene.case), None), false));
        assert_eq!(ws.read(scene.observer, |tx| finds(tx, "words")), [scene.space]);
        let events = ws.read(Actor::SYSTEM, happened);
        let places: Vec<_> =
            events.iter().map(|(verb, space, case, _)| (verb.as_str(), space.unwrap(), *case)).collect();
        assert_eq!(
            places,
            [
                ("artifact.added", private, None),
                ("artifact.updated", private, None),
                ("artifact.detached", private, None),
                ("artifact.attached", scene.space, Some(scene.case)),
            ]
        );
        assert!(!events[3].3.to_string().contains("secret"));
        assert_eq!(
            ws.read(scene.observer, |tx| told(tx, scene.log)),
            [(ActivityType::NoteEdit, "Moved the note Plan here".to_owned())]
        );

        let to = |place: PlaceRef| NotePatch { place: Some(place), ..NotePatch::default() };
        let elsewhere = PlaceRef { case: Some(other), ..PlaceRef::default() };
        let moved = ws.write(scene.member, |tx| update_note(tx, made.id, &to(elsewhere))).document;
        assert_eq!(moved.case_id, Some(other));
        assert_eq!(ws.read(scene.observer, |tx| told(tx, other_log)).len(), 1);
        let left = ws.write(scene.member, |tx| update_note(tx, made.id, &to(in_space(scene)))).document;
        assert_eq!(place_of(&left), (scene.space, None, None));
        assert!(left.updated_at > moved.updated_at && left.created_at == made.created_at);

        // Where it is already, nothing happens.
        let events = ws.read(Actor::SYSTEM, verbs).len();
        let same = ws.write(scene.member, |tx| update_note(tx, made.id, &to(in_space(scene)))).document;
        assert_eq!((same.updated_at, ws.read(Actor::SYSTEM, verbs).len()), (left.updated_at, events));

        // A note has a place, and exactly one.
        for place in [PlaceRef::default(), PlaceRef { case: Some(other), ..in_space(scene) }] {
            let error = ws.try_write(scene.member, |tx| update_note(tx, made.id, &to(place))).unwrap_err();
            assert_eq!((error.kind(), error.fields()[0].path.as_str()), (Kind::Invalid, "case_id"));
        }
    });
}

#[test]
fn a_file_is_tagged_moved_and_detached_into_ones_own_space() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let made = ws.write(scene.member, |tx| create_file(tx, of_case(scene), &file("a.pdf")));
        let patch = FilePatch { tags: Some(vec!["plan".to_owned()]), place: None };
        let tagged = ws.write(scene.member, |tx| update_file(tx, made.id, &patch));
        assert_eq!((tagged.tags.len(), tagged.size, tagged.sha256.as_deref()), (1, 4, Some(SHA)));
        assert_eq!(ws.read(scene.observer, |tx| finds(tx, "plan")), [scene.space]);

        let detach = FilePatch { tags: None, place: Some(PlaceRef::default()) };
        let error = ws.try_write(scene.member, |tx| update_file(tx, made.id, &detach)).unwrap_err();
        assert_eq!(error.code(), "private_space_missing");
        let private = ws.write(scene.member, private_space);
        let detached = ws.write(scene.member, |tx| update_file(tx, made.id, &detach));
        assert_eq!((place_of(&detached), detached.private), ((private, None, None), true));
        assert!(ws.read(scene.observer, |tx| finds(tx, "plan")).is_empty());
        assert_eq!(ws.try_write(scene.observer, |tx| get(tx, made.id)).unwrap_err().code(), "artifact_not_found");
        let again = ws.write(scene.member, |tx| update_file(tx, made.id, &detach));
        assert_eq!(again.updated_at, detached.updated_at);

        let back = FilePatch { tags: None, place: Some(of_case(scene)) };
        assert_eq!(ws.write(scene.member, |tx| update_file(tx, made.id, &back)).case_id, Some(scene.case));
        assert_eq!(
            ws.read(scene.observer, |tx| told(tx, scene.log)),
            [
                (ActivityType::ArtifactAdded, "Added a.pdf".to_owned()),
                (ActivityType::ArtifactAdded, "Added a.pdf".to_owned())
            ]
        );
        let both = FilePatch { tags: None, place: Some(PlaceRef { case: Some(scene.case), ..in_space(scene) }) };
        let error = ws.try_write(scene.member, |tx| update_file(tx, made.id, &both)).unwrap_err();
        assert_eq!(error.fields()[0].path, "case_id");
    });
}

#[test]
fn tags_say_something_and_are_not_too_many() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let made = ws.write(scene.member, |tx| create_note(tx, in_space(scene), &written("N", "b"))).id;
        let set = |tags: Vec<String>| NotePatch { tags: Some(tags), ..NotePatch::default() };
        let most: Vec<String> = (0..100).map(|n| format!("tag {n}")).collect();
        let kept = ws.write(scene.member, |tx| update_note(tx, made, &set(most.clone()))).document;
        assert_eq!(kept.tags, most);
        let twice = [most.clone(), most.clone()].concat();
        assert_eq!(ws.write(scene.member, |tx| update_note(tx, made, &set(twice))).document.tags, most);
        let one_more = [most.clone(), vec!["one more".to_owned()]].concat();
        for (tags, path, rule) in [
            (vec!["a".to_owned(), " ".to_owned()], "tags[1]", Rule::Blank),
            (vec!["ä".repeat(201)], "tags[0]", Rule::Value),
            (one_more, "tags", Rule::Value),
        ] {
            let error = ws.try_write(scene.member, |tx| update_note(tx, made, &set(tags.clone()))).unwrap_err();
            assert_eq!((error.fields()[0].path.as_str(), error.fields()[0].rule), (path, rule));
        }
        assert_eq!(
            ws.write(scene.member, |tx| update_note(tx, made, &set(vec!["ä".repeat(200)]))).document.tags.len(),
            1
        );
    });
}

#[test]
fn files_are_attached_once_and_told() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let (other, _) = ws.write(scene.owner, |tx| another_case(tx, scene));
        let private = ws.write(scene.member, private_space);
        let mine = PlaceRef { space: Some(private), ..PlaceRef::default() };
        let one = ws.write(scene.member, |tx| create_file(tx, mine, &file("one.txt"))).id;
        let two = ws.write(scene.member, |tx| create_file(tx, in_space(scene), &file("two.txt"))).id;
        ws.write(scene.member, |tx| attach(tx, scene.case, &[]));
        ws.write(scene.member, |tx| attach(tx, scene.case, &[two, one, two]));
        ws.write(scene.member, |tx| create_note(tx, of_case(scene), &written("No file", "b")));
        let found = ws.read(scene.observer, |tx| get(tx, one));
        assert_eq!((place_of(&found), found.private), ((scene.space, Some(scene.case), None), false));
        let mut added = ws.read(scene.observer, |tx| told(tx, scene.log));
        added.retain(|(entry, _)| *entry == ActivityType::ArtifactAdded);
        let added: Vec<_> = added.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(added, ["Added two.txt", "Added one.txt"]);
        assert_eq!(
            ws.read(scene.observer, |tx| files_of_cases(tx, &[other, scene.case])),
            [(scene.case, one), (scene.case, two)]
        );
        assert!(ws.read(scene.observer, |tx| files_of_cases(tx, &[])).is_empty());
        // Again is fine; by its thread is on the case as well.
        let threaded = PlaceRef { thread: Some(scene.log), ..PlaceRef::default() };
        let three = ws.write(scene.member, |tx| create_file(tx, threaded, &file("three.txt"))).id;
        let before = ws.read(Actor::SYSTEM, verbs).len();
        ws.write(scene.member, |tx| attach(tx, scene.case, &[one, three]));
        assert_eq!(ws.read(Actor::SYSTEM, verbs).len(), before);

        let note = ws.write(scene.member, |tx| create_note(tx, in_space(scene), &written("N", "b"))).id;
        let hidden = ws.write(scene.member, |tx| create_file(tx, mine, &file("hidden.txt"))).id;
        let free = ws.write(scene.owner, |tx| create_file(tx, in_space(scene), &file("free.txt"))).id;
        let attempts = [
            (scene.member, vec![free, one], "file_thread_mismatch"),
            (scene.member, vec![free, DocumentId::new()], "attached_files_not_found"),
            (scene.member, vec![note], "attached_files_not_found"),
            (scene.owner, vec![hidden], "attached_files_not_found"),
            (scene.observer, vec![free], "forbidden"),
            (scene.stranger, vec![free], "case_not_found"),
        ];
        for (actor, files, code) in attempts {
            let error = ws.try_write(actor, |tx| attach(tx, other, &files)).unwrap_err();
            assert_eq!(error.code(), code);
        }
        assert_eq!(ws.read(scene.owner, |tx| get(tx, free)).case_id, None, "all or none");
    });
}

#[test]
fn both_places_need_the_right_to_work_and_kinds_are_kept_apart() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let note = ws.write(scene.member, |tx| create_note(tx, of_case(scene), &written("N", "b"))).id;
        let paper = ws.write(scene.member, |tx| create_file(tx, of_case(scene), &file("a.txt"))).id;
        // A space of the observer's, which the member may only look at, and one that it does not know.
        let (shown, unknown) = ws.write(scene.observer, |tx| {
            let new = |name: &str| spaces::NewSpace { name: name.to_owned(), description: None, review: Vec::new() };
            let shown = spaces::create(tx, &new("Shown"))?.id;
            spaces::add_member(tx, shown, scene.member.id, identity::Role::Observer)?;
            Ok((shown, spaces::create(tx, &new("Unknown"))?.id))
        });
        let at = |space: SpaceId| Some(PlaceRef { space: Some(space), ..PlaceRef::default() });
        let note_to = |space: SpaceId| NotePatch { place: at(space), ..NotePatch::default() };
        let file_to = |space: SpaceId| FilePatch { place: at(space), ..FilePatch::default() };
        type Attempt<'a> = Box<dyn Fn(&mut Tx<'_>) -> Result<()> + 'a>;
        let attempts: [(Actor, Attempt<'_>, &str); 13] = [
            (scene.member, Box::new(|tx| update_note(tx, note, &note_to(shown)).map(drop)), "forbidden"),
            (scene.member, Box::new(|tx| update_file(tx, paper, &file_to(shown)).map(drop)), "forbidden"),
            (scene.member, Box::new(|tx| update_note(tx, note, &note_to(unknown)).map(drop)), "space_not_found"),
            (scene.member, Box::new(|tx| update_file(tx, paper, &file_to(unknown)).map(drop)), "space_not_found"),
            (scene.observer, Box::new(|tx| update_note(tx, note, &NotePatch::default()).map(drop)), "forbidden"),
            (scene.observer, Box::new(|tx| update_file(tx, paper, &FilePatch::default()).map(drop)), "forbidden"),
            (scene.observer, Box::new(|tx| delete_of(tx, note, DocumentKind::Note)), "forbidden"),
            (
                scene.stranger,
                Box::new(|tx| update_note(tx, note, &NotePatch::default()).map(drop)),
                "artifact_not_found",
            ),
            (scene.stranger, Box::new(|tx| super::note(tx, note).map(drop)), "artifact_not_found"),
            (scene.member, Box::new(|tx| update_file(tx, note, &FilePatch::default()).map(drop)), "artifact_not_found"),
            (scene.member, Box::new(|tx| super::note(tx, paper).map(drop)), "artifact_not_found"),
            (scene.member, Box::new(|tx| get_of(tx, note, DocumentKind::File).map(drop)), "artifact_not_found"),
            (scene.member, Box::new(|tx| delete_of(tx, paper, DocumentKind::Note)), "artifact_not_found"),
        ];
        for (n, (actor, attempt, code)) in attempts.iter().enumerate() {
            assert_eq!(ws.try_write(*actor, |tx| attempt(tx)).unwrap_err().code(), *code, "attempt {n}");
        }
        ws.write(scene.member, |tx| delete_of(tx, note, DocumentKind::Note));
        ws.write(scene.member, |tx| delete_of(tx, paper, DocumentKind::File));
        assert_eq!(ws.read(scene.owner, |tx| list(tx, None, None, None, first())).total, 0);
    });
}
