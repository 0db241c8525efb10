//! Text that a terminal can be trusted with, and how it is laid out.

mod clean;
mod fit;
mod markdown;
mod wrap;

pub use clean::{Charset, Clean, PLACEHOLDER};
pub use fit::{cells, fit, fit_left};
pub use markdown::{Mentions, markdown};
pub use wrap::{Paragraph, plain, wrap};
