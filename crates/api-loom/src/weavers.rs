//! Weavers (Loom, Weavers): sandboxes with a terminal, and the socket that attaches to one. Its messages are told in
//! docs/loom.md.

use std::{collections::BTreeMap, time::Duration};

use api::{
    Body, Ctx, Failure, PathId, Query,
    socket::{self, Opened, Opening, code},
};
use axum::{
    Extension, Json,
    extract::ws::{Message, WebSocket},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use kernel::{
    Error, Kind, Result, Timestamp,
    ids::{UserId, WeaverId, WorkspaceId},
    kinds,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use weavers::{Caller, Filter, Order, Seen, Session, Size, Status, Viewer, Weavers};

use crate::paging::Paging;

/// How often a silent socket is pinged, and asked whether whoever opened it may still be here.
const PULSE: Duration = Duration::from_secs(20);
/// How long a message may take to go out before the client counts as gone.
const PATIENCE: Duration = Duration::from_secs(30);
/// The most lines or characters of a line that a terminal has.
const MOST_SIZE: u16 = 1000;
/// The most lines of a log that are asked for.
const MOST_LINES: usize = 100_000;

/// A weaver that is asked for.
#[derive(Deserialize, ToSchema)]
pub struct CreateWeaver {
    /// The container image. A server that runs weavers in sandboxes of its own has `local` and `default`.
    image: String,
    /// The caller's workspace.
    org_id: String,
    /// The repository that it is for.
    repo_id: Option<String>,
    /// The environment. It is not shown again.
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    resources: Resources,
    /// Names and values to find it by.
    #[serde(default)]
    tags: BTreeMap<String, String>,
    /// How long it lives at most.
    #[schema(minimum = 1, maximum = 48, default = 24)]
    lifetime_hours: Option<i64>,
    /// The program and its first arguments, instead of the image's own; a shell where there is none.
    command: Option<Vec<String>>,
    /// Further arguments.
    args: Option<Vec<String>>,
    /// The folder that the program begins in.
    workdir: Option<String>,
}

/// What a weaver may use.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Resources {
    /// Memory, such as `8Gi` or `512Mi`.
    memory_limit: Option<String>,
    /// Processors, such as `4` or `500m`.
    cpu_limit: Option<String>,
}

/// A weaver.
#[derive(Serialize, ToSchema)]
pub struct Weaver {
    #[schema(value_type = uuid::Uuid)]
    id: WeaverId,
    /// Its name where it runs.
    pod_name: String,
    #[schema(inline)]
    status: Status,
    created_at: Timestamp,
    image: String,
    tags: BTreeMap<String, String>,
    lifetime_hours: i64,
    /// For how long it has been there, in hours.
    age_hours: f64,
    #[schema(value_type = uuid::Uuid)]
    owner_user_id: UserId,
    #[schema(value_type = uuid::Uuid)]
    org_id: WorkspaceId,
    repo_id: Option<String>,
    /// What runs it: `local` or `kubernetes`.
    driver: String,
    /// When it is ended and forgotten at the latest.
    expires_at: Timestamp,
    ended_at: Option<Timestamp>,
    /// The exit status of its program.
    exit_code: Option<i64>,
    /// Why it failed, or what it waits for.
    reason: Option<String>,
}

impl Weaver {
    fn new(weaver: weavers::Weaver, workspace: WorkspaceId) -> Self {
        Self {
            pod_name: weaver.pod_name(),
            age_hours: weaver.age_hours(Timestamp::now()),
            id: weaver.id,
            status: weaver.status,
            created_at: weaver.created_at,
            image: weaver.image,
            tags: weaver.tags,
            lifetime_hours: weaver.lifetime_hours,
            owner_user_id: weaver.user_id,
            org_id: workspace,
            repo_id: weaver.repo_id,
            driver: weaver.driver,
            expires_at: weaver.expires_at,
            ended_at: weaver.ended_at,
            exit_code: weaver.exit_code,
            reason: weaver.reason,
        }
    }
}

/// A part of a list of weavers.
#[derive(Serialize, ToSchema)]
pub struct WeaverList {
    weavers: Vec<Weaver>,
    total: i64,
    limit: i64,
    offset: i64,
}

fn caller(ctx: &Ctx) -> Caller {
    Caller { workspace: ctx.principal.workspace, user: ctx.principal.user, actor: ctx.principal.actor }
}

/// Begins a weaver.
#[utoipa::path(
    post, path = "/api/weaver", tag = "Weavers", request_body = CreateWeaver,
    responses((status = 201, description = "It begins.", body = Weaver))
)]
pub async fn create_weaver(
    ctx: Ctx,
    Extension(weavers): Extension<Weavers>,
    Body(wanted): Body<CreateWeaver>,
) -> Result<(StatusCode, Json<Weaver>), Failure> {
    let CreateWeaver { image, org_id, repo_id, env, resources, tags, lifetime_hours, command, args, workdir } = wanted;
    let workspace = ctx.principal.workspace;
    let org: WorkspaceId = org_id.parse().map_err(|_| Error::invalid("org_id", "org_id must be a UUID"))?;
    if org != workspace {
        return Err(Error::forbidden("You are not in this organization, or your credential is for another.").into());
    }
    let Resources { memory_limit, cpu_limit } = resources;
    let order = Order { image, repo_id, env, memory_limit, cpu_limit, tags, lifetime_hours, command, args, workdir };
    let weaver = weavers.create(caller(&ctx), order).await?;
    Ok((StatusCode::CREATED, Json(Weaver::new(weaver, workspace))))
}

/// Which weavers are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// That stand so.
    #[param(inline)]
    status: Option<Status>,
    /// That have this tag, as `name:value`.
    tag: Option<String>,
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// How many to leave out before.
    #[param(minimum = 0, default = 0)]
    offset: Option<i64>,
}

/// The caller's weavers, the newest first; administrators of the workspace see all. `/api/weavers` is the same.
#[utoipa::path(
    get, path = "/api/weaver", tag = "Weavers", params(Wanted),
    responses((status = 200, description = "The weavers.", body = WeaverList))
)]
pub async fn list_weavers(
    ctx: Ctx,
    Extension(weavers): Extension<Weavers>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<WeaverList>, Failure> {
    let (limit, offset) = Paging::new(wanted.limit, wanted.offset).checked()?;
    let tag = wanted.tag.as_deref().map(|tag| {
        let pair = tag.split_once(':').map(|(name, value)| (name.to_owned(), value.to_owned()));
        pair.ok_or_else(|| Error::invalid("tag", "tag must read name:value"))
    });
    let filter = Filter { status: wanted.status, tag: tag.transpose()? };
    let workspace = ctx.principal.workspace;
    let (found, total) = weavers.list(caller(&ctx), filter, limit, offset).await?;
    let weavers = found.into_iter().map(|weaver| Weaver::new(weaver, workspace)).collect();
    Ok(Json(WeaverList { weavers, total, limit, offset }))
}

/// A weaver.
#[utoipa::path(
    get, path = "/api/weaver/{id}", tag = "Weavers", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, description = "The weaver.", body = Weaver))
)]
pub async fn get_weaver(
    ctx: Ctx,
    Extension(weavers): Extension<Weavers>,
    PathId(id): PathId<kinds::Weaver>,
) -> Result<Json<Weaver>, Failure> {
    let weaver = weavers.get(caller(&ctx), id).await?;
    Ok(Json(Weaver::new(weaver, ctx.principal.workspace)))
}

/// Ends a weaver and forgets it: its owner, or an administrator of the workspace.
#[utoipa::path(
    delete, path = "/api/weaver/{id}", tag = "Weavers", params(("id" = uuid::Uuid, Path)),
    responses((status = 204, description = "It is no more."))
)]
pub async fn delete_weaver(
    ctx: Ctx,
    Extension(weavers): Extension<Weavers>,
    PathId(id): PathId<kinds::Weaver>,
) -> Result<StatusCode, Failure> {
    weavers.delete(caller(&ctx), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How much of a log is wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Tail {
    /// The last lines; all that is kept when absent.
    #[param(minimum = 0, maximum = 100_000)]
    tail: Option<usize>,
}

/// What a weaver wrote to its terminal, as far as it is kept: the last 256 KiB.
#[utoipa::path(
    get, path = "/api/weaver/{id}/logs", tag = "Weavers", params(("id" = uuid::Uuid, Path), Tail),
    responses((status = 200, description = "The text, with commands to the terminal in it.", body = String, content_type = "text/plain"))
)]
pub async fn get_weaver_logs(
    ctx: Ctx,
    Extension(weavers): Extension<Weavers>,
    PathId(id): PathId<kinds::Weaver>,
    Query(Tail { tail }): Query<Tail>,
) -> Result<Response, Failure> {
    if tail.is_some_and(|tail| tail > MOST_LINES) {
        return Err(Error::invalid("tail", format!("tail must be between 0 and {MOST_LINES}")).into());
    }
    let text = weavers.logs(caller(&ctx), id, tail).await?;
    // What a program wrote is shown by no browser as anything but text.
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    Ok((headers, String::from_utf8_lossy(&text).into_owned()).into_response())
}

/// The terminal of a weaver: a WebSocket. Its first message is `{"type": "auth", "token": "ws_…"}`, with `rows` and `cols`
/// where the window's size is known.
#[utoipa::path(
    get, path = "/api/weaver/{id}/attach", tag = "Weavers",
    params(("id" = uuid::Uuid, Path), ("Connection" = String, Header), ("Upgrade" = String, Header)),
    responses((status = 101, description = "The socket is open.")), security(())
)]
pub async fn attach_weaver(
    opening: Opening,
    Extension(weavers): Extension<Weavers>,
    PathId(id): PathId<kinds::Weaver>,
) -> Response {
    opening.accept(move |opened| async move {
        let Opened { ctx, said, mut socket } = opened;
        let ended = attach(&ctx, &weavers, id, &mut socket, Value::Object(said)).await;
        match ended {
            Ok(Some((code, reason))) => socket::end(socket, code, reason).await,
            Ok(None) => {}
            Err(error) => {
                if error.kind() == Kind::Internal {
                    tracing::error!(?error, "an attached terminal ended");
                }
                socket::close(socket, &error).await;
            }
        }
    })
}

/// How an attached socket ends; none when the client has gone.
type End = Option<(u16, &'static str)>;

async fn attach(ctx: &Ctx, weavers: &Weavers, id: WeaverId, socket: &mut WebSocket, said: Value) -> Result<End> {
    let session = weavers.attach(caller(ctx), id).await?;
    if said.get("rows").is_some() || said.get("cols").is_some() {
        resize(&session, &said).await?;
    }
    let mut viewer: Viewer = session.watch();
    let input = session.input();
    // Typed, but not taken yet: a program that does not read must not keep its output from being seen.
    let mut typed: Option<Bytes> = None;
    let mut pulse = tokio::time::interval(PULSE);
    loop {
        tokio::select! {
            seen = viewer.next() => {
                let is_over = matches!(seen, Seen::Ended(_));
                if !send(socket, message_of(seen)).await {
                    return Ok(None);
                }
                if is_over {
                    return Ok(Some((code::DONE, "the program has ended")));
                }
            }
            // An error is the end of the terminal, which will be told.
            room = input.reserve(), if typed.is_some() => if let (Ok(room), Some(bytes)) = (room, typed.take()) {
                room.send(bytes);
            },
            message = socket.recv(), if typed.is_none() => match message {
                Some(Ok(Message::Text(text))) => match Heard::new(&text) {
                    Heard::Input => typed = Some(text.into()),
                    Heard::Auth => {}
                    Heard::Resize(size) => if let Err(error) = resize(&session, &size).await {
                        let text = json!({"type": "error", "error": error.code(), "message": error.message()});
                        if !send(socket, Message::Text(text.to_string().into())).await {
                            return Ok(None);
                        }
                    },
                },
                Some(Ok(Message::Binary(bytes))) => typed = Some(bytes),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(None),
            },
            _ = pulse.tick() => {
                check_still(ctx, weavers, id).await?;
                if !send(socket, Message::Ping(Bytes::new())).await {
                    return Ok(None);
                }
            }
            () = ctx.app.stop().cancelled() => return Ok(Some((code::LEAVING, "the server shuts down"))),
        }
    }
}

/// Whether whoever attached may still be here.
async fn check_still(ctx: &Ctx, weavers: &Weavers, id: WeaverId) -> Result<()> {
    if !ctx.app.authenticator().still(&ctx.principal).await? {
        return Err(Error::new(Kind::Unauthorized, "unauthorized", "The key or session has ended."));
    }
    match weavers.get(caller(ctx), id).await {
        // Its end is told by its terminal.
        Ok(_) => Ok(()),
        Err(error) if error.kind() == Kind::Unavailable => Ok(()),
        Err(error) => Err(error),
    }
}

/// Sends a message. False when the client has gone.
async fn send(socket: &mut WebSocket, message: Message) -> bool {
    matches!(tokio::time::timeout(PATIENCE, socket.send(message)).await, Ok(Ok(())))
}

fn message_of(seen: Seen) -> Message {
    let text = match seen {
        Seen::Output(bytes) => return Message::Binary(bytes.into()),
        Seen::Skipped(bytes) => json!({"type": "skipped", "bytes": bytes}),
        Seen::Ended(exit) => json!({"type": "exit", "code": exit.code}),
    };
    Message::Text(text.to_string().into())
}

/// What a text of a client is.
enum Heard {
    /// Another size, as it was said.
    Resize(Value),
    /// Clients that send a key with the upgrade may send the first message too.
    Auth,
    /// Something typed.
    Input,
}

impl Heard {
    fn new(text: &str) -> Self {
        if !text.starts_with('{') {
            return Self::Input;
        }
        let said: Value = serde_json::from_str(text).unwrap_or_default();
        match said.get("type").and_then(Value::as_str) {
            Some("resize") => Self::Resize(said),
            Some("auth") => Self::Auth,
            _ => Self::Input,
        }
    }
}

async fn resize(session: &Session, said: &Value) -> Result<()> {
    let number = |name: &'static str| {
        let number = said.get(name).and_then(Value::as_u64).and_then(|number| u16::try_from(number).ok());
        let number = number.filter(|number| (1..=MOST_SIZE).contains(number));
        number.ok_or_else(|| Error::invalid(name, format!("{name} must be between 1 and {MOST_SIZE}")))
    };
    let size = Size { rows: number("rows")?, columns: number("cols")? };
    // A terminal that is closed has no size; its end will be told.
    let _ = session.resize(size).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_input_unless_it_says_otherwise() {
        let is_input = |text: &str| matches!(Heard::new(text), Heard::Input);
        assert!(matches!(Heard::new(r#"{"type":"resize","rows":24,"cols":80}"#), Heard::Resize(_)));
        assert!(matches!(Heard::new(r#"{"type":"auth","token":"ws_1"}"#), Heard::Auth));
        for text in ["ls\n", "{", "{ echo; }\n", r#"{"type":"other"}"#, r#"{"rows":1}"#, r#" {"type":"resize"}"#, "[]"]
        {
            assert!(is_input(text), "{text}");
        }
    }
}
