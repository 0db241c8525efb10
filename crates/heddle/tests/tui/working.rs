//! A case worked from the first look to its end.

use serde_json::json;

use crate::{
    support::{
        World,
        server::{Engine, Options, Server},
    },
    terminal::Terminal,
};

/// A server with a space of permits in which somebody is a member.
pub struct Scene {
    pub server: Server,
    pub world: World,
    pub home: tempfile::TempDir,
}

impl Scene {
    pub async fn new() -> Self {
        let server = Server::start(Options::new(Engine::Sqlite)).await.expect("a server");
        let world = World::new(&server).await;
        Self { server, world, home: tempfile::tempdir().expect("a folder") }
    }

    /// The member at a terminal.
    pub fn terminal(&self, size: (u16, u16), variables: &[(&str, &str)]) -> Terminal {
        let access = [("HEDDLE_BASE_URL", self.server.url.as_str()), ("HEDDLE_API_KEY", self.world.member.key())];
        Terminal::start(size, &[&access[..], variables].concat(), self.home.path())
    }
}

/// Goes from the opening into the first case of the space of permits.
pub fn go_to_case(terminal: &mut Terminal, title: &str) {
    terminal.shows("Press Enter");
    terminal.types("\r");
    // The newest space comes first: the member's own.
    terminal.shows("General");
    terminal.types("j");
    terminal.shows("›Permits");
    terminal.shows(title);
    terminal.types("\r");
    terminal.until("the detail", |screen| screen.matches(title).count() >= 2);
    terminal.types("\r");
    terminal.shows(&format!("Permits › {title}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_is_browsed_and_worked_at_a_terminal() {
    let scene = Scene::new().await;
    let world = &scene.world;
    let (case, _) = world.active_case(&["check", "visit"]).await;
    for title in ["Shed", "Carport"] {
        world.case(title).await;
    }
    let mut terminal = scene.terminal((80, 24), &[]);
    go_to_case(&mut terminal, "Fence");
    terminal.shows("live");

    // The filter of the space, told in the title only.
    terminal.types("\x1b");
    terminal.shows("CASES 3");
    terminal.types("f");
    terminal.shows("Show cases");
    terminal.types("jj\r");
    terminal.until("one case", |screen| screen.contains("CASES · started 1") && !screen.contains("Shed"));
    terminal.types("\r");
    terminal.shows("started · active, working");

    terminal.types("i");
    terminal.shows("[ ] Do check");
    terminal.types(" ");
    terminal.shows("[ ] Do visit");
    terminal.types("\x1b");
    terminal.until("the case", |screen| screen.contains("THREAD") && !screen.contains("STAGES"));

    terminal.types("aHello from the terminal,\rsecond line");
    terminal.shows("second line");
    terminal.types("\x13");
    terminal.shows("Posted");
    let said = world.thread(&case).await;
    assert!(said.contains(&("comment".into(), "Hello from the terminal,\nsecond line".into())), "{said:?}");

    terminal.types("w");
    terminal.shows("waiting: for something");
    terminal.types("j\r");
    terminal.shows("Waiting for: external");
    terminal.types("the neighbour\x13");
    terminal.shows("waiting for: external: the neighbour");

    // Somebody else says something, and means harm.
    let thread = world.owner.get(&format!("/v1/cases/{case}")).await.data(200)["thread_id"].clone();
    let body = json!({"type": "comment", "content": "\u{1b}[31mevil\u{1b}]0;title\u{7}\u{202e}"});
    world.owner.post(&format!("/v1/threads/{}/activities", thread.as_str().unwrap()), body).await.data(201);
    terminal.shows("Owner: ?[31mevil?]0;title?");
    let written = terminal.written();
    // Colours, told as all terminals know them.
    assert!(terminal.colours().contains(&vt100::Color::Idx(6)) && !written.contains("38;5;"));
    assert!(!written.contains("[31mevil\u{1b}") && !written.contains("\u{1b}]0;") && !written.contains('\u{202e}'));

    terminal.types("p");
    terminal.shows("Resolve, with a summary");
    terminal.types("\r");
    terminal.shows("Resolve: summary");
    terminal.types("All done.\x13");
    terminal.shows("resolved, idle");
    let resolved = world.owner.get(&format!("/v1/cases/{case}")).await.data(200).clone();
    assert_eq!((resolved["phase"].as_str(), resolved["summary"].as_str()), (Some("resolved"), Some("All done.")));

    terminal.types("\x03");
    let (code, _) = terminal.ends();
    assert_eq!(code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn notes_files_and_pictures_are_read_at_a_terminal() {
    let scene = Scene::new().await;
    let world = &scene.world;
    let case = world.case("Fence").await["id"].as_str().unwrap().to_owned();
    let note = json!({"title": "Visit", "body": "The fence is **0.9 m** high.", "case_id": case});
    let made = world.member.post("/api/v1/public/notes", note).await;
    assert_eq!(made.status, 201, "{}", made.text);
    // One pixel, which is enough.
    let pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    for (name, kind, bytes) in [
        ("plan.txt", "text/plain", b"line one\nline two".to_vec()),
        ("street.png", "image/png", base64::Engine::decode(&base64::prelude::BASE64_STANDARD, pixel).unwrap()),
    ] {
        let part = reqwest::multipart::Part::bytes(bytes).file_name(name).mime_str(kind).unwrap();
        let form = reqwest::multipart::Form::new().part("file", part).text("case_id", case.clone());
        let request = world.member.request(reqwest::Method::POST, "/api/v1/public/files").multipart(form);
        let made = world.member.send(request).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    let mut terminal = scene.terminal((100, 30), &[("TERM", "xterm-kitty")]);
    go_to_case(&mut terminal, "Fence");
    terminal.until("notes and files", |screen| screen.contains("✎ Visit") && screen.contains("▤ plan.txt"));
    terminal.types("\t\r");
    terminal.shows("The fence is 0.9 m high.");
    terminal.types("\x1b");
    terminal.shows("THREAD");
    // The file that came last is the first.
    terminal.types("jj\r");
    terminal.shows("line two");
    terminal.types("\x1b");
    terminal.shows("THREAD");
    terminal.types("kv");
    terminal.shows("image/png");
    terminal.writes("\x1b_Ga=T,f=100");
    terminal.types("\x03");
    assert_eq!(terminal.ends().0, 0);
}
