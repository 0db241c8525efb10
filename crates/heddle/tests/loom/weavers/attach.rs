use serde_json::json;

use super::{Terminal, begin, end, order, with};
use crate::{
    on_each_engine,
    support::{
        Client, Server, World,
        server::{Engine, Options},
        socket::{Came, Socket},
    },
};

on_each_engine! {
    async fn a_terminal_is_shared_survives_its_viewers_and_tells_its_end(server: &Server) {
        let world = World::new(server).await;
        let id = begin(&world.member, order(&world)).await;
        let mut first = Terminal::attach(&world.member, &id).await;
        assert_eq!(first.run("echo $((6*7))").await, "42");

        // Another size.
        first.socket.say(json!({"type": "resize", "rows": 50, "cols": 132})).await;
        assert_eq!(first.run("stty size").await, "50 132");

        // Text is input like bytes, and an administrator of the workspace may watch.
        let mut second = Terminal::attach(&world.owner, &id).await;
        second.until("50 132").await;
        second.socket.text("echo from the sec''ond\n").await;
        first.until("from the second\r\n").await;
        second.until("from the second\r\n").await;

        // Who comes back sees what was shown before, and the program went on meanwhile.
        first.enter("x=kept\n").await;
        drop(first);
        drop(second);
        let mut third = Terminal::attach(&world.member, &id).await;
        third.until("42\r\n").await;
        third.until("from the second\r\n").await;
        assert_eq!(third.run("echo $x").await, "kept");

        third.enter("exit 3\n").await;
        let exit = loop {
            if let Came::Json(json) = third.socket.next().await {
                break json;
            }
        };
        assert_eq!(exit, json!({"type": "exit", "code": 3}));
        assert!(matches!(third.socket.next().await, Came::Closed(1000, _)));
        let weaver = world.member.get(&format!("/api/weaver/{id}")).await;
        assert_eq!((&weaver.bare(200)["status"], &weaver.body["exit_code"]), (&json!("failed"), &json!(3)));

        // What it showed can still be looked at.
        let mut late = Terminal::attach(&world.member, &id).await;
        late.until("from the second\r\n").await;
        let logs = world.member.get(&format!("/api/weaver/{id}/logs?tail=3")).await;
        assert_eq!(logs.status, 200);
        assert!(logs.headers["content-type"].to_str().unwrap().starts_with("text/plain"));
        assert!(logs.text.contains("exit") && logs.text.lines().count() <= 3, "{}", logs.text);
        end(&world.member, &id).await;
    }

    async fn who_attaches_says_first_who_it_is(server: &Server) {
        let world = World::new(server).await;
        let id = begin(&world.member, order(&world)).await;
        let path = format!("/api/weaver/{id}/attach");
        let closed = async |socket: &mut Socket| loop {
            if let Came::Closed(code, _) = socket.next().await {
                return code;
            }
        };

        // A frame before.
        for first in [json!({"type": "resize", "rows": 24, "cols": 80}), json!("ls\n"), json!({"type": "auth"})] {
            let mut socket = Socket::open(&world.member, &path).await;
            socket.say(first).await;
            assert_eq!(socket.json().await["error"], "auth_required");
            assert_eq!(closed(&mut socket).await, 4401);
        }
        let mut socket = Socket::open(&world.member, &path).await;
        socket.bytes(b"ls\n").await;
        assert_eq!(closed(&mut socket).await, 4401);

        // A token twice.
        let token = world.member.get("/auth/ws-token").await.bare(200)["token"].clone();
        let auth = json!({"type": "auth", "token": token});
        let mut socket = Socket::open(&world.member, &path).await;
        socket.say(auth.clone()).await;
        assert!(matches!(socket.next().await, Came::Bytes(_)), "the prompt");
        let mut again = Socket::open(&world.member, &path).await;
        again.say(auth).await;
        assert_eq!(closed(&mut again).await, 4401);

        // Somebody else, of the workspace and of another.
        for client in [&world.stranger, &world.other] {
            let mut socket = Socket::enter(client, &path, json!({})).await;
            assert_eq!(closed(&mut socket).await, 4404);
        }

        // A key with the upgrade; the first message may come all the same.
        let bearer = format!("Bearer {}", world.member.key());
        let socket = Socket::upgrade(&world.member, &path, &[("authorization", &bearer)]).await;
        let mut terminal = Terminal { socket: socket.unwrap_or_else(|_| panic!("no socket")), seen: String::new() };
        terminal.socket.say(json!({"type": "auth", "token": "ws_unneeded"})).await;
        assert_eq!(terminal.run("echo $((2+3))").await, "5");

        // The size may come with the first message, and must make sense.
        let socket = Socket::enter(&world.member, &path, json!({"rows": 33, "cols": 99})).await;
        let mut terminal = Terminal { socket, seen: String::new() };
        assert_eq!(terminal.run("stty size").await, "33 99");
        for (rows, cols) in [(json!(0), json!(80)), (json!(24), json!(1001)), (json!("24"), json!(80)), (json!(24), json!(null))] {
            terminal.socket.say(json!({"type": "resize", "rows": rows, "cols": cols})).await;
            let refusal = loop {
                if let Came::Json(json) = terminal.socket.next().await {
                    break json;
                }
            };
            assert_eq!((&refusal["type"], &refusal["error"]), (&json!("error"), &json!("validation_error")));
        }
        assert_eq!(terminal.run("stty size").await, "33 99");
        end(&world.member, &id).await;
    }

    async fn input_waits_for_a_program_that_does_not_read_and_output_does_not(server: &Server) {
        let world = World::new(server).await;
        let script = "stty raw -echo; echo ready; for i in $(seq 200); do echo tick; sleep 0.05; done";
        let id = begin(&world.member, with(&world, json!({"command": ["bash", "-c", script]}))).await;
        let mut terminal = Terminal::attach(&world.member, &id).await;
        terminal.until("ready").await;
        for _ in 0..200 {
            terminal.enter(&"x".repeat(8192)).await;
        }
        terminal.until("tick").await;
        terminal.until("tick").await;
        end(&world.member, &id).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_that_does_not_read_holds_nobody_up() {
    let server = Server::start(Options::new(Engine::Sqlite)).await.unwrap();
    let world = World::new(&server).await;
    let id = begin(&world.member, order(&world)).await;
    let mut slow = Terminal::attach(&world.member, &id).await;
    slow.until("$").await;
    // More than is kept, and than what fits into the connection.
    let mut quick = Terminal::attach(&world.member, &id).await;
    quick.enter("seq 4000000; echo do''ne\n").await;
    quick.seen.clear();
    loop {
        match quick.socket.next().await {
            Came::Bytes(bytes) => {
                quick.seen.push_str(&String::from_utf8_lossy(&bytes));
                if quick.seen.contains("done\r\n") {
                    break;
                }
                let from = quick.seen.len().saturating_sub(100);
                quick.seen = quick.seen.get(from..).unwrap_or_default().to_owned();
            }
            Came::Json(json) => assert_eq!(json["type"], "skipped"),
            came => panic!("{came:?}"),
        }
    }
    // The slow one is told what it has missed, and sees the end.
    let mut skipped = 0;
    let mut seen = String::new();
    while !seen.contains("done\r\n") {
        match slow.socket.next().await {
            Came::Bytes(bytes) => seen.push_str(&String::from_utf8_lossy(&bytes)),
            Came::Json(json) if json["type"] == "skipped" => skipped += json["bytes"].as_u64().unwrap(),
            came => panic!("{came:?}"),
        }
    }
    assert!(skipped > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_is_no_page() {
    let server = Server::start(Options::new(Engine::Sqlite)).await.unwrap();
    let answer = Client::new(&server.url, None).get("/api/weaver/0/attach").await;
    assert_eq!((answer.status.as_u16(), &answer.body["error"]), (400, &json!("upgrade_required")));
}
