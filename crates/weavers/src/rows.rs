//! What is kept of weavers, and who may see and end them.

use std::collections::{BTreeMap, HashMap};

use identity::spaces;
use kernel::{
    Error, Result, Timestamp,
    ids::{ActorId, UserId, WeaverId},
};
use serde_json::{Value as Json, json};
use store::{NewEvent, NewJob, Param, Row, Tx, params};
use uuid::Uuid;

use crate::{
    driver::{Ending, pod_name},
    order::Plan,
};

/// The job that looks after a weaver until it is gone.
pub(crate) const CHECK: &str = "weaver.check";

store::text_enum! {
    /// Where a weaver stands.
    pub enum Status {
        /// It is being made ready.
        Pending = "pending",
        /// Its program runs.
        Running = "running",
        /// Its program ended with status 0.
        Succeeded = "succeeded",
        /// Its program ended otherwise, or could not go on.
        Failed = "failed",
        /// It is being ended.
        Terminating = "terminating",
    }
}

impl Status {
    /// Whether it may still take something of the machine.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Pending | Self::Running | Self::Terminating)
    }
}

/// A weaver.
#[derive(Clone, Debug)]
pub struct Weaver {
    /// Its id.
    pub id: WeaverId,
    /// The actor that made it.
    pub owner_id: ActorId,
    /// The user that this actor is.
    pub user_id: UserId,
    /// What runs it.
    pub driver: String,
    /// The server process that it ends with.
    pub node: Option<Uuid>,
    /// The machine of that process.
    pub host: Option<String>,
    /// The container image or profile.
    pub image: String,
    /// The repository that it is for.
    pub repo_id: Option<String>,
    /// How long it lives at most.
    pub lifetime_hours: i64,
    /// Where it stands.
    pub status: Status,
    /// The exit status of its program.
    pub exit_code: Option<i64>,
    /// Why it failed, or what it waits for.
    pub reason: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its life is over.
    pub expires_at: Timestamp,
    /// When its process last said that it is there.
    pub alive_at: Timestamp,
    /// When its program ended.
    pub ended_at: Option<Timestamp>,
    /// Names and values to find it by.
    pub tags: BTreeMap<String, String>,
}

impl Weaver {
    /// The name it has where it runs.
    pub fn pod_name(&self) -> String {
        pod_name(self.id)
    }

    /// For how long it has been there, in hours.
    pub fn age_hours(&self, now: Timestamp) -> f64 {
        let micros = now.micros().saturating_sub(self.created_at.micros()).max(0);
        // A hundredth of an hour is half a minute.
        (micros as f64 / 3.6e9 * 100.0).floor() / 100.0
    }
}

const COLUMNS: &str = "id, owner_id, user_id, driver, node, host, image, repo_id, lifetime_hours, status, exit_code, reason, \
     created_at, expires_at, alive_at, ended_at";

fn read(row: &Row<'_>) -> Result<Weaver> {
    Ok(Weaver {
        id: row.get(0)?,
        owner_id: row.get(1)?,
        user_id: row.get(2)?,
        driver: row.get(3)?,
        node: row.get(4)?,
        host: row.get(5)?,
        image: row.get(6)?,
        repo_id: row.get(7)?,
        lifetime_hours: row.get(8)?,
        status: row.get(9)?,
        exit_code: row.get(10)?,
        reason: row.get(11)?,
        created_at: row.get(12)?,
        expires_at: row.get(13)?,
        alive_at: row.get(14)?,
        ended_at: row.get(15)?,
        tags: BTreeMap::new(),
    })
}

/// How many weavers there may be at one time.
#[derive(Clone, Copy, Debug)]
pub struct Quotas {
    /// Of one user in a workspace.
    pub per_user: i64,
    /// Of a workspace.
    pub per_workspace: i64,
}

/// Where a weaver is to run.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub driver: &'static str,
    pub node: Option<Uuid>,
    pub host: Option<String>,
}

/// Notes a weaver that is about to begin, owned by the transaction's actor.
///
/// # Errors
/// `weaver_quota_reached`.
pub(crate) fn insert(
    tx: &mut Tx<'_>,
    id: WeaverId,
    user: UserId,
    plan: &Plan,
    place: &Place,
    quotas: Quotas,
) -> Result<Weaver> {
    let owner = tx.actor().id;
    let live = "status IN ('pending', 'running', 'terminating')";
    let count = format!("SELECT COUNT(*), COUNT(CASE WHEN owner_id = $1 THEN 1 END) FROM weavers WHERE {live}");
    let (all, own): (i64, i64) = tx.query_one(&count, params![owner], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (count, most, whose) in [(own, quotas.per_user, "You have"), (all, quotas.per_workspace, "The workspace has")] {
        if count >= most {
            let text = format!("{whose} {count} weavers, and {most} is the most at one time. Delete one first.");
            return Err(Error::conflict("weaver_quota_reached", text));
        }
    }
    let now = tx.now();
    let hours = u64::try_from(plan.lifetime_hours).unwrap_or_default();
    let expires = now.plus(std::time::Duration::from_secs(hours * 3600));
    tx.execute(
        "INSERT INTO weavers (id, owner_id, user_id, driver, node, host, image, repo_id, lifetime_hours, status, created_at, \
         expires_at, alive_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', $10, $11, $10)",
        params![
            id, owner, user, place.driver, place.node, place.host, plan.image, plan.repo_id, plan.lifetime_hours, now, expires
        ],
    )?;
    for (name, value) in &plan.tags {
        let sql = "INSERT INTO weaver_tags (weaver_id, name, value) VALUES ($1, $2, $3)";
        tx.execute(sql, params![id, name, value])?;
    }
    let check = NewJob { max_attempts: i64::MAX, ..NewJob::new(CHECK, json!({"weaver_id": id})) };
    tx.enqueue(check.dedup(format!("{CHECK}:{id}")).at(now.plus(crate::EACH)))?;
    let weaver = find(tx, id)?.ok_or_else(not_found)?;
    let data = json!({"image": plan.image, "pod_name": pod_name(id), "lifetime_hours": plan.lifetime_hours});
    emit(tx, "weaver.created", &weaver, data)?;
    Ok(weaver)
}

fn emit(tx: &mut Tx<'_>, verb: &'static str, weaver: &Weaver, data: Json) -> Result<()> {
    // Who has no private space is no person, and then it concerns the workspace's administrators only.
    let space = match spaces::private_of(tx, weaver.owner_id) {
        Ok(space) => space,
        Err(_) => spaces::general(tx)?,
    };
    tx.emit(NewEvent { verb, subject: weaver.id.uuid(), space: Some(space), case: None, thread: None, data })
}

/// A weaver, whoever asks.
pub(crate) fn find(tx: &mut Tx<'_>, id: WeaverId) -> Result<Option<Weaver>> {
    let weaver = tx.query_opt(&format!("SELECT {COLUMNS} FROM weavers WHERE id = $1"), params![id], read)?;
    let Some(mut weaver) = weaver else { return Ok(None) };
    weaver.tags = tags(tx, &[id])?.remove(&id).unwrap_or_default();
    Ok(Some(weaver))
}

fn tags(tx: &mut Tx<'_>, ids: &[WeaverId]) -> Result<HashMap<WeaverId, BTreeMap<String, String>>> {
    let mut all: HashMap<WeaverId, BTreeMap<String, String>> = HashMap::new();
    if ids.is_empty() {
        return Ok(all);
    }
    let values: Vec<Param<'_>> = ids.iter().map(|id| Param::Id(id.uuid())).collect();
    let marks: Vec<String> = (1..=values.len()).map(|n| format!("${n}")).collect();
    let sql = format!("SELECT weaver_id, name, value FROM weaver_tags WHERE weaver_id IN ({})", marks.join(", "));
    tx.for_each(&sql, &values, |row| {
        all.entry(row.get(0)?).or_default().insert(row.get(1)?, row.get(2)?);
        Ok(true)
    })?;
    Ok(all)
}

/// A weaver of the transaction's actor; administrators of the workspace see all.
///
/// # Errors
/// `weaver_not_found`.
pub(crate) fn get(tx: &mut Tx<'_>, id: WeaverId) -> Result<Weaver> {
    let actor = tx.actor();
    find(tx, id)?.filter(|weaver| weaver.owner_id == actor.id || actor.workspace_admin).ok_or_else(not_found)
}

fn not_found() -> Error {
    Error::not_found("weaver_not_found", "There is no such weaver.")
}

/// Which weavers are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// That stand so.
    pub status: Option<Status>,
    /// That have this tag: name and value.
    pub tag: Option<(String, String)>,
}

/// The weavers that the transaction's actor may see, the newest first, and how many there are.
///
/// # Errors
/// The engine's.
pub(crate) fn list(tx: &mut Tx<'_>, filter: &Filter, limit: i64, offset: i64) -> Result<(Vec<Weaver>, i64)> {
    let mut values: Vec<Param<'_>> = Vec::new();
    let mut conditions = vec!["1 = 1".to_owned()];
    let bind = |values: &mut Vec<Param<'_>>, value: Param<'static>| {
        values.push(value);
        format!("${}", values.len())
    };
    if !tx.actor().workspace_admin {
        let mark = bind(&mut values, Param::Id(tx.actor().id.uuid()));
        conditions.push(format!("owner_id = {mark}"));
    }
    if let Some(status) = filter.status {
        let mark = bind(&mut values, Param::Text(status.as_str()));
        conditions.push(format!("status = {mark}"));
    }
    if let Some((name, value)) = &filter.tag {
        let (name, value) =
            (bind(&mut values, Param::Owned(name.clone())), bind(&mut values, Param::Owned(value.clone())));
        let sql = format!("id IN (SELECT weaver_id FROM weaver_tags WHERE name = {name} AND value = {value})");
        conditions.push(sql);
    }
    let conditions = conditions.join(" AND ");
    let total = tx.query_one(&format!("SELECT COUNT(*) FROM weavers WHERE {conditions}"), &values, |row| row.get(0))?;
    let (first, last) = (values.len() + 1, values.len() + 2);
    values.extend([Param::Int(limit), Param::Int(offset)]);
    let sql = format!(
        "SELECT {COLUMNS} FROM weavers WHERE {conditions} ORDER BY created_at DESC, id DESC LIMIT ${first} OFFSET ${last}"
    );
    let mut weavers = tx.query(&sql, &values, read)?;
    let ids: Vec<WeaverId> = weavers.iter().map(|weaver| weaver.id).collect();
    let mut tags = tags(tx, &ids)?;
    for weaver in &mut weavers {
        weaver.tags = tags.remove(&weaver.id).unwrap_or_default();
    }
    Ok((weavers, total))
}

/// Notes that a weaver's program runs, or what it waits for.
pub(crate) fn note(tx: &mut Tx<'_>, id: WeaverId, status: Status, reason: Option<&str>) -> Result<()> {
    let sql =
        "UPDATE weavers SET status = $2, reason = $3, alive_at = $4 WHERE id = $1 AND status IN ('pending', 'running')";
    tx.execute(sql, params![id, status, reason, tx.now()]).map(drop)
}

/// Notes the end of a weaver's program, once.
pub(crate) fn finish(tx: &mut Tx<'_>, id: WeaverId, ending: &Ending) -> Result<()> {
    let status = if ending.code == Some(0) { Status::Succeeded } else { Status::Failed };
    let sql = "UPDATE weavers SET status = $2, exit_code = $3, reason = $4, ended_at = $5 WHERE id = $1 AND ended_at IS NULL \
               AND status <> 'terminating'";
    let ended = tx.execute(sql, params![id, status, ending.code, ending.reason, tx.now()])?;
    match find(tx, id)? {
        Some(weaver) if ended > 0 => told_end(tx, &weaver),
        _ => Ok(()),
    }
}

fn told_end(tx: &mut Tx<'_>, weaver: &Weaver) -> Result<()> {
    let data = json!({"status": weaver.status, "exit_code": weaver.exit_code, "reason": weaver.reason});
    emit(tx, "weaver.ended", weaver, data)
}

/// Notes that a weaver is being ended, by its owner, an administrator of the workspace or Heddle itself.
///
/// # Errors
/// `weaver_not_found`.
pub(crate) fn begin_end(tx: &mut Tx<'_>, id: WeaverId, reason: &str) -> Result<Weaver> {
    let weaver = get(tx, id)?;
    if weaver.ended_at.is_none() {
        tx.execute("UPDATE weavers SET status = 'terminating', reason = $2 WHERE id = $1", params![id, reason])?;
    }
    Ok(weaver)
}

/// Forgets a weaver that is no more.
pub(crate) fn remove(tx: &mut Tx<'_>, id: WeaverId) -> Result<()> {
    let Some(weaver) = find(tx, id)? else { return Ok(()) };
    tx.execute("DELETE FROM weavers WHERE id = $1", params![id])?;
    if weaver.ended_at.is_none() { told_end(tx, &weaver) } else { Ok(()) }
}

/// Notes that the process of these weavers is there.
pub(crate) fn beat(tx: &mut Tx<'_>, ids: &[WeaverId]) -> Result<()> {
    for id in ids {
        tx.execute("UPDATE weavers SET alive_at = $2 WHERE id = $1", params![id, tx.now()])?;
    }
    Ok(())
}
