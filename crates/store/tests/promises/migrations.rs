//! Schemas: the same on both engines, made once, by however many nodes at the same time.

use std::collections::BTreeMap;

use heddle_store::{Engine, Store, Tx, testing::Place};
use kernel::{Actor, Result, Timestamp, ids::WorkspaceId};

use crate::support::{open, read, session, within, workspace};

/// The columns of every table that both engines have.
fn tables(tx: &mut Tx<'_>, engine: Engine) -> Result<BTreeMap<String, Vec<String>>> {
    let sql = match engine {
        Engine::Sqlite => {
            "SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' \
             AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, c.cid"
        }
        Engine::Postgres => {
            "SELECT table_name::text, column_name::text FROM information_schema.columns \
             WHERE table_schema = current_schema() ORDER BY 1, ordinal_position"
        }
    };
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column) in tx.query(sql, &[], |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)))? {
        // The search index and the writers' lock are each engine's own.
        if !table.starts_with("search_") && table != "writer" {
            tables.entry(table).or_default().push(column);
        }
    }
    Ok(tables)
}

fn migrations(tx: &mut Tx<'_>) -> Result<Vec<(String, Timestamp)>> {
    tx.query("SELECT name, at FROM migrations ORDER BY name", &[], |row| Ok((row.get(0)?, row.get(1)?)))
}

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_have_the_same_tables() {
    let mut all = Vec::new();
    for place in Place::each() {
        let store = open(&place).await;
        let (ws, engine) = (workspace(&store).await, store.engine());
        let control = store.control_read(move |tx| tables(tx, engine)).await.unwrap();
        let own = read(&store, ws, move |tx| tables(tx, engine)).await;
        assert!(control.contains_key("workspaces") && own.contains_key("events"));
        all.push((control, own));
    }
    assert!(all.iter().all(|tables| *tables == all[0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_up_to_date_stays_as_it_is() {
    for place in Place::each() {
        let store = open(&place).await;
        let ws = workspace(&store).await;
        let before = (store.control_read(migrations).await.unwrap(), read(&store, ws, migrations).await);
        drop(store);
        let store = open(&place).await;
        store.create_workspace(ws).await.unwrap();
        let after = (store.control_read(migrations).await.unwrap(), read(&store, ws, migrations).await);
        assert_eq!(before, after);
        assert!(!before.0.is_empty() && !before.1.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_may_make_the_same_databases_at_the_same_time() {
    for round in 0..3 {
        for place in Place::each() {
            let opening = (0..4).map(|_| tokio::spawn(Store::open(place.config())));
            let nodes: Vec<Store> = within("the stores", futures::future::join_all(opening))
                .await
                .into_iter()
                .map(|opened| opened.unwrap().unwrap())
                .collect();
            let (shared, own) = (WorkspaceId::new(), [(); 4].map(|()| WorkspaceId::new()));
            let making = nodes.iter().zip(own).map(|(store, own)| {
                let store = store.clone();
                tokio::spawn(async move {
                    store.create_workspace(shared).await?;
                    store.create_workspace(own).await?;
                    store.write(shared, Actor::SYSTEM, |_| Ok(())).await
                })
            });
            for made in within("the workspaces", futures::future::join_all(making)).await {
                made.unwrap().unwrap_or_else(|e| panic!("round {round}: {e:?}"));
            }
            if place.url().is_some() {
                let sql = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' \
                           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
                let held: i64 = session(&place).await.query_one(sql, &[]).await.unwrap().get(0);
                assert_eq!(held, 0);
            }
        }
    }
}
