//! Housekeeping: routes of the jobs that delete expired data, requeue dead letters and apply settings. Only
//! Dapr calls them.

mod removals;
mod settings;
mod tidy;

use web::Method::Post;
use web::Route;

/// Routes of this function.
pub const ROUTES: &[Route] = &[
    Route::new(Post, "/internal/housekeeping", tidy::run, "Delete expired data, requeue dead letters")
        .internal(),
    Route::new(Post, "/internal/settings", settings::run, "Apply changed settings").internal(),
];

web::export!("housekeeping", ROUTES);
