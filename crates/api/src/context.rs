use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{header, request::Parts},
};
use identity::{Principal, accounts::Origin};
use kernel::{Error, Result};
use store::Tx;
use uuid::Uuid;

use crate::{App, Failure};

/// The id of one request: in its answer, in its errors and in the log.
#[derive(Clone, Copy, Debug)]
pub struct RequestId(pub Uuid);

/// What a handler is given: the application, who calls and the request's id.
#[derive(Clone)]
pub struct Ctx {
    /// The application.
    pub app: App,
    /// Who calls.
    pub principal: Arc<Principal>,
    /// The request's id.
    pub request_id: RequestId,
}

impl Ctx {
    /// Runs `work` on a snapshot of the caller's workspace, as the caller.
    ///
    /// # Errors
    /// What `work` gives.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.app.store().read(self.principal.workspace, self.principal.actor, work).await
    }

    /// [`Ctx::read`] for a few rows by their keys: see [`store::Store::peek`].
    ///
    /// # Errors
    /// What `work` gives.
    pub async fn peek<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.app.store().peek(self.principal.workspace, self.principal.actor, work).await
    }

    /// Runs `work` in a transaction of the caller's workspace, as the caller, and answers once it is durable.
    ///
    /// # Errors
    /// What `work` gives.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.app.store().write(self.principal.workspace, self.principal.actor, work).await
    }
}

impl FromRequestParts<App> for Ctx {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        // Both are put there by the layers that every dialect's router has.
        let principal = parts.extensions.get::<Arc<Principal>>().cloned();
        let request_id = parts.extensions.get::<RequestId>().copied();
        match (principal, request_id) {
            (Some(principal), Some(request_id)) => Ok(Self { app: app.clone(), principal, request_id }),
            _ => Err(Failure(Error::internal("a route without the gate's layers"))),
        }
    }
}

/// Whoever calls an operation that is open to all.
#[derive(Clone)]
pub struct Visitor {
    /// The application.
    pub app: App,
    /// Who calls, when that is known.
    pub principal: Option<Arc<Principal>>,
    /// From where.
    pub origin: Origin,
    /// The request's id.
    pub request_id: RequestId,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        // Routes outside of every dialect have no layer that gives one.
        let request_id = parts.extensions.get().copied().unwrap_or_else(|| RequestId(Uuid::now_v7()));
        let user_agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        let origin = Origin {
            address: parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip()),
            user_agent: user_agent.map(str::to_owned),
        };
        Ok(Self { app: app.clone(), principal: parts.extensions.get().cloned(), origin, request_id })
    }
}
