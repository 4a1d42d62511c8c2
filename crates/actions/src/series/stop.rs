//! Stops a series.

use domain::{Flag, Optional, input};
use serde::Serialize;
use store::{Client, Refusal, statement};

use crate::tasks::Target;

input! {
    /// Options for stopping a series.
    pub struct StopOptions {
        /// `true` also moves its open tasks to the trash. By default they stay.
        delete_open: Optional<Flag>,
    }
}

#[derive(Serialize)]
struct Input<'a> {
    #[serde(flatten)]
    series: &'a Target,
    delete_open: bool,
}

/// Stops a series of the caller, and returns it with the number of `open_tasks` that it had. A series that
/// has ended stays as it is.
pub fn stop(client: &Client<'_>, series: &Target, options: &StopOptions) -> Result<String, Refusal> {
    let delete_open = options.delete_open.0 == Some(Flag(true));
    client.one(statement!("stop.sql"), &Input { series, delete_open })
}
