//! A large log: imported, and its rows inserted by bare rusqlite.

use std::{
    fs::File,
    io::BufWriter,
    ops::ControlFlow,
    path::Path,
    time::{Duration, Instant},
};

use kernel::Actor;
use process_log::{Event, Item, Trace, write_xes};
use rusqlite::{Connection, params_from_iter, types::Value};
use store::{Config, Store, Tx};

use crate::{Error, Result, report::Row};

/// How often the sample is repeated.
const TIMES: usize = 100;
/// Traces of one transaction, as in the import.
const TRACES: i64 = 500;
/// The tables an import writes, each after those it refers to.
const TABLES: [&str; 5] = ["threads", "cases", "stages", "activities", "events"];
const TARGET: f64 = 0.3;

/// Importing the permit log a hundred times over into a fresh store, scan, parsing, threads and events included, against
/// inserting the same rows with prepared statements in transactions of the same size.
pub fn against_bare_inserts() -> Result<Row> {
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("large.xes");
    repeat(&sample()?, &log)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let (database, rows, ours) = runtime.block_on(import(folder.path(), &log))?;
    let bare = insert_bare(&folder.path().join(database), &folder.path().join("bare.db"))?;
    let per_second = |time: Duration| format!("{:.0} rows/s", rows as f64 / time.as_secs_f64());
    let share = bare.as_secs_f64() / ours.as_secs_f64();
    Ok(Row {
        what: "import of a process log of 143,400 traces (SQLite)",
        measured: per_second(ours),
        against: format!("bare rusqlite: {}", per_second(bare)),
        figure: format!("{:.0} %", share * 100.0),
        target: "≥ 30 %",
        met: share >= TARGET,
    })
}

/// The permit log; without it one of the same shape.
fn sample() -> Result<Vec<Trace>> {
    let folder = std::env::var("HEDDLE_SHARED_DATA").unwrap_or_else(|_| "../shared/data".to_owned());
    let path = Path::new(&folder).join("permit-receipt.xes.gz");
    if !path.is_file() {
        eprintln!("there is no {}: the imported log is a generated one of the same shape", path.display());
        return Ok((0..1_434).map(generated).collect());
    }
    let mut traces = Vec::new();
    process_log::read(&path, &mut |item| {
        if let Item::Trace(trace) = item {
            traces.push(trace);
        }
        ControlFlow::Continue(())
    })?;
    Ok(traces)
}

/// A trace like those of the permit log: about six events, nine attributes in all.
fn generated(n: usize) -> Trace {
    let text = |name: &str, value: String| (name.to_owned(), value.into());
    let event = |place: usize| Event {
        activity: format!("T{place:02} Check the receipt of the request"),
        at: 1_300_000_000_000_000 + (n * 3_600 + place * 60) as i64 * 1_000_000,
        resource: Some(format!("Resource{:02}", (n + place) % 48)),
        group: Some(format!("Group {}", n % 7)),
        lifecycle: Some("complete".to_owned()),
        attributes: [
            text("concept:instance", format!("task-{}", n * 10 + place)),
            text("dateStop", "2011-10-11T13:42:22.688+02:00".to_owned()),
        ]
        .into_iter()
        .collect(),
    };
    let names = ["channel", "department", "group", "responsible", "startdate", "enddate", "deadline"];
    Trace {
        key: format!("case-{n}"),
        attributes: names.iter().map(|name| text(name, format!("{name} {}", n % 50))).collect(),
        events: (0..6).map(event).collect(),
    }
}

fn repeat(traces: &[Trace], log: &Path) -> Result<()> {
    let mut writer = write_xes(BufWriter::new(File::create(log)?));
    for round in 0..TIMES {
        for trace in traces {
            writer.trace(&Trace { key: format!("{}-{round}", trace.key), ..trace.clone() })?;
        }
    }
    writer.finish()?;
    Ok(())
}

/// Imports the log: where in the folder the database is, how many rows it has now, and the time.
async fn import(folder: &Path, log: &Path) -> Result<(String, i64, Duration)> {
    let store = Store::open(Config::embedded(folder)).await?;
    let (workspace, ..) = identity::workspaces::create(&store, "Bench", None, "bench@example.com", None).await?;
    let begun = Instant::now();
    let report = mining::import(&store, workspace.id, "General", log, |_| ()).await?;
    let time = begun.elapsed();
    if report.rejected_total > 0 || report.skipped > 0 {
        return Err(format!("{} rejected, {} skipped", report.rejected_total, report.skipped).into());
    }
    let count = |tx: &mut Tx<'_>| {
        TABLES
            .iter()
            .map(|table| tx.query_one(&format!("SELECT COUNT(*) FROM {table}"), &[], |row| row.get::<i64>(0)))
            .sum()
    };
    let rows: i64 = store.read(workspace.id, Actor::SYSTEM, count).await?;
    Ok((format!("workspaces/ws_{}.db", workspace.id.uuid().simple()), rows, time))
}

/// Inserts the rows of `from` into a new database of the same schema and settings, by plain prepared statements, 500 cases
/// a transaction, in the order in which they were made; the time that takes, without reading them.
pub fn insert_bare(from: &Path, to: &Path) -> Result<Duration> {
    let source = Connection::open(from)?;
    let mut target = Connection::open(to)?;
    target.pragma_update(None, "journal_mode", "WAL")?;
    target.execute_batch(
        "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-2000;",
    )?;
    copy_schema(&source, &target)?;
    let mut time = Duration::ZERO;
    let mut after = Value::Blob(Vec::new());
    loop {
        let page = [after.clone(), Value::Integer(TRACES)];
        let cases = all(&source, "SELECT * FROM cases WHERE id > ? ORDER BY id LIMIT ?", &page)?;
        let Some(last) = cases.last() else { return Ok(time) };
        after = last[0].clone();
        let rows = rows_of(&source, cases)?;
        let begun = Instant::now();
        insert(&mut target, &rows)?;
        time += begun.elapsed();
    }
}

/// Makes the tables with their indexes, and the rows of others that they refer to.
fn copy_schema(source: &Connection, target: &Connection) -> Result<()> {
    let mut schema = source.prepare(
        "SELECT sql FROM sqlite_master WHERE tbl_name IN \
         ('spaces', 'actors', 'members', 'threads', 'cases', 'stages', 'activities', 'events') \
         AND sql IS NOT NULL AND name NOT LIKE 'sqlite_%'",
    )?;
    for sql in schema.query_map([], |row| row.get::<_, String>(0))? {
        target.execute_batch(&sql?)?;
    }
    for row in all(source, "SELECT * FROM spaces", &[])? {
        target.execute(&statement("spaces", row.len()), params_from_iter(row))?;
    }
    Ok(())
}

/// A row with the place of its table.
type Placed = (usize, Vec<Value>);

/// The rows of these cases, in the order in which they can be inserted.
fn rows_of(source: &Connection, cases: Vec<Vec<Value>>) -> Result<Vec<Placed>> {
    let mut rows = Vec::new();
    for case in cases {
        let (id, thread) = (case[0].clone(), case[4].clone());
        let mut add = |place: usize, sql: &str, key: &Value| {
            let found = all(source, sql, std::slice::from_ref(key))?;
            rows.extend(found.into_iter().map(|row| (place, row)));
            Ok::<_, Error>(())
        };
        add(0, "SELECT * FROM threads WHERE case_id = ?", &id)?;
        add(1, "SELECT * FROM cases WHERE id = ?", &id)?;
        add(2, "SELECT * FROM stages WHERE case_id = ? ORDER BY position", &id)?;
        add(3, "SELECT * FROM activities WHERE thread_id = ? ORDER BY id", &thread)?;
        add(4, "SELECT * FROM events WHERE case_id = ? ORDER BY seq", &id)?;
    }
    Ok(rows)
}

fn insert(target: &mut Connection, rows: &[Placed]) -> Result<()> {
    let transaction = target.transaction()?;
    {
        let mut statements: [Option<rusqlite::CachedStatement<'_>>; TABLES.len()] = Default::default();
        for (place, row) in rows {
            let prepared = match &mut statements[*place] {
                Some(prepared) => prepared,
                none => none.insert(transaction.prepare_cached(&statement(TABLES[*place], row.len()))?),
            };
            prepared.execute(params_from_iter(row))?;
        }
    }
    transaction.commit()?;
    Ok(())
}

fn all(source: &Connection, sql: &str, values: &[Value]) -> rusqlite::Result<Vec<Vec<Value>>> {
    let mut statement = source.prepare_cached(sql)?;
    let width = statement.column_count();
    statement.query_map(params_from_iter(values), |row| (0..width).map(|n| row.get(n)).collect())?.collect()
}

fn statement(table: &str, width: usize) -> String {
    format!("INSERT INTO {table} VALUES ({})", vec!["?"; width].join(", "))
}
