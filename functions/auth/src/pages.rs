//! Pages behind the links in e-mails. They are plain forms that need no script. Opening one changes nothing,
//! as mail scanners follow links too.

use domain::Field;
use web::{Problem, Request, Response};

use crate::link::{Link, LinkToken};
use crate::reset_password::NewPassword;
use crate::{confirm_email, reset_password};

/// Nothing but the page itself and its form.
const POLICY: &str = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Shows the form that confirms an address.
pub fn confirm_form(request: &Request) -> Result<Response, Problem> {
    Ok(match token_in_url(request) {
        Some(token) => form("/confirm-email", &token, "Confirm your e-mail address", "", "Confirm"),
        None => incomplete(),
    })
}

/// Confirms an address.
pub fn confirm(request: &Request) -> Result<Response, Problem> {
    match request.form::<Link>().and_then(|link| confirm_email::confirm(request, &link)) {
        Ok(()) => Ok(page(200, "Your e-mail address is confirmed", "<p>You can close this page.</p>")),
        Err(problem) => explain(problem),
    }
}

/// Shows the form that sets a new password.
pub fn password_form(request: &Request) -> Result<Response, Problem> {
    let field = "<p><label for=\"password\">New password, of 8 to 200 characters</label>\n\
                 <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"new-password\" \
                 minlength=\"8\" maxlength=\"200\" required></p>\n";
    Ok(match token_in_url(request) {
        Some(token) => form("/reset-password", &token, "Set a new password", field, "Set the password"),
        None => incomplete(),
    })
}

/// Sets a new password.
pub fn set_password(request: &Request) -> Result<Response, Problem> {
    match request.form::<NewPassword>().and_then(|new| reset_password::reset(request, &new)) {
        Ok(()) => Ok(page(
            200,
            "Your new password is set",
            "<p>You can sign in with it now. All sessions and tokens have ended.</p>",
        )),
        Err(problem) if problem.errors().iter().any(|error| error["pointer"] == "/password") => Ok(page(
            422,
            "This password cannot be used",
            "<p>A password must have 8 to 200 characters. Go back, and choose another one.</p>",
        )),
        Err(problem) => explain(problem),
    }
}

/// Returns the token in the URL of a page.
fn token_in_url(request: &Request) -> Option<LinkToken> {
    LinkToken::parse(&request.query_parameter("token")?.into()).ok()
}

/// Shows a problem that people can understand. Others are left to be logged and reported.
fn explain(problem: Problem) -> Result<Response, Problem> {
    match problem.status() {
        // The details are texts of this function.
        status @ (409 | 410) => {
            Ok(page(status, "This did not work", &format!("<p>{}</p>", problem.detail())))
        }
        422 => Ok(incomplete()),
        _ => Err(problem),
    }
}

fn incomplete() -> Response {
    page(404, "This link is incomplete", "<p>Open the link in the e-mail again, or copy all of it.</p>")
}

fn form(path: &str, token: &LinkToken, title: &str, fields: &str, button: &str) -> Response {
    let token = token.reveal();
    let form = format!(
        "<form method=\"post\" action=\"{path}\">\n<input type=\"hidden\" name=\"token\" value=\"{token}\">\n\
         {fields}<p><button>{button}</button></p>\n</form>"
    );
    page(200, title, &form)
}

fn page(status: u16, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title} – TaskFlow</title>\n</head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    );
    Response::text("text/html; charset=utf-8", html)
        .with_status(status)
        .with("content-security-policy", POLICY)
        // The URL has the token. Without a referrer, the form would be sent without its origin.
        .with("referrer-policy", "same-origin")
        .with("cache-control", "no-store")
}
