//! Finding a Python interpreter and the folders it needs.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use tokio::{process::Command, time::timeout};

use super::PYTHON;
use crate::{
    capture::Capture,
    jail::{Confinement, End, Jail, find_program},
};

/// How long an interpreter may take to say what it is.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The oldest version that runs scripts.
const OLDEST: (u32, u32) = (3, 9);
/// Isolated from its surroundings, without writing compiled files, in UTF-8. Packages of the interpreter itself are
/// there.
const OPTIONS: &[&str] = &["-I", "-B", "-X", "utf8"];
/// What an interpreter says about itself: version, its own path, where it and what it is made of are installed.
const ASK: &str = "\
import sys
print(*sys.version_info[:2], sep='.')
print(sys.executable, sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, sep='\\n')";
/// What belongs to an interpreter in the folder where it is installed. There may be much else in it.
const PARTS: &[&str] = &["bin", "lib", "lib64", "ssl", "pyvenv.cfg"];
/// How many links a path may have.
const LINKS: usize = 16;

/// An interpreter and what it needs.
#[derive(Debug)]
pub(super) struct Python {
    program: PathBuf,
    readable: Vec<PathBuf>,
}

impl Python {
    /// The interpreter that is named, or else the first one that is found.
    pub(super) async fn find(named: Option<&Path>) -> Result<Self, String> {
        let program = match named {
            Some(path) => path.to_owned(),
            None => find_program("python3").ok_or_else(|| {
                format!("Python is missing: install python3 (Debian: apt-get install python3) or set {PYTHON} to one")
            })?,
        };
        let fail = |why: &str| format!("the Python interpreter {} cannot be used: {why}", program.display());
        // It may be a script that looks for the real one, so it gets the environment that it has in a shell.
        let mut command = Command::new(&program);
        command.args(Self::arguments(ASK)).stdin(Stdio::null()).kill_on_drop(true);
        let asked = timeout(TIMEOUT, command.output()).await.map_err(|_| fail("it does not answer"))?;
        let Output { status, stdout, stderr } = asked.map_err(|error| fail(&error.to_string()))?;
        if !status.success() {
            return Err(fail(String::from_utf8_lossy(&stderr).trim()));
        }
        let answer = String::from_utf8(stdout).map_err(|_| fail("its path is not UTF-8"))?;
        let mut lines = answer.lines();
        let version = lines.next().and_then(|version| version.split_once('.'));
        let version = version.and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
        if version.is_none_or(|version| version < OLDEST) {
            return Err(fail(&format!("it is not Python {}.{} or newer", OLDEST.0, OLDEST.1)));
        }
        let program = lines.next().map(PathBuf::from).filter(|path| path.is_absolute());
        let program = program.ok_or_else(|| fail("it does not know its own path"))?;
        let readable = readable(&program, lines.map(PathBuf::from));
        Ok(Self { program, readable })
    }

    /// The interpreter's path.
    pub(super) fn program(&self) -> &Path {
        &self.program
    }

    /// The files and folders that it needs besides the system's.
    pub(super) fn readable(&self) -> &[PathBuf] {
        &self.readable
    }

    /// The arguments with which it runs a program.
    pub(super) fn arguments(source: &str) -> impl Iterator<Item = &str> {
        OPTIONS.iter().copied().chain(["-c", source])
    }

    /// All the environment of a script but the network's.
    pub(super) fn environment(&self) -> BTreeMap<OsString, OsString> {
        let usual = ["/usr/local/bin", "/usr/bin", "/bin"].map(PathBuf::from);
        let own = self.program.parent().map(Path::to_owned).into_iter();
        let path = std::env::join_paths(own.chain(usual)).unwrap_or_else(|_| "/usr/bin".into());
        let mut environment = BTreeMap::from([(OsString::from("PATH"), path)]);
        let fixed = [
            ("HOME", "/tmp"),
            ("LANG", "C.UTF-8"),
            // Both reserve memory for each thread or core, which the limit on memory would count.
            ("MALLOC_ARENA_MAX", "2"),
            ("OPENBLAS_NUM_THREADS", "1"),
        ];
        environment.extend(fixed.map(|(name, value)| (name.into(), value.into())));
        environment
    }

    /// Whether it runs in a jail.
    pub(super) async fn try_in(&self, jail: &Jail, confinement: &Confinement) -> Result<(), String> {
        let fail = |why: &str| format!("{} does not run in a sandbox: {why}{}", self.program.display(), advice(why));
        let started = async {
            let mut command = jail.command(confinement, &self.program)?;
            command.args(Self::arguments(""));
            let mut jailed = command.spawn().await?;
            let mut said = Capture::new(1000);
            if let Some(stderr) = jailed.stderr() {
                said.drain(stderr).await;
            }
            Ok::<_, std::io::Error>((jailed.end().await?, said))
        };
        let started = timeout(TIMEOUT, started).await.map_err(|_| fail("it does not answer"))?;
        match started.map_err(|error| fail(&error.to_string()))? {
            (End::Exited(status), _) if status.success() => Ok(()),
            (_, said) => Err(fail(String::from_utf8_lossy(said.bytes()).trim())),
        }
    }
}

/// What may help when a sandbox cannot be made for this reason.
fn advice(why: &str) -> &'static str {
    if why.contains("Can't find source path") {
        "; every user must be able to read the interpreter and its packages"
    } else if why.starts_with("bwrap: ") {
        "; unprivileged user namespaces must be allowed: see the sysctls kernel.unprivileged_userns_clone and \
         kernel.apparmor_restrict_unprivileged_userns, and in a container its seccomp profile"
    } else {
        ""
    }
}

/// What must be readable for an interpreter at `program` whose parts are installed in these folders.
fn readable(program: &Path, folders: impl Iterator<Item = PathBuf>) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for folder in folders {
        // A folder may be named through links, and files in it without.
        for folder in [fs::canonicalize(&folder).ok(), Some(folder)].into_iter().flatten() {
            let parts = PARTS.iter().map(|part| folder.join(part)).filter(|part| part.exists());
            found.extend(parts);
        }
    }
    // In a virtual environment the interpreter is a link to another one, maybe over more.
    let mut path = program.to_owned();
    for _ in 0..LINKS {
        found.push(path.clone());
        match (fs::read_link(&path), path.parent()) {
            (Ok(target), Some(folder)) => path = folder.join(target),
            _ => break,
        }
    }
    let mut needed: Vec<PathBuf> = Vec::new();
    for path in found {
        if !path.starts_with("/usr") && !needed.iter().any(|known| path.starts_with(known)) {
            needed.push(path);
        }
    }
    needed
}
