//! What a script may use of the machine.

use sandbox::script::Clock;
use serde_json::json;

use super::*;

#[tokio::test]
async fn a_bomb_of_processes_is_bounded_and_ended() {
    let count = r#"
        import os, time
        def invoke():
            made = 0
            try:
                while True:
                    if os.fork() == 0:
                        time.sleep(600)
                    made += 1
            except BlockingIOError:
                return made
    "#;
    let made = result(count).await.as_u64().unwrap();
    assert!((20..32).contains(&made), "{made}");

    let bomb = r#"
        import os
        def invoke():
            while True:
                try:
                    os.fork()
                except OSError:
                    pass
    "#;
    let error = run_within(|limits| limits.wall = SHORT, bomb).await.unwrap_err();
    assert_eq!(error.failure.code(), "script_timed_out");
    assert!(error.took < SOON, "{:?}", error.took);
    // The next one is not held up.
    assert_eq!(result("def invoke(): return 1").await, json!(1));

    let threads = r#"
        import threading, time
        def invoke():
            try:
                for i in range(100):
                    threading.Thread(target=time.sleep, args=(600,)).start()
            except RuntimeError as error:
                return [i, str(error)]
    "#;
    let result = result(threads).await;
    assert!((20..32).contains(&result[0].as_u64().unwrap()), "{result}");
    assert_eq!(result[1], "can't start new thread");
}

#[tokio::test]
async fn memory_is_bounded_however_it_is_taken() {
    let out = Failure::OutOfMemory { limit: 512 << 20 };
    for script in [
        "def invoke(): return len(bytearray(1 << 30))",
        "def invoke():\n  all = []\n  while True: all.append(bytearray(1 << 20))",
        "x = [0] * (1 << 28)\ndef invoke(): pass",
        // Not this process's own, so that only the look at the whole finds it.
        r#"
            import mmap, time
            def invoke():
                m = mmap.mmap(-1, 1 << 30)
                for at in range(0, 1 << 30, 4096): m[at] = 1
                time.sleep(600)
        "#,
        r#"
            import os, time
            def invoke():
                for i in range(8):
                    if os.fork() == 0:
                        x = bytearray(b'x' * (200 << 20))
                        time.sleep(600)
                time.sleep(600)
        "#,
    ] {
        let error = run(script).await.unwrap_err();
        assert_eq!(error.failure, out, "{script}");
        assert!(error.took < SOON, "{script}");
    }
    assert_eq!(result("def invoke(): return len(bytearray(300 << 20))").await, json!(300 << 20));
}

#[tokio::test]
async fn memory_that_no_process_owns_cannot_be_had() {
    let script = r#"
        import ctypes, os
        def invoke():
            libc = ctypes.CDLL(None, use_errno=True)
            told = [libc.shmget(0, 1 << 20, 0o1600), ctypes.get_errno()]
            try:
                os.memfd_create('x')
            except OSError as error:
                return told + [error.errno]
    "#;
    let absent = rustix::io::Errno::NOSYS.raw_os_error();
    assert_eq!(result(script).await, json!([-1, absent, absent]));
}

#[tokio::test]
async fn a_gigabyte_of_output_is_read_and_mostly_forgotten() {
    let script = r#"
        import os, sys
        def invoke():
            piece = b'x' * (1 << 20)
            for i in range(1024): os.write(1, piece)
            print('y' * 100, file=sys.stderr)
            return 'done'
    "#;
    let before = resident();
    let outcome = run(script).await.unwrap();
    assert_eq!(outcome.result, json!("done"));
    assert_eq!((outcome.stdout.text.len(), outcome.stdout.is_cut), (64 << 10, true));
    assert_eq!((outcome.stderr.text.len(), outcome.stderr.is_cut), (101, false));
    let grown = resident().saturating_sub(before);
    assert!(grown < 200 << 20, "{grown}");

    let endless = "def invoke():\n  while True: print('x' * 10000)";
    let error = run_within(|limits| limits.wall = SHORT, endless).await.unwrap_err();
    assert_eq!(error.failure.code(), "script_timed_out");
    assert_eq!((error.stdout.text.len(), error.stdout.is_cut), (64 << 10, true));
}

/// The memory of this process, with all tests that run beside.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

#[tokio::test]
async fn processor_time_is_bounded() {
    let busy = "def invoke():\n  while True: pass";
    let one = Duration::from_secs(1);
    let error = run_within(|limits| limits.jail.processor = one, busy).await.unwrap_err();
    assert_eq!(error.failure, Failure::TimedOut { clock: Clock::Processor, limit: one });
    assert!(error.took < SOON, "{:?}", error.took);
}

#[tokio::test]
async fn disks_are_bounded_in_size_and_in_files() {
    let fill = |folder: &str| {
        format!(
            r#"
                def invoke():
                    try:
                        for i in range(1000):
                            open('{folder}/' + str(i), 'wb').write(b'x' * (1 << 20))
                    except OSError as error:
                        return [i, error.strerror]
            "#
        )
    };
    for folder in ["/tmp", "/dev/shm"] {
        assert_eq!(result(&fill(folder)).await, json!([64, "No space left on device"]), "{folder}");
    }
    let large = r#"
        def invoke():
            with open('/tmp/x', 'wb') as f:
                try:
                    f.truncate(1 << 40)
                except OSError as error:
                    return error.strerror
    "#;
    assert_eq!(result(large).await, json!("File too large"));
    let many = "def invoke():\n  for i in range(10**9): open('/dev/shm/' + str(i), 'w').close()";
    assert_eq!(failure(many).await, Failure::TooManyFiles { limit: 20_000 });
    let open = r#"
        def invoke():
            all = []
            try:
                while True:
                    all.append(open('/dev/null'))
            except OSError as error:
                return [len(all), error.strerror]
    "#;
    let told = result(open).await;
    assert!((240..256).contains(&told[0].as_u64().unwrap()) && told[1] == "Too many open files", "{told}");
}

#[tokio::test]
async fn limits_cannot_be_raised() {
    let script = r#"
        import resource as r
        def invoke():
            told = {}
            for name in dir(r):
                if not name.startswith('RLIMIT_') or name == 'RLIMIT_OFILE':
                    continue
                kind = getattr(r, name)
                soft, hard = r.getrlimit(kind)
                if hard == r.RLIM_INFINITY:
                    continue
                try:
                    r.setrlimit(kind, (soft, r.RLIM_INFINITY))
                    told[name] = 'raised'
                except (ValueError, OSError):
                    told[name] = hard
            return told
    "#;
    let told = result(script).await;
    for (name, hard) in [
        ("RLIMIT_CPU", 21_i64),
        ("RLIMIT_DATA", 512 << 20),
        ("RLIMIT_AS", 2 << 30),
        ("RLIMIT_NPROC", 32),
        ("RLIMIT_NOFILE", 256),
        ("RLIMIT_FSIZE", 64 << 20),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_MEMLOCK", 0),
        ("RLIMIT_MSGQUEUE", 0),
    ] {
        assert_eq!(told[name], json!(hard), "{name}");
    }
    assert!(!told.to_string().contains("raised"), "{told}");
}
