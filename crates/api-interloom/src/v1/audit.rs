//! The log of who did what (ours): for admins of the workspace.

use api::{Ctx, Failure, Query, RequestId};
use axum::{
    Json,
    body::{Body, Bytes},
    http::header,
    response::{IntoResponse, Response},
};
use identity::{
    actors::ActorType,
    audit::{self, AuditFilter, Entry},
};
use kernel::{
    Error, PageRequest, Result, Timestamp,
    ids::{ActorId, CaseId, SpaceId, ThreadId},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Who did something.
#[derive(Serialize, ToSchema)]
pub struct AuditActor {
    id: ActorId,
    name: String,
    r#type: ActorType,
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
pub struct AuditEntry {
    /// Its number in the workspace.
    seq: i64,
    at: Timestamp,
    /// Null for Heddle itself.
    actor: Option<AuditActor>,
    /// What happened: `subject.past_participle`.
    verb: String,
    subject_id: Uuid,
    space_id: Option<SpaceId>,
    case_id: Option<CaseId>,
    /// Null where the caller may not see the case, or it is gone.
    case_title: Option<String>,
    thread_id: Option<ThreadId>,
    /// Null where the caller may not see it.
    #[schema(value_type = Option<Object>)]
    data: Value,
}

impl From<Entry> for AuditEntry {
    fn from(entry: Entry) -> Self {
        let Entry { event, actor, case_title } = entry;
        Self {
            seq: event.seq,
            at: event.at,
            actor: actor.map(|(name, r#type)| AuditActor { id: event.actor_id, name, r#type }),
            verb: event.verb,
            subject_id: event.subject_id,
            space_id: event.space_id,
            case_id: event.case_id,
            case_title,
            thread_id: event.thread_id,
            data: event.data,
        }
    }
}

/// A page of the log.
#[derive(Serialize, ToSchema)]
pub struct AuditPage {
    data: Vec<AuditEntry>,
    meta: AuditMeta,
}

/// What is told about a page of the log.
#[derive(Serialize, ToSchema)]
pub struct AuditMeta {
    /// The request's id.
    request_id: Uuid,
    /// Items on a page.
    per_page: u32,
    /// What `before` is for the next page; null at the end.
    next_before: Option<i64>,
}

/// Which part of the log.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListAudit {
    actor_id: Option<ActorId>,
    /// How the verb begins, such as `case.`
    verb: Option<String>,
    subject_id: Option<Uuid>,
    space_id: Option<SpaceId>,
    case_id: Option<CaseId>,
    /// Not before this time.
    from: Option<Timestamp>,
    /// Before this time.
    to: Option<Timestamp>,
    /// Before the entry with this number.
    before: Option<i64>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    per_page: Option<u32>,
}

/// What to export, and how.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportAudit {
    /// `csv` when absent.
    #[param(inline)]
    format: Option<ExportFormat>,
    actor_id: Option<ActorId>,
    /// How the verb begins, such as `case.`
    verb: Option<String>,
    subject_id: Option<Uuid>,
    space_id: Option<SpaceId>,
    case_id: Option<CaseId>,
    /// Not before this time.
    from: Option<Timestamp>,
    /// Before this time.
    to: Option<Timestamp>,
}

/// A format of exports.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// Comma-separated values with a line of names.
    Csv,
    /// An object a line.
    Jsonl,
}

fn checked(filter: AuditFilter) -> Result<AuditFilter> {
    kernel::check::time("from", filter.from)?;
    kernel::check::time("to", filter.to)?;
    kernel::check::optional("verb", filter.verb.as_deref(), kernel::check::NAME)?;
    Ok(filter)
}

/// The log of the workspace, newest first: for its admins. Pages go on at `before`, which `next_before` tells.
#[utoipa::path(get, path = "/v1/audit", tag = "Audit", params(ListAudit), responses((status = 200, body = AuditPage)))]
pub async fn list_audit(ctx: Ctx, Query(query): Query<ListAudit>) -> Result<Json<AuditPage>, Failure> {
    let per_page = PageRequest::new(None, query.per_page)?.per_page;
    let filter = checked(AuditFilter {
        actor: query.actor_id,
        verb: query.verb,
        subject: query.subject_id,
        space: query.space_id,
        case: query.case_id,
        from: query.from,
        to: query.to,
    })?;
    // One more than asked for tells whether the log goes on.
    let mut found = ctx.read(move |tx| audit::page(tx, &filter, query.before, per_page + 1)).await?;
    let more = found.len() > per_page as usize;
    found.truncate(per_page as usize);
    let next_before = found.last().filter(|_| more).map(|entry| entry.event.seq);
    let RequestId(request_id) = ctx.request_id;
    let meta = AuditMeta { request_id, per_page, next_before };
    Ok(Json(AuditPage { data: found.into_iter().map(Into::into).collect(), meta }))
}

/// Entries that are read at once.
const CHUNK: u32 = 1000;

/// The log as a file, newest first: for admins of the workspace.
#[utoipa::path(
    get, path = "/v1/audit/export", tag = "Audit", params(ExportAudit),
    responses((status = 200, content((String = "text/csv"), (String = "application/x-ndjson"))))
)]
pub async fn export_audit(ctx: Ctx, Query(query): Query<ExportAudit>) -> Result<Response, Failure> {
    let format = query.format.unwrap_or(ExportFormat::Csv);
    let filter = checked(AuditFilter {
        actor: query.actor_id,
        verb: query.verb,
        subject: query.subject_id,
        space: query.space_id,
        case: query.case_id,
        from: query.from,
        to: query.to,
    })?;
    let read = move |ctx: Ctx, filter: AuditFilter, before: Option<i64>| async move {
        ctx.read(move |tx| audit::page(tx, &filter, before, CHUNK)).await
    };
    // The first chunk is read before anything is answered, so that a refusal is one.
    let mut chunk = read(ctx.clone(), filter.clone(), None).await?;
    let (sender, receiver) = mpsc::channel::<Result<Bytes, std::io::Error>>(2);
    tokio::spawn(async move {
        let mut first = true;
        loop {
            let last = chunk.last().map(|entry| entry.event.seq);
            let more = chunk.len() == CHUNK as usize;
            let text = write(format, std::mem::take(&mut chunk), first).map_err(std::io::Error::other);
            first = false;
            if sender.send(text).await.is_err() || !more {
                return; // nobody reads on, or it is all there
            }
            match read(ctx.clone(), filter.clone(), last).await {
                Ok(next) => chunk = next,
                Err(error) => {
                    tracing::error!(?error, "an export of the log ended early");
                    // The client sees that the answer is not whole.
                    let _ = sender.send(Err(std::io::Error::other(error))).await;
                    return;
                }
            }
        }
    });
    let stream = futures::stream::unfold(receiver, |mut receiver| async move {
        let part = receiver.recv().await?;
        Some((part, receiver))
    });
    let (kind, name) = match format {
        ExportFormat::Csv => ("text/csv; charset=utf-8", "audit.csv"),
        ExportFormat::Jsonl => ("application/x-ndjson", "audit.jsonl"),
    };
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, Body::from_stream(stream)).into_response())
}

fn write(format: ExportFormat, entries: Vec<Entry>, first: bool) -> Result<Bytes> {
    let entries = entries.into_iter().map(AuditEntry::from);
    if format == ExportFormat::Jsonl {
        let mut text = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut text, &entry).map_err(Error::internal)?;
            text.push(b'\n');
        }
        return Ok(text.into());
    }
    let mut lines = csv::Writer::from_writer(Vec::new());
    if first {
        let names = [
            "seq",
            "at",
            "actor_id",
            "actor_name",
            "actor_type",
            "verb",
            "subject_id",
            "space_id",
            "case_id",
            "case_title",
            "thread_id",
            "data",
        ];
        lines.write_record(names).map_err(Error::internal)?;
    }
    for entry in entries {
        let text = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        let (id, name, kind) = match &entry.actor {
            Some(actor) => (actor.id.to_string(), actor.name.as_str(), actor.r#type.as_str()),
            None => Default::default(),
        };
        let data = if entry.data.is_null() { String::new() } else { entry.data.to_string() };
        let record = [
            entry.seq.to_string(),
            entry.at.to_string(),
            id,
            safe(name),
            kind.to_owned(),
            entry.verb,
            entry.subject_id.to_string(),
            text(entry.space_id.map(|id| id.uuid())),
            text(entry.case_id.map(|id| id.uuid())),
            safe(entry.case_title.as_deref().unwrap_or_default()),
            text(entry.thread_id.map(|id| id.uuid())),
            safe(&data),
        ];
        lines.write_record(record).map_err(Error::internal)?;
    }
    lines.into_inner().map(Bytes::from).map_err(|error| Error::internal(error.error()))
}

/// A cell that no spreadsheet takes for a formula.
fn safe(cell: &str) -> String {
    match cell.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{cell}"),
        _ => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_no_formulas() {
        for (cell, written) in
            [("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("a=b", "a=b"), ("", "")]
        {
            assert_eq!(safe(cell), written);
        }
    }
}
