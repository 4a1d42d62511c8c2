//! Sends the request that the body describes as JSON, and responds with the response to it, or the error.

use anyhow::Result;
use serde::Deserialize;
use serde_json::json;
use spin_sdk::http::{self, IncomingRequest, Method, Request, Response, ResponseOutparam};

#[derive(Deserialize)]
struct Input {
    url: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
    body: Option<String>,
}

pub async fn run(request: IncomingRequest, out: ResponseOutparam) -> Result<()> {
    let input: Input = serde_json::from_slice(&request.into_body().await?)?;
    let mut builder = Request::builder();
    builder.method(if input.body.is_some() { Method::Post } else { Method::Get }).uri(&input.url);
    for (name, value) in input.headers {
        builder.header(name, value);
    }
    let result = http::send::<_, Response>(builder.body(input.body.unwrap_or_default()).build()).await;
    let output = match result {
        Ok(response) => json!({
            "status": response.status(),
            "headers": response.headers().map(|(name, value)| (name, value.as_str())).collect::<Vec<_>>(),
            "body": String::from_utf8_lossy(response.body()),
        }),
        Err(error) => json!({ "error": format!("{error:?}") }),
    };
    crate::json(out, &output).await
}

pub async fn post(url: &str, body: &str) -> Result<()> {
    http::send::<_, Response>(Request::post(url, body).build()).await?;
    Ok(())
}
