use std::sync::Arc;

use identity::Authenticator;
use store::Store;
use tokio_util::sync::CancellationToken;

use crate::Limiter;

/// What an administrator sets.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Requests a minute per key; 0 switches the limit off.
    pub rate_limit: u32,
    /// The largest file that can be uploaded, in bytes.
    pub max_upload: u64,
    /// Where browsers reach the server, without a slash at the end.
    pub public_url: String,
}

/// What handlers work with; clones share everything.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    store: Store,
    authenticator: Authenticator,
    limiter: Limiter,
    settings: Settings,
    stop: CancellationToken,
}

impl App {
    /// An application over a store. `stop` ends live streams when the server shuts down.
    pub fn new(store: Store, settings: Settings, stop: CancellationToken) -> Self {
        let authenticator = Authenticator::new(store.clone());
        let limiter = Limiter::new(settings.rate_limit);
        Self(Arc::new(Inner { store, authenticator, limiter, settings, stop }))
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Recognises credentials.
    pub fn authenticator(&self) -> &Authenticator {
        &self.0.authenticator
    }

    /// Counts requests.
    pub fn limiter(&self) -> &Limiter {
        &self.0.limiter
    }

    /// What an administrator set.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Set when the server shuts down.
    pub fn stop(&self) -> &CancellationToken {
        &self.0.stop
    }
}
