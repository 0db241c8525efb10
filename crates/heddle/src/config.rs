//! Settings that several commands share.

use std::{path::PathBuf, time::Duration};

use kernel::Result;
use store::{Config, Store};

/// Where the data is.
#[derive(clap::Args, Clone, Debug)]
pub struct Storage {
    /// The folder of the embedded database, of files and of outgoing mail.
    #[arg(long, env = "HEDDLE_DATA_DIR", default_value = "./data")]
    pub data_dir: PathBuf,
    /// A PostgreSQL server (15 or newer) instead of the embedded database: postgres://user:password@host/database
    #[arg(long, env = "HEDDLE_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// An object store for files instead of the data folder: s3://bucket/path, gs://…, az://…
    #[arg(long, env = "HEDDLE_BLOB_URL", hide_env_values = true)]
    pub blob_url: Option<String>,
    /// Close a workspace that nobody has used for so many seconds.
    #[arg(long, env = "HEDDLE_IDLE_SECONDS", default_value_t = 300, hide = true)]
    pub idle_seconds: u64,
}

impl Storage {
    /// Opens the store.
    ///
    /// # Errors
    /// `Unavailable` when a database or object store cannot be reached.
    pub async fn open(&self) -> Result<Store> {
        std::fs::create_dir_all(&self.data_dir).map_err(|e| {
            kernel::Error::unavailable(
                "data_dir_unusable",
                format!("The data folder {} cannot be made.", self.data_dir.display()),
            )
            .with_context(e)
        })?;
        Store::open(Config {
            data_dir: self.data_dir.clone(),
            database_url: self.database_url.clone(),
            blob_url: self.blob_url.clone(),
            idle: Duration::from_secs(self.idle_seconds),
        })
        .await
    }
}
