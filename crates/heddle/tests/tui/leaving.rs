//! However the program ends, the terminal is as it was.

use std::process::{Command, Stdio};

use crate::working::{Scene, go_to_case};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_sent_is_printed_at_the_end() {
    let scene = Scene::new().await;
    scene.world.case("Fence").await;
    let mut terminal = scene.terminal((80, 24), &[]);
    go_to_case(&mut terminal, "Fence");
    terminal.types("a");
    terminal.shows("Ctrl-S send");
    terminal.types("half a thought");
    terminal.shows("half a thought");
    terminal.types("\x03");
    let (code, screen) = terminal.ends();
    assert_eq!(code, 0);
    assert!(screen.contains("An unsent comment on \"Fence\":") && screen.contains("half a thought"), "{screen}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_is_told_to_end_gives_the_terminal_back() {
    let scene = Scene::new().await;
    for signal in ["TERM", "HUP", "INT"] {
        let mut terminal = scene.terminal((40, 12), &[]);
        terminal.shows("Press Enter");
        terminal.types("\r");
        terminal.shows("General");
        let pid = terminal.pid().to_string();
        assert!(Command::new("kill").args([&format!("-{signal}"), &pid]).status().unwrap().success());
        terminal.ends();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sizes_change_and_nobody_is_there_to_be_stopped_for() {
    let scene = Scene::new().await;
    let mut terminal = scene.terminal((80, 24), &[("LANG", "C"), ("NO_COLOR", "1")]);
    terminal.shows("Press Enter");
    terminal.types("\r");
    terminal.until("frames of ASCII", |screen| screen.contains("+ SPACES 3") && screen.contains("+ DETAIL"));
    terminal.resize((30, 8));
    terminal.until("one pane", |screen| screen.contains(" SPACES 3  CASES") && !screen.contains('+'));
    terminal.resize((100, 30));
    terminal.shows("+ DETAIL");
    // Without a shell around it there is nothing to go back to, so it goes on.
    terminal.types("\x1a");
    terminal.types("?");
    terminal.shows("KEYS");
    assert!(terminal.written().is_ascii());
    assert_eq!(terminal.colours(), [vt100::Color::Default]);
    terminal.types("\x03");
    assert_eq!(terminal.ends().0, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_terminal_nothing_is_drawn() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heddle"));
    command.arg("tui").env_clear().env("HEDDLE_BASE_URL", "http://127.0.0.1:9").env("HEDDLE_API_KEY", "k");
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &b""[..]));
    assert!(String::from_utf8_lossy(&output.stderr).contains("this needs a terminal"));
}
