//! Live changes over HTTP. This file has the routes; each handler is in the file of its name.

mod continue_stream;
mod events;
mod hold;
mod page;
mod position;
mod proxies;
mod tend;
mod unproxied;
mod updates;

use domain::Field;
use web::Method::{Get, Post};
use web::Route;

/// Routes of this function.
pub const ROUTES: &[Route] = &[
    Route::new(Get, "/api/events", events::run, "Follow changes as server-sent events")
        .query(events::Start::schema)
        .gives_text("text/event-stream")
        .refuses(&[410]),
    Route::new(
        Get,
        "/internal/realtime/streams/{stream}/{position}",
        continue_stream::run,
        "Continue a stream that a proxy holds",
    )
    .internal(),
    Route::new(Post, "/internal/realtime/events", updates::run, "Tell proxies of changes").internal(),
    Route::new(Post, "/internal/realtime/tend", tend::run, "Tell proxies what they do not know").internal(),
];

web::export!("realtime", ROUTES);

/// Name of this function, in logs and for the database.
const NAME: &str = "realtime";
