//! TaskFlow for assistants (Model Context Protocol): routes only. What each method does is in the file of its name.

mod access;
mod completion;
mod endpoint;
mod failure;
mod hello;
mod page;
mod prompts;
mod reply;
mod resources;
mod revision;
mod tool;
mod tools;

use domain::Field;
use serde_json::{Value, json};
use web::Method::{Get, Post};
use web::Route;

pub use tool::tools_json;

/// What this function answers.
pub const ROUTES: &[Route] = &[
    Route::new(Post, "/mcp", endpoint::run, "Talk to TaskFlow as an assistant does (MCP)"),
    Route::new(Get, "/.well-known/oauth-protected-resource", access::metadata, "See who issues tokens for /mcp")
        .gives(200, access::schema)
        .open(),
    Route::new(Get, "/.well-known/oauth-protected-resource/mcp", access::metadata, "See who issues tokens for /mcp")
        .gives(200, access::schema)
        .open(),
];

#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "what exports the component is generated")]
mod component {
    use spin_sdk::http::{IncomingRequest, ResponseOutparam};

    #[spin_sdk::http_component]
    async fn handle(request: IncomingRequest, out: ResponseOutparam) {
        web::serve("mcp", super::ROUTES, request, out).await;
        events::publish("mcp").await;
    }
}

/// The schema of a value, with nothing in it that only some of those understand who read the schemas of tools.
fn schema_of<T: Field>() -> Value {
    let mut schema = T::schema();
    // The tool says what it is about.
    schema.as_object_mut().map(|members| members.shift_remove("description"));
    plain(&mut schema);
    schema
}

/// Takes out of a schema what not everybody who reads the schemas of tools understands. What it forbade, parsing still does.
fn plain(schema: &mut Value) {
    if *schema == domain::Priority::schema() {
        *schema = json!({ "type": "string", "enum": ["low", "medium", "high"] });
    }
    match schema {
        Value::Array(all) => all.iter_mut().for_each(plain),
        Value::Object(members) => {
            // The only one that is kept apart, as there are hundreds of zones.
            if members.shift_remove("$ref").is_some() {
                members.insert("type".into(), "string".into());
                members.insert("examples".into(), json!(["Europe/Berlin"]));
            }
            members.shift_remove("pattern");
            members.shift_remove("uniqueItems");
            if let Some(Value::String(only)) = members.get("const").cloned() {
                members.shift_remove("const");
                members.insert("type".into(), "string".into());
                members.insert("enum".into(), json!([only]));
            }
            members.values_mut().for_each(plain);
        }
        _ => {}
    }
}
