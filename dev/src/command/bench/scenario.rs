//! What is measured.

use super::world::{COLLECTOR, CREATORS, LISTERS, NEIGHBOURS, Users};
use super::{CONNECTIONS, lists};

/// Something that is measured.
pub struct Scenario {
    /// Its name.
    pub name: &'static str,
    /// Who asks.
    pub users: Users,
    /// What they ask, by turns.
    pub asks: &'static [Ask],
    /// The status of success.
    pub status: u16,
    /// What Postgres alone does of it.
    pub postgres: Option<Call>,
    /// Whether the native server can do it.
    pub is_native: bool,
    /// Whether each request has an `Idempotency-Key`.
    pub is_keyed: bool,
    /// Without what TaskFlow does it too, to see what that costs.
    pub without: Option<Without>,
    /// How many ask at the same time.
    pub connections: usize,
}

/// What TaskFlow can do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Without {
    /// Limits, and keys that make a repeat harmless.
    Guards,
    /// Events are written, and wait.
    Publishing,
    /// The same is asked for over plain HTTP.
    Tools,
}

/// A request.
pub struct Ask {
    /// Its line without the version.
    pub line: &'static str,
    /// Its body.
    pub body: &'static str,
    /// What it adds to the input of the call.
    pub input: &'static str,
}

/// A call that Postgres gets when the same is asked over HTTP.
pub struct Call {
    /// The file's stem and its text.
    pub body: (&'static str, &'static str),
    /// What is the same in all inputs; a new id is put into it where it makes something.
    pub input: &'static str,
    /// Whether it makes something.
    pub makes: bool,
}

/// A task to be made.
pub const TASK: &str = r#"{"title":"prepare the monthly report","priority":"high","tags":["work","report"],"due_date":"2031-04-02T17:00:00Z"}"#;
const TASK_AS_INPUT: &str = r#"{"title":"prepare the monthly report","priority":"high","tags":["work","report"],"due_date":{"at":"2031-04-02T17:00:00Z"}}"#;

const CREATE: Call = Call {
    body: ("create", include_str!("../../../../crates/actions/src/tasks/create.sql")),
    input: TASK_AS_INPUT,
    makes: true,
};
const LIST: Call = Call {
    body: ("list", include_str!("../../../../crates/actions/src/tasks/list.sql")),
    input: r#"{"sort_by":"created_at","descending":true,"limit":50,"offset":0}"#,
    makes: false,
};

/// The same task, as an assistant makes it.
const ADD_TASK: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add_task","arguments":{"title":"prepare the monthly report","priority":"high","tags":["work","report"],"due_date":"2031-04-02T17:00:00Z"}}}"#;
const TOOLS_LIST: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;

const ADD_TASK_ASKS: &[Ask] = &[Ask { line: "POST /mcp", body: ADD_TASK, input: "{}" }];
const TOOLS_LIST_ASKS: &[Ask] = &[Ask { line: "POST /mcp", body: TOOLS_LIST, input: "{}" }];
const LIVE_ASKS: &[Ask] = &[Ask { line: "GET /live", body: "", input: "{}" }];
const CREATE_ASKS: &[Ask] = &[Ask { line: "POST /api/tasks", body: TASK, input: "{}" }];
const LIST_ASKS: &[Ask] = &[Ask { line: "GET /api/tasks", body: "", input: "{}" }];

/// What most of them are like.
const USUAL: Scenario = Scenario {
    name: "hello",
    users: CREATORS,
    asks: LIVE_ASKS,
    status: 200,
    postgres: None,
    is_native: true,
    is_keyed: false,
    without: None,
    connections: CONNECTIONS,
};

/// As many assistants as there are to be at once, without an error.
const ASSISTANTS: usize = 50;

/// What `add_task` does, over plain HTTP.
pub static ADD_TASK_PLAINLY: Scenario = Scenario { asks: CREATE_ASKS, status: 201, connections: ASSISTANTS, ..USUAL };

/// All that is measured, but for the crowd.
pub const SCENARIOS: &[Scenario] = &[
    USUAL,
    Scenario { name: "create", asks: CREATE_ASKS, status: 201, postgres: Some(CREATE), ..USUAL },
    Scenario {
        name: "create-published",
        asks: CREATE_ASKS,
        status: 201,
        is_native: false,
        without: Some(Without::Publishing),
        ..USUAL
    },
    Scenario {
        name: "create-guarded",
        asks: CREATE_ASKS,
        status: 201,
        postgres: Some(CREATE),
        is_keyed: true,
        without: Some(Without::Guards),
        ..USUAL
    },
    Scenario {
        name: "tool-add_task",
        asks: ADD_TASK_ASKS,
        is_native: false,
        without: Some(Without::Tools),
        connections: ASSISTANTS,
        ..USUAL
    },
    Scenario { name: "tools-list", asks: TOOLS_LIST_ASKS, is_native: false, connections: ASSISTANTS, ..USUAL },
    Scenario { name: "list50", users: LISTERS, asks: LIST_ASKS, postgres: Some(LIST), ..USUAL },
    Scenario { name: "lists", users: COLLECTOR, asks: lists::ASKS, postgres: Some(LIST), is_native: false, ..USUAL },
    Scenario {
        name: "one-address",
        users: NEIGHBOURS,
        asks: LIST_ASKS,
        is_native: false,
        without: Some(Without::Guards),
        ..USUAL
    },
];
