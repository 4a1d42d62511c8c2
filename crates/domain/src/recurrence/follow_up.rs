//! Occurrences that follow a completed or deleted one, and the open occurrence after a change of the rule.

use jiff::civil::Date;
use jiff::{Span, ToSpan};

use super::{Anchor, Occurrence, Rule, WallClock};
use crate::{Moment, TimeOrDay};

/// Occurrences that follow a completed or deleted one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FollowUp {
    /// Missed occurrences, which were due before that: those of the last year only, so at most 366.
    pub missed: Vec<Occurrence>,
    /// Next occurrence, or `None` if the series has ended.
    pub next: Option<Occurrence>,
}

impl Rule {
    /// Returns the occurrences that follow when the one at `place` is completed or deleted at that time. With
    /// the anchor `completion` none is missed.
    pub fn follow_up(&self, place: WallClock, closed_at: Moment) -> FollowUp {
        let closed_at = TimeOrDay::At(closed_at.0);
        if self.parts().anchor == Anchor::Completion {
            return FollowUp { missed: Vec::new(), next: self.after(closed_at) };
        }
        let Some(last) = self.due_date(place) else { return FollowUp::default() };
        // A day is missed only once it is over.
        let (until, a_year_ago) = match last {
            TimeOrDay::At(_) => (closed_at, self.earlier(closed_at, 1.year())),
            TimeOrDay::On(_) => {
                let day_before = self.earlier(closed_at, 1.day());
                (day_before, self.earlier(day_before, 1.year()))
            }
        };
        let missed = self.between(self.later(last, a_year_ago), until).collect();
        FollowUp { missed, next: self.after(self.later(last, until)) }
    }

    /// Returns the new date of the open occurrence when this rule replaces another one. It keeps its place if
    /// this rule has that place too. Otherwise it moves to the first future place after the last finished
    /// occurrence. With the anchor `completion` it follows the last completion. Returns `None` if the rule
    /// has no occurrence left.
    pub fn reschedule(
        &self,
        open: WallClock,
        finished: Option<(WallClock, Moment)>,
        now: Moment,
    ) -> Option<Occurrence> {
        if self.parts().anchor == Anchor::Completion {
            return match finished {
                Some((_, closed_at)) => self.after(TimeOrDay::At(closed_at.0)),
                None => self.first(),
            };
        }
        let before = |day: Date| day.yesterday().map_or(TimeOrDay::On(day), TimeOrDay::On);
        if let Some(same) = self.after(before(open.date())).filter(|same| self.place(same.due_date) == open) {
            return Some(same);
        }
        let now = match self.parts().start_date {
            WallClock::At(_) => TimeOrDay::At(now.0),
            WallClock::On(_) => self.earlier(TimeOrDay::At(now.0), 1.day()),
        };
        let finished = finished.and_then(|(place, _)| self.due_date(WallClock::On(place.date())));
        self.after(finished.map_or(now, |finished| self.later(finished, now)))
    }

    /// Returns the place of a due date: its local date or time in the rule's time zone.
    pub fn place(&self, due: TimeOrDay) -> WallClock {
        WallClock::in_zone(due, &self.parts().timezone)
    }

    fn later(&self, one: TimeOrDay, other: TimeOrDay) -> TimeOrDay {
        if self.is_after(other, one) { other } else { one }
    }

    /// Subtracts a calendar span. Returns an instant if the series has a time of day, and a day otherwise.
    fn earlier(&self, due: TimeOrDay, span: Span) -> TimeOrDay {
        match (due, self.parts().start_date) {
            (TimeOrDay::At(instant), WallClock::At(_)) => {
                let earlier = self.zone().to_datetime(instant).checked_sub(span).ok();
                let instant =
                    earlier.and_then(|earlier| self.zone().to_timestamp(earlier).ok()).unwrap_or(instant);
                TimeOrDay::At(instant)
            }
            (due, _) => {
                let day = self.day(due);
                TimeOrDay::On(day.checked_sub(span).unwrap_or(day))
            }
        }
    }
}
