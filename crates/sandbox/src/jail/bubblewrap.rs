//! The command line of bubblewrap: which mounts, which user, which limits.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs::{self, File},
    io::{self, Seek, Write},
    os::{
        fd::OwnedFd,
        unix::{ffi::OsStrExt, fs::PermissionsExt},
    },
    path::{Path, PathBuf},
    process::Stdio,
};

use command_fds::{CommandFdExt, FdMapping};
use rustix::fs::{MemfdFlags, Uid};
use tokio::process::Command;

use super::{Jailed, Limits, Size, Terminal, seccomp};

/// The user and the group in a jail.
const INSIDE: u32 = 1000;
/// The user that jails run as outside, when the server is root. Root's processes are not counted by the kernel, and
/// root owns what should not be reachable. Linux distributions give this number to nobody, so no other program runs as
/// it.
const OUTSIDE: u32 = 61_000;
/// The first file number that is not one of the three streams.
const FIRST_FILE: i32 = 3;

/// Folders that hold the system's programs and libraries. Today most are links into `/usr`.
const SYSTEM: &[&str] = &["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];
/// What programs need of `/etc`: the linker's cache, the certificates of the web.
const CONFIGURATION: &[&str] = &[
    "/etc/alternatives",
    "/etc/ca-certificates/extracted",
    "/etc/crypto-policies",
    "/etc/ld.so.cache",
    "/etc/pki/ca-trust",
    "/etc/pki/tls/certs",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
];
/// The disks in memory that every jail has.
const SCRATCH: [&str; 2] = ["/tmp", "/dev/shm"];

/// Who a program is inside, to itself and to others there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The user's name, and the machine's.
    pub name: &'static str,
    /// The user's own folder.
    pub home: PathBuf,
    /// The user's shell.
    pub shell: &'static str,
}

impl Default for Person {
    fn default() -> Self {
        Self { name: "sandbox", home: "/tmp".into(), shell: "/bin/sh" }
    }
}

impl Person {
    /// Files that say who and where a program is. The host's own would tell too much.
    fn files(&self) -> [(&'static str, String); 4] {
        let Self { name, home, shell } = self;
        let home = home.display();
        [
            ("/etc/passwd", format!("{name}:x:{INSIDE}:{INSIDE}:{name}:{home}:{shell}\n")),
            ("/etc/group", format!("{name}:x:{INSIDE}:\n")),
            ("/etc/hosts", format!("127.0.0.1 localhost {name}\n::1 localhost\n")),
            ("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n".to_owned()),
        ]
    }
}

/// A disk in memory that can be written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk {
    /// Where it is.
    pub path: PathBuf,
    /// What it holds, in bytes. It lies in memory, apart from what the programs use.
    pub size: u64,
}

/// What a program may see and use besides the system.
#[derive(Clone, Debug, Default)]
pub struct Confinement {
    /// Who the program is.
    pub person: Person,
    /// Files and folders that can be read, at the path they have outside. What is missing is left out.
    pub readable: Vec<PathBuf>,
    /// Files that can be read at another path: where they are outside, and inside.
    pub placed: Vec<(PathBuf, PathBuf)>,
    /// Disks besides `/tmp` and `/dev/shm`.
    pub disks: Vec<Disk>,
    /// The folder that the program begins in, made where it is missing; `/tmp` when absent.
    pub folder: Option<PathBuf>,
    /// The whole environment.
    pub environment: BTreeMap<OsString, OsString>,
    /// What it may use.
    pub limits: Limits,
}

/// The programs that make jails, found once.
#[derive(Clone, Debug)]
pub struct Jail {
    bwrap: PathBuf,
    /// Programs of util-linux that are run inside: they set limits and then become the program.
    choom: PathBuf,
    prlimit: PathBuf,
    setsid: PathBuf,
    nice: PathBuf,
    filter: Vec<u8>,
    is_root: bool,
}

impl Jail {
    /// Finds the programs. `bwrap` is bubblewrap's path where it is known. Whether this system lets jails be made, only
    /// making one tells.
    ///
    /// # Errors
    /// Text for the operator that names what is missing.
    pub fn find(bwrap: Option<&Path>) -> Result<Self, String> {
        let missing = |program: &str, package: &str| {
            format!("{program} is missing: install {package} (Debian: apt-get install {package})")
        };
        let bwrap = match bwrap {
            Some(path) => Some(path.to_owned()).filter(|path| is_program(path)),
            None => find_program("bwrap"),
        };
        Ok(Self {
            bwrap: bwrap.ok_or_else(|| missing("bwrap", "bubblewrap"))?,
            choom: find_program("choom").ok_or_else(|| missing("choom", "util-linux"))?,
            prlimit: find_program("prlimit").ok_or_else(|| missing("prlimit", "util-linux"))?,
            setsid: find_program("setsid").ok_or_else(|| missing("setsid", "util-linux"))?,
            nice: find_program("nice").ok_or_else(|| missing("nice", "coreutils"))?,
            filter: seccomp::program()?,
            is_root: rustix::process::geteuid().is_root(),
        })
    }

    /// The command that runs a program in a new jail. Its streams are pipes. Arguments are added to what this answers.
    ///
    /// Files that are open in this process and that are not closed when a program is started would be inherited. Rust's
    /// standard library opens none of that kind.
    ///
    /// # Errors
    /// What the system says when it has no memory or no file left.
    pub fn command(&self, confinement: &Confinement, program: &Path) -> io::Result<JailCommand> {
        let mut jail = self.outside(confinement)?;
        jail.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        jail.options("--new-session");
        self.inside(&mut jail, confinement);
        jail.arg(program);
        Ok(jail)
    }

    /// [`Jail::command`] with a terminal for its streams. The program leads a session of its own there, as it would after
    /// a sign-in: it can run others in the foreground and in the background, and keys such as Ctrl-C reach them.
    ///
    /// # Errors
    /// What the system says when it has no terminal, memory or file left.
    pub fn terminal(
        &self,
        confinement: &Confinement,
        program: &Path,
        size: Size,
    ) -> io::Result<(JailCommand, Terminal)> {
        let (terminal, theirs) = Terminal::open(size)?;
        if self.is_root {
            rustix::fs::fchown(&theirs, Some(Uid::from_raw(OUTSIDE)), None)?;
        }
        let mut jail = self.outside(confinement)?;
        jail.command.stdin(theirs.try_clone()?).stdout(theirs.try_clone()?).stderr(theirs);
        self.inside(&mut jail, confinement);
        // The terminal that a session begun outside would have is this server's.
        jail.arg(&self.setsid).arg("--ctty").arg(program);
        Ok((jail, terminal))
    }

    /// The command up to where the jail begins.
    fn outside(&self, confinement: &Confinement) -> io::Result<JailCommand> {
        let mut command = Command::new(&self.bwrap);
        command.env_clear().current_dir("/").kill_on_drop(true);
        if self.is_root {
            command.uid(OUTSIDE).gid(OUTSIDE);
        }
        let scratch = SCRATCH.iter().map(PathBuf::from);
        let disks = scratch.chain(confinement.disks.iter().map(|disk| disk.path.clone())).collect();
        let mut jail = JailCommand { command, files: Vec::new(), limits: confinement.limits.clone(), disks };
        jail.options("--unshare-user --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup-try");
        jail.options("--die-with-parent --cap-drop ALL --hostname").arg(confinement.person.name);
        jail.options(&format!("--uid {INSIDE} --gid {INSIDE}"));
        jail.data("--seccomp", &self.filter)?;
        jail.environment(&confinement.environment)?;
        jail.mounts(confinement)?;
        Ok(jail)
    }

    /// The programs that set limits inside, one after the other.
    fn inside(&self, jail: &mut JailCommand, confinement: &Confinement) {
        // Whoever runs out of memory on this machine, it shall be the jail that is ended.
        jail.arg("--").arg(&self.choom).options("-n 1000 --");
        if confinement.limits.niceness > 0 {
            jail.arg(&self.nice).options(&format!("-n {} --", confinement.limits.niceness));
        }
        jail.arg(&self.prlimit).args(confinement.limits.arguments()).arg("--");
    }
}

/// A jail that can be started.
#[derive(Debug)]
pub struct JailCommand {
    command: Command,
    files: Vec<FdMapping>,
    limits: Limits,
    disks: Vec<PathBuf>,
}

impl JailCommand {
    /// Gives the program an open file and answers the number it has there.
    pub fn pass(&mut self, file: OwnedFd) -> i32 {
        let number = FIRST_FILE + i32::try_from(self.files.len()).unwrap_or(i32::MAX - FIRST_FILE);
        self.files.push(FdMapping { parent_fd: file, child_fd: number });
        number
    }

    /// Starts it.
    ///
    /// # Errors
    /// What the system says when bubblewrap cannot be started.
    pub async fn spawn(mut self) -> io::Result<Jailed> {
        self.command.fd_mappings(self.files).map_err(io::Error::other)?;
        Jailed::spawn(self.command, self.limits, self.disks).await
    }

    /// Gives the program this file as its error output.
    pub fn errors_to(&mut self, file: OwnedFd) {
        self.command.stderr(file);
    }

    /// Adds arguments of the program.
    pub fn args<T: AsRef<OsStr>>(&mut self, arguments: impl IntoIterator<Item = T>) -> &mut Self {
        self.command.args(arguments);
        self
    }

    fn arg(&mut self, argument: impl AsRef<OsStr>) -> &mut Self {
        self.args([argument])
    }

    /// Adds bubblewrap's options, with spaces between them.
    fn options(&mut self, options: &str) -> &mut Self {
        self.args(options.split(' '))
    }

    /// Adds an option whose argument is a file with these bytes.
    fn data(&mut self, option: &str, bytes: &[u8]) -> io::Result<&mut Self> {
        let mut file = File::from(rustix::fs::memfd_create("jail", MemfdFlags::CLOEXEC)?);
        file.write_all(bytes)?;
        file.rewind()?;
        let number = self.pass(file.into());
        Ok(self.arg(option).arg(number.to_string()))
    }

    /// The program's environment, which is not bubblewrap's own: that runs outside, and the linker obeys variables. It
    /// comes from a file, because every user of the machine sees arguments.
    fn environment(&mut self, environment: &BTreeMap<OsString, OsString>) -> io::Result<()> {
        let mut options = Vec::new();
        for (name, value) in environment {
            for argument in [OsStr::new("--setenv"), name, value] {
                options.extend_from_slice(argument.as_bytes());
                options.push(0);
            }
        }
        self.data("--args", &options).map(drop)
    }

    fn disk(&mut self, path: &Path, size: u64) {
        self.options(&format!("--size {size} --tmpfs")).arg(path);
    }

    /// The file system, from the outside in: later mounts hide earlier ones.
    fn mounts(&mut self, confinement: &Confinement) -> io::Result<()> {
        self.options("--ro-bind /usr /usr");
        for folder in SYSTEM {
            match fs::read_link(folder) {
                Ok(target) => self.arg("--symlink").arg(target).arg(folder),
                Err(_) => self.arg("--ro-bind-try").arg(folder).arg(folder),
            };
        }
        for path in CONFIGURATION {
            self.arg("--ro-bind-try").arg(path).arg(path);
        }
        for (path, text) in confinement.person.files() {
            self.data("--file", text.as_bytes())?.arg(path);
        }
        let size = confinement.limits.scratch;
        self.options("--proc /proc --dev /dev");
        for path in SCRATCH {
            self.disk(Path::new(path), size);
        }
        for Disk { path, size } in &confinement.disks {
            self.disk(path, *size);
        }
        let placed = confinement.placed.iter().map(|(outside, inside)| (outside, inside));
        for (outside, inside) in confinement.readable.iter().map(|path| (path, path)).chain(placed) {
            self.arg("--ro-bind-try").arg(outside).arg(inside);
        }
        let folder = confinement.folder.as_deref().unwrap_or(Path::new("/tmp"));
        self.arg("--dir").arg(folder);
        // Both are disks in memory that nothing else bounds.
        self.options("--remount-ro /dev --remount-ro / --chdir").arg(folder);
        Ok(())
    }
}

/// Finds a program where systems keep them, and then by `PATH`.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/bin", "/bin", "/usr/local/bin"].into_iter().map(PathBuf::from);
    usual.chain(std::env::split_paths(&path)).map(|folder| folder.join(name)).find(|path| is_program(path))
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}
