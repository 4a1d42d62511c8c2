//! `completion/complete`: what somebody may be about to write.

use actions::tasks::suggest::{Of, suggest};
use rust_mcp_schema::{CompleteRequestParams, CompleteRequestRef, CompleteResult, CompleteResultCompletion};
use serde_json::{Value, json};

use crate::endpoint::Asked;
use crate::failure::{Failure, INVALID_PARAMS};
use crate::hello::meta;
use crate::prompts::{self, TAG};
use crate::resources::TASK;

/// `completion/complete`
pub fn complete(asked: &Asked) -> Result<Value, Failure> {
    let CompleteRequestParams { argument, ref_, .. } = asked.params()?;
    let of = match (&ref_, argument.name.as_str()) {
        (CompleteRequestRef::PromptReference(prompt), TAG) if prompts::exists(&prompt.name) => Of::Tags,
        (CompleteRequestRef::ResourceTemplateReference(template), "task") if template.uri == TASK => Of::Titles,
        _ => {
            let there_is = format!("`{TAG}` of a prompt of `prompts/list`, and `task` of {TASK}");
            return Err(Failure::new(
                INVALID_PARAMS,
                format!("Nothing is known of this argument; there is {there_is}."),
            ));
        }
    };
    let found = suggest(&asked.principal()?, of, argument.value.replace('\0', " ").trim())?;
    let has_more = found.total > found.values.len();
    Ok(json!(CompleteResult {
        completion: CompleteResultCompletion {
            values: found.values,
            total: i64::try_from(found.total).ok(),
            has_more: Some(has_more),
        },
        meta: Some(meta()),
        result_type: "complete".into(),
    }))
}
