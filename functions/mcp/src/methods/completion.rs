//! `completion/complete`: suggestions for the arguments of prompts and resource templates.

use actions::tasks::suggest::{SuggestionKind, suggest};
use rust_mcp_schema::{CompleteRequestParams, CompleteRequestRef, CompleteResult, CompleteResultCompletion};
use serde_json::{Value, json};

use super::prompts::{self, TAG};
use super::resources::TASK;
use crate::protocol::{INVALID_PARAMS, RpcError, RpcRequest, result_meta};

/// `completion/complete`
pub fn complete(request: &RpcRequest) -> Result<Value, RpcError> {
    let CompleteRequestParams { argument, ref_, .. } = request.params()?;
    let of = match (&ref_, argument.name.as_str()) {
        (CompleteRequestRef::PromptReference(prompt), TAG) if prompts::exists(&prompt.name) => {
            SuggestionKind::Tags
        }
        (CompleteRequestRef::ResourceTemplateReference(template), "task") if template.uri == TASK => {
            SuggestionKind::Titles
        }
        _ => {
            let detail = format!(
                "Unknown argument. Completed are `{TAG}` of a prompt of `prompts/list`, and `task` of {TASK}."
            );
            return Err(RpcError::new(INVALID_PARAMS, detail));
        }
    };
    let found = suggest(&request.caller()?, of, argument.value.replace('\0', " ").trim())?;
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
