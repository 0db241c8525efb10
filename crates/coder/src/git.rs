//! What git says of a folder.

use std::{path::Path, process::Stdio};

use client::Url;
use serde::{Deserialize, Serialize};
use tokio::process::Command;

/// Where the folder's repository stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Git {
    /// The branch; none on a detached head.
    #[serde(default)]
    pub branch: Option<String>,
    /// The commit.
    #[serde(default)]
    pub commit: Option<String>,
    /// Where it came from, without credentials.
    #[serde(default)]
    pub remote_url: Option<String>,
}

impl Git {
    /// Looks; nothing where there is no repository, or no git.
    pub async fn of(folder: &Path) -> Option<Self> {
        git(folder, &["rev-parse", "--git-dir"]).await?;
        Some(Self {
            branch: git(folder, &["symbolic-ref", "--quiet", "--short", "HEAD"]).await,
            commit: git(folder, &["rev-parse", "--verify", "--quiet", "HEAD"]).await,
            remote_url: git(folder, &["remote", "get-url", "origin"]).await.map(|url| without_credentials(&url)),
        })
    }
}

/// What git prints, if it is content.
async fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    // What the folder's own configuration says must run nothing.
    command
        .args(["-c", "core.fsmonitor=false"])
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .env("GIT_TERMINAL_PROMPT", "0")
        .kill_on_drop(true);
    let output = command.stdin(Stdio::null()).output().await.ok().filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// An address as everybody may see it. What may hide a secret is left out.
fn without_credentials(url: &str) -> String {
    match Url::parse(url) {
        Ok(mut parsed) if parsed.has_host() => {
            let _ = parsed.set_username("");
            let _ = parsed.set_password(None);
            parsed.set_query(None);
            parsed.set_fragment(None);
            parsed.to_string()
        }
        // git@host:path, or a folder.
        _ => match url.split_once('@') {
            Some((user, rest)) if user.contains(':') => rest.to_owned(),
            _ => url.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_left_out() {
        for (url, shown) in [
            ("https://ada:secret@git.example/a/b.git", "https://git.example/a/b.git"),
            ("https://token@git.example/a.git?private_token=x#y", "https://git.example/a.git"),
            ("ssh://git@git.example:22/a.git", "ssh://git.example:22/a.git"),
            ("git@git.example:a/b.git", "git@git.example:a/b.git"),
            ("ada:secret@git.example:a/b.git", "git.example:a/b.git"),
            ("../a", "../a"),
        ] {
            assert_eq!(without_credentials(url), shown);
        }
    }

    #[tokio::test]
    async fn a_repository_tells_branch_commit_and_remote() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Git::of(folder.path()).await, None);
        let script = "git init -q -b trunk && git remote add origin https://u:p@git.example/a.git && \
            git -c user.name=a -c user.email=a@b commit -q --allow-empty -m x";
        let done = std::process::Command::new("sh").arg("-c").arg(script).current_dir(folder.path()).status().unwrap();
        assert!(done.success());
        let git = Git::of(folder.path()).await.unwrap();
        assert_eq!((git.branch.as_deref(), git.commit.map(|commit| commit.len())), (Some("trunk"), Some(40)));
        assert_eq!(git.remote_url.as_deref(), Some("https://git.example/a.git"));
    }
}
