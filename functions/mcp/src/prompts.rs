//! `prompts`: what people can begin with a word, with the tasks that it is about already in it.

use rust_mcp_schema::{
    EmbeddedResource, GetPromptRequestParams, GetPromptResult, ListPromptsResult, ListPromptsResultCacheScope, Prompt,
    PromptArgument, PromptMessage, Role, TextContent,
};
use serde_json::{Value, json};

use crate::endpoint::Asked;
use crate::failure::{Failure, INVALID_PARAMS};
use crate::hello::{TTL_MS, meta};
use crate::page::page;
use crate::resources::{OVERDUE, TODAY, contents, tasks_of};

struct Known {
    name: &'static str,
    title: &'static str,
    about: &'static str,
    text: &'static str,
}

const PROMPTS: [Known; 2] = [
    Known {
        name: "plan_my_day",
        title: "Plan my day",
        about: "Goes through what is overdue and due today, and makes a plan of it",
        text: include_str!("prompts/plan_my_day.md"),
    },
    Known {
        name: "weekly_review",
        title: "Weekly review",
        about: "Looks back at the week, clears what has piled up, and looks ahead",
        text: include_str!("prompts/weekly_review.md"),
    },
];

/// The one argument that prompts take.
pub const TAG: &str = "tag";

/// Whether there is a prompt of that name.
pub fn exists(name: &str) -> bool {
    PROMPTS.iter().any(|prompt| prompt.name == name)
}

/// `prompts/list`
pub fn list(asked: &Asked) -> Result<Value, Failure> {
    let all = PROMPTS.iter().map(|prompt| Prompt {
        name: prompt.name.into(),
        title: Some(prompt.title.into()),
        description: Some(prompt.about.into()),
        arguments: vec![PromptArgument {
            name: TAG.into(),
            title: Some("Tag".into()),
            description: Some("Only tasks with this tag".into()),
            required: Some(false),
        }],
        icons: Vec::new(),
        meta: None,
    });
    let page = page(asked, all.collect())?;
    Ok(json!(ListPromptsResult {
        cache_scope: ListPromptsResultCacheScope::Public,
        meta: Some(meta()),
        next_cursor: page.next,
        prompts: page.items,
        result_type: "complete".into(),
        ttl_ms: TTL_MS,
    }))
}

/// `prompts/get`
pub fn get(asked: &Asked) -> Result<Value, Failure> {
    let params: GetPromptRequestParams = asked.params()?;
    let Some(prompt) = PROMPTS.iter().find(|prompt| prompt.name == params.name) else {
        let message = format!("There is no prompt {:?}: `prompts/list` names those that there are.", params.name);
        return Err(Failure::new(INVALID_PARAMS, message));
    };
    let mut arguments = params.arguments.unwrap_or_default();
    let tag = arguments.remove(TAG).filter(|tag| !tag.trim().is_empty());
    if let Some(other) = arguments.keys().next() {
        return Err(Failure::new(INVALID_PARAMS, format!("There is no argument {other:?}: there is `{TAG}`.")));
    }
    let principal = asked.principal()?;
    let mut embedded = Vec::new();
    for uri in [OVERDUE, TODAY] {
        let tasks = tasks_of(&principal, uri, tag.as_deref()).map_err(|failure| match failure {
            Failure::Below(problem) if problem.status() == 422 => {
                Failure::new(INVALID_PARAMS, format!("`{TAG}` must be a tag of 1 to 50 characters."))
            }
            other => other,
        })?;
        embedded.push(EmbeddedResource::new(contents(uri, &tasks).into(), None, None).into());
    }
    let mut text = prompt.text.trim().to_owned();
    if let Some(tag) = &tag {
        text += &format!("\n\nOnly tasks with the tag {} matter now.", json!(tag));
    }
    let first = TextContent::new(text, None, None).into();
    let messages = [first].into_iter().chain(embedded).map(|content| PromptMessage { content, role: Role::User });
    Ok(json!(GetPromptResult {
        description: Some(prompt.about.into()),
        messages: messages.collect(),
        meta: Some(meta()),
        result_type: "complete".into(),
    }))
}
