//! Notes.

use kernel::ids::{CaseId, DocumentId};
use serde_json::{Value as Json, json};

use crate::support::{Client, Engine, Server, World};

const NOTES: &str = "/api/v1/public/notes";

fn link(kind: &str, collection: &str, id: &str) -> Json {
    json!({"id": id, "type": kind, "url": format!("/api/v1/public/{collection}/{id}")})
}

/// A case of the world's space and its thread.
async fn case(w: &World, title: &str) -> (String, String) {
    let case = w.case(title).await;
    (case["id"].as_str().unwrap().to_owned(), case["thread_id"].as_str().unwrap().to_owned())
}

/// The titles of all slices of two.
async fn titles(client: &Client, query: &str) -> Vec<String> {
    let (mut titles, mut cursor) = (Vec::new(), String::new());
    loop {
        let slice = client.get(&format!("{NOTES}?limit=2&{query}{cursor}")).await;
        let items = slice.bare(200)["data"].as_array().unwrap();
        titles.extend(items.iter().map(|note| note["title"].as_str().unwrap().to_owned()));
        assert_eq!(slice.body["has_more"], slice.body["next_cursor"].is_string());
        let Some(next) = slice.body["next_cursor"].as_str() else { return titles };
        assert_eq!(items.len(), 2);
        cursor = format!("&cursor={next}");
    }
}

on_each_engine! {
    async fn a_note_is_written_read_changed_moved_and_removed(server: &Server) {
        let w = World::new(server).await;
        let (case_id, _) = case(&w, "Fence").await;
        let body = json!({"space_id": w.space, "title": " Call ", "body": "Grüße", "tags": ["b", "a", "b"], "colour": "ignored"});
        let made = w.member.post(NOTES, body).await;
        let note = made.bare(201);
        let id = made.bare_id(201);
        assert_eq!((&note["type"], &note["title"], &note["body"]), (&json!("NOTE"), &json!("Call"), &json!("Grüße")));
        assert_eq!((&note["tags"], &note["parent"]), (&json!(["b", "a"]), &link("SPACE", "spaces", &w.space)));
        assert_eq!(note["created_at"], note["updated_at"]);
        let path = format!("{NOTES}/{id}");
        assert_eq!(w.observer.get(&path).await.bare(200), note);
        // The list leaves out the text.
        let listed = w.observer.get(&format!("{NOTES}?space_id={}", w.space)).await;
        let mut item = note.clone();
        item.as_object_mut().unwrap().remove("body");
        assert_eq!(listed.bare(200)["data"], json!([item]));

        let changed = w.member.patch(&path, json!({"title": "Call with Ann", "body": "Bye", "tags": []})).await;
        let changed = changed.bare(200);
        assert_eq!((&changed["title"], &changed["body"], &changed["tags"]), (&json!("Call with Ann"), &json!("Bye"), &json!([])));
        assert!(changed["updated_at"].as_str() > changed["created_at"].as_str());
        // Null clears what can be empty and leaves the rest; nothing changes nothing.
        let cleared = w.member.patch(&path, json!({"title": null, "body": null, "tags": null})).await;
        assert_eq!((&cleared.bare(200)["title"], &cleared.body["body"]), (&json!("Call with Ann"), &Json::Null));
        assert_eq!(w.member.patch(&path, json!({})).await.bare(200), &cleared.body);
        // It is the same document in /v1, with its size.
        w.member.patch(&path, json!({"body": "ü", "tags": ["x"]})).await.bare(200);
        let artifact = w.member.get(&format!("/v1/artifacts/{id}")).await;
        let artifact = artifact.data(200);
        assert_eq!((&artifact["type"], &artifact["name"], &artifact["size"], &artifact["tags"]),
            (&json!("note"), &json!("Call with Ann"), &json!(2), &json!(["x"])));

        let moved = w.member.patch(&path, json!({"case_id": case_id, "space_id": null})).await;
        assert_eq!(moved.bare(200)["parent"], link("CASE", "cases", &case_id));
        w.member.patch(&path, json!({"title": "Plan"})).await.bare(200);
        let told = w.thread(&case_id).await;
        assert_eq!(told[told.len() - 2..], [
            ("note_edit".to_owned(), "Moved the note Call with Ann here".to_owned()),
            ("note_edit".to_owned(), "Changed the note Plan".to_owned()),
        ]);
        let back = w.member.patch(&path, json!({"space_id": w.space})).await;
        assert_eq!(back.bare(200)["parent"], link("SPACE", "spaces", &w.space));
        // One's private space is no parent.
        let private = w.member.get("/api/v1/public/spaces").await.body["data"].as_array().unwrap().iter()
            .find(|space| space["name"] == "Private").unwrap()["id"].as_str().unwrap().to_owned();
        assert_eq!(w.member.patch(&path, json!({"space_id": private})).await.bare(200)["parent"], Json::Null);
        w.owner.get(&path).await.declined(404, "note_not_found");

        let gone = w.member.delete(&path).await;
        assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""));
        w.member.get(&path).await.declined(404, "note_not_found");
        w.member.delete(&path).await.declined(404, "note_not_found");
        w.member.patch(&path, json!({"title": "x"})).await.declined(404, "note_not_found");
    }

    async fn notes_are_listed_by_their_place(server: &Server) {
        let w = World::new(server).await;
        let (case_id, thread_id) = case(&w, "Fence").await;
        let (other, _) = case(&w, "Shed").await;
        let apart = w.member.post("/v1/threads", json!({"space_id": w.space})).await.id(201);
        let mut first = String::new();
        for (title, body) in [
            ("s1", json!({"space_id": w.space})), ("c1", json!({"case_id": case_id})), ("s2", json!({"space_id": w.space})),
            ("c2", json!({"case_id": case_id})), ("s3", json!({"space_id": w.space})), ("o", json!({"case_id": other})),
        ] {
            let mut note = body;
            note["title"] = json!(title);
            let id = w.member.post(NOTES, note).await.bare_id(201);
            if title == "s1" {
                first = id;
            }
        }
        // Files are no notes.
        crate::files::upload(&w.member, &[("space_id", &w.space)], "a.txt", b"a").await.bare_id(201);
        let space = format!("space_id={}", w.space);
        assert_eq!(titles(&w.observer, &space).await, ["s3", "s2", "s1"]);
        assert_eq!(titles(&w.observer, &format!("{space}&direction=asc")).await, ["s1", "s2", "s3"]);
        assert_eq!(titles(&w.observer, &format!("case_id={case_id}&direction=asc")).await, ["c1", "c2"]);
        assert_eq!(titles(&w.observer, &format!("thread_id={thread_id}")).await, ["c2", "c1"]);
        assert!(titles(&w.observer, &format!("thread_id={apart}")).await.is_empty());
        assert_eq!(titles(&w.observer, "colour=ignored").await, ["o", "s3", "c2", "s2", "c1", "s1"]);
        w.member.patch(&format!("{NOTES}/{first}"), json!({"body": "changed"})).await.bare(200);
        assert_eq!(titles(&w.observer, &format!("{space}&sort=updated_at")).await, ["s1", "s3", "s2"]);
        assert_eq!(titles(&w.observer, &format!("{space}&sort=created_at")).await, ["s3", "s2", "s1"]);
        assert!(titles(&w.stranger, "").await.is_empty());
        assert!(titles(&w.other, "").await.is_empty());

        // A cursor goes with its filters and its order.
        let cursor = w.observer.get(&format!("{NOTES}?limit=1&{space}")).await.bare(200)["next_cursor"].clone();
        let cursor = cursor.as_str().unwrap();
        for query in [String::new(), format!("case_id={case_id}&"), format!("{space}&direction=asc&"), format!("{space}&sort=updated_at&")] {
            w.observer.get(&format!("{NOTES}?{query}cursor={cursor}")).await.declined(400, "invalid_cursor");
        }
        w.observer.get(&format!("/api/v1/public/files?{space}&cursor={cursor}")).await.declined(400, "invalid_cursor");
        w.observer.get(&format!("{NOTES}?{space}&cursor={cursor}&limit=1")).await.bare(200);
        // What is written in between neither shifts nor repeats the rest.
        w.member.post(NOTES, json!({"space_id": w.space, "title": "late"})).await.bare_id(201);
        assert_eq!(titles(&w.observer, &format!("{space}&cursor={cursor}")).await, ["s2", "s1"]);
    }

    async fn lists_of_notes_refuse(server: &Server) {
        let w = World::new(server).await;
        let (case_id, thread_id) = case(&w, "Fence").await;
        let space = w.space.as_str();
        for query in [
            format!("space_id={space}&case_id={case_id}"), format!("case_id={case_id}&thread_id={thread_id}"),
            format!("space_id={space}&thread_id={thread_id}"), format!("space_id={space}&case_id={case_id}&thread_id={thread_id}"),
        ] {
            w.member.get(&format!("{NOTES}?{query}")).await.declined(400, "invalid_note_filters");
        }
        for (filter, id, code) in [
            ("space_id", space, "space_not_found"), ("case_id", &case_id, "case_not_found"), ("thread_id", &thread_id, "thread_not_found"),
        ] {
            for client in [&w.stranger, &w.other] {
                client.get(&format!("{NOTES}?{filter}={id}")).await.declined(404, code);
            }
            w.member.get(&format!("{NOTES}?{filter}={}", CaseId::new())).await.declined(404, code);
            w.member.get(&format!("{NOTES}?{filter}=x")).await.declined_field(filter);
        }
        for (name, value) in [("limit", "0"), ("limit", "101"), ("sort", "position"), ("direction", "up")] {
            w.member.get(&format!("{NOTES}?{name}={value}")).await.declined_field(name);
        }
        w.member.get(&format!("{NOTES}?cursor=x")).await.declined(400, "invalid_cursor");
        w.anonymous.get(NOTES).await.declined(401, "unauthorized");
    }

    async fn writing_notes_refuses(server: &Server) {
        let w = World::new(server).await;
        let (case_id, _) = case(&w, "Fence").await;
        let with = |more: Json| {
            let mut body = json!({"case_id": case_id, "title": "Call"});
            for (name, value) in more.as_object().unwrap() {
                body[name] = value.clone();
            }
            body
        };
        let nothing = CaseId::new();
        w.member.post(NOTES, json!({"title": "Call"})).await.declined(400, "invalid_note_parent");
        w.member.post(NOTES, with(json!({"space_id": w.space}))).await.declined(400, "invalid_note_parent");
        w.member.post(NOTES, with(json!({"title": " "}))).await.declined(400, "empty_note_title");
        w.member.post(NOTES, json!({"case_id": case_id})).await.declined_field("title");
        w.member.post(NOTES, with(json!({"title": null}))).await.declined_field("title");
        w.member.post(NOTES, with(json!({"title": "x".repeat(501)}))).await.declined_field("title");
        w.member.post(NOTES, with(json!({"body": "x".repeat(100_001)}))).await.declined_field("body");
        w.member.post(NOTES, with(json!({"tags": ["a", " "]}))).await.declined(400, "invalid_tag_name");
        w.member.post(NOTES, with(json!({"tags": ["x".repeat(201)]}))).await.declined(400, "invalid_tag_name");
        w.member.post(NOTES, with(json!({"tags": "a"}))).await.declined_field("tags");
        w.member.post(NOTES, with(json!({"tags": [1]}))).await.declined_field("tags[0]");
        w.member.post(NOTES, with(json!({"case_id": "x"}))).await.declined_field("case_id");
        w.member.post(NOTES, with(json!({"case_id": nothing}))).await.declined(404, "case_not_found");
        w.member.post(NOTES, json!({"space_id": nothing, "title": "x"})).await.declined(404, "space_not_found");
        w.observer.post(NOTES, with(json!({}))).await.declined(403, "forbidden");
        for client in [&w.stranger, &w.other] {
            client.post(NOTES, with(json!({}))).await.declined(404, "case_not_found");
        }
        w.anonymous.post(NOTES, with(json!({}))).await.declined(401, "unauthorized");
        assert!(titles(&w.owner, "").await.is_empty(), "nothing of what was refused is there");
        // Nothing but a title is needed, and null counts as absent.
        let bare = w.member.post(NOTES, with(json!({"body": null, "tags": null, "space_id": null}))).await;
        assert_eq!((&bare.bare(201)["body"], &bare.body["tags"]), (&Json::Null, &json!([])));
    }

    async fn changing_notes_refuses(server: &Server) {
        let w = World::new(server).await;
        let (case_id, _) = case(&w, "Fence").await;
        let id = w.member.post(NOTES, json!({"case_id": case_id, "title": "Call"})).await.bare_id(201);
        let path = format!("{NOTES}/{id}");
        let before = w.member.get(&path).await.body;
        let nothing = CaseId::new();
        // Where the member may look on only.
        let shown = w.observer.post("/v1/spaces", json!({"name": "Shown"})).await.id(201);
        w.observer.post(&format!("/v1/spaces/{shown}/members"), json!({"actor_id": w.member_id, "role": "observer"})).await.data(201);
        let hidden = w.observer.post("/v1/spaces", json!({"name": "Hidden"})).await.id(201);
        w.member.patch(&path, json!({"title": ""})).await.declined(400, "empty_note_title");
        w.member.patch(&path, json!({"title": "x".repeat(501)})).await.declined_field("title");
        w.member.patch(&path, json!({"body": 1})).await.declined_field("body");
        w.member.patch(&path, json!({"tags": [""]})).await.declined(400, "invalid_tag_name");
        w.member.patch(&path, json!({"space_id": w.space, "case_id": case_id})).await.declined(400, "invalid_note_parent");
        w.member.patch(&path, json!({"case_id": null})).await.declined(400, "invalid_note_parent");
        w.member.patch(&path, json!({"space_id": null, "case_id": null})).await.declined(400, "invalid_note_parent");
        w.member.patch(&path, json!({"space_id": "x"})).await.declined_field("space_id");
        w.member.patch(&path, json!({"title": "New", "case_id": nothing})).await.declined(404, "case_not_found");
        w.member.patch(&path, json!({"space_id": nothing})).await.declined(404, "space_not_found");
        w.member.patch(&path, json!({"space_id": hidden})).await.declined(404, "space_not_found");
        w.member.patch(&path, json!({"space_id": shown})).await.declined(403, "forbidden");
        w.observer.patch(&path, json!({"title": "x"})).await.declined(403, "forbidden");
        w.observer.delete(&path).await.declined(403, "forbidden");
        for client in [&w.stranger, &w.other] {
            client.get(&path).await.declined(404, "note_not_found");
            client.patch(&path, json!({"title": "x"})).await.declined(404, "note_not_found");
            client.delete(&path).await.declined(404, "note_not_found");
        }
        for id in [DocumentId::new().to_string(), "x".to_owned()] {
            w.member.get(&format!("{NOTES}/{id}")).await.declined(404, "note_not_found");
        }
        w.anonymous.get(&path).await.declined(401, "unauthorized");
        // A file is no note.
        let file = crate::files::upload(&w.member, &[("case_id", &case_id)], "a.txt", b"a").await.bare_id(201);
        w.member.get(&format!("{NOTES}/{file}")).await.declined(404, "note_not_found");
        w.member.patch(&format!("{NOTES}/{file}"), json!({"title": "x"})).await.declined(404, "note_not_found");
        w.member.delete(&format!("{NOTES}/{file}")).await.declined(404, "note_not_found");
        assert_eq!(w.member.get(&path).await.bare(200), &before, "nothing of what was refused happened");
    }
}
