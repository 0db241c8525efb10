//! The table.

use std::fmt::Write as _;

use crate::Result;

/// One measurement against its target.
pub struct Row {
    /// What was measured.
    pub what: &'static str,
    /// What it came to.
    pub measured: String,
    /// What it was measured against.
    pub against: String,
    /// The ratio or the figure that the target is about.
    pub figure: String,
    /// The target.
    pub target: &'static str,
    /// Whether it was met.
    pub met: bool,
}

fn table(rows: &[Row]) -> String {
    let mut text = String::from("| what | Heddle | against | figure | target | met |\n|---|---|---|---|---|---|\n");
    for row in rows {
        let met = if row.met { "yes" } else { "NO" };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {met} |",
            row.what, row.measured, row.against, row.figure, row.target
        );
    }
    text
}

/// Prints the table.
pub fn print(rows: &[Row]) {
    println!("{}", table(rows));
}

/// Writes the table with the machine and the command.
pub fn write(rows: &[Row]) -> Result<()> {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("an unknown processor", |text| text.trim_start_matches([' ', '\t', ':']));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let text = format!(
        "# Results\n\nMeasured by `make bench` on {cores} cores of {model}. Every row compares two things measured in the same run.\n\n{}",
        table(rows)
    );
    std::fs::write("bench/RESULTS.md", text)?;
    Ok(())
}
