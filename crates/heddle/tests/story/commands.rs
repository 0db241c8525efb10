//! The commands by themselves: what they print where, and how they fail.

use std::process::{Output, Stdio};

use serde_json::Value as Json;

use crate::house::House;

pub async fn commands_answer_and_fail_clearly(house: &House) {
    refused(house, &["admin", "discover-procedure", "--space", "Claims"], "There is no workspace yet");
    let demo = run(house, &["demo"]);
    let (first, aside) = (json(&demo), text(&demo.stderr));
    assert!(aside.contains("heddle serve") && aside.lines().count() == 1, "{aside}");
    assert_eq!(
        (&first["workspace"]["slug"], &first["owner"]["email"]),
        (&"demo".into(), &"demo@heddle.example".into())
    );
    assert_eq!((&first["created"], &first["key"]["name"]), (&true.into(), &"demo".into()));
    let second = json(&run(house, &["demo"]));
    assert_eq!((&second["created"], &second["cases"]), (&false.into(), &first["cases"]));
    assert_ne!(second["api_key"], first["api_key"]);

    let found = json(&run(house, &["admin", "discover-procedure", "--space", "Claims"]));
    assert!(found["procedure"]["stages"].as_array().is_some_and(|stages| !stages.is_empty()), "{found}");
    refused(house, &["admin", "discover-procedure", "--space", "Nowhere"], "Its spaces: ");
    refused(house, &["admin", "import-log", "nowhere.xes", "--space", "Claims"], "nowhere.xes");
    house.admin(&["create-workspace", "--name", "Other", "--owner-email", "other@heddle.example"]);
    refused(house, &["admin", "discover-procedure", "--space", "Claims"], "--workspace: demo, other");
    refused(house, &["admin", "discover-procedure", "--workspace", "x", "--space", "Claims"], "slug x");
}

pub async fn logs_are_exported_whole_or_not_at_all(house: &House) {
    house.command(&["demo"]).output().expect("the binary starts");
    let export = ["admin", "export-log", "--space", "Claims"];
    let printed = run(house, &export);
    let log = text(&printed.stdout);
    assert!(log.starts_with("<?xml") && log.ends_with("</log>\n"), "{log}");
    let report: Json = serde_json::from_slice(&printed.stderr).expect("a report in JSON");
    assert!(report["traces"].as_u64().is_some_and(|traces| traces > 0), "{report}");

    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("log.xes");
    let out = path.to_str().expect("a path of text");
    let written = json(&run(house, &[&export[..], &["--out", out]].concat()));
    assert_eq!((&written["file"], &written["traces"]), (&out.into(), &report["traces"]));
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), log);
    let packed = folder.path().join("log.xes.gz");
    run(house, &[&export[..], &["--out", packed.to_str().expect("a path of text")]].concat());
    assert_eq!(std::fs::read(&packed).expect("a file")[..2], [0x1f, 0x8b]);
    assert_eq!(process_log::scan(&packed).expect("a log").traces, report["traces"].as_u64().expect("a number"));

    refused(house, &["admin", "export-log", "--space", "Nowhere", "--out", out], "no space");
    assert_eq!(std::fs::read_to_string(&path).expect("the file is as it was"), log);
    let missing = folder.path().join("no/log.xes");
    refused(house, &[&export[..], &["--out", missing.to_str().expect("a path of text")]].concat(), "cannot be written");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 2);
}

/// Whoever reads may stop: `heddle … | head`.
pub async fn a_closed_pipe_ends_a_command(house: &House) {
    house.command(&["demo"]).output().expect("the binary starts");
    for (arguments, succeeds) in [
        (["admin", "discover-procedure", "--space", "Claims"], true),
        // Half a log is not what was asked for.
        (["admin", "export-log", "--space", "Claims"], false),
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = house.command(&arguments);
        let child = command.stdout(writer).stderr(Stdio::piped()).spawn().expect("the binary starts");
        drop(command);
        let output = child.wait_with_output().expect("it ends");
        let aside = text(&output.stderr);
        assert_eq!(output.status.success(), succeeds, "{aside}");
        assert!(!aside.contains("panicked") && aside.lines().count() <= 1, "{aside}");
    }
}

#[track_caller]
fn run(house: &House, arguments: &[&str]) -> Output {
    let output = house.command(arguments).output().expect("the binary starts");
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    output
}

/// The command ends with 1 and one line that says this, and prints nothing else.
#[track_caller]
fn refused(house: &House, arguments: &[&str], why: &str) {
    let output = house.command(arguments).output().expect("the binary starts");
    let said = text(&output.stderr);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(1), ""), "{said}");
    assert!(said.contains(why) && said.lines().count() == 1, "{said}");
}

fn json(output: &Output) -> Json {
    serde_json::from_slice(&output.stdout).expect("an answer in JSON")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
