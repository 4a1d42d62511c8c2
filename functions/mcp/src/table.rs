//! Which tools there are.

use std::sync::LazyLock;

use rust_mcp_schema as schema;
use serde_json::{Value, json};

use crate::access::scopes;
use crate::call::{self, Call};
use crate::endpoint::{Answer, Asked};
use crate::hello::{TTL_MS, meta};
use crate::page::page;
use crate::refused::Trouble;
use crate::reply::Reply;
use crate::tool::{self, Does, Tool};
use crate::tools::*;

/// A tool of the table.
#[derive(Debug)]
pub struct Entry {
    pub name: &'static str,
    pub does: Does,
    pub takes_null: bool,
    describe: fn() -> schema::Tool,
    pub run: fn(&Call, &Value) -> Result<Reply, Trouble>,
}

const fn entry<T: Tool>() -> Entry {
    Entry {
        name: T::NAME,
        does: T::DOES,
        takes_null: T::TAKES_NULL,
        describe: tool::describe::<T>,
        run: call::run::<T>,
    }
}

/// All of them, in the order in which they are listed.
const TOOLS: [Entry; 22] = [
    entry::<AddTask>(),
    entry::<ListTasks>(),
    entry::<GetTask>(),
    entry::<UpdateTask>(),
    entry::<CompleteTask>(),
    entry::<ReopenTask>(),
    entry::<DeleteTask>(),
    entry::<SetTaskPriority>(),
    entry::<SetTaskDueDate>(),
    entry::<AddTaskTags>(),
    entry::<RemoveTaskTags>(),
    entry::<SearchTasks>(),
    entry::<FilterTasks>(),
    entry::<SortTasks>(),
    entry::<CreateRecurringTask>(),
    entry::<ListRecurringTasks>(),
    entry::<StopRecurringTask>(),
    entry::<SetReminder>(),
    entry::<ListReminders>(),
    entry::<CancelReminder>(),
    entry::<GetTaskHistory>(),
    entry::<ListNotifications>(),
];

/// What of tools.json is sent for each tool: made from it when this is compiled.
const LISTED: &[&str] = include!(concat!(env!("OUT_DIR"), "/tools.in"));

/// The last members of every list of tools.
static CLOSING: LazyLock<String> = LazyLock::new(|| {
    format!(r#""resultType":"complete","ttlMs":{TTL_MS},"cacheScope":"private","_meta":{}}}}}"#, json!(meta()))
});

/// The tool of that name.
pub fn find(name: &str) -> Option<&'static Entry> {
    TOOLS.iter().find(|tool| tool.name == name)
}

/// What tools.json has to be: all that models see of the tools.
pub fn tools_json() -> String {
    let tools: Vec<schema::Tool> = TOOLS.iter().map(|tool| (tool.describe)()).collect();
    format!("{:#}\n", json!(tools))
}

/// `tools/list`: those that the caller may use. The list is no secret and the same for every session, so nobody looks whether
/// it is still one: the first call of a tool does.
pub fn list(asked: &Asked, id: &schema::RequestId) -> Answer {
    let scopes = match asked.request.session_token() {
        Some(_) => None,
        None => Some(scopes(&asked.principal()?)?),
    };
    let may = |tool: &Entry| scopes.as_ref().is_none_or(|scopes| scopes.iter().any(|scope| scope == tool.does.needs()));
    let tools = TOOLS.iter().zip(LISTED).filter(|(tool, _)| may(tool));
    let page = page(asked, tools.map(|(_, listed)| *listed).collect())?;
    let next = page.next.map(|next| format!(r#""nextCursor":{},"#, json!(next))).unwrap_or_default();
    let text = format!(
        r#"{{"jsonrpc":"2.0","id":{},"result":{{"tools":[{}],{next}{}"#,
        json!(id),
        page.items.join(","),
        *CLOSING
    );
    Ok(web::Response::json(200, text))
}
