//! Names of things that have a day in them.

use crate::clock::follows_a_time;
use crate::phrases::Phrases;
use crate::text::Text;

/// Names of things that have a day in them.
static NAMES: Phrases = Phrases::new(
    "black friday, good friday, casual friday, freaky friday, cyber monday, manic monday, blue monday, \
     easter monday, easter sunday, palm sunday, super tuesday, taco tuesday, shrove tuesday, giving tuesday, \
     ruby tuesday, ash wednesday, maundy thursday, small saturday, super sunday, bloody sunday, usa today, \
     edge of tomorrow, holy saturday, man friday, sunday school, sunday roast, sunday times, sunday best, \
     saturday night live, monday night football, friday night lights, today show, tonight show, \
     tomorrow never dies, saturday night fever",
);

/// True if a day belongs to a longer name.
pub fn is_name(text: &Text, at: usize) -> bool {
    let is_film = text.phrase(at, "friday the 13th").is_some_and(|end| !follows_a_time(text, end));
    is_film || (at.saturating_sub(2)..=at).any(|begin| NAMES.end(text, begin).is_some_and(|end| end > at))
}
