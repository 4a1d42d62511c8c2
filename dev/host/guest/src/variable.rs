//! Reads a variable.

use anyhow::Result;
use serde_json::json;
use spin_sdk::http::ResponseOutparam;
use spin_sdk::variables;

pub async fn run(name: &str, out: ResponseOutparam) -> Result<()> {
    let output = match variables::get(name) {
        Ok(value) => json!({ "value": value }),
        Err(error) => json!({ "error": format!("{error:?}") }),
    };
    crate::json(out, &output).await
}
