//! Saved configurations: one file each with a server and a key, and one that says which is current.

use std::{
    fs, io,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{Failure, Program, Result};

/// The file that says which configuration is current. No configuration can have its name.
const CURRENT: &str = "config";

/// A saved configuration. It holds the key, so it is never printed.
#[derive(Clone, Serialize, Deserialize)]
pub struct Saved {
    /// The key.
    pub api_key: String,
    /// The server.
    pub base_url: String,
    /// The organisation that the key belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_slug: Option<String>,
    /// What another version has put there.
    #[serde(flatten)]
    other: Map<String, Value>,
}

impl Saved {
    pub fn new(api_key: String, base_url: String, organization_slug: String) -> Self {
        Self { api_key, base_url, organization_slug: Some(organization_slug), other: Map::new() }
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Current {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    current_config_name: Option<String>,
    #[serde(flatten)]
    other: Map<String, Value>,
}

/// The folder of configurations.
pub struct Configs {
    folder: PathBuf,
}

impl Configs {
    /// Those of a program.
    pub fn of(program: Program) -> Result<Self> {
        Ok(Self { folder: program.config_dir()? })
    }

    /// The names of all configurations, sorted.
    pub fn names(&self) -> Result<Vec<String>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(&self.folder, &error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| unreadable(&self.folder, &error))?.path();
            let name = path.file_stem().and_then(|stem| stem.to_str());
            if let (Some(name), Some("json")) = (name, path.extension().and_then(|ending| ending.to_str()))
                && name != CURRENT
            {
                names.push(name.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    /// A configuration, if there is one of that name.
    pub fn load(&self, name: &str) -> Result<Option<Saved>> {
        read(&self.file(name)?)
    }

    /// The name of the current configuration.
    pub fn current(&self) -> Result<Option<String>> {
        let current: Current = read(&self.path(CURRENT))?.unwrap_or_default();
        Ok(current.current_config_name.filter(|name| !name.is_empty()))
    }

    /// Stores a configuration under a name.
    pub fn save(&self, name: &str, saved: &Saved) -> Result {
        self.write(&self.file(name)?, saved)
    }

    /// Makes a configuration the current one, or none.
    pub fn set_current(&self, name: Option<&str>) -> Result {
        let path = self.path(CURRENT);
        let mut current: Current = read(&path)?.unwrap_or_default();
        current.current_config_name = name.map(str::to_owned);
        self.write(&path, &current)
    }

    /// Removes a configuration; false when there is none of that name.
    pub fn delete(&self, name: &str) -> Result<bool> {
        let path = self.file(name)?;
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Failure::plain(format!("{} cannot be removed: {error}", path.display()))),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.json"))
    }

    /// The file of a configuration.
    fn file(&self, name: &str) -> Result<PathBuf> {
        let hidden = name.is_empty() || name.starts_with('.');
        if hidden || name == CURRENT || name.contains(['/', '\\', '\0']) {
            return Err(Failure::plain(format!("\"{name}\" cannot be the name of a configuration")));
        }
        Ok(self.path(name))
    }

    /// Writes a file that only its owner can read, all of it or nothing.
    fn write(&self, path: &Path, content: &impl Serialize) -> Result {
        let written = || -> io::Result<()> {
            own_folder(&self.folder)?;
            let mut text = serde_json::to_vec_pretty(content)?;
            text.push(b'\n');
            // The file is made readable for its owner only.
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            file.write_all(&text)?;
            file.as_file().sync_all()?;
            file.persist(path)?;
            Ok(())
        };
        written().map_err(|error| Failure::plain(format!("{} cannot be written: {error}", path.display())))
    }
}

/// Makes the folder, with those above it, so that only its owner can look into it.
fn own_folder(folder: &Path) -> io::Result<()> {
    if let Some(above) = folder.parent() {
        fs::create_dir_all(above)?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => closed_to_others(folder),
        made => made,
    }
}

#[cfg(unix)]
fn closed_to_others(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match fs::metadata(folder)?.permissions().mode() & 0o077 {
        0 => Ok(()),
        _ => fs::set_permissions(folder, fs::Permissions::from_mode(0o700)),
    }
}

#[cfg(not(unix))]
fn closed_to_others(_: &Path) -> io::Result<()> {
    Ok(())
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, &error)),
    };
    serde_json::from_slice(&text).map(Some).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::plain(format!("{} cannot be read: {error}", path.display()))
}
