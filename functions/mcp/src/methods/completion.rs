//! `completion/complete`: suggestions for the arguments of prompts and resource templates.

use actions::tasks::suggest::{SuggestionKind, suggest};
use rust_mcp_schema::{CompleteResult, CompleteResultCompletion};
use serde_json::{Value, json};

use super::prompts::{self, TAG};
use super::resources::TASK;
use crate::protocol::{INVALID_PARAMS, RpcError, RpcRequest, result_meta};

/// `completion/complete`
pub fn complete(request: &RpcRequest) -> Result<Value, RpcError> {
    let member = |of: &str, name: &str| request.params.get(of)?.get(name)?.as_str();
    let (Some(kind), Some(name), Some(value)) =
        (member("ref", "type"), member("argument", "name"), member("argument", "value"))
    else {
        let detail =
            "`completion/complete` needs `ref` with a `type`, and `argument` with a `name` and a `value`.";
        return Err(RpcError::new(INVALID_PARAMS, detail));
    };
    let of = match (kind, name) {
        ("ref/prompt", TAG) if member("ref", "name").is_some_and(prompts::exists) => SuggestionKind::Tags,
        ("ref/resource", "task") if member("ref", "uri") == Some(TASK) => SuggestionKind::Titles,
        _ => {
            let detail = format!(
                "Unknown argument. Completed are `{TAG}` of a prompt of `prompts/list`, and `task` of {TASK}."
            );
            return Err(RpcError::new(INVALID_PARAMS, detail));
        }
    };
    let found = suggest(&request.caller()?, of, value.replace('\0', " ").trim())?;
    let has_more = found.total > found.values.len();
    Ok(json!(CompleteResult {
        completion: CompleteResultCompletion {
            values: found.values,
            total: i64::try_from(found.total).ok(),
            has_more: Some(has_more),
        },
        meta: Some(result_meta()),
        result_type: "complete".into(),
    }))
}
