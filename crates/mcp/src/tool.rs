//! A tool: what it is called, what it does to the world, what it takes, and the calls that it makes. The tools themselves are
//! in [`crate::sections`].

use std::sync::Arc;

use client::{Call, Client};
use futures::future::BoxFuture;
use rmcp::model::{Tool as Description, ToolAnnotations};
use serde_json::json;

use crate::{
    Files,
    arguments::{Args, BodyRule, Object, Param, Params},
    reply::{Outcome, Refusal, Reply},
    sections,
};

/// What a tool does to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    /// Nothing.
    Reads,
    /// Something new is there afterwards, or things have moved on; nothing is lost.
    Adds,
    /// Something is as the arguments say, whatever it was before.
    Sets,
    /// Something is gone.
    Removes,
}

/// What a call of a tool works with.
#[derive(Clone)]
pub(crate) struct Context {
    /// Sends calls with the key of whoever calls.
    pub(crate) client: Client,
}

type Run = dyn Fn(Context, Args) -> BoxFuture<'static, Outcome> + Send + Sync;

/// A tool.
pub(crate) struct Tool {
    name: &'static str,
    about: &'static str,
    effect: Effect,
    open_world: bool,
    params: Params,
    run: Box<Run>,
}

impl Tool {
    fn new<F, R>(effect: Effect, name: &'static str, about: &'static str, run: F) -> Self
    where
        F: Fn(Context, Args) -> R + Send + Sync + 'static,
        R: Future<Output = Outcome> + Send + 'static,
    {
        let run = Box::new(move |context, args| Box::pin(run(context, args)) as BoxFuture<'static, Outcome>);
        Self { name, about, effect, open_world: false, params: Params::NONE, run }
    }

    pub(crate) fn reads<F, R>(name: &'static str, about: &'static str, run: F) -> Self
    where
        F: Fn(Context, Args) -> R + Send + Sync + 'static,
        R: Future<Output = Outcome> + Send + 'static,
    {
        Self::new(Effect::Reads, name, about, run)
    }

    pub(crate) fn adds<F, R>(name: &'static str, about: &'static str, run: F) -> Self
    where
        F: Fn(Context, Args) -> R + Send + Sync + 'static,
        R: Future<Output = Outcome> + Send + 'static,
    {
        Self::new(Effect::Adds, name, about, run)
    }

    pub(crate) fn sets<F, R>(name: &'static str, about: &'static str, run: F) -> Self
    where
        F: Fn(Context, Args) -> R + Send + Sync + 'static,
        R: Future<Output = Outcome> + Send + 'static,
    {
        Self::new(Effect::Sets, name, about, run)
    }

    pub(crate) fn removes<F, R>(name: &'static str, about: &'static str, run: F) -> Self
    where
        F: Fn(Context, Args) -> R + Send + Sync + 'static,
        R: Future<Output = Outcome> + Send + 'static,
    {
        Self::new(Effect::Removes, name, about, run)
    }

    /// It takes these arguments.
    pub(crate) fn takes(mut self, params: impl IntoIterator<Item = Param>) -> Self {
        self.params.add(params);
        self
    }

    /// It takes the id of what it works on.
    pub(crate) fn takes_id(self, about: &'static str) -> Self {
        self.takes([Param::text("id", about).required()])
    }

    /// It answers a list of the public API.
    pub(crate) fn pages_by_cursor(self) -> Self {
        self.takes([
            Param::integer("limit", "Items on a page: 1 to 100, 30 when absent"),
            Param::text("cursor", "Where to go on: next_cursor of the page before"),
            Param::flag("all", "Follow all pages and answer them as one list"),
        ])
    }

    /// It answers a list of `/v1`.
    pub(crate) fn pages_by_number(self) -> Self {
        self.takes([
            Param::integer("page", "The page, from 1"),
            Param::integer("per_page", "Items on a page: 1 to 200, 50 when absent"),
            Param::flag("all", "Follow all pages and answer them as one list"),
        ])
    }

    /// It makes something of these fields, or of `data`.
    pub(crate) fn makes(mut self, fields: impl IntoIterator<Item = Param>) -> Self {
        self.params.body(BodyRule::New, fields);
        self
    }

    /// It changes these fields, or what `data` says.
    pub(crate) fn changes(mut self, fields: impl IntoIterator<Item = Param>) -> Self {
        self.params.body(BodyRule::Change, fields);
        self
    }

    /// It sends these fields.
    pub(crate) fn sends(mut self, fields: impl IntoIterator<Item = Param>) -> Self {
        self.params.body(BodyRule::Fields, fields);
        self
    }

    /// Accepts arguments that mean nothing to it.
    pub(crate) fn ignores(mut self, names: &'static [&'static str]) -> Self {
        self.params.ignore(names);
        self
    }

    /// It reaches people or systems outside of the server.
    pub(crate) fn reaches_out(mut self) -> Self {
        self.open_world = true;
        self
    }

    fn describe(&self) -> Description {
        let mut annotations =
            ToolAnnotations::new().read_only(self.effect == Effect::Reads).open_world(self.open_world);
        if self.effect != Effect::Reads {
            let destructive = matches!(self.effect, Effect::Sets | Effect::Removes);
            annotations = annotations.destructive(destructive).idempotent(destructive);
        }
        Description::new(self.name, self.about, self.params.schema()).with_annotations(annotations)
    }
}

/// All tools, and their descriptions as the protocol has them.
pub(crate) struct Catalogue {
    tools: Vec<Tool>,
    descriptions: Vec<Description>,
}

impl Catalogue {
    /// The tools of a server that may or may not work on local files.
    pub(crate) fn new(files: Files) -> Arc<Self> {
        let tools = sections::all(files);
        let descriptions = tools.iter().map(Tool::describe).collect();
        Arc::new(Self { tools, descriptions })
    }

    pub(crate) fn descriptions(&self) -> &[Description] {
        &self.descriptions
    }

    /// Reads the arguments and runs the tool; none when there is no tool of that name.
    pub(crate) async fn call(&self, name: &str, context: Context, given: Object) -> Option<Outcome> {
        let tool = self.tools.iter().find(|tool| tool.name == name)?;
        Some(match tool.params.read(given) {
            Ok(args) => (tool.run)(context, args).await,
            Err(refusal) => Err(refusal),
        })
    }
}

impl Context {
    /// Sends a call and answers what the server says.
    pub(crate) async fn show<T>(&self, call: &Call<T>) -> Outcome {
        Ok(Reply::Body(self.client.send_raw(call).await?.body))
    }

    /// Removes something and says so.
    pub(crate) async fn delete(&self, call: &Call<()>, id: &str) -> Outcome {
        match self.client.send_raw(call).await?.body {
            nothing if nothing.is_empty() => Ok(Reply::Value(json!({ "id": id, "deleted": true }))),
            body => Ok(Reply::Body(body)),
        }
    }
}

/// What an answer without the expected shape says.
pub(crate) fn not_understood(error: &serde_json::Error) -> Refusal {
    Refusal::other(format!("the server's answer cannot be understood: {error}"))
}
