//! Calls to providers: short, bounded, and never sent on to another address.

use std::{pin::Pin, time::Duration};

use kernel::{Error, Result};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::{Client, RequestBuilder, Response, redirect::Policy};

use crate::unreachable;

/// How long a call may take as a whole.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The largest answer, in bytes.
const MOST: usize = 1 << 20;

/// A client for providers. Clones share its connections.
#[derive(Clone)]
pub(crate) struct Web(Client);

impl Web {
    pub fn new() -> Result<Self> {
        // Another part of the process may have installed a provider first; any one will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .redirect(Policy::none())
            .timeout(TIMEOUT)
            .user_agent(concat!("heddle/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(Error::internal)?;
        Ok(Self(client))
    }

    pub fn get(&self, url: &str) -> RequestBuilder {
        self.0.get(url)
    }

    pub fn post(&self, url: &str) -> RequestBuilder {
        self.0.post(url)
    }

    /// The status and the body of an answer.
    pub async fn send(&self, request: RequestBuilder) -> Result<(u16, Vec<u8>)> {
        let response = request.send().await.map_err(|e| unreachable(e.without_url()))?;
        Ok((response.status().as_u16(), body(response).await?))
    }
}

/// Calls that the library for OpenID Connect makes up.
impl<'c> AsyncHttpClient<'c> for Web {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let request = request.try_into().map_err(Error::internal)?;
            let response = self.0.execute(request).await.map_err(|e| unreachable(e.without_url()))?;
            let (status, headers) = (response.status(), response.headers().clone());
            let mut answer = HttpResponse::new(body(response).await?);
            *answer.status_mut() = status;
            *answer.headers_mut() = headers;
            Ok(answer)
        })
    }
}

async fn body(mut response: Response) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|e| unreachable(e.without_url()))? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > MOST {
            return Err(unreachable("the answer is too large"));
        }
    }
    Ok(bytes)
}
