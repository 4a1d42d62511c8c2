//! The scenarios of requests.

use crate::request::Request;
use crate::world::{COLLECTOR, CREATORS, HOARDER, LISTERS, NEIGHBOURS, Users};
use crate::{CONNECTIONS, lists};

/// Scenario of requests.
#[derive(Debug)]
pub struct Scenario {
    /// Name in the report.
    pub name: &'static str,
    /// Users who send the requests.
    pub users: Users,
    /// Requests, sent in turns.
    pub requests: &'static [Request],
    /// Expected status.
    pub status: u16,
    /// The same work as a call of Postgres, if that is measured.
    pub postgres: Option<Call>,
    /// True if the native server is measured too.
    pub is_native: bool,
    /// True if each request has an `Idempotency-Key`.
    pub is_keyed: bool,
    /// Part that TaskFlow is also measured without, to see its cost.
    pub without: Option<Without>,
    /// Number of connections.
    pub connections: usize,
}

/// Part of the work that can be left out.
#[derive(Clone, Copy, Debug)]
pub enum Without {
    /// Rate limits and idempotency keys.
    Guards,
    /// Publishing of the events.
    Publishing,
    /// MCP: this request over plain HTTP does the same, or as much.
    Tools(&'static Scenario),
}

/// Call of Postgres that a request leads to.
#[derive(Debug)]
pub struct Call {
    /// Stem and text of the statement's file.
    pub body: (&'static str, &'static str),
    /// Input; a new id is added to it if the call creates something.
    pub input: &'static str,
    /// True if the call creates something.
    pub creates: bool,
}

/// Task to create.
pub const TASK: &str = r#"{"title":"prepare the monthly report","priority":"high","tags":["work","report"],"due_date":"2031-04-02T17:00:00Z"}"#;
const TASK_AS_INPUT: &str = r#"{"title":"prepare the monthly report","priority":"high","tags":["work","report"],"due_date":{"at":"2031-04-02T17:00:00Z"}}"#;

const CREATE: Call = Call {
    body: ("create", include_str!("../../crates/actions/src/tasks/create.sql")),
    input: TASK_AS_INPUT,
    creates: true,
};
/// Call of a list.
pub const LIST: Call = Call {
    body: ("list", include_str!("../../crates/actions/src/tasks/list.sql")),
    input: r#"{"sort_by":"created_at","descending":true,"limit":50,"offset":0}"#,
    creates: false,
};

/// Tool call that creates the same task.
const ADD_TASK: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add_task","arguments":{"title":"prepare the monthly report","priority":"high","tags":["work","report"],"due_date":"2031-04-02T17:00:00Z"}}}"#;
const TOOLS_LIST: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;

const ADD_TASK_REQUESTS: &[Request] = &[Request { line: "POST /mcp", body: ADD_TASK, input: "{}" }];
const TOOLS_LIST_REQUESTS: &[Request] = &[Request { line: "POST /mcp", body: TOOLS_LIST, input: "{}" }];
const LIVE_REQUESTS: &[Request] = &[Request { line: "GET /live", body: "", input: "{}" }];
const CALLER_REQUESTS: &[Request] = &[Request { line: "GET /api/auth/me", body: "", input: "{}" }];
const CREATE_REQUESTS: &[Request] = &[Request { line: "POST /api/tasks", body: TASK, input: "{}" }];
const UNDERSTAND_REQUESTS: &[Request] = &[
    Request { line: "POST /api/understand", body: r#"{"text":"call mom tmrw 5pm #family p1"}"#, input: "{}" },
    Request {
        line: "POST /api/understand",
        body: r#"{"text":"show me high priority work tasks due this week"}"#,
        input: "{}",
    },
];
const LIST_REQUESTS: &[Request] = &[Request { line: "GET /api/tasks", body: "", input: "{}" }];

/// Smallest request, and the defaults of the other scenarios.
const HELLO: Scenario = Scenario {
    name: "hello",
    users: CREATORS,
    requests: LIVE_REQUESTS,
    status: 200,
    postgres: None,
    is_native: true,
    is_keyed: false,
    without: None,
    connections: CONNECTIONS,
};

/// Number of assistants to be served at once without an error.
const ASSISTANTS: usize = 50;

/// Number of people who type at the same time, each key a request.
const TYPISTS: usize = 8;

/// The work of `add_task`, over plain HTTP.
const ADD_TASK_OVER_HTTP: Scenario =
    Scenario { requests: CREATE_REQUESTS, status: 201, connections: ASSISTANTS, ..HELLO };
/// One call of the database that reads next to nothing, over plain HTTP: `tools/list` checks its caller too.
const CALLER_OVER_HTTP: Scenario = Scenario { requests: CALLER_REQUESTS, connections: ASSISTANTS, ..HELLO };

/// Lists of a user with 10 000 tasks.
pub const LISTS: Scenario = Scenario {
    name: "lists",
    users: COLLECTOR,
    requests: lists::REQUESTS,
    postgres: Some(LIST),
    is_native: false,
    ..HELLO
};

/// The same lists of a user with 50 000 tasks.
pub static LISTS_OF_HOARDER: Scenario = Scenario { users: HOARDER, ..LISTS };

/// All scenarios of requests, except for the one in `crowd.rs`.
pub const SCENARIOS: &[Scenario] = &[
    HELLO,
    Scenario { name: "create", requests: CREATE_REQUESTS, status: 201, postgres: Some(CREATE), ..HELLO },
    Scenario {
        name: "create-published",
        requests: CREATE_REQUESTS,
        status: 201,
        is_native: false,
        without: Some(Without::Publishing),
        ..HELLO
    },
    Scenario {
        name: "create-guarded",
        requests: CREATE_REQUESTS,
        status: 201,
        postgres: Some(CREATE),
        is_keyed: true,
        without: Some(Without::Guards),
        ..HELLO
    },
    Scenario {
        name: "tool-add_task",
        requests: ADD_TASK_REQUESTS,
        is_native: false,
        without: Some(Without::Tools(&ADD_TASK_OVER_HTTP)),
        connections: ASSISTANTS,
        ..HELLO
    },
    Scenario {
        name: "tools-list",
        requests: TOOLS_LIST_REQUESTS,
        is_native: false,
        without: Some(Without::Tools(&CALLER_OVER_HTTP)),
        connections: ASSISTANTS,
        ..HELLO
    },
    Scenario {
        name: "understand",
        requests: UNDERSTAND_REQUESTS,
        is_native: false,
        connections: TYPISTS,
        ..HELLO
    },
    Scenario { name: "list50", users: LISTERS, requests: LIST_REQUESTS, postgres: Some(LIST), ..HELLO },
    LISTS,
    Scenario {
        name: "one-address",
        users: NEIGHBOURS,
        requests: LIST_REQUESTS,
        is_native: false,
        without: Some(Without::Guards),
        ..HELLO
    },
];
