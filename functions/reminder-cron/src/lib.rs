//! Due reminders: the route of the job that claims them. Only Dapr calls it.

mod claim;

use web::Method::Post;
use web::Route;

/// Routes of this function.
pub const ROUTES: &[Route] =
    &[Route::new(Post, "/internal/reminder-cron", claim::run, "Claim due reminders").internal()];

web::export!("reminder-cron", ROUTES);
