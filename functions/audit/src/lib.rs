//! Audit trail over HTTP. This file has the routes; each handler is in the file of its name.

mod list;
mod store_dead_letter;
mod take;

use domain::Field;
use web::Method::{Get, Post};
use web::Route;

/// Routes of this function.
pub const ROUTES: &[Route] = &[
    Route::new(Get, "/api/audit", list::all, "List audit events")
        .query(list::QueryParameters::schema)
        .gives(200, list::schema),
    Route::new(Get, "/api/audit/tasks/{id}", list::of_task, "List the audit events of a task")
        .query(list::QueryParameters::schema)
        .gives(200, list::schema),
    Route::new(Post, "/internal/audit/events", take::run, "Record events in the audit trail").internal(),
    Route::new(
        Post,
        "/internal/audit/dead-letters/{consumer}",
        store_dead_letter::run,
        "Store a dead letter of a consumer",
    )
    .internal(),
];

web::export!("audit", ROUTES);
