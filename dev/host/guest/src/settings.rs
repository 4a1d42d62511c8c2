//! Reads one setting.

use anyhow::Result;
use serde_json::json;
use spin_sdk::{http::ResponseOutparam, variables};

pub async fn run(name: &str, out: ResponseOutparam) -> Result<()> {
    let told = match variables::get(name) {
        Ok(value) => json!({ "value": value }),
        Err(error) => json!({ "error": format!("{error:?}") }),
    };
    crate::json(out, &told).await
}
