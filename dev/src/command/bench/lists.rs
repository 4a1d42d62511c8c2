//! The lists that one user with many tasks asks for: filters, orders and searches.

use super::scenario::Ask;

const fn ask(line: &'static str, input: &'static str) -> Ask {
    Ask { line, body: "", input }
}

/// All of them. `filter` is what the total is known by; what depends on the time of day has none.
pub const ASKS: &[Ask] = &[
    ask("GET /api/tasks", r#"{"filter":"all"}"#),
    ask(
        "GET /api/tasks?status=active&sort_by=due_date",
        r#"{"filter":"active","status":"active","sort_by":"due_date","descending":false}"#,
    ),
    ask("GET /api/tasks?priority=high&status=active", r#"{"filter":"urgent","status":"active","priorities":"{high}"}"#),
    ask("GET /api/tasks?tags=work", r#"{"filter":"tag","tags":"{work}"}"#),
    ask("GET /api/tasks?tags=work,home&tags_mode=any", r#"{"filter":"tags","tags":"{work,home}","tags_mode":"any"}"#),
    ask(
        "GET /api/tasks?due_after=WEEK_AGO&due_before=IN_A_WEEK",
        r#"{"filter":"due","due_after":{"at":"WEEK_AGO"},"due_before":{"at":"IN_A_WEEK"}}"#,
    ),
    ask("GET /api/tasks?overdue=true", r#"{"overdue":true}"#),
    ask("GET /api/tasks?completed_after=WEEK_AGO", r#"{"filter":"done lately","completed_after":{"at":"WEEK_AGO"}}"#),
    ask("GET /api/tasks?search=milk", r#"{"filter":"milk","search":"milk","sort_by":"relevance"}"#),
    ask("GET /api/tasks?search=rep+mon", r#"{"filter":"rep mon","search":"rep mon","sort_by":"relevance"}"#),
    ask("GET /api/tasks?sort_by=title", r#"{"filter":"by title","sort_by":"title","descending":false}"#),
    ask(
        "GET /api/tasks?status=completed&sort_by=completed_at&sort_order=desc",
        r#"{"filter":"done","status":"completed","sort_by":"completed_at"}"#,
    ),
];
