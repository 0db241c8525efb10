//! What sessions are made with: the server, the store of threads, the model.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use client::{Client, Retry, Settings, Timestamp, public::models};
use tokio::task::JoinHandle;

use crate::{
    Error, Home, Options,
    llm::Llm,
    machine::Rules,
    session::{Parts, Session},
    threads::{Store, Stored, Syncer, Thread},
    tools::{Case, Registry, Search, Workspace},
};

/// The provider where neither the person nor the server names one.
const USUAL_PROVIDER: &str = "anthropic";
/// How long the end of the program waits for the server to take what is left.
const FAREWELL: Duration = Duration::from_secs(10);

/// Which thread a session is about.
#[derive(Debug, Clone)]
pub enum Which {
    /// A new one.
    New,
    /// The last one about the folder.
    Last,
    /// This one.
    This(String),
}

/// What sessions are made with.
pub struct House {
    pub(crate) home: Home,
    /// For everything but models.
    client: Client,
    /// For models, which take their time.
    models: Client,
    store: Store,
    syncer: Syncer,
    sending: Mutex<Option<JoinHandle<()>>>,
    options: Options,
}

impl House {
    /// A house, which sends what is pending from now on, unless it is private.
    pub fn new(home: Home, client: Client, options: Options) -> Result<Self, Error> {
        let agent = concat!("heddle-agent/", env!("CARGO_PKG_VERSION"));
        let usual = Settings { user_agent: agent.into(), ..Settings::default() };
        let patient = Settings {
            timeout: Duration::from_secs(15 * 60),
            idle_timeout: Duration::from_secs(3 * 60),
            // The machine has its own way with failures.
            retry: Retry::NEVER,
            ..usual.clone()
        };
        let (client, models) = (client.with_settings(usual)?, client.with_settings(patient)?);
        let store = home.store()?;
        let syncer = Syncer::new(store.clone(), client.clone());
        let sending = Mutex::new((!options.private).then(|| syncer.start()));
        Ok(Self { home, client, models, store, syncer, sending, options })
    }

    /// The server.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What people should know of the threads.
    pub fn notices(&self) -> Vec<String> {
        self.syncer.notices()
    }

    /// Sends threads.
    pub fn syncer(&self) -> &Syncer {
        &self.syncer
    }

    /// The case that the person named.
    pub async fn case(&self) -> Result<Option<Arc<Case>>, Error> {
        match &self.options.case {
            Some(_) if self.options.private => Err(Error::Usage("a private session does not report to a case".into())),
            Some(id) => Ok(Some(Arc::new(Case::load(self.client.clone(), id).await?))),
            None => Ok(None),
        }
    }

    /// The case that a thread was about; none when it is no longer there, or not for us.
    async fn former_case(&self, id: &str) -> Result<Option<Arc<Case>>, Error> {
        match Case::load(self.client.clone(), id).await {
            Ok(case) => Ok(Some(Arc::new(case))),
            Err(error) if error.status().is_some_and(|status| status.is_client_error()) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A session in a folder.
    pub async fn session(&self, folder: &Path, which: &Which, case: Option<Arc<Case>>) -> Result<Session, Error> {
        let unusable = |error: std::io::Error| Error::Plain(format!("{}: {error}", folder.display()));
        let workspace = Workspace::open(folder).map_err(unusable)?;
        let root = workspace.root().to_string_lossy().into_owned();
        let id = match which {
            Which::New => None,
            Which::This(id) => Some(id.clone()),
            Which::Last => {
                let mut threads = self.store.list()?.into_iter();
                let last = threads.find(|thread| thread.workspace == root);
                Some(last.ok_or_else(|| Error::Plain(format!("there is no thread about {root} yet")))?.id)
            }
        };
        let (stored, lock) = match id {
            None => {
                let thread = Thread::new(root, Timestamp::now());
                let lock = self.store.lock(&thread.id)?;
                (Stored { thread, private: self.options.private, revision: 0 }, lock)
            }
            Some(id) => {
                let mut lock = self.store.lock(&id)?;
                let stored = match self.options.private {
                    true => self.store.load(&id)?,
                    false => self.syncer.pull(&id).await.map_err(Error::from)?,
                };
                if self.options.private && !stored.private {
                    return Err(Error::Usage(format!("thread {id} is not private, and cannot become so")));
                }
                if stored.thread.id != id {
                    lock = self.store.lock(&stored.thread.id)?;
                }
                (stored, lock)
            }
        };
        let case = match (case, stored.thread.case_id) {
            (None, Some(id)) if !stored.private => self.former_case(&id.to_string()).await?,
            (case, _) => case,
        };
        let llm = self.llm(&stored.thread).await?;
        let http = client::elsewhere(concat!("heddle-agent/", env!("CARGO_PKG_VERSION")))?;
        let search = Search::from_vars(http, |name| std::env::var(name).ok());
        let tools = Registry::new(workspace, llm.clone(), search, case.clone());
        let syncer = (!stored.private).then(|| self.syncer.clone());
        let parts = Parts { store: self.store.clone(), syncer, stored, _lock: lock, llm, tools, case };
        Ok(Session::new(parts, Rules::default()).await)
    }

    /// The model that the person names, the thread had, or the server prefers.
    async fn llm(&self, thread: &Thread) -> Result<Llm, Error> {
        let Options { provider, model, .. } = &self.options;
        let chosen = match (provider.clone(), model.clone()) {
            (provider, Some(model)) => {
                let before = thread.provider.clone();
                Some((provider.or(before).unwrap_or_else(|| USUAL_PROVIDER.to_owned()), model))
            }
            (None, None) => thread.provider.clone().zip(thread.model.clone()),
            (Some(_), None) => None,
        };
        let (provider, model) = match chosen {
            Some(chosen) => chosen,
            None => self.preferred(provider.as_deref()).await?,
        };
        Ok(Llm::new(self.models.clone(), provider, model))
    }

    async fn preferred(&self, provider: Option<&str>) -> Result<(String, String), Error> {
        let name_one = "name a model with --model, or in HEDDLE_AGENT_MODEL";
        let known = match self.client.send(&models::list()).await {
            Ok(known) => known.data,
            Err(error) if error.status().is_some_and(|status| status.as_u16() == 404) => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        // The built-in rules agent is no model that could be asked.
        let usable = |model: &&models::Model| model.is_enabled && model.id != "rules";
        let fits = |model: &&models::Model| provider.is_none_or(|provider| provider == model.provider);
        let mut fitting: Vec<_> = known.iter().filter(usable).filter(fits).collect();
        fitting.sort_by_key(|model| (!model.is_default, model.provider != USUAL_PROVIDER));
        match fitting.first() {
            Some(model) => Ok((model.provider.clone(), model.name.clone())),
            None => Err(Error::Plain(match provider {
                Some(provider) => format!("the server offers no model of {provider}: {name_one}"),
                None => format!("the server offers no model: {name_one}"),
            })),
        }
    }

    /// Gives the server what it lacks, for a moment. Answers how many threads it still lacks.
    pub async fn farewell(&self) -> usize {
        let sending = self.sending.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(sending) = sending else { return 0 };
        sending.abort();
        let _ = sending.await;
        let _ = tokio::time::timeout(FAREWELL, self.syncer.push_all()).await;
        // What others have open is theirs to send.
        let ours = |id: &String| self.store.lock(id).is_ok();
        self.store.pending().map_or(0, |pending| pending.into_iter().filter(ours).count())
    }
}
