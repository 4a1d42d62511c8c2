//! One request in a fresh instance, up to the end of the work after its response.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::sync::oneshot;
use tokio::time::sleep;
use tokio_util::task::TaskTracker;
use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, Scheme};
use wasmtime_wasi_http::{Error, WasiBody, WasiHttpView};

use crate::instance::{Outbound, State};
use crate::server::served_app::{LinkedComponent, ServedApp};

type GuestResponse = Result<Response<WasiBody>, ErrorCode>;
type GuestRun = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Returns the guest's response, or `None` if it failed to give one. The reason is logged.
pub async fn handle(
    app: &Arc<ServedApp>,
    linked: &Arc<LinkedComponent>,
    correlation_id: &Arc<str>,
    request: Request<WasiBody>,
) -> Option<Response<WasiBody>> {
    let (response_sender, mut response) = oneshot::channel();
    let run = run_guest(app.clone(), linked.clone(), correlation_id.clone(), request, response_sender);
    let run: GuestRun = Box::pin(run);
    let mut guest = DetachedGuest { run: Some(run), tasks: app.tasks.clone() };
    // Most guests end right after they have set the response, so they run on this task and not on their own.
    let response = tokio::select! {
        biased;
        () = guest.run() => response.try_recv().ok(),
        response = &mut response => response.ok(),
    };
    match response? {
        Ok(response) => Some(response),
        Err(code) => {
            let message = format!("the guest responded with an error: {code:?}");
            app.resources.logs.error(&linked.component.name, correlation_id, &message);
            None
        }
    }
}

/// A guest that runs on after the future that awaits it is dropped: a client that disconnects does not stop
/// it.
struct DetachedGuest {
    run: Option<GuestRun>,
    tasks: TaskTracker,
}

impl DetachedGuest {
    async fn run(&mut self) {
        if let Some(run) = &mut self.run {
            run.await;
            self.run = None;
        }
    }
}

impl Drop for DetachedGuest {
    fn drop(&mut self) {
        if let Some(run) = self.run.take() {
            self.tasks.spawn(run);
        }
    }
}

async fn run_guest(
    app: Arc<ServedApp>,
    linked: Arc<LinkedComponent>,
    correlation_id: Arc<str>,
    request: Request<WasiBody>,
    response_sender: oneshot::Sender<GuestResponse>,
) {
    let (abort_sender, aborted) = oneshot::channel();
    let (dropped_sender, body_dropped) = oneshot::channel();
    let has_responded = Arc::new(AtomicBool::new(false));
    let on_response = {
        let has_responded = has_responded.clone();
        move |response: GuestResponse| {
            has_responded.store(true, Ordering::Relaxed);
            let watched =
                response.map(|r| r.map(|body| WatchedBody { body, _dropped: dropped_sender }.boxed_unsync()));
            // Fails if the client has disconnected, which the guest finds out at its first write.
            let _ = response_sender.send(watched);
        }
    };
    let outbound = Outbound::new(&app.resources, &linked.component, app.clone(), abort_sender);
    let outcome = tokio::select! {
        biased;
        outcome = call_handler(&app, &linked, &correlation_id, request, outbound, on_response) => outcome,
        Ok(reason) = aborted => Err(anyhow!(reason)),
        timeout = time_out(app.time_limit, &has_responded, body_dropped) => Err(timeout),
        // Intended, so it is no failure of the guest.
        () = app.ended.cancelled() => return,
    };
    let outcome = outcome.and_then(|()| {
        ensure!(has_responded.load(Ordering::Relaxed), "it ended without a response");
        Ok(())
    });
    if let Err(error) = outcome {
        let message = format!("the guest failed: {error:#}");
        app.resources.logs.error(&linked.component.name, &correlation_id, &message);
    }
}

async fn call_handler(
    app: &Arc<ServedApp>,
    linked: &LinkedComponent,
    correlation_id: &Arc<str>,
    request: Request<WasiBody>,
    outbound: Outbound,
    on_response: impl FnOnce(GuestResponse) + Send + Sync + 'static,
) -> Result<()> {
    let (engine, component) = (linked.code.engine(), &linked.component);
    let mut store = State::store(engine, &app.resources, component, correlation_id, outbound);
    let mut http = store.data_mut().http();
    let request = http.new_incoming_request(Scheme::Http, request)?;
    let response = http.new_response_outparam_from_callback(on_response)?;
    let proxy = linked.code.instantiate_async(&mut store).await?;
    proxy.wasi_http_incoming_handler().call_handle(&mut store, request, response).await?;
    Ok(())
}

/// Returns an error when the time of a guest is up: `limit` for the head of the response, unlimited while the
/// client reads the body, and `limit` after that.
async fn time_out(
    limit: Duration,
    has_responded: &AtomicBool,
    mut body_dropped: oneshot::Receiver<()>,
) -> anyhow::Error {
    let seconds = limit.as_secs();
    tokio::select! {
        _ = &mut body_dropped => {}
        () = sleep(limit) => {
            if !has_responded.load(Ordering::Relaxed) {
                return anyhow!("no response within {seconds} s");
            }
            let _ = body_dropped.await;
        }
    }
    sleep(limit).await;
    anyhow!("still running {seconds} s after its response")
}

/// Response body that signals when it is dropped, because it was read to its end or the client has
/// disconnected.
struct WatchedBody {
    body: WasiBody,
    _dropped: oneshot::Sender<()>,
}

impl Body for WatchedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
