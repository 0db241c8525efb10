//! Procedures: templates of stages, applied to cases as copies (Interloom v1, Procedures; Interloom 1.9).

use identity::{
    Right, access,
    listing::{self, Listing},
};
use kernel::{
    Error, Page, PageRequest, Result, Timestamp, check,
    ids::{ActorId, CaseId, ProcedureId, ProcedureStageId, SpaceId},
};
use serde_json::json;
use store::{NewEvent, Param, Row, Tx, params};
use talk::{activities::ActivityType, place};

use crate::{
    cases::{self, Case},
    instructions::{self, NewInstruction},
    motion::{Phase, RequiredActor},
    progress,
    stages::{self, NewStage},
    versions,
};

/// A procedure.
#[derive(Clone, Debug)]
pub struct Procedure {
    /// Its id.
    pub id: ProcedureId,
    /// The space it belongs to.
    pub space_id: SpaceId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Who made it.
    pub created_by: ActorId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it or one of its stages last changed.
    pub updated_at: Timestamp,
}

pub(crate) const COLUMNS: &str = "p.id, p.space_id, p.name, p.description, p.created_by, p.created_at, p.updated_at";

pub(crate) fn read(row: &Row<'_>) -> Result<Procedure> {
    Ok(Procedure {
        id: row.get(0)?,
        space_id: row.get(1)?,
        name: row.get(2)?,
        description: row.get(3)?,
        created_by: row.get(4)?,
        created_at: row.get(5)?,
        updated_at: row.get(6)?,
    })
}

/// A stage template.
#[derive(Clone, Debug)]
pub struct StageTemplate {
    /// Its id.
    pub id: ProcedureStageId,
    /// The procedure.
    pub procedure_id: ProcedureId,
    /// Its place in the order, from 0.
    pub position: i64,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Who it is for.
    pub required_actor_type: RequiredActor,
    /// Who gets it when the procedure is applied.
    pub assigned_actor_id: Option<ActorId>,
    /// Its default instructions, in their order.
    pub instructions: Vec<NewInstruction>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What a new stage template needs.
#[derive(Clone, Debug)]
pub struct NewStageTemplate {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Who it is for.
    pub required_actor_type: RequiredActor,
    /// Who gets it when the procedure is applied.
    pub assigned_actor_id: Option<ActorId>,
    /// Its default instructions.
    pub instructions: Vec<NewInstruction>,
}

/// Most stages a procedure can have.
pub(crate) const STAGES: i64 = 500;
/// Most instructions a stage template can have.
pub(crate) const INSTRUCTIONS: usize = 200;

/// The procedures that the actor can see, oldest first, of one space if wanted.
///
/// # Errors
/// `space_not_found` when the filter names a space that the actor cannot see.
pub fn list(tx: &mut Tx<'_>, space: Option<SpaceId>, request: PageRequest) -> Result<Page<Procedure>> {
    if let Some(space) = space {
        place::require_space(tx, space)?;
    }
    let list = Listing {
        table: "procedures p",
        alias: "p",
        columns: COLUMNS,
        order: "p.created_at, p.id",
        conditions: &[("space_id", space.map(|id| Param::Id(id.uuid())))],
    };
    listing::page(tx, &list, request, read)
}

/// One procedure.
///
/// # Errors
/// `procedure_not_found`.
pub fn get(tx: &mut Tx<'_>, id: ProcedureId) -> Result<Procedure> {
    require(tx, id, Right::See)
}

pub(crate) fn require(tx: &mut Tx<'_>, id: ProcedureId, right: Right) -> Result<Procedure> {
    let not_found = || Error::not_found("procedure_not_found", format!("No procedure found with ID {id}"));
    let procedure = tx.query_opt(&format!("SELECT {COLUMNS} FROM procedures p WHERE p.id = $1"), params![id], read)?;
    let procedure = procedure.ok_or_else(not_found)?;
    let role = access::role(tx, procedure.space_id)?;
    access::check(role, right, not_found)?;
    Ok(procedure)
}

/// Makes a procedure without stages.
///
/// # Errors
/// `space_not_found`, `forbidden` for observers, `Invalid` for a blank or over-long name.
pub fn create(tx: &mut Tx<'_>, space: SpaceId, name: &str, description: Option<&str>) -> Result<Procedure> {
    access::require(tx, space, Right::Work)?;
    let name = check::required("name", name, check::NAME)?;
    check::optional("description", description, check::TEXT)?;
    let id = ProcedureId::new();
    tx.execute(
        "INSERT INTO procedures (id, space_id, name, description, created_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)",
        params![id, space, name, description, tx.actor().id, tx.now()],
    )?;
    event(tx, "procedure.created", id, space, json!({"name": name}))?;
    get(tx, id)
}

/// Changes a procedure's own attributes; cases it was applied to keep their stages.
///
/// # Errors
/// `procedure_not_found`, `forbidden` for observers, `Invalid` for a blank or over-long name.
pub fn update(
    tx: &mut Tx<'_>,
    id: ProcedureId,
    name: Option<&str>,
    description: Option<Option<&str>>,
) -> Result<Procedure> {
    require(tx, id, Right::Work)?;
    versions::changing(tx, id, None, |tx| set(tx, id, name, description))
}

/// [`update`] as a part of a change that makes a version.
pub(crate) fn set(
    tx: &mut Tx<'_>,
    id: ProcedureId,
    name: Option<&str>,
    description: Option<Option<&str>>,
) -> Result<Procedure> {
    let before = require(tx, id, Right::Work)?;
    let name = match name {
        Some(name) => check::required("name", name, check::NAME)?,
        None => &before.name,
    };
    let description = description.unwrap_or(before.description.as_deref());
    check::optional("description", description, check::TEXT)?;
    tx.execute(
        "UPDATE procedures SET name = $2, description = $3, updated_at = $4 WHERE id = $1",
        params![id, name, description, tx.now()],
    )?;
    let data = json!({"before": {"name": before.name}, "after": {"name": name}});
    event(tx, "procedure.updated", id, before.space_id, data)?;
    get(tx, id)
}

/// The stage templates of a procedure, in their order.
///
/// # Errors
/// `procedure_not_found`.
pub fn stages(tx: &mut Tx<'_>, id: ProcedureId, request: PageRequest) -> Result<Page<StageTemplate>> {
    require(tx, id, Right::See)?;
    let total =
        tx.query_one("SELECT COUNT(*) FROM procedure_stages WHERE procedure_id = $1", params![id], |row| row.get(0))?;
    let items = templates(tx, id, request.limit(), request.offset())?;
    Ok(Page { items, total, request })
}

pub(crate) fn templates(tx: &mut Tx<'_>, id: ProcedureId, limit: i64, offset: i64) -> Result<Vec<StageTemplate>> {
    let mut items = tx.query(
        "SELECT id, procedure_id, position, name, description, required_actor_type, assigned_actor_id, created_at, updated_at \
         FROM procedure_stages WHERE procedure_id = $1 ORDER BY position LIMIT $2 OFFSET $3",
        params![id, limit, offset],
        |row| {
            Ok(StageTemplate {
                id: row.get(0)?,
                procedure_id: row.get(1)?,
                position: row.get(2)?,
                name: row.get(3)?,
                description: row.get(4)?,
                required_actor_type: row.get(5)?,
                assigned_actor_id: row.get(6)?,
                instructions: Vec::new(),
                created_at: row.get(7)?,
                updated_at: row.get(8)?,
            })
        },
    )?;
    let lines = tx.query(
        "SELECT i.procedure_stage_id, i.type, i.text, i.condition FROM procedure_instructions i \
         JOIN procedure_stages s ON s.id = i.procedure_stage_id WHERE s.procedure_id = $1 ORDER BY i.position",
        params![id],
        |row| {
            let line = NewInstruction { instruction_type: row.get(1)?, text: row.get(2)?, condition: row.get(3)? };
            Ok((row.get::<ProcedureStageId>(0)?, line))
        },
    )?;
    for (stage, line) in lines {
        if let Some(item) = items.iter_mut().find(|item| item.id == stage) {
            item.instructions.push(line);
        }
    }
    Ok(items)
}

/// Adds a stage template to the end of a procedure.
///
/// # Errors
/// `procedure_not_found`, `forbidden` for observers, `Invalid` naming the field.
pub fn add_stage(tx: &mut Tx<'_>, id: ProcedureId, new: &NewStageTemplate) -> Result<StageTemplate> {
    let procedure = require(tx, id, Right::Work)?;
    versions::changing(tx, id, None, |tx| append_stage(tx, &procedure, new))
}

fn append_stage(tx: &mut Tx<'_>, procedure: &Procedure, new: &NewStageTemplate) -> Result<StageTemplate> {
    let id = procedure.id;
    let name = check::required("name", &new.name, check::NAME)?;
    check::optional("description", new.description.as_deref(), check::TEXT)?;
    if new.instructions.len() > INSTRUCTIONS {
        return Err(Error::invalid(
            "instructions",
            format!("a stage template has at most {INSTRUCTIONS} instructions"),
        ));
    }
    for (n, instruction) in new.instructions.iter().enumerate() {
        instruction.check(&format!("instructions[{n}]."))?;
    }
    if let Some(actor) = new.assigned_actor_id {
        cases::require_assignable(tx, procedure.space_id, actor)?;
        stages::require_type(tx, new.required_actor_type, actor)?;
    }
    let position: i64 = tx.query_one(
        "SELECT COALESCE(MAX(position) + 1, 0) FROM procedure_stages WHERE procedure_id = $1",
        params![id],
        |row| row.get(0),
    )?;
    if position >= STAGES {
        return Err(Error::conflict("too_many_stages", format!("A procedure has at most {STAGES} stages.")));
    }
    let (stage, now) = (ProcedureStageId::new(), tx.now());
    tx.execute(
        "INSERT INTO procedure_stages (id, procedure_id, position, name, description, required_actor_type, assigned_actor_id, \
         created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        params![stage, id, position, name, new.description, new.required_actor_type, new.assigned_actor_id, now],
    )?;
    for (n, line) in new.instructions.iter().enumerate() {
        insert_instruction(tx, stage, n as i64, line)?;
    }
    tx.execute("UPDATE procedures SET updated_at = $2 WHERE id = $1", params![id, now])?;
    event(tx, "procedure.stage_added", id, procedure.space_id, json!({"stage_id": stage, "name": name}))?;
    let added = templates(tx, id, 1, position)?.pop();
    added.ok_or_else(|| Error::internal("a stage template just added is gone"))
}

/// Adds an instruction to a stage template.
pub(crate) fn insert_instruction(
    tx: &mut Tx<'_>,
    stage: ProcedureStageId,
    position: i64,
    line: &NewInstruction,
) -> Result<()> {
    tx.execute(
        "INSERT INTO procedure_instructions (id, procedure_stage_id, position, type, text, condition) VALUES ($1, $2, $3, $4, $5, $6)",
        params![uuid::Uuid::now_v7(), stage, position, line.instruction_type, line.text.trim(), line.condition],
    )
    .map(drop)
}

/// Copies a procedure's stages and instructions onto a case as pending stages, after those it has. The case stays in its
/// phase; an active case without an active stage goes on with the first of them.
///
/// # Errors
/// `case_not_found`, `forbidden` for observers, `invalid_phase` unless the case is in intake or active,
/// `procedure_already_applied`, `Invalid` for a procedure that the case's space does not have.
pub fn apply(tx: &mut Tx<'_>, case: CaseId, procedure: ProcedureId) -> Result<Case> {
    let found = cases::require(tx, case, Right::Work)?;
    if !matches!(found.phase, Phase::Intake | Phase::Active) {
        return Err(Error::conflict(
            "invalid_phase",
            format!("A procedure is applied to a case in intake or active; this one is {}.", found.phase),
        ));
    }
    apply_to(tx, &found, procedure)?;
    stages::activate_next(tx, &found)?;
    progress::settle(tx, case)?;
    cases::get(tx, case)
}

/// Copies the stages onto a case that the actor may work on.
pub(crate) fn apply_to(tx: &mut Tx<'_>, case: &Case, id: ProcedureId) -> Result<()> {
    let procedure = require(tx, id, Right::See).ok().filter(|procedure| procedure.space_id == case.space_id);
    let procedure = procedure
        .ok_or_else(|| Error::invalid("procedure_id", format!("the case's space has no procedure with the ID {id}")))?;
    let applied = tx.query_opt(
        "SELECT 1 FROM stages s JOIN procedure_stages t ON t.id = s.procedure_stage_id WHERE s.case_id = $1 AND t.procedure_id = $2 LIMIT 1",
        params![case.id, id],
        |_| Ok(()),
    )?;
    if applied.is_some() {
        return Err(Error::conflict(
            "procedure_already_applied",
            "This procedure has been applied to the case already.",
        ));
    }
    let templates = templates(tx, id, STAGES, 0)?;
    let first: i64 = tx.query_one(
        "SELECT COALESCE(MAX(position) + 1, 0) FROM stages WHERE case_id = $1",
        params![case.id],
        |row| row.get(0),
    )?;
    for (n, template) in templates.iter().enumerate() {
        // The slim API knows stages without a title.
        let numbered = format!("Stage {}", n + 1);
        let new = NewStage {
            name: if template.name.is_empty() { &numbered } else { &template.name },
            description: template.description.as_deref(),
            required_actor_type: template.required_actor_type,
            assigned_actor_id: template.assigned_actor_id,
            procedure_stage_id: Some(template.id),
        };
        let stage = stages::insert(tx, case.id, first + n as i64, &new)?;
        let stage = stages::find(tx, stage)?.ok_or_else(|| Error::internal("a stage just added is gone"))?;
        for (position, line) in template.instructions.iter().enumerate() {
            instructions::insert(tx, &stage, position as i64, line)?;
        }
    }
    tx.execute("UPDATE cases SET procedure_id = $2, updated_at = $3 WHERE id = $1", params![case.id, id, tx.now()])?;
    let data = json!({"procedure_id": id, "name": procedure.name, "stages": templates.len()});
    let content = format!("Procedure \"{}\" applied: {} stages", procedure.name, templates.len());
    cases::log(tx, case.thread_id, ActivityType::SystemEvent, &content, data.clone())?;
    cases::event(tx, "case.procedure_applied", case.id, case.space_id, case.thread_id, data)
}

pub(crate) fn event(
    tx: &mut Tx<'_>,
    verb: &'static str,
    id: ProcedureId,
    space: SpaceId,
    data: serde_json::Value,
) -> Result<()> {
    tx.emit(NewEvent { verb, subject: id.uuid(), space: Some(space), case: None, thread: None, data })
}
