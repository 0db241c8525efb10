use std::{path::PathBuf, sync::Arc};

use gateway::{Catalogue, Gateway};
use identity::{Authenticator, Vault};
use ledger::Ledger;
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
    /// For how many seconds answers of models are kept and given again; 0 switches that off.
    pub llm_cache: u32,
    /// Where mail goes while there is no mail server.
    pub outbox: Option<PathBuf>,
}

/// What handlers work with; clones share everything.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// What an application is made of.
pub struct Parts {
    /// The store.
    pub store: Store,
    /// What an administrator set.
    pub settings: Settings,
    /// Seals secrets and signs download addresses.
    pub vault: Vault,
    /// The models that agents can think with.
    pub models: Catalogue,
    /// The way to the providers of models.
    pub gateway: Gateway,
    /// Accounts for calls of models.
    pub ledger: Ledger,
    /// Ends live streams when the server shuts down.
    pub stop: CancellationToken,
}

struct Inner {
    store: Store,
    vault: Vault,
    models: Catalogue,
    gateway: Gateway,
    ledger: Ledger,
    authenticator: Authenticator,
    limiter: Limiter,
    settings: Settings,
    stop: CancellationToken,
}

impl App {
    /// An application of these parts.
    pub fn new(parts: Parts) -> Self {
        let Parts { store, settings, vault, models, gateway, ledger, stop } = parts;
        let authenticator = Authenticator::new(store.clone());
        let limiter = Limiter::new(settings.rate_limit);
        Self(Arc::new(Inner { store, vault, models, gateway, ledger, authenticator, limiter, settings, stop }))
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Seals secrets and signs download addresses.
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// The models that agents can think with.
    pub fn models(&self) -> &Catalogue {
        &self.0.models
    }

    /// The way to the providers of models.
    pub fn gateway(&self) -> &Gateway {
        &self.0.gateway
    }

    /// Accounts for calls of models.
    pub fn ledger(&self) -> &Ledger {
        &self.0.ledger
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
