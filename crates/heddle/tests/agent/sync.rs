//! Threads between the machine and the server: nothing is lost, whatever fails.

use serde_json::json;

use crate::{
    program::Program,
    served::{Reply, Served, Threads},
};

fn says(text: &'static str) -> Vec<Reply> {
    vec![Reply::Text(text)]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_thread_never_leaves_the_machine() {
    let served = Served::start(vec![Reply::Text("a"), Reply::Text("b")]).await;
    let program = Program::new(&served.url, "hd_key");
    program.print(&["private"], "secret").await;
    let stored = &program.threads()[0];
    let id = stored["thread"]["id"].as_str().unwrap();
    assert_eq!(stored["private"], true);
    program.print(&["resume", id], "more").await;
    assert_eq!(program.threads()[0]["thread"]["messages"].as_array().unwrap().len(), 4);
    let output = program.run(&["share", id]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is private"));
    assert_eq!(served.lines(), ["POST /proxy/anthropic/stream"; 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_is_sent_after_each_turn() {
    let served = Served::start(vec![Reply::Text("a"), Reply::Text("b")]).await;
    let program = Program::new(&served.url, "hd_key");
    program.print(&[], "one").await;
    let id = served.ids()[0].clone();
    assert!(id.starts_with("T-"));
    let first = served.thread(&id);
    assert_eq!((&first["title"], &first["visibility"]), (&json!("one"), &json!("private")));
    assert_eq!(first["workspace"], program.folder.path().canonicalize().unwrap().to_str().unwrap());
    program.print(&["resume"], "two").await;
    let second = served.thread(&id);
    assert!(second["version"].as_i64() > first["version"].as_i64());
    assert_eq!(second["messages"].as_array().unwrap().len(), 4);
    assert_eq!(program.pending(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_offline_is_sent_later() {
    let served = Served::start(says("a")).await;
    served.threads_are(Threads::Down);
    let program = Program::new(&served.url, "hd_key");
    program.print(&[], "offline").await;
    assert_eq!((served.ids().len(), program.pending().len()), (0, 1));
    served.threads_are(Threads::Kept);
    served.replies(says("b"));
    program.print(&[], "online").await;
    assert_eq!((served.ids().len(), program.pending().len()), (2, 0));
    assert_eq!(served.thread(&served.ids()[0])["messages"][0]["content"], "offline");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_comes_back_gets_the_thread_while_the_program_runs() {
    let served = Served::start(says("a")).await;
    served.threads_are(Threads::Down);
    let program = Program::new(&served.url, "hd_key");
    let mut command = program.command(&["--trust", "-m", "m"]);
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut input, b"offline\n").unwrap();
    served.touched().await;
    assert_eq!(served.ids().len(), 0);
    served.threads_are(Threads::Kept);
    while served.ids().is_empty() {
        served.touched().await;
    }
    // Nothing more was said meanwhile.
    drop(input);
    assert!(child.wait().unwrap().success());
    assert_eq!((served.asked().len(), program.pending().len()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_writing_and_sending_loses_nothing() {
    let served = Served::start(says("a")).await;
    // The server saves the thread, but the program never hears of it.
    served.threads_are(Threads::Silent);
    let program = Program::new(&served.url, "hd_key");
    let mut child = program.command(&["--trust", "-m", "m", "-p", "x"]).spawn().unwrap();
    served.begun().await;
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(program.pending().len(), 1);
    served.threads_are(Threads::Kept);
    served.replies(says("b"));
    program.print(&[], "y").await;
    assert_eq!(program.pending(), Vec::<String>::new());
    // It was not taken for somebody else's.
    assert_eq!((served.ids().len(), program.threads().len()), (2, 2));
    assert_eq!(served.thread(&served.ids()[0])["messages"], program.threads()[0]["thread"]["messages"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_the_midst_of_a_tool_leaves_a_thread_that_goes_on() {
    let command = json!({"command": "touch begun; sleep 100"});
    let served = Served::start(vec![Reply::Calls(vec![("bash", command)])]).await;
    let program = Program::new(&served.url, "hd_key");
    let mut child = program.command(&["--trust", "-m", "m", "-p", "x"]).spawn().unwrap();
    while !program.file("begun").exists() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    served.replies(says("I see"));
    program.print(&["resume"], "go on").await;
    let asked = served.asked()[1]["messages"].clone();
    assert_eq!(
        (&asked[2]["role"], &asked[2]["tool_call_id"], &asked[2]["is_error"]),
        (&json!("tool"), &json!("call_0"), &json!(true))
    );
    assert!(asked[2]["content"].as_str().unwrap().contains("interrupted"));
    assert_eq!(asked[3]["content"], "go on");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_go_on_with_a_thread_both_are_kept() {
    let served = Served::start(says("a")).await;
    let program = Program::new(&served.url, "hd_key");
    program.print(&[], "one").await;
    let id = served.ids()[0].clone();
    served.threads_are(Threads::Down);
    served.replies(says("ours"));
    program.print(&["resume", &id], "two").await;
    served.change(&id, |thread| {
        thread["messages"].as_array_mut().unwrap().push(json!({"role": "user", "content": "theirs", "mood": "odd"}));
    });
    served.threads_are(Threads::Kept);
    served.replies(says("c"));
    program.print(&[], "another").await;
    let mut all: Vec<_> =
        served.ids().iter().map(|id| served.thread(id)["messages"].as_array().unwrap().clone()).collect();
    all.sort_by_key(Vec::len);
    assert_eq!(all.len(), 3);
    assert_eq!(all[1][2], json!({"role": "user", "content": "theirs", "mood": "odd"}));
    assert_eq!(all[2][3]["content"], "ours");
    assert_eq!(served.thread(&id)["messages"], json!(all[2]));
    assert_eq!((program.threads().len(), program.pending().len()), (3, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_machine_added_is_taken_up() {
    let served = Served::start(says("a")).await;
    let program = Program::new(&served.url, "hd_key");
    program.print(&[], "one").await;
    let id = served.ids()[0].clone();
    let elsewhere = Program::new(&served.url, "hd_key");
    served.replies(says("b"));
    elsewhere.print(&["resume", &id], "two").await;
    // Somebody shares it meanwhile.
    served.change(&id, |thread| {
        thread["visibility"] = json!("shared");
        thread["title"] = json!("A better title");
    });
    served.replies(says("c"));
    program.print(&["resume", &id], "three").await;
    let thread = served.thread(&id);
    let said: Vec<_> =
        thread["messages"].as_array().unwrap().iter().map(|message| message["content"].as_str().unwrap()).collect();
    assert_eq!(said, ["one", "a", "two", "b", "three", "c"]);
    assert_eq!((&thread["visibility"], &thread["title"]), (&json!("shared"), &json!("A better title")));
    assert_eq!(served.ids().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_is_worked_on_by_one_program_at_a_time() {
    let served = Served::start(vec![Reply::Text("a"), Reply::Endless("on ")]).await;
    let program = Program::new(&served.url, "hd_key");
    program.print(&[], "one").await;
    let mut child = program.command(&["resume", "--trust", "-m", "m", "-p", "x"]).spawn().unwrap();
    served.begun().await;
    let output = program.run(&["resume", "--trust", "-m", "m", "-p", "y"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("open"));
    child.kill().unwrap();
    child.wait().unwrap();
}
