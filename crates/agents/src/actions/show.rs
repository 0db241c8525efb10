//! What models are shown: cases, threads, documents and data tables as JSON.

use identity::actors;
use kernel::{
    PageRequest, Result,
    ids::{ActorId, CaseId, SpaceId, StageId, ThreadId},
};
use serde_json::{Value as Json, json};
use store::{Tx, params};
use talk::activities;
use work::{
    cases::{self, Case},
    instructions::{self, Instruction},
    stages::{self, Stage},
    subcases,
};

use super::Scene;

/// Entries of a thread that are shown when no number is asked for.
pub(super) const ENTRIES: u32 = 50;
/// The longest entry of a thread that is shown, in characters.
const ENTRY: usize = 4_000;

/// As much as fits on one page; a case with more stages or documents than that shows the first.
const MOST: PageRequest = PageRequest { page: 1, per_page: PageRequest::MAX_SIZE };

/// What an actor is called; Heddle itself for the nil id.
pub(crate) fn name_of(tx: &mut Tx<'_>, actor: ActorId) -> Result<String> {
    if actor == ActorId::nil() {
        return Ok("Heddle".to_owned());
    }
    Ok(actors::find(tx, actor)?.map_or_else(|| actor.to_string(), |profile| profile.name))
}

pub(super) fn labels(case: &Case) -> Vec<&str> {
    case.labels.iter().map(|label| label.name.as_str()).collect()
}

/// A case with its stages, the instructions of one of them, and its subcases.
pub(super) fn case(tx: &mut Tx<'_>, scene: &Scene, id: CaseId) -> Result<Json> {
    let case = cases::get(tx, id)?;
    let all = stages::list(tx, id, MOST)?.items;
    let shown = if id == scene.case { Some(scene.stage) } else { stages::active(tx, id)?.map(|stage| stage.id) };
    let stage = match all.iter().find(|stage| Some(stage.id) == shown) {
        Some(found) => stage(tx, found)?,
        None => Json::Null,
    };
    let subcases = subcases::list(tx, id, MOST)?.items;
    let assignee = match case.assigned_actor_id {
        Some(actor) => json!({"id": actor, "name": name_of(tx, actor)?}),
        None => Json::Null,
    };
    Ok(json!({
        "case": {
            "id": case.id,
            "title": case.title,
            "description": case.description,
            "summary": case.summary,
            "phase": case.phase,
            "motion": case.motion,
            "waiting_on": case.waiting_on,
            "priority": case.priority,
            "assigned_to": assignee,
            "labels": labels(&case),
            "attributes": case.attributes,
            "external_id": case.external_id,
            "parent_case_id": case.parent_case_id,
            "created_at": case.created_at,
        },
        "stages": all.iter().map(stage_line).collect::<Vec<_>>(),
        "stage": stage,
        "subcases": subcases.iter().map(|subcase| json!({
            "id": subcase.id, "title": subcase.title, "phase": subcase.phase, "summary": subcase.summary,
        })).collect::<Vec<_>>(),
    }))
}

fn stage_line(stage: &Stage) -> Json {
    json!({"id": stage.id, "name": stage.name, "phase": stage.phase, "assigned_actor_id": stage.assigned_actor_id})
}

fn stage(tx: &mut Tx<'_>, stage: &Stage) -> Result<Json> {
    let instructions = instructions_of(tx, stage.id)?;
    Ok(json!({
        "id": stage.id,
        "name": stage.name,
        "description": stage.description,
        "phase": stage.phase,
        "instructions": instructions.iter().map(|instruction| json!({
            "id": instruction.id,
            "type": instruction.instruction_type,
            "text": instruction.text,
            "condition": instruction.condition,
            "subcase_id": instruction.subcase_id,
            "satisfied": instruction.satisfied,
        })).collect::<Vec<_>>(),
    }))
}

fn instructions_of(tx: &mut Tx<'_>, stage: StageId) -> Result<Vec<Instruction>> {
    let mut all = Vec::new();
    let mut request = MOST;
    loop {
        let page = instructions::list(tx, stage, request)?;
        all.extend(page.items);
        if all.len() as i64 >= page.total || request.page > 50 {
            return Ok(all);
        }
        request.page += 1;
    }
}

/// The newest entries of a thread that the actor may see, oldest of them first.
pub(super) fn thread(tx: &mut Tx<'_>, thread: ThreadId, limit: u32) -> Result<Json> {
    let limit = limit.clamp(1, PageRequest::MAX_SIZE);
    let total = activities::list(tx, thread, PageRequest { page: 1, per_page: 1 })?.total;
    // Numbered pages count from the oldest entry; the newest are on the last page and, when that is short, the one before.
    let last = u32::try_from((total.max(1) - 1) / i64::from(limit) + 1).unwrap_or(u32::MAX);
    let mut entries = Vec::new();
    for page in last.saturating_sub(1).max(1)..=last {
        entries.extend(activities::list(tx, thread, PageRequest { page, per_page: limit })?.items);
    }
    let skip = entries.len().saturating_sub(limit as usize);
    let mut shown = Vec::new();
    for entry in entries.into_iter().skip(skip) {
        let content: String = entry.content.chars().take(ENTRY).collect();
        shown.push(json!({
            "at": entry.created_at,
            "by": name_of(tx, entry.actor_id)?,
            "actor_id": entry.actor_id,
            "type": entry.activity_type,
            "visibility": entry.visibility,
            "content": content,
        }));
    }
    Ok(json!({"entries": shown, "total": total}))
}

/// The documents and data tables of a case or a space.
pub(super) fn library(tx: &mut Tx<'_>, case: Option<CaseId>, space: Option<SpaceId>) -> Result<Json> {
    let documents = library::documents::list(tx, case, None, space, MOST)?;
    let tables = data::datatables::list(tx, case, None, space, MOST)?;
    Ok(json!({
        "documents": documents.items.iter().map(|document| json!({
            "id": document.id, "name": document.name, "kind": document.kind, "mime_type": document.mime_type, "size": document.size,
        })).collect::<Vec<_>>(),
        "documents_total": documents.total,
        "datatables": tables.items.iter().map(|table| json!({
            "id": table.id, "name": table.name, "description": table.description, "columns": table.columns, "rows": table.row_count,
        })).collect::<Vec<_>>(),
        "datatables_total": tables.total,
    }))
}

/// Entries of the thread that a run begins with.
const FIRST_ENTRIES: u32 = 30;

/// All that a run begins with: the case, its thread, its documents and data tables, and who is there to be asked.
pub(crate) fn context(tx: &mut Tx<'_>, scene: &Scene) -> Result<Json> {
    let people = tx.query(
        "SELECT a.id, a.name, m.role FROM members m JOIN actors a ON a.id = m.actor_id \
         WHERE m.space_id = $1 AND a.type = 'human' ORDER BY m.added_at, m.actor_id LIMIT 50",
        params![scene.space],
        |row| Ok(json!({"id": row.get::<ActorId>(0)?, "name": row.get::<String>(1)?, "role": row.get::<String>(2)?})),
    )?;
    let mut context = case(tx, scene, scene.case)?;
    context["thread"] = thread(tx, scene.thread, FIRST_ENTRIES)?;
    context["library"] = library(tx, Some(scene.case), None)?;
    context["people"] = Json::Array(people);
    Ok(context)
}
