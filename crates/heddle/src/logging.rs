//! The log: text for a terminal, JSON lines otherwise. Secrets never get here: credentials are not fields of anything logged.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Begins logging to standard error at the levels that `filter` names, such as `info` or `heddle=debug,heddle_store=trace`.
pub fn init(filter: &str) {
    // PostgreSQL's notices are of no use to whoever runs the server. The library of the Model Context Protocol tells of each
    // request, at the finer levels with all that is in it.
    let filter = format!("tokio_postgres=warn,rmcp=warn,{filter}");
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() { builder.init() } else { builder.json().flatten_event(true).init() }
}
