//! What each action does, in one transaction and as the agent.

use identity::actors::{self, ActorType};
use kernel::{
    Error, PageRequest, Result,
    ids::{ActorId, CaseId, LabelId, SpaceId},
};
use serde_json::{Value as Json, json};
use store::{Tx, params};
use talk::{
    activities::{self, ActivityType, Visibility},
    emails::{self, NewEmail},
    place::PlaceRef,
};
use work::{
    case_labels,
    cases::{self, CasePatch},
    instructions, labels, lifecycle,
    motion::{Motion, NewMotion, StagePhase, WaitingKind, WaitingOn},
    stages,
    subcases::{self, NewSubcase},
};

use super::{
    Call, Prepared, Scene,
    inputs::{AskPerson, Scope},
    show,
};

/// Rows that a data table gives when no number is asked for.
const ROWS: u32 = 50;

/// Performs an action as the transaction's actor and answers what the model is told.
pub(crate) fn perform(tx: &mut Tx<'_>, scene: &Scene, call: &Call, prepared: &Prepared) -> Result<Json> {
    let here = PlaceRef { case: Some(scene.case), ..PlaceRef::default() };
    match call {
        Call::ReadCase(input) => show::case(tx, scene, input.case_id.unwrap_or(scene.case)),
        Call::ReadThread(input) => {
            let case = cases::get(tx, input.case_id.unwrap_or(scene.case))?;
            show::thread(tx, case.thread_id, input.limit.unwrap_or(show::ENTRIES))
        }
        Call::ListDocuments(input) => match input.scope {
            Scope::Case => show::library(tx, Some(scene.case), None),
            Scope::Space => show::library(tx, None, Some(scene.space)),
        },
        Call::ReadDocument(input) => {
            let document = library::documents::get(tx, input.document_id)?;
            let text = if let Prepared::Text(text) = prepared { text.as_str() } else { "" };
            Ok(json!({"id": document.id, "name": document.name, "mime_type": document.mime_type, "text": text}))
        }
        Call::QueryDatatable(input) => {
            let (filter, sort) = (input.filter.as_deref(), input.sort.as_deref());
            let limit = input.limit.unwrap_or(ROWS).max(1);
            let answer = data::datatables::query_for_agent(tx, input.datatable_id, filter, sort, limit)?;
            serde_json::to_value(answer).map_err(Error::internal)
        }
        Call::PostActivity(input) => {
            if input.visibility == Visibility::System {
                return Err(Error::invalid("input.visibility", "agents post public and internal comments"));
            }
            let posted = activities::post(tx, scene.thread, ActivityType::Comment, &input.content, input.visibility)?;
            Ok(json!({"activity_id": posted.id}))
        }
        Call::CompleteInstruction(input) => {
            if !instructions::is_of_stage(tx, input.instruction_id, scene.stage)? {
                return Err(Error::invalid("input.instruction_id", "not an instruction of the stage you work on"));
            }
            let instruction = instructions::complete(tx, input.instruction_id)?;
            let stage = stages::get(tx, scene.stage)?;
            Ok(json!({
                "instruction": {"id": instruction.id, "satisfied": instruction.satisfied},
                "stage": {"id": stage.id, "phase": stage.phase},
            }))
        }
        Call::SetMotion(input) => {
            let motion = NewMotion { motion: input.motion, waiting_on: input.waiting_on.clone() };
            let case = lifecycle::set_motion(tx, scene.case, &motion)?;
            Ok(json!({"motion": case.motion, "waiting_on": case.waiting_on}))
        }
        Call::SetPriority(input) => {
            let patch = CasePatch { priority: Some(input.priority), ..CasePatch::default() };
            let case = cases::update(tx, scene.case, &patch)?;
            Ok(json!({"priority": case.priority}))
        }
        Call::AddLabel(input) => {
            let label = label(tx, scene.space, &input.label)?;
            case_labels::apply(tx, scene.case, label).map(|case| json!({"labels": show::labels(&case)}))
        }
        Call::RemoveLabel(input) => {
            let label = label(tx, scene.space, &input.label)?;
            case_labels::remove(tx, scene.case, label).map(|case| json!({"labels": show::labels(&case)}))
        }
        Call::WriteNote(input) => {
            let (title, body) = (input.title.clone(), Some(input.body.clone()));
            let note = library::documents::NewNote { title, body, tags: Vec::new() };
            let note = library::documents::create_note(tx, here, &note)?;
            Ok(json!({"document_id": note.id, "name": note.name}))
        }
        Call::AttachArtifact(input) => {
            let Prepared::Blob(stored) = prepared else {
                return Err(Error::internal("the file's content was not stored"));
            };
            let (name, mime_type) = (input.name.clone(), input.mime_type.clone());
            let file = library::documents::NewFile { name, mime_type, stored: stored.clone() };
            let file = library::documents::create_file(tx, here, &file)?;
            Ok(json!({"document_id": file.id, "name": file.name, "size": file.size}))
        }
        Call::DraftEmail(input) => {
            let new = NewEmail {
                to: input.to.clone(),
                cc: input.cc.clone(),
                subject: input.subject.clone(),
                body: input.body.clone(),
                ..NewEmail::default()
            };
            let email = emails::create(tx, here, &new)?;
            Ok(json!({"email_id": email.id, "state": email.state}))
        }
        Call::SpawnSubcase(input) => {
            let new = NewSubcase {
                title: input.title.clone(),
                description: input.description.clone(),
                priority: input.priority,
                assigned_actor_id: input.assigned_actor_id,
                procedure_id: input.procedure_id,
                instruction_id: input.instruction_id,
            };
            let subcase = subcases::spawn(tx, scene.stage, &new)?;
            Ok(json!({"case_id": subcase.id, "title": subcase.title, "phase": subcase.phase}))
        }
        Call::AskPerson(input) => ask(tx, scene, input),
        Call::FinishStage(input) => finish(tx, scene, &input.summary),
    }
}

/// The label of a space by its name; the exact name wins over one that differs in case.
fn label(tx: &mut Tx<'_>, space: SpaceId, name: &str) -> Result<LabelId> {
    let name = name.trim();
    let page = PageRequest { page: 1, per_page: PageRequest::MAX_SIZE };
    let known = tx.query(
        "SELECT id, name FROM labels WHERE space_id = $1 AND LOWER(name) = LOWER($2) ORDER BY name",
        params![space, name],
        |row| Ok((row.get::<LabelId>(0)?, row.get::<String>(1)?)),
    )?;
    let exact = known.iter().find(|(_, known)| known == name).or(known.first());
    if let Some((id, _)) = exact {
        return Ok(*id);
    }
    let names: Vec<String> = labels::list(tx, space, page)?.items.into_iter().map(|label| label.name).collect();
    let text = format!("the space has no label {name:?}; it has: {}", names.join(", "));
    Err(Error::invalid("input.label", text))
}

/// Posts a question that mentions a person and lets the case wait for the answer.
fn ask(tx: &mut Tx<'_>, scene: &Scene, input: &AskPerson) -> Result<Json> {
    let asked = match input.actor_id {
        Some(id) => Some(person(tx, id)?.ok_or_else(|| Error::invalid("input.actor_id", "this is not a person"))?),
        None => somebody(tx, scene.case)?,
    };
    let question = match asked {
        Some(id) => format!("<@U{id}> {}", input.question.trim()),
        None => input.question.trim().to_owned(),
    };
    let posted = activities::post(tx, scene.thread, ActivityType::Comment, &question, Visibility::Public)?;
    let reason = Some("an answer to the agent's question".to_owned());
    let waiting_on = WaitingOn { kind: WaitingKind::Actor, id: asked.map(ActorId::uuid), reason };
    let motion = NewMotion { motion: Motion::Waiting, waiting_on: Some(waiting_on) };
    lifecycle::set_motion(tx, scene.case, &motion)?;
    Ok(json!({"activity_id": posted.id, "asked": asked, "answer": "follows as a message"}))
}

/// Whoever is responsible for the case: its assignee, else who opened it, if that is a person.
fn somebody(tx: &mut Tx<'_>, case: CaseId) -> Result<Option<ActorId>> {
    let case = cases::get(tx, case)?;
    for id in [case.assigned_actor_id, Some(case.created_by)].into_iter().flatten() {
        if let Some(id) = person(tx, id)? {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

fn person(tx: &mut Tx<'_>, id: ActorId) -> Result<Option<ActorId>> {
    let found = actors::find(tx, id)?;
    Ok(found.filter(|profile| profile.actor_type == ActorType::Human).map(|profile| profile.id))
}

/// Posts the summary and completes the stage, unless it has completed by itself.
fn finish(tx: &mut Tx<'_>, scene: &Scene, summary: &str) -> Result<Json> {
    let before = stages::get(tx, scene.stage)?;
    activities::post(tx, scene.thread, ActivityType::Comment, summary, Visibility::Public)?;
    let stage = match before.phase {
        StagePhase::Completed => before,
        _ => stages::complete(tx, scene.stage)?,
    };
    Ok(json!({"stage": {"id": stage.id, "phase": stage.phase}}))
}
