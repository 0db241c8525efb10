//! The pass-through to providers of models, with ledger, budgets and limits on, against nginx, Portkey's gateway and LiteLLM's
//! proxy: the same requests to the same upstream. Each runs on core 0 alone; the upstream and the load share core 1.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::{
    Error, Result,
    load::{self, Connection},
    report::Row,
};

/// Connections of the load.
const CLIENTS: usize = 32;
/// How long each is measured.
const TIME: Duration = Duration::from_secs(6);
/// Requests a second for the latency: far from what any of them but LiteLLM can do, so that nothing queues.
const PACE: usize = 800;
/// Streams that are held open for the memory.
const STREAMS: usize = 1000;

/// A process that ends with this value.
struct Peer {
    child: Child,
    address: String,
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program on one core.
fn on_core(core: usize, program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", &core.to_string()]).arg(program).stdin(Stdio::null());
    command
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Waits until something answers at the address.
fn wait_for(address: &str, request: &[u8]) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let until = Instant::now() + Duration::from_secs(120);
    loop {
        let tried = runtime.block_on(async {
            let asked = async { Connection::open(address).await?.send(request).await };
            tokio::time::timeout(Duration::from_secs(10), asked).await?
        });
        match tried {
            Ok(200) => return Ok(()),
            other if Instant::now() > until => return Err(format!("{address} does not answer: {other:?}").into()),
            _ => std::thread::park_timeout(Duration::from_millis(200)),
        }
    }
}

fn upstream() -> Result<Peer> {
    let mut child = on_core(1, std::env::current_exe()?).arg("upstream").stdout(Stdio::piped()).spawn()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
    Ok(Peer { child, address: line.trim().to_owned() })
}

fn heddle(folder: &Path, upstream: &str) -> Result<(Peer, String)> {
    let program = std::env::current_exe()?.with_file_name("heddle");
    let made = Command::new(&program)
        .args(["admin", "--data-dir"])
        .arg(folder)
        .args(["create-workspace", "--name", "Bench", "--owner-email", "bench@example.com"])
        .output()?;
    let key = serde_json::from_slice::<Value>(&made.stdout)?["api_key"].as_str().ok_or("no key")?.to_owned();
    let mut child = on_core(0, program)
        .args(["serve", "--listen", "127.0.0.1:0", "--rate-limit", "4000000000", "--data-dir"])
        .arg(folder)
        .env("OPENAI_API_KEY", "sk-bench")
        .env("OPENAI_BASE_URL", format!("http://{upstream}/v1"))
        .env("HEDDLE_LOG", "error")
        .stdout(Stdio::piped())
        .spawn()?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
    let address = loop {
        let line = lines.next().ok_or("heddle did not start")??;
        if let Some(url) = line.strip_prefix("Heddle listens at http://") {
            break url.to_owned();
        }
    };
    let limits = json!({"limits": [
        {"subject": "workspace", "measure": "cost_micros", "period": "month", "most": i64::MAX},
        {"subject": "member", "measure": "tokens", "period": "day", "most": i64::MAX},
        {"subject": "key", "measure": "requests", "period": "minute", "most": i64::MAX},
    ]});
    let prices = json!({"prices": [{"model": "gpt-bench", "input": 1_000_000, "cached": 0, "cache_write": 0, "output": 2_000_000}]});
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for (path, body) in [("/v1/limits", limits), ("/v1/prices", prices)] {
        let request = load::request("PUT", path, Some(&key), Some(&body.to_string()));
        let status = runtime.block_on(async { Connection::open(&address).await?.send(&request).await })?;
        if status != 200 {
            return Err(format!("{path} answered {status}").into());
        }
    }
    Ok((Peer { child, address }, key))
}

fn nginx(folder: &Path, upstream: &str) -> Result<Peer> {
    let port = free_port()?;
    let config = format!(
        "master_process off; daemon off; pid {folder}/nginx.pid; error_log stderr error;\n\
         events {{ worker_connections 4096; }}\n\
         http {{ access_log off; keepalive_requests 100000000;\n\
           upstream provider {{ server {upstream}; keepalive 64; keepalive_requests 100000000; }}\n\
           server {{ listen 127.0.0.1:{port}; location / {{\n\
             proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection \"\";\n\
             proxy_set_header Authorization \"Bearer sk-bench\"; proxy_buffering off; }} }} }}\n",
        folder = folder.display(),
    );
    let path = folder.join("nginx.conf");
    std::fs::write(&path, config)?;
    let child = on_core(0, "nginx").arg("-p").arg(folder).arg("-c").arg(&path).env("PATH", with_sbin()).spawn()?;
    Ok(Peer { child, address: format!("127.0.0.1:{port}") })
}

fn with_sbin() -> String {
    format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default())
}

fn portkey(peers: &Path) -> Result<Peer> {
    let port = free_port()?;
    let child = on_core(0, "node")
        .arg(peers.join("portkey/node_modules/@portkey-ai/gateway/build/start-server.js"))
        .args(["--headless", &format!("--port={port}")])
        .env("NODE_ENV", "production")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    Ok(Peer { child, address: format!("127.0.0.1:{port}") })
}

fn litellm(peers: &Path, folder: &Path, upstream: &str) -> Result<Peer> {
    let port = free_port()?;
    let config = format!(
        "model_list:\n  - model_name: gpt-bench\n    litellm_params: {{model: openai/gpt-bench, api_base: \"http://{upstream}/v1\", api_key: sk-bench}}\n\
         litellm_settings: {{telemetry: false}}\n"
    );
    let path = folder.join("litellm.yaml");
    std::fs::write(&path, config)?;
    let child = on_core(0, peers.join("litellm/bin/litellm"))
        .arg("--config")
        .arg(&path)
        .args(["--host", "127.0.0.1", "--num_workers", "1", "--port", &port.to_string()])
        .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        // Without a key of its own it has least to do.
        .env("LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY", "true")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    Ok(Peer { child, address: format!("127.0.0.1:{port}") })
}

/// A request for an answer, with more headers if wanted.
fn ask(path: &str, key: &str, more: &str, stream: bool) -> Vec<u8> {
    let message = json!({"role": "user", "content": "How are you today?"});
    let body = json!({"model": "gpt-bench", "messages": [message], "max_tokens": 200, "stream": stream});
    let body = body.to_string();
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n{more}Content-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The median time of a request when [`CLIENTS`] connections send [`PACE`] a second together.
fn paced_median(address: &str, request: &[u8]) -> Result<Duration> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let every = Duration::from_secs(1) * u32::try_from(CLIENTS)? / u32::try_from(PACE)?;
        let until = tokio::time::Instant::now() + TIME;
        let tasks: Vec<_> = (0..CLIENTS)
            .map(|n| {
                let (address, request) = (address.to_owned(), request.to_vec());
                tokio::spawn(async move {
                    let mut connection = Connection::open(&address).await?;
                    let first = tokio::time::Instant::now() + every * u32::try_from(n)? / u32::try_from(CLIENTS)?;
                    let mut turn = tokio::time::interval_at(first, every);
                    let mut times = Vec::new();
                    while tokio::time::Instant::now() < until {
                        turn.tick().await;
                        let begun = Instant::now();
                        let status = connection.send(&request).await?;
                        if status != 200 {
                            return Err(format!("status {status}").into());
                        }
                        times.push(begun.elapsed());
                    }
                    Ok::<_, Error>(times)
                })
            })
            .collect();
        let mut times = Vec::new();
        for task in tasks {
            times.extend(task.await??);
        }
        times.sort();
        Ok(times[times.len() / 2])
    })
}

/// What a process holds in memory, in bytes.
fn resident(pid: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse::<f64>()? * 1024.0)
}

/// What each of [`STREAMS`] open streams that say nothing takes.
fn per_stream(server: &Peer, key: &str) -> Result<f64> {
    let request = ask("/proxy/openai/v1/chat/completions", key, "", true);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut open = Vec::new();
        let mut hold = async |n: usize| {
            for _ in 0..n {
                let mut stream = tokio::net::TcpStream::connect(&server.address).await?;
                stream.write_all(&request).await?;
                let mut buffer = Vec::new();
                // The end of the first event.
                while !buffer.windows(4).any(|window| window == b"null") {
                    if tokio::io::AsyncReadExt::read_buf(&mut stream, &mut buffer).await? == 0 {
                        return Err::<_, Error>("a stream ended".into());
                    }
                }
                open.push(stream);
            }
            Ok(())
        };
        // What the first ones allocate stays.
        hold(100).await?;
        // taskset becomes the program, so the process is its own.
        let before = resident(server.child.id())?;
        hold(STREAMS).await?;
        let after = resident(server.child.id())?;
        Ok((after - before) / STREAMS as f64)
    })
}

/// Measures all of it.
pub fn measure() -> Result<Vec<Row>> {
    let peers: PathBuf =
        std::env::var_os("HEDDLE_BENCH_PEERS").ok_or("HEDDLE_BENCH_PEERS names no folder; run make bench")?.into();
    let folder = tempfile::tempdir()?;
    let upstream = upstream()?;
    let path = "/v1/chat/completions";
    let plain = ask(path, "sk-bench", "", false);

    // This process is the load.
    let _ =
        Command::new("taskset").args(["-cp", "1", &std::process::id().to_string()]).stdout(Stdio::null()).status()?;
    wait_for(&upstream.address, &plain)?;
    let direct = paced_median(&upstream.address, &plain)?;
    let rate = |address: &str, request: &[u8]| -> Result<f64> {
        wait_for(address, request)?;
        load::rate(address, CLIENTS, Duration::from_secs(1), request, 200)?;
        load::rate(address, CLIENTS, TIME, request, 200)
    };

    eprintln!("measuring heddle, nginx, Portkey's gateway and LiteLLM's proxy");
    let (server, key) = heddle(&folder.path().join("heddle"), &upstream.address)?;
    let ours = ask("/proxy/openai/v1/chat/completions", &key, "", false);
    let of_heddle = rate(&server.address, &ours)?;
    let median = paced_median(&server.address, &ours)?;
    let each = per_stream(&server, &key)?;
    drop(server);

    let server = nginx(folder.path(), &upstream.address)?;
    eprintln!("heddle: {of_heddle:.0}/s, {median:?} (directly {direct:?}), {each:.0} bytes a stream");
    let of_nginx = rate(&server.address, &plain)?;
    let nginx_median = paced_median(&server.address, &plain)?;
    drop(server);

    let server = portkey(&peers)?;
    let more = format!("x-portkey-provider: openai\r\nx-portkey-custom-host: http://{}/v1\r\n", upstream.address);
    eprintln!("nginx: {of_nginx:.0}/s, {nginx_median:?}");
    let of_portkey = rate(&server.address, &ask(path, "sk-bench", &more, false))?;
    drop(server);

    let server = litellm(&peers, folder.path(), &upstream.address)?;
    eprintln!("Portkey's gateway: {of_portkey:.0}/s");
    let of_litellm = rate(&server.address, &plain)?;
    drop(server);

    let share = of_heddle / of_nginx;
    let added = median.saturating_sub(direct);
    let row = |what, against: String, figure: String, target, met| Row {
        what,
        measured: format!("{of_heddle:.0}/s"),
        against,
        figure,
        target,
        met,
    };
    let times = |of: f64| format!("{:.0} times", of_heddle / of);
    Ok(vec![
        row(
            "calls passed through on one core, 32 clients, ledger and limits on",
            format!("nginx proxy_pass {of_nginx:.0}/s"),
            format!("{:.0} %", share * 100.0),
            "≥ 50 %",
            share >= 0.5,
        ),
        row(
            "the same",
            format!("Portkey's gateway {of_portkey:.0}/s"),
            times(of_portkey),
            "≥ 10 times",
            of_heddle >= of_portkey * 10.0,
        ),
        row(
            "the same",
            format!("LiteLLM's proxy {of_litellm:.0}/s"),
            times(of_litellm),
            "≥ 200 times",
            of_heddle >= of_litellm * 200.0,
        ),
        Row {
            what: "time that a call takes longer for being passed through, median, 32 clients, 800 calls/s",
            measured: format!("{:.2} ms", median.as_secs_f64() * 1e3),
            against: format!(
                "the upstream itself {:.2} ms (through nginx {:.2} ms)",
                direct.as_secs_f64() * 1e3,
                nginx_median.as_secs_f64() * 1e3
            ),
            figure: format!("{:.2} ms", added.as_secs_f64() * 1e3),
            target: "≤ 0.3 ms",
            met: added <= Duration::from_micros(300),
        },
        Row {
            what: "memory of an open stream that says nothing",
            measured: format!("{:.1} KiB", each / 1024.0),
            against: "—".to_owned(),
            figure: format!("{:.1} KiB", each / 1024.0),
            target: "≤ 40 KiB",
            met: each <= 40.0 * 1024.0,
        },
    ])
}
