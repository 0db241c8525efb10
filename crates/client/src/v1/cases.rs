//! Cases: their phases, their motion, and what they consist of.

use std::{collections::BTreeMap, fmt::Display};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{ActorType, List, Motion, One, Pages, Priority, WaitingOn, get as read, patch, post};
use crate::{
    Call, IntoBody, Patch,
    names::{names, or_empty},
};

names! {
    /// How far a case is.
    Phase {
        Intake = "intake",
        Active = "active",
        Resolved = "resolved",
        Closed = "closed",
    }
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Case {
    /// Its id.
    pub id: Uuid,
    /// The space it lies in.
    pub space_id: Uuid,
    /// The case it was spawned from.
    pub parent_case_id: Option<Uuid>,
    /// The stage it was spawned from.
    pub parent_stage_id: Option<Uuid>,
    /// Its thread.
    pub thread_id: Uuid,
    /// The procedure it follows.
    pub procedure_id: Option<Uuid>,
    /// Its name elsewhere.
    pub external_id: Option<String>,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub description: Option<String>,
    /// How it went.
    pub summary: Option<String>,
    /// How far it is.
    pub phase: Phase,
    /// Whether it moves.
    pub motion: Motion,
    /// What it waits for.
    pub waiting_on: Option<WaitingOn>,
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// Who works on it.
    pub assigned_actor_id: Option<Uuid>,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// Its labels.
    #[serde(default, deserialize_with = "or_empty")]
    pub labels: Vec<CaseLabel>,
    /// What else is known of it.
    #[serde(default, deserialize_with = "or_empty")]
    pub attributes: Map<String, Value>,
    /// Who opened it.
    pub created_by: Uuid,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When work began.
    pub commenced_at: Option<Timestamp>,
    /// When it was resolved.
    pub resolved_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

/// A label on a case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CaseLabel {
    /// The label's id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its colour.
    pub color: Option<String>,
}

/// Which cases are wanted; all conditions hold together.
#[derive(Debug, Clone, Default)]
pub struct ListCases {
    /// The page.
    pub pages: Pages,
    /// In this space.
    pub space_id: Option<String>,
    /// In this phase.
    pub phase: Option<Phase>,
    /// In this motion.
    pub motion: Option<Motion>,
    /// Of this urgency.
    pub priority: Option<Priority>,
    /// Given to this actor.
    pub assigned_actor_id: Option<String>,
    /// Following this procedure.
    pub procedure_id: Option<String>,
    /// With all of these labels: their ids, separated by commas.
    pub label_id: Option<String>,
    /// With these words, or an external id that begins with them.
    pub q: Option<String>,
    /// Neither resolved nor closed after their due time.
    pub overdue: Option<bool>,
    /// Changed at this time or later.
    pub updated_since: Option<Timestamp>,
    /// Opened at this time or later.
    pub created_from: Option<Timestamp>,
    /// Opened before this time.
    pub created_to: Option<Timestamp>,
    /// The order, such as `-updated_at`.
    pub sort: Option<String>,
}

/// How many cases there are, in all and by the names of phases, motions and priorities.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CaseCounts {
    /// All of them.
    pub total: i64,
    /// By phase.
    pub phase: BTreeMap<String, i64>,
    /// By motion.
    pub motion: BTreeMap<String, i64>,
    /// By priority; `none` for those without one.
    pub priority: BTreeMap<String, i64>,
}

/// Something to do with a case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CaseMove {
    /// What: `commence`, `set_motion:blocked`, …
    pub action: String,
    /// Whether the caller may do it now.
    pub allowed: bool,
    /// What it must be given.
    pub needs: Vec<String>,
    /// What it may be given.
    pub takes: Vec<String>,
    /// Why it is not allowed.
    pub why_not: Option<String>,
}

/// Somebody, by name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Person {
    /// The actor.
    pub id: Uuid,
    /// The actor's name.
    pub name: String,
    /// Person or agent.
    pub r#type: ActorType,
}

/// Something that happened to a case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CaseEvent {
    /// The event's number.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub verb: String,
    /// The thing it happened to.
    pub subject_id: Uuid,
    /// Who did it; none for Heddle itself.
    pub actor: Option<Person>,
    /// What matters about it.
    #[serde(default, deserialize_with = "or_empty")]
    pub data: Map<String, Value>,
}

/// A case in a tree of subcases.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CaseBranch {
    /// The case.
    pub id: Uuid,
    /// The case above it.
    pub parent_case_id: Option<Uuid>,
    /// Its title.
    pub title: String,
    /// How far it is.
    pub phase: Phase,
    /// Whether it moves.
    pub motion: Motion,
    /// How far below the root it is.
    pub depth: i64,
}

/// One change to many cases.
#[derive(Debug, Clone, Serialize)]
pub struct ChangeCases {
    /// The cases.
    pub ids: Vec<Uuid>,
    /// The change: one name, such as `priority`, and its value.
    pub change: Map<String, Value>,
}

/// Why a case was not changed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BulkError {
    /// The code.
    pub code: String,
    /// In words.
    pub message: String,
}

/// What became of one case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BulkResult {
    /// The case.
    pub id: Uuid,
    /// Whether it was changed.
    pub ok: bool,
    /// Why it was not.
    pub error: Option<BulkError>,
}

/// What became of them all.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BulkOutcome {
    /// One by one.
    pub results: Vec<BulkResult>,
    /// How many were changed.
    pub changed: u64,
    /// How many were not.
    pub refused: u64,
}

/// A new case.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CreateCase {
    /// The space it lies in.
    pub space_id: Uuid,
    /// Its title.
    pub title: String,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How urgent it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Who works on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_actor_id: Option<Uuid>,
    /// When it is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// The procedure it follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub procedure_id: Option<Uuid>,
    /// Its name elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// What else is known of it.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub attributes: Map<String, Value>,
}

/// A change of a case.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UpdateCase {
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Patch<String>,
    /// How urgent it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Patch<Priority>,
    /// Who works on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_actor_id: Patch<Uuid>,
    /// When it is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Patch<Timestamp>,
}

/// How a case ended.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ResolveCase {
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
}

/// Why a case is taken up again.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ReopenCase {
    /// In words.
    pub reason: String,
}

/// Another motion.
#[derive(Debug, Clone, Serialize)]
pub struct SetMotion {
    /// The motion.
    pub motion: Motion,
    /// What is waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_on: Option<WaitingOn>,
}

/// A procedure to follow.
#[derive(Debug, Clone, Serialize)]
pub struct ApplyProcedure {
    /// Which one.
    pub procedure_id: Uuid,
}

/// Cases, the newest first unless another order is asked for.
pub fn list(query: &ListCases) -> Call<List<Case>> {
    read("cases")
        .query("space_id", query.space_id.as_deref())
        .filtered(query)
        .query("sort", query.sort.as_deref())
        .on(&query.pages)
}

/// How many cases of a space there are under the conditions of a list.
pub fn counts(space_id: impl Display, query: &ListCases) -> Call<One<CaseCounts>> {
    read("spaces").at(space_id).at("counts").filtered(query)
}

impl<T> Call<T> {
    /// The conditions of a list, without its space, order and page.
    fn filtered(self, query: &ListCases) -> Self {
        self.query("phase", query.phase.as_ref())
            .query("motion", query.motion.as_ref())
            .query("priority", query.priority.as_ref())
            .query("assigned_actor_id", query.assigned_actor_id.as_deref())
            .query("procedure_id", query.procedure_id.as_deref())
            .query("label_id", query.label_id.as_deref())
            .query("q", query.q.as_deref())
            .query("overdue", query.overdue)
            .query("updated_since", query.updated_since)
            .query("created_from", query.created_from)
            .query("created_to", query.created_to)
    }
}

/// Makes one change to many cases.
pub fn change(body: impl IntoBody<ChangeCases>) -> Call<One<BulkOutcome>> {
    post("cases").at("bulk").json(body)
}

/// What can be done with a case.
pub fn moves(id: impl Display) -> Call<One<Vec<CaseMove>>> {
    read("cases").at(id).at("moves")
}

/// What has happened to a case, the newest first.
pub fn history(id: impl Display, pages: &Pages) -> Call<List<CaseEvent>> {
    read("cases").at(id).at("history").on(pages)
}

/// The whole tree of subcases that a case is in.
pub fn tree(id: impl Display) -> Call<One<Vec<CaseBranch>>> {
    read("cases").at(id).at("tree")
}

/// Opens a case.
pub fn create(body: impl IntoBody<CreateCase>) -> Call<One<Case>> {
    post("cases").json(body)
}

/// One case.
pub fn get(id: impl Display) -> Call<One<Case>> {
    read("cases").at(id)
}

/// Changes a case.
pub fn update(id: impl Display, body: impl IntoBody<UpdateCase>) -> Call<One<Case>> {
    patch("cases").at(id).json(body)
}

/// Begins work on a case.
pub fn commence(id: impl Display) -> Call<One<Case>> {
    post("cases").at(id).at("commence")
}

/// Ends work on a case.
pub fn resolve(id: impl Display, body: impl IntoBody<ResolveCase>) -> Call<One<Case>> {
    post("cases").at(id).at("resolve").json(body)
}

/// Takes up a resolved case again.
pub fn reopen(id: impl Display, body: impl IntoBody<ReopenCase>) -> Call<One<Case>> {
    post("cases").at(id).at("reopen").json(body)
}

/// Closes a resolved case for good.
pub fn close(id: impl Display) -> Call<One<Case>> {
    post("cases").at(id).at("close")
}

/// Sets a case's motion.
pub fn set_motion(id: impl Display, body: impl IntoBody<SetMotion>) -> Call<One<Case>> {
    patch("cases").at(id).at("motion").json(body)
}

/// Gives a case the stages of a procedure.
pub fn apply_procedure(id: impl Display, body: impl IntoBody<ApplyProcedure>) -> Call<One<Case>> {
    post("cases").at(id).at("apply-procedure").json(body)
}

/// The cases that were spawned from a case.
pub fn subcases(id: impl Display, pages: &Pages) -> Call<List<Case>> {
    read("cases").at(id).at("subcases").on(pages)
}
