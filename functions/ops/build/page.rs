//! The OpenAPI document as one HTML page without scripts or external resources.

use std::fmt::Write;

use serde_json::Value;

const STYLE: &str = include_str!("page.css");

/// Methods in the order in which the page lists them.
const METHODS: [&str; 4] = ["get", "post", "patch", "delete"];

/// Renders the page.
pub fn page(document: &Value) -> String {
    let mut groups: Vec<(&str, String, String)> = Vec::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            let operation = &methods[method];
            let Some(group) = operation["tags"][0].as_str() else { continue };
            let index = groups.iter().position(|(name, ..)| *name == group).unwrap_or_else(|| {
                groups.push((group, String::new(), String::new()));
                groups.len() - 1
            });
            let (_, contents, sections) = &mut groups[index];
            let id = escape(text(&operation["operationId"]));
            let title = escape(text(&operation["summary"]));
            let line =
                format!("<b class=\"{method}\">{}</b> <code>{}</code>", method.to_uppercase(), escape(path));
            let _ = write!(contents, "<li><a href=\"#{id}\">{line}</a> {title}</li>");
            let _ = write!(
                sections,
                "<section id=\"{id}\"><h3>{title}</h3><p>{line}</p>{}</section>",
                details(document, operation)
            );
        }
    }
    let contents: String =
        groups.iter().map(|(group, contents, _)| format!("<h4>{group}</h4><ul>{contents}</ul>")).collect();
    let sections: String =
        groups.iter().map(|(group, _, sections)| format!("<h2>{group}</h2>{sections}")).collect();
    let info = &document["info"];
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>TaskFlow API</title><style>{STYLE}</style></head><body><header><h1>TaskFlow API</h1><p>{}, version {}. \
         Also available as <a href=\"/api/openapi.json\">OpenAPI 3.1</a>.</p>{}</header><nav aria-label=\"Routes\">{contents}</nav>\
         <main>{sections}</main></body></html>",
        escape(text(&info["summary"])),
        escape(text(&info["version"])),
        prose(text(&info["description"])),
    )
}

fn details(document: &Value, operation: &Value) -> String {
    let mut html = String::new();
    if operation["security"].as_array().is_some_and(Vec::is_empty) {
        html += "<p>No authentication required.</p>";
    }
    let parameters: Vec<&Value> =
        operation["parameters"].as_array().into_iter().flatten().map(|one| resolve(document, one)).collect();
    if !parameters.is_empty() {
        html += "<table><caption>Parameters</caption><tr><th>name</th><th>in</th><th>type</th><th>description</th></tr>";
        for one in parameters {
            let _ = write!(
                html,
                "<tr><td><code>{}</code></td><td>{}</td><td>{}</td><td>{}</td></tr>",
                escape(text(&one["name"])),
                escape(text(&one["in"])),
                type_of(document, &one["schema"]),
                code(text(&one["description"])),
            );
        }
        html += "</table>";
    }
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    if body["properties"].is_object() {
        html += &members(document, "Request body", body);
    }
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let schema = &response["content"]["application/json"]["schema"];
        if schema["properties"].is_object() {
            html += &members(document, &format!("Response {status}"), schema);
        }
    }
    let statuses: Vec<&str> =
        operation["responses"].as_object().into_iter().flatten().map(|(status, _)| status.as_str()).collect();
    let _ = write!(html, "<p>Status codes: {}</p>", statuses.join(", "));
    html
}

fn members(document: &Value, caption: &str, schema: &Value) -> String {
    let required =
        |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
    let mut html = format!(
        "<table><caption>{caption}</caption><tr><th>field</th><th>type</th><th>description</th></tr>"
    );
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let mark = if required(name) { " *" } else { "" };
        let _ = write!(
            html,
            "<tr><td><code>{}</code>{mark}</td><td>{}</td><td>{}</td></tr>",
            escape(name),
            type_of(document, member),
            code(text(&member["description"])),
        );
    }
    html + "</table>"
}

/// Describes the type of a value in a few words.
fn type_of(document: &Value, schema: &Value) -> String {
    let schema = resolve(document, schema);
    if let Some(choices) = schema["anyOf"].as_array() {
        return choices.iter().map(|one| type_of(document, one)).collect::<Vec<_>>().join(" or ");
    }
    if let Some(words) = schema["enum"].as_array() {
        return match words.len() {
            0..=12 => words
                .iter()
                .map(|word| format!("<code>{}</code>", escape(text(word))))
                .collect::<Vec<_>>()
                .join(" "),
            _ => escape(text(&schema["description"])),
        };
    }
    let name = match &schema["type"] {
        Value::Array(all) => all.iter().map(text).collect::<Vec<_>>().join(" or "),
        Value::String(one) if one == "array" => format!("list of {}", type_of(document, &schema["items"])),
        one => text(one).to_owned(),
    };
    let bound = |name: &str| schema[name].as_u64().map(|bound| bound.to_string()).unwrap_or_default();
    let format = schema["format"].as_str().map(|format| format!(", {format}")).unwrap_or_default();
    let (min, max) = (
        format!("{}{}", bound("minLength"), bound("minimum")),
        format!("{}{}", bound("maxLength"), bound("maximum")),
    );
    let range = if min.is_empty() && max.is_empty() { String::new() } else { format!(" ({min}–{max})") };
    format!("{name}{format}{range}")
}

fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str().and_then(|pointer| pointer.strip_prefix('#')) {
        Some(pointer) => document.pointer(pointer).unwrap_or(value),
        None => value,
    }
}

/// Renders paragraphs and flat lists, the only Markdown in the API's description.
fn prose(markdown: &str) -> String {
    let mut html = String::new();
    for line in markdown.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix("- ") {
            Some(item) => html += &format!("<p class=\"item\">{}</p>", code(item)),
            None => html += &format!("<p>{}</p>", code(line)),
        }
    }
    html
}

/// Escapes a line and renders text in backquotes as code.
fn code(line: &str) -> String {
    let parts = line.split('`').enumerate();
    parts
        .map(
            |(index, part)| {
                if index % 2 == 1 { format!("<code>{}</code>", escape(part)) } else { escape(part) }
            },
        )
        .collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
