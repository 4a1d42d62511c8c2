//! `prompts/list` and `prompts/get`: conversations to start, with the tasks in question embedded.

use rust_mcp_schema::{
    EmbeddedResource, GetPromptResult, ListPromptsResult, ListPromptsResultCacheScope, Prompt,
    PromptArgument, PromptMessage, Role, TextContent,
};
use serde_json::{Value, json};

use super::resources::{OVERDUE, TODAY, contents, tasks_of};
use crate::protocol::{CACHE_TTL_MS, INVALID_PARAMS, RpcError, RpcRequest, page, result_meta};
use crate::toolkit::quote;

struct PromptEntry {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    text: &'static str,
}

const PROMPTS: [PromptEntry; 2] = [
    PromptEntry {
        name: "plan_my_day",
        title: "Plan my day",
        description: "Reviews overdue tasks and those due today, and makes a plan",
        text: include_str!("prompts/plan_my_day.md"),
    },
    PromptEntry {
        name: "weekly_review",
        title: "Weekly review",
        description: "Looks back at the week, clears the backlog, and looks ahead",
        text: include_str!("prompts/weekly_review.md"),
    },
];

/// The only argument of prompts.
pub const TAG: &str = "tag";

/// True if there is a prompt of that name.
pub fn exists(name: &str) -> bool {
    PROMPTS.iter().any(|prompt| prompt.name == name)
}

/// `prompts/list`
pub fn list(request: &RpcRequest) -> Result<Value, RpcError> {
    let prompts = PROMPTS.iter().map(|prompt| Prompt {
        name: prompt.name.into(),
        title: Some(prompt.title.into()),
        description: Some(prompt.description.into()),
        arguments: vec![PromptArgument {
            name: TAG.into(),
            title: Some("Tag".into()),
            description: Some("Only tasks with this tag".into()),
            required: Some(false),
        }],
        icons: Vec::new(),
        meta: None,
    });
    let page = page(&request.params, prompts.collect())?;
    Ok(json!(ListPromptsResult {
        cache_scope: ListPromptsResultCacheScope::Public,
        meta: Some(result_meta()),
        next_cursor: page.next,
        prompts: page.items,
        result_type: "complete".into(),
        ttl_ms: CACHE_TTL_MS,
    }))
}

/// `prompts/get`
pub fn get(request: &RpcRequest) -> Result<Value, RpcError> {
    let name = request.text("name")?;
    let Some(prompt) = PROMPTS.iter().find(|prompt| prompt.name == name) else {
        let message = format!("Unknown prompt {name:?}. `prompts/list` returns the prompts.");
        return Err(RpcError::new(INVALID_PARAMS, message));
    };
    let mut arguments = request.arguments()?;
    let tag = match arguments.shift_remove(TAG) {
        None => None,
        Some(Value::String(tag)) => Some(tag).filter(|tag| !tag.trim().is_empty()),
        Some(_) => return Err(RpcError::new(INVALID_PARAMS, format!("`{TAG}` must be a string."))),
    };
    if let Some(other) = arguments.keys().next() {
        return Err(RpcError::new(
            INVALID_PARAMS,
            format!("Unknown argument {other:?}. The only argument is `{TAG}`."),
        ));
    }
    let caller = request.caller()?;
    let mut embedded = Vec::new();
    for uri in [OVERDUE, TODAY] {
        let tasks = tasks_of(&caller, uri, tag.as_deref()).map_err(|error| match error {
            RpcError::Problem(problem) if problem.status() == 422 => {
                RpcError::new(INVALID_PARAMS, format!("`{TAG}` must be a tag of 1 to 50 characters."))
            }
            other => other,
        })?;
        embedded.push(EmbeddedResource::new(contents(uri, &tasks).into(), None, None).into());
    }
    let mut text = prompt.text.trim().to_owned();
    if let Some(tag) = &tag {
        text += &format!("\n\nConsider only tasks with the tag {}.", quote(tag));
    }
    let text = TextContent::new(text, None, None).into();
    let messages =
        [text].into_iter().chain(embedded).map(|content| PromptMessage { content, role: Role::User });
    Ok(json!(GetPromptResult {
        description: Some(prompt.description.into()),
        messages: messages.collect(),
        meta: Some(result_meta()),
        result_type: "complete".into(),
    }))
}
