//! `mcp`

use clap::Args;
use mcp::{
    Files, Options, Server,
    http::{self, Address, Endpoint, Listener},
    stdio,
};

use crate::{Failure, Flags, Program, Result, Session};

/// Serves models and agents.
#[derive(Debug, Args)]
pub struct Mcp {
    /// Serve over HTTP on this machine, in place of standard input and output
    #[arg(long)]
    http: bool,
    /// With --http: the address to listen at, on this machine [default: 127.0.0.1:8765]
    #[arg(long, value_name = "HOST:PORT")]
    addr: Option<String>,
    /// With --http: the path to answer at [default: /mcp]
    #[arg(long, value_name = "PATH")]
    endpoint: Option<String>,
}

impl Mcp {
    pub async fn run(self, program: Program, flags: &Flags) -> Result {
        let place = self.place()?;
        let client = Session::connect(program, flags)?.client;
        let title = match program {
            Program::Heddle => "Heddle CLI",
            Program::Interloom => "Interloom CLI",
        };
        let options = Options {
            name: program.name().into(),
            title: title.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            files: Files::Local,
        };
        let server = Server::new(client, options);
        match place {
            None => stdio::serve(server).await.map_err(|error| Failure::plain(error.to_string())),
            Some((address, endpoint)) => serve(server, address, endpoint).await,
        }
    }

    /// Where HTTP is served; none without it.
    fn place(&self) -> Result<Option<(Address, Endpoint)>> {
        if !self.http {
            let given = [("--addr", &self.addr), ("--endpoint", &self.endpoint)];
            let given: Vec<_> = given.into_iter().filter(|(_, value)| value.is_some()).map(|(flag, _)| flag).collect();
            return match given.is_empty() {
                true => Ok(None),
                false => Err(Failure::Usage(format!("{} cannot be used without --http", given.join(" and ")))),
            };
        }
        let usage = |error: http::Invalid| Failure::Usage(error.to_string());
        let address = self.addr.as_deref().unwrap_or("127.0.0.1:8765").parse().map_err(usage)?;
        let endpoint = self.endpoint.as_deref().unwrap_or("/mcp").parse().map_err(usage)?;
        Ok(Some((address, endpoint)))
    }
}

async fn serve(server: Server, address: Address, endpoint: Endpoint) -> Result {
    let failed = |error: std::io::Error| Failure::plain(format!("cannot serve: {error}"));
    let listener = Listener::bind(address, endpoint).await.map_err(failed)?;
    eprintln!("The MCP server listens at {}", listener.url().map_err(failed)?);
    listener.serve(server, http::told_to_stop()).await.map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_is_served_at_a_usual_place() {
        let place = |http| Mcp { http, addr: None, endpoint: None }.place().expect("a place");
        let (address, endpoint) = place(true).expect("over HTTP");
        assert_eq!((address, endpoint.to_string()), ("127.0.0.1:8765".parse().expect("an address"), "/mcp".to_owned()));
        assert_eq!(place(false), None);
    }
}
