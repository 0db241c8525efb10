//! `heddle serve`.

use std::{
    fs::File,
    io::Write as _,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use api::{App, Parts, Settings, cookies};
use client::ApiKey;
use federation::Providers;
use gateway::{
    Catalogue, Gateway,
    outbound::{self, Guard},
};
use identity::{Vault, setup, sweep};
use kernel::{Error, Result};
use ledger::Ledger;
use library::documents;
use mcp::remote::{self, Remote};
use metrics_exporter_prometheus::PrometheusBuilder;
use sandbox::Sandbox;
use store::{Engine, Store, Workers};
use talk::{
    emails::{self, Mailer},
    notices,
};
use tokio_util::sync::CancellationToken;

use weavers::Weavers;

use crate::{config::Storage, http, logging, weaving};

/// Settings of the server.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The address to listen at.
    #[arg(long, env = "HEDDLE_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    #[command(flatten)]
    storage: Storage,
    /// Where browsers reach the server; the listening address when absent.
    #[arg(long, env = "HEDDLE_PUBLIC_URL")]
    public_url: Option<String>,
    /// Requests a minute per key; 0 switches the limit off.
    #[arg(long, env = "HEDDLE_RATE_LIMIT", default_value_t = 1000)]
    rate_limit: u32,
    /// The largest file that can be uploaded, in bytes.
    #[arg(long, env = "HEDDLE_MAX_UPLOAD", default_value_t = 256 << 20)]
    max_upload: u64,
    /// For how many seconds the proxy gives the answer of a model again when the same is asked in a workspace; 0 switches that
    /// off.
    #[arg(long, env = "HEDDLE_LLM_CACHE", default_value_t = 0)]
    llm_cache: u32,
    /// A mail server: smtp://user:password@host:587, smtps://… Without one, mail is written to the outbox folder.
    #[arg(long, env = "HEDDLE_SMTP_URL", hide_env_values = true)]
    smtp_url: Option<String>,
    /// The sender of mail.
    #[arg(long, env = "HEDDLE_MAIL_FROM")]
    mail_from: Option<String>,
    /// The secret that seals values at rest and signs download addresses, the same on all nodes; made and kept in the data
    /// folder when absent.
    #[arg(long, env = "HEDDLE_SECRET_KEY", hide_env_values = true)]
    secret_key: Option<String>,
    /// The model of agents that name none.
    #[arg(long, env = "HEDDLE_DEFAULT_MODEL")]
    default_model: Option<String>,
    /// The name of the session cookie.
    #[arg(long, env = "HEDDLE_SESSION_COOKIE", default_value = cookies::SESSION_COOKIE)]
    session_cookie: String,
    /// Give an account and a workspace of their own to people whom nobody has invited, when a provider such as GitHub
    /// vouches for their address.
    #[arg(long, env = "HEDDLE_SIGN_UP")]
    sign_up: bool,
    #[command(flatten)]
    weaving: weaving::WeaverArgs,
    /// What is logged, such as info or debug.
    #[arg(long, env = "HEDDLE_LOG", default_value = "info")]
    log: String,
}

/// Serves until it is told to stop, then lets requests and jobs finish.
///
/// # Errors
/// When the store cannot be opened or the address not be taken.
pub async fn run(args: Args) -> Result<()> {
    logging::init(&args.log);
    let metrics = PrometheusBuilder::new()
        .set_buckets(&[0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0])
        .and_then(|builder| builder.install_recorder())
        .map_err(Error::internal)?;
    let store = args.storage.open().await?;
    let _lock = lock(&args.storage, &store)?;
    let listener = tokio::net::TcpListener::bind(args.listen).await.map_err(|e| {
        Error::unavailable("address_unusable", format!("Cannot listen at {}.", args.listen)).with_context(e)
    })?;
    let address = listener.local_addr().map_err(Error::internal)?;
    let public_url = args.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let public_url = public_url.trim_end_matches('/').to_owned();

    cookies::check_name(&args.session_cookie, &public_url)?;
    let providers = Providers::from_env(&public_url)?;

    let stop = CancellationToken::new();
    let vault = Vault::open_in(&args.storage.data_dir, args.secret_key.as_deref())?;
    let claimed = vault.clone();
    store.control_write(move |tx| claimed.claim(tx)).await?;
    let gateway = Gateway::from_env().map_err(|e| unusable("an LLM provider's settings", &e))?;
    let models = Catalogue::new(&gateway.providers(), args.default_model.as_deref());

    let outbox = args.storage.data_dir.join("outbox");
    let mailer = Mailer::from_config(args.smtp_url.as_deref(), args.mail_from.as_deref(), outbox.clone())?;
    let outbox = (!mailer.has_server()).then_some(outbox);
    let ledger = Ledger::open(store.clone()).await?;
    let weavers = Weavers::new(store.clone(), args.weaving.settings(&public_url)?);
    let workers = workers(mailer, gateway.clone(), ledger.clone(), vault.clone(), models.default_id())?;
    let workers = weavers::workers(workers, &weavers);
    let weaving = tokio::spawn(weavers.clone().run(stop.clone()));
    let working = tokio::spawn(workers.run(store.clone(), stop.clone()));
    let sweeping = tokio::spawn(sweep::run(store.clone(), stop.clone()));
    let settings = Settings {
        rate_limit: args.rate_limit,
        max_upload: args.max_upload,
        public_url: public_url.clone(),
        llm_cache: args.llm_cache,
        outbox,
        session_cookie: args.session_cookie.clone(),
        sign_up: args.sign_up,
    };
    let app = App::new(Parts {
        store: store.clone(),
        settings,
        vault,
        models,
        gateway,
        ledger: ledger.clone(),
        stop: stop.clone(),
    });
    say(&format!("Heddle listens at {public_url}"));
    if let Some(token) = store.control_write(setup::offer).await? {
        // Behind the sign that keeps it out of requests, and so out of logs.
        say(&format!("Set it up: {public_url}/setup#token={token}"));
    }
    let agents = agents(&app, address)?;
    let router = http::router(app, weavers, metrics, Some(agents), providers);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stopped = stop.clone();
    let served = axum::serve(listener, service).with_graceful_shutdown(async move {
        told_to_stop().await;
        tracing::info!("stopping: requests and jobs finish");
        stopped.cancel();
    });
    let outcome = served.await.map_err(Error::internal);
    stop.cancel();
    weaving.await.map_err(Error::internal)?;
    working.await.map_err(Error::internal)??;
    sweeping.await.map_err(Error::internal)?;
    ledger.flush().await;
    outcome
}

/// Serves models and agents elsewhere. Their calls come in by the API like any others, each with its own key.
fn agents(app: &App, listening: SocketAddr) -> Result<Remote> {
    // Who listens everywhere is here too.
    let here = match listening.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::from(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::from(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    let settings = remote::Settings {
        api: format!("http://{}", SocketAddr::new(here, listening.port())),
        public_url: app.settings().public_url.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        stop: app.stop().clone(),
    };
    let app = app.clone();
    let knows = move |key: ApiKey| {
        let app = app.clone();
        async move { Ok(app.authenticator().by_key(key.reveal()).await.map_err(|error| error.to_string())?.is_some()) }
    };
    Remote::new(&settings, knows).map_err(Error::internal)
}

/// Tells whoever started the server something; that nobody reads it must not stop the server.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Who follows the event log and who runs which job.
fn workers(mailer: Mailer, gateway: Gateway, ledger: Ledger, vault: Vault, default_model: &str) -> Result<Workers> {
    let workers = Workers::new()
        .reader("work.progress", work::follow_event)
        .reader("work.search", work::search_index::follow_event);
    let guard = Guard::from_env().map_err(|e| unusable(outbound::ALLOW, &e))?;
    let workers = ingestion::workers(workers, ingestion::Deps { guard: guard.clone() });
    let workers = agents::workers(
        workers,
        agents::Deps {
            gateway,
            ledger,
            default_model: default_model.to_owned(),
            sandbox: Sandbox::from_env(guard.clone()),
            guard,
            vault: vault.clone(),
        },
    );
    let workers = notices::workers(workers, mailer.clone(), vault);
    Ok(emails::workers(documents::workers(workers), mailer))
}

fn unusable(what: &str, error: &dyn std::fmt::Display) -> Error {
    Error::unavailable("setting_unusable", format!("{what} cannot be used: {error}"))
}

/// Keeps a second server away from an embedded database: its jobs would be run twice.
fn lock(storage: &Storage, store: &Store) -> Result<Option<File>> {
    if store.engine() == Engine::Postgres {
        return Ok(None);
    }
    let path = storage.data_dir.join("serve.lock");
    let file = File::create(&path).map_err(Error::internal)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(_) => Err(Error::unavailable(
            "data_dir_in_use",
            format!("Another server works in {}; one embedded database serves one server.", storage.data_dir.display()),
        )),
    }
}

async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be heard; interrupt with Ctrl-C");
            let _ = interrupt.await;
            return;
        }
    };
    tokio::select! {
        _ = interrupt => {}
        _ = terminate.recv() => {}
    }
}
