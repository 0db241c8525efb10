//! Slices by place and time.

use kernel::{Direction, SliceRequest};

use super::*;

const KINDS: [DocumentKind; 2] = [DocumentKind::File, DocumentKind::Note];

/// The names of all slices of two.
fn names(
    tx: &mut Tx<'_>,
    kind: DocumentKind,
    under: Option<Under>,
    sort: DocumentSort,
    direction: Direction,
) -> Result<Vec<String>> {
    let mut request = SliceRequest::first(2, direction);
    let mut names = Vec::new();
    loop {
        let slice = slice(tx, kind, under, sort, request)?;
        assert!(slice.items.len() == 2 || slice.next.is_none());
        names.extend(slice.items.into_iter().map(|document| document.name));
        match slice.next {
            Some(mark) => request.after = Some(mark),
            None => return Ok(names),
        }
    }
}

fn notes(tx: &mut Tx<'_>, under: Option<Under>) -> Result<Vec<String>> {
    names(tx, DocumentKind::Note, under, DocumentSort::Created, Direction::Ascending)
}

#[test]
fn each_place_has_what_lies_directly_under_it() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let apart = ws.write(scene.member, |tx| threads::create(tx, Some(scene.space), None)).id;
        let mine = ws.write(scene.member, private_space);
        ws.write(scene.member, |tx| {
            let at_thread = |thread: ThreadId| PlaceRef { thread: Some(thread), ..PlaceRef::default() };
            for (name, place) in [
                ("space", in_space(scene)),
                ("case", of_case(scene)),
                ("case by its thread", at_thread(scene.log)),
                ("thread", at_thread(apart)),
                ("mine", PlaceRef { space: Some(mine), ..PlaceRef::default() }),
            ] {
                create_note(tx, place, &written(name, "b"))?;
                create_file(tx, place, &file(&format!("{name}.txt")))?;
            }
            Ok(())
        });
        for (under, expected) in [
            (Some(Under::Space(scene.space)), &["space"][..]),
            (Some(Under::Case(scene.case)), &["case", "case by its thread"]),
            (Some(Under::Thread(scene.log)), &["case", "case by its thread"]),
            (Some(Under::Thread(apart)), &["thread"]),
            (None, &["space", "case", "case by its thread", "thread"]),
        ] {
            assert_eq!(ws.read(scene.observer, |tx| notes(tx, under)), expected, "{under:?}");
        }
        assert_eq!(ws.read(scene.member, |tx| notes(tx, None)).len(), 5);
        assert!(ws.read(scene.stranger, |tx| notes(tx, None)).is_empty());
        for (under, code) in [
            (Under::Space(scene.space), "space_not_found"),
            (Under::Space(SpaceId::new()), "space_not_found"),
            (Under::Case(scene.case), "case_not_found"),
            (Under::Thread(apart), "thread_not_found"),
        ] {
            assert_eq!(ws.try_write(scene.stranger, |tx| notes(tx, Some(under))).unwrap_err().code(), code);
        }
        let files = ws.read(scene.observer, |tx| {
            names(tx, DocumentKind::File, Some(Under::Space(scene.space)), DocumentSort::Created, Direction::Ascending)
        });
        assert_eq!(files, ["space.txt"]);
    });
}

#[test]
fn slices_neither_repeat_nor_leave_out_what_came_at_the_same_time() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        // All of one transaction have the same time; the id tells them apart.
        let ids = ws.write(scene.member, |tx| {
            let mut ids = Vec::new();
            for n in 0..5 {
                ids.push(create_note(tx, in_space(scene), &written(&format!("n{n}"), "b"))?.id);
                create_file(tx, in_space(scene), &file(&format!("f{n}")))?;
            }
            Ok(ids)
        });
        let space = Some(Under::Space(scene.space));
        for under in [space, None] {
            for sort in [DocumentSort::Created, DocumentSort::Updated] {
                for kind in KINDS {
                    let up = ws.read(scene.observer, |tx| names(tx, kind, under, sort, Direction::Ascending));
                    let mut down = ws.read(scene.observer, |tx| names(tx, kind, under, sort, Direction::Descending));
                    down.reverse();
                    assert_eq!(up, down);
                    let letter = if kind == DocumentKind::Note { "n" } else { "f" };
                    assert_eq!(up, (0..5).map(|n| format!("{letter}{n}")).collect::<Vec<_>>());
                }
            }
        }
        // What comes in between at the front does not shift the rest.
        let newest = |tx: &mut Tx<'_>, after| {
            let request = SliceRequest { limit: 2, after, direction: Direction::Descending };
            slice(tx, DocumentKind::Note, space, DocumentSort::Created, request)
        };
        let one = ws.read(scene.observer, |tx| newest(tx, None));
        ws.write(scene.member, |tx| create_note(tx, in_space(scene), &written("late", "b")));
        ws.write(scene.member, |tx| delete(tx, ids[3]));
        let two = ws.read(scene.observer, |tx| newest(tx, one.next));
        let names_of = |slice: kernel::Slice<Document>| slice.items.into_iter().map(|d| d.name).collect::<Vec<_>>();
        assert_eq!((names_of(one), names_of(two)), (vec!["n4".into(), "n3".into()], vec!["n2".into(), "n1".into()]));
        // A change moves a note to the end of those by their last change, and nowhere else.
        let patch = NotePatch { body: Some(None), ..NotePatch::default() };
        for id in [ids[0], ids[1]] {
            ws.write(scene.member, |tx| update_note(tx, id, &patch));
        }
        let by = |sort| move |tx: &mut Tx<'_>| names(tx, DocumentKind::Note, space, sort, Direction::Ascending);
        assert_eq!(ws.read(scene.observer, by(DocumentSort::Updated)), ["n2", "n4", "late", "n0", "n1"]);
        assert_eq!(ws.read(scene.observer, by(DocumentSort::Created)), ["n0", "n1", "n2", "n4", "late"]);
    });
}
