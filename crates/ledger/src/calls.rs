//! The rows of the ledger.

use gateway::Usage;
use kernel::{
    Id, Page, PageRequest, Result, Timestamp,
    ids::{ActorId, CaseId, KeyId, RunId, SpaceId, WorkspaceId},
};
use store::{Row, Tx, params};
use uuid::Uuid;

use crate::check_admin;

store::text_enum! {
    /// How a call ended.
    pub enum Outcome {
        /// It has not.
        Running = "running",
        /// The answer came in whole.
        Ok = "ok",
        /// It was answered before, and that answer was given again.
        Cached = "cached",
        /// The provider refused or failed.
        Error = "error",
        /// The caller went away.
        Cancelled = "cancelled",
        /// The server ended in the middle of it.
        Interrupted = "interrupted",
    }
}

store::text_enum! {
    /// By which way a call came.
    pub enum Surface {
        /// Translated, answered at once.
        Complete = "complete",
        /// Translated, streamed.
        Stream = "stream",
        /// The provider's own API, passed through.
        Native = "native",
        /// A run of an agent.
        Run = "run",
    }
}

/// Who calls, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The person or agent.
    pub actor: ActorId,
    /// Whether it is an agent.
    pub is_agent: bool,
    /// The key that a person's program called with.
    pub key: Option<KeyId>,
    /// The space of the run.
    pub space: Option<SpaceId>,
    /// The case of the run.
    pub case: Option<CaseId>,
    /// The run.
    pub run: Option<RunId>,
    /// Whether the caller knows that limits which ask are reached, and goes on.
    pub confirmed: bool,
}

impl Who {
    /// A person, or a program with their key.
    pub fn person(workspace: WorkspaceId, actor: ActorId, key: Option<KeyId>) -> Self {
        Self { workspace, actor, is_agent: false, key, space: None, case: None, run: None, confirmed: false }
    }
}

/// Marks the ids of calls.
pub enum CallKind {}

/// A call of a model.
#[derive(Clone, Debug)]
pub struct Call {
    /// Its id.
    pub id: Id<CallKind>,
    /// The server process.
    pub node: Uuid,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// The person or agent.
    pub actor_id: ActorId,
    /// The key.
    pub key_id: Option<KeyId>,
    /// The space of the run.
    pub space_id: Option<SpaceId>,
    /// The case of the run.
    pub case_id: Option<CaseId>,
    /// The run.
    pub run_id: Option<RunId>,
    /// By which way it came.
    pub surface: Surface,
    /// The provider.
    pub provider: String,
    /// The model, as it was asked for; empty where none is named.
    pub model: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What went wrong.
    pub error: Option<String>,
    /// The tokens.
    pub usage: Usage,
    /// Whether they are a guess.
    pub estimated: bool,
    /// What it cost, in millionths of a US dollar; 0 where the price is not known.
    pub cost_micros: i64,
    /// From its beginning to the first byte of the answer, in microseconds.
    pub first_micros: Option<i64>,
    /// From its beginning to its end, in microseconds.
    pub total_micros: Option<i64>,
}

const COLUMNS: &str = "id, node, begun_at, actor_id, key_id, space_id, case_id, run_id, surface, provider, model, outcome, \
     error, input_tokens, output_tokens, cached_tokens, cache_write_tokens, estimated, cost_micros, first_micros, total_micros";

/// The longest text of an error that is kept, in characters.
const MAX_ERROR: usize = 500;

/// Writes the call as it stands, whether or not an earlier state of it is there.
pub(crate) fn put(tx: &mut Tx<'_>, call: &Call) -> Result<()> {
    let sql = format!(
        "INSERT INTO llm_calls ({COLUMNS}) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) \
         ON CONFLICT (id) DO UPDATE SET model = $11, outcome = $12, error = $13, input_tokens = $14, output_tokens = $15, \
         cached_tokens = $16, cache_write_tokens = $17, estimated = $18, cost_micros = $19, first_micros = $20, total_micros = $21"
    );
    let error =
        call.error.as_ref().map(|error| error.chars().filter(|c| *c != '\0').take(MAX_ERROR).collect::<String>());
    let Usage { input_tokens, output_tokens, cached_input_tokens, cache_write_input_tokens } = call.usage;
    tx.execute(
        &sql,
        params![
            call.id,
            call.node,
            call.begun_at,
            call.actor_id,
            call.key_id,
            call.space_id,
            call.case_id,
            call.run_id,
            call.surface,
            call.provider,
            call.model,
            call.outcome,
            error,
            input_tokens,
            output_tokens,
            cached_input_tokens,
            cache_write_input_tokens,
            call.estimated,
            call.cost_micros,
            call.first_micros,
            call.total_micros,
        ],
    )
    .map(drop)
}

fn read(row: &Row<'_>) -> Result<Call> {
    let count = |index| row.get::<i64>(index).map(|count| u64::try_from(count).unwrap_or(0));
    Ok(Call {
        id: row.get(0)?,
        node: row.get(1)?,
        begun_at: row.get(2)?,
        actor_id: row.get(3)?,
        key_id: row.get(4)?,
        space_id: row.get(5)?,
        case_id: row.get(6)?,
        run_id: row.get(7)?,
        surface: row.get(8)?,
        provider: row.get(9)?,
        model: row.get(10)?,
        outcome: row.get(11)?,
        error: row.get(12)?,
        usage: Usage {
            input_tokens: count(13)?,
            output_tokens: count(14)?,
            cached_input_tokens: count(15)?,
            cache_write_input_tokens: count(16)?,
        },
        estimated: row.get(17)?,
        cost_micros: row.get(18)?,
        first_micros: row.get(19)?,
        total_micros: row.get(20)?,
    })
}

/// A page of the workspace's calls, the newest first.
///
/// # Errors
/// `forbidden` below workspace admin.
pub fn list(tx: &mut Tx<'_>, outcome: Option<Outcome>, page: PageRequest) -> Result<Page<Call>> {
    check_admin(tx)?;
    let count = "SELECT COUNT(*) FROM llm_calls WHERE COALESCE($1, outcome) = outcome";
    let total = tx.query_one(count, params![outcome], |row| row.get(0))?;
    let sql = format!(
        "SELECT {COLUMNS} FROM llm_calls WHERE COALESCE($1, outcome) = outcome ORDER BY begun_at DESC, id DESC LIMIT $2 OFFSET $3"
    );
    let items = tx.query(&sql, params![outcome, page.limit(), page.offset()], read)?;
    Ok(Page { items, total, request: page })
}

/// Settles what a process that is gone left running.
pub(crate) fn interrupt(tx: &mut Tx<'_>, node: Uuid) -> Result<u64> {
    tx.execute(
        "UPDATE llm_calls SET outcome = 'interrupted', error = 'the server ended in the middle of the call' \
         WHERE outcome = 'running' AND node = $1",
        params![node],
    )
}
