//! Secrets.

use serde_json::{Value as Json, json};

use crate::support::{Engine, Server, World};

const SECRETS: &str = "/api/v1/public/secrets";

fn names(answer: &Json) -> Vec<&str> {
    answer["data"].as_array().unwrap().iter().map(|secret| secret["name"].as_str().unwrap()).collect()
}

on_each_engine! {
    async fn secrets_are_stored_and_never_shown(server: &Server) {
        let w = World::new(server).await;
        let made = w.member.post(SECRETS, json!({"name": "CRM_TOKEN", "value": "swordfish-9"})).await;
        let id = made.bare_id(201);
        assert_eq!(made.bare(201), &json!({"id": id, "type": "SECRET", "name": "CRM_TOKEN"}));
        w.member.post(SECRETS, json!({"name": "_b2", "value": "x"})).await.bare_id(201);
        let list = w.member.get(&format!("{SECRETS}?limit=1")).await;
        assert_eq!(names(list.bare(200)), ["_b2"]);
        let rest = w.member.get(&format!("{SECRETS}?limit=1&cursor={}", list.body["next_cursor"].as_str().unwrap())).await;
        assert_eq!(names(rest.bare(200)), ["CRM_TOKEN"]);
        // Others see none of them, admins of the workspace their names.
        assert!(names(w.stranger.get(SECRETS).await.bare(200)).is_empty());
        assert_eq!(names(w.owner.get(SECRETS).await.bare(200)), ["_b2", "CRM_TOKEN"]);
        // Nothing that is stored holds the value.
        if server.engine == Engine::Sqlite {
            let mut folders = vec![server.folder().to_owned()];
            while let Some(folder) = folders.pop() {
                for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
                    match entry.file_type().unwrap().is_dir() {
                        true => folders.push(entry.path()),
                        false => {
                            let bytes = std::fs::read(entry.path()).unwrap();
                            assert!(!bytes.windows(11).any(|part| part == b"swordfish-9"), "{:?}", entry.path());
                        }
                    }
                }
            }
        }
        assert!(!server.log().contains("swordfish"));
        assert_eq!(w.member.delete(&format!("{SECRETS}/{id}")).await.status, 204);
        w.member.delete(&format!("{SECRETS}/{id}")).await.declined(404, "secret_not_found");
    }

    async fn secrets_refuse(server: &Server) {
        let w = World::new(server).await;
        for name in ["", "1a", "a-b", "ä", "a b"] {
            w.member.post(SECRETS, json!({"name": name, "value": "x"})).await.declined(400, "invalid_secret_name");
        }
        w.member.post(SECRETS, json!({"name": "A", "value": ""})).await.declined(400, "empty_secret_value");
        w.member.post(SECRETS, json!({"name": "A"})).await.declined_field("value");
        w.member.post(SECRETS, json!({"value": "x"})).await.declined_field("name");
        w.member.post(SECRETS, json!({"name": "A", "value": 1})).await.declined_field("value");
        w.member.post(SECRETS, json!({"name": "x".repeat(101), "value": "1"})).await.declined_field("name");
        let id = w.member.post(SECRETS, json!({"name": "A", "value": "x"})).await.bare_id(201);
        w.stranger.post(SECRETS, json!({"name": "A", "value": "x"})).await.declined(409, "secret_already_exists");
        for client in [&w.stranger, &w.other, &w.observer] {
            client.delete(&format!("{SECRETS}/{id}")).await.declined(404, "secret_not_found");
        }
        w.anonymous.get(SECRETS).await.declined(401, "unauthorized");
        w.member.get(&format!("{SECRETS}?cursor=x")).await.declined(400, "invalid_cursor");
        assert_eq!(w.owner.delete(&format!("{SECRETS}/{id}")).await.status, 204);
    }
}
