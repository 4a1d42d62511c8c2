//! What a use case that makes something needs from outside.

use domain::{Moment, TaskId};

/// The time, and names that nothing has yet.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// What time it is.
    pub now: Moment,
    /// A name for what is made, and one for what is made with it.
    pub ids: [TaskId; 2],
}
