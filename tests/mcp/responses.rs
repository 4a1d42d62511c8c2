//! Responses of the MCP server, checked against the protocol whenever they are read.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;
use tests::Response;

/// Prefix of the protocol's own members of `_meta`.
pub const META: &str = "io.modelcontextprotocol";

/// The tools in `tools.json`.
pub static TOOLS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let all: Value = serde_json::from_str(&mcp::tools_json()).expect("JSON");
    all.get("tools").unwrap_or(&all).as_array().expect("a list of tools").clone()
});

static RESULTS: LazyLock<BTreeMap<String, jsonschema::Validator>> = LazyLock::new(|| {
    let schema =
        |tool: &Value| (name(tool), jsonschema::validator_for(&tool["outputSchema"]).expect("a schema"));
    TOOLS.iter().map(schema).collect()
});

/// Returns the name of a tool, a prompt or a resource.
pub fn name(thing: &Value) -> String {
    thing["name"].as_str().unwrap_or_else(|| panic!("no name: {thing}")).to_owned()
}

/// A response of the MCP server.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP response.
    pub response: Response,
    /// Id of the request.
    pub id: Value,
}

impl Reply {
    /// Asserts the status and returns the response.
    #[track_caller]
    pub fn status(self, status: u16) -> Self {
        assert_eq!(self.response.status, status, "{self:?}");
        self
    }

    /// Returns the message, and asserts that it answers the request. An unreadable request may have had no
    /// id.
    #[track_caller]
    fn message(&self) -> Value {
        assert!(self.response.header("content-type").starts_with("application/json"), "{self:?}");
        let message = self.response.json();
        assert_eq!(message["jsonrpc"], "2.0", "{self:?}");
        let is_unread =
            self.response.status == 400 && message.get("id").is_none() && message["error"]["code"] == -32600;
        if (self.id.is_string() || self.id.is_i64()) && !is_unread {
            assert_eq!(message["id"], self.id, "{self:?}");
        }
        message
    }

    /// Returns the result, in whatever revision.
    #[track_caller]
    pub fn bare_result(&self) -> Value {
        assert_eq!(self.response.status, 200, "{self:?}");
        let message = self.message();
        assert!(message.get("error").is_none() && message["result"].is_object(), "{self:?}");
        message["result"].clone()
    }

    /// Returns the result, and asserts that it is complete.
    #[track_caller]
    pub fn result(&self) -> Value {
        let result = self.bare_result();
        assert_eq!(result["resultType"], "complete", "{self:?}");
        let server = &result["_meta"][format!("{META}/serverInfo")];
        assert_eq!(server["name"], "taskflow", "{self:?}");
        assert!(server["version"].is_string(), "{self:?}");
        result
    }

    /// Returns the error, and asserts its code.
    #[track_caller]
    pub fn error(&self, code: i64) -> Value {
        let message = self.message();
        assert!(message.get("result").is_none(), "{self:?}");
        let error = &message["error"];
        assert_eq!(error["code"], code, "{self:?}");
        assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "{self:?}");
        error.clone()
    }
}

/// Outcome of a tool call.
#[derive(Debug)]
pub struct Outcome {
    /// Name of the tool.
    pub tool: String,
    /// Response to the call.
    pub reply: Reply,
}

impl Outcome {
    /// Returns the only text block.
    #[track_caller]
    pub fn text(&self) -> String {
        let result = self.reply.result();
        let [block] = result["content"].as_array().expect("content").as_slice() else {
            panic!("one block: {result}")
        };
        assert_eq!(block["type"], "text", "{result}");
        let text = block["text"].as_str().unwrap_or_default();
        assert!(!text.trim().is_empty(), "{result}");
        text.to_owned()
    }

    /// Returns the structured result, and asserts that it matches the tool's schema and that the text has all
    /// of its ids.
    #[track_caller]
    pub fn success(&self) -> Value {
        let result = self.reply.result();
        let text = self.text();
        assert!(result.get("isError").is_none_or(|is_error| is_error == false), "{}: {text}", self.tool);
        let made = result["structuredContent"].clone();
        let schema = RESULTS.get(&self.tool).unwrap_or_else(|| panic!("{} has no schema", self.tool));
        let errors: Vec<String> = schema.iter_errors(&made).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}: {made}", self.tool);
        let parts = ["task", "recurring_task", "reminder"].map(|member| &made[member]);
        let items = made["items"].as_array().into_iter().flatten();
        for id in items.chain(parts).chain([&made]).filter_map(|thing| thing["id"].as_str()) {
            assert!(text.contains(id), "{}: {id} is not in the text: {text}", self.tool);
        }
        made
    }

    /// Returns the refusal, and asserts its kind.
    #[track_caller]
    pub fn refusal(&self, kind: &str) -> Refusal {
        let result = self.reply.result();
        let text = self.text();
        assert_eq!(result["isError"], true, "{}: {result}", self.tool);
        assert!(result.get("structuredContent").is_none(), "{result}");
        let refused = Refusal { text, problem: result["_meta"]["taskflow/problem"].clone() };
        assert_eq!(refused.problem["kind"], kind, "{}: {refused:?}", self.tool);
        match kind {
            "invalid" => assert!(!refused.pointers().is_empty(), "{refused:?}"),
            "ambiguous" => assert!((1..=5).contains(&refused.candidates().len()), "{refused:?}"),
            _ => {}
        }
        refused
    }
}

/// Refusal of a tool call.
#[derive(Debug)]
pub struct Refusal {
    /// Text for the model.
    pub text: String,
    problem: Value,
}

impl Refusal {
    /// Returns pointers to the invalid arguments, and asserts that the text names each and has its details.
    #[track_caller]
    pub fn pointers(&self) -> Vec<String> {
        let errors = self.problem["errors"].as_array().unwrap_or_else(|| panic!("no errors: {self:?}"));
        let pointer = |error: &Value| {
            let pointer =
                error["pointer"].as_str().unwrap_or_else(|| panic!("no pointer: {self:?}")).to_owned();
            let member = pointer.split('/').nth(1).unwrap_or_default();
            assert!(self.text.contains(member), "{member} is not named: {self:?}");
            assert!(error["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{self:?}");
            pointer
        };
        errors.iter().map(pointer).collect()
    }

    /// Returns the candidates, and asserts that the text has each.
    #[track_caller]
    pub fn candidates(&self) -> Vec<Value> {
        let candidates =
            self.problem["candidates"].as_array().unwrap_or_else(|| panic!("no candidates: {self:?}"));
        for one in candidates {
            for member in ["id", "title", "status", "due_date"] {
                assert!(one.get(member).is_some(), "{member}: {one}");
            }
            assert!(self.text.contains(one["id"].as_str().unwrap_or("no id")), "{self:?}");
        }
        candidates.clone()
    }

    /// Returns the titles of the candidates, in order.
    #[track_caller]
    pub fn titles(&self) -> Vec<String> {
        self.candidates().iter().map(|one| one["title"].as_str().unwrap_or_default().to_owned()).collect()
    }
}
