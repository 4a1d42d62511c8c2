//! Words before and between the pieces of a point in time.

use super::{Bound, Shade, When};
use crate::clock::{Clock, Lead};
use crate::day::DayLead;
use crate::number::Amount;
use crate::phrases::Phrases;
use crate::text::Text;

/// Words between and before the pieces of a point in time.
#[derive(Clone, Copy)]
pub struct Leads {
    pub clock: Lead,
    pub day: DayLead,
    pub is_in: bool,
    pub is_in_the: bool,
    /// True after a dash or colon that is glued to the piece before.
    pub is_glued: bool,
    pub is_plus: bool,
    pub bound: Option<Bound>,
    pub shade: Shade,
}

impl Leads {
    /// Notes what the piece stands beside: a day makes an hour of a number, a time makes a day of "sat".
    pub fn stand_beside(&mut self, found: &When, is_at_start: bool) {
        let has_day = found.day.is_some() || found.offset.is_some_and(Amount::is_of_days);
        self.clock = match self.clock {
            Lead::At if has_day || is_at_start => Lead::Sure,
            Lead::None if has_day => Lead::Beside,
            lead => lead,
        };
        // "midday sun" is no Sunday.
        let is_named = found.clock.is_some_and(|clock| clock == Clock::fixed(12) || clock == Clock::fixed(0));
        if self.day == DayLead::None && !is_named && (found.clock.is_some() || found.part.is_some()) {
            self.day = DayLead::Beside;
        } else if self.day == DayLead::On && (found.clock.is_some() || found.part.is_some() || is_at_start) {
            self.day = DayLead::Sure;
        }
    }
}

/// Reads the words before a piece.
pub fn leads(text: &Text, at: usize, is_first: bool) -> (Leads, usize) {
    let mut leads = Leads {
        clock: Lead::None,
        day: DayLead::None,
        is_in: false,
        is_in_the: false,
        is_glued: false,
        is_plus: false,
        bound: None,
        shade: Shade::Plain,
    };
    let mut next = at;
    if is_first {
        static DUE: Phrases =
            Phrases::new("due date :, due date, due on :, due on, due by, due at, due in, due :, due -, due");
        next = DUE.end(text, next).map_or(next, |end| {
            leads.day = DayLead::On;
            // "due in" and "due by" are read once more, as "in" and "by".
            if text.is_after(end, &["in", "by", "at"]) { end - 1 } else { end }
        });
    }
    for _ in 0..4 {
        let word = text.at(next);
        match word {
            "at" | "@" | "around" | "about" | "approximately" | "approx" | "circa" | "ca" | "roughly"
            | "~" => {
                leads.clock = Lead::At;
                if !matches!(word, "at" | "@") {
                    leads.day = DayLead::On;
                }
            }
            "on" | "for" | "sometime" | "anytime" => leads.day = DayLead::On,
            // "an hour before midnight" is none of both.
            "before" | "after" if is_first && next > 0 && is_unit(text, next - 1) => break,
            "by" | "before" | "until" | "till" | "til" | "after" | "from" | "since" | "starting"
                if is_first =>
            {
                leads.day = DayLead::On;
                leads.bound = Some(match word {
                    "by" => Bound::By,
                    "before" => Bound::Before,
                    "after" | "since" => Bound::After,
                    "from" | "starting" => Bound::From,
                    _ => Bound::Until,
                });
                leads.clock =
                    if matches!(word, "from" | "since" | "starting") { Lead::None } else { Lead::At };
            }
            "no" | "not" if is_first && text.phrase(next + 1, "later than").is_some() => {
                leads.day = DayLead::On;
                leads.clock = Lead::At;
                leads.bound = Some(Bound::By);
                next += 2;
            }
            "by" | "from" | "of" | "to" if !is_first && !text.at(next + 1).is_empty() && word != "to" => {
                leads.day = DayLead::On
            }
            "in" | "within" | "during" => {
                leads.is_in = word != "during";
                if text.at(next + 1) == "the" {
                    leads.is_in_the = true;
                    next += 1;
                } else if text.is(next + 1, &["around", "about", "approximately"]) {
                    next += 1;
                }
            }
            "later" if is_first && text.is(next + 1, &["today", "tonight", "this", "on", "in", "tonite"]) => {
            }
            "early" => leads.shade = Shade::Early,
            "late" => leads.shade = Shade::Late,
            "," | "(" | "∙" | "·" | "•" | "|" if !is_first => {}
            "-" | "–" if !is_first => leads.is_glued = text.is_glued(next) && text.is_glued(next + 1),
            ":" | "t" if !is_first && text.is_glued(next) && text.is_glued(next + 1) => leads.is_glued = true,
            "+" if text.is_glued(next + 1) => leads.is_plus = true,
            _ => break,
        }
        next += 1;
    }
    (leads, next)
}

/// True for the name of a unit of time.
fn is_unit(text: &Text, at: usize) -> bool {
    text.unit(at).is_some() && text.at(at).len() > 1
}
