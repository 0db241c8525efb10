//! Cases and how they are worked: phases and motions, stages, instructions, procedures, labels.

pub mod case_labels;
pub mod cases;
pub mod conditions;
pub mod instructions;
pub mod labels;
pub mod lifecycle;
pub mod motion;
pub mod procedures;
mod progress;
pub mod search_index;
pub mod stages;
pub mod subcases;
mod tally;

pub use progress::follow_event;
