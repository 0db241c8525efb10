//! Conditions of implicit instructions: CEL expressions over the case.
//!
//! A condition sees `case` (title, description, summary, phase, motion, priority, assigned_actor_id, external_id, labels,
//! attributes), `stage` (name, motion, open_instructions), `artifacts` (a list of name and mime_type), `emails` (a list of
//! subject and state), `subcases` (a list of title and phase) and `comments` (how many). Absent values are null.

use cel::{Context, Program, Value};
use kernel::{Error, Result, check};
use serde_json::{Value as Json, json};
use store::{Tx, params};

use crate::{cases::Case, stages::Stage};

/// The longest condition, in characters.
const LENGTH: usize = 4_000;
const VARIABLES: [&str; 6] = ["case", "stage", "artifacts", "emails", "subcases", "comments"];

/// Checks a condition when it is saved: it can be read, names only what conditions see, and gives true or false for a
/// case without anything in it (or fails there only because that case lacks something).
///
/// # Errors
/// `Invalid` for `path`, saying what is wrong and where.
pub fn check(path: &str, condition: &str) -> Result<()> {
    let condition = check::required(path, condition, LENGTH)?;
    let program = compile(condition).map_err(|reason| Error::invalid(path, reason))?;
    let references = program.references();
    let bound = bound_names(condition);
    if let Some(unknown) = references.variables().iter().find(|name| !VARIABLES.contains(name) && !bound.contains(name))
    {
        return Err(Error::invalid(path, format!("unknown name {unknown}; a condition sees {}", VARIABLES.join(", "))));
    }
    use cel::ExecutionError as E;
    match run(&program, &sample()) {
        Ok(Value::Bool(_)) => Ok(()),
        Ok(other) => {
            Err(Error::invalid(path, format!("the condition must give true or false, not {:?}", other.type_of())))
        }
        // Functions that do not exist and members of the case that it never has are mistakes; the rest depends on data.
        Err(error @ (E::UndeclaredReference(_) | E::NotSupportedAsMethod { .. } | E::InvalidArgumentCount { .. })) => {
            Err(Error::invalid(path, error.to_string()))
        }
        Err(E::NoSuchKey(key)) if !condition.contains("attributes") => {
            Err(Error::invalid(path, format!("there is no {key}")))
        }
        Err(_) => Ok(()),
    }
}

fn compile(condition: &str) -> std::result::Result<Program, String> {
    // The parser recurses; a bound on nesting keeps hostile input from exhausting the stack.
    let depth = condition.chars().fold((0i32, 0i32), |(depth, most), c| match c {
        '(' | '[' | '{' => (depth + 1, most.max(depth + 1)),
        ')' | ']' | '}' => (depth - 1, most),
        _ => (depth, most),
    });
    if depth.1 > 40 {
        return Err("the condition is nested too deeply".to_owned());
    }
    std::panic::catch_unwind(|| Program::compile(condition))
        .map_err(|_| "the condition cannot be read".to_owned())?
        .map_err(|errors| errors.to_string())
}

/// The names that macros such as `artifacts.exists(a, …)` bind for their own part.
fn bound_names(condition: &str) -> Vec<&str> {
    const MACROS: [&str; 5] = ["exists(", "exists_one(", "all(", "map(", "filter("];
    let parts = MACROS.iter().flat_map(|name| condition.split(name).skip(1));
    parts.filter_map(|part| part.split_once(',')).map(|(name, _)| name.trim()).collect()
}

fn run(program: &Program, variables: &Json) -> std::result::Result<Value, cel::ExecutionError> {
    let mut context = Context::default();
    if let Json::Object(variables) = variables {
        for (name, value) in variables {
            if context.add_variable(name.as_str(), value).is_err() {
                return Err(cel::ExecutionError::function_error("context", format!("{name} cannot be passed")));
            }
        }
    }
    program.execute(&context)
}

/// Whether the condition holds for the case now. One that fails (it names an attribute that the case lacks) does not hold.
///
/// # Errors
/// The engine's.
pub fn holds(tx: &mut Tx<'_>, condition: &str, case: &Case, stage: &Stage) -> Result<bool> {
    let Ok(program) = compile(condition) else { return Ok(false) };
    let variables = variables(tx, case, stage)?;
    Ok(matches!(run(&program, &variables), Ok(Value::Bool(true))))
}

fn variables(tx: &mut Tx<'_>, case: &Case, stage: &Stage) -> Result<Json> {
    let labels: Vec<&str> = case.labels.iter().map(|label| label.name.as_str()).collect();
    let artifacts = tx.query(
        "SELECT name, mime_type FROM documents WHERE case_id = $1 ORDER BY created_at, id LIMIT 1000",
        params![case.id],
        |row| Ok(json!({"name": row.get::<String>(0)?, "mime_type": row.get::<String>(1)?})),
    )?;
    let emails = tx.query(
        "SELECT subject, state FROM emails WHERE case_id = $1 ORDER BY created_at, id LIMIT 1000",
        params![case.id],
        |row| Ok(json!({"subject": row.get::<String>(0)?, "state": row.get::<String>(1)?})),
    )?;
    let subcases = tx.query(
        "SELECT title, phase FROM cases WHERE parent_case_id = $1 ORDER BY created_at, id LIMIT 1000",
        params![case.id],
        |row| Ok(json!({"title": row.get::<String>(0)?, "phase": row.get::<String>(1)?})),
    )?;
    let comments: i64 = tx.query_one(
        "SELECT COUNT(*) FROM activities WHERE thread_id = $1 AND type = 'comment'",
        params![case.thread_id],
        |row| row.get(0),
    )?;
    let open: i64 = tx.query_one(
        "SELECT COUNT(*) FROM instructions WHERE stage_id = $1 AND NOT satisfied",
        params![stage.id],
        |row| row.get(0),
    )?;
    Ok(json!({
        "case": {
            "title": case.title,
            "description": case.description,
            "summary": case.summary,
            "phase": case.phase,
            "motion": case.motion,
            "priority": case.priority,
            "assigned_actor_id": case.assigned_actor_id,
            "external_id": case.external_id,
            "labels": labels,
            "attributes": case.attributes,
        },
        "stage": {"name": stage.name, "motion": stage.motion, "open_instructions": open},
        "artifacts": artifacts,
        "emails": emails,
        "subcases": subcases,
        "comments": comments,
    }))
}

/// What a condition is tried on when it is saved.
fn sample() -> Json {
    json!({
        "case": {
            "title": "", "description": null, "summary": null, "phase": "active", "motion": "working", "priority": null,
            "assigned_actor_id": null, "external_id": null, "labels": [], "attributes": {},
        },
        "stage": {"name": "", "motion": "working", "open_instructions": 1},
        "artifacts": [], "emails": [], "subcases": [], "comments": 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn mistakes_are_refused_when_saved() {
        for good in [
            "case.priority == 'high'",
            "'urgent' in case.labels && comments > 0",
            "artifacts.exists(a, a.mime_type == 'application/pdf')",
            "case.attributes.amount > 100.0",
            "size(subcases) > 0 && subcases.all(s, s.phase == 'resolved')",
            "case.description != null",
        ] {
            check("condition", good).unwrap_or_else(|e| panic!("{good}: {e}"));
        }
        for bad in
            ["", "case.", "1 + 1", "case.titel == 'x'", "kase.title == ''", "nosuch(case.title)", "\"text\"", "case"]
        {
            let error = check("condition", bad).unwrap_err();
            assert_eq!(error.fields()[0].path, "condition", "{bad}");
        }
        assert!(check("condition", &format!("{}true{}", "(".repeat(500), ")".repeat(500))).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            let _ = check("condition", &text);
        }
    }
}
