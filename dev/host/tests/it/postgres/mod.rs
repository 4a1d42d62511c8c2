mod addresses;
mod connections;
mod errors;
mod types;

use serde_json::Value;

/// What a call failed with.
fn error(answer: &Value) -> &str {
    answer["error"].as_str().unwrap_or_else(|| panic!("this must fail: {answer}"))
}
