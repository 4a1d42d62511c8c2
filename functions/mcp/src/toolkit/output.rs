//! Answers of tools: data, and the same as text for models.

use rust_mcp_schema::{CallToolResult, ResultMetaObject, TextContent};
use serde_json::{Value, json};

use super::error::{Explanation, ToolError};
use super::text::{QUOTES_ARE_DATA, line, page_text};
use super::times::localise;
use crate::protocol::{RpcError, result_meta};

/// The answer of a tool that did its work, or that asks for confirmation.
#[derive(Debug)]
pub struct ToolOutput {
    text: String,
    data: Value,
}

impl ToolOutput {
    /// The data with its times in the user's zone, and the text that `render` makes of it.
    pub fn new(mut data: Value, render: impl FnOnce(&Value) -> String) -> Self {
        localise(&mut data);
        let text = render(&data);
        Self { text: format!("{text}\n{QUOTES_ARE_DATA}"), data }
    }

    /// One item, after the words that say what was done with it.
    pub fn item(data: Value, done: &str) -> Self {
        Self::new(data, |data| {
            let description = data["description"].as_str().map(|text| format!("\nDescription: {}", json!(text)));
            format!("{done}: {}{}", line(data), description.unwrap_or_default())
        })
    }

    /// A page of items, which the noun names.
    pub fn page(data: Value, noun: &str) -> Self {
        Self::new(data, |page| page_text(page, noun, &Value::Null))
    }

    /// A page of reminders, with the titles of their tasks in the text.
    pub fn reminders(data: Value, noun: &str, titles: &Value) -> Self {
        Self::new(data, |page| page_text(page, noun, titles))
    }
}

/// The result of `tools/call`. Errors that a model can act on are results too; all others are errors of
/// JSON-RPC.
pub fn to_result(done: Result<ToolOutput, ToolError>, arguments: &Value) -> Result<Value, RpcError> {
    match done {
        Ok(ToolOutput { text, data }) => Ok(result(text, Some(data), None)),
        Err(error) => {
            let Explanation { text, problem } = error.explain(arguments)?;
            Ok(result(text, None, Some(problem)))
        }
    }
}

fn result(text: String, data: Option<Value>, problem: Option<Value>) -> Value {
    let is_error = problem.is_some();
    let extra = problem.map(|problem| [("taskflow/problem".to_owned(), problem)].into_iter().collect());
    json!(CallToolResult {
        content: vec![TextContent::new(text, None, None).into()],
        is_error: Some(is_error),
        meta: Some(ResultMetaObject { extra, ..result_meta() }),
        result_type: "complete".into(),
        structured_content: data,
    })
}
