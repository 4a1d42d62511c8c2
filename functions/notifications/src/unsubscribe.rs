//! `/api/notifications/unsubscribe/{key}`, the link in every e-mail

use domain::Id;
use serde_json::json;
use store::statement;
use web::{Problem, Request, Response};

/// Shows a confirmation page, because mail scanners follow links too.
pub fn confirmation(request: &Request) -> Result<Response, Problem> {
    request.parameter::<Id>("key")?;
    Ok(page(
        "<h1>Unsubscribe</h1>\n<p>Stop getting reminders by e-mail? You still get them in TaskFlow.</p>\n\
         <form method=\"post\"><button>Unsubscribe</button></form>",
    ))
}

/// Unsubscribes without sign-in: the key in the link is proof enough.
pub fn run(request: &Request) -> Result<Response, Problem> {
    let input = json!({ "key": request.parameter::<Id>("key")? });
    request.anonymous().one(statement!("unsubscribe.sql"), &input)?;
    Ok(page(
        "<h1>Unsubscribed</h1>\n<p>You will get no more reminders by e-mail. You can turn them on again in your settings.</p>",
    ))
}

fn page(body: &str) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<title>TaskFlow</title>\n<body>\n{body}\n</body>\n</html>\n"
    );
    Response::text("text/html; charset=utf-8", html)
}
