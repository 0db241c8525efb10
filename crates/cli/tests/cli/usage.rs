//! How commands are called, and what is no way to call them.

use std::collections::BTreeSet;

use serde_json::json;

use crate::support::{Outcome, Person};

fn run(arguments: &[&str]) -> Outcome {
    Person::new().run(arguments)
}

/// Every command with its arguments and flags, without the ones that all have.
const COMMANDS: &str = "
    auth login [INSTANCE] --organization-slug
    auth status
    config list
    config use <CONFIG>
    config current
    config delete <CONFIG>
    case-ingestions create <MANIFEST_PATH> --space-id --wait
    case-ingestions get <ID>
    case-ingestions wait <ID>
    case-ingestions errors <ID> --limit --cursor --all
    spaces list --limit --cursor --all
    spaces get <ID>
    spaces create --name --description --data --file
    spaces update <ID> --name --description --data --file
    spaces delete <ID>
    spaces trigger get <SPACE_ID>
    spaces trigger update <SPACE_ID> --data --file
    members list <SPACE_ID> --page --per-page --all
    members set <SPACE_ID> <ACTOR_ID> --role
    cases list --limit --cursor --all --space-id --parent-case-id --assignee-id --status --sort --direction
    cases get <ID>
    cases create --title --description --space-id --parent-case-id --assignee-id --due-at --external-id --tags --attached-file-ids --data --file
    cases update <ID> --title --description --space-id --parent-case-id --assignee-id --due-at --status --tags --data --file
    cases delete <ID>
    cases commence <ID>
    cases resolve <ID> --summary
    cases reopen <ID> --reason
    cases close <ID>
    cases motion <ID> <MOTION> --waiting-on --waiting-on-id --waiting-on-reason
    cases apply-procedure <ID> <PROCEDURE_ID>
    cases subcases <ID> --page --per-page --all
    stages list <CASE_ID> --page --per-page --all
    stages get <ID>
    stages update <ID> --assigned-actor-id --motion --waiting-on --waiting-on-id --waiting-on-reason --data --file
    stages complete <ID>
    stages skip <ID>
    stages spawn-subcase <ID> --title --description --priority --assigned-actor-id --procedure-id --instruction-id --data --file
    instructions list <STAGE_ID> --page --per-page --all
    instructions create <STAGE_ID> --text --type --condition --data --file
    instructions update <ID> --text --condition --data --file
    instructions complete <ID>
    labels list <SPACE_ID> --page --per-page --all
    labels create <SPACE_ID> --name --color --data --file
    labels apply <CASE_ID> <LABEL_ID>
    labels remove <CASE_ID> <LABEL_ID>
    notes list --limit --cursor --all --space-id --case-id --thread-id --sort --direction
    notes get <ID>
    notes create --title --body --space-id --case-id --tags --data --file
    notes update <ID> --title --body --space-id --case-id --tags --data --file
    notes delete <ID>
    files list --limit --cursor --all --space-id --case-id --sort --direction
    files get <ID>
    files update <ID> --space-id --case-id --tags --data --file
    files delete <ID>
    files upload <PATH> --space-id --case-id
    files download <ID> --out
    datatables list --case-id --thread-id --space-id --page --per-page --all
    datatables get <ID>
    datatables create <PATH> --case-id --thread-id --space-id --name --description --format --columns
    datatables rows <ID> --filter --sort --page --per-page --all
    emails list --case-id --thread-id --space-id --page --per-page --all
    emails get <ID>
    emails create --case-id --thread-id --space-id --to --cc --bcc --subject --body --in-reply-to --data --file
    emails update <ID> --to --cc --bcc --subject --body --in-reply-to --data --file
    emails send <ID>
    threads get <ID>
    threads events <ID> --limit --cursor --all --direction
    threads messages create <THREAD_ID> --text --file-ids --data --file
    procedures list --limit --cursor --all --space-id
    procedures get <ID>
    procedures create --title --space-id --data --file
    procedures update <ID> --title --data --file
    procedures delete <ID>
    agents list --limit --cursor --all
    agents get <ID>
    agents create --name --job-description --model --reasoning-effort --data --file
    agents update <ID> --name --job-description --model --reasoning-effort --data --file
    agents tools list <AGENT_ID>
    agents tools replace <AGENT_ID> --tool-ids --data --file
    models list
    tools list --limit --cursor --all
    tools get <ID>
    tools create --name --description --script --secret-ids --data --file
    tools update <ID> --name --description --script --secret-ids --manager-id --data --file
    secrets list --limit --cursor --all
    secrets create --name --value --data --file
    secrets delete <ID>
    runs list --space-id --case-id --stage-id --actor-id --state --trial --page --per-page --all
    runs get <ID>
    runs steps <ID> --page --per-page --all
    runs follow <ID>
    runs cancel <ID>
    runs retry <ID>
    proposals list --space-id --case-id --run-id --state --page --per-page --all
    proposals get <ID>
    proposals approve <ID> --input --note
    proposals reject <ID> --note
    users list --limit --cursor --all
    users get <ID>
    users me
    actors list --page --per-page --all
    actors get <ID>
    actors create --type --name --email --model-id --system-prompt --capabilities --review --data --file
    actors update <ID> --name --email --model-id --system-prompt --capabilities --review --data --file
    events --follow --since --limit
    search <QUERY>... --limit
    mcp --http --addr --endpoint
    tui --debug --no-mouse
    agent list
    agent resume [ID] --workspace --provider --model --server-url --trust --print
    agent private --workspace --provider --model --server-url --trust --print
    agent search <TEXT>
    agent share <ID> --visibility
    agent acp --workspace --provider --model --server-url --trust --private
    open <KIND> <ID>
    version
    completion <SHELL>";

/// What a command's help names: its usage's arguments, and its flags.
fn described(help: &str) -> (Vec<String>, BTreeSet<String>) {
    let usage = help.lines().find(|line| line.starts_with("Usage:")).expect("a usage");
    let arguments = usage.split_whitespace().filter(|word| word.starts_with(['<', '[']) && *word != "[OPTIONS]");
    let flags = help.lines().map(str::trim_start).filter(|line| line.starts_with('-')).filter_map(|line| {
        let flag = line.split_whitespace().find(|word| word.starts_with("--"))?;
        Some(flag.trim_end_matches(',').to_owned())
    });
    (arguments.map(str::to_owned).collect(), flags.collect())
}

#[test]
fn every_command_has_exactly_its_flags() {
    let mut listed = BTreeSet::new();
    for line in COMMANDS.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let is_name = |word: &&str| !word.starts_with(['<', '[', '-']);
        let command: Vec<&str> = line.split_whitespace().take_while(is_name).collect();
        let rest: Vec<&str> = line.split_whitespace().skip(command.len()).collect();
        let help = run(&[&command[..], &["--help"]].concat());
        assert_eq!(help.code, 0, "{command:?}: {help:?}");
        let (arguments, mut flags) = described(&help.stdout);
        let common: &[&str] = match command[0] {
            "config" | "version" => &["--help", "--output", "--base-url"],
            "completion" => &["--help"],
            _ => &["--help", "--output", "--base-url", "--config-name"],
        };
        for flag in common {
            assert!(flags.remove(*flag), "{command:?} has no {flag}");
        }
        let expected: BTreeSet<String> =
            rest.iter().filter(|word| word.starts_with("--")).map(ToString::to_string).collect();
        assert_eq!(flags, expected, "{command:?}");
        // Flags that must be given stand in the usage too.
        let arguments: Vec<_> = arguments.iter().filter(|word| rest.contains(&word.as_str())).collect();
        let expected: Vec<_> = rest.iter().filter(|word| !word.starts_with("--")).collect();
        assert_eq!(arguments, expected, "{command:?}");
        listed.insert(command.join(" "));
    }
    assert_eq!(all_commands(&[]), listed);
}

/// All commands below this one, from the help.
fn all_commands(path: &[&str]) -> BTreeSet<String> {
    let help = run(&[path, &["--help"]].concat()).stdout;
    let Some((_, commands)) = help.split_once("Commands:\n") else { return [path.join(" ")].into() };
    let names = commands.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
    let names: Vec<&str> = names.filter(|name| *name != "help").collect();
    names.iter().flat_map(|name| all_commands(&[path, &[name]].concat())).collect()
}

#[test]
fn what_does_not_exist_is_refused() {
    for arguments in [
        &["nonsense"][..],
        &["cases", "nonsense"],
        &["help", "nonsense"],
        &["cases", "list", "--nonsense"],
        &["--nonsense", "cases", "list"],
        &["models", "get", "x"],
        &["models", "list", "--limit", "1"],
        &["models", "list", "--all"],
        &["agents", "delete", "x"],
        &["tools", "delete", "x"],
        &["secrets", "get", "x"],
        &["secrets", "update", "x"],
        &["files", "create"],
        &["users", "delete", "x"],
        &["agents", "tools", "list", "x", "--limit", "1"],
        &["cases", "create", "--status", "open"],
        &["cases", "update", "x", "--external-id", "e"],
        &["config", "list", "-c", "x"],
        &["version", "--config-name", "x"],
        &["serve"],
        &["admin"],
    ] {
        let outcome = run(arguments);
        let message = outcome.message(2);
        assert!(!message.contains("Usage") && !message.contains('\n'), "{message}");
        assert_eq!(outcome.error().as_object().expect("an object").len(), 1);
    }
}

#[test]
fn a_wrong_number_of_arguments_is_refused() {
    for arguments in [
        &["cases", "get"][..],
        &["cases", "get", "a", "b"],
        &["cases", "list", "a"],
        &["threads", "messages", "create"],
        &["config", "use"],
        &["auth", "login", "a", "b"],
        &["cases", "reopen", "x"],
        &["cases", "motion", "x"],
        &["search"],
        &["version", "x"],
        &["completion"],
    ] {
        run(arguments).message(2);
    }
    assert_eq!(run(&["cases", "get"]).message(2), "the following required arguments were not provided: <ID>");
}

#[test]
fn values_that_no_flag_takes_are_refused() {
    for arguments in [
        &["cases", "list", "-o", "yaml"][..],
        &["-o", "yaml", "cases", "list"],
        &["version", "-o", "yaml"],
        &["cases", "list", "--limit", "many"],
        &["cases", "list", "--limit"],
        &["cases", "list", "--all=maybe"],
        &["open", "nonsense", "x"],
        &["completion", "nonsense"],
        &["cases", "motion", "x", "waiting", "--waiting-on-id", "y"],
    ] {
        run(arguments).message(2);
    }
    let message = run(&["cases", "list", "--statuss", "open"]).message(2);
    assert_eq!(message, "unexpected argument '--statuss' found; tip: a similar argument exists: '--status'");
}

#[test]
fn a_bare_group_shows_its_help() {
    for arguments in [&[][..], &["cases"], &["spaces", "trigger"], &["threads", "messages"], &["auth", "-o", "table"]] {
        let outcome = run(arguments);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{outcome:?}");
        let usage = [&["Usage: interloom"][..], &arguments[..arguments.len().min(2)]].concat().join(" ");
        assert!(outcome.stdout.contains(usage.trim_end_matches(" -o table").trim_end_matches(" -o")), "{outcome:?}");
        assert!(outcome.stdout.contains("Commands:"));
    }
}

#[test]
fn help_is_asked_for_in_three_ways() {
    let help = run(&["help", "cases", "create"]);
    assert_eq!((help.code, help.stderr.as_str()), (0, ""));
    assert!(help.stdout.contains("--title") && help.stdout.contains("(required)"));
    assert_eq!(run(&["cases", "create", "--help"]).stdout, help.stdout);
    assert_eq!(run(&["cases", "help", "create"]).stdout, help.stdout);
}

#[test]
fn the_version_is_json() {
    assert_eq!(run(&["version"]).json(), json!({"version": env!("CARGO_PKG_VERSION")}));
    assert_eq!(run(&["--version"]).stdout, format!("interloom {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn shells_can_complete() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let outcome = run(&["completion", shell]);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
        assert!(outcome.stdout.contains("apply-procedure") && outcome.stdout.contains("interloom"), "{shell}");
    }
}

#[test]
fn a_key_is_never_given_by_a_flag() {
    for flag in ["--api-key", "--key", "--token"] {
        run(&["auth", "login", flag, "k"]).message(2);
        run(&["cases", "list", flag, "k"]).message(2);
    }
}
