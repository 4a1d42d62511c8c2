//! Responds with the request as the component sees it.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::json;
use spin_sdk::http::{IncomingRequest, Method, ResponseOutparam};
use spin_sdk::variables;

pub async fn run(request: IncomingRequest, out: ResponseOutparam) -> Result<()> {
    let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in request.headers().entries() {
        headers.entry(name).or_default().push(String::from_utf8_lossy(&value).into_owned());
    }
    let method = match request.method() {
        Method::Get => "GET".into(),
        Method::Post => "POST".into(),
        Method::Put => "PUT".into(),
        Method::Delete => "DELETE".into(),
        Method::Head => "HEAD".into(),
        Method::Options => "OPTIONS".into(),
        Method::Patch => "PATCH".into(),
        Method::Connect => "CONNECT".into(),
        Method::Trace => "TRACE".into(),
        Method::Other(name) => name,
    };
    let path = request.path_with_query();
    let authority = request.authority();
    // A body that breaks off is echoed as empty.
    let body = request.into_body().await.unwrap_or_default();
    let request = json!({
        "component": variables::get("component").unwrap_or_default(),
        "method": method,
        "path": path,
        "authority": authority,
        "headers": headers,
        "body": String::from_utf8_lossy(&body),
    });
    crate::json(out, &request).await
}
