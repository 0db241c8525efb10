//! Measures Heddle against a bare limit in the same run and writes the table to `bench/RESULTS.md`.
//!
//! Each figure is a ratio, so that it means the same on another machine. `make bench` builds and runs all of it.

mod cases;
mod cli;
mod footprint;
mod import;
mod ingest;
mod load;
mod proxy;
mod report;
mod server;
mod upstream;
mod web;

use report::Row;

/// A failed measurement ends the run: a table with holes would be read as a whole one.
type Result<T, E = Error> = std::result::Result<T, E>;
/// Whatever went wrong.
type Error = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, rest @ ..] = arguments.as_slice()
        && mode == "serve"
    {
        return server::serve(rest);
    }
    if arguments == ["upstream"] {
        return upstream::serve();
    }
    let wanted = |name: &str| arguments.is_empty() || arguments.iter().any(|argument| argument == name);
    let mut rows: Vec<Row> = Vec::new();
    if wanted("get") {
        rows.push(cases::get_against_empty_route()?);
    }
    if wanted("create") {
        rows.push(cases::create_against_store()?);
    }
    if wanted("list") {
        rows.push(cases::list_at_a_million()?);
    }
    if wanted("import") {
        rows.push(import::against_bare_inserts()?);
    }
    if wanted("ingest") {
        rows.extend(ingest::measure()?);
    }
    if wanted("cli") {
        rows.push(cli::get_against_curl()?);
    }
    if wanted("footprint") {
        rows.extend(footprint::measure()?);
    }
    if wanted("proxy") {
        rows.extend(proxy::measure()?);
    }
    if wanted("web") {
        rows.extend(web::measure()?);
    }
    report::print(&rows);
    if arguments.is_empty() {
        report::write(&rows)?;
    }
    Ok(())
}
