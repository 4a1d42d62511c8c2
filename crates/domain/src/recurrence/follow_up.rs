//! What comes when an occurrence is done, and when its rule is changed.

use jiff::civil::Date;
use jiff::{Span, ToSpan};

use super::{Anchor, Occurrence, Rule, WallClock};
use crate::{DueDate, Moment};

/// What comes when an occurrence is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FollowUp {
    /// The occurrences whose time has gone meanwhile. Where there are many, only those of the last year, so no more than 366.
    pub missed: Vec<Occurrence>,
    /// The next one; none when the series has come to its end.
    pub next: Option<Occurrence>,
}

impl Rule {
    /// What comes when the occurrence of that place is done at that moment. Counted from completion, nothing is missed.
    pub fn follow_up(&self, place: WallClock, done: Moment) -> FollowUp {
        let now = DueDate::At(done.0);
        if self.parts().anchor == Anchor::Completion {
            return FollowUp { missed: Vec::new(), next: self.after(now) };
        }
        let Some(last) = self.due_date(place) else { return FollowUp::default() };
        // A day is not missed before it is over.
        let (until, a_year_ago) = match last {
            DueDate::At(_) => (now, self.earlier(now, 1.year())),
            DueDate::On(_) => {
                let yesterday = self.earlier(now, 1.day());
                (yesterday, self.earlier(yesterday, 1.year()))
            }
        };
        let missed = self.between(self.later(last, a_year_ago), until).collect();
        FollowUp { missed, next: self.after(self.later(last, until)) }
    }

    /// Where the open occurrence goes when this rule takes the place of another: nowhere else, if this one has its place too.
    /// Else to the first place that is still to come, after that of the last one that is finished. Counted from completion, it
    /// is the next one after that. None where nothing comes any more.
    pub fn moves(&self, open: WallClock, finished: Option<(WallClock, Moment)>, now: Moment) -> Option<Occurrence> {
        if self.parts().anchor == Anchor::Completion {
            return match finished {
                Some((_, done)) => self.after(DueDate::At(done.0)),
                None => self.first(),
            };
        }
        let before = |day: Date| day.yesterday().map_or(DueDate::On(day), DueDate::On);
        if let Some(same) = self.after(before(open.date())).filter(|same| self.place(same.due_date) == open) {
            return Some(same);
        }
        let now = match self.parts().start_date {
            WallClock::At(_) => DueDate::At(now.0),
            WallClock::On(_) => self.earlier(DueDate::At(now.0), 1.day()),
        };
        let finished = finished.and_then(|(place, _)| self.due_date(WallClock::On(place.date())));
        self.after(finished.map_or(now, |finished| self.later(finished, now)))
    }

    /// What the clock on the wall shows when something is due.
    pub fn place(&self, due: DueDate) -> WallClock {
        WallClock::of(due, &self.parts().timezone)
    }

    fn later(&self, one: DueDate, other: DueDate) -> DueDate {
        if self.is_after(other, one) { other } else { one }
    }

    /// So long before, on the calendar: of a moment a moment, for a series of days a day.
    fn earlier(&self, due: DueDate, span: Span) -> DueDate {
        match (due, self.parts().start_date) {
            (DueDate::At(instant), WallClock::At(_)) => {
                let earlier = self.zone().to_datetime(instant).checked_sub(span).ok();
                let instant = earlier.and_then(|earlier| self.zone().to_timestamp(earlier).ok()).unwrap_or(instant);
                DueDate::At(instant)
            }
            (due, _) => {
                let day = self.day(due);
                DueDate::On(day.checked_sub(span).unwrap_or(day))
            }
        }
    }
}
