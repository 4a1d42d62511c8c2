//! Outbox relay: the route of the cron job that publishes events left in the outbox. Only Dapr
//! calls it.

mod relay;

use web::Method::Post;
use web::Route;

/// Routes of this function.
pub const ROUTES: &[Route] =
    &[Route::new(Post, "/internal/outbox-relay", relay::run, "Publish events left in the outbox").internal()];

web::export!("outbox-relay", ROUTES);
