//! The folders in which the agent may work without asking.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use crate::threads::write_at_once;

/// The list of them, as a file.
pub struct Trust {
    file: PathBuf,
}

impl Trust {
    /// The list in a folder.
    pub fn new(folder: &Path) -> Self {
        Self { file: folder.join("trusted.json") }
    }

    /// Whether a folder is on it.
    ///
    /// # Errors
    /// The list cannot be read.
    pub fn has(&self, folder: &Path) -> io::Result<bool> {
        Ok(self.read()?.contains(folder))
    }

    /// Puts a folder on it.
    ///
    /// # Errors
    /// The list cannot be read or written.
    pub fn add(&self, folder: &Path) -> io::Result<()> {
        let mut folders = self.read()?;
        folders.insert(folder.to_owned());
        write_at_once(&self.file, &serde_json::to_vec_pretty(&folders)?)
    }

    fn read(&self) -> io::Result<BTreeSet<PathBuf>> {
        match fs::read(&self.file) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_trusted_once_it_was_put_on_the_list() {
        let folder = tempfile::tempdir().unwrap();
        let trust = Trust::new(folder.path());
        assert!(!trust.has(Path::new("/a")).unwrap());
        trust.add(Path::new("/a")).unwrap();
        trust.add(Path::new("/b")).unwrap();
        let trust = Trust::new(folder.path());
        assert!(trust.has(Path::new("/a")).unwrap() && trust.has(Path::new("/b")).unwrap());
        // What is below is another folder.
        assert!(!trust.has(Path::new("/a/c")).unwrap());
        fs::write(folder.path().join("trusted.json"), "broken").unwrap();
        assert!(trust.has(Path::new("/a")).is_err());
    }
}
