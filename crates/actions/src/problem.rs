//! Why something could not be done.

use domain::{Errors, wrong_member};
use store::Refusal;

/// Why something could not be done.
#[derive(Debug)]
pub enum Problem {
    /// The input is wrong in a way that only the whole of it, or the database, shows.
    Invalid(Errors),
    /// What it is about is in no state for that: what to do instead.
    NotNow(&'static str),
    /// Somebody changed the series first: it now looks like this.
    Changed(String),
    /// It changes faster than it can be changed.
    TooFast,
    /// The database said no.
    Refused(Refusal),
}

impl Problem {
    /// One member of the input is wrong.
    pub fn member(name: &str, detail: &str) -> Self {
        Self::Invalid(wrong_member(name, detail))
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
