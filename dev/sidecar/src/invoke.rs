//! Service invocation: calls from one function to another, by app id.

use hyper::header::{self, HeaderMap, HeaderName};
use hyper::{Response, StatusCode};

use crate::app::App;
use crate::request::ApiRequest;
use crate::response::{ApiError, ApiResponse, internal_error, reject};

/// Headers that belong to one connection, or that the client sets itself.
const HOP_BY_HOP: [HeaderName; 10] = [
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

/// Forwards a request such as `chat-agent/method/api/tasks`. There is one app, so every app id stands for it.
pub async fn invoke(app: &App, rest: &str, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
    let Some((id, path)) = rest.split_once("/method/").filter(|(id, _)| !id.is_empty()) else {
        return unknown_route();
    };
    let query = request.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
    let target = format!("/{}{query}", path.trim_start_matches('/'));
    let mut headers = request.headers.clone();
    remove_hop_by_hop(&mut headers);
    match app.forward(request.method.clone(), &target, headers, request.body.clone()).await {
        Ok(response) => {
            let (mut head, body) = response.into_parts();
            remove_hop_by_hop(&mut head.headers);
            Ok(Response::from_parts(head, body.into()))
        }
        Err(error) => {
            internal_error("ERR_DIRECT_INVOKE", format!("failed to invoke, id: {id}, err: {error:#}"))
        }
    }
}

/// Returns Dapr's error for every path without a route.
pub fn unknown_route() -> Result<ApiResponse, ApiError> {
    let message = "failed getting app id either from the URL path or the header dapr-app-id";
    reject(StatusCode::NOT_FOUND, "ERR_DIRECT_INVOKE", message)
}

/// Removes the hop-by-hop headers, and those that `Connection` lists.
fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let listed: Vec<String> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|names| names.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    for name in listed {
        headers.remove(name.as_str());
    }
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}
