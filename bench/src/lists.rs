//! Lists of a user with many tasks: filters, orders and searches.

use crate::request::Ask;

const fn ask(line: &'static str, input: &'static str) -> Ask {
    Ask { line, body: "", input }
}

/// Requests sent in turns, with the input of their statement. `filter` is the key under which the total of
/// matches is cached; lists whose result depends on the current time have none.
pub const ASKS: &[Ask] = &[
    ask("GET /api/tasks", r#"{"filter":"all"}"#),
    ask(
        "GET /api/tasks?status=active&sort_by=due_date",
        r#"{"filter":"active","status":"active","sort_by":"due_date","descending":false}"#,
    ),
    ask(
        "GET /api/tasks?priority=high&status=active",
        r#"{"filter":"urgent","status":"active","priorities":"{high}"}"#,
    ),
    ask("GET /api/tasks?tags=work", r#"{"filter":"tag","tags":"{work}"}"#),
    ask(
        "GET /api/tasks?tags=work,home&tags_mode=any",
        r#"{"filter":"tags","tags":"{work,home}","tags_mode":"any"}"#,
    ),
    ask(
        "GET /api/tasks?due_after=WEEK_AGO&due_before=IN_A_WEEK",
        r#"{"filter":"due","due_after":{"at":"WEEK_AGO"},"due_before":{"at":"IN_A_WEEK"}}"#,
    ),
    ask("GET /api/tasks?overdue=true", r#"{"overdue":true}"#),
    ask(
        "GET /api/tasks?completed_after=WEEK_AGO",
        r#"{"filter":"done lately","completed_after":{"at":"WEEK_AGO"}}"#,
    ),
    ask("GET /api/tasks?search=milk", r#"{"filter":"milk","search":"milk","sort_by":"relevance"}"#),
    ask("GET /api/tasks?search=rep+mon", r#"{"filter":"rep mon","search":"rep mon","sort_by":"relevance"}"#),
    ask("GET /api/tasks?sort_by=title", r#"{"filter":"by title","sort_by":"title","descending":false}"#),
    ask(
        "GET /api/tasks?status=completed&sort_by=completed_at&sort_order=desc",
        r#"{"filter":"done","status":"completed","sort_by":"completed_at"}"#,
    ),
];

/// More lists, whose statements are measured one by one in Postgres, without other load or cached totals.
pub const MORE: &[Ask] = &[
    ask("sort_by=priority", r#"{"sort_by":"priority","descending":false}"#),
    ask("sort_by=due_date&sort_order=desc", r#"{"sort_by":"due_date"}"#),
    ask("sort_by=updated_at", r#"{"sort_by":"updated_at","descending":false}"#),
    ask("sort_by=completed_at", r#"{"sort_by":"completed_at","descending":false}"#),
    ask("sort_by=title&sort_order=desc", r#"{"sort_by":"title"}"#),
    ask("search=b", r#"{"search":"b","sort_by":"relevance"}"#),
    ask("search=!", r#"{"search":"!","sort_by":"created_at"}"#),
    ask("tags=work,home", r#"{"tags":"{work,home}"}"#),
    ask("priority=low,high", r#"{"priorities":"{low,high}"}"#),
    ask("missed=false", r#"{"missed":false}"#),
    ask("overdue=false", r#"{"overdue":false}"#),
    ask("deleted=true", r#"{"deleted":true}"#),
    ask("offset=5000", r#"{"offset":5000}"#),
    ask(
        "status=active&priority=high&tags=work&search=rep&sort_by=due_date",
        r#"{"status":"active","priorities":"{high}","tags":"{work}","search":"rep","sort_by":"due_date","descending":false}"#,
    ),
];
