//! Cases, with one status for phase and motion.

use std::collections::HashMap;

use api::{Body, Ctx, Failure, PathId, Query};
use axum::{Json, extract::RawQuery, http::StatusCode};
use identity::actors::{self, ActorType};
use kernel::{
    Result, Rule, Timestamp,
    ids::{ActorId, CaseId, DocumentId, SpaceId},
    kinds,
};
use library::documents;
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};
use work::{
    cases::{self, CasePatch, NewCase},
    intake::{self, Revision},
    moves::Destination,
    removal,
    status::{self, CaseSort, Status, StatusFilter, Within},
};

use super::{
    errors::{self, Renames},
    wire::{
        Asked, CaseTag, List, Order, ResourceLink, ResourceType, actor_link, choice, created, descending_order, list,
    },
};

/// What the domain's errors are called here.
pub const RENAMES: Renames = Renames {
    fields: &[
        ("title", Some(Rule::Blank), "empty_case_title"),
        ("labels", None, "empty_case_tag_name"),
        ("assigned_actor_id", None, "user_not_found"),
    ],
    paths: &[("labels", "tags"), ("assigned_actor_id", "assignee_id")],
    codes: &[("actor_not_found", "user_not_found"), ("external_id_taken", "case_external_id_conflict")],
    conflict: "invalid_case_request",
};

/// A case as lists show it.
#[derive(Serialize, ToSchema)]
pub struct CaseListItem {
    id: CaseId,
    r#type: CaseTag,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// The case it lies under, else its space.
    parent: Option<ResourceLink>,
    title: String,
    status: Status,
    completed_at: Option<Timestamp>,
    due_at: Option<Timestamp>,
    /// Its name in another system.
    external_id: Option<String>,
    tags: Vec<String>,
    /// The person or agent that has it.
    assignee: Option<ResourceLink>,
}

/// A case.
#[derive(Serialize, ToSchema)]
pub struct Case {
    #[serde(flatten)]
    item: CaseListItem,
    description: Option<String>,
    /// What came of it.
    summary: Option<String>,
    /// The files attached to it.
    files: Vec<ResourceLink>,
    thread: ResourceLink,
}

list!(ListCasesResponse of CaseListItem);

/// A case and of which type its assignee is.
struct Assigned(cases::Case, Option<ActorType>);

impl From<Assigned> for CaseListItem {
    fn from(Assigned(case, assignee_type): Assigned) -> Self {
        Self {
            id: case.id,
            r#type: CaseTag,
            created_at: case.created_at,
            updated_at: case.updated_at,
            parent: Some(match case.parent_case_id {
                Some(parent) => ResourceLink::new(ResourceType::Case, parent),
                None => ResourceLink::new(ResourceType::Space, case.space_id),
            }),
            status: case.status(),
            completed_at: case.completed_at(),
            title: case.title,
            due_at: case.due_at,
            external_id: case.external_id,
            tags: case.labels.into_iter().map(|label| label.name).collect(),
            assignee: case.assigned_actor_id.zip(assignee_type).map(|(id, kind)| actor_link(id, kind)),
        }
    }
}

/// A case with what hangs on it.
struct Detail(cases::Case, Option<ActorType>, Vec<DocumentId>);

impl From<Detail> for Case {
    fn from(Detail(case, assignee_type, files): Detail) -> Self {
        Self {
            description: case.description.clone(),
            summary: case.summary.clone(),
            files: files.into_iter().map(|file| ResourceLink::new(ResourceType::File, file)).collect(),
            thread: ResourceLink::new(ResourceType::Thread, case.thread_id),
            item: Assigned(case, assignee_type).into(),
        }
    }
}

fn detail(tx: &mut Tx<'_>, id: CaseId) -> Result<Detail> {
    let case = cases::get(tx, id)?;
    let assignee = match case.assigned_actor_id {
        Some(actor) => actors::find(tx, actor)?.map(|profile| profile.actor_type),
        None => None,
    };
    let files = documents::files_of_cases(tx, &[id])?.into_iter().map(|(_, file)| file).collect();
    Ok(Detail(case, assignee, files))
}

/// Which cases are wanted. `status` may be repeated.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListCases {
    /// Most items to answer.
    #[param(minimum = 1, maximum = 100, default = 30)]
    limit: Option<i64>,
    /// Where to go on: `next_cursor` of an answer to the same request.
    #[param(nullable)]
    cursor: Option<String>,
    /// Directly in this space, under no other case.
    #[param(nullable)]
    space_id: Option<SpaceId>,
    /// Directly under this case.
    #[param(nullable)]
    parent_case_id: Option<CaseId>,
    /// Assigned to this person or agent.
    #[param(nullable)]
    assignee_id: Option<ActorId>,
    /// The order: `position` is that in which cases were opened.
    #[serde(default)]
    #[param(schema_with = sorts, required = false)]
    sort: Sort,
    /// The direction of the order.
    #[serde(default = "descending")]
    #[param(schema_with = descending_order, required = false)]
    direction: Order,
}

/// What cases are ordered by.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// The order in which they were opened.
    Position,
    /// When they were opened.
    #[default]
    CreatedAt,
    /// When they last changed.
    UpdatedAt,
}

fn sorts() -> utoipa::openapi::Object {
    choice(&["position", "created_at", "updated_at"], "created_at")
}

fn descending() -> Order {
    Order::Desc
}

/// A case to open: directly in a space, or under another case.
#[derive(Deserialize, ToSchema)]
pub struct CreateCaseRequest {
    /// The space; or else `parent_case_id`.
    space_id: Option<SpaceId>,
    /// The case above; or else `space_id`.
    parent_case_id: Option<CaseId>,
    title: String,
    description: Option<String>,
    /// Its name in another system; unique in the space.
    external_id: Option<String>,
    /// A person or an agent.
    assignee_id: Option<ActorId>,
    due_at: Option<Timestamp>,
    tags: Option<Vec<String>>,
    /// Files that are attached to no case or thread yet.
    attached_file_ids: Option<Vec<DocumentId>>,
}

/// Changes to a case.
#[derive(Deserialize, ToSchema)]
pub struct UpdateCaseRequest {
    /// Null leaves it as it is.
    title: Option<String>,
    /// Null clears it.
    #[serde(default, deserialize_with = "api::patch::nullable")]
    #[schema(value_type = Option<String>)]
    description: Option<Option<String>>,
    /// Any status can follow any other.
    status: Option<Status>,
    /// Null takes the case from whoever has it.
    #[serde(default, deserialize_with = "api::patch::nullable")]
    #[schema(value_type = Option<ActorId>)]
    assignee_id: Option<Option<ActorId>>,
    /// Null clears it.
    #[serde(default, deserialize_with = "api::patch::nullable")]
    #[schema(value_type = Option<Timestamp>)]
    due_at: Option<Option<Timestamp>>,
    /// All its tags; null leaves them as they are.
    tags: Option<Vec<String>>,
    /// Moves the case directly into a space.
    space_id: Option<SpaceId>,
    /// Moves the case under another one.
    parent_case_id: Option<CaseId>,
}

/// The cases that the caller can see.
#[utoipa::path(
    get, path = "/api/v1/public/cases", tag = "Cases", operation_id = "listCases",
    params(ListCases, ("status" = Option<Vec<String>>, Query, nullable, description = "With one of these statuses; others match nothing.")),
    responses((status = 200, body = ListCasesResponse))
)]
pub async fn list_cases(
    ctx: Ctx,
    asked: Asked,
    Query(query): Query<ListCases>,
    RawQuery(raw): RawQuery,
) -> Result<Json<List<CaseListItem>>, Failure> {
    let request = asked.slice(query.limit, query.cursor.as_deref(), query.direction.into())?;
    let within = match (query.space_id, query.parent_case_id) {
        (Some(_), Some(_)) => {
            return Err(errors::error("invalid_case_filters").into());
        }
        (Some(space), None) => Some(Within::Space(space)),
        (None, Some(parent)) => Some(Within::Case(parent)),
        (None, None) => None,
    };
    let raw = raw.unwrap_or_default();
    let named: Vec<_> = form_urlencoded::parse(raw.as_bytes()).filter(|(key, _)| key == "status").collect();
    let statuses = (!named.is_empty()).then(|| named.iter().filter_map(|(_, value)| value.parse().ok()).collect());
    let filter = StatusFilter { within, assigned_actor_id: query.assignee_id, statuses };
    let sort = match query.sort {
        Sort::Position | Sort::CreatedAt => CaseSort::Created,
        Sort::UpdatedAt => CaseSort::Updated,
    };
    let slice = ctx
        .read(move |tx| {
            let slice = status::slice(tx, &filter, sort, request)?;
            let assignees: Vec<ActorId> = slice.items.iter().filter_map(|case| case.assigned_actor_id).collect();
            let types: HashMap<ActorId, ActorType> = actors::types_of(tx, &assignees)?;
            Ok(slice.map(|case| {
                let kind = case.assigned_actor_id.and_then(|id| types.get(&id).copied());
                Assigned(case, kind)
            }))
        })
        .await?;
    Ok(Json(asked.answer(slice)))
}

/// Opens a case. A trigger of the space acts on it.
#[utoipa::path(
    post, path = "/api/v1/public/cases", tag = "Cases", operation_id = "createCase", request_body = CreateCaseRequest,
    responses((status = 201, body = Case))
)]
pub async fn create_case(ctx: Ctx, Body(body): Body<CreateCaseRequest>) -> Result<(StatusCode, Json<Case>), Failure> {
    let within = match (body.space_id, body.parent_case_id) {
        (Some(space), None) => Within::Space(space),
        (None, Some(parent)) => Within::Case(parent),
        _ => return Err(errors::error("invalid_case_parent").into()),
    };
    let new = NewCase {
        description: body.description,
        assigned_actor_id: body.assignee_id,
        due_at: body.due_at,
        external_id: body.external_id,
        labels: body.tags.unwrap_or_default(),
        // The place decides the space.
        ..NewCase::titled(SpaceId::nil(), body.title)
    };
    let files = body.attached_file_ids.unwrap_or_default();
    let opened = ctx
        .write(move |tx| {
            let case = intake::open(tx, within, &new, &files)?;
            detail(tx, case)
        })
        .await?;
    Ok(created(opened.into()))
}

/// One case.
#[utoipa::path(
    get, path = "/api/v1/public/cases/{case_id}", tag = "Cases", operation_id = "getCase", params(("case_id" = String, Path)),
    responses((status = 200, body = Case))
)]
pub async fn get_case(ctx: Ctx, PathId(id): PathId<kinds::Case>) -> Result<Json<Case>, Failure> {
    Ok(Json(ctx.peek(move |tx| detail(tx, id)).await?.into()))
}

/// Changes a case: its fields, its status, its place.
#[utoipa::path(
    patch, path = "/api/v1/public/cases/{case_id}", tag = "Cases", operation_id = "updateCase",
    params(("case_id" = String, Path)), request_body = UpdateCaseRequest, responses((status = 200, body = Case))
)]
pub async fn update_case(
    ctx: Ctx,
    PathId(id): PathId<kinds::Case>,
    Body(body): Body<UpdateCaseRequest>,
) -> Result<Json<Case>, Failure> {
    let place = match (body.space_id, body.parent_case_id) {
        (Some(_), Some(_)) => return Err(errors::error("invalid_case_parent").into()),
        (Some(space), None) => Some(Destination::Space(space)),
        (None, Some(parent)) => Some(Destination::Under(parent)),
        (None, None) => None,
    };
    let patch = CasePatch {
        title: body.title,
        description: body.description,
        priority: None,
        assigned_actor_id: body.assignee_id,
        due_at: body.due_at,
        labels: body.tags,
    };
    let revision = Revision { patch, status: body.status, place };
    let changed = ctx
        .write(move |tx| {
            intake::revise(tx, id, &revision)?;
            detail(tx, id)
        })
        .await?;
    Ok(Json(changed.into()))
}

/// Removes a case with its subcases and all that is attached to them.
#[utoipa::path(
    delete, path = "/api/v1/public/cases/{case_id}", tag = "Cases", operation_id = "deleteCase",
    params(("case_id" = String, Path)), responses((status = 204))
)]
pub async fn delete_case(ctx: Ctx, PathId(id): PathId<kinds::Case>) -> Result<StatusCode, Failure> {
    ctx.write(move |tx| removal::delete_case(tx, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
