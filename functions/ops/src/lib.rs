//! Health, metrics and API reference. This file has the routes; each handler is in the file of its name.

mod docs;
mod health;
mod metrics;
mod openapi;

use web::Method::Get;
use web::Route;

/// Routes of this function.
pub const ROUTES: &[Route] = &[
    Route::new(Get, "/live", health::live, "Check that the process runs")
        .gives(200, health::live_schema)
        .open(),
    Route::new(Get, "/ready", health::ready, "Check readiness")
        .gives(200, health::schema)
        .gives_too(503, health::schema)
        .open(),
    Route::new(Get, "/health", health::health, "Check readiness, with version numbers")
        .gives(200, health::schema)
        .gives_too(503, health::schema)
        .open(),
    Route::new(Get, "/metrics", metrics::run, "Get metrics for Prometheus")
        .gives_text("text/plain")
        .refuses(&[401, 429])
        .open(),
    Route::new(Get, "/api/docs", docs::run, "Read the API reference")
        .gives_text("text/html")
        .refuses(&[429])
        .open(),
    Route::new(Get, "/api/openapi.json", openapi::run, "Get this document")
        .gives(200, openapi::schema)
        .refuses(&[429])
        .open(),
];

web::export!("ops", ROUTES);
