//! The gateway to model providers: one request shape, one answer shape, one error type, and a
//! provider behind them for each wire format (Anthropic's Messages, OpenAI's Chat Completions).
//!
//! A [`Gateway`] picks the provider by the model's name, streams the answer as it is written and
//! tries again when a provider is busy. It stores nothing; the ledger and the quotas live above it.
//!
//! [`outbound`] calls addresses that users give, such as those of tools.

mod anthropic;
mod catalogue;
mod chat;
mod error;
mod failure;
mod gateway;
mod http;
mod keys;
pub mod native;
mod networks;
mod openai;
pub mod outbound;
mod partial;
mod price;
mod quirks;
mod vertex;

pub use anthropic::Anthropic;
pub use catalogue::{Catalogue, Effort, Model, RULES};
pub use chat::{
    ChatRequest, ChatResponse, Content, ImageSource, Message, Role, StopReason, StreamEvent, ToolChoice, ToolSpec,
    Usage,
};
pub use error::Error;
pub use futures::future::BoxFuture;
pub use gateway::{Gateway, Provider, STRATEGY};
pub use keys::{Keys, Lease, Strategy, Verdict};
pub use openai::OpenAi;
pub use price::cost_micros;
pub use vertex::{ServiceAccount, Vertex};
