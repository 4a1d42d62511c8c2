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

/// Logs a panic, which ends the instance, as an error of this request. Its message is left out unless it is a
/// constant, as it may quote what people wrote.
pub(crate) fn report_panics(function: &str, correlation_id: &str) {
    let (function, correlation_id) = (function.to_owned(), correlation_id.to_owned());
    std::panic::set_hook(Box::new(move |panic| {
        let message = panic.payload().downcast_ref::<&str>().copied().unwrap_or("a panic");
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let cause = format!("{message}, at {place}");
        line("error", "the function panicked", &function, &correlation_id, ("cause", &cause));
    }));
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
