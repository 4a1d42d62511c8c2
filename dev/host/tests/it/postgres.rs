mod addresses;
mod connections;
mod errors;
mod types;

use serde_json::Value;

/// Returns the error of a call.
fn error(result: &Value) -> &str {
    result["error"].as_str().unwrap_or_else(|| panic!("expected an error: {result}"))
}
