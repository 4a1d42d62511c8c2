//! The OpenAPI document of a table of routes.

use serde_json::{Map, Value, json};

use crate::Problem;
use crate::route::{Body, Method, Route, parameter};

/// Returns the `paths` of an OpenAPI 3.1 document.
pub fn paths(routes: &[Route]) -> Map<String, Value> {
    let mut paths = Map::new();
    for route in routes.iter().filter(|route| !route.internal) {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.name().to_lowercase()] = operation(route, routes);
    }
    paths
}

fn operation(route: &Route, routes: &[Route]) -> Value {
    let mut operation = json!({
        "summary": route.summary,
        "operationId": operation_id(route),
        "tags": [group(route)],
        "parameters": parameters(route),
        "responses": responses(route),
        "security": if route.open { json!([]) } else { json!([{ "token": [] }, { "cookie": [] }]) },
    });
    let links = links(route, routes);
    if !links.is_empty() {
        operation["responses"][route.gives.0.to_string()]["links"] = links.into();
    }
    if let Some(schema) = route.takes.map(|schema| schema()) {
        let is_needed =
            |schema: &Value| schema["required"].as_array().is_some_and(|members| !members.is_empty());
        let required = is_needed(&schema) || is_needed(&schema["anyOf"][0]);
        operation["requestBody"] =
            json!({ "required": required, "content": { "application/json": { "schema": schema } } });
    }
    operation
}

/// Links from a created or listed thing to the routes that take its id.
fn links(route: &Route, routes: &[Route]) -> Map<String, Value> {
    let id = match (route.method, route.gives) {
        (Method::Post, (201, _)) => "$response.body#/id",
        (Method::Get, (200, Body::Json(_))) => "$response.body#/items/0/id",
        _ => return Map::new(),
    };
    let with_id = format!("{}/{{id}}", route.path);
    let next = routes.iter().filter(|next| next.path.starts_with(&with_id));
    next.map(|next| {
        let operation = operation_id(next);
        (operation.clone(), json!({ "operationId": operation, "parameters": { "path.id": id } }))
    })
    .collect()
}

/// `/api/tasks/{id}` belongs to `tasks`.
fn group(route: &Route) -> &'static str {
    match route.path.strip_prefix("/api/").and_then(|path| path.split(['/', '.']).next()) {
        Some("auth") => "accounts",
        Some("sync") => "tasks",
        Some("openapi" | "docs") | None => "operations",
        Some(group) => group,
    }
}

/// `PATCH /api/tasks/{id}` is `patch_tasks_id`.
fn operation_id(route: &Route) -> String {
    let words = route.path.split(['/', '{', '}', '.', '-']).filter(|word| !word.is_empty() && *word != "api");
    [route.method.name().to_lowercase().as_str()].into_iter().chain(words).collect::<Vec<_>>().join("_")
}

fn changes(route: &Route) -> bool {
    route.method != Method::Get
}

/// Returns true for a change of a thing with a version.
fn changes_version(route: &Route) -> bool {
    route.versioned && changes(route) && route.path.contains('{')
}

fn takes_key(route: &Route) -> bool {
    let can_repeat = !route.reads && !route.path.starts_with("/api/auth/");
    route.method == Method::Post && !route.open && can_repeat
}

fn parameters(route: &Route) -> Vec<Value> {
    let in_path = route.path.split('/').filter_map(parameter).map(|name| {
        let schema = match name {
            "tag" => <domain::Tag as domain::Field>::schema(),
            _ => json!({ "type": "string", "format": "uuid" }),
        };
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    });
    let schema = route.query.map(|schema| schema()).unwrap_or_default();
    let in_query = schema["properties"].as_object().cloned().unwrap_or_default().into_iter().map(
        |(name, mut schema)| {
            let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
            let mut parameter =
                json!({ "name": name, "in": "query", "description": description, "schema": schema });
            if schema["type"] == "array" {
                parameter["style"] = "form".into();
                parameter["explode"] = true.into();
            }
            parameter
        },
    );
    let named = |name: &str| json!({ "$ref": format!("#/components/parameters/{name}") });
    let if_match = (changes_version(route) || route.refuses.contains(&412)).then(|| named("If-Match"));
    let if_none_match = (route.versioned && !changes(route)).then(|| named("If-None-Match"));
    let key = takes_key(route).then(|| named("Idempotency-Key"));
    in_path
        .chain(in_query)
        .chain(if_match)
        .chain(if_none_match)
        .chain(key)
        .chain([named("X-Correlation-Id")])
        .collect()
}

/// Headers of a response with that status.
fn headers(route: &Route, status: u16, good: bool) -> Value {
    let named = |name: &str| json!({ "$ref": format!("#/components/headers/{name}") });
    let mut headers = json!({ "X-Correlation-Id": named("X-Correlation-Id") });
    if good && route.versioned && status != 204 {
        headers["ETag"] = named("ETag");
    }
    if status == 201 && takes_key(route) {
        headers["Location"] = named("Location");
    }
    if good && changes(route) && !route.open && !route.reads {
        headers["TaskFlow-Seq"] = named("TaskFlow-Seq");
    }
    match status {
        401 => headers["WWW-Authenticate"] = named("WWW-Authenticate"),
        429 => {
            for name in ["Retry-After", "RateLimit", "RateLimit-Policy"] {
                headers[name] = named(name);
            }
        }
        503 if !good => headers["Retry-After"] = named("Retry-After"),
        _ => {}
    }
    headers
}

fn responses(route: &Route) -> Map<String, Value> {
    let (status, body) = route.gives;
    let given = |status: u16, media_type: &str, schema: Value| {
        json!({
            "description": "Success",
            "headers": headers(route, status, true),
            "content": { media_type: { "schema": schema } },
        })
    };
    let content = match body {
        Body::Empty => json!({ "description": "Done", "headers": headers(route, status, true) }),
        Body::Json(schema) => given(status, "application/json", schema()),
        Body::Text(media_type) => given(status, media_type, json!({ "type": "string" })),
    };
    let mut responses = Map::from_iter([(status.to_string(), content)]);
    responses.extend(
        route
            .gives_too
            .map(|(status, schema)| (status.to_string(), given(status, "application/json", schema()))),
    );
    if route.versioned && !changes(route) {
        let unchanged = json!({ "description": "Not modified", "headers": headers(route, 304, true) });
        responses.insert("304".into(), unchanged);
    }
    // A body is checked where none is expected, too.
    let takes: &[u16] = if changes(route) { &[400, 413, 415, 422] } else { &[] };
    let named: &[u16] = if route.path.contains('{') { &[404] } else { &[] };
    let caller: &[u16] = if route.open { &[] } else { &[401, 403, 429, 503] };
    let from_pages: &[u16] = if changes(route) { &[403] } else { &[] };
    let newer: &[u16] = if changes_version(route) { &[412] } else { &[] };
    let mut refusals = [&[422], takes, named, caller, from_pages, newer, route.refuses].concat();
    refusals.sort_unstable();
    for status in refusals {
        responses.entry(status.to_string()).or_insert_with(|| {
            json!({
                "description": "Problem",
                "headers": headers(route, status, false),
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
            })
        });
    }
    responses
}

/// Returns the whole document, from the paths of all functions.
pub fn document(paths: Map<String, Value>) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "TaskFlow",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A to-do system that people use by talking to it",
            "description": include_str!("openapi.md"),
        },
        "paths": paths,
        "components": {
            "schemas": { "Problem": Problem::schema(), "Timezone": domain::timezone_schema() },
            "parameters": shared_parameters(),
            "headers": shared_headers(),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Token of a session, personal access token, or JWT of a configured issuer",
                },
                "cookie": { "type": "apiKey", "in": "cookie", "name": crate::COOKIE },
            },
        },
    })
}

fn shared_parameters() -> Value {
    let header = |name: &str, description: &str, schema: Value| json!({ "name": name, "in": "header", "description": description, "schema": schema });
    let tags = json!({ "type": "string", "pattern": "^([0-9]{1,9}|\"[0-9]{1,9}\")$" });
    json!({
        "If-Match": header("If-Match", "`ETag` that the thing must still have. If it has changed, the response is a 412.", tags.clone()),
        "If-None-Match": header("If-None-Match", "`ETag` that the client already has. If it is unchanged, the response is a 304.", tags),
        "Idempotency-Key": header(
            "Idempotency-Key",
            "Name of the request, which makes retries safe: for 24 hours, the same key with the same body returns the first response.",
            json!({ "type": "string", "pattern": "^[!-~]{1,255}$" }),
        ),
        "X-Correlation-Id": header(
            "X-Correlation-Id",
            "Id of the request in logs, events and the response. One is generated if it is missing.",
            json!({ "type": "string" }),
        ),
    })
}

fn shared_headers() -> Value {
    let header = |description: &str, schema: Value| json!({ "description": description, "required": true, "schema": schema });
    let text = json!({ "type": "string" });
    // A 429 of a request that no limit counts has none: too many writes of the user wait already.
    let optional = |description: &str| json!({ "description": description, "schema": text });
    json!({
        "X-Correlation-Id": header("Id of the request", text.clone()),
        "ETag": header("Version of the thing", text.clone()),
        "Location": header("URL of the thing", text.clone()),
        "TaskFlow-Seq": {
            "description": "The user's newest `seq`: a client that has synced up to it has the change of this request. \
                            Omitted when the user is deleted",
            "schema": { "type": "integer", "minimum": 0 },
        },
        "WWW-Authenticate": header("Authentication scheme", text.clone()),
        "Retry-After": header("Seconds to wait before a retry", json!({ "type": "integer" })),
        "RateLimit": optional("Remaining requests, and the seconds until the limit resets"),
        "RateLimit-Policy": optional("Number of requests, and the period in seconds"),
    })
}
