//! Bytes of documents, content-addressed: a blob's name is the SHA-256 of what it holds, in its workspace's own folder.

use std::{path::Path, sync::Arc};

use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream::BoxStream};
use kernel::{Error, Kind, Result, Timestamp, ids::WorkspaceId};
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt, WriteMultipart, path::Path as Key};
use sha2::{Digest, Sha256};

/// What was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The SHA-256 of the bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// How many bytes there are.
    pub size: i64,
}

/// The blob store: a local folder, or S3, GCS or Azure by URL.
#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
}

impl Blobs {
    /// Opens the folder, making it when it is absent. Writes reach the disk before they are acknowledged.
    ///
    /// # Errors
    /// `Internal` when the folder cannot be made.
    pub fn folder(path: &Path) -> Result<Self> {
        std::fs::create_dir_all(path).map_err(Error::internal)?;
        let store =
            object_store::local::LocalFileSystem::new_with_prefix(path).map_err(Error::internal)?.with_fsync(true);
        Ok(Self { store: Arc::new(store) })
    }

    /// Opens the store that `url` names (`s3://`, `gs://`, `az://`, `file://`); credentials come from the environment.
    ///
    /// # Errors
    /// `Unavailable` when the URL cannot be used.
    pub fn url(url: &str) -> Result<Self> {
        let refuse = |e: &dyn std::fmt::Display| {
            Error::unavailable("blob_store_unavailable", "The blob store's URL cannot be used.").with_context(e)
        };
        let parsed = url.parse().map_err(|e| refuse(&e))?;
        // Each provider reads its own variables: AWS_*, GOOGLE_*, AZURE_*.
        let options = std::env::vars().map(|(name, value)| (name.to_lowercase(), value));
        let (store, prefix) = object_store::parse_url_opts(&parsed, options).map_err(|e| refuse(&e))?;
        Ok(Self { store: Arc::new(object_store::prefix::PrefixStore::new(store, prefix)) })
    }

    /// A store that lives in memory, for tests.
    pub fn memory() -> Self {
        Self { store: Arc::new(object_store::memory::InMemory::new()) }
    }

    /// Stores a stream of bytes as it comes, at most `limit` of them; memory stays flat.
    ///
    /// # Errors
    /// `TooLarge` beyond `limit` and whatever the stream gives; nothing is kept then.
    pub async fn put_stream<E>(
        &self,
        workspace: WorkspaceId,
        mut bytes: impl Stream<Item = Result<Bytes, E>> + Unpin,
        limit: u64,
    ) -> Result<Stored>
    where
        Error: From<E>,
    {
        let upload_key = Key::from(format!("{}/incoming/{}", workspace.uuid().simple(), uuid::Uuid::now_v7().simple()));
        let upload = self.store.put_multipart(&upload_key).await.map_err(unavailable)?;
        let mut writer = WriteMultipart::new(upload);
        let mut hash = Sha256::new();
        let mut size = 0u64;
        let failure = loop {
            match bytes.next().await {
                None => break None,
                Some(Err(error)) => break Some(Error::from(error)),
                Some(Ok(chunk)) => {
                    size += chunk.len() as u64;
                    if size > limit {
                        break Some(too_large(limit));
                    }
                    hash.update(&chunk);
                    if let Err(error) = writer.wait_for_capacity(4).await {
                        break Some(unavailable(error));
                    }
                    writer.put(chunk);
                }
            }
        };
        if let Some(error) = failure {
            writer.abort().await.map_err(unavailable)?;
            return Err(error);
        }
        writer.finish().await.map_err(unavailable)?;
        let sha256 = hex::encode(hash.finalize());
        self.store.rename(&upload_key, &key(workspace, &sha256)).await.map_err(unavailable)?;
        Ok(Stored { sha256, size: size as i64 })
    }

    /// Stores bytes that are at hand.
    ///
    /// # Errors
    /// `Unavailable` when the store does not take them.
    pub async fn put(&self, workspace: WorkspaceId, bytes: Bytes) -> Result<Stored> {
        let sha256 = hex::encode(Sha256::digest(&bytes));
        let size = bytes.len() as i64;
        self.store.put(&key(workspace, &sha256), bytes.into()).await.map_err(unavailable)?;
        Ok(Stored { sha256, size })
    }

    /// The bytes of a blob as a stream.
    ///
    /// # Errors
    /// `blob_not_found` when it is gone.
    pub async fn get(&self, workspace: WorkspaceId, sha256: &str) -> Result<BoxStream<'static, Result<Bytes>>> {
        let found = self.store.get(&key(workspace, sha256)).await.map_err(unavailable)?;
        Ok(found.into_stream().map(|chunk| chunk.map_err(unavailable)).boxed())
    }

    /// The bytes of a blob from `start` on, up to `end` if given, as a stream.
    ///
    /// # Errors
    /// `blob_not_found` when it is gone.
    pub async fn get_range(
        &self,
        workspace: WorkspaceId,
        sha256: &str,
        start: u64,
        end: Option<u64>,
    ) -> Result<BoxStream<'static, Result<Bytes>>> {
        let range = match end {
            Some(end) => GetRange::Bounded(start..end),
            None => GetRange::Offset(start),
        };
        let options = GetOptions { range: Some(range), ..GetOptions::default() };
        let found = self.store.get_opts(&key(workspace, sha256), options).await.map_err(unavailable)?;
        Ok(found.into_stream().map(|chunk| chunk.map_err(unavailable)).boxed())
    }

    /// All bytes of a blob, for those small enough to hold.
    ///
    /// # Errors
    /// `blob_not_found` when it is gone.
    pub async fn get_all(&self, workspace: WorkspaceId, sha256: &str) -> Result<Bytes> {
        let found = self.store.get(&key(workspace, sha256)).await.map_err(unavailable)?;
        found.bytes().await.map_err(unavailable)
    }

    /// How many bytes a blob has; none when it is gone.
    ///
    /// # Errors
    /// `Unavailable` when the store does not answer.
    pub async fn size(&self, workspace: WorkspaceId, sha256: &str) -> Result<Option<u64>> {
        Ok(self.head(workspace, sha256).await?.map(|found| found.size))
    }

    async fn head(&self, workspace: WorkspaceId, sha256: &str) -> Result<Option<ObjectMeta>> {
        match self.store.head(&key(workspace, sha256)).await {
            Ok(found) => Ok(Some(found)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(unavailable(error)),
        }
    }

    /// When a blob was last stored; none when it is gone.
    ///
    /// # Errors
    /// `Unavailable` when the store does not answer.
    pub async fn stored_at(&self, workspace: WorkspaceId, sha256: &str) -> Result<Option<Timestamp>> {
        let found = self.head(workspace, sha256).await?;
        Ok(found.map(|found| Timestamp::from_micros(found.last_modified.timestamp_micros())))
    }

    /// Removes a blob; one that is gone already is no error.
    ///
    /// # Errors
    /// `Unavailable` when the store does not answer.
    pub async fn delete(&self, workspace: WorkspaceId, sha256: &str) -> Result<()> {
        match self.store.delete(&key(workspace, sha256)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(unavailable(error)),
        }
    }
}

impl Blobs {
    /// Removes everything that a workspace has stored.
    ///
    /// # Errors
    /// `Unavailable` when the store does not answer; some may be gone then, and the rest goes by another call.
    pub async fn erase(&self, workspace: WorkspaceId) -> Result<()> {
        let folder = Key::from(workspace.uuid().simple().to_string());
        let found = self.store.list(Some(&folder)).map_ok(|found| found.location).boxed();
        let mut removed = self.store.delete_stream(found);
        while let Some(gone) = removed.next().await {
            match gone {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(unavailable(error)),
            }
        }
        Ok(())
    }
}

fn key(workspace: WorkspaceId, sha256: &str) -> Key {
    Key::from(format!("{}/{}/{sha256}", workspace.uuid().simple(), sha256.get(..2).unwrap_or("00")))
}

fn too_large(limit: u64) -> Error {
    Error::new(Kind::TooLarge, "file_too_large", format!("The file is larger than the {limit} bytes that are allowed."))
}

fn unavailable(error: object_store::Error) -> Error {
    match error {
        object_store::Error::NotFound { .. } => {
            Error::not_found("blob_not_found", "The file's content is gone.").with_context(error)
        }
        _ => Error::unavailable("blob_store_unavailable", "The file store does not answer.").with_context(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(n: usize, size: usize) -> impl Stream<Item = Result<Bytes>> + Unpin {
        futures::stream::iter((0..n).map(move |i| Ok(Bytes::from(vec![i as u8; size]))))
    }

    #[tokio::test]
    async fn a_stream_is_stored_under_its_hash_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::folder(folder.path()).unwrap();
        let ws = WorkspaceId::new();
        let stored = blobs.put_stream(ws, chunks(40, 300_000), u64::MAX).await.unwrap();
        assert_eq!(stored.size, 12_000_000);
        let bytes = blobs.get_all(ws, &stored.sha256).await.unwrap();
        assert_eq!(hex::encode(Sha256::digest(&bytes)), stored.sha256);
        assert!(blobs.get_all(WorkspaceId::new(), &stored.sha256).await.is_err(), "another workspace does not see it");
        blobs.delete(ws, &stored.sha256).await.unwrap();
        blobs.delete(ws, &stored.sha256).await.unwrap();
        assert_eq!(blobs.get_all(ws, &stored.sha256).await.unwrap_err().code(), "blob_not_found");
    }

    #[tokio::test]
    async fn what_a_workspace_has_is_erased_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::folder(folder.path()).unwrap();
        let (one, other) = (WorkspaceId::new(), WorkspaceId::new());
        let mut kept = Vec::new();
        for ws in [one, other] {
            for text in ["a", "b"] {
                kept.push((ws, blobs.put(ws, Bytes::from(text)).await.unwrap().sha256));
            }
        }
        blobs.erase(one).await.unwrap();
        blobs.erase(one).await.unwrap();
        for (ws, sha256) in kept {
            assert_eq!(blobs.size(ws, &sha256).await.unwrap().is_some(), ws == other);
        }
    }

    #[tokio::test]
    async fn a_stream_beyond_the_limit_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::folder(folder.path()).unwrap();
        let error = blobs.put_stream(WorkspaceId::new(), chunks(40, 300_000), 1_000_000).await.unwrap_err();
        assert_eq!(error.kind(), Kind::TooLarge);
        let mut files = 0;
        let mut stack = vec![folder.path().to_owned()];
        while let Some(dir) = stack.pop() {
            for entry in std::fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { stack.push(path) } else { files += 1 }
            }
        }
        assert_eq!(files, 0);
    }
}
