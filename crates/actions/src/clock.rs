//! Input of use cases that comes from outside of TaskFlow: time and randomness.

use domain::{ItemId, Moment};

/// Current time, and ids that nothing has yet.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// Current time.
    pub now: Moment,
    /// Ids for what is created, and for what is created with it.
    pub ids: [ItemId; 2],
}

impl Clock {
    /// Reads the time in milliseconds since 1970, and draws ids from a source of random bytes.
    pub fn new(now_ms: u64, random: impl Fn() -> [u8; 10]) -> Self {
        Self { now: Moment::from_ms(now_ms), ids: [(); 2].map(|()| ItemId::new(now_ms, random())) }
    }
}
