//! Logs: one JSON object a line on stdout. No personal content, tokens or secrets.

use serde_json::json;

/// Logs a fault of ours, with its cause.
pub fn fault(function: &str, correlation_id: &str, cause: &str) {
    line("error", "the request failed by a fault of ours", function, correlation_id, ("cause", cause));
}

/// Logs what somebody should look at.
pub fn warn(function: &str, correlation_id: &str, message: &str, detail: (&str, &str)) {
    line("warn", message, function, correlation_id, detail);
}

/// Logs what is good to know.
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
