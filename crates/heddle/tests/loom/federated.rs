//! Signing in at a provider, from the browser's first step to its session.

use serde_json::{Value as Json, json};

use crate::{
    played::{CLIENT, Person, Played, SECRET, Token},
    support::{Engine, Server, World, server::Options},
    visitor::{Visitor, refused, sent_to},
};

/// A server of each engine at which people sign in with the played provider.
async fn houses(set: &[(&str, &str)]) -> Vec<(Played, Server)> {
    let mut houses = Vec::new();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let played = Played::start().await;
        // The same process under another name is another provider.
        let github = played.url().replace("127.0.0.1", "localhost");
        let mut options = Options::new(engine);
        for (name, value) in [
            ("HEDDLE_OIDC_CLIENT_ID", CLIENT),
            ("HEDDLE_OIDC_CLIENT_SECRET", SECRET),
            ("HEDDLE_OIDC_ISSUER", played.url()),
            ("HEDDLE_OIDC_NAME", "Acme"),
            ("LOOM_SERVER_GITHUB_CLIENT_ID", CLIENT),
            ("LOOM_SERVER_GITHUB_CLIENT_SECRET", SECRET),
            ("LOOM_SERVER_GITHUB_BASE_URL", &github),
        ]
        .iter()
        .chain(set)
        {
            options = options.set(name, *value);
        }
        if let Some(server) = Server::start(options).await {
            houses.push((played, server));
        }
    }
    houses
}

/// The address with which the provider sends the browser back.
async fn at_provider(visitor: &Visitor, played: &Played, word: &str, person: Person) -> String {
    let begun = visitor.visit(&format!("/auth/login/{word}?redirect_uri=/inbox")).await;
    let (code, state) = played.sign_in(sent_to(&begun), person);
    format!("/auth/callback/{word}?code={code}&state={state}&iss=ignored")
}

async fn sign_in(server: &Server, played: &Played, person: Person) -> Visitor {
    let visitor = Visitor::new(server);
    let back = at_provider(&visitor, played, "oidc", person).await;
    assert_eq!(sent_to(&visitor.visit(&back).await), "/inbox");
    visitor
}

fn someone(world: &World, who: &str, subject: &str) -> Person {
    Person::new(subject, &format!("{who}@{}.example", world.slug))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_signs_in_with_an_account_elsewhere() {
    for (played, server) in houses(&[]).await {
        let world = World::new(&server).await;
        let told = world.anonymous.get("/auth/providers").await;
        let labels = json!({"github": "GitHub", "oidc": "Acme"});
        assert_eq!(told.bare(200), &json!({"providers": ["github", "oidc"], "labels": labels}));

        let visitor = sign_in(&server, &played, someone(&world, "member", "subject-1")).await;
        let me = visitor.get("/auth/me").await;
        assert_eq!(me.bare(200)["email"], format!("member@{}.example", world.slug));
        assert_eq!((&me.body["username"], &me.body["locale"]), (&json!("ada"), &json!("en")));
        assert_eq!(me.body["avatar_url"], "https://pictures.example/ada.png");
        assert_eq!(me.body["display_name"], "member", "the name here stays");

        // From now on the account counts, and not the address that it has.
        let moved = Person { email: "elsewhere@example.com".to_owned(), ..someone(&world, "member", "subject-1") };
        let again = sign_in(&server, &played, moved).await;
        assert_eq!(again.get("/auth/me").await.bare(200)["id"], me.body["id"]);

        // Both spellings of the callback, and GitHub beside the issuer.
        let visitor = Visitor::new(&server);
        let back = at_provider(&visitor, &played, "github", someone(&world, "member", "17")).await;
        let back = back.replace("/auth/callback/github", "/auth/github/callback");
        assert_eq!(sent_to(&visitor.visit(&back).await), "/inbox");
        let linked = visitor.get("/auth/identities").await;
        let words: Vec<&Json> =
            linked.bare(200)["identities"].as_array().unwrap().iter().map(|one| &one["provider"]).collect();
        assert_eq!((words, &linked.body["total"]), (vec![&json!("oidc"), &json!("github")], &json!(2)));
        assert_eq!(
            visitor.get("/auth/identities?limit=1&offset=1").await.bare(200)["identities"][0]["provider"],
            "github"
        );
        // The workspace learns how the session began.
        let audit = world.owner.get("/v1/audit?verb=session.begun").await;
        assert_eq!(audit.data(200)[0]["data"]["by"], "github", "{}", audit.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_provider_answers_is_good_for_one_browser_once() {
    for (played, server) in houses(&[]).await {
        let world = World::new(&server).await;
        let person = || someone(&world, "member", "subject-1");
        let visitor = Visitor::new(&server);
        let back = at_provider(&visitor, &played, "oidc", person()).await;
        // Somebody else's browser: without the cookie, and with one of its own.
        let other = Visitor::new(&server);
        refused(&other.get(&back).await, 401, "invalid_state");
        at_provider(&other, &played, "oidc", person()).await;
        refused(&other.get(&back).await, 401, "invalid_state");
        assert_eq!(sent_to(&other.visit(&back).await), "/sign-in?error=invalid_state&provider=oidc");
        // Another provider's callback.
        refused(&visitor.get(&back.replace("callback/oidc", "callback/github")).await, 401, "invalid_state");
        // Several sign-ins of one browser do not disturb each other.
        let second = at_provider(&visitor, &played, "oidc", person()).await;
        assert_eq!(sent_to(&visitor.visit(&back).await), "/inbox");
        refused(&visitor.get(&back).await, 401, "invalid_state");
        assert_eq!(sent_to(&visitor.visit(&second).await), "/inbox");

        let late = at_provider(&visitor, &played, "oidc", person()).await;
        let expire =
            |tx: &mut store::Tx<'_>| tx.execute("UPDATE login_states SET expires_at = $1", store::params![tx.now()]);
        server.store.control_write(expire).await.unwrap();
        refused(&visitor.get(&late).await, 401, "invalid_state");
        for nothing in
            ["/auth/callback/oidc", "/auth/callback/oidc?state=&code=", "/auth/oidc/callback?error=access_denied"]
        {
            refused(&visitor.get(nothing).await, 401, "invalid_state");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_at_the_provider_leads_back_to_the_page_for_signing_in() {
    for (played, server) in houses(&[]).await {
        let world = World::new(&server).await;
        let person = || someone(&world, "member", "subject-1");
        let visitor = Visitor::new(&server);
        for (said, status, word) in [
            ("error=access_denied&error_description=I+changed+my+mind", 403, "access_denied"),
            ("error=server_error&error_description=%0D%0Aset-cookie:x", 401, "provider_refused"),
            ("code=", 400, "code_missing"),
            ("code=made-up", 401, "provider_refused"),
        ] {
            for browser in [true, false] {
                let back = at_provider(&visitor, &played, "oidc", person()).await;
                let state = back.split("state=").nth(1).unwrap();
                let back = format!("/auth/callback/oidc?{said}&state={state}");
                if browser {
                    let expected = format!("/sign-in?error={word}&provider=oidc");
                    assert_eq!(sent_to(&visitor.visit(&back).await), expected);
                } else {
                    refused(&visitor.get(&back).await, status, word);
                }
            }
        }
        for token in [Token::Forged, Token::WrongNonce, Token::WrongAudience, Token::Expired, Token::NoAlgorithm] {
            let back = at_provider(&visitor, &played, "oidc", Person { token, ..person() }).await;
            refused(&visitor.get(&back).await, 401, "id_token_invalid");
        }
        assert_eq!(visitor.cookie("loom_session"), None);
        refused(&visitor.get("/auth/login/okta").await, 503, "provider_not_configured");
        refused(&visitor.get("/auth/login/moon").await, 404, "not_found");
        refused(&visitor.get("/auth/callback/moon?code=1&state=1").await, 404, "not_found");
        refused(&visitor.get("/auth/login/oidc?redirect_uri=https://evil.example").await, 400, "validation_error");
        let looked = visitor.request(reqwest::Method::HEAD, "/auth/login/oidc");
        assert_eq!(visitor.send(looked).await.status, 204);
        assert_eq!(
            sent_to(&visitor.visit("/auth/login/okta").await),
            "/sign-in?error=provider_not_configured&provider=okta"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_comes_in_uninvited() {
    for (played, server) in houses(&[]).await {
        let world = World::new(&server).await;
        let enter = async |person: Person| {
            let visitor = Visitor::new(&server);
            let back = at_provider(&visitor, &played, "oidc", person).await;
            (visitor.get(&back).await, visitor)
        };
        let stranger = Person::new("subject-9", &format!("nobody@{}.example", world.slug));
        refused(&enter(stranger.clone()).await.0, 403, "not_invited");
        let unverified = Person { verified: false, ..someone(&world, "owner", "subject-8") };
        refused(&enter(unverified).await.0, 403, "email_not_verified");
        // An invitation that waits lets in whoever has proved its address, as it says.
        let invited = json!({"email": stranger.email, "role": "admin", "space_ids": [world.space]});
        world.owner.post("/v1/invitations", invited).await.id(201);
        let (answer, visitor) = enter(stranger.clone()).await;
        assert_eq!(sent_to(&answer), "/inbox");
        let me = visitor.get("/auth/me").await;
        assert_eq!(me.bare(200)["display_name"], "Ada Lovelace");
        assert_eq!(me.body["global_roles"], json!(["user", "system_admin"]));
        let spaces = visitor.get("/v1/spaces").await;
        assert!(spaces.data(200).as_array().unwrap().iter().any(|space| space["id"] == world.space), "{}", spaces.text);
        // Who is taken out stays out, also by an account that was linked.
        let id = me.body["id"].as_str().unwrap();
        world.owner.delete(&format!("/v1/members/{id}")).await.data(200);
        refused(&enter(stranger).await.0, 403, "not_invited");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_changed_hands_opens_nothing_of_the_one_before() {
    for (played, server) in houses(&[]).await {
        let world = World::new(&server).await;
        let first = sign_in(&server, &played, someone(&world, "member", "subject-1")).await;
        let visitor = Visitor::new(&server);
        let back = at_provider(&visitor, &played, "oidc", someone(&world, "member", "subject-2")).await;
        refused(&visitor.get(&back).await, 409, "other_account_linked");
        // Only the user takes the account away.
        let id = first.get("/auth/identities").await.body["identities"][0]["id"].as_str().unwrap().to_owned();
        refused(&world.owner.delete(&format!("/auth/identities/{id}")).await, 404, "not_found");
        refused(&first.delete("/auth/identities/nonsense").await, 404, "not_found");
        assert_eq!(first.delete(&format!("/auth/identities/{id}")).await.status, 204);
        refused(&first.delete(&format!("/auth/identities/{id}")).await, 404, "not_found");
        sign_in(&server, &played, someone(&world, "member", "subject-2")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_signing_up_is_on_anybody_gets_a_workspace_of_their_own() {
    for (played, server) in houses(&[("HEDDLE_SIGN_UP", "true")]).await {
        let mut slugs = Vec::new();
        for n in 1..=2 {
            let person = Person::new(&format!("subject-{n}"), &format!("ada{n}@example.com"));
            let visitor = sign_in(&server, &played, person.clone()).await;
            let orgs = visitor.get("/api/orgs").await;
            let org = &orgs.bare(200)["orgs"][0];
            assert_eq!(
                (&orgs.body["total"], &org["is_personal"], &org["role"]),
                (&json!(1), &json!(true), &json!("owner"))
            );
            assert_eq!(org["name"], "Ada Lovelace's workspace");
            slugs.push(org["slug"].as_str().unwrap().to_owned());
            // The second time it is the same one.
            let again = sign_in(&server, &played, person).await;
            assert_eq!(again.get("/api/orgs").await.body["orgs"][0]["id"], org["id"]);
        }
        assert_ne!(slugs[0], slugs[1]);
    }
}
