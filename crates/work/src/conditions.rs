//! Conditions of implicit instructions: CEL expressions over the case.
//!
//! A condition sees `case` (title, description, summary, phase, motion, priority, assigned_actor_id, external_id, labels,
//! attributes), `stage` (name, motion, open_instructions), `artifacts` (a list of name and mime_type), `emails` (a list of
//! subject and state), `subcases` (a list of title and phase) and `comments` (how many). Absent values are null.

use cel::{Context, Program, Value};
use identity::Right;
use kernel::{Error, Result, check, ids::CaseId};
use serde_json::{Value as Json, json};
use store::{Tx, params};

use crate::{
    cases::{self, Case},
    motion::{Motion, StagePhase},
    stages::{self, Stage},
};

/// The longest condition, in characters.
const LENGTH: usize = 4_000;
const VARIABLES: [&str; 6] = ["case", "stage", "artifacts", "emails", "subcases", "comments"];

/// What is wrong with a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, for people.
    pub message: String,
    /// Where it is wrong, if that is known: line and column, from 1.
    pub at: Option<(i64, i64)>,
}

impl Fault {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), at: None }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.at {
            Some((line, column)) => write!(f, "line {line}, column {column}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// What an examination of a condition found.
#[derive(Clone, Debug)]
pub struct Examined {
    /// Whether it can be saved.
    pub valid: bool,
    /// Why it cannot be saved, or why it gives nothing for the case.
    pub fault: Option<Fault>,
    /// What it gives for the case.
    pub value: Option<bool>,
    /// What it sees of the case.
    pub saw: Option<Json>,
}

/// Checks a condition when it is saved: it can be read, names only what conditions see, and gives true or false for a
/// case without anything in it (or fails there only because that case lacks something).
///
/// # Errors
/// `Invalid` for `path`, saying what is wrong and where.
pub fn check(path: &str, condition: &str) -> Result<()> {
    let condition = check::required(path, condition, LENGTH)?;
    savable(condition).map(drop).map_err(|fault| Error::invalid(path, fault.to_string()))
}

/// Says whether a condition can be saved and, when a case is named, what it gives for its active stage: for its next one
/// when none is active.
///
/// # Errors
/// `case_not_found`, `forbidden` for observers of the case, `Invalid` for a blank or over-long condition.
pub fn examine(tx: &mut Tx<'_>, condition: &str, case: Option<CaseId>) -> Result<Examined> {
    let case = case.map(|case| cases::require(tx, case, Right::Work)).transpose()?;
    let condition = check::required("condition", condition, LENGTH)?;
    let saw = match &case {
        Some(case) => {
            let stages = stages::all(tx, case.id)?;
            let of = |phase| stages.iter().find(|stage| stage.phase == phase);
            Some(variables(tx, case, of(StagePhase::Active).or_else(|| of(StagePhase::Pending)))?)
        }
        None => None,
    };
    let (valid, given) = match (savable(condition), &saw) {
        (Err(fault), _) => (false, Some(Err(fault))),
        (Ok(program), Some(saw)) => (true, Some(truth(&program, saw))),
        (Ok(_), None) => (true, None),
    };
    let (value, fault) = match given {
        Some(Ok(value)) => (Some(value), None),
        Some(Err(fault)) => (None, Some(fault)),
        None => (None, None),
    };
    Ok(Examined { valid, fault, value, saw })
}

fn savable(condition: &str) -> std::result::Result<Program, Fault> {
    let program = compile(condition)?;
    let references = program.references();
    let bound = bound_names(condition);
    if let Some(unknown) = references.variables().iter().find(|name| !VARIABLES.contains(name) && !bound.contains(name))
    {
        return Err(Fault::new(format!("unknown name {unknown}; a condition sees {}", VARIABLES.join(", "))));
    }
    use cel::ExecutionError as E;
    match run(&program, &sample()) {
        Ok(Value::Bool(_)) => Ok(()),
        Ok(other) => Err(Fault::new(not_a_truth(&other))),
        // Functions that do not exist and members of the case that it never has are mistakes; the rest depends on data.
        Err(error @ (E::UndeclaredReference(_) | E::NotSupportedAsMethod { .. } | E::InvalidArgumentCount { .. })) => {
            Err(Fault::new(error.to_string()))
        }
        Err(E::NoSuchKey(key)) if !condition.contains("attributes") => Err(Fault::new(format!("there is no {key}"))),
        Err(_) => Ok(()),
    }?;
    Ok(program)
}

fn not_a_truth(value: &Value) -> String {
    format!("the condition must give true or false, not {:?}", value.type_of())
}

fn compile(condition: &str) -> std::result::Result<Program, Fault> {
    // The parser recurses; a bound on nesting keeps hostile input from exhausting the stack.
    let depth = condition.chars().fold((0i32, 0i32), |(depth, most), c| match c {
        '(' | '[' | '{' => (depth + 1, most.max(depth + 1)),
        ')' | ']' | '}' => (depth - 1, most),
        _ => (depth, most),
    });
    if depth.1 > 40 {
        return Err(Fault::new("the condition is nested too deeply"));
    }
    std::panic::catch_unwind(|| Program::compile(condition))
        .map_err(|_| Fault::new("the condition cannot be read"))?
        .map_err(|errors| match errors.errors.first() {
            Some(error) => {
                let (line, column) = error.pos;
                let at = (line > 0 && column >= 0).then_some((line as i64, column as i64));
                Fault { message: error.msg.clone(), at }
            }
            None => Fault::new("the condition cannot be read"),
        })
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

/// What the program gives for these variables.
fn truth(program: &Program, variables: &Json) -> std::result::Result<bool, Fault> {
    match run(program, variables) {
        Ok(Value::Bool(value)) => Ok(value),
        Ok(other) => Err(Fault::new(not_a_truth(&other))),
        Err(error) => Err(Fault::new(error.to_string())),
    }
}

/// Whether the condition holds for the case now. One that fails (it names an attribute that the case lacks) does not hold.
///
/// # Errors
/// The engine's.
pub fn holds(tx: &mut Tx<'_>, condition: &str, case: &Case, stage: &Stage) -> Result<bool> {
    Ok(evaluate(tx, condition, case, Some(stage))?.unwrap_or(false))
}

/// What the condition gives for the case now, or why it gives nothing. Without a stage it sees one without a name.
///
/// # Errors
/// The engine's.
pub(crate) fn evaluate(
    tx: &mut Tx<'_>,
    condition: &str,
    case: &Case,
    stage: Option<&Stage>,
) -> Result<std::result::Result<bool, Fault>> {
    let program = match compile(condition) {
        Ok(program) => program,
        Err(fault) => return Ok(Err(fault)),
    };
    let variables = variables(tx, case, stage)?;
    Ok(truth(&program, &variables))
}

fn variables(tx: &mut Tx<'_>, case: &Case, stage: Option<&Stage>) -> Result<Json> {
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
    let stage = match stage {
        Some(stage) => {
            let open: i64 = tx.query_one(
                "SELECT COUNT(*) FROM instructions WHERE stage_id = $1 AND NOT satisfied",
                params![stage.id],
                |row| row.get(0),
            )?;
            json!({"name": stage.name, "motion": stage.motion, "open_instructions": open})
        }
        None => json!({"name": "", "motion": Motion::Idle, "open_instructions": 0}),
    };
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
        "stage": stage,
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

    #[test]
    fn a_fault_says_where_it_is() {
        let fault = savable("case.title ==\n  'a' &&& true").unwrap_err();
        assert_eq!(fault.at, Some((2, 9)), "{fault}");
        assert!(check("condition", "case.").unwrap_err().message().starts_with("line 1, column "));
        assert_eq!(savable("kase == 1").unwrap_err().at, None);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            let _ = check("condition", &text);
        }
    }
}
