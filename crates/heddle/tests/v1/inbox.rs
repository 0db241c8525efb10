use serde_json::{Value as Json, json};

use crate::{
    agents, on_each_engine,
    support::{Client, Engine, Live, Server, World},
};

async fn inbox(client: &Client) -> Json {
    client.get("/v1/inbox").await.data(200).clone()
}

fn contents(inbox: &Json) -> Vec<&str> {
    inbox["mentions"].as_array().unwrap().iter().map(|mention| mention["content"].as_str().unwrap()).collect()
}

on_each_engine! {
    async fn stages_wait_for_those_they_are_for(server: &Server) {
        let world = World::new(server).await;
        let (case, stages) = world.active_case(&["Assess"]).await;
        let stage = stages[0]["id"].as_str().unwrap();
        assert_eq!(inbox(&world.member).await["stages"], json!([]));
        // An unassigned stage of one's own case.
        world.owner.patch(&format!("/v1/cases/{case}"), json!({"assigned_actor_id": world.member_id})).await.data(200);
        let mine = inbox(&world.member).await;
        assert_eq!((&mine["stages"][0]["stage"]["id"], &mine["counts"]["stages"]), (&json!(stage), &json!(1)));
        assert_eq!(mine["stages"][0]["space"], json!({"id": world.space, "name": "Permits"}));
        assert_eq!(mine["stages"][0]["instructions"][0]["text"], "Do Assess");
        // One that somebody else has.
        world.owner.patch(&format!("/v1/stages/{stage}"), json!({"assigned_actor_id": world.owner_id})).await.data(200);
        assert_eq!(inbox(&world.member).await["stages"], json!([]));
        assert_eq!(inbox(&world.owner).await["stages"][0]["case"]["id"], json!(case));
        world.owner.act(&format!("/v1/cases/{case}/resolve")).await.data(200);
        assert_eq!(inbox(&world.owner).await["counts"]["stages"], 0);
        assert_eq!(inbox(&world.stranger).await["stages"], json!([]));
    }

    async fn mentions_reach_those_who_see_the_comment(server: &Server) {
        let world = World::new(server).await;
        let case = world.case("Fence").await;
        let path = format!("/v1/threads/{}/activities", case["thread_id"].as_str().unwrap());
        let text = |name: &str, ids: &[&String]| {
            let names = ids.iter().map(|id| format!("@[Somebody](actor:{id})"));
            format!("{name} {}", names.collect::<Vec<_>>().join(" "))
        };
        let post = async |content: String, visibility: &str| {
            world.admin.post(&path, json!({"type": "comment", "content": content, "visibility": visibility})).await.id(201)
        };
        let all = [&world.member_id, &world.observer_id, &world.stranger_id, &world.owner_id];
        let open = post(text("open", &all), "public").await;
        let confined = post(text("confined", &all), "internal").await;
        post(text("audit", &all), "system").await;
        post("nobody @[X](actor:not-an-id)".to_owned(), "public").await;
        let seen = async |client: &Client| contents(&inbox(client).await).iter().map(|c| c.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(seen(&world.owner).await, ["audit", "confined", "open"]);
        assert_eq!(seen(&world.member).await, ["open"]);
        assert_eq!(seen(&world.observer).await, ["open"]);
        assert_eq!(seen(&world.stranger).await, [""; 0]);
        let mine = inbox(&world.member).await;
        assert_eq!((&mine["mentions"][0]["read"], &mine["counts"]["mentions"]), (&json!(false), &json!(1)));
        assert_eq!((&mine["mentions"][0]["case"]["id"], &mine["mentions"][0]["actor"]["name"]), (&case["id"], &json!("admin")));
        // Who is assigned sees what is internal.
        world.owner.patch(&format!("/v1/cases/{}", case["id"].as_str().unwrap()), json!({"assigned_actor_id": world.member_id})).await.data(200);
        assert_eq!(seen(&world.member).await, ["confined", "open"]);
        let seq = inbox(&world.member).await["last_seq"].clone();
        world.member.post("/v1/inbox/seen", json!({"seq": seq})).await.data(200);
        let mine = inbox(&world.member).await;
        assert_eq!((&mine["mentions"][0]["read"], &mine["counts"]["mentions"]), (&json!(true), &json!(0)));
        // Editing changes whom a comment names, taking it back names nobody.
        world.admin.patch(&format!("/v1/activities/{open}"), json!({"content": text("open", &[&world.member_id])})).await.data(200);
        assert_eq!(seen(&world.observer).await, [""; 0]);
        world.admin.delete(&format!("/v1/activities/{confined}")).await.data(200);
        assert_eq!(seen(&world.member).await, ["open"]);
    }

    async fn changes_by_others_are_gathered_until_seen(server: &Server) {
        let world = World::new(server).await;
        let case = world.case("Fence").await;
        let id = case["id"].as_str().unwrap();
        let path = format!("/v1/cases/{id}");
        // What one does oneself is no news.
        assert_eq!(inbox(&world.member).await["changes"], json!([]));
        world.owner.patch(&path, json!({"title": "Gate"})).await.data(200);
        world.owner.patch(&path, json!({"title": "Wall"})).await.data(200);
        world.admin.act(&format!("{path}/commence")).await.data(200);
        let note = json!({"type": "comment", "content": "Between us", "visibility": "internal"});
        world.admin.post(&format!("/v1/threads/{}/activities", case["thread_id"].as_str().unwrap()), note).await.data(201);
        let mine = inbox(&world.member).await;
        let change = &mine["changes"][0];
        assert_eq!((&change["case"]["title"], &change["events"]), (&json!("Wall"), &json!(3)));
        assert_eq!(change["verbs"], json!(["case.commenced", "case.updated"]));
        let actors: Vec<_> = change["actors"].as_array().unwrap().iter().map(|actor| actor["name"].clone()).collect();
        assert_eq!(actors, ["admin", "Owner"]);
        assert_eq!(inbox(&world.observer).await["changes"], json!([]));
        let last = mine["last_seq"].as_i64().unwrap();
        assert_eq!(world.member.post("/v1/inbox/seen", json!({"seq": last})).await.data(200)["seen_seq"], last);
        assert_eq!(world.member.post("/v1/inbox/seen", json!({"seq": 0})).await.data(200)["seen_seq"], last);
        assert_eq!(inbox(&world.member).await["changes"], json!([]));
        for seq in [-1, i64::MAX] {
            world.member.post("/v1/inbox/seen", json!({"seq": seq})).await.invalid("seq");
        }
    }

    async fn proposals_and_questions_wait_for_people(server: &Server) {
        let world = World::new(server).await;
        world.owner.patch(&format!("/v1/actors/{}", world.agent_id), json!({"review": ["*"]})).await.data(200);
        let mut live = Live::open(&world.member, "", None).await;
        let (case, _) = agents::given_to_agent(&world, &["Set priority to high"]).await;
        live.until("proposal.created").await;
        live.until("run.waiting").await;
        let mine = inbox(&world.member).await;
        assert_eq!((&mine["proposals"][0]["case"]["id"], &mine["counts"]["proposals"]), (&json!(case), &json!(1)));
        assert_eq!(mine["proposals"][0]["actor"]["type"], "ai");
        assert_eq!(inbox(&world.observer).await["counts"]["proposals"], 0);
        assert_eq!(inbox(&world.stranger).await["counts"]["proposals"], 0);
        world.owner.patch(&format!("/v1/actors/{}", world.agent_id), json!({"review": []})).await.data(200);
        let (asking, _) = agents::given_to_agent(&world, &["Ask whether the roof leaks?"]).await;
        live.until("run.waiting").await;
        let asked = async |client: &Client| {
            let inbox = inbox(client).await;
            let all = inbox["questions"].as_array().unwrap().clone();
            all.into_iter().find(|question| question["case"]["id"] == json!(asking))
        };
        let question = asked(&world.member).await.expect("the case is the member's");
        assert!(question["question"].as_str().unwrap().contains("whether the roof leaks?"), "{question}");
        world.owner.patch(&format!("/v1/cases/{asking}"), json!({"assigned_actor_id": world.owner_id})).await.data(200);
        assert!(asked(&world.member).await.is_none());
        assert!(asked(&world.owner).await.is_some() && asked(&world.admin).await.is_some());
        assert!(asked(&world.observer).await.is_none() && asked(&world.stranger).await.is_none());
    }
}
