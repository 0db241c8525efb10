//! Where the agent keeps what it keeps.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::{
    Error,
    threads::{Store, make_folder},
    trust::Trust,
};

/// The agent's folder: its threads, the folders that are trusted, and what was typed.
#[derive(Debug, Clone)]
pub struct Home {
    folder: PathBuf,
}

impl Home {
    /// The folder that `HEDDLE_AGENT_DIR` names, else `heddle` in the folder for data. It is made when it is not there.
    ///
    /// # Errors
    /// There is none, or it cannot be made.
    pub fn find() -> Result<Self, Error> {
        let set = |name: &str| env::var_os(name).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let data = || set("XDG_DATA_HOME").or_else(|| Some(env::home_dir()?.join(".local/share")));
        let folder = set("HEDDLE_AGENT_DIR").or_else(|| Some(data()?.join("heddle")));
        let nowhere = || Error::Plain("neither HEDDLE_AGENT_DIR, XDG_DATA_HOME nor HOME is set".into());
        Self::at(&folder.ok_or_else(nowhere)?)
    }

    pub(crate) fn at(folder: &Path) -> Result<Self, Error> {
        make_folder(folder).map_err(|error| Error::Plain(format!("{}: {error}", folder.display())))?;
        Ok(Self { folder: folder.to_owned() })
    }

    pub(crate) fn store(&self) -> Result<Store, Error> {
        Ok(Store::open(&self.folder.join("threads"))?)
    }

    pub(crate) fn trust(&self) -> Trust {
        Trust::new(&self.folder)
    }

    pub(crate) fn history(&self) -> PathBuf {
        self.folder.join("history")
    }
}
