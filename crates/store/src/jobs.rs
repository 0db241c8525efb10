//! Durable jobs: enqueued inside a transaction, leased by a worker, retried with backoff, kept when they die.
//!
//! This is also the outbox: what must reach the outside world (an e-mail, a call to a provider) is a job enqueued by the
//! transaction that decided it, so it happens if and only if that transaction committed.

use std::time::Duration;

use kernel::{Error, Result, Timestamp, ids::JobId};
use serde_json::Value as Json;

use crate::{Row, ToParam, Tx, params};

crate::text_enum! {
    /// Where a job stands.
    pub enum JobState {
        /// Waits for its time or a free worker.
        Pending = "pending",
        /// A worker holds its lease.
        Running = "running",
        /// Finished.
        Done = "done",
        /// Failed as often as it may; it stays for a person to look at.
        Dead = "dead",
    }
}

/// A job to enqueue.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Which handler runs it.
    pub kind: &'static str,
    /// What the handler needs to know.
    pub payload: Json,
    /// Not before this time; at once when absent.
    pub run_at: Option<Timestamp>,
    /// While an unfinished job has this key, no second one is enqueued.
    pub dedup: Option<String>,
    /// Attempts before it is dead.
    pub max_attempts: i64,
}

impl NewJob {
    /// A job of `kind` to run at once, with eight attempts.
    pub fn new(kind: &'static str, payload: Json) -> Self {
        Self { kind, payload, run_at: None, dedup: None, max_attempts: 8 }
    }

    /// The same job under a key that keeps doubles out.
    #[must_use]
    pub fn dedup(mut self, key: impl Into<String>) -> Self {
        self.dedup = Some(key.into());
        self
    }

    /// The same job, not before `at`.
    #[must_use]
    pub fn at(mut self, at: Timestamp) -> Self {
        self.run_at = Some(at);
        self
    }
}

/// A job as it is stored.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Which handler runs it.
    pub kind: String,
    /// What the handler needs to know.
    pub payload: Json,
    /// Where it stands.
    pub state: JobState,
    /// Attempts so far, the running one included.
    pub attempts: i64,
    /// Attempts before it is dead.
    pub max_attempts: i64,
    /// Not before this time.
    pub run_at: Timestamp,
    /// How many units are done.
    pub progress_done: i64,
    /// How many units there are, once known.
    pub progress_total: Option<i64>,
    /// What it is doing.
    pub progress_note: Option<String>,
    /// What went wrong last.
    pub error: Option<String>,
}

const COLUMNS: &str =
    "id, kind, payload, state, attempts, max_attempts, run_at, progress_done, progress_total, progress_note, error";

fn read(row: &Row<'_>) -> Result<Job> {
    Ok(Job {
        id: row.get(0)?,
        kind: row.get(1)?,
        payload: row.get(2)?,
        state: row.get(3)?,
        attempts: row.get(4)?,
        max_attempts: row.get(5)?,
        run_at: row.get(6)?,
        progress_done: row.get(7)?,
        progress_total: row.get(8)?,
        progress_note: row.get(9)?,
        error: row.get(10)?,
    })
}

impl Tx<'_> {
    /// Enqueues a job, to be run if this transaction commits. Answers none when its key is already waiting or running.
    ///
    /// # Errors
    /// The engine's.
    pub fn enqueue(&mut self, job: NewJob) -> Result<Option<JobId>> {
        self.effects.jobs = true;
        let id = JobId::new();
        let added = self.execute(
            "INSERT INTO jobs (id, kind, dedup, payload, state, run_at, attempts, max_attempts, progress_done, created_at) \
             VALUES ($1, $2, $3, $4, 'pending', $5, 0, $6, 0, $7) ON CONFLICT (dedup) DO NOTHING",
            params![id, job.kind, job.dedup, job.payload, job.run_at.unwrap_or(self.now()), job.max_attempts, self.now()],
        )?;
        Ok((added > 0).then_some(id))
    }
}

/// Takes up to `limit` jobs whose time has come, or whose worker let its lease run out, for `lease`.
pub(crate) fn claim(tx: &mut Tx<'_>, limit: i64, lease: Duration) -> Result<Vec<Job>> {
    let now = tx.now();
    // A job whose worker was killed at its last attempt would otherwise be run for ever.
    tx.execute(
        "UPDATE jobs SET state = 'dead', dedup = NULL, ended_at = $1, error = COALESCE(error, 'the worker ended before the job did') \
         WHERE state = 'running' AND lease_until < $1 AND attempts >= max_attempts",
        params![now],
    )?;
    tx.query(
        &format!(
            "UPDATE jobs SET state = 'running', lease_until = $2, attempts = attempts + 1 WHERE id IN (\
               SELECT id FROM jobs WHERE state IN ('pending', 'running') AND run_at <= $1 \
               AND (state = 'pending' OR lease_until < $1) ORDER BY run_at LIMIT $3) RETURNING {COLUMNS}"
        ),
        params![now, now.plus(lease), limit],
        read,
    )
}

/// When the next job can be taken or the next schedule fires; none when there is neither.
pub(crate) fn next_due(tx: &mut Tx<'_>) -> Result<Option<Timestamp>> {
    tx.query_one(
        "SELECT MIN(at) FROM (SELECT CASE WHEN state = 'pending' THEN run_at ELSE lease_until END AS at FROM jobs \
         WHERE state IN ('pending', 'running') UNION ALL SELECT next_at AS at FROM schedules) AS due",
        &[],
        |row| row.get(0),
    )
}

/// Lets go of every lease: on the embedded engine, leases found at start belong to a server that is gone.
pub(crate) fn release_all(tx: &mut Tx<'_>) -> Result<()> {
    tx.execute("UPDATE jobs SET state = 'pending', lease_until = NULL WHERE state = 'running'", &[])?;
    Ok(())
}

/// Forgets jobs that were done before `before`.
pub(crate) fn purge_done(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64> {
    tx.execute("DELETE FROM jobs WHERE state = 'done' AND ended_at < $1", params![before])
}

/// Changes a job whose lease its worker still holds: one that was taken over is the other worker's. `$1` and `$2` name
/// the job, `set` goes on with `$3`.
fn change(tx: &mut Tx<'_>, job: &Job, set: &str, values: &[&dyn ToParam]) -> Result<()> {
    let mut params = vec![job.id.to_param(), job.attempts.to_param()];
    params.extend(values.iter().map(|value| value.to_param()));
    tx.execute(&format!("UPDATE jobs SET {set} WHERE id = $1 AND attempts = $2 AND state = 'running'"), &params)
        .map(drop)
}

pub(crate) fn extend_lease(tx: &mut Tx<'_>, job: &Job, lease: Duration) -> Result<()> {
    change(tx, job, "lease_until = $3", &[&tx.now().plus(lease)])
}

pub(crate) fn finish(tx: &mut Tx<'_>, job: &Job) -> Result<()> {
    tx.effects.jobs = true;
    change(tx, job, "state = 'done', dedup = NULL, lease_until = NULL, ended_at = $3", &[&tx.now()])
}

pub(crate) fn again(tx: &mut Tx<'_>, job: &Job, at: Timestamp) -> Result<()> {
    tx.effects.jobs = true;
    change(tx, job, "state = 'pending', lease_until = NULL, run_at = $3, attempts = 0", &[&at])
}

/// Notes a failed attempt: the job waits for the next one, or is dead when that was the last.
pub(crate) fn fail(tx: &mut Tx<'_>, job: &Job, error: &str) -> Result<JobState> {
    tx.effects.jobs = true;
    if job.attempts >= job.max_attempts {
        let dead = "state = 'dead', dedup = NULL, lease_until = NULL, ended_at = $3, error = $4";
        return change(tx, job, dead, &[&tx.now(), &error]).map(|()| JobState::Dead);
    }
    let at = tx.now().plus(backoff(job.attempts));
    change(tx, job, "state = 'pending', lease_until = NULL, run_at = $3, error = $4", &[&at, &error])?;
    Ok(JobState::Pending)
}

/// One second, doubled with each attempt up to ten minutes, and half of it random so that failures spread out.
pub(crate) fn backoff(attempt: i64) -> Duration {
    let most = 1000u64 << attempt.clamp(0, 10);
    let most = most.min(600_000);
    Duration::from_millis(most / 2 + rand::random_range(0..=most / 2))
}

/// Notes how far a job has come.
///
/// # Errors
/// The engine's.
pub fn progress(tx: &mut Tx<'_>, id: JobId, done: i64, total: Option<i64>, note: Option<&str>) -> Result<()> {
    tx.effects.jobs = true;
    tx.execute(
        "UPDATE jobs SET progress_done = $2, progress_total = $3, progress_note = $4 WHERE id = $1",
        params![id, done, total, note],
    )?;
    Ok(())
}

/// A job by its id.
///
/// # Errors
/// `job_not_found`.
pub fn get(tx: &mut Tx<'_>, id: JobId) -> Result<Job> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM jobs WHERE id = $1"), params![id], read)?
        .ok_or_else(|| Error::not_found("job_not_found", format!("No job found with ID {id}")))
}

/// Gives a dead job its attempts anew, at once.
///
/// # Errors
/// `job_not_found`, `job_not_dead`.
pub fn revive(tx: &mut Tx<'_>, id: JobId) -> Result<Job> {
    let job = get(tx, id)?;
    if job.state != JobState::Dead {
        return Err(Error::conflict("job_not_dead", format!("The job is {}; only dead jobs are revived.", job.state)));
    }
    tx.effects.jobs = true;
    tx.execute(
        "UPDATE jobs SET state = 'pending', run_at = $2, attempts = 0, ended_at = NULL WHERE id = $1",
        params![id, tx.now()],
    )?;
    get(tx, id)
}

/// Jobs in `state`, newest first, at most `limit`.
///
/// # Errors
/// The engine's.
pub fn list(tx: &mut Tx<'_>, state: JobState, limit: i64) -> Result<Vec<Job>> {
    tx.query(
        &format!("SELECT {COLUMNS} FROM jobs WHERE state = $1 ORDER BY created_at DESC, id DESC LIMIT $2"),
        params![state, limit],
        read,
    )
}

/// Sets up (or changes) a schedule: a job of `kind` whenever `cron` says so, in UTC.
///
/// # Errors
/// `Invalid` when the expression cannot be read.
pub fn schedule(tx: &mut Tx<'_>, name: &str, cron: &str, kind: &str, payload: &Json) -> Result<()> {
    let next = next_time(cron, tx.now())?;
    tx.effects.jobs = true;
    tx.execute(
        "INSERT INTO schedules (name, cron, kind, payload, next_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, kind = excluded.kind, payload = excluded.payload, \
         next_at = CASE WHEN schedules.cron = excluded.cron THEN schedules.next_at ELSE excluded.next_at END",
        params![name, cron, kind, payload, next],
    )?;
    Ok(())
}

/// Enqueues a job for every schedule whose time has come, once however many times were missed.
pub(crate) fn run_schedules(tx: &mut Tx<'_>) -> Result<()> {
    let now = tx.now();
    let due = tx.query("SELECT name, cron, kind, payload FROM schedules WHERE next_at <= $1", params![now], |row| {
        Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?, row.get::<Json>(3)?))
    })?;
    for (name, cron, kind, payload) in due {
        tx.effects.jobs = true;
        tx.execute(
            "INSERT INTO jobs (id, kind, dedup, payload, state, run_at, attempts, max_attempts, progress_done, created_at) \
             VALUES ($1, $2, $3, $4, 'pending', $5, 0, 8, 0, $5) ON CONFLICT (dedup) DO NOTHING",
            params![JobId::new(), kind, format!("schedule:{name}"), payload, now],
        )?;
        match next_time(&cron, now) {
            Ok(next) => tx.execute("UPDATE schedules SET next_at = $2 WHERE name = $1", params![name, next])?,
            // Its last time has come (cron can name a year). An error here would keep every other job from running.
            Err(_) => tx.execute("DELETE FROM schedules WHERE name = $1", params![name])?,
        };
    }
    Ok(())
}

fn next_time(cron: &str, after: Timestamp) -> Result<Timestamp> {
    let parsed: croner::Cron =
        cron.parse().map_err(|e| Error::invalid("cron", format!("not a cron expression: {e}")))?;
    let after =
        chrono::DateTime::from_timestamp_micros(after.micros()).ok_or_else(|| Error::internal("time out of range"))?;
    let next =
        parsed.find_next_occurrence(&after, false).map_err(|e| Error::invalid("cron", format!("never comes: {e}")))?;
    Ok(Timestamp::from_micros(next.timestamp_micros()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::each_engine;
    use kernel::Actor;
    use serde_json::json;

    #[test]
    fn a_job_is_claimed_once_retried_and_dies() {
        each_engine(|ws| {
            let id = ws.write(Actor::SYSTEM, |tx| {
                let mut job = NewJob::new("t", json!({"x": 1})).dedup("one");
                job.max_attempts = 2;
                let id = tx.enqueue(job.clone())?;
                assert_eq!(tx.enqueue(job)?, None, "the key keeps doubles out");
                Ok(id.unwrap())
            });
            let lease = Duration::from_secs(60);
            let first = ws.write(Actor::SYSTEM, |tx| claim(tx, 10, lease));
            assert_eq!(first.len(), 1);
            assert_eq!(ws.write(Actor::SYSTEM, |tx| claim(tx, 10, lease)).len(), 0, "the lease holds");
            assert_eq!(ws.write(Actor::SYSTEM, |tx| fail(tx, &first[0], "no")), JobState::Pending);
            assert_eq!(ws.write(Actor::SYSTEM, |tx| claim(tx, 10, lease)).len(), 0, "it waits for its backoff");
            let later = Timestamp::now().plus(Duration::from_secs(3600));
            let second = ws.write(Actor::SYSTEM, |tx| {
                tx.set_now(later);
                claim(tx, 10, lease)
            });
            assert_eq!(ws.write(Actor::SYSTEM, |tx| fail(tx, &second[0], "no again")), JobState::Dead);
            let dead = ws.write(Actor::SYSTEM, |tx| get(tx, id));
            assert_eq!((dead.state, dead.error.as_deref()), (JobState::Dead, Some("no again")));
            let revived = ws.write(Actor::SYSTEM, |tx| revive(tx, id));
            assert_eq!((revived.state, revived.attempts), (JobState::Pending, 0));
            assert_eq!(ws.try_write(Actor::SYSTEM, |tx| revive(tx, id)).unwrap_err().code(), "job_not_dead");
            assert_eq!(ws.write(Actor::SYSTEM, |tx| claim(tx, 10, lease)).len(), 1);
        });
    }

    #[test]
    fn a_lease_that_ran_out_is_taken_over() {
        each_engine(|ws| {
            ws.write(Actor::SYSTEM, |tx| tx.enqueue(NewJob::new("t", json!({}))));
            let lease = Duration::from_secs(60);
            assert_eq!(ws.write(Actor::SYSTEM, |tx| claim(tx, 10, lease)).len(), 1);
            let later = Timestamp::now().plus(Duration::from_secs(61));
            let again = ws.write(Actor::SYSTEM, |tx| {
                tx.set_now(later);
                claim(tx, 10, lease)
            });
            assert_eq!(again[0].attempts, 2);
        });
    }

    #[test]
    fn a_schedule_enqueues_once_for_all_missed_times() {
        each_engine(|ws| {
            ws.write(Actor::SYSTEM, |tx| schedule(tx, "s", "*/5 * * * *", "t", &json!({})));
            let later = Timestamp::now().plus(Duration::from_secs(3600));
            let next = ws.write(Actor::SYSTEM, |tx| {
                tx.set_now(later);
                run_schedules(tx)?;
                run_schedules(tx)?;
                tx.query_one("SELECT next_at FROM schedules", &[], |row| row.get::<Timestamp>(0))
            });
            assert!(next > later);
            assert_eq!(ws.write(Actor::SYSTEM, |tx| list(tx, JobState::Pending, 10)).len(), 1);
            assert!(ws.try_write(Actor::SYSTEM, |tx| schedule(tx, "s", "never", "t", &json!({}))).is_err());
        });
    }
}
