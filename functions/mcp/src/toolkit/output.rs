//! Outputs of tools: data, and the same as text for models.

use domain::Timezone;
use rust_mcp_schema::{CallToolResult, ResultMetaObject, TextContent};
use serde_json::{Value, json};

use super::error::{Explanation, ToolError};
use super::text::{QUOTES_ARE_DATA, line, page_text, quote};
use super::times::localise;
use crate::protocol::{RpcError, result_meta};

/// The output of a tool that did its work, or that asks for confirmation.
pub struct ToolOutput {
    data: Value,
    render: Box<dyn FnOnce(&Value) -> String>,
}

impl ToolOutput {
    /// The data, and the function that makes a text of it once its times are in the user's zone.
    pub fn new(data: Value, render: impl FnOnce(&Value) -> String + 'static) -> Self {
        Self { data, render: Box::new(render) }
    }

    /// One item, after the words that say what was done with it.
    pub fn item(data: Value, done: &'static str) -> Self {
        Self::new(data, move |data| {
            let description =
                data["description"].as_str().map(|text| format!("\nDescription: {}", quote(text)));
            format!("{done}: {}{}", line(data), description.unwrap_or_default())
        })
    }

    /// A page of items, which the noun names.
    pub fn page(data: Value, noun: &'static str) -> Self {
        Self::page_with_titles(data, noun, Value::Null)
    }

    /// A page of items, which the text shows with the titles of their tasks.
    pub fn page_with_titles(data: Value, noun: &'static str, titles: Value) -> Self {
        Self::new(data, move |page| page_text(page, noun, &titles))
    }
}

/// Result of `tools/call`. Errors that a model can act on are results too; all others are errors of JSON-RPC.
pub fn to_result(
    done: Result<ToolOutput, ToolError>,
    arguments: &Value,
    zone: Option<&Timezone>,
) -> Result<Value, RpcError> {
    match done {
        Ok(ToolOutput { mut data, render }) => {
            localise(&mut data, zone);
            let text = format!("{}\n{QUOTES_ARE_DATA}", render(&data));
            Ok(result(text, Some(data), None))
        }
        Err(error) => {
            let Explanation { text, problem } = error.explain(arguments, zone)?;
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
