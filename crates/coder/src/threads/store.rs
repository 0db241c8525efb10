//! Threads as files on this machine.
//!
//! `threads/ID.json` is a thread, `threads/synced/ID` what the server last had of it, and `threads/pending/ID` says that the
//! server has not got all of it. That mark is set before the thread is written and taken away after the server has confirmed
//! it, so a thread that was written is never forgotten, whenever the program ends.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use client::{Timestamp, loom::threads::Visibility};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::Thread;

/// Why a thread cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not there.
    #[error("there is no thread {0}")]
    Absent(String),
    /// It cannot be called that.
    #[error("\"{0}\" is no id of a thread")]
    Id(String),
    /// Another program has it.
    #[error("another agent has thread {0} open")]
    Busy(String),
    /// The disk does not do what is asked.
    #[error("{}: {source}", .path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

type Result<T, E = Error> = std::result::Result<T, E>;

/// A thread with what only this machine knows of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stored {
    /// The thread.
    pub thread: Thread,
    /// Whether it must not leave this machine.
    #[serde(default)]
    pub private: bool,
    /// How often it was written here.
    #[serde(default)]
    pub revision: u64,
}

/// What lists say of a thread.
#[derive(Debug, Clone, Serialize)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub title: String,
    /// The folder.
    pub workspace: String,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// How many messages it has.
    pub messages: usize,
    /// Whether it must not leave this machine.
    pub private: bool,
    /// Whether the server lacks some of it.
    pub pending: bool,
}

/// What the server has of a thread.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Synced {
    /// Its version there; 0 when it never had it.
    pub version: u64,
    /// What it is called there.
    #[serde(default)]
    pub title: Option<String>,
    /// Who may read it there.
    #[serde(default)]
    pub visibility: Option<Visibility>,
}

/// A folder of threads. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
    /// One writes at a time.
    writing: Arc<Mutex<()>>,
}

/// As long as this lives, no other program works on the thread.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Store {
    /// The threads in a folder, which is made when it is not there.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(folder: &Path) -> Result<Self> {
        for folder in [folder.to_owned(), folder.join("pending"), folder.join("synced"), folder.join("locks")] {
            make_folder(&folder).map_err(|source| Error::Disk { path: folder, source })?;
        }
        Ok(Self { folder: folder.to_owned(), writing: Arc::default() })
    }

    /// Writes a thread. Unless it is private, it is marked as one that the server has not got.
    ///
    /// # Errors
    /// The disk does not do what is asked; then the thread is as it was.
    pub fn save(&self, stored: &mut Stored) -> Result<()> {
        let id = &stored.thread.id;
        let path = self.path(id)?;
        let _one = self.one();
        if !stored.private {
            self.write(&self.mark(id), b"")?;
        }
        stored.revision += 1;
        let text = serde_json::to_vec(stored).map_err(|error| disk(&path, error.into()))?;
        self.write(&path, &text)
    }

    /// Writes a thread as the server has it: nothing of it is pending.
    ///
    /// # Errors
    /// As for [`Store::save`].
    pub fn adopt(&self, stored: &mut Stored) -> Result<()> {
        let id = stored.thread.id.clone();
        self.save(stored)?;
        let Thread { version, title, visibility, .. } = stored.thread.clone();
        let synced = Synced { version, title: Some(title), visibility: Some(visibility) };
        self.confirm(&id, stored.revision, &synced)
    }

    /// Reads a thread.
    ///
    /// # Errors
    /// [`Error::Absent`], [`Error::Id`]; it cannot be read.
    pub fn load(&self, id: &str) -> Result<Stored> {
        let path = self.path(id)?;
        match read(&path)? {
            Some(stored) => Ok(stored),
            None => Err(Error::Absent(id.to_owned())),
        }
    }

    /// All threads, the last changed first. What cannot be read is passed over.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn list(&self) -> Result<Vec<Listed>> {
        let mut listed: Vec<_> = self.all()?.into_iter().map(|stored| self.listed(stored)).collect();
        listed.sort_by(|one, other| (other.updated_at, &other.id).cmp(&(one.updated_at, &one.id)));
        Ok(listed)
    }

    /// The threads in which a text is, in whatever case it is written.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn search(&self, text: &str) -> Result<Vec<Listed>> {
        let text = text.to_lowercase();
        let has = |stored: &Stored| {
            let Thread { title, workspace, messages, git, .. } = &stored.thread;
            let git = git.iter().flat_map(|git| [&git.branch, &git.commit, &git.remote_url]).flatten();
            let mut places = [title, workspace].into_iter().chain(git);
            places.any(|place| place.to_lowercase().contains(&text))
                || messages.messages.iter().any(|message| message.text().to_lowercase().contains(&text))
        };
        let mut found: Vec<_> = self.all()?.into_iter().filter(has).map(|stored| self.listed(stored)).collect();
        found.sort_by(|one, other| (other.updated_at, &other.id).cmp(&(one.updated_at, &one.id)));
        Ok(found)
    }

    fn all(&self) -> Result<Vec<Stored>> {
        let names = names(&self.folder)?;
        let ids = names.iter().filter_map(|name| name.strip_suffix(".json"));
        Ok(ids.filter_map(|id| self.load(id).ok()).collect())
    }

    fn listed(&self, stored: Stored) -> Listed {
        let Stored { thread, private, .. } = stored;
        let pending = self.mark(&thread.id).exists();
        let Thread { id, title, workspace, updated_at, messages, .. } = thread;
        Listed { id, title, workspace, updated_at, messages: messages.messages.len(), private, pending }
    }

    /// The threads that the server has not got, or not all of, the oldest first.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn pending(&self) -> Result<Vec<String>> {
        let mut ids = names(&self.folder.join("pending"))?;
        ids.retain(|id| is_id(id));
        ids.sort();
        Ok(ids)
    }

    /// What the server last had of a thread.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn synced(&self, id: &str) -> Result<Synced> {
        self.path(id)?;
        Ok(read(&self.folder.join("synced").join(id))?.unwrap_or_default())
    }

    /// Notes that the server has this revision of a thread. If it was not written again since, it is no longer pending.
    ///
    /// # Errors
    /// The disk does not do what is asked.
    pub fn confirm(&self, id: &str, revision: u64, synced: &Synced) -> Result<()> {
        let _one = self.one();
        self.rebase(id, synced)?;
        if self.load(id).map_or(0, |stored| stored.revision) == revision {
            self.forget(id)?;
        }
        Ok(())
    }

    /// Notes what the server has of a thread, whose last revision it still lacks.
    ///
    /// # Errors
    /// The disk does not do what is asked.
    pub fn rebase(&self, id: &str, synced: &Synced) -> Result<()> {
        let text = serde_json::to_vec(synced).map_err(|error| disk(&self.folder, error.into()))?;
        self.write(&self.folder.join("synced").join(id), &text)
    }

    /// Takes the mark away from what cannot be sent: a thread that is gone or private.
    ///
    /// # Errors
    /// The disk does not do what is asked.
    pub fn forget(&self, id: &str) -> Result<()> {
        let mark = self.mark(id);
        match fs::remove_file(&mark) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(disk(&mark, error)),
            _ => Ok(()),
        }
    }

    /// Keeps other programs from working on a thread.
    ///
    /// # Errors
    /// [`Error::Busy`] when one does.
    pub fn lock(&self, id: &str) -> Result<Lock> {
        self.path(id)?;
        let path = self.folder.join("locks").join(id);
        let file =
            File::options().create(true).truncate(false).write(true).open(&path).map_err(|error| disk(&path, error))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::Busy(id.to_owned())),
            Err(TryLockError::Error(error)) => Err(disk(&path, error)),
        }
    }

    fn one(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mark(&self, id: &str) -> PathBuf {
        self.folder.join("pending").join(id)
    }

    fn path(&self, id: &str) -> Result<PathBuf> {
        match is_id(id) {
            true => Ok(self.folder.join(format!("{id}.json"))),
            false => Err(Error::Id(id.to_owned())),
        }
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        write_at_once(path, bytes).map_err(|error| disk(path, error))
    }
}

/// Whether a text can be the name of a file and nothing else.
fn is_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    (1..=100).contains(&id.len()) && id.bytes().all(plain)
}

/// Puts a file in the place of another at once. Only its owner can read it.
pub(crate) fn write_at_once(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::NotADirectory)?;
    let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Makes a folder that only its owner can look into.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| disk(path, error.into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(disk(path, error)),
    }
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| disk(folder, error))? {
        let entry = entry.map_err(|error| disk(folder, error))?;
        names.extend(entry.file_name().into_string());
    }
    Ok(names)
}

fn disk(path: &Path, source: io::Error) -> Error {
    Error::Disk { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(private: bool) -> Stored {
        Stored { thread: Thread::new("/w".into(), Timestamp::UNIX_EPOCH), private, revision: 0 }
    }

    #[test]
    fn a_thread_is_pending_until_the_server_has_its_last_revision() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let mut stored = stored(false);
        let id = stored.thread.id.clone();
        store.save(&mut stored).unwrap();
        let first = stored.revision;
        stored.thread.messages.say("more", Timestamp::UNIX_EPOCH);
        store.save(&mut stored).unwrap();
        assert_eq!(store.pending().unwrap(), [id.as_str()]);
        let synced = |version| Synced { version, ..Synced::default() };
        store.confirm(&id, first, &synced(1)).unwrap();
        assert_eq!(store.pending().unwrap(), [id.as_str()]);
        store.confirm(&id, stored.revision, &synced(2)).unwrap();
        assert_eq!(store.pending().unwrap(), Vec::<String>::new());
        assert_eq!(store.synced(&id).unwrap(), synced(2));
        assert_eq!(store.load(&id).unwrap(), stored);
    }

    #[test]
    fn a_private_thread_is_never_pending() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        store.save(&mut stored(true)).unwrap();
        assert_eq!(store.pending().unwrap(), Vec::<String>::new());
        assert!(store.list().unwrap()[0].private);
    }

    #[test]
    fn ids_are_names_of_files_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        for id in ["", "..", "a/b", "../x", "a.json", "ä", "a b", &"x".repeat(101)] {
            assert!(matches!(store.load(id), Err(Error::Id(_))), "{id}");
            assert!(matches!(store.lock(id), Err(Error::Id(_))), "{id}");
        }
        assert!(matches!(store.load("T-1"), Err(Error::Absent(_))));
    }

    #[test]
    fn a_thread_is_open_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let lock = store.lock("T-1").unwrap();
        assert!(matches!(store.lock("T-1"), Err(Error::Busy(_))));
        drop(lock);
        store.lock("T-1").unwrap();
    }

    #[test]
    fn threads_are_found_by_what_they_say_and_where_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let mut one = stored(false);
        one.thread.messages.say("Paint the GATE green", Timestamp::UNIX_EPOCH);
        one.thread.git =
            Some(crate::git::Git { branch: Some("main".into()), commit: Some("abc123".into()), remote_url: None });
        store.save(&mut one).unwrap();
        store.save(&mut stored(false)).unwrap();
        for text in ["gate", "ABC12", "main"] {
            let found = store.search(text).unwrap();
            assert_eq!(found.iter().map(|found| &found.id).collect::<Vec<_>>(), [&one.thread.id], "{text}");
        }
        assert_eq!(store.search("fence").unwrap().len(), 0);
        fs::write(folder.path().join("T-broken.json"), "{").unwrap();
        assert_eq!(store.list().unwrap().len(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn only_their_owner_can_read_threads() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("threads");
        let store = Store::open(&place).unwrap();
        let mut one = stored(false);
        store.save(&mut one).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&place), 0o700);
        assert_eq!(mode(&store.path(&one.thread.id).unwrap()), 0o600);
    }
}
