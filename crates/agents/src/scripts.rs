//! Calling a tool that is a script.

use std::collections::BTreeMap;

use kernel::{
    Error, Result,
    ids::{CaseId, RunId},
};
use sandbox::{Hosts, Sandbox, ScriptJob};
use serde_json::{Map, Value as Json, json};
use tokio_util::sync::CancellationToken;

use crate::tools::Tool;

/// The part of what a failed script printed that the model is shown, in characters.
const SHOWN: usize = 2_000;

/// For whom a script is run.
pub(crate) struct Call {
    pub run: RunId,
    pub case: CaseId,
    /// The same for each attempt at the same call.
    pub key: String,
}

/// Runs a tool's script. What it answers and says holds none of the secrets it was given.
///
/// # Errors
/// `tool_failed` with what the model should know, `Invalid` for an input that the schema refuses, `Unavailable` when the
/// server stops in between.
pub(crate) async fn run(
    sandbox: &Sandbox,
    tool: &Tool,
    input: &Json,
    secrets: BTreeMap<String, String>,
    call: &Call,
    stop: &CancellationToken,
) -> Result<Json> {
    tool.check_input(input)?;
    let Json::Object(input) = input.clone() else {
        return Err(Error::invalid("input", "the input must be a JSON object"));
    };
    let context = json!({"tool": tool.name, "run_id": call.run, "case_id": call.case, "idempotency_key": call.key});
    let job = ScriptJob {
        script: tool.script.clone(),
        input,
        secrets,
        hosts: Hosts::parse(&tool.hosts).map_err(Error::internal)?,
        context: match context {
            Json::Object(context) => context,
            _ => Map::new(),
        },
    };
    match sandbox.run_script(&job, Some(stop)).await {
        Ok(outcome) if holds_zero(&outcome.result) => {
            Err(failed(tool, "its result holds zero characters, which cannot be stored"))
        }
        Ok(outcome) => Ok(outcome.result),
        Err(_) if stop.is_cancelled() => {
            Err(Error::unavailable("stopping", "The server stops; the tool is called again."))
        }
        Err(error) => {
            tracing::debug!(tool = %tool.id, code = error.failure.code(), "a script failed");
            let mut why = error.to_string();
            if let sandbox::Failure::Raised { traceback, .. } = &error.failure {
                why.push_str(&format!("\n{traceback}"));
            }
            for refused in &error.refused {
                why.push_str(&format!("\nThe network did not let through: {refused}"));
            }
            if !error.stderr.text.is_empty() {
                why.push_str(&format!("\nIt printed: {}", error.stderr.text));
            }
            Err(failed(tool, &why))
        }
    }
}

fn failed(tool: &Tool, why: &str) -> Error {
    let shown: String = why.replace('\0', "").chars().take(SHOWN).collect();
    Error::conflict("tool_failed", format!("The tool {} failed: {shown}", tool.name))
}

/// Whether a value holds the zero character, which the database keeps nowhere.
fn holds_zero(value: &Json) -> bool {
    value.to_string().contains("\\u0000")
}
