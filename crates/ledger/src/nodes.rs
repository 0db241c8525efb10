//! Which server processes are alive, and what those that are gone have left.

use std::time::Duration;

use kernel::{Actor, Kind, Result, Timestamp, ids::WorkspaceId};
use store::{Engine, Store, params};
use uuid::Uuid;

use crate::calls;

/// How often a process says that it is alive.
const BEAT: Duration = Duration::from_secs(15);
/// After how long a silent process is taken to be gone.
const GONE: Duration = Duration::from_secs(60);

/// Notes that this process may have calls under way in the workspace.
pub(crate) async fn mark(store: &Store, node: Uuid, workspace: WorkspaceId) -> Result<()> {
    store
        .control_write(move |tx| {
            let sql = "INSERT INTO ledger_nodes (node, workspace_id, alive_at) VALUES ($1, $2, $3) \
                       ON CONFLICT (node, workspace_id) DO UPDATE SET alive_at = $3";
            tx.execute(sql, params![node, workspace, tx.now()]).map(drop)
        })
        .await
}

/// Settles what processes that are gone left running. An embedded database serves one process, so all others are gone.
pub(crate) async fn settle_gone(store: &Store, node: Uuid) -> Result<()> {
    let alone = store.engine() == Engine::Sqlite;
    let before = Timestamp::now().minus(GONE);
    let gone = store
        .control_read(move |tx| {
            let sql = "SELECT node, workspace_id FROM ledger_nodes WHERE node <> $1 AND ($2 = 1 OR alive_at < $3)";
            tx.query(sql, params![node, i64::from(alone), before], |row| Ok((row.get(0)?, row.get(1)?)))
        })
        .await?;
    for (gone, workspace) in gone {
        settle(store, gone, workspace).await?;
    }
    Ok(())
}

async fn settle(store: &Store, gone: Uuid, workspace: WorkspaceId) -> Result<()> {
    match store.write(workspace, Actor::SYSTEM, move |tx| calls::interrupt(tx, gone)).await {
        Ok(0) => {}
        Ok(count) => tracing::warn!(%workspace, count, "calls of models were interrupted"),
        // The workspace is gone as well.
        Err(error) if error.kind() == Kind::NotFound => {}
        Err(error) => return Err(error),
    }
    store
        .control_write(move |tx| {
            let sql = "DELETE FROM ledger_nodes WHERE node = $1 AND workspace_id = $2";
            tx.execute(sql, params![gone, workspace]).map(drop)
        })
        .await
}

/// Says again and again that this process is alive, and settles what others left.
pub(crate) async fn keep_alive(store: Store, node: Uuid) {
    loop {
        tokio::time::sleep(BEAT).await;
        let beat = move |tx: &mut store::Tx<'_>| {
            tx.execute("UPDATE ledger_nodes SET alive_at = $2 WHERE node = $1", params![node, tx.now()]).map(drop)
        };
        let outcome = match store.control_write(beat).await {
            Ok(()) => settle_gone(&store, node).await,
            failed => failed,
        };
        if let Err(error) = outcome {
            tracing::warn!(?error, "the ledger's nodes cannot be looked after");
        }
    }
}
