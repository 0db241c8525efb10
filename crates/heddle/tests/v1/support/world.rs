use identity::{
    keys,
    workspaces::{self, WorkspaceRole},
};
use kernel::ids::{UserId, WorkspaceId};
use serde_json::{Value as Json, json};

use super::{Client, Server};

/// A workspace with one client per kind of caller and a space that they share.
pub struct World {
    pub workspace: WorkspaceId,
    pub slug: String,
    /// Owner of the workspace and of the space.
    pub owner: Client,
    /// Admin of the space.
    pub admin: Client,
    /// Member of the space.
    pub member: Client,
    /// Observer of the space.
    pub observer: Client,
    /// In the workspace, not in the space.
    pub stranger: Client,
    /// Owner of another workspace.
    pub other: Client,
    /// Nobody.
    pub anonymous: Client,
    pub owner_id: String,
    pub member_id: String,
    pub observer_id: String,
    pub stranger_id: String,
    /// A rules agent, member of the space.
    pub agent_id: String,
    pub space: String,
    pub owner_key: String,
}

impl World {
    pub async fn new(server: &Server) -> Self {
        let (workspace, slug, owner_key, owner_id) = Self::workspace(server).await;
        let (_, _, other_key, _) = Self::workspace(server).await;
        let owner = Client::new(&server.url, Some(&owner_key));
        let space = owner.post("/v1/spaces", json!({"name": "Permits"})).await.id(201);
        let mut people = Vec::new();
        for role in ["admin", "member", "observer", "stranger"] {
            let email = format!("{role}@{slug}.example");
            let (user, actor) =
                workspaces::add_user(&server.store, workspace, &email, Some(role), WorkspaceRole::Member)
                    .await
                    .expect("a user is added");
            let key = Self::key(server, workspace, user.id).await;
            let id = actor.id.to_string();
            if role != "stranger" {
                owner
                    .post(&format!("/v1/spaces/{space}/members"), json!({"actor_id": id, "role": role}))
                    .await
                    .data(201);
            }
            people.push((Client::new(&server.url, Some(&key)), id));
        }
        let agent = json!({"type": "ai", "name": "Rules agent", "model_id": "rules", "capabilities": ["triage"]});
        let agent_id = owner.post("/v1/actors", agent).await.id(201);
        owner
            .post(&format!("/v1/spaces/{space}/members"), json!({"actor_id": agent_id, "role": "member"}))
            .await
            .data(201);
        let mut people = people.into_iter();
        let mut next = || people.next().expect("four people");
        let ((admin, _), (member, member_id), (observer, observer_id), (stranger, stranger_id)) =
            (next(), next(), next(), next());
        Self {
            workspace,
            slug,
            owner,
            admin,
            member,
            observer,
            stranger,
            other: Client::new(&server.url, Some(&other_key)),
            anonymous: Client::new(&server.url, None),
            owner_id,
            member_id,
            observer_id,
            stranger_id,
            agent_id,
            space,
            owner_key,
        }
    }

    /// A workspace with an owner: its id, slug, the owner's key and actor.
    pub async fn workspace(server: &Server) -> (WorkspaceId, String, String, String) {
        let slug = format!("w{}", WorkspaceId::new().uuid().simple());
        let email = format!("owner@{slug}.example");
        let (workspace, user, actor) = workspaces::create(&server.store, "Acme", Some(&slug), &email, Some("Owner"))
            .await
            .expect("a workspace is made");
        let key = Self::key(server, workspace.id, user.id).await;
        (workspace.id, slug, key, actor.id.to_string())
    }

    pub async fn key(server: &Server, workspace: WorkspaceId, user: UserId) -> String {
        server.store.control_write(move |tx| keys::create(tx, workspace, user, "test")).await.expect("a key is made").1
    }

    /// A case of the space.
    pub async fn case(&self, title: &str) -> Json {
        self.member.post("/v1/cases", json!({"space_id": self.space, "title": title})).await.data(201).clone()
    }

    /// A procedure of the space with these stages, each with one todo.
    pub async fn procedure(&self, stages: &[&str]) -> String {
        let id = self.member.post("/v1/procedures", json!({"space_id": self.space, "name": "Permit"})).await.id(201);
        for stage in stages {
            let body = json!({"name": stage, "instructions": [{"type": "todo", "text": format!("Do {stage}")}]});
            self.member.post(&format!("/v1/procedures/{id}/stages"), body).await.data(201);
        }
        id
    }

    /// An active case that follows a procedure with these stages; the case and its stages.
    pub async fn active_case(&self, stages: &[&str]) -> (String, Vec<Json>) {
        let procedure = self.procedure(stages).await;
        let body = json!({"space_id": self.space, "title": "Fence", "procedure_id": procedure});
        let case = self.member.post("/v1/cases", body).await.id(201);
        self.member.act(&format!("/v1/cases/{case}/commence")).await.data(200);
        (case.clone(), self.stages(&case).await)
    }

    pub async fn stages(&self, case: &str) -> Vec<Json> {
        self.member.get(&format!("/v1/cases/{case}/stages")).await.data(200).as_array().expect("a list").clone()
    }

    pub async fn instructions(&self, stage: &str) -> Vec<Json> {
        self.member.get(&format!("/v1/stages/{stage}/instructions")).await.data(200).as_array().expect("a list").clone()
    }

    /// The entries of a case's thread that the owner sees: type and content.
    pub async fn thread(&self, case: &str) -> Vec<(String, String)> {
        let thread = self.owner.get(&format!("/v1/cases/{case}")).await.data(200)["thread_id"].clone();
        let thread = thread.as_str().expect("an id");
        let answer = self.owner.get(&format!("/v1/threads/{thread}/activities?per_page=200")).await;
        let text = |entry: &Json, name: &str| entry[name].as_str().expect("text").to_owned();
        answer.data(200).as_array().expect("a list").iter().map(|e| (text(e, "type"), text(e, "content"))).collect()
    }
}
