//! The ledger of calls to models: who made each, what it took and how it ended; what calls cost; and what may be used at most.
//!
//! A call is [begun](Ledger::begin) before it goes out and settled when it has ended. Rows are written behind the calls, many
//! in a transaction: a call does not wait for the disk. Limits are checked before a call against counters in memory, which
//! are read from the ledger when they are first asked.

mod book;
mod calls;
mod counters;
mod limits;
mod nodes;
mod prices;
mod usage;
mod writer;

pub use book::{Entry, Ledger};
pub use calls::{Call, Outcome, Surface, Who, list};
pub use counters::CONFIRM;
pub use limits::{Limit, Measure, Period, Subject};
pub use prices::Price;
pub use usage::{GroupBy, Line, Span, Usage, usage};

use kernel::{Error, Result};
use store::Tx;

/// What calls of models take and may take is for owners and admins of the workspace.
fn check_admin(tx: &Tx<'_>) -> Result<()> {
    if tx.actor().workspace_admin || tx.actor().is_system() {
        return Ok(());
    }
    Err(Error::forbidden("Only an owner or admin of the workspace can see and set what calls of models may take."))
}
