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

#[tokio::test]
async fn a_jail_that_is_killed_while_it_begins_has_ended() {
    for turn in 0..20_u128 {
        let marker = format!("602.{}{turn}", std::process::id());
        let mut jailed = shell(&Confinement::default(), &format!("exec sleep {marker}")).spawn().await.unwrap();
        // At some point of its beginning.
        let pause = std::time::Instant::now();
        while pause.elapsed().as_micros() < turn * 200 {
            tokio::task::yield_now().await;
        }
        if turn % 2 == 0 {
            jailed.kill().await.unwrap();
        }
        drop(jailed);
        crate::await_end_of(&["sleep", &marker]);
    }
}

#[tokio::test]
async fn the_environment_is_the_programs_and_not_that_of_what_makes_the_jail() {
    let environment = [("LD_PRELOAD", "/nowhere.so"), ("SECRET", "hidden\nvalue"), ("EMPTY", "")];
    let environment = environment.map(|(name, value)| (OsString::from(name), OsString::from(value))).into();
    let confinement = Confinement { environment, ..Confinement::default() };
    let mut jailed = shell(&confinement, "echo \"$SECRET-${EMPTY-unset}\"; read x").spawn().await.unwrap();
    let mut output = vec![0; 14];
    jailed.stdout().unwrap().read_exact(&mut output).await.unwrap();
    assert_eq!(String::from_utf8(output).unwrap(), "hidden\nvalue-\n");
    for process in std::fs::read_dir("/proc").unwrap().flatten() {
        let line = std::fs::read_to_string(process.path().join("cmdline")).unwrap_or_default();
        assert!(!line.contains("hidden\nvalue"), "{line}");
    }
    // The linker complains to each of the three programs inside, and not to bubblewrap.
    let mut errors = String::new();
    drop(jailed.stdin());
    jailed.stderr().unwrap().read_to_string(&mut errors).await.unwrap();
    assert_eq!(errors.matches("/nowhere.so").count(), 3, "{errors}");
}
