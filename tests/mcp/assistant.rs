//! A client of the MCP server, which says exactly what a test wants said.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::{Call, Person};

use super::answers::{META, Outcome, Reply, name};

/// The revision without a handshake.
pub const MODERN: &str = "2026-07-28";

/// Those with one, the newest first.
pub const OLDER: [&str; 2] = ["2025-11-25", "2025-06-18"];

/// Somebody's assistant.
#[derive(Clone, Debug)]
pub struct Assistant {
    person: Person,
    name: String,
    revision: &'static str,
    session: Option<String>,
}

impl Assistant {
    /// One that speaks the newest revision.
    pub fn of(person: &Person) -> Self {
        Self::called("test assistant", person)
    }

    /// The same, by another name.
    pub fn called(name: &str, person: &Person) -> Self {
        Self { person: person.clone(), name: name.into(), revision: MODERN, session: None }
    }

    /// One of an older revision, after its handshake.
    pub async fn older(name: &str, person: &Person, revision: &'static str) -> Self {
        let mut older = Self { revision, ..Self::called(name, person) };
        let hello = older.hello(revision).await;
        assert_eq!(hello.result()["protocolVersion"], revision);
        older.session = Some(hello.answer.header("mcp-session-id").to_owned());
        older
    }

    /// Begins a handshake, in the words of an older revision whatever it speaks itself.
    pub async fn hello(&self, revision: &str) -> Reply {
        let client = json!({ "name": self.name, "title": "A test", "version": "1.0" });
        let params = json!({ "protocolVersion": revision, "capabilities": {}, "clientInfo": client });
        let beginner = Self { revision: OLDER[0], session: None, ..self.clone() };
        beginner.request("initialize", params).await
    }

    /// A request in the making, with all that its revision wants.
    pub fn message(&self, method: &str, params: Value) -> Message<'_> {
        let accept = "application/json, text/event-stream";
        let mut headers = BTreeMap::from([("accept", accept.to_owned()), ("content-type", "application/json".into())]);
        let mut body = json!({ "jsonrpc": "2.0", "id": "a request", "method": method, "params": params });
        if self.revision == MODERN {
            let about = [("mcp-protocol-version", MODERN), ("mcp-method", method)];
            headers.extend(about.map(|(name, value)| (name, value.to_owned())));
            let named = match method {
                "tools/call" | "prompts/get" => &params["name"],
                "resources/read" => &params["uri"],
                _ => &Value::Null,
            };
            headers.extend(named.as_str().map(|named| ("mcp-name", named.to_owned())));
            body["params"]["_meta"] = json!({
                format!("{META}/protocolVersion"): MODERN,
                format!("{META}/clientCapabilities"): {},
                format!("{META}/clientInfo"): { "name": self.name, "version": "1.0" },
            });
        } else if let Some(session) = &self.session {
            headers.insert("mcp-protocol-version", self.revision.into());
            headers.insert("mcp-session-id", session.clone());
        }
        Message { assistant: self, headers, body }
    }

    /// Asks something.
    pub async fn request(&self, method: &str, params: Value) -> Reply {
        self.message(method, params).send().await
    }

    /// A call of a tool in the making.
    pub fn tool(&self, name: &str, arguments: Value) -> Message<'_> {
        self.message("tools/call", json!({ "name": name, "arguments": arguments }))
    }

    /// Calls a tool.
    pub async fn call(&self, tool: &str, arguments: Value) -> Outcome {
        self.tool(tool, arguments).call().await
    }

    /// All of a list, page by page.
    pub async fn list(&self, method: &str, member: &str) -> Vec<Value> {
        let (mut all, mut params) = (Vec::new(), json!({}));
        loop {
            let page = self.request(method, params).await.result();
            assert!(page["ttlMs"].as_u64().is_some(), "{page}");
            assert!(["public", "private"].iter().any(|scope| page["cacheScope"] == *scope), "{page}");
            all.extend(page[member].as_array().unwrap_or_else(|| panic!("no {member}: {page}")).clone());
            let Some(cursor) = page.get("nextCursor") else { return all };
            params = json!({ "cursor": cursor });
        }
    }

    /// Which tools it is shown.
    pub async fn tools(&self) -> Vec<String> {
        self.list("tools/list", "tools").await.iter().map(name).collect()
    }

    /// Posts something that may be no message at all.
    pub fn post(&self) -> Call<'_> {
        self.person.call("POST", "/mcp")
    }

    /// Posts that text as if it were JSON, in no revision in particular.
    pub async fn say(&self, text: impl Into<String>) -> Reply {
        let text = text.into();
        let id = serde_json::from_str::<Value>(&text).unwrap_or_default()["id"].clone();
        let call = self.post().header("content-type", "application/json");
        Reply { id, answer: call.body(text).send().await }
    }
}

/// A request in the making.
#[derive(Debug)]
pub struct Message<'a> {
    assistant: &'a Assistant,
    headers: BTreeMap<&'static str, String>,
    /// The message itself.
    pub body: Value,
}

impl Message<'_> {
    /// With that header instead of what it had, or without it.
    pub fn header(mut self, name: &'static str, value: Option<&str>) -> Self {
        self.headers.remove(name);
        self.headers.extend(value.map(|value| (name, value.to_owned())));
        self
    }

    /// Without that member of its `_meta`.
    pub fn without(mut self, member: &str) -> Self {
        let meta = self.body["params"]["_meta"].as_object_mut().expect("it has one");
        meta.remove(&format!("{META}/{member}")).expect("it has that");
        self
    }

    /// With that revision in its `_meta`.
    pub fn speaking(mut self, revision: &str) -> Self {
        self.body["params"]["_meta"][format!("{META}/protocolVersion")] = json!(revision);
        self
    }

    /// Sends it.
    pub async fn send(self) -> Reply {
        let call = self.headers.iter().fold(self.assistant.post(), |call, (name, value)| call.header(name, value));
        let answer = call.body(self.body.to_string()).send().await;
        Reply { id: self.body["id"].clone(), answer }
    }

    /// Sends it, if it is a call of a tool.
    pub async fn call(self) -> Outcome {
        let tool = name(&self.body["params"]);
        Outcome { tool, reply: self.send().await }
    }
}
