//! Which interpreter runs scripts, and what happens where none can.

use std::{os::unix::fs::PermissionsExt, path::PathBuf};

use serde_json::json;

use super::*;

#[tokio::test]
async fn where_no_sandbox_can_be_made_nothing_runs() {
    let with = |settings| Sandbox::new(settings, Guard::allowing("").unwrap());
    let nowhere = Some(PathBuf::from("/nowhere/at/all"));
    let useless = Some(PathBuf::from("/usr/bin/false"));
    for (settings, why) in [
        (Settings { bwrap: nowhere.clone(), ..Settings::default() }, "apt-get install bubblewrap"),
        (Settings { bwrap: useless.clone(), ..Settings::default() }, "does not run in a sandbox"),
        (Settings { python: nowhere, ..Settings::default() }, "/nowhere/at/all cannot be used"),
        (Settings { python: useless, ..Settings::default() }, "/usr/bin/false cannot be used"),
    ] {
        let sandbox = with(settings);
        let Some(text) = sandbox.unavailable().await else { panic!("{why}") };
        assert!(text.starts_with("scripts cannot be run here: ") && text.contains(why), "{text}");
        let error = sandbox.run_script(&job("def invoke(): return 1", json!({})), None).await.unwrap_err();
        assert_eq!(error.failure.code(), "sandbox_unavailable");
        assert_eq!(error.failure, Failure::Unavailable(text));
    }
    assert_eq!(sandbox(|_| {}).unavailable().await, None);
}

#[tokio::test]
async fn packages_of_the_interpreters_virtual_environment_can_be_imported() {
    let folder = tempfile::tempdir().unwrap();
    // The user that sandboxes run as must be able to come by.
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let venv = folder.path().join("venv");
    let mut make = std::process::Command::new("/usr/bin/python3");
    let made = make.args(["-m", "venv", "--without-pip"]).arg(&venv).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    let packages = fs::read_dir(venv.join("lib")).unwrap().next().unwrap().unwrap().path().join("site-packages");
    fs::write(packages.join("only_here.py"), "VALUE = 42").unwrap();
    fs::write(folder.path().join("neighbour"), "x").unwrap();

    let settings = Settings { python: Some(venv.join("bin/python3")), ..Settings::default() };
    let sandbox = Sandbox::new(settings, Guard::allowing("").unwrap());
    let script = r#"
        import only_here, os, sys
        def invoke(up): return [only_here.VALUE, sys.prefix, os.listdir(up)]
    "#;
    let outcome = sandbox.run_script(&job(script, json!({"up": folder.path()})), None).await.unwrap();
    assert_eq!(outcome.result, json!([42, venv, ["venv"]]));
}
