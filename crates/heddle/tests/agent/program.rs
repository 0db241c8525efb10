//! The built program as an agent, in a folder of its own.

use std::{
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use serde_json::Value as Json;

pub struct Program {
    pub url: String,
    pub key: String,
    /// Where the agent keeps its threads.
    pub home: tempfile::TempDir,
    /// Where it works.
    pub folder: tempfile::TempDir,
}

impl Program {
    pub fn new(url: &str, key: &str) -> Self {
        let [home, folder] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        Self { url: url.into(), key: key.into(), home, folder }
    }

    /// `heddle agent` with these arguments.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_heddle"));
        command.arg("agent").args(arguments).current_dir(self.folder.path()).env_clear();
        command.env("PATH", std::env::var("PATH").unwrap()).env("HOME", self.home.path());
        command.env("HEDDLE_AGENT_DIR", self.home.path().join("agent"));
        command.env("HEDDLE_BASE_URL", &self.url).env("HEDDLE_API_KEY", &self.key);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.command(arguments);
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    /// Runs one prompt to its end, which must be a good one, and answers what was printed.
    pub async fn print(&self, arguments: &[&str], prompt: &str) -> String {
        let arguments = [arguments, &["--trust", "--model", "claude-test", "-p", prompt]].concat();
        let output = self.run(&arguments).await;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn kept(&self, name: &str) -> PathBuf {
        self.home.path().join("agent").join(name)
    }

    /// The threads that are kept on this machine, the oldest first.
    pub fn threads(&self) -> Vec<Json> {
        let entries = std::fs::read_dir(self.kept("threads")).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
        files.sort();
        files.iter().map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()).collect()
    }

    /// The ids of threads that the server has not got.
    pub fn pending(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.kept("threads/pending")).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}
