//! A load of keep-alive connections that send the same request over and over; lighter than a general client, so that the
//! server is what is measured.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{Error, Result};

/// Requests of one connection, in turn.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects to `address`.
    pub async fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 << 10) })
    }

    /// Sends a request and reads its whole answer; answers the status.
    pub async fn send(&mut self, request: &[u8]) -> Result<u16> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server closed the connection".into());
            }
            let Some(head) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
            let text = std::str::from_utf8(&self.buffer[..head])?;
            let length: usize = text
                .lines()
                .find_map(|line| line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length")))
                .ok_or("an answer without a length")?
                .1
                .trim()
                .parse()?;
            if self.buffer.len() >= head + 4 + length {
                return Ok(text[9..12].parse()?);
            }
        }
    }
}

/// The bytes of a request.
pub fn request(method: &str, path: &str, key: Option<&str>, body: Option<&str>) -> Vec<u8> {
    let key = key.map(|key| format!("Authorization: Bearer {key}\r\n")).unwrap_or_default();
    let body = body.unwrap_or("");
    let kind = if body.is_empty() {
        String::new()
    } else {
        format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len())
    };
    format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{key}{kind}\r\n{body}").into_bytes()
}

/// Requests a second with `clients` connections for `time`, each answered with `status`.
pub fn rate(address: &str, clients: usize, time: Duration, request: &[u8], status: u16) -> Result<f64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let begun = Instant::now();
        let until = begun + time;
        let tasks: Vec<_> = (0..clients)
            .map(|_| {
                let (address, request) = (address.to_owned(), request.to_vec());
                tokio::spawn(async move {
                    let mut connection = Connection::open(&address).await?;
                    let mut n = 0u64;
                    while Instant::now() < until {
                        let got = connection.send(&request).await?;
                        if got != status {
                            return Err(format!("status {got} instead of {status}").into());
                        }
                        n += 1;
                    }
                    Ok::<_, Error>(n)
                })
            })
            .collect();
        let mut total = 0;
        for task in tasks {
            total += task.await??;
        }
        Ok(total as f64 / begun.elapsed().as_secs_f64())
    })
}

/// The median time of `n` requests in turn, after some to warm up.
pub fn median(address: &str, n: usize, request: &[u8]) -> Result<Duration> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connection = Connection::open(address).await?;
        let mut times = Vec::with_capacity(n);
        for round in 0..n + n / 5 {
            let begun = Instant::now();
            let status = connection.send(request).await?;
            if status != 200 {
                return Err(format!("status {status}").into());
            }
            if round >= n / 5 {
                times.push(begun.elapsed());
            }
        }
        times.sort();
        Ok(times[n / 2])
    })
}
