//! A procedure as a plain plan (Interloom public): stages with a title, one text and an assignee. The text is the stage's
//! instructions: written, it is one instruction to tick; read, all there are, a line each.

use identity::{
    Right, access,
    listing::{self, Sliced},
};
use kernel::{
    Error, Mark, Result, Slice, SliceRequest, check,
    ids::{ActorId, ProcedureId, ProcedureStageId, SpaceId},
};
use serde_json::json;
use store::{Param, Tx, params};

use crate::{
    cases,
    instructions::{InstructionType, NewInstruction},
    motion::RequiredActor,
    procedures::{self, Procedure, STAGES, StageTemplate},
    stages, versions,
};

/// A stage of a plan, as it is written.
#[derive(Clone, Debug)]
pub struct PlannedStage {
    /// The stage to keep; none for a new one.
    pub id: Option<ProcedureStageId>,
    /// Its title.
    pub title: Option<String>,
    /// What is to be done in it.
    pub instructions: Option<String>,
    /// Who gets it.
    pub assignee: Option<ActorId>,
}

/// The text of a stage's instructions.
pub fn text(stage: &StageTemplate) -> Option<String> {
    let lines: Vec<&str> = stage.instructions.iter().map(|line| line.text.as_str()).collect();
    if lines.is_empty() { stage.description.clone() } else { Some(lines.join("\n")) }
}

/// The procedures of a space, by when they were made.
///
/// # Errors
/// `space_not_found`.
pub fn slice(tx: &mut Tx<'_>, space: SpaceId, request: SliceRequest) -> Result<Slice<Procedure>> {
    access::require(tx, space, Right::See)?;
    let list = Sliced {
        table: "procedures p",
        alias: "p",
        columns: procedures::COLUMNS,
        sort: "created_at",
        condition: "p.space_id = $1",
        values: vec![Param::Id(space.uuid())],
    };
    listing::slice(tx, list, request, procedures::read, |found| Mark { at: found.created_at, id: found.id.uuid() })
}

/// A procedure with all its stages.
///
/// # Errors
/// `procedure_not_found`.
pub fn get(tx: &mut Tx<'_>, id: ProcedureId) -> Result<(Procedure, Vec<StageTemplate>)> {
    let procedure = procedures::get(tx, id)?;
    let stages = procedures::templates(tx, id, STAGES, 0)?;
    Ok((procedure, stages))
}

/// Changes a procedure's name, and its stages to exactly these, in this order.
///
/// # Errors
/// `procedure_not_found`, `forbidden` for observers, `Invalid` naming the field, `too_many_stages`, `stage_elsewhere` for the
/// id of a stage that the procedure does not have or that stands there twice.
pub fn update(tx: &mut Tx<'_>, id: ProcedureId, name: Option<&str>, plan: Option<&[PlannedStage]>) -> Result<()> {
    let procedure = procedures::require(tx, id, Right::Work)?;
    versions::changing(tx, id, None, |tx| {
        if name.is_some() {
            procedures::set(tx, id, name, None)?;
        }
        plan.map_or(Ok(()), |plan| set_stages(tx, &procedure, plan))
    })
}

fn set_stages(tx: &mut Tx<'_>, procedure: &Procedure, plan: &[PlannedStage]) -> Result<()> {
    let id = procedure.id;
    if plan.len() as i64 > STAGES {
        return Err(Error::conflict("too_many_stages", format!("A procedure has at most {STAGES} stages.")));
    }
    let mut left = procedures::templates(tx, id, STAGES, 0)?;
    let before = left.len();
    for (position, stage) in plan.iter().enumerate() {
        let path = |field: &str| format!("stages[{position}].{field}");
        let title = stage.title.as_deref().map(str::trim).unwrap_or_default();
        check::optional(&path("title"), Some(title), check::NAME)?;
        let text = stage.instructions.as_deref().filter(|text| !text.trim().is_empty());
        check::optional(&path("instructions"), text, check::TEXT)?;
        let kept = match stage.id {
            None => None,
            Some(wanted) => {
                let place = left.iter().position(|known| known.id == wanted);
                let place = place.ok_or_else(|| {
                    let message = format!("The procedure has no stage with the ID {wanted}, or it stands here twice.");
                    Error::conflict("stage_elsewhere", message)
                })?;
                Some(left.remove(place))
            }
        };
        if let Some(actor) =
            stage.assignee.filter(|actor| kept.as_ref().and_then(|k| k.assigned_actor_id) != Some(*actor))
        {
            let required = kept.as_ref().map_or(RequiredActor::Either, |kept| kept.required_actor_type);
            cases::require_assignable(tx, procedure.space_id, actor)?;
            stages::require_type(tx, required, actor)?;
        }
        write(tx, procedure, position as i64, kept.as_ref(), title, text, stage.assignee)?;
    }
    for stage in &left {
        tx.execute("DELETE FROM procedure_stages WHERE id = $1", params![stage.id])?;
    }
    tx.execute("UPDATE procedures SET updated_at = $2 WHERE id = $1", params![id, tx.now()])?;
    let data = json!({"before": {"stages": before}, "after": {"stages": plan.len()}});
    procedures::event(tx, "procedure.stages_set", id, procedure.space_id, data)
}

fn write(
    tx: &mut Tx<'_>,
    procedure: &Procedure,
    position: i64,
    kept: Option<&StageTemplate>,
    title: &str,
    instructions: Option<&str>,
    assignee: Option<ActorId>,
) -> Result<()> {
    let now = tx.now();
    let id = match kept {
        None => {
            let id = ProcedureStageId::new();
            tx.execute(
                "INSERT INTO procedure_stages (id, procedure_id, position, name, required_actor_type, assigned_actor_id, created_at, \
                 updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
                params![id, procedure.id, position, title, RequiredActor::Either, assignee, now],
            )?;
            id
        }
        Some(kept) => {
            let same =
                kept.name == title && kept.assigned_actor_id == assignee && text(kept).as_deref() == instructions;
            tx.execute(
                "UPDATE procedure_stages SET position = $2, name = $3, assigned_actor_id = $4, updated_at = $5 WHERE id = $1",
                params![kept.id, position, title, assignee, if same { kept.updated_at } else { now }],
            )?;
            // What reads the same stays as it is: a list of instructions is not made one.
            if text(kept).as_deref() == instructions {
                return Ok(());
            }
            tx.execute("UPDATE procedure_stages SET description = NULL WHERE id = $1", params![kept.id])?;
            tx.execute("DELETE FROM procedure_instructions WHERE procedure_stage_id = $1", params![kept.id])?;
            kept.id
        }
    };
    if let Some(instructions) = instructions {
        let line =
            NewInstruction { instruction_type: InstructionType::Todo, text: instructions.to_owned(), condition: None };
        procedures::insert_instruction(tx, id, 0, &line)?;
    }
    Ok(())
}
