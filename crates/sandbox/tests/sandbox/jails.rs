//! Jails of any program, not only of scripts.

use std::{
    ffi::OsString,
    io::{Seek, Write},
    path::Path,
};

use sandbox::jail::{Confinement, End, Jail, JailCommand};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// A shell in a jail.
fn shell(confinement: &Confinement, script: &str) -> JailCommand {
    let mut command = Jail::find(None).unwrap().command(confinement, Path::new("/bin/sh")).unwrap();
    command.args(["-c", script]);
    command
}

#[tokio::test]
async fn a_program_has_its_streams_files_environment_and_exit_status() {
    let kept = tempfile::tempdir().unwrap();
    std::fs::set_permissions(kept.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::write(kept.path().join("file"), "readable ").unwrap();
    let mut passed = tempfile::tempfile().unwrap();
    passed.write_all(b"passed ").unwrap();
    passed.rewind().unwrap();

    let confinement = Confinement {
        readable: vec![kept.path().to_owned(), "/nowhere/at/all".into()],
        environment: [(OsString::from("NAME"), OsString::from("environment "))].into(),
        ..Confinement::default()
    };
    let mut command = Jail::find(None).unwrap().command(&confinement, Path::new("/bin/sh")).unwrap();
    let number = command.pass(passed.into()).to_string();
    let script =
        "cat; cat <&$1; cat \"$2/file\"; echo \"$NAME$(pwd)\"; touch \"$2/new\" 2>/dev/null || echo no >&2; exit 7";
    command.args(["-c", script, "sh", &number]).args([kept.path()]);
    let mut jailed = command.spawn().await.unwrap();

    let mut input = jailed.stdin().unwrap();
    input.write_all(b"input ").await.unwrap();
    drop(input);
    let (mut output, mut errors) = (String::new(), String::new());
    jailed.stdout().unwrap().read_to_string(&mut output).await.unwrap();
    jailed.stderr().unwrap().read_to_string(&mut errors).await.unwrap();
    assert_eq!(output, "input passed readable environment /tmp\n");
    assert_eq!(errors, "no\n");
    let End::Exited(status) = jailed.end().await.unwrap() else { panic!() };
    assert_eq!(status.code(), Some(7));
    // Both may be asked again.
    assert_eq!(jailed.end().await.unwrap(), End::Exited(status));
    jailed.kill().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jail_outlives_the_thread_that_asked_for_it() {
    let runtime = tokio::runtime::Handle::current();
    let start = async {
        let mut jailed = shell(&Confinement::default(), "echo begun; read x; echo \"$x\"").spawn().await.unwrap();
        let mut output = jailed.stdout().unwrap();
        output.read_exact(&mut [0; 6]).await.unwrap();
        (jailed, output, rustix::thread::gettid())
    };
    // bubblewrap dies with the thread that started it.
    let (mut jailed, mut stdout, thread) = std::thread::spawn(move || runtime.block_on(start)).join().unwrap();
    while std::fs::exists(format!("/proc/self/task/{thread}")).unwrap() {
        tokio::task::yield_now().await;
    }
    jailed.stdin().unwrap().write_all(b"alive\n").await.unwrap();
    let mut output = String::new();
    stdout.read_to_string(&mut output).await.unwrap();
    assert_eq!(output, "alive\n");
    assert!(matches!(jailed.end().await.unwrap(), End::Exited(status) if status.success()));
}

#[tokio::test]
async fn a_jail_that_is_killed_has_ended() {
    let mut jailed = shell(&Confinement::default(), "echo begun; sleep 600").spawn().await.unwrap();
    let mut output = jailed.stdout().unwrap();
    let mut begun = [0; 6];
    output.read_exact(&mut begun).await.unwrap();
    jailed.kill().await.unwrap();
    assert!(matches!(jailed.end().await.unwrap(), End::Exited(status) if !status.success()));
    assert_eq!(output.read(&mut begun).await.unwrap(), 0, "nothing is left that could write");
}
