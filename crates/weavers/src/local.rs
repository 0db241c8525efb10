//! Weavers on this machine: a jail with a terminal each. They end with this process.
//!
//! A weaver has the system's programs, a home of its own on a disk in memory, no network but to hosts
//! that the operator names, and no way to other weavers or to the host's files. See `sandbox::jail` for how its limits are enforced.

mod settings;

use std::{
    collections::{BTreeMap, HashMap},
    convert::Infallible,
    ffi::OsString,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::{FutureExt, future::BoxFuture};
use kernel::{Error, Result, ids::WeaverId};
use sandbox::{
    jail::{self, Confinement, Disk, End, Excess, Jail, Jailed, Limits, Person, Terminal},
    network::{self, Proxy, Traffic},
};
use tokio::{
    net::UnixStream,
    sync::{OnceCell, mpsc, oneshot},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

pub use settings::{PROFILES, Settings};

use crate::{
    driver::{Driver, Ending, Name, State, not_running, unavailable},
    order::Plan,
    session::{Exit, Line, Session, Size},
};

/// The person's home in a weaver.
const HOME: &str = "/home/weaver";
/// Where the heddle command is in a weaver: nothing can be put into the system's own folders.
const HEDDLE: &str = "/opt/heddle/bin/heddle";
/// The most memory of a weaver, in bytes.
const MOST_MEMORY: u64 = 16 << 30;
/// What ended weavers are remembered for their last output.
const REMEMBERED: usize = 64;
/// Weavers on this machine at one time.
const MOST: usize = 64;
/// How long a terminal may stay open after its jail has ended.
const GRACE: Duration = Duration::from_secs(2);
/// What may go over a weaver's network.
const TRAFFIC: Traffic = Traffic { bytes: 16 << 30, connections: 64 };
/// How long a jail may take to begin.
const BEGIN: Duration = Duration::from_secs(20);

/// A weaver's end, told to whoever keeps the books.
pub(crate) type Ends = mpsc::UnboundedSender<(Name, Ending)>;

/// Runs weavers in jails of this machine.
pub struct Local {
    settings: Settings,
    jail: OnceCell<Jail>,
    weavers: Arc<Mutex<HashMap<WeaverId, Weaver>>>,
    ends: Ends,
}

struct Weaver {
    name: Name,
    session: Arc<Session>,
    /// Ends it; the text is the reason.
    kill: CancellationToken,
    /// Set once it has ended.
    ended: CancellationToken,
    ending: Option<Ending>,
}

impl Local {
    pub(crate) fn new(settings: Settings, ends: Ends) -> Self {
        Self { settings, jail: OnceCell::new(), weavers: Arc::default(), ends }
    }

    fn weavers(&self) -> MutexGuard<'_, HashMap<WeaverId, Weaver>> {
        lock(&self.weavers)
    }

    /// The programs that make jails, once one was made.
    async fn jail(&self) -> Result<&Jail> {
        // A failure is not kept: what is missing may be installed meanwhile.
        self.jail.get_or_try_init(|| self.try_jail()).await.map_err(unavailable)
    }

    async fn try_jail(&self) -> Result<Jail, String> {
        let jail = Jail::find(self.settings.bwrap.as_deref())?;
        let tried = async {
            let mut jailed = jail.command(&Confinement::default(), Path::new("/bin/true"))?.spawn().await?;
            let mut errors = String::new();
            if let Some(mut stderr) = jailed.stderr() {
                tokio::io::AsyncReadExt::read_to_string(&mut stderr, &mut errors).await?;
            }
            Ok::<_, std::io::Error>((jailed.end().await?, errors))
        };
        let fail = |why: &str| format!("a sandbox could not be started: {}", why.trim());
        match timeout(BEGIN, tried).await {
            Ok(Ok((End::Exited(status), _))) if status.success() => Ok(jail),
            Ok(Ok((_, errors))) => Err(fail(&errors)),
            Ok(Err(error)) => Err(fail(&error.to_string())),
            Err(_) => Err(fail("it does not answer")),
        }
    }

    /// The heddle command, where those in a weaver can read it.
    fn heddle(&self) -> Option<PathBuf> {
        self.settings.heddle.clone().filter(|path| is_reachable(path))
    }

    fn confinement(&self, name: &Name, plan: &Plan) -> Confinement {
        let mut environment: BTreeMap<OsString, OsString> = BTreeMap::new();
        let id = name.id.to_string();
        let usual = [
            ("HEDDLE_WEAVER_ID", id.as_str()),
            ("HOME", HOME),
            ("LANG", "C.UTF-8"),
            ("PATH", "/opt/heddle/bin:/usr/local/bin:/usr/bin:/bin"),
            ("SHELL", "/bin/bash"),
            ("TERM", "xterm-256color"),
            ("USER", "weaver"),
        ];
        environment.extend(usual.map(|(name, value)| (name.into(), value.into())));
        if self.settings.network.is_some() {
            environment.extend(network::environment().map(|(name, value)| (name.into(), OsString::from(value))));
        }
        environment.extend(plan.env.iter().map(|(name, value)| (name.into(), value.into())));
        let processors = usize::try_from(plan.processors.div_ceil(1000)).unwrap_or(1);
        let hours = u64::try_from(plan.lifetime_hours).unwrap_or(1);
        Confinement {
            person: Person { name: "weaver", home: HOME.into(), shell: "/bin/bash" },
            readable: Vec::new(),
            placed: self.heddle().map(|path| (path, HEDDLE.into())).into_iter().collect(),
            disks: vec![Disk { path: HOME.into(), size: self.settings.home }],
            folder: Some(plan.workdir.as_deref().unwrap_or(HOME).into()),
            environment,
            limits: Limits {
                processor: Duration::from_secs(hours * 3600 * processors as u64),
                memory: plan.memory,
                processes: 256,
                open_files: 4096,
                file_size: self.settings.home,
                scratch: 128 << 20,
                scratch_files: 200_000,
                processors: Some(processors),
                // The server goes first.
                niceness: 10,
            },
        }
    }

    async fn start(&self, name: &Name, plan: &Plan) -> Result<()> {
        let jail = self.jail().await?;
        if self.weavers().values().filter(|weaver| weaver.ending.is_none()).count() >= MOST {
            return Err(unavailable(format!("{MOST} run on this machine, which is the most it takes")));
        }
        let shell = ["/bin/bash".to_owned()];
        let command = if plan.command.is_empty() { &shell[..] } else { &plan.command };
        // The way out is opened inside, by a command of Heddle's that then becomes the program.
        let entry = [HEDDLE, "weaver-entry", "--"].map(str::to_owned);
        let entry = if self.settings.network.is_some() { &entry[..] } else { &[] };
        let words: Vec<&String> = entry.iter().chain(command).chain(&plan.args).collect();
        let (program, rest) = words.split_first().ok_or_else(|| Error::internal("no program"))?;
        let begin = async {
            let (mut jailed, terminal) =
                jail.terminal(&self.confinement(name, plan), Path::new(program), jail::Size::default())?;
            jailed.args(rest);
            let network = match &self.settings.network {
                Some((hosts, guard)) => {
                    let (channel, theirs) = std::os::unix::net::UnixStream::pair()?;
                    jailed.errors_to(theirs.into());
                    channel.set_nonblocking(true)?;
                    Some((UnixStream::from_std(channel)?, Proxy::new(hosts.clone(), guard.clone(), &TRAFFIC)))
                }
                None => None,
            };
            Ok::<_, std::io::Error>((jailed.spawn().await?, terminal, network))
        };
        let (jailed, terminal, network) =
            begin.await.map_err(|e| unavailable("a sandbox could not be started").with_context(e))?;
        let (closed, is_closed) = oneshot::channel();
        let over = move || {
            // Nobody may wait for it any more.
            let _ = closed.send(());
        };
        let session = Session::begin(Arc::new(terminal), &[], over);
        let (kill, ended) = (CancellationToken::new(), CancellationToken::new());
        let weaver = Weaver {
            name: name.clone(),
            session: Arc::clone(&session),
            kill: kill.clone(),
            ended: ended.clone(),
            ending: None,
        };
        self.weavers().insert(name.id, weaver);
        let (weavers, ends, name, memory) = (Arc::clone(&self.weavers), self.ends.clone(), name.clone(), plan.memory);
        tokio::spawn(async move {
            let ending = tokio::select! {
                ending = live(jailed, &kill, memory) => ending,
                never = serve(network) => match never {},
            };
            // Everything that could write is dead; what it wrote is read to its end.
            let _ = timeout(GRACE, is_closed).await;
            session.finish(Exit { code: ending.code });
            if let Some(weaver) = lock(&weavers).get_mut(&name.id) {
                weaver.ending = Some(ending.clone());
            }
            forget_old(&mut lock(&weavers));
            // Nobody keeps books when the server ends.
            let _ = ends.send((name, ending));
            ended.cancel();
        });
        Ok(())
    }

    async fn end(&self, id: WeaverId) {
        let found = self.weavers().get(&id).map(|weaver| (weaver.kill.clone(), weaver.ended.clone()));
        if let Some((kill, ended)) = found {
            kill.cancel();
            ended.cancelled().await;
        }
    }
}

/// Serves a weaver's way out, once it has opened it. It has no end: drop it, and all connections are closed.
async fn serve(network: Option<(UnixStream, Proxy)>) -> Infallible {
    if let Some((channel, proxy)) = network
        && let Ok(Some(file)) = network::take_file(&channel).await
        && let Ok(listener) = network::listener(file)
    {
        return proxy.serve(listener).await;
    }
    std::future::pending().await
}

/// Waits for the end of a jail, or ends it.
async fn live(mut jailed: Jailed, kill: &CancellationToken, memory: u64) -> Ending {
    let end = tokio::select! {
        end = jailed.end() => end,
        () = kill.cancelled() => {
            // It is dropped in any case, which kills as well.
            let _ = jailed.kill().await;
            return Ending { code: None, reason: Some("it was ended".to_owned()) };
        }
    };
    let failed = |code, reason: String| Ending { code, reason: Some(reason) };
    match end {
        Ok(End::Exited(status)) => match status.code() {
            Some(0) => Ending { code: Some(0), reason: None },
            Some(code @ 129..) => failed(Some(code), format!("its program was ended by signal {}", code - 128)),
            Some(code) => failed(Some(code), format!("its program ended with status {code}")),
            None => failed(None, format!("its sandbox was ended: {status}")),
        },
        Ok(End::Exceeded(Excess::Memory)) => failed(None, format!("it used more than {} MiB of memory", memory >> 20)),
        Ok(End::Exceeded(Excess::Files)) => failed(None, "it made too many files".to_owned()),
        Err(error) => failed(None, format!("it could not be waited for: {error}")),
    }
}

/// Forgets the oldest of those that have ended.
fn forget_old(weavers: &mut HashMap<WeaverId, Weaver>) {
    let mut ended: Vec<WeaverId> = weavers.iter().filter(|(_, w)| w.ending.is_some()).map(|(id, _)| *id).collect();
    ended.sort_unstable();
    for id in ended.iter().take(ended.len().saturating_sub(REMEMBERED)) {
        weavers.remove(id);
    }
}

fn lock(weavers: &Mutex<HashMap<WeaverId, Weaver>>) -> MutexGuard<'_, HashMap<WeaverId, Weaver>> {
    weavers.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether somebody without rights can come to the file: jails of a server that is root are made as such.
fn is_reachable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let open = |path: &Path| std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o1 != 0);
    path.ancestors().all(open)
}

impl Driver for Local {
    fn name(&self) -> &'static str {
        "local"
    }

    fn is_local(&self) -> bool {
        true
    }

    fn usual(&self) -> (u64, u64) {
        (2 << 30, 1000)
    }

    fn check<'a>(&'a self, plan: &'a Plan) -> BoxFuture<'a, Result<()>> {
        async move {
            if !PROFILES.contains(&plan.image.as_str()) {
                let text = format!(
                    "image: this server runs weavers in sandboxes of its own, without container images; it has {}",
                    PROFILES.join(" and ")
                );
                return Err(Error::invalid("image", text));
            }
            if plan.memory > MOST_MEMORY {
                let text =
                    format!("resources.memory_limit must not be more than {}Gi on this server", MOST_MEMORY >> 30);
                return Err(Error::invalid("resources.memory_limit", text));
            }
            let inside = |root: &str| {
                let rest = plan.workdir.as_deref().and_then(|path| path.strip_prefix(root));
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            if plan.workdir.is_some() && !inside(HOME) && !inside("/tmp") {
                return Err(Error::invalid("workdir", format!("workdir must be in {HOME} or /tmp on this server")));
            }
            if self.settings.network.is_some() && self.heddle().is_none() {
                return Err(unavailable("its program lies where weavers cannot read it, and their network needs it"));
            }
            self.jail().await.map(drop)
        }
        .boxed()
    }

    fn create<'a>(&'a self, name: &'a Name, plan: &'a Plan) -> BoxFuture<'a, Result<()>> {
        self.start(name, plan).boxed()
    }

    fn state(&self, id: WeaverId) -> BoxFuture<'_, Result<State>> {
        let state = match self.weavers().get(&id) {
            Some(Weaver { ending: Some(ending), .. }) => State::Ended(ending.clone()),
            Some(_) => State::Running,
            None => State::Gone,
        };
        std::future::ready(Ok(state)).boxed()
    }

    fn attach(&self, id: WeaverId) -> BoxFuture<'_, Result<Arc<Session>>> {
        let session = self.weavers().get(&id).map(|weaver| Arc::clone(&weaver.session));
        std::future::ready(session.ok_or_else(not_running)).boxed()
    }

    fn logs(&self, id: WeaverId, tail: Option<usize>) -> BoxFuture<'_, Result<Vec<u8>>> {
        let session = self.weavers().get(&id).map(|weaver| Arc::clone(&weaver.session));
        std::future::ready(Ok(session.map(|session| session.tail(tail)).unwrap_or_default())).boxed()
    }

    fn delete(&self, id: WeaverId) -> BoxFuture<'_, Result<()>> {
        async move {
            self.end(id).await;
            self.weavers().remove(&id);
            Ok(())
        }
        .boxed()
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<Name>>> {
        let weavers = self.weavers();
        let live = weavers.values().filter(|weaver| weaver.ending.is_none());
        let names = live.map(|weaver| weaver.name.clone()).collect();
        std::future::ready(Ok(names)).boxed()
    }

    fn stop(&self) -> BoxFuture<'_, ()> {
        let ids: Vec<WeaverId> = self.weavers().keys().copied().collect();
        async move {
            futures::future::join_all(ids.into_iter().map(|id| self.end(id))).await;
        }
        .boxed()
    }
}

impl Line for Terminal {
    fn read<'a>(&'a self, buffer: &'a mut [u8]) -> BoxFuture<'a, std::io::Result<usize>> {
        self.read(buffer).boxed()
    }

    fn write<'a>(&'a self, bytes: &'a [u8]) -> BoxFuture<'a, std::io::Result<()>> {
        self.write(bytes).boxed()
    }

    fn resize(&self, size: Size) -> BoxFuture<'_, std::io::Result<()>> {
        let size = jail::Size { rows: size.rows, columns: size.columns };
        std::future::ready(self.resize(size)).boxed()
    }
}
