//! Lists of a user with many tasks: filters, orders and searches.

use crate::request::Request;

const fn request(line: &'static str, input: &'static str) -> Request {
    Request { line, body: "", input }
}

/// Requests sent in turns, with the input of their statement. `total_key` is the key under which the total of
/// matches is cached; lists whose result depends on the current time have none.
pub const REQUESTS: &[Request] = &[
    request("GET /api/tasks", r#"{"total_key":"all"}"#),
    request(
        "GET /api/tasks?status=active&sort_by=due_date",
        r#"{"total_key":"active","status":"active","sort_by":"due_date","descending":false}"#,
    ),
    request(
        "GET /api/tasks?priority=high&status=active",
        r#"{"total_key":"urgent","status":"active","priorities":"{high}"}"#,
    ),
    request("GET /api/tasks?tags=work", r#"{"total_key":"tag","tags":"{work}"}"#),
    request(
        "GET /api/tasks?tags=work,home&tags_mode=any",
        r#"{"total_key":"tags","tags":"{work,home}","tags_mode":"any"}"#,
    ),
    request(
        "GET /api/tasks?due_after=WEEK_AGO&due_before=IN_A_WEEK",
        r#"{"total_key":"due","due_after":{"at":"WEEK_AGO"},"due_before":{"at":"IN_A_WEEK"}}"#,
    ),
    request("GET /api/tasks?overdue=true", r#"{"overdue":true}"#),
    request(
        "GET /api/tasks?completed_after=WEEK_AGO",
        r#"{"total_key":"done lately","completed_after":{"at":"WEEK_AGO"}}"#,
    ),
    request("GET /api/tasks?search=milk", r#"{"total_key":"milk","search":"milk","sort_by":"relevance"}"#),
    request(
        "GET /api/tasks?search=rep+mon",
        r#"{"total_key":"rep mon","search":"rep mon","sort_by":"relevance"}"#,
    ),
    request("GET /api/tasks?sort_by=title", r#"{"total_key":"title","sort_by":"title","descending":false}"#),
    request(
        "GET /api/tasks?status=completed&sort_by=completed_at&sort_order=desc",
        r#"{"total_key":"done","status":"completed","sort_by":"completed_at"}"#,
    ),
];

/// More lists, whose statements are measured one by one in Postgres, without other load or cached totals.
pub const MORE_REQUESTS: &[Request] = &[
    request("sort_by=priority", r#"{"sort_by":"priority","descending":false}"#),
    request("sort_by=due_date&sort_order=desc", r#"{"sort_by":"due_date"}"#),
    request("sort_by=updated_at", r#"{"sort_by":"updated_at","descending":false}"#),
    request("sort_by=completed_at", r#"{"sort_by":"completed_at","descending":false}"#),
    request("sort_by=title&sort_order=desc", r#"{"sort_by":"title"}"#),
    request("search=b", r#"{"search":"b","sort_by":"relevance"}"#),
    request("search=!", r#"{"search":"!","sort_by":"created_at"}"#),
    request("tags=work,home", r#"{"tags":"{work,home}"}"#),
    request("priority=low,high", r#"{"priorities":"{low,high}"}"#),
    request("missed=false", r#"{"missed":false}"#),
    request("overdue=false", r#"{"overdue":false}"#),
    request("deleted=true", r#"{"deleted":true}"#),
    request("offset=5000", r#"{"offset":5000}"#),
    request(
        "status=active&priority=high&tags=work&search=rep&sort_by=due_date",
        r#"{"status":"active","priorities":"{high}","tags":"{work}","search":"rep","sort_by":"due_date","descending":false}"#,
    ),
];
