//! One prompt, an answer, and the end: for scripts.

use std::{io::Write, process::Stdio};

use serde_json::json;

use crate::{
    program::Program,
    served::{Reply, Served},
};

fn told(output: &std::process::Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_is_printed_and_nothing_else() {
    let served = Served::start(vec![Reply::Text("one two three")]).await;
    let program = Program::new(&served.url, "hd_secret");
    assert_eq!(program.print(&[], "Count").await, "one two three\n");
    let asked = &served.asked()[0];
    // Nobody is there whom the server could ask.
    assert_eq!(asked["server_queries"], json!(null));
    assert_eq!(
        (&asked["model"], &asked["messages"]),
        (&json!("claude-test"), &json!([{"role": "user", "content": "Count"}]))
    );
    let system = asked["system"].as_str().unwrap();
    assert!(system.contains(program.folder.path().canonicalize().unwrap().to_str().unwrap()), "{system}");
    let tools: Vec<_> = asked["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(tools, ["read_file", "edit_file", "list_files", "bash", "oracle"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_engine_and_notes_are_told_of_where_there_are_any() {
    let served = Served::start(vec![Reply::Text("ok")]).await;
    let program = Program::new(&served.url, "hd_secret");
    std::fs::write(program.file("AGENTS.md"), "Indent with tabs.").unwrap();
    let mut command = program.command(&["--trust", "-m", "m", "-p", "x"]);
    command.env("SERPER_API_KEY", "k");
    assert!(tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap().status.success());
    let asked = &served.asked()[0];
    assert!(asked["system"].as_str().unwrap().contains("<notes>\nIndent with tabs.\n</notes>"));
    assert!(asked["tools"].as_array().unwrap().iter().any(|tool| tool["name"] == "web_search"));
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_do_not_see_the_keys() {
    let calls = vec![("bash", json!({"command": "env"})), ("oracle", json!({"question": "Why?"}))];
    let served = Served::start(vec![Reply::Calls(calls), Reply::Text("ok")]).await;
    let program = Program::new(&served.url, "hd_secret");
    let mut command = program.command(&["--trust", "-m", "m", "-p", "x"]);
    command.env("SERPER_API_KEY", "k-secret").env("INTERLOOM_API_KEY", "hd_secret").env("SEEN", "yes");
    assert!(tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap().status.success());
    let messages = served.asked()[2]["messages"].to_string();
    assert!(messages.contains("SEEN=yes") && !messages.contains("secret"), "{messages}");
    assert!(messages.contains("Thought through."), "{messages}");
    assert!(served.lines().contains(&"POST /proxy/anthropic/complete".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_oracle_is_a_model_that_thinks_as_hard_as_it_can() {
    let oracle = || Reply::Calls(vec![("oracle", json!({"question": "Why?", "context": "fn main() {}"}))]);
    for (model, efforts) in [("deep", vec![json!("high")]), ("plain", vec![json!("high"), json!(null)])] {
        let served = Served::start(vec![oracle(), Reply::Text("ok")]).await;
        let program = Program::new(&served.url, "hd_secret");
        assert!(program.run(&["--trust", "-m", model, "-p", "x"]).await.status.success());
        let asked = served.asked();
        let oracles: Vec<_> = asked.iter().filter(|asked| asked["tools"].is_null()).collect();
        assert_eq!(oracles.iter().map(|asked| asked["reasoning_effort"].clone()).collect::<Vec<_>>(), efforts);
        let question = oracles[0]["messages"][0]["content"].as_str().unwrap();
        assert!(question.contains("Why?") && question.contains("fn main() {}"), "{question}");
        assert!(asked.last().unwrap()["messages"].to_string().contains("Thought through."));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_is_named_by_flag_or_variable() {
    let served = Served::start(vec![Reply::Text("a"), Reply::Text("b")]).await;
    let program = Program::new("http://127.0.0.1:1", "hd_secret");
    let by_flag = program.command(&["--server-url", &served.url, "--trust", "-m", "m", "-p", "x"]);
    let mut by_variable = program.command(&["--trust", "-m", "m", "-p", "x"]);
    by_variable.env_remove("HEDDLE_BASE_URL").env("LOOM_SERVER_URL", &served.url);
    for mut command in [by_flag, by_variable] {
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(served.asked().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_must_be_trusted() {
    let served = Served::start(vec![]).await;
    let program = Program::new(&served.url, "hd_secret");
    let (code, error) = told(&program.run(&["-p", "x"]).await);
    assert_eq!(code, Some(2), "{error}");
    assert!(error.contains("--trust"), "{error}");
    assert_eq!(served.lines(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_server_is_asked_again_when_it_said() {
    let served = Served::start(vec![Reply::Busy(1), Reply::Cut("Half an"), Reply::Text("whole")]).await;
    let program = Program::new(&served.url, "hd_secret");
    let before = std::time::Instant::now();
    let output = program.run(&["--trust", "-m", "m", "-p", "x"]).await;
    let (code, error) = told(&output);
    assert_eq!(code, Some(0), "{error}");
    assert!(error.contains("retry after 1 seconds; attempt 2 in 1 s"), "{error}");
    // The second failure is the second in a row.
    assert!(error.contains("the answer broke off; attempt 3 in 2 s"), "{error}");
    assert!(before.elapsed().as_secs() >= 3);
    assert_eq!(program.threads()[0]["thread"]["messages"][1]["content"], "whole");
    // What broke off is not printed.
    assert_eq!(output.stdout, b"whole\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_asks_for_too_much_patience_fails_the_turn() {
    let served = Served::start(vec![Reply::Busy(600)]).await;
    let program = Program::new(&served.url, "hd_secret");
    let (code, error) = told(&program.run(&["--trust", "-m", "m", "-p", "x"]).await);
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("retry after 600 seconds"), "{error}");
    let thread = &program.threads()[0]["thread"];
    assert_eq!((&thread["state"], &thread["messages"][0]["content"]), (&json!("idle"), &json!("x")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_ends_the_turn_and_keeps_what_was_said() {
    let served = Served::start(vec![Reply::Endless("I begin ")]).await;
    let program = Program::new(&served.url, "hd_secret");
    let child = program.command(&["--trust", "-m", "m", "-p", "x"]).spawn().unwrap();
    served.begun().await;
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap());
    let (code, error) = told(&output.await.unwrap());
    assert_eq!(code, Some(130), "{error}");
    assert_eq!(program.threads()[0]["thread"]["messages"][0]["content"], "x");
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_of_another_program_are_prompts_of_one_thread() {
    let served = Served::start(vec![Reply::Text("first"), Reply::Text("second")]).await;
    let program = Program::new(&served.url, "hd_secret");
    let mut command = program.command(&["--trust", "-m", "m"]);
    let output = tokio::task::spawn_blocking(move || {
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"one\n\n/cost\n/nonsense\ntwo\n").unwrap();
        child.wait_with_output().unwrap()
    });
    let output = output.await.unwrap();
    let (code, error) = told(&output);
    assert_eq!((code, output.stdout.as_slice()), (Some(0), &b"first\nsecond\n"[..]), "{error}");
    assert!(error.contains("10 tokens read, 2 of them from the provider's cache, 5 written"), "{error}");
    assert!(error.contains("There is no /nonsense"), "{error}");
    assert_eq!(served.asked()[1]["messages"].as_array().unwrap().len(), 3);
    assert_eq!(program.threads().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_end_with_a_turn_that_fails() {
    let served = Served::start(vec![Reply::Text("first"), Reply::Busy(600)]).await;
    let program = Program::new(&served.url, "hd_secret");
    let mut command = program.command(&["--trust", "-m", "m"]);
    let output = tokio::task::spawn_blocking(move || {
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"one\ntwo\nthree\n").unwrap();
        child.wait_with_output().unwrap()
    });
    let output = output.await.unwrap();
    let (code, error) = told(&output);
    assert_eq!((code, output.stdout.as_slice()), (Some(1), &b"first\n"[..]), "{error}");
    let messages = program.threads()[0]["thread"]["messages"].clone();
    assert_eq!(messages.as_array().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_standard_input_can_be_one_prompt() {
    let served = Served::start(vec![Reply::Text("ok")]).await;
    let program = Program::new(&served.url, "hd_secret");
    let mut command = program.command(&["--trust", "-m", "m", "-p", "-"]);
    let status = tokio::task::spawn_blocking(move || {
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"one\ntwo\n").unwrap();
        child.wait().unwrap()
    });
    assert!(status.await.unwrap().success());
    assert_eq!(served.asked()[0]["messages"][0]["content"], "one\ntwo\n");
}
