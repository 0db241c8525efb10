//! EmailMessages.

use api::{Body, Ctx, Failure, OptionalBody, PathId, Query, patch};
use axum::{Json, http::StatusCode};
use kernel::{
    PageRequest, Timestamp,
    ids::{ActorId, CaseId, EmailId, SpaceId, ThreadId},
    kinds,
};
use serde::{Deserialize, Serialize};
use talk::{
    emails::{self, EmailPatch, EmailState, NewEmail},
    place::PlaceRef,
};
use utoipa::ToSchema;

use super::{
    artifacts::ListAttached,
    cases::Nothing,
    envelope::{Envelope, List, One},
};

/// An e-mail message.
#[derive(Serialize, ToSchema)]
pub struct Email {
    id: EmailId,
    space_id: SpaceId,
    case_id: Option<CaseId>,
    thread_id: Option<ThreadId>,
    state: EmailState,
    /// Set when it is queued.
    from: Option<String>,
    to: Vec<String>,
    cc: Vec<String>,
    bcc: Vec<String>,
    subject: String,
    body: String,
    in_reply_to: Option<EmailId>,
    message_id: Option<String>,
    /// Why it could not be sent.
    error: Option<String>,
    created_by: ActorId,
    created_at: Timestamp,
    updated_at: Timestamp,
    queued_at: Option<Timestamp>,
    sent_at: Option<Timestamp>,
    delivered_at: Option<Timestamp>,
}

impl From<emails::Email> for Email {
    fn from(email: emails::Email) -> Self {
        Self {
            id: email.id,
            space_id: email.space_id,
            case_id: email.case_id,
            thread_id: email.thread_id,
            state: email.state,
            from: email.from,
            to: email.to,
            cc: email.cc,
            bcc: email.bcc,
            subject: email.subject,
            body: email.body,
            in_reply_to: email.in_reply_to,
            message_id: email.message_id,
            error: email.error,
            created_by: email.created_by,
            created_at: email.created_at,
            updated_at: email.updated_at,
            queued_at: email.queued_at,
            sent_at: email.sent_at,
            delivered_at: email.delivered_at,
        }
    }
}

/// A draft to make, attached to exactly one of a case, a thread and a space.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateEmail {
    case_id: Option<CaseId>,
    thread_id: Option<ThreadId>,
    space_id: Option<SpaceId>,
    /// Addresses; needed before it can be sent.
    #[serde(default)]
    to: Vec<String>,
    #[serde(default)]
    cc: Vec<String>,
    #[serde(default)]
    bcc: Vec<String>,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    body: String,
    /// The message it answers, of the same space.
    in_reply_to: Option<EmailId>,
}

/// Changes to a draft.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateEmail {
    #[serde(default, deserialize_with = "patch::not_null")]
    to: Option<Vec<String>>,
    #[serde(default, deserialize_with = "patch::not_null")]
    cc: Option<Vec<String>>,
    #[serde(default, deserialize_with = "patch::not_null")]
    bcc: Option<Vec<String>>,
    #[serde(default, deserialize_with = "patch::not_null")]
    subject: Option<String>,
    #[serde(default, deserialize_with = "patch::not_null")]
    body: Option<String>,
    #[serde(default, deserialize_with = "patch::nullable")]
    #[schema(value_type = Option<EmailId>)]
    in_reply_to: Option<Option<EmailId>>,
}

/// The e-mails that the caller can see, newest first.
#[utoipa::path(get, path = "/v1/emails", tag = "EmailMessages", params(ListAttached), responses((status = 200, body = List<Email>)))]
pub async fn list_emails(ctx: Ctx, Query(query): Query<ListAttached>) -> Result<Json<List<Email>>, Failure> {
    let request = PageRequest::new(query.page, query.per_page)?;
    let list = move |tx: &mut store::Tx<'_>| emails::list(tx, query.case_id, query.thread_id, query.space_id, request);
    Ok(ctx.list(ctx.read(list).await?))
}

/// Makes a draft.
#[utoipa::path(post, path = "/v1/emails", tag = "EmailMessages", request_body = CreateEmail, responses((status = 201, body = One<Email>)))]
pub async fn create_email(ctx: Ctx, Body(body): Body<CreateEmail>) -> Result<(StatusCode, Json<One<Email>>), Failure> {
    let place = PlaceRef { space: body.space_id, case: body.case_id, thread: body.thread_id };
    let new = NewEmail {
        to: body.to,
        cc: body.cc,
        bcc: body.bcc,
        subject: body.subject,
        body: body.body,
        in_reply_to: body.in_reply_to,
    };
    Ok(ctx.created(ctx.write(move |tx| emails::create(tx, place, &new)).await?.into()))
}

/// One e-mail with its delivery state.
#[utoipa::path(
    get, path = "/v1/emails/{id}", tag = "EmailMessages", params(("id" = EmailId, Path)),
    responses((status = 200, body = One<Email>))
)]
pub async fn get_email(ctx: Ctx, PathId(id): PathId<kinds::Email>) -> Result<Json<One<Email>>, Failure> {
    Ok(ctx.one(ctx.peek(move |tx| emails::get(tx, id)).await?.into()))
}

/// Changes a draft; any later state is a conflict.
#[utoipa::path(
    patch, path = "/v1/emails/{id}", tag = "EmailMessages", params(("id" = EmailId, Path)), request_body = UpdateEmail,
    responses((status = 200, body = One<Email>))
)]
pub async fn update_email(
    ctx: Ctx,
    PathId(id): PathId<kinds::Email>,
    Body(body): Body<UpdateEmail>,
) -> Result<Json<One<Email>>, Failure> {
    let patch = EmailPatch {
        to: body.to,
        cc: body.cc,
        bcc: body.bcc,
        subject: body.subject,
        body: body.body,
        in_reply_to: body.in_reply_to,
    };
    Ok(ctx.one(ctx.write(move |tx| emails::update(tx, id, &patch)).await?.into()))
}

/// Queues a draft for sending; twice is a conflict.
#[utoipa::path(
    post, path = "/v1/emails/{id}/send", tag = "EmailMessages", params(("id" = EmailId, Path)),
    responses((status = 200, body = One<Email>))
)]
pub async fn send_email(
    ctx: Ctx,
    PathId(id): PathId<kinds::Email>,
    _: OptionalBody<Nothing>,
) -> Result<Json<One<Email>>, Failure> {
    Ok(ctx.one(ctx.write(move |tx| emails::send(tx, id)).await?.into()))
}
