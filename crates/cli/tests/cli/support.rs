use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::stub::{Reply, Stub};

/// A person at a machine of their own: nothing is set and nothing is saved yet.
pub struct Person {
    home: TempDir,
    program: &'static str,
    variables: Vec<(String, String)>,
}

/// What a command left.
#[derive(Debug)]
pub struct Outcome {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Person {
    /// Somebody who calls the program `interloom`.
    pub fn new() -> Self {
        Self { home: tempfile::tempdir().expect("a folder"), program: "interloom", variables: Vec::new() }
    }

    /// Somebody who calls it `heddle`.
    pub fn of_heddle() -> Self {
        Self { program: "heddle", ..Self::new() }
    }

    /// Somebody whose key and server are set.
    pub fn at(stub: &Stub) -> Self {
        Self::new().with("INTERLOOM_API_KEY", "the key").with("INTERLOOM_BASE_URL", &stub.url)
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The folder of this person's configurations.
    pub fn folder(&self) -> PathBuf {
        self.home.path().join(".config").join(self.program)
    }

    /// A file of this person.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.home.path().join(name);
        fs::write(&path, content).expect("written");
        path
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Saves a configuration, without making it the current one.
    pub fn saves(&self, name: &str, content: &str) {
        fs::create_dir_all(self.folder()).expect("a folder");
        fs::write(self.folder().join(format!("{name}.json")), content).expect("written");
    }

    /// What a configuration's file holds.
    pub fn saved(&self, name: &str) -> Value {
        let text = fs::read_to_string(self.folder().join(format!("{name}.json"))).expect("a file");
        assert!(text.ends_with("}\n"), "{text}");
        serde_json::from_str(&text).expect("JSON")
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        // The program is known by the name it is called by.
        let binary = self.home.path().join(self.program);
        if !binary.exists() {
            #[cfg(unix)]
            std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_interloom"), &binary).expect("the program");
            #[cfg(not(unix))]
            fs::copy(env!("CARGO_BIN_EXE_interloom"), &binary).expect("the program");
        }
        let mut command = Command::new(binary);
        command.args(arguments).env_clear().env("HOME", self.home.path()).current_dir(self.home.path());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command without standard input.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.command(arguments).stdin(Stdio::null()).output().expect("the program starts").into()
    }

    /// Runs a command that reads `input`.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Outcome {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        // A program that does not read its input may be over already.
        let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
        child.wait_with_output().expect("the program ends").into()
    }
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self { code: output.status.code().expect("a code"), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Outcome {
    /// The JSON on standard output of a command that went well and said nothing else.
    pub fn json(&self) -> Value {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""), "{self:?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The message of a command that failed with this code, and printed nothing.
    pub fn message(&self, code: i32) -> String {
        assert_eq!((self.code, self.stdout.as_str()), (code, ""), "{self:?}");
        self.error()["message"].as_str().expect("a message").to_owned()
    }

    /// The error on standard error, which is one laid-out JSON object with nothing around it.
    pub fn error(&self) -> Value {
        let value: Value = serde_json::from_str(&self.stderr).unwrap_or_else(|error| panic!("{error} in {self:?}"));
        let laid_out = serde_json::to_string_pretty(&value).expect("JSON") + "\n";
        assert_eq!(self.stderr, laid_out);
        value["error"].clone()
    }
}

/// A server that answers everything with an empty object.
pub fn agreeable() -> Stub {
    Stub::answering([Reply::json(200, "{}")])
}
