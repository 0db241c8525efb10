//! Prints how fast a large log is scanned, read, written and mined.
//!
//! `cargo run --release --example speed -p heddle-process-log -- permit-receipt.xes.gz [times]`

use std::{error::Error, fs::File, io::BufWriter, io::Write, ops::ControlFlow, path::PathBuf, time::Instant};

use flate2::{Compression, write::GzEncoder};
use heddle_process_log::{Item, Miner, Trace, read, scan, write_xes};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let sample = PathBuf::from(arguments.next().ok_or("which log?")?);
    let times: usize = arguments.next().map_or(Ok(100), |times| times.parse())?;
    let mut traces = Vec::new();
    read(&sample, &mut |item| {
        if let Item::Trace(trace) = item {
            traces.push(trace);
        }
        ControlFlow::Continue(())
    })?;

    let folder = tempfile::tempdir()?;
    let started = Instant::now();
    let plain = folder.path().join("large.xes");
    write(BufWriter::new(File::create(&plain)?), &traces, times)?;
    let events = traces.iter().map(|trace| trace.events.len()).sum::<usize>() * times;
    report("write", events, started);
    let packed = folder.path().join("large.xes.gz");
    let encoder = GzEncoder::new(File::create(&packed)?, Compression::fast());
    write(encoder, &traces, times)?.finish()?;
    let table = folder.path().join("large.csv");
    write_table(BufWriter::new(File::create(&table)?), &traces, times)?;

    for path in [plain, packed, table] {
        println!("{} ({} MB)", path.display(), path.metadata()?.len() / 1_000_000);
        let started = Instant::now();
        let counted = scan(&path)?;
        report("scan", counted.events as usize, started);
        let started = Instant::now();
        let mut events = 0;
        let mut miner = Miner::new();
        read(&path, &mut |item| {
            if let Item::Trace(trace) = item {
                events += trace.events.len();
                miner.add_trace(&trace);
            }
            ControlFlow::Continue(())
        })?;
        report("read and mine", events, started);
        miner.finish();
    }
    Ok(())
}

fn write<W: Write>(out: W, traces: &[Trace], times: usize) -> Result<W, Box<dyn Error>> {
    let mut writer = write_xes(out);
    for _ in 0..times {
        for trace in traces {
            writer.trace(trace)?;
        }
    }
    Ok(writer.finish()?)
}

fn write_table(mut out: impl Write, traces: &[Trace], times: usize) -> std::io::Result<()> {
    writeln!(out, "case,activity,time,resource,group")?;
    for round in 0..times {
        for trace in traces {
            for event in &trace.events {
                let who = event.resource.as_deref().unwrap_or_default();
                let group = event.group.as_deref().unwrap_or_default();
                let (key, activity, at) = (&trace.key, &event.activity, event.at / 1000);
                writeln!(out, "{key}-{round},{activity},{at},{who},{group}")?;
            }
        }
    }
    out.flush()
}

fn report(what: &str, events: usize, started: Instant) {
    let seconds = started.elapsed().as_secs_f64();
    println!("{what}: {events} events in {seconds:.2} s, {:.0} events/s", events as f64 / seconds);
}
