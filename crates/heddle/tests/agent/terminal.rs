//! The conversation at a terminal.

use crate::{
    program::Program,
    pty::Terminal,
    served::{Reply, Served},
};

fn start(program: &Program, arguments: &[&str]) -> Terminal {
    let home = program.home.path().join("agent");
    let arguments = [&["agent"], arguments, &["-m", "claude-test"]].concat();
    let variables =
        [("HEDDLE_AGENT_DIR", home.to_str().unwrap()), ("HEDDLE_BASE_URL", &program.url), ("HEDDLE_API_KEY", "hd_key")];
    Terminal::running(&arguments, (120, 40), &variables, program.home.path(), program.folder.path())
}

/// Waits for the prompt, then types.
fn says(terminal: &mut Terminal, keys: &str) {
    terminal.until("a prompt", |screen| screen.trim_end().ends_with("\n>"));
    terminal.types(keys);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_asked_for_once() {
    let served = Served::start(vec![Reply::Text("Good day.")]).await;
    let program = Program::new(&served.url, "hd_key");
    let mut terminal = start(&program, &[]);
    terminal.shows("Trust it? [y/N]");
    terminal.types("n\r");
    assert_eq!(terminal.ends().0, 1);
    let mut terminal = start(&program, &[]);
    terminal.shows("Trust it? [y/N]");
    terminal.types("y\r");
    terminal.shows("/help tells what can be typed.");
    says(&mut terminal, "Hello\r");
    terminal.shows("Good day.");
    says(&mut terminal, "\x04");
    assert_eq!(terminal.ends().0, 0);
    let mut terminal = start(&program, &["resume"]);
    terminal.shows("Hello (2 messages). The last answer:\nGood day.");
    says(&mut terminal, "/quit\r");
    let (code, screen) = terminal.ends();
    assert_eq!(code, 0);
    assert!(!screen.contains("Trust it?"), "{screen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_ends_the_turn_and_the_next_one_leaves() {
    let served = Served::start(vec![Reply::Endless("I begin "), Reply::Text("Again. "), Reply::Endless("And ")]).await;
    let program = Program::new(&served.url, "hd_key");
    let mut terminal = start(&program, &["--trust"]);
    terminal.shows("/help tells");
    says(&mut terminal, "one\r");
    terminal.shows("I begin");
    terminal.types("\x03");
    terminal.shows("Cancelled.");
    says(&mut terminal, "two\r");
    terminal.shows("Again.");
    says(&mut terminal, "three\r");
    terminal.shows("And");
    terminal.types("\x03");
    terminal.until("both turns are cancelled", |screen| screen.matches("Cancelled.").count() == 2);
    says(&mut terminal, "\x03");
    assert_eq!(terminal.ends().0, 0);
    let messages = program.threads()[0]["thread"]["messages"].clone();
    let said: Vec<_> =
        messages.as_array().unwrap().iter().map(|message| message["content"].as_str().unwrap()).collect();
    assert_eq!(said, ["one", "I begin ", "two", "Again. ", "three", "And "]);
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_are_obeyed_and_tools_shown() {
    let command = serde_json::json!({"command": "echo \x1b[31mred; exit 3"});
    let calls = vec![("bash", command), ("read_file", serde_json::json!({"path": "../x"}))];
    let served = Served::start(vec![Reply::Calls(calls), Reply::Text("\x1b[2JDone.")]).await;
    let program = Program::new(&served.url, "hd_key");
    let mut terminal = start(&program, &["--trust", "--private"]);
    terminal.shows("private: the thread stays on this machine");
    says(&mut terminal, "/help\r");
    terminal.shows("Ctrl-C ends the agent's turn");
    says(&mut terminal, "/model openai/gpt-test\r");
    terminal.shows("gpt-test of openai");
    says(&mut terminal, "go\r");
    terminal.shows("• bash echo  [31mred; exit 3");
    terminal.shows("bash: exit code 3");
    terminal.shows("read_file: failed: ../x is outside of the folder.");
    terminal.shows("[2JDone.");
    says(&mut terminal, "/share\r");
    terminal.shows("is private");
    says(&mut terminal, "/clear\r");
    terminal.until("another thread", |screen| screen.matches("/help tells what can be typed.").count() == 2);
    says(&mut terminal, "\x04");
    assert_eq!(terminal.ends().0, 0);
    assert_eq!(served.lines(), ["POST /proxy/openai/stream", "POST /proxy/openai/stream"]);
    assert_eq!(program.threads().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_may_ask_the_person() {
    let asking = |text| Reply::Asking("The budget is used up.", text);
    let calls = vec![("list_files", serde_json::json!({}))];
    let served = Served::start(vec![asking("first"), asking("never"), Reply::Calls(calls), Reply::Text("third")]).await;
    let program = Program::new(&served.url, "hd_key");
    let mut terminal = start(&program, &["--trust"]);
    says(&mut terminal, "one\r");
    terminal.shows("The budget is used up.\nGo on? [y/N]");
    terminal.types("y\r");
    terminal.shows("first");
    says(&mut terminal, "two\r");
    terminal.until("another question", |screen| screen.matches("Go on? [y/N]").count() == 2);
    terminal.types("\r");
    terminal.shows("Not confirmed.");
    says(&mut terminal, "three\r");
    terminal.shows("third");
    says(&mut terminal, "\x04");
    assert_eq!(terminal.ends().0, 0);
    assert_eq!(served.answers(), [serde_json::json!({"answer": "yes"}), serde_json::json!({"answer": "no"})]);
    assert_eq!(served.asked()[0]["server_queries"], true);
}
