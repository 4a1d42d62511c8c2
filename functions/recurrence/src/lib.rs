//! Recurring tasks: the route that takes task events. Only Dapr calls it.

mod generate;

use web::Method::Post;
use web::Route;

/// Routes of this function.
pub const ROUTES: &[Route] =
    &[Route::new(Post, "/internal/recurrence/events", generate::run, "Make the next task of a series")
        .internal()];

web::export!("recurrence", ROUTES);
