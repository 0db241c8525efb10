//! Secrets reach the script and nobody else.

use serde_json::json;

use super::*;

const SECRET: &str = "tok/en+4711 \"ü\"";

fn with_secret(script: &str) -> ScriptJob {
    ScriptJob { secrets: secrets(&[("API_KEY", SECRET), ("PIN", "4711471147")]), ..job(script, json!({})) }
}

#[tokio::test]
async fn a_secret_that_is_given_back_is_replaced() {
    let script = r#"
        import base64, json, sys, urllib.parse
        def invoke(interloom):
            s = interloom['secrets']['API_KEY']
            assert s == 'tok/en+4711 "\xfc"'
            print('out', s, json.dumps(s))
            print('err', urllib.parse.quote_plus(s), file=sys.stderr)
            encoded = base64.b64encode(s.encode()).decode()
            return {s: [s, encoded, {'a': 'x' + s + 'y'}], 'pin': int(interloom['secrets']['PIN'])}
    "#;
    let outcome = sandbox(|_| {}).run_script(&with_secret(script), None).await.unwrap();
    let mark = "[secret API_KEY]";
    assert_eq!(outcome.result, json!({mark: [mark, mark, {"a": format!("x{mark}y")}], "pin": "[secret PIN]"}));
    assert_eq!(outcome.stdout.text, format!("out {mark} \"{mark}\"\n"));
    assert_eq!(outcome.stderr.text, format!("err {mark}\n"));
}

#[tokio::test]
async fn a_secret_in_an_exception_is_replaced() {
    let script = r#"
        def invoke(interloom):
            s = interloom['secrets']['API_KEY']
            print(s)
            raise type(s, (Exception,), {})(s)
    "#;
    let error = sandbox(|_| {}).run_script(&with_secret(script), None).await.unwrap_err();
    let told = format!("{error:?}");
    assert!(told.contains("[secret API_KEY]") && !told.contains("tok/en"), "{told}");
    let Failure::Raised { exception, message, traceback } = error.failure else { panic!("{told}") };
    assert_eq!((exception.as_str(), message.as_str()), ("custom_tool.[secret API_KEY]", "[secret API_KEY]"));
    assert!(traceback.contains("[secret API_KEY]"), "{traceback}");

    let not_json = "def invoke(interloom):\n  return type(interloom['secrets']['API_KEY'], (), {})()";
    let error = sandbox(|_| {}).run_script(&with_secret(not_json), None).await.unwrap_err();
    let told = Failure::NotJson("Object of type [secret API_KEY] is not JSON serializable".to_owned());
    assert_eq!(error.failure, told);
}

#[tokio::test]
async fn a_cut_of_the_output_leaves_no_part_of_a_secret() {
    for before in (64 << 10) - 20..=64 << 10 {
        let script = format!("def invoke(interloom): print('x' * {before} + interloom['secrets']['API_KEY'] * 3)");
        let outcome = sandbox(|_| {}).run_script(&with_secret(&script), None).await.unwrap();
        let rest = outcome.stdout.text.trim_start_matches('x').replace("[secret API_KEY]", "");
        assert_eq!((rest.as_str(), outcome.stdout.is_cut), ("", true), "{before}");
    }
}

#[tokio::test]
async fn secrets_are_in_no_argument_no_environment_and_no_file() {
    let script = r#"
        import os
        def invoke(interloom):
            s = interloom['secrets']['API_KEY'].encode()
            found = []
            for pid in filter(str.isdigit, os.listdir('/proc')):
                for name in 'cmdline', 'environ':
                    try:
                        if s in open(f'/proc/{pid}/{name}', 'rb').read():
                            found.append([pid, name])
                    except PermissionError:
                        pass
            return found + os.listdir('/tmp')
    "#;
    let outcome = sandbox(|_| {}).run_script(&with_secret(script), None).await.unwrap();
    assert_eq!(outcome.result, json!([]));
    assert!(!format!("{:?}", with_secret(script)).contains("tok/en"));
}
