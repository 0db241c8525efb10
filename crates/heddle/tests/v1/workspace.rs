use serde_json::json;

use crate::{
    on_each_engine,
    support::{Engine, Server, World},
};

on_each_engine! {
    async fn the_workspace_is_counted_and_renamed(server: &Server) {
        let world = World::new(server).await;
        world.case("One").await;
        let shown = world.stranger.get("/v1/workspace").await;
        let data = shown.data(200);
        assert_eq!((&data["name"], &data["slug"]), (&json!("Acme"), &json!(world.slug)));
        // General, five private ones, and the shared one.
        assert_eq!((&data["members"], &data["spaces"], &data["cases"]), (&json!(5), &json!(7), &json!(1)));
        world.admin.patch("/v1/workspace", json!({"name": "Other"})).await.refused(403, "forbidden");
        world.owner.patch("/v1/workspace", json!({"name": " "})).await.invalid("name");
        world.owner.patch("/v1/workspace", json!({"slug": "x"})).await.invalid("slug");
        assert_eq!(world.owner.patch("/v1/workspace", json!({"name": "Other"})).await.data(200)["name"], "Other");
        assert_eq!(world.owner.get("/v1/audit?verb=workspace.").await.data(200)[0]["data"]["after"]["name"], "Other");
    }

    async fn the_outbox_shows_what_the_caller_may_read(server: &Server) {
        let world = World::new(server).await;
        world.admin.get("/v1/outbox").await.refused(403, "forbidden");
        // A link for somebody else is nobody's business, and other workspaces' mail is not there.
        world.anonymous.post("/v1/session/link", json!({"email": format!("member@{}.example", world.slug)})).await.refused(409, "no_mail_server");
        world.other.post("/v1/invitations", json!({"email": format!("o@{}.example", world.slug), "role": "member"})).await.data(201);
        world.owner.post("/v1/invitations", json!({"email": format!("n@{}.example", world.slug), "role": "member"})).await.data(201);
        crate::session::mailed(&world, "Owner invites").await;
        let mails = world.owner.get("/v1/outbox").await;
        let list = mails.data(200).as_array().unwrap();
        assert_eq!(list.len(), 1, "{}", mails.text);
        assert_eq!(list[0]["to"], json!([format!("n@{}.example", world.slug)]));
    }
}
