//! Prints how fast a large log is imported and exported, and what bare rusqlite needs for the same rows.
//!
//! `cargo run --release -p heddle-mining --example speed -- permit-receipt.xes.gz [times]`, on PostgreSQL when
//! `HEDDLE_TEST_DATABASE_URL` is set (without the comparison then).

use std::{
    error::Error,
    fs::File,
    io::BufWriter,
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use heddle_mining::{export, import};
use process_log::{Item, Trace, read, write_xes};
use rusqlite::{Connection, params_from_iter, types::Value};
use store::{Config, Store};

const TABLES: [&str; 5] = ["threads", "cases", "stages", "activities", "events"];
const TRACES: usize = 500;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let sample = PathBuf::from(arguments.next().ok_or("which log?")?);
    let times: usize = arguments.next().map_or(Ok(100), |times| times.parse())?;
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("large.xes");
    repeat(&sample, &log, times)?;

    let url = std::env::var("HEDDLE_TEST_DATABASE_URL").ok();
    let store = Store::open(Config { database_url: url.clone(), ..Config::embedded(folder.path()) }).await?;
    let slug = format!("speed-{}", std::process::id());
    let (workspace, ..) =
        identity::workspaces::create(&store, "Speed", Some(&slug), "speed@heddle.example", None).await?;
    let started = Instant::now();
    let report = import(&store, workspace.id, "General", &log, |_| ()).await?;
    let ours = started.elapsed();
    let counts = TABLES.map(|table| format!("SELECT COUNT(*) FROM {table}"));
    let rows = store
        .read(workspace.id, kernel::Actor::SYSTEM, move |tx| {
            counts.iter().map(|sql| tx.query_one(sql, &[], |row| row.get::<i64>(0))).sum::<Result<i64, _>>()
        })
        .await?;
    println!("{} traces, {} events, {rows} rows, peak memory {}", report.traces, report.events, peak());
    show("import, scan and parsing included", rows, ours);
    let started = Instant::now();
    let again = import(&store, workspace.id, "General", &log, |_| ()).await?;
    println!("again: {} added, {} skipped in {:.1} s", again.traces, again.skipped, started.elapsed().as_secs_f64());
    let started = Instant::now();
    let out = BufWriter::new(File::create(folder.path().join("out.xes"))?);
    let exported = export(&store, workspace.id, "General", out, |_| ()).await?;
    println!("export: {} events in {:.1} s, peak memory {}", exported.events, started.elapsed().as_secs_f64(), peak());
    if let Some(url) = url {
        let sql = format!("DROP SCHEMA \"ws_{}\" CASCADE", workspace.id.uuid().simple());
        let drop = move || postgres::Client::connect(&url, postgres::NoTls)?.batch_execute(&sql);
        return Ok(std::thread::spawn(drop).join().map_err(|_| "panic")??);
    }
    let database = folder.path().join("workspaces").join(format!("ws_{}.db", workspace.id.uuid().simple()));
    let bare = bare(&database, &folder.path().join("bare.db"))?;
    show("bare rusqlite", rows, bare);
    println!("{:.0} % of bare", bare.as_secs_f64() / ours.as_secs_f64() * 100.0);
    Ok(())
}

fn show(what: &str, rows: i64, time: Duration) {
    let seconds = time.as_secs_f64();
    println!("{what}: {seconds:.2} s, {:.0} rows/s", rows as f64 / seconds);
}

fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.unwrap_or(" unknown").trim().to_owned()
}

fn repeat(sample: &Path, log: &Path, times: usize) -> Result<(), Box<dyn Error>> {
    let mut traces: Vec<Trace> = Vec::new();
    read(sample, &mut |item| {
        if let Item::Trace(trace) = item {
            traces.push(trace);
        }
        ControlFlow::Continue(())
    })?;
    let mut writer = write_xes(BufWriter::new(File::create(log)?));
    for round in 0..times {
        for trace in &traces {
            writer.trace(&Trace { key: format!("{}-{round}", trace.key), ..trace.clone() })?;
        }
    }
    writer.finish()?;
    Ok(())
}

/// Inserts the rows of `from` into a new database of the same schema and settings, by plain prepared statements, 500 cases a
/// transaction, in the order in which they were made; the time that takes, without reading them.
fn bare(from: &Path, to: &Path) -> Result<Duration, Box<dyn Error>> {
    let source = Connection::open(from)?;
    let mut target = Connection::open(to)?;
    target.pragma_update(None, "journal_mode", "WAL")?;
    target.execute_batch(
        "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-2000;",
    )?;
    let mut schema = source.prepare("SELECT sql FROM sqlite_master WHERE tbl_name IN ('spaces', 'actors', 'members', 'threads', 'cases', 'stages', 'activities', 'events') AND sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")?;
    for sql in schema.query_map([], |row| row.get::<_, String>(0))? {
        target.execute_batch(&sql?)?;
    }
    for row in all(&source, "SELECT * FROM spaces", &[])? {
        target.execute(&insert("spaces", row.len()), params_from_iter(row))?;
    }
    let mut time = Duration::ZERO;
    let mut after = Value::Blob(Vec::new());
    loop {
        let cases = all(
            &source,
            "SELECT * FROM cases WHERE id > ? ORDER BY id LIMIT ?",
            &[after.clone(), Value::Integer(TRACES as i64)],
        )?;
        let Some(last) = cases.last() else { return Ok(time) };
        after = last[0].clone();
        let mut rows: Vec<(usize, Vec<Value>)> = Vec::new();
        for case in cases {
            let (id, thread) = (case[0].clone(), case[4].clone());
            let of = |sql: &str, key: &Value| all(&source, sql, std::slice::from_ref(key));
            rows.extend(of("SELECT * FROM threads WHERE case_id = ?", &id)?.into_iter().map(|row| (0, row)));
            rows.push((1, case));
            rows.extend(
                of("SELECT * FROM stages WHERE case_id = ? ORDER BY position", &id)?.into_iter().map(|row| (2, row)),
            );
            rows.extend(
                of("SELECT * FROM activities WHERE thread_id = ? ORDER BY id", &thread)?
                    .into_iter()
                    .map(|row| (3, row)),
            );
            rows.extend(
                of("SELECT * FROM events WHERE case_id = ? ORDER BY seq", &id)?.into_iter().map(|row| (4, row)),
            );
        }
        let started = Instant::now();
        let transaction = target.transaction()?;
        {
            let widths =
                TABLES.map(|table| rows.iter().find(|(n, _)| TABLES[*n] == table).map_or(0, |(_, row)| row.len()));
            let mut statements = Vec::new();
            for (table, width) in TABLES.iter().zip(widths) {
                statements.push(transaction.prepare_cached(&insert(table, width))?);
            }
            for (table, row) in &rows {
                statements[*table].execute(params_from_iter(row))?;
            }
        }
        transaction.commit()?;
        time += started.elapsed();
    }
}

fn all(source: &Connection, sql: &str, values: &[Value]) -> rusqlite::Result<Vec<Vec<Value>>> {
    let mut statement = source.prepare_cached(sql)?;
    let width = statement.column_count();
    statement.query_map(params_from_iter(values), |row| (0..width).map(|n| row.get(n)).collect())?.collect()
}

fn insert(table: &str, width: usize) -> String {
    format!("INSERT INTO {table} VALUES ({})", vec!["?"; width].join(", "))
}
