//! Tools: scripts of the workspace, HTTP services of spaces, and Heddle's own actions.

use agents::{
    actions::{SPECS, Spec},
    secrets,
    tools::{
        self,
        custom::{self, Listed, NewScript, ScriptPatch},
    },
};
use api::{Body, Ctx, Failure, PathId, Query};
use axum::{Json, http::StatusCode};
use kernel::{
    Direction, Result,
    ids::{ActorId, SecretId, ToolId},
    kinds,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as JsonValue};
use store::Tx;
use utoipa::ToSchema;

use super::{
    errors::Renames,
    wire::{Asked, BASE, List, Paging, ResourceLink, ResourceType, SecretTag, created, list},
};

/// What the domain's errors are called here.
pub const RENAMES: Renames = Renames {
    fields: &[
        ("name", None, "invalid_tool_request"),
        ("description", None, "invalid_tool_request"),
        ("script", None, "invalid_tool_request"),
        ("input_schema", None, "invalid_tool_request"),
        ("secret_ids", None, "invalid_tool_request"),
    ],
    paths: &[],
    codes: &[("actor_not_found", "user_not_found")],
    conflict: "invalid_tool_request",
};

/// Whether a tool was made here or is Heddle's own.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ToolType {
    /// Somebody made it.
    Custom,
    /// It is Heddle's own.
    Internal,
}

/// A tool as lists show it.
#[derive(Serialize, ToSchema)]
pub struct ToolListItem {
    id: ToolId,
    r#type: ToolType,
    /// The name that models call it by.
    name: String,
    /// Whether the caller can change it.
    is_editable: bool,
}

/// A tool.
#[derive(Serialize, ToSchema)]
pub struct Tool {
    #[serde(flatten)]
    item: ToolListItem,
    /// What it does and when to use it, written for models.
    description: String,
    /// The JSON Schema of its input.
    input_schema: Map<String, JsonValue>,
    /// Who looks after it.
    manager: Option<ResourceLink>,
    /// The secrets it is given, as far as the caller may know of them.
    secrets: Vec<ToolSecret>,
}

/// A secret of a tool.
#[derive(Serialize, ToSchema)]
pub struct ToolSecret {
    id: SecretId,
    r#type: SecretTag,
    name: String,
    /// Its path.
    #[schema(read_only)]
    url: String,
}

list!(ListToolsResponse of ToolListItem);

impl From<&'static Spec> for ToolListItem {
    fn from(spec: &'static Spec) -> Self {
        Self { id: spec.id(), r#type: ToolType::Internal, name: spec.name.to_owned(), is_editable: false }
    }
}

impl From<&'static Spec> for Tool {
    fn from(spec: &'static Spec) -> Self {
        Self {
            item: spec.into(),
            description: spec.description.to_owned(),
            input_schema: object(spec.input_schema()),
            manager: None,
            secrets: Vec::new(),
        }
    }
}

fn object(value: JsonValue) -> Map<String, JsonValue> {
    match value {
        JsonValue::Object(map) => map,
        _ => Map::new(),
    }
}

fn item(tool: &tools::Tool, is_editable: bool) -> ToolListItem {
    ToolListItem { id: tool.id, r#type: ToolType::Custom, name: tool.name.clone(), is_editable }
}

impl From<Listed> for ToolListItem {
    fn from(listed: Listed) -> Self {
        match listed {
            Listed::Action(spec) => spec.into(),
            Listed::Tool { tool, is_editable } => item(&tool, is_editable),
        }
    }
}

fn detail(tx: &mut Tx<'_>, tool: tools::Tool) -> Result<Tool> {
    let secrets = secrets::names_of_tool(tx, tool.id)?.into_iter().map(|secret| ToolSecret {
        id: secret.id,
        r#type: SecretTag,
        url: format!("{BASE}/secrets/{}", secret.id),
        name: secret.name,
    });
    Ok(Tool {
        item: item(&tool, custom::is_editable(tx, &tool)?),
        description: tool.description,
        input_schema: object(tool.input_schema),
        manager: tool.manager_id.map(|manager| ResourceLink::new(ResourceType::User, manager)),
        secrets: secrets.collect(),
    })
}

/// A script to make a tool of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateToolRequest {
    /// Lower-case letters, digits and `_`, beginning with a letter; unique in the workspace.
    name: String,
    /// What it does and when to use it, written for models.
    description: String,
    /// Python that defines `invoke`, called with the input by name and, if it takes it, `interloom` with the secrets.
    script: String,
    /// The JSON Schema of its input: an object.
    input_schema: Map<String, JsonValue>,
    /// Secrets of the caller.
    #[serde(default)]
    secret_ids: Vec<SecretId>,
}

/// Changes to a script. Null leaves a field as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateToolRequest {
    name: Option<String>,
    description: Option<String>,
    script: Option<String>,
    input_schema: Option<Map<String, JsonValue>>,
    /// All its secrets.
    secret_ids: Option<Vec<SecretId>>,
    /// Who looks after it from now on: alone, and for a tool without secrets.
    manager_id: Option<ActorId>,
}

/// The tools that the caller sees: those that were made here, newest first, then Heddle's own.
#[utoipa::path(
    get, path = "/api/v1/public/tools", tag = "Tools", operation_id = "listTools", params(Paging),
    responses((status = 200, body = ListToolsResponse))
)]
pub async fn list_tools(
    ctx: Ctx,
    asked: Asked,
    Query(paging): Query<Paging>,
) -> Result<Json<List<ToolListItem>>, Failure> {
    let request = asked.page(&paging, Direction::Descending)?;
    Ok(Json(asked.answer(ctx.read(move |tx| custom::slice(tx, request.limit, request.after)).await?)))
}

/// Makes a tool of a script; the caller manages it. It has no network until an admin names hosts.
#[utoipa::path(
    post, path = "/api/v1/public/tools", tag = "Tools", operation_id = "createTool", request_body = CreateToolRequest,
    responses((status = 201, body = Tool))
)]
pub async fn create_tool(ctx: Ctx, Body(body): Body<CreateToolRequest>) -> Result<(StatusCode, Json<Tool>), Failure> {
    let new = NewScript {
        name: body.name,
        description: body.description,
        script: body.script,
        input_schema: JsonValue::Object(body.input_schema),
        secrets: body.secret_ids,
    };
    let made = ctx
        .write(move |tx| {
            let tool = custom::create(tx, &new)?;
            detail(tx, tool)
        })
        .await?;
    Ok(created(made))
}

/// One tool.
#[utoipa::path(
    get, path = "/api/v1/public/tools/{tool_id}", tag = "Tools", operation_id = "getTool", params(("tool_id" = String, Path)),
    responses((status = 200, body = Tool))
)]
pub async fn get_tool(ctx: Ctx, PathId(id): PathId<kinds::Tool>) -> Result<Json<Tool>, Failure> {
    if let Some(spec) = SPECS.iter().find(|spec| spec.id() == id) {
        return Ok(Json(spec.into()));
    }
    let found = ctx
        .read(move |tx| {
            let tool = tools::get(tx, id)?;
            detail(tx, tool)
        })
        .await?;
    Ok(Json(found))
}

/// Changes a script: for its manager, and while it has no secrets for owners and admins of the workspace.
#[utoipa::path(
    patch, path = "/api/v1/public/tools/{tool_id}", tag = "Tools", operation_id = "updateTool",
    params(("tool_id" = String, Path)), request_body = UpdateToolRequest, responses((status = 200, body = Tool))
)]
pub async fn update_tool(
    ctx: Ctx,
    PathId(id): PathId<kinds::Tool>,
    Body(body): Body<UpdateToolRequest>,
) -> Result<Json<Tool>, Failure> {
    let patch = ScriptPatch {
        manager: body.manager_id,
        name: body.name,
        description: body.description,
        script: body.script,
        input_schema: body.input_schema.map(JsonValue::Object),
        secrets: body.secret_ids,
    };
    let changed = ctx
        .write(move |tx| {
            let tool = custom::update(tx, id, &patch)?;
            detail(tx, tool)
        })
        .await?;
    Ok(Json(changed))
}
