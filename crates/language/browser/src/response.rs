//! Responses, as JSON. The serializer of `serde_json` would be a tenth of the module, as it can write every
//! floating-point number.

use language::{Choice, Reply, Span, Understanding};
use serde_json::{Map, Value};

/// Writes an understanding as `serde_json` does.
pub fn write(understood: &Understanding, out: &mut String) {
    *out += "{\"operation\":";
    string(understood.operation.as_str(), out);
    *out += ",\"data\":";
    object(&understood.data, out);
    // Two digits are enough: nobody is more certain.
    let hundredths = (understood.confidence * 100.0) as u32;
    *out += &format!(",\"confidence\":{}.{:02}", hundredths / 100, hundredths % 100);
    *out += if understood.needs_clarification {
        ",\"needs_clarification\":true"
    } else {
        ",\"needs_clarification\":false"
    };
    if let Some(question) = &understood.question {
        *out += ",\"question\":";
        string(question, out);
    }
    if !understood.options.is_empty() {
        *out += ",\"options\":";
        list(&understood.options, out, option);
    }
    *out += ",\"notes\":";
    list(&understood.notes, out, |note, out| string(note, out));
    *out += ",\"spans\":";
    list(&understood.spans, out, span);
    match understood.answer {
        Some(Reply::Choice(number)) => *out += &format!(",\"answer\":{{\"choice\":{number}}}"),
        Some(Reply::Yes) => *out += ",\"answer\":\"yes\"",
        Some(Reply::No) => *out += ",\"answer\":\"no\"",
        Some(Reply::Cancel) => *out += ",\"answer\":\"cancel\"",
        Some(Reply::Undo) => *out += ",\"answer\":\"undo\"",
        None => {}
    }
    if !understood.then.is_empty() {
        *out += ",\"then\":";
        list(&understood.then, out, write);
    }
    out.push('}');
}

fn option(option: &Choice, out: &mut String) {
    *out += "{\"label\":";
    string(&option.label, out);
    *out += ",\"operation\":";
    string(option.operation.as_str(), out);
    *out += ",\"data\":";
    object(&option.data, out);
    out.push('}');
}

fn span(span: &Span, out: &mut String) {
    *out += &format!("{{\"from\":{},\"to\":{},\"kind\":", span.from, span.to);
    string(span.kind.as_str(), out);
    if let Some(meaning) = &span.value {
        *out += ",\"value\":";
        value(meaning, out);
    }
    out.push('}');
}

fn list<T>(items: &[T], out: &mut String, write: impl Fn(&T, &mut String)) {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(']');
}

fn object(members: &Map<String, Value>, out: &mut String) {
    out.push('{');
    for (index, (name, member)) in members.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        string(name, out);
        out.push(':');
        value(member, out);
    }
    out.push('}');
}

/// Writes a value. All numbers in arguments are whole.
fn value(given: &Value, out: &mut String) {
    match given {
        Value::Null => *out += "null",
        Value::Bool(true) => *out += "true",
        Value::Bool(false) => *out += "false",
        Value::Number(number) => *out += &number.as_i64().unwrap_or_default().to_string(),
        Value::String(text) => string(text, out),
        Value::Array(items) => list(items, out, value),
        Value::Object(members) => object(members, out),
    }
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => *out += "\\\"",
            '\\' => *out += "\\\\",
            c if c < ' ' => *out += &format!("\\u{:04x}", u32::from(c)),
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use language::{Now, Order, understand};

    use super::*;

    #[test]
    fn a_response_is_what_serde_json_writes() {
        let now = Now::new("2026-03-04T10:00:00Z".parse().unwrap(), jiff::tz::TimeZone::UTC, None::<Order>);
        for text in [
            "call \"mom\\dad\" tmrw 5pm #family p1, remind me an hour before",
            "pay rent 4/3 and mark the report as done",
            "water the plants every 3 days",
            "remove the due date from the report",
            "show me the next 5 tasks",
            "no, next friday",
            "the second one",
            "undo that",
            "hello",
            "",
        ] {
            let understood = understand(text, &[], &now);
            let mut written = String::new();
            write(&understood, &mut written);
            let written: Value = serde_json::from_str(&written).unwrap();
            assert_eq!(written, serde_json::json!(understood), "{text}");
        }
    }
}
