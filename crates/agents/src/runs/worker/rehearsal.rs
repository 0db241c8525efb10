//! The calls of a trial: reading is done, everything else is only noted.

use kernel::{Error, Result};
use serde_json::{Value as Json, json};
use store::Tx;

use super::{
    Flow, RunState, Worker,
    calls::{Done, tool_step},
    is_ours, machine, may_go_on,
};
use crate::{
    actions::{self, Effect, FINISH, Prepared},
    runs::steps::{self, Pending},
};

impl Worker<'_> {
    /// Deals with the next call of a trial and stores what came of it.
    pub(super) async fn rehearse(&mut self, call: Pending) -> Result<Flow> {
        let outcome = match self.is_reading(&call) {
            Ok(true) => self.look(&call).await,
            Ok(false) => self.note(&call).await,
            Err(error) => Err(error),
        };
        self.take(&call, outcome).await
    }

    /// Whether a call only reads; an error for one that would be refused whatever the case.
    fn is_reading(&self, call: &Pending) -> Result<bool> {
        if let Some(tool) = self.tools.iter().find(|tool| tool.name == call.name) {
            // What a tool of the space does nobody knows.
            return tool.check_input(&call.input).map(|()| false);
        }
        if actions::is_withheld(&call.name, &self.withheld) {
            return Err(Error::forbidden(format!("The action {} is not given to you.", call.name)));
        }
        actions::parse(&call.name, &call.input)?;
        Ok(actions::spec(&call.name).is_some_and(|spec| spec.effect == Effect::Reads))
    }

    /// Reads, as the agent and with its rights.
    async fn look(&self, call: &Pending) -> Result<Done> {
        let (store, workspace) = (&self.context.store, self.context.workspace);
        let action = actions::parse(&call.name, &call.input)?;
        let prepared = match action.needs_outside() {
            true => action.prepare(store, workspace, self.agent).await?,
            false => Prepared::Nothing,
        };
        let (known, call) = (self.run.clone(), call.clone());
        let write = move |tx: &mut Tx<'_>| {
            if !may_go_on(tx, &known, false, false)? {
                return Ok(Done::Left);
            }
            let mut run = known.clone();
            let scene = run.scene(tx)?;
            let output = actions::perform(tx, &scene, &action, &prepared)?;
            let step = steps::add(tx, &mut run, tool_step(&call, output, false))?;
            Ok(Done::stored(run, step, true))
        };
        store.write(workspace, self.agent, write).await
    }

    /// Notes what would be done. With the end of the stage the trial ends.
    async fn note(&self, call: &Pending) -> Result<Done> {
        let (known, call) = (self.run.clone(), call.clone());
        let write = move |tx: &mut Tx<'_>| {
            let Some(mut run) = is_ours(tx, &known)? else { return Ok(Done::Left) };
            let finishes = call.name == FINISH;
            let step = steps::add(tx, &mut run, tool_step(&call, would_be_done(&call.name), false))?;
            if finishes {
                machine::end(tx, &run, RunState::Succeeded, None)?;
            }
            Ok(Done::stored(run, step, !finishes))
        };
        self.context.store.write(self.context.workspace, self.agent, write).await
    }
}

/// What the model is told of a call that is only noted.
fn would_be_done(name: &str) -> Json {
    let told = match actions::spec(name).map(|spec| spec.effect) {
        Some(Effect::Asks) => "This is a trial: nobody was asked. Go on without the answer, or end your turn.",
        _ => "This is a trial: it was noted and not done. Go on as if it had been.",
    };
    json!({"trial": "would be done", "message": told})
}
