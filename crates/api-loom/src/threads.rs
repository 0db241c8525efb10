//! Conversations with coding agents (Loom, Threads), and what that API does not name: deleting, versions, links.

use std::{collections::BTreeMap, sync::Arc};

use api::{Body, Ctx, Failure, OptionalBody, Query, Visitor};
use axum::{
    Json,
    extract::Path,
    http::{HeaderMap, StatusCode, header},
};
use bytes::Bytes;
use coding::{Draft, Patch, Scope, Visibility, links, threads, versions};
use kernel::{
    Actor, Error, Kind, Result, Timestamp,
    ids::{ActorId, CodingLinkId},
};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use crate::paging::Paging;

/// A conversation. Beside these fields it has those that its client saved, unchanged.
#[derive(ToSchema)]
#[schema(as = Thread)]
#[allow(dead_code, reason = "the document's schema; the answer is written by `Thread`")]
pub struct ThreadSchema {
    /// The id that its client gave it.
    id: String,
    title: Option<String>,
    /// The root of the folder that it is about.
    workspace: Option<String>,
    #[schema(inline)]
    visibility: Visibility,
    /// How often it was saved.
    version: i64,
    #[schema(value_type = uuid::Uuid)]
    owner_id: ActorId,
    message_count: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Each has at least a `role`.
    #[schema(value_type = Vec<Object>)]
    messages: Vec<serde_json::Value>,
}

/// The document that a client saves. Fields that are not named here are kept as they are.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the document's schema; the body is read by `coding::Draft`")]
pub struct SaveThread {
    /// The id in the path.
    id: String,
    title: Option<String>,
    workspace: Option<String>,
    #[schema(inline)]
    visibility: Option<Visibility>,
    /// What the client knows as the version; `If-Match` is what counts.
    #[schema(minimum = 0)]
    version: Option<i64>,
    created_at: Option<Timestamp>,
    /// Each has at least a `role`.
    #[schema(value_type = Vec<Object>)]
    messages: Vec<serde_json::Value>,
}

/// A conversation with its messages, written as its client wrote it.
pub struct Thread(threads::Document);

impl Serialize for Thread {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let threads::Document { summary, rest, messages } = &self.0;
        let rest: BTreeMap<String, Box<RawValue>> = serde_json::from_str(rest).map_err(serde::ser::Error::custom)?;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &summary.id)?;
        map.serialize_entry("title", &summary.title)?;
        map.serialize_entry("workspace", &summary.folder)?;
        map.serialize_entry("visibility", &summary.visibility)?;
        map.serialize_entry("version", &summary.version)?;
        map.serialize_entry("owner_id", &summary.owner_id)?;
        map.serialize_entry("message_count", &summary.message_count)?;
        map.serialize_entry("created_at", &summary.created_at)?;
        map.serialize_entry("updated_at", &summary.updated_at)?;
        for (name, value) in rest.iter().filter(|(name, _)| *name != "message_count") {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry("messages", messages)?;
        map.end()
    }
}

/// What is known of a conversation without its messages.
#[derive(Serialize, ToSchema)]
pub struct ThreadSummary {
    id: String,
    title: Option<String>,
    workspace: Option<String>,
    #[schema(inline)]
    visibility: Visibility,
    version: i64,
    #[schema(value_type = uuid::Uuid)]
    owner_id: ActorId,
    message_count: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<threads::Summary> for ThreadSummary {
    fn from(summary: threads::Summary) -> Self {
        Self {
            id: summary.id,
            title: summary.title,
            workspace: summary.folder,
            visibility: summary.visibility,
            version: summary.version,
            owner_id: summary.owner_id,
            message_count: summary.message_count,
            created_at: summary.created_at,
            updated_at: summary.updated_at,
        }
    }
}

/// Part of the list of conversations.
#[derive(Serialize, ToSchema)]
pub struct Threads {
    threads: Vec<ThreadSummary>,
    total: i64,
    limit: i64,
    offset: i64,
}

/// Which conversations are listed.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListThreads {
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    #[param(minimum = 0, default = 0)]
    offset: Option<i64>,
    /// One's own, those that others share with the workspace, or both; `all` is everybody's for administrators.
    #[param(inline)]
    scope: Option<Scope>,
    #[param(inline)]
    visibility: Option<Visibility>,
}

/// The caller's conversations, the last saved first, without their messages.
#[utoipa::path(get, path = "/api/threads", tag = "Threads", params(ListThreads), responses((status = 200, body = Threads)))]
pub async fn list_threads(ctx: Ctx, Query(query): Query<ListThreads>) -> Result<Json<Threads>, Failure> {
    let (limit, offset) = Paging::new(query.limit, query.offset).checked()?;
    let scope = query.scope.unwrap_or(Scope::Own);
    let (threads, total) = ctx.read(move |tx| threads::list(tx, scope, query.visibility, limit, offset)).await?;
    Ok(Json(Threads { threads: threads.into_iter().map(Into::into).collect(), total, limit, offset }))
}

/// What is searched for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchThreads {
    /// Words, each of which must be found: in the title, in what was said, in branches and commits. A part of a word is enough.
    q: String,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    #[param(minimum = 0, default = 0)]
    offset: Option<i64>,
}

/// A conversation that was found.
#[derive(Serialize, ToSchema)]
pub struct FoundThread {
    #[serde(flatten)]
    thread: ThreadSummary,
    /// A piece of its text around the first word that was found.
    snippet: Option<String>,
}

/// Part of what was found.
#[derive(Serialize, ToSchema)]
pub struct FoundThreads {
    threads: Vec<FoundThread>,
    /// How many there are, counted up to a thousand.
    total: i64,
    limit: i64,
    offset: i64,
}

/// The caller's conversations, and those that are shared with the workspace, that hold every word.
#[utoipa::path(
    get, path = "/api/threads/search", tag = "Threads", params(SearchThreads), responses((status = 200, body = FoundThreads))
)]
pub async fn search_threads(ctx: Ctx, Query(query): Query<SearchThreads>) -> Result<Json<FoundThreads>, Failure> {
    let (limit, offset) = Paging::new(query.limit, query.offset).checked()?;
    let (hits, total) = ctx.read(move |tx| threads::search(tx, &query.q, limit, offset)).await?;
    let threads =
        hits.into_iter().map(|hit| FoundThread { thread: hit.summary.into(), snippet: hit.snippet }).collect();
    Ok(Json(FoundThreads { threads, total, limit, offset }))
}

/// A conversation with all its messages. The caller's own comes before one of the same id that somebody shares.
#[utoipa::path(
    get, path = "/api/threads/{id}", tag = "Threads", params(("id" = String, Path)),
    responses((status = 200, body = ThreadSchema))
)]
pub async fn get_thread(ctx: Ctx, Path(id): Path<String>) -> Result<Json<Thread>, Failure> {
    Ok(Json(Thread(ctx.read(move |tx| threads::get(tx, &id)).await?)))
}

/// Saves a conversation: begins it, or replaces all of it by its next version. With `If-Match` only when that is the version
/// it has, 0 when there is none yet; else 409 `version_conflict`.
#[utoipa::path(
    put, path = "/api/threads/{id}", tag = "Threads",
    params(("id" = String, Path), ("If-Match" = Option<i64>, Header)),
    request_body = SaveThread, responses((status = 200, body = ThreadSchema))
)]
pub async fn upsert_thread(
    ctx: Ctx,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Thread>, Failure> {
    save(ctx, id, &headers, &body).await
}

/// The same as saving with PUT.
#[utoipa::path(
    post, path = "/api/threads/{id}", tag = "Threads",
    params(("id" = String, Path), ("If-Match" = Option<i64>, Header)),
    request_body = SaveThread, responses((status = 200, body = ThreadSchema))
)]
pub async fn post_thread(
    ctx: Ctx,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Thread>, Failure> {
    save(ctx, id, &headers, &body).await
}

async fn save(ctx: Ctx, id: String, headers: &HeaderMap, body: &Bytes) -> Result<Json<Thread>, Failure> {
    let expected = expected_version(headers)?;
    api::require_json(headers)?;
    let draft = Draft::read(body)?;
    if draft.id != id {
        return Err(Failure(Error::invalid("id", "id must be the id in the path")));
    }
    let draft = Arc::new(draft);
    Ok(Json(Thread(ctx.write(move |tx| threads::save(tx, &draft, expected)).await?)))
}

/// What changes of a conversation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateThread {
    title: Option<String>,
    #[schema(inline)]
    visibility: Option<Visibility>,
}

/// Changes what a conversation is about, or who may read it, as its next version.
#[utoipa::path(
    patch, path = "/api/threads/{id}", tag = "Threads",
    params(("id" = String, Path), ("If-Match" = Option<i64>, Header)),
    request_body = UpdateThread, responses((status = 200, body = ThreadSchema))
)]
pub async fn update_thread(
    ctx: Ctx,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(body): Body<UpdateThread>,
) -> Result<Json<Thread>, Failure> {
    let expected = expected_version(&headers)?;
    let patch = Patch { title: body.title, visibility: body.visibility };
    Ok(Json(Thread(ctx.write(move |tx| threads::update(tx, &id, &patch, expected)).await?)))
}

/// Deletes a conversation with its versions and links. Its owner may, and administrators.
#[utoipa::path(
    delete, path = "/api/threads/{id}", tag = "Threads",
    params(("id" = String, Path), ("If-Match" = Option<i64>, Header)), responses((status = 204))
)]
pub async fn delete_thread(ctx: Ctx, Path(id): Path<String>, headers: HeaderMap) -> Result<StatusCode, Failure> {
    let expected = expected_version(&headers)?;
    ctx.write(move |tx| threads::delete(tx, &id, expected)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A version that a conversation had.
#[derive(Serialize, ToSchema)]
pub struct ThreadVersion {
    version: i64,
    title: Option<String>,
    message_count: i64,
    updated_at: Timestamp,
}

/// Part of the list of versions.
#[derive(Serialize, ToSchema)]
pub struct ThreadVersions {
    versions: Vec<ThreadVersion>,
    total: i64,
    limit: i64,
    offset: i64,
}

/// The versions of a conversation, the newest first. The last thousand are kept.
#[utoipa::path(
    get, path = "/api/threads/{id}/versions", tag = "Threads", params(("id" = String, Path), Paging),
    responses((status = 200, body = ThreadVersions))
)]
pub async fn list_thread_versions(
    ctx: Ctx,
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<ThreadVersions>, Failure> {
    let (limit, offset) = paging.checked()?;
    let (list, total) = ctx.read(move |tx| versions::list(tx, &id, limit, offset)).await?;
    let version = |one: versions::Version| ThreadVersion {
        version: one.version,
        title: one.title,
        message_count: one.message_count,
        updated_at: one.updated_at,
    };
    Ok(Json(ThreadVersions { versions: list.into_iter().map(version).collect(), total, limit, offset }))
}

/// A conversation as it was.
#[utoipa::path(
    get, path = "/api/threads/{id}/versions/{version}", tag = "Threads",
    params(("id" = String, Path), ("version" = i64, Path)), responses((status = 200, body = ThreadSchema))
)]
pub async fn get_thread_version(
    ctx: Ctx,
    Path((id, version)): Path<(String, String)>,
) -> Result<Json<Thread>, Failure> {
    let version =
        version.parse().map_err(|_| Error::new(Kind::NotFound, "version_not_found", "A version is a whole number."))?;
    Ok(Json(Thread(ctx.read(move |tx| versions::get(tx, &id, version)).await?)))
}

/// How a conversation is shared.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ShareThread {
    /// `shared` with the workspace, or `public` for whoever has the link; as it is when absent.
    #[schema(inline)]
    visibility: Option<Visibility>,
    /// When a link ends by itself.
    expires_at: Option<Timestamp>,
}

/// How a conversation is shared now.
#[derive(Serialize, ToSchema)]
pub struct Shared {
    id: String,
    #[schema(inline)]
    visibility: Visibility,
    version: i64,
    /// Where it can be read: by members of the workspace, or by whoever has this address.
    url: String,
    /// The new link of a public conversation, shown this once.
    link: Option<NewLink>,
}

/// A link just made.
#[derive(Serialize, ToSchema)]
pub struct NewLink {
    #[schema(value_type = uuid::Uuid)]
    id: CodingLinkId,
    /// For `/api/shared/{token}`.
    token: String,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
}

/// Shares a conversation with the workspace, or makes a link that shows it to whoever has it.
#[utoipa::path(
    post, path = "/api/threads/{id}/share", tag = "Threads", params(("id" = String, Path)),
    request_body = Option<ShareThread>, responses((status = 201, body = Shared))
)]
pub async fn share_thread(
    ctx: Ctx,
    Path(id): Path<String>,
    OptionalBody(body): OptionalBody<ShareThread>,
) -> Result<(StatusCode, Json<Shared>), Failure> {
    let workspace = ctx.principal.workspace;
    let (summary, link) = ctx
        .write(move |tx| {
            let before = threads::summary(tx, &id)?;
            let wanted = body.visibility.unwrap_or(match before.visibility {
                Visibility::Private => Visibility::Shared,
                visibility => visibility,
            });
            let summary = if wanted == before.visibility {
                before
            } else {
                let patch = Patch { visibility: Some(wanted), title: None };
                threads::update(tx, &id, &patch, None)?.summary
            };
            let link = match wanted {
                Visibility::Public => Some(links::create(tx, workspace, &id, body.expires_at)?),
                _ => None,
            };
            Ok((summary, link))
        })
        .await?;
    let base = &ctx.app.settings().public_url;
    let url = match &link {
        Some((_, secret)) => format!("{base}/shared/{secret}"),
        None => format!("{base}/coding/{}", summary.key),
    };
    let link = link.map(|(link, token)| NewLink {
        id: link.id,
        token,
        created_at: link.created_at,
        expires_at: link.expires_at,
    });
    let shared = Shared { id: summary.id, visibility: summary.visibility, version: summary.version, url, link };
    Ok((StatusCode::CREATED, Json(shared)))
}

/// A link without its secret.
#[derive(Serialize, ToSchema)]
pub struct ThreadLink {
    #[schema(value_type = uuid::Uuid)]
    id: CodingLinkId,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
}

/// The links of a conversation.
#[derive(Serialize, ToSchema)]
pub struct ThreadLinks {
    links: Vec<ThreadLink>,
    total: i64,
}

/// The links of a conversation of the caller's, without their secrets.
#[utoipa::path(
    get, path = "/api/threads/{id}/links", tag = "Threads", params(("id" = String, Path)),
    responses((status = 200, body = ThreadLinks))
)]
pub async fn list_thread_links(ctx: Ctx, Path(id): Path<String>) -> Result<Json<ThreadLinks>, Failure> {
    let list = ctx.read(move |tx| links::list(tx, &id)).await?;
    let link = |link: links::Link| ThreadLink { id: link.id, created_at: link.created_at, expires_at: link.expires_at };
    Ok(Json(ThreadLinks { total: list.len() as i64, links: list.into_iter().map(link).collect() }))
}

/// Withdraws a link: it shows nothing any more.
#[utoipa::path(
    delete, path = "/api/threads/{id}/links/{link_id}", tag = "Threads",
    params(("id" = String, Path), ("link_id" = uuid::Uuid, Path)), responses((status = 204))
)]
pub async fn withdraw_thread_link(ctx: Ctx, Path((id, link)): Path<(String, String)>) -> Result<StatusCode, Failure> {
    let link = api::parse_id(&link)?;
    ctx.write(move |tx| links::withdraw(tx, &id, link)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The conversation that a link shows. It needs no credential.
#[utoipa::path(
    get, path = "/api/shared/{token}", tag = "Threads", params(("token" = String, Path)),
    responses((status = 200, body = ThreadSchema)), security(())
)]
pub async fn get_shared_thread(visitor: Visitor, Path(token): Path<String>) -> Result<Json<Thread>, Failure> {
    let workspace = links::workspace_of(&token).ok_or_else(links::unknown)?;
    let found = visitor.app.store().read(workspace, Actor::SYSTEM, move |tx| links::open(tx, &token)).await;
    match found {
        // A workspace that is gone has taken its links along.
        Err(error) if error.kind() == Kind::NotFound => Err(Failure(links::unknown())),
        found => Ok(Json(Thread(found?))),
    }
}

/// The version that the caller expects, from `If-Match`: a bare number.
fn expected_version(headers: &HeaderMap) -> Result<Option<i64>> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let version = value.to_str().ok().and_then(|text| text.trim().trim_matches('"').parse::<i64>().ok());
    version.filter(|version| *version >= 0).map(Some).ok_or_else(|| {
        Error::invalid("If-Match", "If-Match must be the number of a version, such as 42, without anything around it")
    })
}
