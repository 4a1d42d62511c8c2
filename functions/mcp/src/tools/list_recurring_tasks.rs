use actions::series::{self, ListSeries};
use serde_json::Value;

use crate::call::{Call, read};
use crate::refused::Trouble;
use crate::reply::Reply;
use crate::tool::{Does, Tool};

/// `list_recurring_tasks`
pub struct ListRecurringTasks;

impl Tool for ListRecurringTasks {
    const NAME: &'static str = "list_recurring_tasks";
    const TITLE: &'static str = "List series";
    const ABOUT: &'static str = "Lists the series of tasks that come back, the newest first, with when each comes next. Use it for \"what do I \
        do regularly?\" or to find a series' id. Their single tasks are in list_tasks. Example: {\"status\": \"active\"}";
    const DOES: Does = Does::Look;
    type Input = ListSeries;

    fn output() -> Value {
        series::list::schema()
    }

    fn run(call: &Call, wanted: ListSeries) -> Result<Reply, Trouble> {
        Ok(Reply::page(read(&series::list(&call.principal, &wanted)?)?, "series, the newest first"))
    }
}
