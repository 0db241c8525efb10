use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::Duration,
};

use store::{Config, Store};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A server process. It ends with this value; shared ones end with the test process.
pub struct Server {
    pub engine: Engine,
    pub url: String,
    /// The same data, opened beside the server, to set up workspaces and keys.
    pub store: Store,
    child: Child,
    folder: PathBuf,
    _temporary: Option<tempfile::TempDir>,
}

/// How a server is started.
#[derive(Clone)]
pub struct Options {
    pub engine: Engine,
    pub variables: Vec<(String, String)>,
}

impl Options {
    pub fn new(engine: Engine) -> Self {
        let variables = [("HEDDLE_RATE_LIMIT", "0"), ("HEDDLE_SECRET_KEY", "the secret of the tests")];
        Self { engine, variables: variables.map(|(name, value)| (name.into(), value.into())).to_vec() }
    }

    pub fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.into(), value.into()));
        self
    }
}

impl Server {
    /// The server that the tests of this process share; none when PostgreSQL is wanted and not at hand.
    pub async fn shared(engine: Engine) -> Option<&'static Server> {
        static SERVERS: [tokio::sync::OnceCell<Option<Server>>; 2] =
            [tokio::sync::OnceCell::const_new(), tokio::sync::OnceCell::const_new()];
        let server = SERVERS[engine as usize].get_or_init(|| Self::start(Options::new(engine))).await.as_ref()?;
        kill_at_exit(server.child.id());
        Some(server)
    }

    /// A server of its own on an empty folder.
    pub async fn start(options: Options) -> Option<Server> {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let folder = temporary.path().to_owned();
        let mut server = Self::start_in(&folder, options).await?;
        server._temporary = Some(temporary);
        Some(server)
    }

    /// A server on a folder that may have data already.
    pub async fn start_in(folder: &Path, options: Options) -> Option<Server> {
        let database_url = match options.engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(std::env::var("HEDDLE_TEST_DATABASE_URL").ok()?),
        };
        let mut command = Command::new(env!("CARGO_BIN_EXE_heddle"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder);
        command.env_clear().envs(options.variables.iter().cloned());
        if let Some(url) = &database_url {
            command.env("HEDDLE_DATABASE_URL", url);
        }
        let log =
            std::fs::File::options().create(true).append(true).open(folder.join("server.log")).expect("a log file");
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().expect("the server starts");
        let stdout = child.stdout.take().expect("its output is piped");
        let mut lines = BufReader::new(stdout).lines();
        let url = loop {
            let line = lines.next().unwrap_or_else(|| panic!("the server ended: {}", log_of(folder))).expect("a line");
            if let Some(url) = line.strip_prefix("Heddle listens at ") {
                break url.to_owned();
            }
        };
        // Nobody reads on: the rest must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let config = Config { database_url, ..Config::embedded(folder) };
        let store = Store::open(Config { idle: Duration::from_secs(3600), ..config }).await.expect("the store opens");
        Some(Server { engine: options.engine, url, store, child, folder: folder.to_owned(), _temporary: None })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn log(&self) -> String {
        log_of(&self.folder)
    }

    /// Kills the process as a power cut would.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the process to end by itself and answers whether it ended well.
    pub fn wait(&mut self) -> bool {
        self.child.wait().expect("the process ends").success()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn log_of(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("server.log")).unwrap_or_default()
}

/// Statics are not dropped, so the shared servers are ended by a child that waits for this process to go.
fn kill_at_exit(pid: u32) {
    static DONE: OnceLock<std::sync::Mutex<std::collections::HashSet<u32>>> = OnceLock::new();
    if !DONE.get_or_init(Default::default).lock().expect("no test panics here").insert(pid) {
        return;
    }
    let parent = std::process::id();
    let script = format!("while kill -0 {parent} 2>/dev/null; do sleep 0.5; done; kill -9 {pid}");
    let _ = Command::new("sh")
        .args(["-c", &script])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
}
