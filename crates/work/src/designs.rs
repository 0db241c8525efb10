//! A procedure as one whole: its name, its stages and their instructions, read and written at once.
//!
//! Whoever writes a design says which version it is made from. When somebody else has made a newer one in the meantime,
//! nothing is written.

use std::collections::HashMap;

use identity::Right;
use kernel::{
    Error, FieldError, Kind, Result, Timestamp, check,
    ids::{ActorId, ProcedureId, ProcedureStageId, SpaceId},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Tx, params};

use crate::{
    cases,
    instructions::NewInstruction,
    motion::RequiredActor,
    procedures::{self, INSTRUCTIONS, Procedure, STAGES, StageTemplate},
    stages, versions,
};

/// The longest note on a change, in characters.
const NOTE: usize = 2_000;

/// What a procedure says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Design {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Its stages, in their order.
    pub stages: Vec<DesignStage>,
}

/// A stage of a design.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesignStage {
    /// The stage to keep; none for a new one.
    pub id: Option<ProcedureStageId>,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Who it is for.
    pub required_actor_type: RequiredActor,
    /// Who gets it when the procedure is applied.
    pub assigned_actor_id: Option<ActorId>,
    /// Its instructions, in their order.
    pub instructions: Vec<NewInstruction>,
}

impl From<StageTemplate> for DesignStage {
    fn from(stage: StageTemplate) -> Self {
        Self {
            id: Some(stage.id),
            name: stage.name,
            description: stage.description,
            required_actor_type: stage.required_actor_type,
            assigned_actor_id: stage.assigned_actor_id,
            instructions: stage.instructions,
        }
    }
}

/// A design as it was at one version of its procedure.
#[derive(Clone, Debug)]
pub struct Designed {
    /// The procedure.
    pub procedure_id: ProcedureId,
    /// The number of the version, from 1.
    pub version: i64,
    /// When it was made.
    pub at: Timestamp,
    /// Who made it; the nil id for Heddle itself.
    pub by: ActorId,
    /// The name of who made it.
    pub by_name: String,
    /// What was said of it.
    pub note: Option<String>,
    /// What it says.
    pub design: Design,
}

/// The newest design of a procedure.
///
/// # Errors
/// `procedure_not_found`.
pub fn get(tx: &mut Tx<'_>, id: ProcedureId) -> Result<Designed> {
    let procedure = procedures::get(tx, id)?;
    newest(tx, &procedure)
}

/// Writes a design in the place of the version it was made from. Stages that are named by their id are kept, those that
/// are not there any more go. One that changes nothing makes no version.
///
/// # Errors
/// `procedure_not_found`, `forbidden` for observers, `procedure_changed` when `base` is not the newest version,
/// `Invalid` naming every field at fault.
pub fn put(tx: &mut Tx<'_>, id: ProcedureId, base: i64, design: &Design, note: Option<&str>) -> Result<Designed> {
    let procedure = procedures::require(tx, id, Right::Work)?;
    let current = newest(tx, &procedure)?;
    if current.version != base {
        let message = format!(
            "{} changed the procedure at {}: it is at version {} now, and this change was made from version {base}.",
            current.by_name, current.at, current.version
        );
        return Err(Error::conflict("procedure_changed", message));
    }
    let known: Vec<ProcedureStageId> = current.design.stages.iter().filter_map(|stage| stage.id).collect();
    let mut problems = problems(tx, procedure.space_id, design, Some(&known))?;
    keep_problem(&mut problems, check::optional("note", note, NOTE).map(drop), "note")?;
    refuse(problems)?;
    replace(tx, &procedure, &current.design, &trimmed(design), note.filter(|note| !note.trim().is_empty()))
}

/// Makes the procedure what it was at an earlier version: a new version that says the same. Whoever can no longer be
/// given work in the space loses the stages.
///
/// # Errors
/// `procedure_not_found`, `forbidden` for observers, `version_not_found`.
pub fn restore(tx: &mut Tx<'_>, id: ProcedureId, version: i64) -> Result<Designed> {
    let procedure = procedures::require(tx, id, Right::Work)?;
    let mut design = versions::get(tx, id, version)?.design;
    for stage in &mut design.stages {
        if let Some(actor) = stage.assigned_actor_id
            && let Err(error) = assignable(tx, procedure.space_id, stage.required_actor_type, actor)
        {
            if error.kind() != Kind::Invalid {
                return Err(error);
            }
            stage.assigned_actor_id = None;
        }
    }
    let current = newest(tx, &procedure)?;
    replace(tx, &procedure, &current.design, &design, Some(&format!("Version {version} restored")))
}

/// The newest design of a procedure that the actor may see.
pub(crate) fn newest(tx: &mut Tx<'_>, procedure: &Procedure) -> Result<Designed> {
    let design = of(tx, procedure)?;
    tx.query_one(
        "SELECT p.version, COALESCE(p.changed_at, p.updated_at), COALESCE(p.changed_by, p.created_by), p.note, \
         COALESCE(a.name, 'Heddle') FROM procedures p LEFT JOIN actors a ON a.id = COALESCE(p.changed_by, p.created_by) \
         WHERE p.id = $1",
        params![procedure.id],
        |row| {
            Ok(Designed {
                procedure_id: procedure.id,
                version: row.get(0)?,
                at: row.get(1)?,
                by: row.get(2)?,
                note: row.get(3)?,
                by_name: row.get(4)?,
                design,
            })
        },
    )
}

/// What a procedure says now.
pub(crate) fn of(tx: &mut Tx<'_>, procedure: &Procedure) -> Result<Design> {
    let stages = procedures::templates(tx, procedure.id, STAGES, 0)?;
    let (name, description) = (procedure.name.clone(), procedure.description.clone());
    Ok(Design { name, description, stages: stages.into_iter().map(Into::into).collect() })
}

/// What cannot be saved of a design: each field with what is wrong with it. `known` are the stages that it may keep; none
/// for a design that is not to be saved.
pub(crate) fn problems(
    tx: &mut Tx<'_>,
    space: SpaceId,
    design: &Design,
    known: Option<&[ProcedureStageId]>,
) -> Result<Vec<FieldError>> {
    let mut problems = Vec::new();
    let mut keep = |result: Result<()>, path: &str| keep_problem(&mut problems, result, path);
    keep(check::required("name", &design.name, check::NAME).map(drop), "name")?;
    keep(check::optional("description", design.description.as_deref(), check::TEXT).map(drop), "description")?;
    if design.stages.len() as i64 > STAGES {
        keep(Err(Error::invalid("stages", format!("a procedure has at most {STAGES} stages"))), "stages")?;
    }
    let mut left: Vec<ProcedureStageId> = known.unwrap_or_default().to_vec();
    for (n, stage) in design.stages.iter().enumerate() {
        let path = |field: &str| format!("stages.{n}.{field}");
        if let (Some(id), Some(_)) = (stage.id, known) {
            match left.iter().position(|known| *known == id) {
                Some(place) => drop(left.remove(place)),
                None => {
                    let text = format!("the procedure has no stage with the ID {id}, or it stands here twice");
                    keep(Err(Error::invalid(path("id"), text)), &path("id"))?;
                }
            }
        }
        let (name, description) = (path("name"), path("description"));
        keep(check::required(&name, &stage.name, check::NAME).map(drop), &name)?;
        keep(check::optional(&description, stage.description.as_deref(), check::TEXT).map(drop), &description)?;
        if let Some(actor) = stage.assigned_actor_id {
            let assigned = assignable(tx, space, stage.required_actor_type, actor);
            keep(assigned, &path("assigned_actor_id"))?;
        }
        if stage.instructions.len() > INSTRUCTIONS {
            let path = path("instructions");
            let text = format!("a stage has at most {INSTRUCTIONS} instructions");
            keep(Err(Error::invalid(path.as_str(), text)), &path)?;
        }
        for (m, line) in stage.instructions.iter().enumerate() {
            let path = |field: &str| format!("stages.{n}.instructions.{m}.{field}");
            let text = path("text");
            keep(check::required(&text, &line.text, check::TEXT).map(drop), &text)?;
            keep(line.check_condition(&path("condition")), &path("condition"))?;
        }
    }
    Ok(problems)
}

/// Adds what an `Invalid` result says, as a problem of the field at `path`.
fn keep_problem(problems: &mut Vec<FieldError>, result: Result<()>, path: &str) -> Result<()> {
    let Err(error) = result else { return Ok(()) };
    let rule = match error.fields() {
        [field, ..] if error.kind() == Kind::Invalid => field.rule,
        _ => return Err(error),
    };
    problems.push(FieldError { path: path.to_owned(), message: error.message().to_owned(), rule });
    Ok(())
}

fn refuse(problems: Vec<FieldError>) -> Result<()> {
    let mut problems = problems.into_iter();
    let Some(first) = problems.next() else { return Ok(()) };
    let error = Error::against(first.rule, first.path, first.message);
    Err(problems.fold(error, |error, problem| error.with_field(problem.path, problem.message)))
}

fn assignable(tx: &mut Tx<'_>, space: SpaceId, required: RequiredActor, actor: ActorId) -> Result<()> {
    cases::require_assignable(tx, space, actor)?;
    stages::require_type(tx, required, actor)
}

/// The design without blanks around its names and texts.
fn trimmed(design: &Design) -> Design {
    let mut design = design.clone();
    let trim = |text: &mut String| *text = text.trim().to_owned();
    trim(&mut design.name);
    for stage in &mut design.stages {
        trim(&mut stage.name);
        stage.instructions.iter_mut().for_each(|line| trim(&mut line.text));
    }
    design
}

fn replace(
    tx: &mut Tx<'_>,
    procedure: &Procedure,
    before: &Design,
    design: &Design,
    note: Option<&str>,
) -> Result<Designed> {
    let id = procedure.id;
    if before == design {
        return newest(tx, procedure);
    }
    versions::changing(tx, id, note, |tx| write(tx, id, before, design))?;
    let after = get(tx, id)?;
    let data = json!({
        "before": {"version": after.version - 1, "name": before.name, "stages": before.stages.len()},
        "after": {"version": after.version, "name": design.name, "stages": design.stages.len()},
        "note": note,
    });
    procedures::event(tx, "procedure.design_set", id, procedure.space_id, data)?;
    Ok(after)
}

/// Writes the rows of a design over those of the one before. The id of a stage that is not among those is taken as it is:
/// it is one that was removed and comes back.
pub(crate) fn write(tx: &mut Tx<'_>, id: ProcedureId, before: &Design, design: &Design) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE procedures SET name = $2, description = $3, updated_at = $4 WHERE id = $1",
        params![id, design.name, design.description, now],
    )?;
    let stages = before.stages.iter().enumerate().filter_map(|(n, stage)| Some((stage.id?, (n, stage))));
    let mut left: HashMap<ProcedureStageId, (usize, &DesignStage)> = stages.collect();
    for (position, stage) in design.stages.iter().enumerate() {
        let kept = stage.id.and_then(|id| left.remove(&id));
        let stage_id = stage.id.unwrap_or_else(ProcedureStageId::new);
        let place = position as i64;
        match kept {
            Some((before, known)) if before == position && known == stage => continue,
            Some((_, known)) => {
                tx.execute(
                    "UPDATE procedure_stages SET position = $2, name = $3, description = $4, required_actor_type = $5, \
                     assigned_actor_id = $6, updated_at = CASE WHEN $8 THEN $7 ELSE updated_at END WHERE id = $1",
                    params![
                        stage_id,
                        place,
                        stage.name,
                        stage.description,
                        stage.required_actor_type,
                        stage.assigned_actor_id,
                        now,
                        known != stage
                    ],
                )?;
                if known.instructions == stage.instructions {
                    continue;
                }
                tx.execute("DELETE FROM procedure_instructions WHERE procedure_stage_id = $1", params![stage_id])?;
            }
            None => {
                tx.execute(
                    "INSERT INTO procedure_stages (id, procedure_id, position, name, description, required_actor_type, \
                     assigned_actor_id, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
                    params![
                        stage_id,
                        id,
                        place,
                        stage.name,
                        stage.description,
                        stage.required_actor_type,
                        stage.assigned_actor_id,
                        now
                    ],
                )?;
            }
        }
        for (n, line) in stage.instructions.iter().enumerate() {
            procedures::insert_instruction(tx, stage_id, n as i64, line)?;
        }
    }
    for stage in left.keys() {
        tx.execute("DELETE FROM procedure_stages WHERE id = $1", params![stage])?;
    }
    Ok(())
}
