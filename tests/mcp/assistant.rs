//! An MCP client that sends exactly the messages that a test specifies.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::{Call, Person};

use super::responses::{META, Outcome, Reply, name};

/// The revision without a handshake.
pub const MODERN: &str = "2026-07-28";

/// The revisions with a handshake, the newest first.
pub const HANDSHAKE_REVISIONS: [&str; 2] = ["2025-11-25", "2025-06-18"];

/// MCP client of a user.
#[derive(Clone, Debug)]
pub struct Assistant {
    person: Person,
    name: String,
    revision: &'static str,
    session: Option<String>,
}

impl Assistant {
    /// Creates a client of the newest revision.
    pub fn of(person: &Person) -> Self {
        Self::with_name("test assistant", person)
    }

    /// Creates a client of the newest revision with a name.
    pub fn with_name(name: &str, person: &Person) -> Self {
        Self { person: person.clone(), name: name.into(), revision: MODERN, session: None }
    }

    /// Creates a client of an older revision, after its handshake.
    pub async fn with_revision(name: &str, person: &Person, revision: &'static str) -> Self {
        let mut older = Self { revision, ..Self::with_name(name, person) };
        let hello = older.initialize(revision).await;
        assert_eq!(hello.result()["protocolVersion"], revision);
        older.session = Some(hello.response.header("mcp-session-id").to_owned());
        older
    }

    /// Sends `initialize` as a client of an older revision, whatever the client's own revision is.
    pub async fn initialize(&self, revision: &str) -> Reply {
        let client = json!({ "name": self.name, "title": "A test", "version": "1.0" });
        let params = json!({ "protocolVersion": revision, "capabilities": {}, "clientInfo": client });
        let beginner = Self { revision: HANDSHAKE_REVISIONS[0], session: None, ..self.clone() };
        beginner.request("initialize", params).await
    }

    /// Builds a request with all headers and members that the revision requires.
    pub fn message(&self, method: &str, params: Value) -> Message<'_> {
        let accept = "application/json, text/event-stream";
        let mut headers =
            BTreeMap::from([("accept", accept.to_owned()), ("content-type", "application/json".into())]);
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

    /// Sends a request.
    pub async fn request(&self, method: &str, params: Value) -> Reply {
        self.message(method, params).send().await
    }

    /// Builds a tool call.
    pub fn tool(&self, name: &str, arguments: Value) -> Message<'_> {
        self.message("tools/call", json!({ "name": name, "arguments": arguments }))
    }

    /// Calls a tool.
    pub async fn call(&self, tool: &str, arguments: Value) -> Outcome {
        self.tool(tool, arguments).call().await
    }

    /// Returns all items of a list, page by page.
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

    /// Returns the names of the tools that this client may use.
    pub async fn tools(&self) -> Vec<String> {
        self.list("tools/list", "tools").await.iter().map(name).collect()
    }

    /// Builds a POST request whose body may be no message at all.
    pub fn post(&self) -> Call<'_> {
        self.person.call("POST", "/mcp")
    }

    /// Posts a text as JSON, without headers of a revision.
    pub async fn post_text(&self, text: impl Into<String>) -> Reply {
        let text = text.into();
        let id = serde_json::from_str::<Value>(&text).unwrap_or_default()["id"].clone();
        let call = self.post().header("content-type", "application/json");
        Reply { id, response: call.body(text).send().await }
    }
}

/// Builder of a request.
#[derive(Debug)]
pub struct Message<'a> {
    assistant: &'a Assistant,
    headers: BTreeMap<&'static str, String>,
    /// The JSON-RPC message.
    pub body: Value,
}

impl Message<'_> {
    /// Replaces a header, or removes it.
    pub fn header(mut self, name: &'static str, value: Option<&str>) -> Self {
        self.headers.remove(name);
        self.headers.extend(value.map(|value| (name, value.to_owned())));
        self
    }

    /// Removes a member of `_meta`.
    pub fn without(mut self, member: &str) -> Self {
        let meta = self.body["params"]["_meta"].as_object_mut().expect("a _meta member");
        meta.remove(&format!("{META}/{member}")).expect("the member");
        self
    }

    /// Sets the revision in `_meta`.
    pub fn revision(mut self, revision: &str) -> Self {
        self.body["params"]["_meta"][format!("{META}/protocolVersion")] = json!(revision);
        self
    }

    /// Sends the request.
    pub async fn send(self) -> Reply {
        let call =
            self.headers.iter().fold(self.assistant.post(), |call, (name, value)| call.header(name, value));
        let response = call.body(self.body.to_string()).send().await;
        Reply { id: self.body["id"].clone(), response }
    }

    /// Sends the request, which must be a tool call.
    pub async fn call(self) -> Outcome {
        let tool = name(&self.body["params"]);
        Outcome { tool, reply: self.send().await }
    }
}
