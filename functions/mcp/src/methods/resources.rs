//! `resources/…`: the tasks of today, overdue tasks, and single tasks by id or title.

use actions::Page;
use actions::resolution::Resolution;
use actions::tasks::list::{SortBy, Status, TaskOrder};
use actions::tasks::resolve::SearchOptions;
use actions::tasks::{self, TaskQuery};
use domain::{Field, Flag, Limit, Optional, Reference, TimeOrDay};
use rust_mcp_schema::{
    ListResourceTemplatesResult, ListResourceTemplatesResultCacheScope, ListResourcesResult,
    ListResourcesResultCacheScope, ReadResourceResult, ReadResourceResultCacheScope, Resource,
    ResourceTemplate, TextResourceContents,
};
use serde_json::{Value, json};
use store::{Client, Refusal};

use crate::protocol::{
    CACHE_TTL_MS, Era, INVALID_PARAMS, RESOURCE_NOT_FOUND, RpcError, RpcRequest, page, result_meta,
};
use crate::toolkit::{localise, parse_json, zone_of};

pub const TODAY: &str = "taskflow://today";
pub const OVERDUE: &str = "taskflow://overdue";
/// URI template of a single task.
pub const TASK: &str = "taskflow://task/{task}";

const JSON: &str = "application/json";

/// URI, title and description of the listed resources.
const LISTED: [(&str, &str, &str); 2] = [
    (TODAY, "Today", "Open tasks that are due today, in the person's time zone"),
    (OVERDUE, "Overdue", "Open tasks past their due date"),
];

/// `resources/list`
pub fn list(request: &RpcRequest) -> Result<Value, RpcError> {
    let resources = LISTED.map(|(uri, title, description)| Resource {
        uri: uri.into(),
        name: title.to_lowercase(),
        title: Some(title.into()),
        description: Some(description.into()),
        mime_type: Some(JSON.into()),
        annotations: None,
        icons: Vec::new(),
        meta: None,
        size: None,
    });
    let page = page(&request.params, resources.into())?;
    Ok(json!(ListResourcesResult {
        cache_scope: ListResourcesResultCacheScope::Public,
        meta: Some(result_meta()),
        next_cursor: page.next,
        resources: page.items,
        result_type: "complete".into(),
        ttl_ms: CACHE_TTL_MS,
    }))
}

/// `resources/templates/list`
pub fn templates(request: &RpcRequest) -> Result<Value, RpcError> {
    let task = ResourceTemplate {
        uri_template: TASK.into(),
        name: "task".into(),
        title: Some("A task".into()),
        description: Some("A task, by its id or by words of its title".into()),
        mime_type: Some(JSON.into()),
        annotations: None,
        icons: Vec::new(),
        meta: None,
    };
    let page = page(&request.params, vec![task])?;
    Ok(json!(ListResourceTemplatesResult {
        cache_scope: ListResourceTemplatesResultCacheScope::Public,
        meta: Some(result_meta()),
        next_cursor: page.next,
        resource_templates: page.items,
        result_type: "complete".into(),
        ttl_ms: CACHE_TTL_MS,
    }))
}

/// `resources/read`
pub fn read(request: &RpcRequest) -> Result<Value, RpcError> {
    let uri = request.text("uri")?;
    let unknown = |why: String| {
        let code = if request.client.era == Era::Modern { INVALID_PARAMS } else { RESOURCE_NOT_FOUND };
        RpcError::new(code, format!("Unknown resource {uri:?}: {why}"))
            .with_data(json!({ "uri": domain::shorten(uri) }))
    };
    let caller = request.caller()?;
    let task = uri.strip_prefix("taskflow://task/").map(|name| Reference::parse(&json!(web::decode(name))));
    let content = match (uri, task) {
        (TODAY | OVERDUE, _) => tasks_of(&caller, uri, None)?,
        (_, Some(Ok(reference))) => resolve_task(&caller, &reference, unknown)?,
        _ => return Err(unknown(format!("resources are {TODAY}, {OVERDUE} and {TASK}."))),
    };
    Ok(json!(ReadResourceResult {
        cache_scope: ReadResourceResultCacheScope::Private,
        contents: vec![contents(uri, &content).into()],
        meta: Some(result_meta()),
        result_type: "complete".into(),
        ttl_ms: 0,
    }))
}

/// A resource's content as the protocol has it.
pub fn contents(uri: &str, content: &Value) -> TextResourceContents {
    TextResourceContents {
        uri: uri.into(),
        mime_type: Some(JSON.into()),
        text: content.to_string(),
        meta: None,
    }
}

/// The open tasks of today or those overdue, filtered by a tag if one is given.
pub fn tasks_of(caller: &Client, uri: &str, tag: Option<&str>) -> Result<Value, RpcError> {
    let mut query = TaskQuery {
        status: Optional(Some(Status::Active)),
        order: TaskOrder { sort_by: Optional(Some(SortBy::DueDate)), ..Default::default() },
        page: Page { limit: Optional(Some(Limit(200))), ..Default::default() },
        ..Default::default()
    };
    if uri == OVERDUE {
        query.overdue = Optional(Some(Flag(true)));
    } else {
        let zone = actions::series::users_zone(caller)?;
        let today = Optional(Some(TimeOrDay::today(domain::Moment::from_ms(web::now_ms()), &zone)));
        (query.filters.due_after, query.filters.due_before) = (today.clone(), today);
    }
    if let Some(tag) = tag {
        let tags = Field::parse(&json!([tag])).map_err(Refusal::Invalid)?;
        query.filters.tags = Optional(Some(tags));
    }
    let mut list = parse_json(&tasks::list(caller, &query)?)?;
    localise(&mut list, zone_of(caller.context()).as_ref());
    Ok(list)
}

/// Resolves a reference to a task. `unknown` makes the error for the reason why no single task matches.
fn resolve_task(
    caller: &Client,
    reference: &Reference,
    unknown: impl Fn(String) -> RpcError,
) -> Result<Value, RpcError> {
    let mut task = match tasks::resolve(caller, reference, SearchOptions::default()) {
        Ok(Resolution::One(hit)) => hit.item,
        Ok(Resolution::Several(_)) => return Err(unknown("several tasks match, so use an id.".into())),
        Ok(Resolution::Nothing(_)) | Err(Refusal::NotFound) => {
            return Err(unknown("no task matches.".into()));
        }
        Err(refusal) => return Err(refusal.into()),
    };
    localise(&mut task, zone_of(caller.context()).as_ref());
    Ok(task)
}
