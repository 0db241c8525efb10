//! What happens at a terminal.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use rexpect::session::{PtySession, spawn_command};

use crate::{
    stub::{Reply, Stub},
    support::{Person, agreeable},
};

const ME: &str = r#"{"name":"Ada","organization":{"slug":"acme"}}"#;
/// How long a terminal is waited for, in milliseconds, before the test fails.
const PATIENCE: Option<u64> = Some(20_000);

/// Runs a command at a terminal of 40 columns that shows what is typed. At the end it tells how the terminal was left.
fn at_terminal(person: &Person, arguments: &[&str]) -> PtySession {
    let program = person.command(arguments);
    let script = "/bin/stty echo cols 40; \"$@\"; code=$?; /bin/stty -a; exit $code";
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script, "sh"]).arg(program.get_program()).args(program.get_args()).env_clear();
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("TERM", "xterm").current_dir(person.home());
    spawn_command(command, PATIENCE).expect("a terminal")
}

fn types(session: &mut PtySession, keys: &str) {
    session.send(keys).and_then(|_| session.flush()).expect("typed");
}

/// Everything that is still shown, and the exit code.
fn ends(mut session: PtySession) -> (String, i32) {
    let rest = session.exp_eof().expect("the end");
    // The library takes each byte for a character.
    let bytes = rest.chars().map(|character| u8::try_from(character).expect("a byte")).collect();
    let rest = String::from_utf8(bytes).expect("UTF-8");
    let left: Vec<&str> = rest.split_whitespace().collect();
    assert!(["echo", "isig", "icanon"].iter().all(|mode| left.contains(mode)), "{rest}");
    // Exited(Pid(…), code), of a library that is not ours to name.
    let status = format!("{:?}", session.process().wait().expect("the end"));
    let code = status.strip_prefix("Exited").and_then(|it| it.rsplit(' ').next()?.trim_end_matches(')').parse().ok());
    let code = code.unwrap_or_else(|| panic!("{status}: {rest}"));
    (rest, code)
}

#[test]
fn a_key_is_asked_for_unseen() {
    let stub = Stub::answering([Reply::json(200, ME)]);
    let person = Person::new();
    let mut session = at_terminal(&person, &["auth", "login", &stub.url, "--organization-slug", "acme"]);
    // There is no browser, so the page is named.
    let page = format!("{}/acme/personal-tokens?autoCreate=true&name=Interloom%20CLI", stub.url);
    session.exp_string(&page).expect("the page");
    session.exp_string("API key: ").expect("a question");
    // A mistake is taken back.
    types(&mut session, "wrong\x15secret-keyx\x7f\r");
    let (shown, code) = ends(session);
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("\"status\": \"authenticated\""), "{shown}");
    assert!(!shown.contains("secret") && !shown.contains("wrong"), "{shown}");
    assert_eq!(stub.only().header("authorization"), "Bearer secret-key");
}

#[test]
fn the_page_for_keys_is_opened_in_the_browser() {
    let stub = Stub::answering([Reply::json(200, ME)]);
    let person = Person::new();
    let asked = person.home().join("asked");
    let browser = person.file("browser", format!("#!/bin/sh\nprintf %s \"$1\" > {}\n", asked.display()));
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).expect("permissions");
    let person = person.with("BROWSER", &browser.display().to_string()).with("PATH", "/usr/bin:/bin");
    let mut session = at_terminal(&person, &["auth", "login", &stub.url]);
    session.exp_string("API key: ").expect("a question");
    types(&mut session, "k\r");
    let (shown, code) = ends(session);
    assert_eq!(code, 0, "{shown}");
    let page = format!("{}/personal-tokens?autoCreate=true&name=Interloom%20CLI", stub.url);
    assert_eq!(fs::read_to_string(asked).expect("the browser was called"), page);
}

#[test]
fn control_c_at_the_question_ends_with_130() {
    let stub = agreeable();
    let person = Person::new();
    let mut session = at_terminal(&person, &["auth", "login", &stub.url]);
    session.exp_string("API key: ").expect("a question");
    types(&mut session, "half a key\x03");
    let (shown, code) = ends(session);
    assert_eq!(code, 130, "{shown}");
    assert!(!shown.contains("half"), "{shown}");
    assert!(stub.seen().is_empty());
    assert!(!person.folder().exists());
}

#[test]
fn an_empty_line_is_no_key() {
    let stub = agreeable();
    let person = Person::new();
    let mut session = at_terminal(&person, &["auth", "login", &stub.url]);
    session.exp_string("API key: ").expect("a question");
    types(&mut session, "\r");
    let (shown, code) = ends(session);
    assert_eq!(code, 1, "{shown}");
    assert!(shown.contains("there is no API key"), "{shown}");
}

#[test]
fn the_variable_is_taken_before_the_question() {
    let stub = Stub::answering([Reply::json(200, ME)]);
    let person = Person::new().with("INTERLOOM_API_KEY", "from the variable");
    let (shown, code) = ends(at_terminal(&person, &["auth", "login", &stub.url]));
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains("API key:"), "{shown}");
}

#[test]
fn a_body_is_not_waited_for_at_a_terminal() {
    let stub = agreeable();
    let person = Person::at(&stub);
    let (shown, code) = ends(at_terminal(&person, &["cases", "update", "x"]));
    assert_eq!(code, 2, "{shown}");
    assert!(shown.contains("there is no body"), "{shown}");
    assert!(stub.seen().is_empty());
}

#[test]
fn standard_input_is_read_at_a_terminal_when_it_is_named() {
    let stub = agreeable();
    let person = Person::at(&stub);
    let mut session = at_terminal(&person, &["cases", "update", "x", "-f", "-"]);
    types(&mut session, "{\"a\":1}\n\x04");
    let (shown, code) = ends(session);
    assert_eq!(code, 0, "{shown}");
    assert_eq!(stub.only().text(), "{\"a\":1}\n");
}

#[test]
fn columns_are_cut_to_the_terminal() {
    let page = serde_json::json!({"data": [{"id": "a1", "title": "x".repeat(300), "status": "open"}]});
    let stub = Stub::answering([Reply::json(200, page.to_string())]);
    let person = Person::at(&stub);
    let (shown, code) = ends(at_terminal(&person, &["cases", "list", "-o", "table"]));
    assert_eq!(code, 0, "{shown}");
    let rows: Vec<&str> = shown.lines().map(str::trim_end).collect();
    let title = "x".repeat(40 - "a1".len() - "STATUS".len() - 4 - 1) + "…";
    assert_eq!(rows[1], format!("a1  {title}  open"), "{shown}");
}
