//! Understanding of sentences over HTTP. This file has the route; its handler is in `understand.rs`.

mod output;
mod sentence;
mod understand;

use domain::Field;
use web::Method::Post;
use web::Route;

/// Routes of this function.
pub const ROUTES: &[Route] = &[Route::new(
    Post,
    "/api/understand",
    understand::run,
    "Understand a sentence, without doing what it says",
)
.takes(sentence::Sentence::schema)
.gives(200, output::schema)
.reads()];

web::export!("understand", ROUTES);
