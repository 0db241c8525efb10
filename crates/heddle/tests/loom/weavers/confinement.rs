//! What can be done from inside.

use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::{Terminal, begin, end, order, with};
use crate::{
    on_each_engine,
    support::{
        Server, World,
        server::{Engine, Options},
    },
};

on_each_engine! {
    async fn a_weaver_sees_no_network_no_host_and_no_other_weaver(server: &Server) {
        let world = World::new(server).await;
        let (one, two) = (begin(&world.member, order(&world)).await, begin(&world.member, order(&world)).await);
        let mut first = Terminal::attach(&world.member, &one).await;
        let mut second = Terminal::attach(&world.member, &two).await;
        assert_eq!(first.run("whoami; pwd; hostname").await, "weaver\r\n/home/weaver\r\nweaver");
        assert_eq!(first.run("echo mine > ~/file; sleep 601 & echo $HEDDLE_WEAVER_ID").await.lines().last(), Some(one.as_str()));

        // Neither files nor processes of the other.
        assert_eq!(second.run("ls -A ~ | wc -l; grep -al '[6]01' /proc/[0-9]*/cmdline | wc -l").await, "0\r\n0");

        // No file of the host: the server's own, its data, its password file, its home.
        let data = server.folder().display();
        let looked = format!("for f in {data} /root /etc/shadow /var/lib /srv; do [ -e $f ] && echo \"$f is there\"; done; wc -l < /etc/passwd");
        assert_eq!(second.run(&looked).await, "1");
        assert_eq!(second.run("touch /usr/bin/x /etc/x /x 2>/dev/null; ls /usr/bin/x /etc/x /x 2>/dev/null | wc -l").await, "0");

        // No way out: not to the server itself, not to the metadata of a cloud, not to the world.
        let port = server.url.rsplit(':').next().unwrap();
        for address in [format!("127.0.0.1/{port}"), "169.254.169.254/80".to_owned(), "192.0.2.1/443".to_owned()] {
            let tried = format!("(exec 3<>/dev/tcp/{address}) 2>/dev/null && echo reached || echo not reached");
            assert_eq!(second.run(&tried).await, "not reached", "{address}");
        }
        assert_eq!(second.run("tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '").await, "lo");

        // The server's own program is there, where everybody may read it.
        let is_open = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 1 != 0;
        let wanted = if std::path::Path::new(env!("CARGO_BIN_EXE_heddle")).ancestors().all(is_open) { "heddle" } else { "none" };
        assert_eq!(second.run("heddle --version 2>/dev/null | cut -d' ' -f1 | grep . || echo none").await, wanted);

        // No privileges, and no way to them.
        assert_eq!(second.run("grep -c 'CapEff:.0000000000000000' /proc/self/status; unshare -r true 2>/dev/null || echo no").await, "1\r\nno");
        end(&world.member, &one).await;
        end(&world.member, &two).await;
    }

    async fn an_environment_reaches_the_program_and_nothing_else(server: &Server) {
        let world = World::new(server).await;
        let env = json!({"GREETING": "hello there", "LD_PRELOAD": "/nowhere.so", "HOME": "/tmp"});
        let order = with(&world, json!({"env": env, "workdir": "/home/weaver/deep/er", "command": ["bash", "-c"], "args": ["pwd; echo $GREETING $HOME; read x"]}));
        let id = begin(&world.member, order).await;
        let mut terminal = Terminal::attach(&world.member, &id).await;
        terminal.until("/home/weaver/deep/er\r\n").await;
        terminal.until("hello there /tmp\r\n").await;
        let weaver = world.member.get(&format!("/api/weaver/{id}")).await;
        assert!(!weaver.text.contains("hello there"), "{}", weaver.text);
        end(&world.member, &id).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bomb_and_a_hog_end_only_themselves() {
    let server = Server::start(Options::new(Engine::Sqlite)).await.unwrap();
    let world = World::new(&server).await;
    let bomb = begin(
        &world.member,
        with(&world, json!({"command": ["bash", "-c", "f() { f | f & f; }; echo go; f 2>/dev/null; sleep 600"]})),
    )
    .await;
    let hog = with(
        &world,
        json!({"resources": {"memory_limit": "256Mi", "cpu_limit": "500m"}, "command": ["perl", "-e", "for (1..8) { fork or last } my $n = 60 << 20; my $x = 'x' x $n; sleep 600"]}),
    );
    let hog = begin(&world.member, hog).await;
    let calm = begin(&world.member, order(&world)).await;
    let mut terminal = Terminal::attach(&world.member, &calm).await;

    // The hog is ended, and why is told.
    let mut watching = Terminal::attach(&world.member, &hog).await;
    assert_eq!(watching.socket.until("exit").await["code"], json!(null));
    let weaver = world.member.get(&format!("/api/weaver/{hog}")).await.body;
    assert_eq!(
        (&weaver["status"], &weaver["reason"]),
        (&json!("failed"), &json!("it used more than 256 MiB of memory"))
    );

    // The bomb has what it may have and no more; others work.
    let mut bombed = Terminal::attach(&world.member, &bomb).await;
    bombed.until("go\r\n").await;
    assert_eq!(terminal.run("echo $((6*7))").await, "42");
    assert_eq!(world.member.get(&format!("/api/weaver/{bomb}")).await.body["status"], "running");
    end(&world.member, &bomb).await;
    assert_eq!(world.member.get(&format!("/api/weaver/{bomb}")).await.status, 404);
    assert_eq!(terminal.run("echo still; ulimit -u").await, "still\r\n256");
    end(&world.member, &calm).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_hosts_that_are_named_can_be_reached() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let open = listener.local_addr().unwrap();
    let router = axum::Router::new().route("/", axum::routing::get(|| async { "from outside" }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let options = Options::new(Engine::Sqlite)
        .set("HEDDLE_WEAVER_HOSTS", format!("127.0.0.1:{},169.254.169.254:80", open.port()))
        .set("HEDDLE_OUTBOUND_ALLOW", "127.0.0.1");
    let server = Server::start(options).await.unwrap();
    let world = World::new(&server).await;
    let made = world.member.post("/api/weaver", order(&world)).await;
    if made.status == 503 {
        // The program lies where nobody else can read it, so there is nothing that could open the way.
        assert!(made.body["message"].as_str().unwrap().contains("cannot read it"), "{}", made.text);
        return;
    }
    let mut terminal = Terminal::attach(&world.member, &made.bare_id(201)).await;
    let port = server.url.rsplit(':').next().unwrap();
    for (address, shown) in [
        (open.to_string(), "from outside"),
        // Not named; and named, but refused by the guard.
        (format!("127.0.0.1:{port}"), "is not among the hosts that may be reached"),
        ("169.254.169.254:80".to_owned(), "403"),
    ] {
        let ask = format!(
            "exec 3<>/dev/tcp/127.0.0.1/3128; printf 'GET http://{address}/ HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3; echo; exec 3>&-"
        );
        let said = terminal.run(&ask).await;
        assert!(said.contains(shown), "{address}: {said}");
    }
    // There is no other way, and errors go where output goes.
    assert_eq!(
        terminal
            .run("(exec 3<>/dev/tcp/192.0.2.1/443) 2>/dev/null || echo none; echo $http_proxy; [ -t 2 ] && echo tty")
            .await,
        "none\r\nhttp://127.0.0.1:3128\r\ntty"
    );
    terminal.enter("sleep 600\n").await;
    terminal.enter("\x03").await;
    assert_eq!(terminal.run("true").await, "");
}
