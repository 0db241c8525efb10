//! Programs in a jail with a terminal.

use std::path::{Path, PathBuf};

use crate::SOON;
use sandbox::jail::{Confinement, Disk, End, Excess, Jail, Jailed, Limits, Person, Size, Terminal};

/// A shell that somebody types to.
struct Shell {
    terminal: Terminal,
    jailed: Jailed,
    seen: String,
}

impl Shell {
    async fn start(change: impl FnOnce(&mut Confinement)) -> Self {
        let environment = [("PATH", "/usr/bin:/bin"), ("PS1", "> "), ("TERM", "xterm")];
        let environment = environment.map(|(name, value)| (name.into(), value.into())).into();
        let mut confinement = Confinement { environment, ..Confinement::default() };
        change(&mut confinement);
        let jail = Jail::find(None).unwrap();
        let (mut command, terminal) = jail.terminal(&confinement, Path::new("/bin/bash"), Size::default()).unwrap();
        command.args(["--norc", "--noediting", "-i"]);
        let mut shell = Self { terminal, jailed: command.spawn().await.unwrap(), seen: String::new() };
        shell.until("> ").await;
        shell
    }

    async fn enter(&self, text: &str) {
        self.terminal.write(text.as_bytes()).await.unwrap();
    }

    /// Reads until this has been written, and answers what came before it.
    async fn until(&mut self, wanted: &str) -> String {
        loop {
            if let Some((before, after)) = self.seen.split_once(wanted) {
                let before = before.to_owned();
                self.seen = after.to_owned();
                return before;
            }
            let mut buffer = [0; 4096];
            let read = tokio::time::timeout(SOON, self.terminal.read(&mut buffer)).await;
            let read = read.unwrap_or_else(|_| panic!("no {wanted:?} in {:?}", self.seen)).unwrap();
            assert_ne!(read, 0, "the terminal was closed before {wanted:?}: {}", self.seen);
            self.seen.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
    }

    /// What a command writes.
    async fn run(&mut self, command: &str) -> String {
        // Put together by the shell, so that the line as it was typed does not count.
        self.enter(&format!("{command}; echo en''d\n")).await;
        self.until("en''d\r\n").await;
        let said = self.until("end\r\n").await.trim().to_owned();
        self.until("> ").await;
        said
    }
}

#[tokio::test]
async fn a_program_leads_a_session_with_the_terminal_as_its_own() {
    let mut shell = Shell::start(|_| {}).await;
    assert_eq!(shell.run("[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo $- | tr -cd im").await, "im");
    // The shell is the leader of its session and in the foreground of its terminal.
    let fields = shell.run("cut -d' ' -f1,6 /proc/$$/stat").await;
    let (process, session) = fields.split_once(' ').unwrap();
    assert_eq!(process, session);
    assert_eq!(shell.run("echo typed > /dev/tty").await, "typed");
}

#[tokio::test]
async fn jobs_are_stopped_continued_and_interrupted_by_keys() {
    let mut shell = Shell::start(|_| {}).await;
    shell.enter("cat\n").await;
    shell.until("cat\r\n").await;
    shell.enter("written\n").await;
    shell.until("written\r\nwritten\r\n").await;
    shell.enter("\x1a").await;
    shell.until("Stopped").await;
    shell.until("> ").await;
    shell.enter("fg\n").await;
    shell.until("fg\r\ncat\r\n").await;
    shell.enter("again\n").await;
    shell.until("again\r\nagain\r\n").await;
    shell.enter("\x03").await;
    shell.until("> ").await;
    assert_eq!(shell.run("echo $?").await, "130");
    shell.enter("exit 7\n").await;
    let End::Exited(status) = shell.jailed.end().await.unwrap() else { panic!() };
    assert_eq!(status.code(), Some(7));
}

#[tokio::test]
async fn a_change_of_size_reaches_the_program() {
    let mut shell = Shell::start(|_| {}).await;
    assert_eq!(shell.run("stty size").await, "24 80");
    shell.enter("bash -c 'trap \"stty size; exit\" WINCH; echo rea\"\"dy; while true; do sleep 0.05; done'\n").await;
    shell.until("ready\r\n").await;
    shell.terminal.resize(Size { rows: 50, columns: 132 }).unwrap();
    shell.until("50 132\r\n").await;
}

#[tokio::test]
async fn a_terminal_is_closed_when_its_jail_ends() {
    let mut shell = Shell::start(|_| {}).await;
    shell.run("sleep 600 & true").await;
    shell.jailed.kill().await.unwrap();
    let mut buffer = [0; 4096];
    while shell.terminal.read(&mut buffer).await.unwrap() > 0 {}
    assert!(matches!(shell.jailed.end().await.unwrap(), End::Exited(status) if !status.success()));
}

#[tokio::test]
async fn a_person_has_a_name_a_home_and_a_folder_to_begin_in() {
    let placed = tempfile::NamedTempFile::new_in("/var/tmp").unwrap();
    std::fs::write(placed.path(), "placed\n").unwrap();
    std::fs::set_permissions(placed.path(), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let mut shell = Shell::start(|confinement| {
        let home = PathBuf::from("/home/weaver");
        confinement.person = Person { name: "weaver", home: home.clone(), shell: "/bin/bash" };
        confinement.folder = Some(home.join("work/deep"));
        confinement.disks = vec![Disk { path: home, size: 8 << 20 }];
        confinement.placed = vec![(placed.path().to_owned(), "/opt/tools/file".into())];
    })
    .await;
    assert_eq!(
        shell.run("whoami; hostname; pwd; echo ~weaver").await,
        "weaver\r\nweaver\r\n/home/weaver/work/deep\r\n/home/weaver"
    );
    assert_eq!(shell.run("cat /opt/tools/file").await, "placed");
    let refused = "touch /opt/tools/file 2>/dev/null || echo no; touch /opt/new 2>/dev/null || echo no";
    assert_eq!(shell.run(refused).await, "no\r\nno");
    let fill = "head -c 9000000 /dev/zero >big 2>/dev/null; stat -c %s big";
    assert_eq!(shell.run(fill).await, (8 << 20).to_string());
}

#[tokio::test]
async fn files_are_counted_on_every_disk() {
    let mut shell = Shell::start(|confinement| {
        confinement.disks = vec![Disk { path: "/home/weaver".into(), size: 8 << 20 }];
        confinement.limits = Limits { scratch_files: 1000, ..Limits::default() };
    })
    .await;
    shell.enter("cd /home/weaver; while true; do : > $((n++)); done\n").await;
    assert_eq!(shell.jailed.end().await.unwrap(), End::Exceeded(Excess::Files));
}

#[tokio::test]
async fn processors_and_their_share_are_bounded() {
    let all = std::thread::available_parallelism().unwrap().get();
    let mut shell = Shell::start(|confinement| {
        confinement.limits = Limits { processors: Some(1), niceness: 10, ..Limits::default() };
    })
    .await;
    assert_eq!(shell.run("nproc; nice").await, "1\r\n10");
    assert_eq!(
        shell.run("taskset -p 3 $$ >/dev/null 2>&1 || echo no; renice -n 0 $$ >/dev/null 2>&1 || echo no").await,
        "no\r\nno"
    );
    // Others are not bounded by it.
    let mut shell = Shell::start(|_| {}).await;
    assert_eq!(shell.run("nproc; nice").await, format!("{all}\r\n0"));
}
