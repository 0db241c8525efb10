//! Calling a registered tool over HTTP.

use std::time::Duration;

use gateway::outbound::{Call, Guard, Method};
use kernel::{
    Error, Result,
    ids::{CaseId, RunId},
};
use serde_json::{Value as Json, json};

use crate::tools::Tool;

/// How long a tool may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The largest answer of a tool, in bytes.
const LIMIT: usize = 256 << 10;
/// The part of a failed call's answer that the model is shown, in characters.
const FAILURE: usize = 2_000;

/// Posts a call to the tool's address. `key` is the same for each attempt at the same call, so that a tool which remembers
/// it acts once.
///
/// # Errors
/// `tool_failed` with what the model should know, `Invalid` for an input that the schema refuses.
pub(crate) async fn call(
    guard: &Guard,
    tool: &Tool,
    input: &Json,
    run: RunId,
    case: CaseId,
    key: &str,
) -> Result<Json> {
    tool.check_input(input)?;
    let body = json!({"tool": tool.name, "input": input, "run_id": run, "case_id": case});
    let call = Call {
        method: Method::POST,
        url: tool.url.clone(),
        headers: vec![("content-type", "application/json".to_owned()), ("idempotency-key", key.to_owned())],
        body: Some(body.to_string().into_bytes()),
        timeout: TIMEOUT,
        limit: LIMIT,
    };
    let failed = |why: String| Error::conflict("tool_failed", format!("The tool {} failed: {why}", tool.name));
    let answer = guard.call(call).await.map_err(|e| failed(e.to_string()))?;
    // The database keeps no zero characters.
    let text = String::from_utf8_lossy(&answer.body).replace('\0', "");
    if !(200..300).contains(&answer.status) {
        let shown: String = text.chars().take(FAILURE).collect();
        return Err(failed(format!("it answered {}: {shown}", answer.status)));
    }
    let is_json = answer.media_type.is_some_and(|kind| kind == "application/json" || kind.ends_with("+json"));
    if !is_json {
        return Ok(Json::String(text));
    }
    let json: Json = serde_json::from_str(&text).map_err(|e| failed(format!("its answer is no JSON: {e}")))?;
    if json.to_string().contains("\\u0000") {
        return Err(failed("its answer holds zero characters".to_owned()));
    }
    Ok(json)
}
