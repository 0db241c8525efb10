//! Tools.

use agents::tools::{self, NewTool, ToolKind, custom};
use api::{Body, Ctx, Failure, PathId, Query};
use axum::{Json, http::StatusCode};
use kernel::{
    Timestamp,
    ids::{ActorId, SpaceId, ToolId},
    kinds,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as JsonValue};
use utoipa::ToSchema;

use super::envelope::{Envelope, List, One, Paging};

/// A tool: something outside that granted actors can call. One of a space in cases of the space, one of the workspace
/// everywhere.
#[derive(Serialize, ToSchema)]
pub struct Tool {
    id: ToolId,
    /// Null for a tool of the workspace.
    space_id: Option<SpaceId>,
    /// An HTTP service or a Python script.
    kind: ToolKind,
    /// The name that models call it by.
    name: String,
    description: String,
    /// Calls of an HTTP service are posted there as JSON.
    url: Option<String>,
    /// The hosts that a script may reach.
    hosts: Vec<String>,
    /// The JSON Schema of its input.
    #[schema(value_type = Object)]
    input_schema: JsonValue,
    created_by: ActorId,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<tools::Tool> for Tool {
    fn from(tool: tools::Tool) -> Self {
        Self {
            id: tool.id,
            space_id: tool.space_id,
            kind: tool.kind,
            name: tool.name,
            description: tool.description,
            url: Some(tool.url).filter(|url| !url.is_empty()),
            hosts: tool.hosts,
            input_schema: tool.input_schema,
            created_by: tool.created_by,
            created_at: tool.created_at,
            updated_at: tool.updated_at,
        }
    }
}

/// A tool to register.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterTool {
    /// Lower-case letters, digits and `_`, beginning with a letter; unique in the space.
    name: String,
    /// What it does and when to use it, written for models.
    description: String,
    /// http or https. A call is a POST of `{tool, input, run_id, case_id}` with an `Idempotency-Key`.
    url: String,
    /// The JSON Schema of its input: an object.
    input_schema: Map<String, JsonValue>,
}

/// The hosts that a script may reach.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetToolHosts {
    /// Such as `api.example.com`, `api.example.com:8443` or `*.example.com`; without any the script has no network.
    hosts: Vec<String>,
}

/// The source of a script.
#[derive(Serialize, ToSchema)]
pub struct ToolScript {
    script: String,
}

/// The actor that is granted a tool.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttachTool {
    /// A member of the tool's space.
    actor_id: ActorId,
}

/// The tools registered in a space, by name.
#[utoipa::path(
    get, path = "/v1/spaces/{id}/tools", tag = "Tools", params(("id" = SpaceId, Path), Paging),
    responses((status = 200, body = List<Tool>))
)]
pub async fn list_space_tools(
    ctx: Ctx,
    PathId(id): PathId<kinds::Space>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Tool>>, Failure> {
    let request = paging.request()?;
    Ok(ctx.list(ctx.read(move |tx| tools::list(tx, id, request)).await?))
}

/// Registers a tool in a space: for its admins and owners.
#[utoipa::path(
    post, path = "/v1/spaces/{id}/tools", tag = "Tools", params(("id" = SpaceId, Path)), request_body = RegisterTool,
    responses((status = 201, body = One<Tool>))
)]
pub async fn register_space_tool(
    ctx: Ctx,
    PathId(id): PathId<kinds::Space>,
    Body(body): Body<RegisterTool>,
) -> Result<(StatusCode, Json<One<Tool>>), Failure> {
    let new = NewTool {
        name: body.name,
        description: body.description,
        url: body.url,
        input_schema: JsonValue::Object(body.input_schema),
    };
    Ok(ctx.created(ctx.write(move |tx| tools::register(tx, id, &new)).await?.into()))
}

/// One tool.
#[utoipa::path(get, path = "/v1/tools/{id}", tag = "Tools", params(("id" = ToolId, Path)), responses((status = 200, body = One<Tool>)))]
pub async fn get_tool(ctx: Ctx, PathId(id): PathId<kinds::Tool>) -> Result<Json<One<Tool>>, Failure> {
    Ok(ctx.one(ctx.peek(move |tx| tools::get(tx, id)).await?.into()))
}

/// The source of a script: for those who can change it.
#[utoipa::path(
    get, path = "/v1/tools/{id}/script", tag = "Tools", params(("id" = ToolId, Path)),
    responses((status = 200, body = One<ToolScript>))
)]
pub async fn get_tool_script(ctx: Ctx, PathId(id): PathId<kinds::Tool>) -> Result<Json<One<ToolScript>>, Failure> {
    Ok(ctx.one(ToolScript { script: ctx.peek(move |tx| custom::source(tx, id)).await? }))
}

/// Sets the hosts that a script may reach: for owners and admins of the workspace.
#[utoipa::path(
    put, path = "/v1/tools/{id}/hosts", tag = "Tools", params(("id" = ToolId, Path)), request_body = SetToolHosts,
    responses((status = 200, body = One<Tool>))
)]
pub async fn set_tool_hosts(
    ctx: Ctx,
    PathId(id): PathId<kinds::Tool>,
    Body(body): Body<SetToolHosts>,
) -> Result<Json<One<Tool>>, Failure> {
    Ok(ctx.one(ctx.write(move |tx| tools::set_hosts(tx, id, &body.hosts)).await?.into()))
}

/// Grants a tool to an actor: for admins and owners of the tool's space. Again changes nothing.
#[utoipa::path(
    post, path = "/v1/tools/{id}/attach", tag = "Tools", params(("id" = ToolId, Path)), request_body = AttachTool,
    responses((status = 200, body = One<Tool>))
)]
pub async fn attach_tool(
    ctx: Ctx,
    PathId(id): PathId<kinds::Tool>,
    Body(body): Body<AttachTool>,
) -> Result<Json<One<Tool>>, Failure> {
    Ok(ctx.one(ctx.write(move |tx| tools::attach(tx, id, body.actor_id)).await?.into()))
}
