//! Bounds of periods, against a present.

use jiff::civil::{Date, time};

use super::{Bounds, Period};
use crate::day::{Day, Which};
use crate::number::Amount;
use crate::resolve::{Aim, Now, Point, Resolved, add_days, monday, month_end, month_start, resolve};
use crate::when::{Bound, When};
use crate::words::{Part, Unit};

/// Resolves a period. Questions about what was done look back: "on monday" is the last one.
pub fn bounds(period: &Period, now: &Now, aim: Aim) -> Bounds {
    let today = now.today();
    let days = |from: Option<Date>, to: Option<Date>| Bounds {
        after: from.map(whole_day),
        before: to.map(whole_day),
        ..Bounds::default()
    };
    match period {
        Period::Within(when) => within(when, now, aim),
        Period::Of { unit, distance } => {
            let (from, to) = around(*unit, *distance, today);
            days(from, to)
        }
        Period::RestOf(unit) => days(Some(today), around(*unit, 0, today).1),
        Period::From { amount, is_past } => from_now(*amount, *is_past, now),
        Period::Month { month, year } => {
            let is_past = aim == Aim::Passed;
            let this = today.year()
                + match (year, is_past) {
                    (None, false) if *month < today.month() => 1,
                    (None, true) if *month > today.month() => -1,
                    _ => 0,
                };
            let first = Date::new(year.unwrap_or(this), *month, 1).ok();
            days(first, first.map(Date::last_of_month))
        }
        Period::Year(year) => days(Date::new(*year, 1, 1).ok(), Date::new(*year, 12, 31).ok()),
        Period::Weekend(distance) => {
            let saturday = monday(today).and_then(|monday| add_days(monday, 5 + 7 * distance));
            days(saturday, saturday.and_then(|saturday| add_days(saturday, 1)))
        }
        Period::Before(when) => {
            let found = resolve(when, now, aim);
            let is_open = when.bound == Some(Bound::Before);
            bound(found, |point| (None, if is_open { day_before(point) } else { Some(point) }))
        }
        Period::After(when) => {
            let found = resolve(when, now, aim);
            let is_open = when.bound == Some(Bound::After);
            bound(found, |point| (if is_open { day_after(point) } else { Some(point) }, None))
        }
        Period::Between(from, to) => two_points(from, to, now, aim),
    }
}

fn whole_day(date: Date) -> Point {
    Point { date, time: None, instant: None }
}

fn day_before(point: Point) -> Option<Point> {
    if point.time.is_some() { Some(point) } else { add_days(point.date, -1).map(whole_day) }
}

fn day_after(point: Point) -> Option<Point> {
    if point.time.is_some() { Some(point) } else { add_days(point.date, 1).map(whole_day) }
}

/// Makes bounds of each point that a resolution has found.
pub fn bound(found: Resolved, make: impl Fn(Point) -> (Option<Point>, Option<Point>)) -> Bounds {
    let mut options: Vec<_> = found.points.iter().map(|point| make(*point)).collect();
    let (question, notes) = (found.question, found.notes);
    match options.len() {
        0 => Bounds { question, notes, ..Bounds::default() },
        _ if question.is_some() => Bounds { options, question, notes, ..Bounds::default() },
        _ => {
            let (after, before) = options.remove(0);
            Bounds { after, before, notes, ..Bounds::default() }
        }
    }
}

pub fn around(unit: Unit, distance: i32, today: Date) -> (Option<Date>, Option<Date>) {
    match unit {
        Unit::Week | Unit::Fortnight => {
            let first = monday(today).and_then(|monday| add_days(monday, 7 * distance));
            (first, first.and_then(|first| add_days(first, 6)))
        }
        Unit::Month => (month_start(today, distance), month_end(today, distance)),
        Unit::Quarter => {
            let months = -((i32::from(today.month()) - 1) % 3) + 3 * distance;
            (month_start(today, months), month_end(today, months + 2))
        }
        Unit::Year => {
            let year = i16::try_from(i32::from(today.year()) + distance).unwrap_or(today.year());
            (Date::new(year, 1, 1).ok(), Date::new(year, 12, 31).ok())
        }
        _ => (add_days(today, distance), add_days(today, distance)),
    }
}

fn from_now(amount: Amount, is_past: bool, now: &Now) -> Bounds {
    let offset = if is_past { amount.back() } else { amount };
    let found = resolve(&When { offset: Some(offset), ..When::default() }, now, Aim::Coming);
    let here = match amount.is_of_days() {
        true => whole_day(now.today()),
        false => Point { date: now.today(), time: Some(now.local.time()), instant: Some(now.instant) },
    };
    bound(Resolved { question: None, ..found }, |point| {
        if is_past { (Some(point), Some(here)) } else { (Some(here), Some(point)) }
    })
}

/// Whole day, part of it, or an hour from a time on.
pub fn within(when: &When, now: &Now, aim: Aim) -> Bounds {
    let found = resolve(when, now, aim);
    let found = match found.question {
        // A question about a time that has passed today is answered all the same.
        Some(_) if when.day == Some(Day::FromToday(0)) => {
            let point = found.points.iter().copied().find(|point| point.date == now.today());
            Resolved { points: point.into_iter().collect(), question: None, ..found }
        }
        _ => found,
    };
    let is_part = when.clock.is_none() && when.offset.is_none();
    let part = when.part.map(|(part, _)| part).filter(|_| is_part);
    let hours = move |part: Part| match part {
        Part::Morning => (5, 12),
        Part::Afternoon => (12, 18),
        Part::Evening => (17, 23),
        Part::Night => (18, 23),
    };
    bound(found, |point| match part {
        Some(part) => {
            let (from, to) = hours(part);
            let end = if to == 23 { time(23, 59, 0, 0) } else { time(to, 0, 0, 0) };
            (now.point(point.date, Some(time(from, 0, 0, 0))).0, now.point(point.date, Some(end)).0)
        }
        None => match point.time {
            Some(_) => {
                let end = point
                    .instant
                    .and_then(|instant| instant.checked_add(jiff::SignedDuration::from_mins(59)).ok());
                let end = end.map(|instant| {
                    let local = now.zone.to_datetime(instant);
                    Point { date: local.date(), time: Some(local.time()), instant: Some(instant) }
                });
                (Some(point), end)
            }
            None => (Some(point), Some(point)),
        },
    })
}

fn two_points(from: &When, to: &When, now: &Now, aim: Aim) -> Bounds {
    let mut from = from.clone();
    let mut to = to.clone();
    // "between the 3rd and the 9th of may", "tomorrow from four to six": what one of them says, both mean.
    if from.day.is_none() && from.offset.is_none() {
        from.day = to.day.clone();
    }
    if to.day.is_none() && to.offset.is_none() {
        to.day = from.day.clone();
    }
    if let (Some(Day::OfMonth { day, month: None, weekday: None }), Some(Day::Date { year, month, .. })) =
        (&from.day, &to.day)
    {
        from.day = Some(Day::Date { year: *year, month: *month, day: *day, weekday: None });
    }
    let (start, end) = (resolve(&from, now, aim), resolve(&to, now, aim));
    let (Some(mut after), Some(mut before)) = (start.points.first().copied(), end.points.first().copied())
    else {
        return Bounds::default();
    };
    // "from friday to monday": the monday after that friday.
    let is_weekday = matches!(to.day, Some(Day::Weekday(_, Which::Coming)));
    if before.date < after.date && before.time.is_none() && is_weekday {
        before = add_days(before.date, 7).map(whole_day).unwrap_or(before);
    }
    // "between the 3rd and the 9th", on the 4th: the 3rd before that 9th.
    if before.date < after.date
        && let Some(earlier) = last_until(&from, before.date, now)
    {
        after = earlier;
    }
    Bounds {
        after: Some(after),
        before: Some(before),
        notes: [start.notes, end.notes].concat(),
        ..Bounds::default()
    }
}

/// Last such date until a day, for a date that comes each month or year.
fn last_until(when: &When, date: Date, now: &Now) -> Option<Point> {
    when.day.as_ref().filter(|day| comes_again(day))?;
    let end = now.point(date, Some(time(23, 59, 0, 0))).0?.instant?;
    let then = Now::new(end, now.zone.clone(), now.order);
    resolve(when, &then, Aim::Passed).points.first().copied().filter(|point| point.date <= date)
}

/// True for a date that comes each month or year.
fn comes_again(day: &Day) -> bool {
    match day {
        Day::OfMonth { month, .. } => month.is_none(),
        Day::Date { year, .. } | Day::Digits { year, .. } => year.is_none(),
        _ => false,
    }
}
