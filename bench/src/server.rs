//! The measured server: Heddle's own router and beside it an empty route, in one process that can be pinned to a core.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

use api::{App, Parts, Settings};
use gateway::{Catalogue, Gateway};
use identity::Vault;
use ledger::Ledger;
use metrics_exporter_prometheus::PrometheusBuilder;
use store::{Config, Store};
use tokio_util::sync::CancellationToken;
use weavers::{Kinds, Quotas, Weavers};

use crate::Result;

/// A running server; it ends with this value.
pub struct Server {
    /// Where it listens.
    pub address: String,
    child: Child,
}

impl Server {
    /// Starts this program's `serve` on a data folder, on one core if wanted.
    pub fn start(folder: &Path, core: Option<usize>) -> Result<Self> {
        let program = std::env::current_exe()?;
        let mut command = match core {
            Some(core) => {
                let mut command = Command::new("taskset");
                command.args(["-c", &core.to_string()]).arg(program);
                command
            }
            None => Command::new(program),
        };
        let mut child = command.arg("serve").arg(folder).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().ok_or("no output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        Ok(Self { address: line.trim().to_owned(), child })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The server's process: the router that `heddle serve` has, and `/empty`.
pub fn serve(arguments: &[String]) -> Result<()> {
    let folder = arguments.first().ok_or("serve needs a folder")?.clone();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async move {
        let metrics = PrometheusBuilder::new().install_recorder()?;
        let store = Store::open(Config::embedded(folder)).await?;
        // The limit is counted but never reached.
        let settings = Settings {
            rate_limit: u32::MAX,
            max_upload: 1 << 20,
            public_url: String::new(),
            llm_cache: 0,
            outbox: None,
            session_cookie: api::SESSION_COOKIE.to_owned(),
            sign_up: false,
        };
        let ledger = Ledger::open(store.clone()).await?;
        let quotas = Quotas { per_user: 0, per_workspace: 0 };
        let weavers = Weavers::new(store.clone(), weavers::Settings { kind: Kinds::Off, quotas });
        let app = App::new(Parts {
            store,
            settings,
            vault: Vault::new("the secret of a measurement").expect("long enough"),
            models: Catalogue::new(&[], None),
            gateway: Gateway::new(),
            ledger,
            stop: CancellationToken::new(),
        });
        let router = heddle::http::router(app, weavers, metrics, None, Default::default());
        let router = axum::Router::new().route("/empty", axum::routing::get(|| async {})).merge(router);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await?;
        Ok(())
    })
}
