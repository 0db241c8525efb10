//! What a script can see and do.

use std::collections::BTreeSet;

use rustix::process::{Signal, kill_process};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::*;

#[tokio::test]
async fn nothing_of_the_hosts_files_is_there() {
    let script = r#"
        import os
        def invoke(paths):
            return {
                'root': os.listdir('/'),
                'etc': os.listdir('/etc'),
                'home': os.path.expanduser('~'),
                'found': [path for path in paths if os.path.exists(path)],
                'passwd': open('/etc/passwd').read(),
            }
    "#;
    let home = std::env::var("HOME").unwrap();
    let kept = tempfile::NamedTempFile::new().unwrap();
    let here = env!("CARGO_MANIFEST_DIR");
    let paths = json!({"paths": [home, kept.path(), here, "/root", "/home", "/var", "/etc/shadow", "/etc/hostname",
        "/etc/ssl/private", "/sys", "/run", "/dev/kmsg", "/dev/mem", "/dev/vda", "/dev/kvm", "/dev/fuse", "/opt"]});
    let told = sandbox(|_| {}).run_script(&job(script, paths), None).await.unwrap().result;
    assert_eq!(told["found"], json!([]));
    assert_eq!(told["home"], "/tmp");
    assert_eq!(told["passwd"], "sandbox:x:1000:1000:sandbox:/tmp:/bin/sh\n");
    let allowed = |list: &Json, allowed: &[&str]| {
        let found: BTreeSet<&str> = list.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert!(found.iter().all(|name| allowed.contains(name)), "{found:?}");
    };
    allowed(&told["root"], &["bin", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "sbin", "tmp", "usr"]);
    let etc = "alternatives ca-certificates crypto-policies group hosts ld.so.cache nsswitch.conf passwd pki ssl";
    allowed(&told["etc"], &etc.split(' ').collect::<Vec<_>>());
}

#[tokio::test]
async fn only_two_small_disks_can_be_written() {
    let script = r#"
        import os
        def invoke():
            folders = ['/', '/usr', '/usr/bin', '/etc', '/dev', '/proc', '/tmp', '/dev/shm']
            folders.append(os.path.dirname(os.__file__))
            files = ['/etc/passwd', '/etc/hosts', '/usr/bin/env', '/proc/sysrq-trigger']
            files += ['/proc/sys/kernel/core_pattern', '/proc/sys/kernel/hostname']
            written = []
            for path, mode in [(folder + '/new', 'w') for folder in folders] + [(file, 'r+') for file in files]:
                try:
                    open(path, mode).close()
                    written.append(path)
                except OSError:
                    pass
            return written
    "#;
    assert_eq!(result(script).await, json!(["/tmp/new", "/dev/shm/new"]));
}

#[tokio::test]
async fn nothing_of_the_hosts_environment_is_there() {
    let told = result("import os\ndef invoke(): return dict(os.environ)").await;
    let names: BTreeSet<&str> = told.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = ["HOME", "LANG", "MALLOC_ARENA_MAX", "OPENBLAS_NUM_THREADS", "PATH", "PWD"];
    assert_eq!(names, BTreeSet::from(expected));
    assert_eq!(told["PATH"], "/usr/bin:/usr/local/bin:/usr/bin:/bin");
}

#[tokio::test]
async fn nothing_of_the_hosts_processes_and_open_files_is_there() {
    // Unlike what the standard library opens, this one stays open in programs that are started.
    let inherited = rustix::io::dup(fs::File::open("/etc/hostname").unwrap()).unwrap();
    let script = r#"
        import os
        def invoke():
            names = [os.path.realpath('/proc/self/fd/' + number) for number in os.listdir('/proc/self/fd')]
            processes = sorted(int(name) for name in os.listdir('/proc') if name.isdigit())
            return [processes, os.getppid(), [name.split(':')[0].split('/')[-1] for name in names]]
    "#;
    let told = result(script).await;
    drop(inherited);
    let processes = told[0].as_array().unwrap();
    assert_eq!((processes.len(), &processes[0], &told[1]), (2, &json!(1), &json!(1)), "{told}");
    let files: Vec<&str> = told[2].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    // The folder that is being listed is one of them, and is gone when its link is read.
    let known = ["null", "pipe", "socket", "fd"];
    assert!(
        files.len() <= 5 && files.iter().all(|name| known.contains(name) || name.parse::<u32>().is_ok()),
        "{files:?}"
    );
}

#[tokio::test]
async fn it_is_nobody_without_privileges() {
    let script = r#"
        import os, socket
        def invoke():
            status = dict(line.split(':', 1) for line in open('/proc/self/status'))
            told = {name: value.strip() for name, value in status.items()}
            told['ids'] = os.getresuid() + os.getresgid()
            told['host'] = socket.gethostname()
            told['oom'] = open('/proc/self/oom_score_adj').read().strip()
            told['session'] = os.getsid(0)
            return told
    "#;
    let told = result(script).await;
    let none = "0000000000000000";
    for name in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        assert_eq!(told[name], none, "{name}");
    }
    assert_eq!((&told["NoNewPrivs"], &told["Seccomp"]), (&json!("1"), &json!("2")));
    assert_eq!(told["ids"], json!([1000, 1000, 1000, 1000, 1000, 1000]));
    assert_eq!((&told["host"], &told["oom"]), (&json!("sandbox"), &json!("1000")));
    // The number is 0 for a session that began outside, which would have the server's terminal.
    assert_ne!(told["session"], 0);
}

#[tokio::test]
async fn namespaces_are_its_own() {
    let script = r#"
        import os
        def invoke():
            names = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts']
            return {name: os.readlink('/proc/self/ns/' + name) for name in names}
    "#;
    for (name, inside) in result(script).await.as_object().unwrap() {
        let outside = fs::read_link(format!("/proc/self/ns/{name}")).unwrap();
        assert_ne!(inside, outside.to_str().unwrap(), "{name}");
    }
}

#[tokio::test]
async fn dangerous_calls_of_the_kernel_are_filtered() {
    let script = include_str!("calls.py");
    let told = result(script).await;
    let refused = told["refused"].as_object().unwrap();
    assert!(refused.len() >= 20);
    for (name, errno) in refused {
        assert_eq!(errno, &json!(rustix::io::Errno::NOSYS.raw_os_error()), "{name}");
    }
    for (name, errno) in told["allowed"].as_object().unwrap() {
        assert_ne!(errno, &json!(rustix::io::Errno::NOSYS.raw_os_error()), "{name}");
    }
}

#[tokio::test]
async fn other_programs_can_be_run() {
    let script = r#"
        import subprocess, sys
        def invoke():
            commands = ['sh', '-c', 'echo $((6*7)) | cat'], [sys.executable, '-c', 'import os; print(os.getuid())']
            return [subprocess.run(command, capture_output=True, text=True, check=True).stdout for command in commands]
    "#;
    assert_eq!(result(script).await, json!(["42\n", "1000\n"]));
}

#[tokio::test]
async fn a_daemon_dies_with_its_script() {
    let marker = format!("600.{}", std::process::id());
    let sleep = ["sleep", &marker];
    let daemon = r#"
        import os, time
        def invoke(marker, wait):
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    for number in range(3):
                        os.close(number)
                    os.execvp('sleep', ['sleep', marker])
                os._exit(0)
            os.wait()
            time.sleep(wait)
            return 'left'
    "#;
    let sandbox = sandbox(|_| {});
    let outcome = sandbox.run_script(&job(daemon, json!({"marker": marker, "wait": 0})), None).await.unwrap();
    assert_eq!(outcome.result, json!("left"));
    await_end_of(&sleep);

    let job = job(daemon, json!({"marker": marker, "wait": 600}));
    let cancel = CancellationToken::new();
    let cancelled = async {
        await_begin_of(&sleep).await;
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(sandbox.run_script(&job, Some(&cancel)), cancelled);
    assert_eq!(outcome.unwrap_err().failure, Failure::Cancelled);
    await_end_of(&sleep);

    // And when nobody waits for the script any more.
    tokio::select! {
        outcome = sandbox.run_script(&job, None) => panic!("{outcome:?}"),
        () = await_begin_of(&sleep) => {}
    }
    await_end_of(&sleep);
}

/// Not a test of its own: what the next one runs as a server of its own.
#[tokio::test]
async fn server_that_is_killed() {
    if let Ok(marker) = std::env::var("HEDDLE_TEST_MARKER") {
        let script = format!("import os\ndef invoke(): os.execvp('sleep', ['sleep', '{marker}'])");
        let ended = run_within(|limits| limits.wall = SOON, &script).await;
        panic!("{ended:?}");
    }
}

#[test]
fn a_script_dies_with_the_server() {
    let marker = format!("601.{}", std::process::id());
    let mut server = std::process::Command::new(std::env::current_exe().unwrap());
    server.args(["--exact", "confinement::server_that_is_killed"]).env("HEDDLE_TEST_MARKER", &marker);
    let mut server = server.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
    while programs_with(&["sleep", &marker]).is_empty() {
        assert!(server.try_wait().unwrap().is_none(), "the server ended before its script began");
        std::thread::yield_now();
    }
    kill_process(Pid::from_child(&server), Signal::KILL).unwrap();
    server.wait().unwrap();
    await_end_of(&["sleep", &marker]);
}
