//! One request in one fresh instance, from the head of the request to the last of the work after the response.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use anyhow::{Result, anyhow, ensure};
use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::{sync::oneshot, time::sleep};
use tokio_util::task::TaskTracker;
use wasmtime_wasi_http::{
    Error, WasiBody, WasiHttpView,
    p2::bindings::http::types::{ErrorCode, Scheme},
};

use super::{Component, Running};
use crate::{engine::State, outbound::Outbound};

type Head = Result<Response<WasiBody>, ErrorCode>;
type Guest = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The response, or `None` when the guest failed to give one; why is in the log then.
pub async fn respond(
    app: &Arc<Running>,
    component: &Arc<Component>,
    request: Request<WasiBody>,
) -> Option<Response<WasiBody>> {
    let (head_sender, mut head) = oneshot::channel();
    let guest: Guest = Box::pin(guest(app.clone(), component.clone(), request, head_sender));
    let mut guest = Detached { guest: Some(guest), tasks: app.tasks.clone() };
    // Most guests end right after they have set the response, so they run here and not on a task of their own.
    let head = tokio::select! {
        biased;
        () = guest.run() => head.try_recv().ok(),
        head = &mut head => head.ok(),
    };
    match head? {
        Ok(response) => Some(response),
        Err(code) => {
            app.logs.error(&component.name, &format!("the guest gave an error for a response: {code:?}"));
            None
        }
    }
}

/// A guest that outlives whoever waits for it: a client that leaves does not stop what it started.
struct Detached {
    guest: Option<Guest>,
    tasks: TaskTracker,
}

impl Detached {
    async fn run(&mut self) {
        if let Some(guest) = &mut self.guest {
            guest.await;
            self.guest = None;
        }
    }
}

impl Drop for Detached {
    fn drop(&mut self) {
        if let Some(guest) = self.guest.take() {
            self.tasks.spawn(guest);
        }
    }
}

async fn guest(app: Arc<Running>, component: Arc<Component>, request: Request<WasiBody>, head: oneshot::Sender<Head>) {
    let (failed_sender, failed) = oneshot::channel();
    let (gone_sender, gone) = oneshot::channel();
    let has_head = Arc::new(AtomicBool::new(false));
    let limit = Duration::from_secs(app.engine.inner().limits.request_seconds);
    let call = {
        let has_head = has_head.clone();
        let head = move |response: Head| {
            has_head.store(true, Ordering::Relaxed);
            let watched = response.map(|r| r.map(|body| Watched { body, _gone: gone_sender }.boxed_unsync()));
            // Nobody waits any more when the client has left; the guest learns that at its first write.
            let _ = head.send(watched);
        };
        call(&app, &component, request, Outbound::new(&app, &component, failed_sender), head)
    };
    let outcome = tokio::select! {
        biased;
        outcome = call => outcome,
        Ok(reason) = failed => Err(anyhow!(reason)),
        overtime = overtime(limit, &has_head, gone) => Err(overtime),
        () = app.ended.cancelled() => Err(anyhow!("the host stopped")),
    };
    let outcome = outcome.and_then(|()| {
        ensure!(has_head.load(Ordering::Relaxed), "it ended without a response");
        Ok(())
    });
    if let Err(error) = outcome {
        app.logs.error(&component.name, &format!("the guest failed: {error:#}"));
    }
}

async fn call(
    app: &Arc<Running>,
    component: &Arc<Component>,
    request: Request<WasiBody>,
    outbound: Outbound,
    head: impl FnOnce(Head) + Send + Sync + 'static,
) -> Result<()> {
    let mut store = State::store(app, component, outbound);
    let mut http = store.data_mut().http();
    let request = http.new_incoming_request(Scheme::Http, request)?;
    let response = http.new_response_outparam_from_callback(head)?;
    let proxy = component.code.instantiate_async(&mut store).await?;
    proxy.wasi_http_incoming_handler().call_handle(&mut store, request, response).await?;
    // The store goes, and with it the callback when the guest has not used it.
    Ok(())
}

/// Ends when the guest has used up its time: `limit` for the head, any time while a client listens, `limit` after that.
async fn overtime(limit: Duration, has_head: &AtomicBool, mut gone: oneshot::Receiver<()>) -> anyhow::Error {
    let seconds = limit.as_secs();
    tokio::select! {
        _ = &mut gone => {}
        () = sleep(limit) => {
            if !has_head.load(Ordering::Relaxed) {
                return anyhow!("no response within {seconds} s");
            }
            let _ = gone.await;
        }
    }
    sleep(limit).await;
    anyhow!("still at work {seconds} s after its response")
}

/// A body that tells, by being dropped, that nobody reads it any more.
struct Watched {
    body: WasiBody,
    _gone: oneshot::Sender<()>,
}

impl Body for Watched {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
