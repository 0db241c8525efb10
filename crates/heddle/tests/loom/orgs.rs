//! Organizations and their members.

use serde_json::{Value as Json, json};

use crate::{
    on_each_engine,
    support::{Answer, Client, Engine, Server, World},
    visitor::refused,
};

async fn make(client: &Client, name: &str) -> String {
    client.post("/api/orgs", json!({"name": name})).await.bare_id(201)
}

/// The members' addresses, up to the `@`, with their roles.
fn names(answer: &Answer) -> Vec<(String, String)> {
    let members = answer.bare(200)["members"].as_array().unwrap();
    let name = |member: &Json| member["email"].as_str().unwrap().split('@').next().unwrap().to_owned();
    members.iter().map(|member| (name(member), member["role"].as_str().unwrap().to_owned())).collect()
}

on_each_engine! {
    async fn an_organization_is_made_renamed_and_removed(server: &Server) {
        let world = World::new(server).await;
        let ann = &world.member;
        let first = ann.get("/api/orgs").await;
        assert_eq!((&first.bare(200)["total"], &first.body["orgs"][0]["id"]), (&json!(1), &json!(world.workspace)));
        assert_eq!((&first.body["orgs"][0]["role"], &first.body["orgs"][0]["member_count"]), (&json!("member"), &json!(5)));
        assert_eq!(first.body["orgs"][0]["is_personal"], false);

        let made = ann.post("/api/orgs", json!({"name": " Ann & Co. "})).await;
        let org = made.bare(201);
        assert_eq!((&org["name"], &org["role"], &org["member_count"]), (&json!("Ann & Co."), &json!("owner"), &json!(1)));
        assert!(org["slug"].as_str().unwrap().starts_with("ann-co"), "{}", made.text);
        let id = org["id"].as_str().unwrap();
        let twin = ann.post("/api/orgs", json!({"name": "Ann & Co."})).await;
        assert_ne!(twin.bare(201)["slug"], org["slug"]);
        let page = ann.get("/api/orgs?limit=1&offset=1").await;
        assert_eq!((&page.bare(200)["total"], &page.body["orgs"][0]["id"]), (&json!(3), &json!(id)));

        let path = format!("/api/orgs/{id}");
        let renamed = ann.patch(&path, json!({"name": "Ann"})).await;
        assert_eq!((&renamed.bare(200)["name"], &renamed.body["slug"]), (&json!("Ann"), &org["slug"]));
        assert_eq!(ann.get(&path).await.bare(200)["name"], "Ann");

        // For others it is not there, whoever they are elsewhere.
        for other in [&world.owner, &world.other] {
            for answer in [
                other.get(&path).await,
                other.patch(&path, json!({"name": "x"})).await,
                other.delete(&path).await,
                other.get(&format!("{path}/members")).await,
                other.post(&format!("{path}/members"), json!({"email": "a@example.com"})).await,
            ] {
                refused(&answer, 404, "not_found");
            }
        }
        // Something is in it: its database and a file.
        let entered = Client::new(&server.url, Some(&key_of(server, id, &format!("member@{}.example", world.slug)).await));
        let space = entered.post("/v1/spaces", json!({"name": "Inside"})).await.id(201);
        let part = reqwest::multipart::Part::bytes(b"secret plans".to_vec()).file_name("plans.txt");
        let form = reqwest::multipart::Form::new().text("space_id", space).part("file", part);
        let file = entered.send(entered.request(reqwest::Method::POST, "/v1/artifacts").multipart(form)).await;
        let sha256 = file.data(201)["sha256"].as_str().map(str::to_owned);
        assert_eq!(ann.delete(&path).await.status, 204);
        refused(&ann.get(&path).await, 404, "not_found");
        refused(&ann.delete(&path).await, 404, "not_found");
        entered.get("/v1/spaces").await.refused(401, "unauthorized");
        assert_eq!(ann.get("/api/orgs").await.bare(200)["total"], 2);
        let workspace = id.parse().unwrap();
        let gone = server.store.read(workspace, kernel::Actor::SYSTEM, |_| Ok(())).await.unwrap_err();
        assert_eq!(gone.code(), "workspace_not_found");
        if let Some(sha256) = sha256 {
            assert_eq!(server.store.blobs().size(workspace, &sha256).await.unwrap(), None);
        }
        let left = |tx: &mut store::Tx<'_>| tx.query_one("SELECT COUNT(*) FROM erasures", &[], |row| row.get::<i64>(0));
        assert_eq!(server.store.control_read(left).await.unwrap(), 0);
    }

    async fn an_organization_is_not_removed_from_under_somebody(server: &Server) {
        let world = World::new(server).await;
        let own = format!("/api/orgs/{}", world.workspace);
        refused(&world.member.delete(&own).await, 403, "forbidden");
        refused(&world.owner.delete(&own).await, 409, "org_has_members");
        let alone = format!("/api/orgs/{}", world.other.get("/api/orgs").await.body["orgs"][0]["id"].as_str().unwrap());
        refused(&world.other.delete(&alone).await, 409, "last_org");
        make(&world.other, "Second").await;
        assert_eq!(world.other.delete(&alone).await.status, 204, "with a key of the very organization");
        refused(&world.other.get("/api/orgs").await, 401, "unauthorized");
        for name in [json!({}), json!({"name": " "}), json!({"name": "x".repeat(201)}), json!({"name": "x", "slug": "x"})] {
            refused(&world.owner.post("/api/orgs", name.clone()).await, 400, "validation_error");
            refused(&world.owner.patch(&own, name).await, 400, "validation_error");
        }
        refused(&world.member.patch(&own, json!({"name": "x"})).await, 403, "forbidden");
        refused(&world.owner.get("/api/orgs/nonsense").await, 404, "not_found");
        refused(&world.owner.get("/api/orgs?offset=-1").await, 400, "validation_error");
        refused(&world.owner.get("/api/orgs?page=2").await, 400, "validation_error");
    }

    async fn somebody_owns_so_many_organizations_and_no_more(server: &Server) {
        let world = World::new(server).await;
        for n in 0..20 {
            make(&world.member, &format!("Number {n}")).await;
        }
        refused(&world.member.post("/api/orgs", json!({"name": "One more"})).await, 409, "too_many_orgs");
        make(&world.admin, "Another's").await;
    }

    async fn members_are_added_and_removed(server: &Server) {
        let world = World::new(server).await;
        let ann = &world.member;
        let id = make(ann, "Ann").await;
        let path = format!("/api/orgs/{id}/members");
        let address = |who: &str| format!("{who}@{}.example", world.slug);
        let add = async |client: &Client, who: &str, role: &str| {
            client.post(&path, json!({"email": address(who), "role": role})).await
        };
        // Who has an account is in at once.
        let stranger = add(ann, "stranger", "member").await;
        assert_eq!((&stranger.bare(201)["status"], &stranger.body["role"]), (&json!("active"), &json!("member")));
        let stranger_id = stranger.body["user_id"].as_str().unwrap().to_owned();
        let without_role = ann.post(&path, json!({"email": address("observer")})).await;
        assert_eq!(without_role.bare(201)["role"], "member");
        assert!(world.stranger.get("/api/orgs").await.body["orgs"].as_array().unwrap().iter().any(|org| org["id"] == *id));
        // Who has none is invited.
        let guest = add(ann, "guest", "admin").await;
        assert_eq!((&guest.bare(201)["status"], &guest.body["user_id"]), (&json!("invited"), &Json::Null));
        let token = guest.body["url"].as_str().unwrap().split("#token=").nth(1).unwrap().to_owned();
        let body = json!({"token": token, "name": "Guest", "password": "a password of the tests"});
        assert_eq!(world.anonymous.post("/v1/invitations/accept", body).await.data(201)["workspace"]["id"], *id);
        let listed = ann.get(&path).await;
        let expected = [("member", "owner"), ("stranger", "member"), ("observer", "member"), ("guest", "admin")];
        assert_eq!(names(&listed), expected.map(|(name, role)| (name.to_owned(), role.to_owned())));
        assert_eq!(names(&world.stranger.get(&format!("{path}?limit=1&offset=3")).await).len(), 1);
        refused(&add(ann, "stranger", "member").await, 409, "already_member");

        // Roles: members add nobody, admins no owners.
        refused(&add(&world.stranger, "admin", "member").await, 403, "forbidden");
        refused(&world.stranger.delete(&format!("{path}/{stranger_id}")).await, 403, "forbidden");
        let guest = crate::visitor::Visitor::new(server);
        guest.post("/v1/session", json!({"email": address("guest"), "password": "a password of the tests"})).await.data(200);
        refused(&guest.post(&path, json!({"email": address("admin"), "role": "owner"})).await, 403, "forbidden");
        refused(&guest.post(&path, json!({"email": address("nobody"), "role": "owner"})).await, 403, "forbidden");
        let ann_id = ann.get("/auth/me").await.body["id"].as_str().unwrap().to_owned();
        refused(&guest.delete(&format!("{path}/{ann_id}")).await, 403, "forbidden");

        // Removed, a member is out there and nowhere else, and may come again.
        assert_eq!(ann.delete(&format!("{path}/{stranger_id}")).await.status, 204);
        refused(&world.stranger.get(&format!("/api/orgs/{id}")).await, 404, "not_found");
        assert_eq!(world.stranger.get("/api/orgs").await.bare(200)["total"], 1);
        assert_eq!(names(&ann.get(&path).await).len(), 3);
        refused(&guest.post(&path, json!({"email": address("stranger"), "role": "owner"})).await, 403, "forbidden");
        refused(&world.stranger.get(&format!("/api/orgs/{id}")).await, 404, "not_found");
        assert_eq!(add(ann, "stranger", "admin").await.bare(201)["role"], "admin");
        world.stranger.get(&format!("/api/orgs/{id}")).await.bare(200);

        // An owner stays, and nobody removes themselves.
        refused(&ann.delete(&format!("{path}/{ann_id}")).await, 409, "own_membership");
        let owner = add(ann, "owner", "owner").await;
        let owner_id = owner.bare(201)["user_id"].as_str().unwrap();
        assert_eq!(world.owner.delete(&format!("{path}/{ann_id}")).await.status, 204);
        refused(&world.owner.delete(&format!("{path}/{owner_id}")).await, 409, "own_membership");
        for bad in ["nonsense", "01890000-0000-7000-8000-000000000000"] {
            refused(&world.owner.delete(&format!("{path}/{bad}")).await, 404, "not_found");
        }
        for bad in [json!({}), json!({"email": "x"}), json!({"email": address("x"), "role": "king"}), json!({"email": 1})] {
            refused(&world.owner.post(&path, bad).await, 400, "validation_error");
        }
    }
}

/// A key of the user with this address in a workspace.
async fn key_of(server: &Server, workspace: &str, email: &str) -> String {
    let (workspace, email) = (workspace.parse().unwrap(), email.to_owned());
    let find = move |tx: &mut store::Tx<'_>| Ok(identity::users::by_email(tx, &email)?.expect("a user").id);
    let user = server.store.control_read(find).await.unwrap();
    World::key(server, workspace, user).await
}
