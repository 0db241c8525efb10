//! Cases and how they are worked: phases and motions, stages, instructions, procedures, labels.

pub mod bulk;
pub mod cards;
pub mod case_labels;
pub mod case_list;
pub mod cases;
pub mod conditions;
pub mod designs;
pub mod dry_run;
pub mod find;
pub mod history;
pub mod instructions;
pub mod intake;
pub mod labels;
pub mod lifecycle;
pub mod motion;
pub mod moves;
mod opening;
pub mod options;
pub mod plans;
pub mod procedures;
mod progress;
pub mod removal;
pub mod search_index;
pub mod stages;
pub mod status;
pub mod subcases;
mod tally;
pub mod triggers;
pub mod versions;
pub mod views;

pub use progress::follow_event;
