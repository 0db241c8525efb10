//! A client for Heddle's APIs `/api/v1/public`, `/v1` and Loom's, and for other servers that speak them.
//!
//! Each operation is one function that describes a [`Call`]; a [`Client`] sends it:
//!
//! ```no_run
//! # async fn example() -> client::Result<()> {
//! use client::{ApiKey, Client, public};
//!
//! let client = Client::new("http://localhost:8080", ApiKey::new("hd_…"))?;
//! let page = client.send(&public::cases::list(&public::cases::ListCases::default())).await?;
//! for case in page.data {
//!     println!("{} {}", case.id, case.title);
//! }
//! // The same call, with the answer as the server wrote it.
//! let answer = client.send_raw(&public::cases::get("0198…")).await?;
//! println!("{}", String::from_utf8_lossy(&answer.body));
//! # Ok(())
//! # }
//! ```
//!
//! Requests take ids as text, because the server judges them. Answers hold them as [`Uuid`]. Objects tolerate fields and
//! names that this version does not know.

mod answer;
mod call;
mod error;
mod key;
pub mod loom;
mod names;
pub mod public;
mod retry;
mod stream;
mod transport;
pub mod v1;

pub use answer::{Answer, Incoming};
pub use call::{Call, IntoBody, Patch, Raw, Upload};
pub use error::{ApiError, Error, Result};
pub use jiff::Timestamp;
pub use key::ApiKey;
pub use reqwest::{Method, StatusCode, Url, header};
pub use retry::Retry;
pub use stream::{EventStream, Events, Message};
pub use transport::{Client, Settings, elsewhere};
pub use uuid::Uuid;
