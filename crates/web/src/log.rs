//! Logs: one JSON object a line on stdout. They hold no personal content, tokens or secrets.

use std::error::Error;

use serde_json::json;
use store::chain;

/// Logs a fault of TaskFlow, with the error that caused it and all its sources.
pub fn fault(function: &str, correlation_id: &str, message: &str, cause: &(dyn Error + 'static)) {
    line("error", message, function, correlation_id, ("cause", &chain(cause)));
}

/// Logs an event that an operator should look at.
pub fn warn(function: &str, correlation_id: &str, message: &str, detail: (&str, &str)) {
    line("warn", message, function, correlation_id, detail);
}

/// Logs an event of normal operation.
pub fn info(function: &str, correlation_id: &str, message: &str, detail: (&str, &str)) {
    line("info", message, function, correlation_id, detail);
}

fn line(level: &str, message: &str, function: &str, correlation_id: &str, (name, detail): (&str, &str)) {
    let line = json!({
        "timestamp": domain::rfc3339_from_ms(crate::now_ms()),
        "level": level,
        "message": message,
        name: detail,
        "correlation_id": correlation_id,
        "function": function,
    });
    println!("{line}");
}
