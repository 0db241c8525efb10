//! Instructions: what a stage needs to be complete (Interloom v1, Instructions; Interloom 1.8).

use identity::Right;
use kernel::{
    Error, Page, PageRequest, Result, Timestamp, check,
    ids::{ActorId, CaseId, InstructionId, StageId},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Row, Tx, params};

use crate::{
    cases::Case,
    conditions, progress,
    stages::{self, Stage},
};

store::text_enum! {
    /// How an instruction is satisfied.
    pub enum InstructionType {
        /// An actor ticks it.
        Todo = "todo",
        /// The linked subcase has finished.
        Subcase = "subcase",
        /// A condition over the case holds.
        Implicit = "implicit",
    }
}

/// An instruction of a stage.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// Its id.
    pub id: InstructionId,
    /// The stage.
    pub stage_id: StageId,
    /// The case.
    pub case_id: CaseId,
    /// Its place in the order, from 0.
    pub position: i64,
    /// How it is satisfied.
    pub instruction_type: InstructionType,
    /// What is to be done.
    pub text: String,
    /// The condition of an implicit one, in CEL.
    pub condition: Option<String>,
    /// The linked case of a subcase one.
    pub subcase_id: Option<CaseId>,
    /// Whether it is satisfied.
    pub satisfied: bool,
    /// Who satisfied it; the nil id for Heddle itself.
    pub satisfied_by: Option<ActorId>,
    /// When it was satisfied.
    pub satisfied_at: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

const COLUMNS: &str = "id, stage_id, case_id, position, type, text, condition, subcase_id, satisfied, satisfied_by, satisfied_at, \
     created_at, updated_at";

fn read(row: &Row<'_>) -> Result<Instruction> {
    Ok(Instruction {
        id: row.get(0)?,
        stage_id: row.get(1)?,
        case_id: row.get(2)?,
        position: row.get(3)?,
        instruction_type: row.get(4)?,
        text: row.get(5)?,
        condition: row.get(6)?,
        subcase_id: row.get(7)?,
        satisfied: row.get(8)?,
        satisfied_by: row.get(9)?,
        satisfied_at: row.get(10)?,
        created_at: row.get(11)?,
        updated_at: row.get(12)?,
    })
}

/// What a new instruction needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewInstruction {
    /// How it is satisfied.
    #[serde(rename = "type")]
    pub instruction_type: InstructionType,
    /// What is to be done.
    pub text: String,
    /// The condition; for implicit ones, and only for them.
    pub condition: Option<String>,
}

impl NewInstruction {
    /// Checks the fields, the condition included. `path` is where the instruction stands in the request.
    ///
    /// # Errors
    /// `Invalid` naming the field.
    pub fn check(&self, path: &str) -> Result<()> {
        check::required(&format!("{path}text"), &self.text, check::TEXT)?;
        self.check_condition(&format!("{path}condition"))
    }

    /// Checks the condition alone, which stands at `path`.
    pub(crate) fn check_condition(&self, path: &str) -> Result<()> {
        check_condition(path, self.instruction_type, self.condition.as_deref())
    }
}

fn check_condition(path: &str, instruction_type: InstructionType, condition: Option<&str>) -> Result<()> {
    match (instruction_type, condition) {
        (InstructionType::Implicit, Some(condition)) => conditions::check(path, condition),
        (InstructionType::Implicit, None) => Err(Error::invalid(path, "an implicit instruction needs a condition")),
        (_, Some(_)) => Err(Error::invalid(path, "only implicit instructions have a condition")),
        (_, None) => Ok(()),
    }
}

/// Changes to an instruction; absent fields stay.
#[derive(Clone, Debug, Default)]
pub struct InstructionPatch {
    /// Another text.
    pub text: Option<String>,
    /// Another condition, for an implicit one.
    pub condition: Option<String>,
}

/// The instructions of a stage, in their order.
///
/// # Errors
/// `stage_not_found`.
pub fn list(tx: &mut Tx<'_>, stage: StageId, request: PageRequest) -> Result<Page<Instruction>> {
    stages::require(tx, stage, Right::See)?;
    let total =
        tx.query_one("SELECT COUNT(*) FROM instructions WHERE stage_id = $1", params![stage], |row| row.get(0))?;
    let items = tx.query(
        &format!("SELECT {COLUMNS} FROM instructions WHERE stage_id = $1 ORDER BY position LIMIT $2 OFFSET $3"),
        params![stage, request.limit(), request.offset()],
        read,
    )?;
    Ok(Page { items, total, request })
}

/// Every instruction of a stage; the right to see it has been checked.
pub(crate) fn of_stage(tx: &mut Tx<'_>, stage: StageId) -> Result<Vec<Instruction>> {
    tx.query(&format!("SELECT {COLUMNS} FROM instructions WHERE stage_id = $1 ORDER BY position"), params![stage], read)
}

/// Whether an instruction belongs to a stage.
///
/// # Errors
/// The engine's.
pub fn is_of_stage(tx: &mut Tx<'_>, id: InstructionId, stage: StageId) -> Result<bool> {
    Ok(find(tx, id)?.is_some_and(|instruction| instruction.stage_id == stage))
}

fn find(tx: &mut Tx<'_>, id: InstructionId) -> Result<Option<Instruction>> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM instructions WHERE id = $1"), params![id], read)
}

/// The instruction with its stage and case, once it is certain that the actor may work on them.
fn require(tx: &mut Tx<'_>, id: InstructionId) -> Result<(Instruction, Stage, Case)> {
    let not_found = || Error::not_found("instruction_not_found", format!("No instruction found with ID {id}"));
    let instruction = find(tx, id)?.ok_or_else(not_found)?;
    let (stage, case) = stages::require_open(tx, instruction.stage_id)
        .map_err(|e| if e.code() == "stage_not_found" { not_found() } else { e })?;
    Ok((instruction, stage, case))
}

/// Adds an instruction to the end of a stage.
///
/// # Errors
/// `stage_not_found`, `forbidden`, `case_closed`, `stage_ended`, `Invalid` naming the field.
pub fn add(tx: &mut Tx<'_>, stage: StageId, new: &NewInstruction) -> Result<Instruction> {
    let (found, case) = stages::require_open(tx, stage)?;
    stages::require_not_ended(&found)?;
    new.check("")?;
    let position = tx.query_one(
        "SELECT COALESCE(MAX(position) + 1, 0) FROM instructions WHERE stage_id = $1",
        params![stage],
        |row| row.get(0),
    )?;
    let id = insert(tx, &found, position, new)?;
    let data = json!({"instruction_id": id, "type": new.instruction_type, "text": new.text});
    stages::event(tx, "instruction.added", stage, &case, data)?;
    progress::settle(tx, case.id)?;
    reload(tx, id)
}

/// Adds an instruction's row.
pub(crate) fn insert(tx: &mut Tx<'_>, stage: &Stage, position: i64, new: &NewInstruction) -> Result<InstructionId> {
    let id = InstructionId::new();
    tx.execute(
        "INSERT INTO instructions (id, stage_id, case_id, position, type, text, condition, satisfied, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        params![
            id,
            stage.id,
            stage.case_id,
            position,
            new.instruction_type,
            new.text.trim(),
            new.condition,
            false,
            tx.now()
        ],
    )?;
    Ok(id)
}

fn reload(tx: &mut Tx<'_>, id: InstructionId) -> Result<Instruction> {
    find(tx, id)?.ok_or_else(|| Error::internal("an instruction just changed is gone"))
}

/// Changes an instruction's text or condition.
///
/// # Errors
/// `instruction_not_found`, `forbidden`, `case_closed`, `stage_ended`, `Invalid` naming the field.
pub fn update(tx: &mut Tx<'_>, id: InstructionId, patch: &InstructionPatch) -> Result<Instruction> {
    let (before, stage, case) = require(tx, id)?;
    stages::require_not_ended(&stage)?;
    let text = match &patch.text {
        Some(text) => check::required("text", text, check::TEXT)?,
        None => &before.text,
    };
    let condition = patch.condition.as_ref().or(before.condition.as_ref());
    check_condition("condition", before.instruction_type, condition.map(String::as_str))?;
    tx.execute(
        "UPDATE instructions SET text = $2, condition = $3, updated_at = $4 WHERE id = $1",
        params![id, text, condition, tx.now()],
    )?;
    let data = json!({"instruction_id": id, "before": {"text": before.text, "condition": before.condition},
        "after": {"text": text, "condition": condition}});
    stages::event(tx, "instruction.updated", stage.id, &case, data)?;
    progress::settle(tx, case.id)?;
    reload(tx, id)
}

/// Ticks a todo off; the last open one completes the stage. A satisfied one stays as it is.
///
/// # Errors
/// `instruction_not_found`, `forbidden` (also for an agent where a person is required), `case_closed`, `stage_not_active`,
/// `instruction_not_todo` for the types that satisfy themselves.
pub fn complete(tx: &mut Tx<'_>, id: InstructionId) -> Result<Instruction> {
    let (instruction, stage, case) = require(tx, id)?;
    if instruction.instruction_type != InstructionType::Todo {
        return Err(Error::conflict(
            "instruction_not_todo",
            format!("An instruction of type {} is satisfied by the system, not by hand.", instruction.instruction_type),
        ));
    }
    if instruction.satisfied {
        return Ok(instruction);
    }
    stages::require_active(&stage)?;
    stages::require_worker(tx, &stage)?;
    satisfy(tx, &instruction, &case)?;
    progress::settle(tx, case.id)?;
    reload(tx, id)
}

/// Marks an instruction satisfied, by the transaction's actor.
pub(crate) fn satisfy(tx: &mut Tx<'_>, instruction: &Instruction, case: &Case) -> Result<()> {
    tx.execute(
        "UPDATE instructions SET satisfied = $2, satisfied_by = $3, satisfied_at = $4, updated_at = $4 WHERE id = $1",
        params![instruction.id, true, tx.actor().id, tx.now()],
    )?;
    let data =
        json!({"instruction_id": instruction.id, "type": instruction.instruction_type, "text": instruction.text});
    stages::event(tx, "instruction.satisfied", instruction.stage_id, case, data)
}

/// The instructions that a subcase satisfies.
pub(crate) fn of_subcase(tx: &mut Tx<'_>, subcase: CaseId) -> Result<Vec<Instruction>> {
    tx.query(&format!("SELECT {COLUMNS} FROM instructions WHERE subcase_id = $1"), params![subcase], read)
}

/// Links a subcase to an open instruction of type subcase: the one named, or the first of the stage that has none.
///
/// # Errors
/// `Invalid` for `instruction_id` when the one named cannot take it.
pub(crate) fn link_subcase(
    tx: &mut Tx<'_>,
    stage: StageId,
    wanted: Option<InstructionId>,
    subcase: CaseId,
) -> Result<()> {
    let open = of_stage(tx, stage)?
        .into_iter()
        .filter(|i| i.instruction_type == InstructionType::Subcase && i.subcase_id.is_none() && !i.satisfied);
    let mut open = open.filter(|i| wanted.is_none_or(|wanted| i.id == wanted));
    let Some(instruction) = open.next() else {
        return match wanted {
            None => Ok(()),
            Some(_) => Err(Error::invalid(
                "instruction_id",
                "not an open instruction of type subcase of this stage without a subcase",
            )),
        };
    };
    tx.execute(
        "UPDATE instructions SET subcase_id = $2, updated_at = $3 WHERE id = $1",
        params![instruction.id, subcase, tx.now()],
    )
    .map(drop)
}

/// Marks an instruction open again.
pub(crate) fn unsatisfy(tx: &mut Tx<'_>, instruction: &Instruction, case: &Case) -> Result<()> {
    tx.execute(
        "UPDATE instructions SET satisfied = $2, satisfied_by = NULL, satisfied_at = NULL, updated_at = $3 WHERE id = $1",
        params![instruction.id, false, tx.now()],
    )?;
    let data =
        json!({"instruction_id": instruction.id, "type": instruction.instruction_type, "text": instruction.text});
    stages::event(tx, "instruction.reopened", instruction.stage_id, case, data)
}
