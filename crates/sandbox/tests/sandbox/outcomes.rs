//! What a script is given and what comes of it.

use futures::future::join_all;
use sandbox::script::Clock;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::*;

#[tokio::test]
async fn a_script_gets_its_input_and_gives_its_result() {
    let script = r#"
        def invoke(name, times, *, sep='-'):
            print('called')
            return {'said': sep.join([name] * times)}
    "#;
    let outcome = sandbox(|_| {}).run_script(&job(script, json!({"name": "hé", "times": 3})), None).await.unwrap();
    assert_eq!(outcome.result, json!({"said": "hé-hé-hé"}));
    assert_eq!((outcome.stdout.text.as_str(), outcome.stdout.is_cut), ("called\n", false));
    assert_eq!(outcome.stderr.text, "");
    assert_eq!(outcome.refused, Vec::<String>::new());
}

#[tokio::test]
async fn interloom_goes_to_those_that_take_it() {
    let with = |script: &str| {
        let context =
            json!({"tool": "t", "run_id": "r", "case_id": "c", "idempotency_key": "k", "secrets": "not these"});
        let Json::Object(context) = context else { unreachable!() };
        ScriptJob { context, secrets: secrets(&[("A", "b")]), ..job(script, json!({"x": 1})) }
    };
    let whole = json!({"tool": "t", "run_id": "r", "case_id": "c", "idempotency_key": "k", "secrets": {"A": "b"}});
    let sandbox = sandbox(|_| {});
    for (script, expected) in [
        ("def invoke(x, interloom): return interloom", whole.clone()),
        ("def invoke(interloom, x): return interloom", whole.clone()),
        ("def invoke(x, *, interloom=None): return interloom", whole.clone()),
        ("def invoke(**all): return all", json!({"x": 1, "interloom": whole})),
        ("def invoke(x): return x", json!(1)),
        ("def invoke(x, *interloom): return list(interloom)", json!([])),
        ("class A:\n  def __call__(self, x, interloom): return interloom['tool']\ninvoke = A()", json!("t")),
    ] {
        assert_eq!(sandbox.run_script(&with(script), None).await.unwrap().result, expected, "{script}");
    }
}

#[tokio::test]
async fn values_of_every_kind_come_and_go_unchanged() {
    let value = json!({
        "text": "ünïcödé 漢字 🧵 \u{0} \u{2028} \"\\/",
        "numbers": [0, -1, 1.5, 9_007_199_254_740_993_u64, i64::MIN, 1e300],
        "none": null, "yes": true, "deep": [[[[{"a": []}]]]], "": "", "order": {"z": 1, "a": 2},
    });
    let sandbox = sandbox(|_| {});
    let outcome = sandbox.run_script(&job("def invoke(v): return v", json!({"v": value})), None).await.unwrap();
    assert_eq!(outcome.result, value);
    assert_eq!(outcome.result["order"].to_string(), r#"{"z":1,"a":2}"#);
    assert_eq!(result("# ünïcödé\ndef invoke(): print('漢字🧵'); return '漢字' + 'ß'").await, json!("漢字ß"));
    assert_eq!(run("def invoke(): print('漢字🧵\\ud800')").await.unwrap().stdout.text, "漢字🧵\\ud800\n");
    assert_eq!(result("def invoke(): return ({1: (1, 2)},)").await, json!([{"1": [1, 2]}]));
    assert_eq!(result("def invoke(): pass").await, Json::Null);
}

#[tokio::test]
async fn an_exception_is_told_with_its_place_in_the_script() {
    let script = r#"
        def helper(x):
            return 1 / x

        def invoke(x):
            print('before')
            return helper(x)
    "#;
    let error = sandbox(|_| {}).run_script(&job(script, json!({"x": 0})), None).await.unwrap_err();
    assert_eq!(error.stdout.text, "before\n");
    assert_eq!(error.failure.code(), "script_raised");
    assert_eq!(error.to_string(), "the script raised ZeroDivisionError: division by zero");
    let Failure::Raised { exception, message, traceback } = error.failure else { panic!("{error:?}") };
    assert_eq!((exception.as_str(), message.as_str()), ("ZeroDivisionError", "division by zero"));
    assert!(traceback.contains("File \"script.py\", line 7, in invoke\n    return helper(x)"), "{traceback}");
    assert!(traceback.contains("File \"script.py\", line 3, in helper\n    return 1 / x"), "{traceback}");
    assert!(!traceback.contains("<string>"), "no frame of the runner: {traceback}");
}

#[tokio::test]
async fn every_way_to_raise_is_told() {
    for (script, name, text) in [
        ("def invoke(:", "SyntaxError", "invalid syntax (script.py, line 1)"),
        ("import nothing_of_this_name", "ModuleNotFoundError", "No module named 'nothing_of_this_name'"),
        ("def invoke(missing): pass", "TypeError", "missing 1 required positional argument: 'missing'"),
        ("import sys\ndef invoke(): sys.exit('bye')", "SystemExit", "bye"),
        ("class Own(Exception): pass\ndef invoke(): raise Own('mine')", "custom_tool.Own", "mine"),
        ("def invoke(): raise KeyboardInterrupt", "KeyboardInterrupt", ""),
        ("def invoke(): invoke()", "RecursionError", "maximum recursion depth exceeded"),
        ("class E(Exception):\n  def __str__(self): raise self\ndef invoke(): raise E", "custom_tool.E", "(no text)"),
        ("def invoke(): raise ValueError('\\ud800ä')", "ValueError", "\\ud800ä"),
    ] {
        let Failure::Raised { exception, message, .. } = failure(script).await else { panic!("{script}") };
        assert_eq!(exception, name, "{script}: {message}");
        assert!(message.contains(text), "{script}: {message}");
    }
    let Failure::Raised { message, traceback, .. } = failure("def invoke(): raise ValueError('x' * 10**7)").await
    else {
        panic!()
    };
    assert!(message.len() <= 16 << 10 && traceback.len() <= 16 << 10, "{} {}", message.len(), traceback.len());
}

#[tokio::test]
async fn a_script_without_invoke_says_so() {
    for script in ["", "x = 1", "invoke = 3", "def Invoke(): pass"] {
        assert_eq!(failure(script).await, Failure::NoInvoke, "{script}");
    }
}

#[tokio::test]
async fn a_result_that_is_no_json_says_why() {
    for (value, why) in [
        ("{1, 2}", "Object of type set is not JSON serializable"),
        ("float('nan')", "Out of range float values are not JSON compliant"),
        ("'\\ud800'", "surrogates not allowed"),
        ("(lambda x: (x.append(x), x))([])", "Circular reference"),
        ("__import__('functools').reduce(lambda x, _: [x], range(127), 0)", "recursion limit exceeded"),
        ("__import__('functools').reduce(lambda x, _: [x], range(10**5), 0)", "nested too deeply"),
    ] {
        let Failure::NotJson(text) = failure(&format!("def invoke(): return {value}")).await else { panic!("{value}") };
        assert!(text.contains(why), "{value}: {text}");
    }
}

#[tokio::test]
async fn a_large_result_is_refused() {
    let limit = 256 << 10;
    let fits = format!("def invoke(): return 'x' * ({limit} - 2)");
    assert_eq!(result(&fits).await.as_str().map(str::len), Some(limit - 2));
    for size in ["256 * 1024 - 1", "10**8"] {
        assert_eq!(failure(&format!("def invoke(): return 'x' * ({size})")).await, Failure::OutputTooLarge { limit });
    }
    // Around the runner, right onto its channel.
    for forged in ["b'x' * 10**7", "b'{\"result\":\"' + b'x' * (256 << 10) + b'\"}\\n'"] {
        let script = format!(
            r#"
                import os, stat
                def invoke():
                    for number in range(3, 256):
                        try:
                            if stat.S_ISSOCK(os.fstat(number).st_mode):
                                os.set_blocking(number, True)
                                data = {forged}
                                while data:
                                    data = data[os.write(number, data):]
                        except OSError:
                            pass
                    os._exit(0)
            "#
        );
        assert_eq!(failure(&script).await, Failure::OutputTooLarge { limit }, "{forged}");
    }
}

#[tokio::test]
async fn a_script_that_ends_its_process_says_how() {
    let ended = |how: &str| Failure::Ended(how.to_owned());
    assert_eq!(failure("import os\ndef invoke(): os._exit(3)").await, ended("exit status 3"));
    assert_eq!(failure("import os\ndef invoke(): os._exit(0)").await, ended("exit status 0"));
    assert_eq!(failure("import os\ndef invoke(): os.abort()").await, ended("signal 6"));
    assert_eq!(failure("import ctypes\ndef invoke(): ctypes.string_at(8)").await, ended("signal 11"));
}

#[tokio::test]
async fn a_script_that_takes_too_long_is_ended() {
    let scripts = [
        r#"
            import time
            def invoke():
                print('begun')
                time.sleep(600)
        "#,
        r#"
            def invoke():
                print('begun')
                while True: pass
        "#,
        // Already while it is loaded, and deaf to every signal but one.
        r#"
            import signal
            for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
                signal.signal(number, signal.SIG_IGN)
            print('begun')
            while True: pass
        "#,
    ];
    for ended in join_all(scripts.map(|script| run_within(|limits| limits.wall = SHORT, script))).await {
        let error = ended.unwrap_err();
        assert_eq!(error.failure, Failure::TimedOut { clock: Clock::Wall, limit: SHORT });
        assert_eq!(error.stdout.text, "begun\n");
        assert!(error.took >= SHORT && error.took < SOON, "{:?}", error.took);
    }
}

#[tokio::test]
async fn a_script_that_is_cancelled_is_ended() {
    let marker = format!("602.{}", std::process::id());
    let sleep = ["sleep", &marker];
    let cancel = CancellationToken::new();
    let sandbox = sandbox(|limits| limits.wall = SOON * 2);
    let script = "import os\ndef invoke(marker): os.execvp('sleep', ['sleep', marker])";
    let job = job(script, json!({"marker": marker}));
    let cancelled = async {
        await_begin_of(&sleep).await;
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(sandbox.run_script(&job, Some(&cancel)), cancelled);
    let error = outcome.unwrap_err();
    assert_eq!(error.failure, Failure::Cancelled);
    assert!(error.took < SOON, "{:?}", error.took);
    await_end_of(&sleep);
    // And one that had not begun.
    assert_eq!(sandbox.run_script(&job, Some(&cancel)).await.unwrap_err().failure, Failure::Cancelled);
    assert_eq!(programs_with(&sleep), []);
}

#[tokio::test]
async fn what_a_script_leaves_behind_does_not_hold_it_up() {
    let scripts = [
        "import threading, time\ndef invoke(): threading.Thread(target=time.sleep, args=(600,)).start()",
        "import atexit, time\ndef invoke(): atexit.register(lambda: time.sleep(600)) and None",
        "import os, time\ndef invoke(): os.fork() or time.sleep(600)",
        "import os\ndef invoke(): os.fork() and None",
        "import os\ndef invoke(): os.closerange(0, 3)",
        "import sys\ndef invoke(): sys.stdout.close(); sys.stderr = None",
    ];
    for script in scripts {
        let outcome = run(script).await.unwrap_or_else(|error| panic!("{script}: {error:?}"));
        assert!(outcome.took < SOON, "{script}: {:?}", outcome.took);
    }
}

#[tokio::test]
async fn scripts_run_side_by_side_and_wait_for_their_turn() {
    let script = r#"
        import os, time
        def invoke(me):
            begin = time.monotonic()
            assert os.listdir('/tmp') == []
            open('/tmp/mine', 'w').write(me)
            time.sleep(1)
            return [open('/tmp/mine').read(), begin, time.monotonic()]
    "#;
    for parallel in [2, 1] {
        let settings = Settings { parallel, ..Settings::default() };
        let sandbox = Sandbox::new(settings, Guard::allowing("").unwrap());
        let jobs = ["a", "b"].map(|me| job(script, json!({"me": me})));
        let outcomes = join_all(jobs.iter().map(|job| sandbox.run_script(job, None))).await;
        let [a, b] = outcomes.try_into().unwrap_or_else(|_| panic!());
        let (a, b) = (a.unwrap().result, b.unwrap().result);
        assert_eq!((&a[0], &b[0]), (&json!("a"), &json!("b")));
        let at = |told: &Json, index: usize| told[index].as_f64().unwrap();
        let is_overlapping = at(&a, 1) < at(&b, 2) && at(&b, 1) < at(&a, 2);
        assert_eq!(is_overlapping, parallel == 2, "{a} {b}");
    }
}
