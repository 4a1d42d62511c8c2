//! The OpenAPI document of a table of routes.

use serde_json::{Map, Value, json};

use crate::Problem;
use crate::route::{Body, Route, parameter};

/// The `paths` of an OpenAPI 3.1 document.
pub fn paths(routes: &[Route]) -> Map<String, Value> {
    let mut paths = Map::new();
    for route in routes {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.name().to_lowercase()] = operation(route);
    }
    paths
}

fn operation(route: &Route) -> Value {
    let mut operation = json!({
        "summary": route.summary,
        "operationId": operation_id(route),
        "parameters": parameters(route),
        "responses": responses(route),
        "security": if route.open { json!([]) } else { json!([{ "token": [] }]) },
    });
    if let Some(schema) = route.takes.map(|schema| schema()) {
        let required = schema["required"].as_array().is_some_and(|members| !members.is_empty());
        operation["requestBody"] =
            json!({ "required": required, "content": { "application/json": { "schema": schema } } });
    }
    operation
}

/// `PATCH /api/tasks/{id}` is `patch_tasks_id`.
fn operation_id(route: &Route) -> String {
    let words = route.path.split(['/', '{', '}', '.']).filter(|word| !word.is_empty() && *word != "api");
    [route.method.name().to_lowercase().as_str()].into_iter().chain(words).collect::<Vec<_>>().join("_")
}

fn parameters(route: &Route) -> Vec<Value> {
    let in_path = route.path.split('/').filter_map(parameter).map(|name| {
        json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" } })
    });
    let schema = route.query.map(|schema| schema()).unwrap_or_default();
    let in_query = schema["properties"].as_object().cloned().unwrap_or_default().into_iter().map(|(name, schema)| {
        // A query has no null: a parameter that is not wanted is left out.
        let description = schema["description"].clone();
        let schema = schema["anyOf"][0].clone();
        json!({ "name": name, "in": "query", "description": description, "schema": schema })
    });
    in_path.chain(in_query).collect()
}

fn responses(route: &Route) -> Map<String, Value> {
    let given = |schema: fn() -> Value| json!({ "description": "As asked", "content": { "application/json": { "schema": schema() } } });
    let (status, body) = route.gives;
    let content = match body {
        Body::Empty => json!({ "description": "Done" }),
        Body::Json(schema) => given(schema),
    };
    let mut responses = Map::from_iter([(status.to_string(), content)]);
    responses.extend(route.gives_too.map(|(status, schema)| (status.to_string(), given(schema))));
    let takes: &[u16] = if route.takes.is_some() { &[400, 413, 415, 422] } else { &[] };
    let query: &[u16] = if route.query.is_some() { &[422] } else { &[] };
    let caller: &[u16] = if route.open { &[] } else { &[401, 503] };
    let named: &[u16] = if route.path.contains('{') { &[404] } else { &[] };
    for status in [takes, query, caller, named, route.refuses].concat() {
        responses.entry(status.to_string()).or_insert_with(|| {
            json!({
                "description": "A problem",
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
            })
        });
    }
    responses
}

/// The whole document, from the paths of all functions.
pub fn document(paths: Map<String, Value>) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "TaskFlow",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A to-do system that people use by talking to it",
        },
        "paths": paths,
        "components": {
            "schemas": { "Problem": Problem::schema() },
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
    })
}
