use actions::series::{self, NewSeries};
use serde_json::Value;

use crate::call::{Call, read};
use crate::refused::Trouble;
use crate::reply::Reply;
use crate::tool::{Does, Tool};

/// `create_recurring_task`
pub struct CreateRecurringTask;

impl Tool for CreateRecurringTask {
    const NAME: &'static str = "create_recurring_task";
    const TITLE: &'static str = "Create a series of tasks";
    const ABOUT: &'static str = "Creates a task that comes back: a series and its first task; the next one is made when that is done. Use it \
        for \"every weekday at 9:30\" or \"on the last day of each month\". `anchor` is `completion` where the next one counts \
        from when the last was done (\"ten days after I watered the plants\"). For something that happens once use add_task. \
        Example: {\"title\": \"Stand-up\", \"frequency\": \"weekly\", \"by_weekday\": [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"], \"start_date\": \"2026-04-07T09:30:00+02:00\"}";
    const DOES: Does = Does::Add;
    type Input = NewSeries;

    fn output() -> Value {
        series::schema()
    }

    fn run(call: &Call, new: NewSeries) -> Result<Reply, Trouble> {
        let made = series::create(&call.principal, &call.clock, &new)?;
        Ok(Reply::one(read(&made.json)?, "Created the series"))
    }
}
