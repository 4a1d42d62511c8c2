//! Logs: one JSON object a line on stdout. No personal content, tokens or secrets.

use serde_json::json;

/// Logs a fault of ours, with its cause.
pub fn fault(function: &str, correlation_id: &str, cause: &str) {
    let line = json!({
        "timestamp": domain::rfc3339_from_ms(crate::now_ms()),
        "level": "error",
        "message": "the request failed by a fault of ours",
        "cause": cause,
        "correlation_id": correlation_id,
        "function": function,
    });
    println!("{line}");
}
