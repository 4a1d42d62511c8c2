//! Calls from one function to another, by the name of its app.

use hyper::header::{self, HeaderMap, HeaderName};
use hyper::{Response, StatusCode};

use crate::answer::{Answer, Failure, broken, fail};
use crate::app::App;
use crate::call::Call;

/// What is between the two ends of one connection, or is made anew for the next.
const OF_ONE_HOP: [HeaderName; 10] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::HOST,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
];

/// Hands a call on: `chat-agent/method/api/tasks`. There is one app, so the name stands for it, whichever it is.
pub async fn invoke(app: &App, rest: &str, call: &Call) -> Result<Answer, Failure> {
    let Some((id, path)) = rest.split_once("/method/").filter(|(id, _)| !id.is_empty()) else { return no_app() };
    let query = call.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
    let target = format!("/{}{query}", path.trim_start_matches('/'));
    let mut headers = call.headers.clone();
    strip(&mut headers);
    match app.forward(call.method.clone(), &target, headers, call.body.clone()).await {
        Ok(answer) => {
            let (mut head, body) = answer.into_parts();
            strip(&mut head.headers);
            Ok(Response::from_parts(head, body.into()))
        }
        Err(why) => broken("ERR_DIRECT_INVOKE", format!("failed to invoke, id: {id}, err: {why}")),
    }
}

/// What Dapr says to everything that it has no route for.
pub fn no_app() -> Result<Answer, Failure> {
    let message = "failed getting app id either from the URL path or the header dapr-app-id";
    fail(StatusCode::NOT_FOUND, "ERR_DIRECT_INVOKE", message)
}

fn strip(headers: &mut HeaderMap) {
    let named: Vec<String> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|names| names.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    for name in named {
        headers.remove(name.as_str());
    }
    for name in OF_ONE_HOP {
        headers.remove(name);
    }
}
