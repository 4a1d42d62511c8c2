//! `/api/notifications/unsubscribe/{key}`: what the link in every e-mail leads to

use domain::TaskId;
use serde_json::json;
use store::statement;
use web::{Problem, Request, Response};

/// Asks first: programs that look through mails follow links too.
pub fn ask(request: &Request) -> Result<Response, Problem> {
    request.parameter::<TaskId>("key")?;
    Ok(page("<form method=\"post\"><button>No more e-mails of reminders</button></form>"))
}

/// Nobody has to sign in for this: who has the key has the mail.
pub fn run(request: &Request) -> Result<Response, Problem> {
    let input = json!({ "key": request.parameter::<TaskId>("key")? });
    store::one(statement!("unsubscribe.sql"), &request.anybody(), &input)?;
    Ok(page("<p>There will be no more e-mails. Your settings turn them on again.</p>"))
}

fn page(body: &str) -> Response {
    let html =
        format!("<!doctype html>\n<html lang=\"en\">\n<title>TaskFlow</title>\n<body>\n{body}\n</body>\n</html>\n");
    Response::text("text/html; charset=utf-8", html)
}
