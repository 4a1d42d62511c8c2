//! Dapr's HTTP API, as far as TaskFlow calls it.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::topics::Topics;

/// What Dapr takes in one request.
const LARGEST: usize = 4 * 1024 * 1024;

type Answer = Response<Full<Bytes>>;

/// A status, Dapr's code for it, and what happened.
struct Failure(StatusCode, &'static str, String);

struct Api {
    topics: Arc<Topics>,
    pubsub: String,
    token: String,
}

/// Answers until it is told to stop.
pub async fn serve(listener: TcpListener, topics: Arc<Topics>, pubsub: String, token: String, stop: CancellationToken) {
    let api = Arc::new(Api { topics, pubsub, token });
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(_) => continue,
            },
        };
        // Small answers go at once.
        let _ = stream.set_nodelay(true);
        let (api, stop) = (Arc::clone(&api), stop.clone());
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let api = Arc::clone(&api);
                async move {
                    Ok::<_, Infallible>(api.answer(request).await.unwrap_or_else(|Failure(status, code, message)| {
                        with_body(status, &json!({ "errorCode": code, "message": message }))
                    }))
                }
            });
            let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::select! {
                () = stop.cancelled() => {}
                // A client that goes away is no news.
                _ = connection => {}
            }
        });
    }
}

/// One entry of a bulk publish.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    entry_id: String,
    event: Value,
    content_type: String,
    #[serde(default)]
    metadata: Key,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Key {
    #[serde(default)]
    partition_key: String,
}

impl Api {
    async fn answer(&self, request: Request<Incoming>) -> Result<Answer, Failure> {
        let path = request.uri().path().to_owned();
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        if let ["v1.0", "healthz", ..] = parts[..] {
            return Ok(empty());
        }
        let given = request.headers().get("dapr-api-token").and_then(|token| token.to_str().ok()).unwrap_or_default();
        if given != self.token {
            return fail(StatusCode::UNAUTHORIZED, "ERR_API_TOKEN", "invalid api token");
        }
        match (request.method(), &parts[..]) {
            (&Method::POST, ["v1.0-alpha1" | "v1.0", "publish", "bulk", pubsub, topic]) => {
                let (pubsub, topic) = ((*pubsub).to_owned(), (*topic).to_owned());
                self.bulk(&pubsub, &topic, request).await
            }
            (&Method::POST, ["v1.0", "publish", pubsub, topic]) => {
                let (pubsub, topic) = ((*pubsub).to_owned(), (*topic).to_owned());
                self.publish(&pubsub, &topic, request).await
            }
            _ => fail(StatusCode::NOT_FOUND, "ERR_METHOD_NOT_FOUND", "this sidecar does not know that"),
        }
    }

    async fn publish(&self, pubsub: &str, topic: &str, request: Request<Incoming>) -> Result<Answer, Failure> {
        let key = request
            .uri()
            .query()
            .into_iter()
            .flat_map(|query| query.split('&'))
            .find_map(|pair| pair.strip_prefix("metadata.partitionKey="))
            .unwrap_or_default()
            .to_owned();
        let kind =
            request.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
        let body = read(request).await?;
        let Some(event) = serde_json::from_slice(&body).ok().and_then(|event| cloud_event(event, &kind)) else {
            return fail(StatusCode::BAD_REQUEST, "ERR_PUBSUB_CLOUD_EVENTS_SER", "that is no CloudEvent");
        };
        self.write(pubsub, topic, &[(key, event)]).await?;
        Ok(empty())
    }

    async fn bulk(&self, pubsub: &str, topic: &str, request: Request<Incoming>) -> Result<Answer, Failure> {
        let body = read(request).await?;
        let Ok(entries) = serde_json::from_slice::<Vec<Entry>>(&body) else {
            return fail(StatusCode::BAD_REQUEST, "ERR_PUBSUB_EVENTS_SER", "that is no list of entries");
        };
        let (mut events, mut failed) = (Vec::new(), Vec::new());
        for entry in entries {
            match cloud_event(entry.event, &entry.content_type) {
                Some(event) => events.push((entry.metadata.partition_key, event)),
                None => failed.push(json!({ "entryId": entry.entry_id, "error": "that is no CloudEvent" })),
            }
        }
        self.write(pubsub, topic, &events).await?;
        if failed.is_empty() {
            return Ok(empty());
        }
        Ok(with_body(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "failedEntries": failed })))
    }

    async fn write(&self, pubsub: &str, topic: &str, events: &[(String, String)]) -> Result<(), Failure> {
        if pubsub != self.pubsub {
            return fail(StatusCode::NOT_FOUND, "ERR_PUBSUB_NOT_FOUND", "there is no such pub/sub component");
        }
        let failed = |why: &str| fail(StatusCode::INTERNAL_SERVER_ERROR, "ERR_PUBSUB_PUBLISH_MESSAGE", why);
        match self.topics.publish(topic, events).await {
            Ok(true) => Ok(()),
            Ok(false) => failed("there is no such topic"),
            Err(why) => failed(&why.to_string()),
        }
    }
}

/// What goes into the log: only whole CloudEvents are published here.
fn cloud_event(event: Value, kind: &str) -> Option<String> {
    let is_whole = kind.starts_with("application/cloudevents+json")
        && ["specversion", "id", "source", "type"]
            .iter()
            .all(|name| event[name].as_str().is_some_and(|text| !text.is_empty()));
    is_whole.then(|| event.to_string())
}

async fn read(request: Request<Incoming>) -> Result<Bytes, Failure> {
    match Limited::new(request.into_body(), LARGEST).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(_) => fail(StatusCode::PAYLOAD_TOO_LARGE, "ERR_BODY_READ", "the body broke off or is larger than 4 MiB"),
    }
}

fn empty() -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer
}

fn fail<T>(status: StatusCode, code: &'static str, message: &str) -> Result<T, Failure> {
    Err(Failure(status, code, message.to_owned()))
}

fn with_body(status: StatusCode, body: &Value) -> Answer {
    let mut answer = Response::new(Full::from(body.to_string()));
    *answer.status_mut() = status;
    answer.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static("application/json"));
    answer
}
