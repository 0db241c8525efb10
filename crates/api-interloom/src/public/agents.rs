//! Agents.

use agents::{
    profiles::{self, AgentPatch, NewAgent},
    tools::grants::{self, Granted},
};
use api::{Body, Ctx, Failure, PathId, Query};
use axum::{Json, http::StatusCode};
use gateway::Effort;
use identity::actors::{self, ActorType, Profile};
use kernel::{
    Direction, Timestamp,
    ids::{ActorId, ToolId},
    kinds,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    errors::Renames,
    models::ReasoningEffort,
    tools::ToolType,
    wire::{
        AgentTag, Asked, BASE, InvalidToolIdsResponse, List, Paging, ResourceLink, ValidationErrorResponse, created,
        list,
    },
};

/// What the domain's errors are called here.
pub const RENAMES: Renames = Renames {
    fields: &[("reasoning_effort", None, "invalid_agent_request"), ("model_id", None, "invalid_agent_request")],
    paths: &[("system_prompt", "job_description"), ("model_id", "model")],
    codes: &[("actor_not_found", "agent_not_found")],
    conflict: "invalid_agent_request",
};

/// An agent as lists show it.
#[derive(Serialize, ToSchema)]
pub struct AgentListItem {
    id: ActorId,
    r#type: AgentTag,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Always null: agents belong to the workspace.
    parent: Option<ResourceLink>,
    name: String,
    /// The model it thinks with: its own or the server's default.
    model: String,
    /// How much it thinks; null for the model's own measure.
    reasoning_effort: Option<ReasoningEffort>,
}

/// An agent.
#[derive(Serialize, ToSchema)]
pub struct Agent {
    #[serde(flatten)]
    item: AgentListItem,
    /// What it is told about itself.
    job_description: Option<String>,
}

list!(ListAgentsResponse of AgentListItem);

/// An agent and the model of those that name none.
struct Shown(Profile, String);

impl From<Shown> for AgentListItem {
    fn from(Shown(agent, default_model): Shown) -> Self {
        Self {
            id: agent.id,
            r#type: AgentTag,
            created_at: agent.created_at,
            updated_at: agent.updated_at,
            parent: None,
            name: agent.name,
            model: agent.model_id.unwrap_or(default_model),
            reasoning_effort: agent.reasoning_effort.as_deref().and_then(Effort::named).map(Into::into),
        }
    }
}

impl From<Shown> for Agent {
    fn from(shown: Shown) -> Self {
        Self { job_description: shown.0.system_prompt.clone(), item: shown.into() }
    }
}

fn shown(ctx: &Ctx, agent: Profile) -> Shown {
    Shown(agent, ctx.app.models().default_id().to_owned())
}

/// A tool of an agent.
#[derive(Serialize, ToSchema)]
pub struct AgentToolLink {
    id: ToolId,
    r#type: ToolType,
    name: String,
    /// Its path.
    #[schema(read_only)]
    url: String,
}

impl From<Granted> for AgentToolLink {
    fn from(granted: Granted) -> Self {
        let id = granted.id();
        let (kind, name) = match granted {
            Granted::Action(spec) => (ToolType::Internal, spec.name.to_owned()),
            Granted::Tool(tool) => (ToolType::Custom, tool.name),
        };
        Self { id, r#type: kind, name, url: format!("{BASE}/tools/{id}") }
    }
}

/// The tools that an agent is to have.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplaceAgentToolsRequest {
    /// All of them.
    tool_ids: Vec<ToolId>,
}

/// An agent to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateAgentRequest {
    name: String,
    /// What it is told about itself.
    job_description: Option<String>,
    /// The id of a model; the server's default when absent.
    model: Option<String>,
    /// One that the model can be asked for.
    reasoning_effort: Option<ReasoningEffort>,
}

/// Changes to an agent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateAgentRequest {
    /// Null leaves it as it is.
    name: Option<String>,
    /// Null clears it.
    #[serde(default, deserialize_with = "api::patch::nullable")]
    #[schema(value_type = Option<String>)]
    job_description: Option<Option<String>>,
    /// Null is the server's default.
    #[serde(default, deserialize_with = "api::patch::nullable")]
    #[schema(value_type = Option<String>)]
    model: Option<Option<String>>,
    /// Null is the model's own measure.
    #[serde(default, deserialize_with = "api::patch::nullable")]
    #[schema(value_type = Option<ReasoningEffort>)]
    reasoning_effort: Option<Option<ReasoningEffort>>,
}

/// The agents of the workspace, newest first.
#[utoipa::path(
    get, path = "/api/v1/public/agents", tag = "Agents", operation_id = "listAgents", params(Paging),
    responses((status = 200, body = ListAgentsResponse))
)]
pub async fn list_agents(
    ctx: Ctx,
    asked: Asked,
    Query(paging): Query<Paging>,
) -> Result<Json<List<AgentListItem>>, Failure> {
    let request = asked.page(&paging, Direction::Descending)?;
    let slice = ctx.read(move |tx| actors::slice(tx, ActorType::Ai, request)).await?;
    Ok(Json(asked.answer(slice.map(|agent| shown(&ctx, agent)))))
}

/// Makes an agent, a member of the general space: for owners and admins of the workspace.
#[utoipa::path(
    post, path = "/api/v1/public/agents", tag = "Agents", operation_id = "createAgent", request_body = CreateAgentRequest,
    responses((status = 201, body = Agent))
)]
pub async fn create_agent(
    ctx: Ctx,
    Body(body): Body<CreateAgentRequest>,
) -> Result<(StatusCode, Json<Agent>), Failure> {
    let new = NewAgent {
        name: body.name,
        job_description: body.job_description,
        model: body.model,
        effort: body.reasoning_effort.map(Into::into),
    };
    let models = ctx.app.models().clone();
    let agent = ctx.write(move |tx| profiles::create(tx, &models, &new)).await?;
    Ok(created(shown(&ctx, agent).into()))
}

/// One agent.
#[utoipa::path(
    get, path = "/api/v1/public/agents/{agent_id}", tag = "Agents", operation_id = "getAgent",
    params(("agent_id" = String, Path)), responses((status = 200, body = Agent))
)]
pub async fn get_agent(ctx: Ctx, PathId(id): PathId<kinds::Actor>) -> Result<Json<Agent>, Failure> {
    let agent = ctx.peek(move |tx| actors::get_of(tx, id, ActorType::Ai)).await?;
    Ok(Json(shown(&ctx, agent).into()))
}

/// Changes an agent: for owners and admins of the workspace.
#[utoipa::path(
    patch, path = "/api/v1/public/agents/{agent_id}", tag = "Agents", operation_id = "updateAgent",
    params(("agent_id" = String, Path)), request_body = UpdateAgentRequest, responses((status = 200, body = Agent))
)]
pub async fn update_agent(
    ctx: Ctx,
    PathId(id): PathId<kinds::Actor>,
    Body(body): Body<UpdateAgentRequest>,
) -> Result<Json<Agent>, Failure> {
    let patch = AgentPatch {
        name: body.name,
        job_description: body.job_description,
        model: body.model,
        effort: body.reasoning_effort.map(|effort| effort.map(Into::into)),
    };
    let models = ctx.app.models().clone();
    let agent = ctx.write(move |tx| profiles::update(tx, &models, id, &patch)).await?;
    Ok(Json(shown(&ctx, agent).into()))
}

/// The tools of an agent: Heddle's own actions, and those that it was given.
#[utoipa::path(
    get, path = "/api/v1/public/agents/{agent_id}/tools", tag = "Agents", operation_id = "listAgentTools",
    params(("agent_id" = String, Path)), responses((status = 200, body = Vec<AgentToolLink>))
)]
pub async fn list_agent_tools(ctx: Ctx, PathId(id): PathId<kinds::Actor>) -> Result<Json<Vec<AgentToolLink>>, Failure> {
    let tools = ctx.read(move |tx| grants::of_agent(tx, id)).await?;
    Ok(Json(tools.into_iter().map(Into::into).collect()))
}

/// Gives an agent exactly these tools: for owners and admins of the workspace.
#[utoipa::path(
    put, path = "/api/v1/public/agents/{agent_id}/tools", tag = "Agents", operation_id = "replaceAgentTools",
    params(("agent_id" = String, Path)), request_body = ReplaceAgentToolsRequest,
    responses((status = 200, body = Vec<AgentToolLink>), (status = 422, body = InvalidToolIds, description = "Ids that are no tools, or a value that breaks a rule."))
)]
pub async fn replace_agent_tools(
    ctx: Ctx,
    PathId(id): PathId<kinds::Actor>,
    Body(body): Body<ReplaceAgentToolsRequest>,
) -> Result<Json<Vec<AgentToolLink>>, Failure> {
    let tools = ctx.write(move |tx| grants::replace(tx, id, &body.tool_ids)).await?;
    Ok(Json(tools.into_iter().map(Into::into).collect()))
}

/// The two kinds of 422 that setting tools has.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "it is the schema of two answers")]
#[schema(as = InvalidToolIdsOrValidationError)]
#[serde(untagged)]
pub enum InvalidToolIds {
    /// Ids that are no tools.
    Ids(InvalidToolIdsResponse),
    /// A value that breaks a rule.
    Validation(ValidationErrorResponse),
}
