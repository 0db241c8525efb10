//! Removing bytes that nothing refers to any more.

use std::time::Duration;

use kernel::{Actor, Error, Result, Timestamp};
use serde_json::json;
use store::{JobContext, NewJob, Outcome, Tx, Workers, params};

/// The job's kind.
const JOB: &str = "blob.delete";

/// Adds the job that removes unused blobs.
#[must_use]
pub fn workers(workers: Workers) -> Workers {
    workers.job(JOB, delete_blob_job)
}

/// Whether a document, a data table or an unfinished ingestion of the workspace has these bytes.
fn is_used(tx: &mut Tx<'_>, sha256: &str) -> Result<bool> {
    let found = tx.query_opt(
        "SELECT 1 FROM documents WHERE sha256 = $1 UNION ALL SELECT 1 FROM datatables WHERE source_sha256 = $1 \
         UNION ALL SELECT 1 FROM case_ingestions WHERE sha256 = $1 AND ended_at IS NULL LIMIT 1",
        params![sha256],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Has the blob removed once this transaction has committed, if nothing else refers to it.
pub(super) fn enqueue_if_unused(tx: &mut Tx<'_>, sha256: &str) -> Result<()> {
    if !is_used(tx, sha256)? {
        // No key keeps doubles out: a job that has just decided to spare the blob must not swallow the next deletion.
        tx.enqueue(NewJob::new(JOB, json!({"sha256": sha256})))?;
    }
    Ok(())
}

/// Has the bytes of an upload removed that did not become a document.
///
/// # Errors
/// The engine's.
pub fn discard_upload(tx: &mut Tx<'_>, sha256: &str) -> Result<()> {
    enqueue_if_unused(tx, sha256)
}

/// How long bytes stay after they were last stored. An upload stores them before it has the row that refers to them, so
/// bytes that look unused may be about to be used.
pub(super) const GRACE: Duration = Duration::from_secs(3600);

/// Removes the blob that the job names, an hour after it was last stored, unless something refers to it again by then.
///
/// # Errors
/// `Unavailable` when the blob store does not answer; the job is run again then.
pub async fn delete_blob_job(context: JobContext) -> Result<Outcome> {
    delete_unused(context, GRACE).await
}

/// [`delete_blob_job`] with another time of grace.
pub(super) async fn delete_unused(context: JobContext, grace: Duration) -> Result<Outcome> {
    let JobContext { store, workspace, job, .. } = context;
    let sha256 = job.payload.get("sha256").and_then(serde_json::Value::as_str);
    let sha256 = sha256.ok_or_else(|| Error::internal("the job names no blob"))?.to_owned();
    let Some(stored_at) = store.blobs().stored_at(workspace, &sha256).await? else { return Ok(Outcome::Done) };
    let earliest = stored_at.plus(grace);
    if earliest > Timestamp::now() {
        return Ok(Outcome::Again(earliest));
    }
    let asked = sha256.clone();
    if !store.read(workspace, Actor::SYSTEM, move |tx| is_used(tx, &asked)).await? {
        store.blobs().delete(workspace, &sha256).await?;
    }
    Ok(Outcome::Done)
}
