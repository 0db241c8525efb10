//! The folder that the agent works in, and the way from what a model writes to a path in it.

use std::{
    io,
    path::{Component, Path, PathBuf},
};

/// A folder. Paths that lead out of it are refused, links followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    root: PathBuf,
}

/// A place in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Where it really is. No part of it that exists is a link.
    pub path: PathBuf,
    /// How it is called, seen from the folder.
    pub name: String,
    /// Whether something is there.
    pub exists: bool,
}

impl Workspace {
    /// The folder at this path.
    ///
    /// # Errors
    /// There is no such folder.
    pub fn open(path: &Path) -> io::Result<Self> {
        let root = path.canonicalize()?;
        match root.is_dir() {
            true => Ok(Self { root }),
            false => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The place that a path names.
    pub fn place(&self, path: &str) -> Result<Place, String> {
        let outside = || format!("{path} is outside of the folder.");
        if path.contains('\0') {
            return Err("A path has no zero bytes.".to_owned());
        }
        let given = Path::new(path);
        let relative = match given.is_absolute() {
            true => given.strip_prefix(&self.root).map_err(|_| outside())?,
            false => given,
        };
        let mut parts = Vec::new();
        for part in relative.components() {
            match part {
                Component::Normal(name) => parts.push(name),
                Component::CurDir => {}
                _ => return Err(outside()),
            }
        }
        let mut place = self.root.clone();
        let mut exists = true;
        for part in &parts {
            place.push(part);
            if !exists {
                continue;
            }
            match place.symlink_metadata() {
                Ok(about) if about.is_symlink() => {
                    place = place.canonicalize().map_err(|error| format!("The link {path} leads nowhere: {error}"))?;
                    if !place.starts_with(&self.root) {
                        return Err(outside());
                    }
                }
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => exists = false,
                Err(error) => return Err(format!("{path}: {error}")),
            }
        }
        let name = parts.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        Ok(Place { path: place, name: if name.is_empty() { ".".to_owned() } else { name }, exists })
    }

    /// The place that a path names, where something is.
    pub fn existing(&self, path: &str) -> Result<Place, String> {
        match self.place(path)? {
            Place { exists: false, name, .. } => Err(format!("There is no {name}.")),
            place => Ok(place),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_stay_in_the_folder() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("work");
        std::fs::create_dir_all(root.join("src")).unwrap();
        std::fs::write(outer.path().join("secret"), "s").unwrap();
        std::fs::write(root.join("src/main.rs"), "m").unwrap();
        let workspace = Workspace::open(&root).unwrap();
        let root = workspace.root().to_owned();
        let found = |path: &str| workspace.place(path).map(|place| (place.path, place.name, place.exists));
        assert_eq!(found("src/./main.rs"), Ok((root.join("src/main.rs"), "src/main.rs".into(), true)));
        assert_eq!(found(root.join("src").to_str().unwrap()), Ok((root.join("src"), "src".into(), true)));
        assert_eq!(found("new/file"), Ok((root.join("new/file"), "new/file".into(), false)));
        assert_eq!(found(""), Ok((root.clone(), ".".into(), true)));
        for path in ["../secret", "src/../../secret", "src/../src/main.rs", "/etc/passwd", "a\0b", ".."] {
            assert!(found(path).is_err(), "{path:?}");
        }
        assert!(workspace.existing("new").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_only_inside() {
        use std::os::unix::fs::symlink;
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("work");
        std::fs::create_dir_all(root.join("in")).unwrap();
        std::fs::create_dir(outer.path().join("out")).unwrap();
        symlink("../out", root.join("away")).unwrap();
        symlink("in", root.join("near")).unwrap();
        symlink("nowhere", root.join("dangling")).unwrap();
        let workspace = Workspace::open(&root).unwrap();
        for path in ["away", "away/x", "near/../away/x", "dangling", "dangling/x"] {
            assert!(workspace.place(path).is_err(), "{path}");
        }
        let near = workspace.place("near/new").unwrap();
        assert_eq!((near.path, near.name.as_str()), (workspace.root().join("in/new"), "near/new"));
    }

    proptest! {
        #[test]
        fn whatever_is_written_the_place_is_inside(path in r"(/|\.|\.\.|a|b|\x00|é| ){0,12}") {
            let folder = tempfile::tempdir().unwrap();
            let workspace = Workspace::open(folder.path()).unwrap();
            if let Ok(place) = workspace.place(&path) {
                prop_assert!(place.path.starts_with(workspace.root()));
                prop_assert!(place.path.components().all(|part| part != Component::ParentDir));
            }
        }
    }
}
