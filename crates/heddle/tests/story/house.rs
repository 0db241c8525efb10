//! An empty folder, on PostgreSQL an empty database too, and the binary that works in it.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::Value as Json;
use store::{Config, Store};

/// Runs the named async functions on a house of each engine.
#[macro_export]
macro_rules! on_each_engine {
    ($($(#[$meta:meta])* $name:ident;)*) => {
        $(mod $name {
            use $crate::house::House;

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                $crate::$name(&House::embedded()).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                match House::postgres() {
                    Some(house) => $crate::$name(&house).await,
                    None => eprintln!("skipped: HEDDLE_TEST_DATABASE_URL names no PostgreSQL server"),
                }
            }
        })*
    };
}

pub struct House {
    folder: tempfile::TempDir,
    database: Option<Database>,
}

impl House {
    pub fn embedded() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), database: None }
    }

    /// A house with a database of its own, so that no other server works in it; none without a PostgreSQL server.
    pub fn postgres() -> Option<Self> {
        let server = std::env::var("HEDDLE_TEST_DATABASE_URL").ok()?;
        Some(Self { database: Some(Database::create(server)), ..Self::embedded() })
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn is_postgres(&self) -> bool {
        self.database.is_some()
    }

    /// The binary that `HEDDLE_BINARY` names, or the one that was built with the tests.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let program = std::env::var_os("HEDDLE_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_heddle").into());
        let mut command = Command::new(program);
        command.args(arguments).env_clear().env("HEDDLE_DATA_DIR", self.folder()).env("HEDDLE_RATE_LIMIT", "0");
        if let Some(database) = &self.database {
            command.env("HEDDLE_DATABASE_URL", &database.url);
        }
        command
    }

    /// What an admin command that must succeed prints.
    #[track_caller]
    pub fn admin(&self, arguments: &[&str]) -> Json {
        let output = self.command(&["admin"]).args(arguments).output().expect("the binary starts");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("an answer in JSON")
    }

    pub fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    pub fn serve_with(&self, variables: &[(&str, &str)]) -> Server {
        let path = self.folder().join("server.log");
        let log = std::fs::File::options().create(true).append(true).open(&path).expect("a log file");
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the server starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
        let url = lines.find_map(|line| Some(line.ok()?.strip_prefix("Heddle listens at ")?.to_owned()));
        // Nobody reads on: the rest must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        match url {
            Some(url) => Server { url, child },
            None => panic!("the server ended: {}", std::fs::read_to_string(path).unwrap_or_default()),
        }
    }

    /// The same data, opened beside the server.
    pub async fn store(&self) -> Store {
        let database_url = self.database.as_ref().map(|database| database.url.clone());
        let config = Config { database_url, ..Config::embedded(self.folder()) };
        Store::open(config).await.expect("the store opens")
    }
}

/// A server process, killed with this value.
pub struct Server {
    pub url: String,
    child: Child,
}

impl Server {
    /// Kills it as a power cut would, and waits until it is gone.
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// A database of the PostgreSQL server, dropped with this value.
struct Database {
    server: String,
    name: String,
    url: String,
}

impl Database {
    fn create(server: String) -> Self {
        let name = format!("heddle_test_{}", uuid::Uuid::now_v7().simple());
        let (address, options) = server.split_once('?').unwrap_or((&server, ""));
        let (address, _) = address.rsplit_once('/').expect("a URL with a database");
        let url = format!("{address}/{name}?{options}");
        run(&server, &format!("CREATE DATABASE {name}")).expect("a database is made");
        Self { server, name, url }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Err(error) = run(&self.server, &format!("DROP DATABASE {} WITH (FORCE)", self.name)) {
            eprintln!("the database {} stays: {error}", self.name);
        }
    }
}

fn run(server: &str, sql: &str) -> Result<(), postgres::Error> {
    // Its own thread, since the client may not be used inside an asynchronous runtime.
    std::thread::scope(|scope| {
        let run = || postgres::Client::connect(server, postgres::NoTls)?.batch_execute(sql);
        scope.spawn(run).join().expect("it does not panic")
    })
}

/// The permit log, which is no part of the repository; says so where it is missing.
pub fn permit_log() -> Option<PathBuf> {
    let folder = std::env::var_os("HEDDLE_SHARED_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let path = folder.join("permit-receipt.xes.gz");
    if !path.is_file() {
        eprintln!("skipped: there is no {}", path.display());
        return None;
    }
    Some(path)
}
