//! `resources`: today's tasks, those that are overdue, and any task by what it is called.

use actions::tasks::find::Where;
use actions::tasks::list::{SortBy, Status};
use actions::tasks::{self, ListTasks};
use domain::{DueDate, Field, Flag, Limit, Optional, Reference};
use rust_mcp_schema::{
    ListResourceTemplatesResult, ListResourceTemplatesResultCacheScope, ListResourcesResult,
    ListResourcesResultCacheScope, ReadResourceRequestParams, ReadResourceResult, ReadResourceResultCacheScope,
    Resource, ResourceTemplate, TextResourceContents,
};
use serde_json::{Value, json};
use store::{Principal, Refusal};

use crate::call;
use crate::endpoint::Asked;
use crate::failure::{Failure, INVALID_PARAMS, NO_RESOURCE};
use crate::hello::{TTL_MS, meta};
use crate::page::page;
use crate::revision::Era;
use crate::times::localise;

pub const TODAY: &str = "taskflow://today";
pub const OVERDUE: &str = "taskflow://overdue";
/// What names a single task.
pub const TASK: &str = "taskflow://task/{task}";

const JSON: &str = "application/json";

/// What there is, apart from single tasks.
const LISTED: [(&str, &str, &str); 2] = [
    (TODAY, "Today", "The open tasks that are due today, in the person's zone"),
    (OVERDUE, "Overdue", "The open tasks whose time has come and gone"),
];

/// `resources/list`
pub fn list(asked: &Asked) -> Result<Value, Failure> {
    let all = LISTED.map(|(uri, title, description)| Resource {
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
    let page = page(asked, all.into())?;
    Ok(json!(ListResourcesResult {
        cache_scope: ListResourcesResultCacheScope::Public,
        meta: Some(meta()),
        next_cursor: page.next,
        resources: page.items,
        result_type: "complete".into(),
        ttl_ms: TTL_MS,
    }))
}

/// `resources/templates/list`
pub fn templates(asked: &Asked) -> Result<Value, Failure> {
    let task = ResourceTemplate {
        uri_template: TASK.into(),
        name: "task".into(),
        title: Some("A task".into()),
        description: Some("A task by its id, or by words of its title".into()),
        mime_type: Some(JSON.into()),
        annotations: None,
        icons: Vec::new(),
        meta: None,
    };
    let page = page(asked, vec![task])?;
    Ok(json!(ListResourceTemplatesResult {
        cache_scope: ListResourceTemplatesResultCacheScope::Public,
        meta: Some(meta()),
        next_cursor: page.next,
        resource_templates: page.items,
        result_type: "complete".into(),
        ttl_ms: TTL_MS,
    }))
}

/// `resources/read`
pub fn read(asked: &Asked) -> Result<Value, Failure> {
    let uri = asked.params::<ReadResourceRequestParams>()?.uri;
    let unknown = |why: String| {
        let code = if asked.client.era == Era::Modern { INVALID_PARAMS } else { NO_RESOURCE };
        Failure::new(code, format!("There is no resource {uri:?}: {why}")).with(json!({ "uri": uri }))
    };
    let principal = asked.principal()?;
    let task = uri.strip_prefix("taskflow://task/").map(|name| Reference::parse(&json!(web::decode(name))));
    let content = match (uri.as_str(), task) {
        (TODAY | OVERDUE, _) => tasks_of(&principal, &uri, None)?,
        (_, Some(Ok(naming))) => one(&principal, &naming)?.map_err(unknown)?,
        _ => return Err(unknown(format!("there are {TODAY}, {OVERDUE} and {TASK}."))),
    };
    Ok(json!(ReadResourceResult {
        cache_scope: ReadResourceResultCacheScope::Private,
        contents: vec![contents(&uri, &content).into()],
        meta: Some(meta()),
        result_type: "complete".into(),
        ttl_ms: 0,
    }))
}

/// What a resource says, as it is sent.
pub fn contents(uri: &str, content: &Value) -> TextResourceContents {
    TextResourceContents { uri: uri.into(), mime_type: Some(JSON.into()), text: content.to_string(), meta: None }
}

/// Today's tasks or those that are overdue; only those of a tag, where one is given.
pub fn tasks_of(principal: &Principal, uri: &str, tag: Option<&str>) -> Result<Value, Failure> {
    let mut wanted = ListTasks {
        status: Optional(Some(Status::Active)),
        sort_by: Optional(Some(SortBy::DueDate)),
        limit: Optional(Some(Limit(200))),
        ..Default::default()
    };
    if uri == OVERDUE {
        wanted.overdue = Optional(Some(Flag(true)));
    } else {
        let zone = actions::series::users_zone(principal)?;
        let today = Optional(Some(DueDate::today(domain::Moment::from_ms(web::now_ms()), &zone)));
        (wanted.due_after, wanted.due_before) = (today.clone(), today);
    }
    if let Some(tag) = tag {
        let tags = Field::parse(&json!([tag])).map_err(actions::Problem::Invalid)?;
        wanted.tags = Optional(Some(tags));
    }
    let mut list = call::read(&tasks::list(principal, &wanted)?)?;
    localise(&mut list);
    Ok(list)
}

/// The task that is meant, or why there is none.
fn one(principal: &Principal, naming: &Reference) -> Result<Result<Value, String>, Failure> {
    use actions::naming::Found;
    let mut task = match tasks::find(principal, naming, Where::default()) {
        Ok(Found::One(hit)) => hit.shown,
        Ok(Found::Several(_)) => return Ok(Err("several tasks fit, so use an id.".into())),
        Ok(Found::Nothing(_)) | Err(Refusal::NotFound) => return Ok(Err("no task is called so.".into())),
        Err(refusal) => return Err(refusal.into()),
    };
    localise(&mut task);
    Ok(Ok(task))
}
