//! Recurrences: "every other week", "on mon and wed", "monthly on the last day", "every! 3 days".

use domain::{Anchor, DayOfMonth, Frequency};
use jiff::civil::Weekday;

use crate::clock::follows_a_time;
use crate::day::{DayLead, day};
use crate::number::{Amount, amount, cardinal, digits, ordinal, unit};
use crate::phrases::Phrases;
use crate::text::Text;
use crate::when::{Found, When, when};
use crate::words::{Part, Unit};

/// Recurrence, as it was said.
#[derive(Clone, Debug, PartialEq)]
pub struct Recurrence {
    pub frequency: Frequency,
    pub interval: u32,
    /// Days of a week, in the order of the week.
    pub weekdays: Vec<Weekday>,
    pub day_of_month: Option<DayOfMonth>,
    /// Month and day of a yearly recurrence.
    pub date: Option<(i8, i8)>,
    pub anchor: Anchor,
    /// Time of day.
    pub time: Option<When>,
    pub start: Option<When>,
    pub end: Option<Ending>,
    /// True for a rule that TaskFlow does not have.
    pub is_unsupported: bool,
    /// True for "every weekend", which may be one day or two.
    pub is_weekend: bool,
}

/// End of a recurrence.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    On(When),
    After(Amount),
}

impl Recurrence {
    fn new(frequency: Frequency, interval: u32) -> Self {
        Self {
            frequency,
            interval,
            weekdays: Vec::new(),
            day_of_month: None,
            date: None,
            anchor: Anchor::Schedule,
            time: None,
            start: None,
            end: None,
            is_unsupported: !(1..=999).contains(&interval),
            is_weekend: false,
        }
    }

    fn unsupported() -> Self {
        Self { is_unsupported: true, ..Self::new(Frequency::Daily, 1) }
    }

    fn on_weekdays(mut weekdays: Vec<Weekday>, interval: u32) -> Self {
        weekdays.sort_by_key(|day| day.to_monday_zero_offset());
        weekdays.dedup();
        Self { weekdays, ..Self::new(Frequency::Weekly, interval) }
    }

    fn monthly_on(day: DayOfMonth) -> Self {
        Self { day_of_month: Some(day), ..Self::new(Frequency::Monthly, 1) }
    }

    fn at_part(self, part: Part) -> Self {
        Self { time: Some(When { part: Some((part, crate::when::Shade::Plain)), ..When::default() }), ..self }
    }

    /// Every so many of a unit.
    fn every(interval: u32, unit: Unit) -> Self {
        match unit {
            Unit::Second | Unit::Minute | Unit::Hour => Self::unsupported(),
            Unit::Day => Self::new(Frequency::Daily, interval),
            Unit::BusinessDay if interval == 1 => Self::on_weekdays(WORKDAYS.to_vec(), 1),
            Unit::BusinessDay => Self::unsupported(),
            Unit::Week => Self::new(Frequency::Weekly, interval),
            Unit::Fortnight => Self::new(Frequency::Weekly, interval.saturating_mul(2)),
            Unit::Month => Self::new(Frequency::Monthly, interval),
            Unit::Quarter => Self::new(Frequency::Monthly, interval.saturating_mul(3)),
            Unit::Year => Self::new(Frequency::Yearly, interval),
        }
    }
}

const WORKDAYS: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];

/// Returns the recurrence that begins at a token, with its time, start and end.
pub fn recurrence(text: &Text, at: usize) -> Option<Found<Recurrence>> {
    if !text.begins(at) {
        return None;
    }
    let begin = text
        .any_phrase(at, &["and repeat", "repeating", "repeat", "repeats", "recurring", "on a"])
        .unwrap_or(at);
    let found = core(text, begin).or_else(|| core(text, at));
    let (mut rule, mut end) = found.filter(|(_, end)| text.ends(*end))?;
    while let Some(next) = suffix(text, end, &mut rule) {
        end = next;
    }
    Some(Found { value: rule, tokens: at..end })
}

fn core(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
    let rules = [every, adverb, on_days, times_a_week, day_of_each_month, after_completion];
    rules.iter().filter_map(|rule| rule(text, at)).max_by_key(|(_, end)| *end)
}

/// "every 3 days", "each monday and friday", "every other week", "every! month", "every 15th".
fn every(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
    let lead = text.any_phrase(
        at,
        &[
            "once every",
            "once each",
            "every single",
            "each single",
            "every",
            "each",
            "evry",
            "ev",
            "evey",
            "evrey",
        ],
    )?;
    let is_from_completion = text.at(lead) == "!" && text.is_glued(lead);
    let body = if is_from_completion { lead + 1 } else { lead };
    let (mut rule, end) = every_body(text, body)?;
    if is_from_completion {
        rule.anchor = Anchor::Completion;
    }
    Some((rule, end))
}

fn every_body(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
    if text.is(at, &["other", "alternate", "alternating", "2nd", "second"])
        || ordinal(text, at).is_some_and(|(n, _)| n == 2)
    {
        let is_other = text.is(at, &["other", "alternate", "alternating"]);
        let next = if is_other { at + 1 } else { ordinal(text, at)?.1 };
        if let Some((unit, end)) = unit(text, next) {
            return Some((Recurrence::every(2, unit), end));
        }
        if let Some((weekdays, end)) = weekday_list(text, next) {
            // "every second friday" is that of a month, "every other friday" is every two weeks.
            let rule = Recurrence::on_weekdays(weekdays, 2);
            return Some((Recurrence { is_unsupported: !is_other, ..rule }, end));
        }
    }
    if let Some(found) = every_nth(text, at) {
        return Some(found);
    }
    if text.at(at) == "last" {
        return last_day(text, at);
    }
    // "every 1st and 15th", "every 3 days", "every 2 fridays"
    if let Some((count, next)) = cardinal(text, at) {
        if let Some((unit, end)) = unit(text, next) {
            return Some((Recurrence::every(count, unit), end));
        }
        if let Some((weekdays, end)) = weekday_list(text, next).filter(|_| count < 100) {
            return Some((Recurrence::on_weekdays(weekdays, count), end));
        }
        return yearly_date(text, at);
    }
    if text.is(at, &["half"]) {
        return amount(text, at).map(|(_, end)| (Recurrence::unsupported(), end));
    }
    if let Some(end) = weekend_word(text, at) {
        let both = vec![Weekday::Saturday, Weekday::Sunday];
        return Some((Recurrence { is_weekend: true, ..Recurrence::on_weekdays(both, 1) }, end));
    }
    if let Some((weekdays, end)) = weekday_list(text, at) {
        let part = text.part(end).map(|part| (part, end + 1));
        let rule = Recurrence::on_weekdays(weekdays, 1);
        return Some(match part {
            Some((part, end)) => (rule.at_part(part), end),
            None => (rule, end),
        });
    }
    if let Some((unit, end)) = unit(text, at).filter(|_| text.at(at).len() > 1) {
        let part = text.part(end).filter(|_| unit == Unit::BusinessDay);
        let rule = Recurrence::every(1, unit);
        return Some(match part {
            Some(part) => (rule.at_part(part), end + 1),
            None => (rule, end),
        });
    }
    if let Some(part) = text.part(at) {
        return Some((Recurrence::new(Frequency::Daily, 1).at_part(part), at + 1));
    }
    yearly_date(text, at)
}

/// "every third day", "every 15th", "every third friday", "every 3rd of the month".
fn every_nth(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
    let (nth, next) = ordinal(text, at)?;
    if text.is(next, &["day"]) {
        if let Some(end) = of_the_month(text, next + 1) {
            return monthly(nth, end);
        }
    }
    if let Some((unit, end)) = unit(text, next) {
        return Some((Recurrence::every(nth, unit), end));
    }
    if let Some((_, end)) = weekday_list(text, next) {
        let end = of_the_month(text, end).unwrap_or(end);
        return Some((Recurrence::unsupported(), end));
    }
    if text.is(next, &["and", ","]) && ordinal(text, next + 1).is_some() {
        return ordinal(text, next + 1)
            .map(|(_, end)| (Recurrence::unsupported(), of_the_month(text, end).unwrap_or(end)));
    }
    if let Some(found) = yearly_date(text, at) {
        return Some(found);
    }
    let end = of_the_month(text, next).unwrap_or(next);
    (end > next || follows_a_time(text, next) || text.is_number(next)).then(|| monthly(nth, end)).flatten()
}

fn monthly(day: u32, end: usize) -> Option<(Recurrence, usize)> {
    let day = i8::try_from(day).ok().filter(|day| (1..=31).contains(day))?;
    Some((Recurrence::monthly_on(DayOfMonth::Number(day)), end))
}

/// Returns the end of "of the month", "of each month", "in every month".
fn of_the_month(text: &Text, at: usize) -> Option<usize> {
    text.any_phrase(
        at,
        &[
            "of the month",
            "of each month",
            "of every month",
            "in each month",
            "in every month",
            "of month",
            "every month",
            "each month",
        ],
    )
}

/// "last day of the month"; "last friday of the month" is no rule of TaskFlow.
fn last_day(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
    if text.phrase(at, "last day").is_some() {
        return of_the_month(text, at + 2).map(|end| (Recurrence::monthly_on(DayOfMonth::Last), end));
    }
    text.weekday(at + 1).map(|_| (Recurrence::unsupported(), of_the_month(text, at + 2).unwrap_or(at + 2)))
}

/// "every march 3rd", "every 4th of july".
fn yearly_date(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
    let found = day(text, at, DayLead::None)?;
    match found.day {
        crate::day::Day::Date { year: None, month, day, weekday: None } => {
            let end = text.any_phrase(found.end, &["every year", "each year"]).unwrap_or(found.end);
            Some((Recurrence { date: Some((month, day)), ..Recurrence::new(Frequency::Yearly, 1) }, end))
        }
        _ => None,
    }
}

fn weekend_word(text: &Text, at: usize) -> Option<usize> {
    text.is(at, &["weekend", "weekends", "wkend", "wknd"]).then_some(at + 1)
}

/// Returns "monday", "mon, wed and fri", "tuesday thursday and saturday", "monday to friday".
fn weekday_list(text: &Text, at: usize) -> Option<(Vec<Weekday>, usize)> {
    let first = text.weekday(at)?.weekday;
    let mut days = vec![first];
    let mut end = at + 1;
    loop {
        let range = text
            .any_phrase(end, &["to", "through", "thru", "-", "until", "till"])
            .and_then(|next| Some((text.weekday(next)?, next + 1)));
        if let Some((last, after)) = range {
            let mut day = *days.last()?;
            while day != last.weekday {
                day = day.next();
                days.push(day);
            }
            end = after;
            continue;
        }
        let mut next = end;
        while text.is(next, &[",", "and", "&", "/", "+", "on", "every"]) && next < end + 3 {
            next += 1;
        }
        match text.weekday(next) {
            Some(word) if !text.is_glued(next) || next > end => {
                days.push(word.weekday);
                end = next + 1;
            }
            _ => return Some((days, end)),
        }
    }
}

/// "daily", "weekly", "annually" where they are no adjective; "weekdays", "mondays", "mornings".
fn adverb(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
    const REMINDERS: &[&str] = &["reminder", "reminders", "alarm", "alarms", "notification"];
    let at = text.any_phrase(at, &["on a", "on"]).filter(|next| text.is(next + 1, &["basis"])).unwrap_or(at);
    let (rule, end) = adverb_rule(text, at)?;
    // "prepare monthly report", "annual review": what an adjective describes follows.
    let is_basis = text.at(end) == "basis";
    let is_adverb = follows_a_time(text, end) || text.is_number(end) || text.is(end, REMINDERS) || is_basis;
    let is_described = text.is(at.wrapping_sub(1), &["a", "an", "the", "my", "our", "your", "this", "that"]);
    let is_reminder = text.is(end, REMINDERS);
    (is_adverb && (!is_described || is_reminder || is_basis))
        .then_some((rule, if is_basis { end + 1 } else { end }))
}

fn adverb_rule(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
    use Frequency::{Daily, Monthly, Weekly, Yearly};
    let (begin, prefix) = match text.any_phrase(at, &["bi -", "bi", "semi -", "semi"]) {
        Some(next) => (next, text.at(at)),
        None => (at, ""),
    };
    let rule = match (prefix, text.at(begin)) {
        ("", "daily" | "everyday") => Recurrence::new(Daily, 1),
        ("", "nightly") => Recurrence::new(Daily, 1).at_part(Part::Night),
        ("", "weekly") => Recurrence::new(Weekly, 1),
        ("", "fortnightly" | "biweekly") | ("bi", "weekly") => Recurrence::new(Weekly, 2),
        ("", "monthly") => Recurrence::new(Monthly, 1),
        ("", "bimonthly") | ("bi", "monthly") => Recurrence::new(Monthly, 2),
        ("", "quarterly") => Recurrence::new(Monthly, 3),
        ("", "semiannually" | "biannually" | "semiannual")
        | ("semi", "annually" | "yearly")
        | ("bi", "annually") => Recurrence::new(Monthly, 6),
        ("", "yearly" | "annually" | "annual") => Recurrence::new(Yearly, 1),
        ("bi", "yearly") => Recurrence::new(Yearly, 2),
        ("", "hourly") => Recurrence::unsupported(),
        _ => return None,
    };
    Some((rule, begin + 1))
}

/// "mondays", "on tuesdays and thursdays", "weekdays", "weekday mornings", "mornings", "weekends".
fn on_days(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
    let begin = text.any_phrase(at, &["on"]).unwrap_or(at);
    let part_after = |rule: Recurrence, end: usize| match text.part(end) {
        Some(part) => (rule.at_part(part), end + 1),
        None => (rule, end),
    };
    let ends_in_s = |at: usize| text.at(at).ends_with('s') && text.at(at) != "ms";
    if let Some((days, end)) = weekday_list(text, begin) {
        let is_counted = cardinal(text, begin.wrapping_sub(1)).is_some();
        let is_plural =
            !is_counted && (begin..end).any(|token| text.weekday(token).is_some_and(|word| word.is_plural));
        let has_plural_part = text.part(end).is_some() && ends_in_s(end);
        return (is_plural || has_plural_part).then(|| part_after(Recurrence::on_weekdays(days, 1), end));
    }
    if text.is(begin, &["weekdays", "workdays"])
        || (text.at(begin) == "weekday" && text.part(begin + 1).is_some())
    {
        return Some(part_after(Recurrence::on_weekdays(WORKDAYS.to_vec(), 1), begin + 1));
    }
    if text.is(begin, &["weekends"]) {
        let both = vec![Weekday::Saturday, Weekday::Sunday];
        return Some((Recurrence { is_weekend: true, ..Recurrence::on_weekdays(both, 1) }, begin + 1));
    }
    let begin = text.any_phrase(at, &["in the", "on", "at"]).unwrap_or(at);
    let part = text
        .part(begin)
        .filter(|_| matches!(text.at(begin), "mornings" | "afternoons" | "evenings" | "nights"))?;
    // "two nights in Rome" is a stay.
    let is_counted = cardinal(text, at.wrapping_sub(1)).is_some() || text.at(begin + 1) == "in";
    (!is_counted && follows_a_time(text, begin + 1))
        .then(|| (Recurrence::new(Frequency::Daily, 1).at_part(part), begin + 1))
}

/// "once a week", "one a day"; "twice a week" and "3 times a day" are no rules of TaskFlow.
fn times_a_week(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
    let (count, next) = match text.at(at) {
        "once" => (1, at + 1),
        "twice" => (2, at + 1),
        "thrice" => (3, at + 1),
        _ => {
            let (count, next) = cardinal(text, at)?;
            match text.at(next) {
                "times" | "time" | "x" => (count, next + 1),
                _ if count == 1 => (1, next),
                _ => return None,
            }
        }
    };
    let name = text.is(next, &["a", "an", "per", "each", "every"]).then_some(next + 1)?;
    let (unit, end) = unit(text, name).filter(|_| text.at(name).len() > 1)?;
    let rule = Recurrence::every(1, unit);
    Some((Recurrence { is_unsupported: rule.is_unsupported || count != 1, ..rule }, end))
}

/// "the 15th of every month", "last day of each month", "first monday of every month".
fn day_of_each_month(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
    static EACH: Phrases = Phrases::new(
        "of every month, of each month, in every month, in each month, every month, each month, \
         of the month every month, of every single month",
    );
    let begin = text.any_phrase(at, &["on the", "the", "on"]).unwrap_or(at);
    if text.phrase(begin, "last day").is_some() {
        return EACH.end(text, begin + 2).map(|end| (Recurrence::monthly_on(DayOfMonth::Last), end));
    }
    let (nth, next) = match text.at(begin) {
        "last" => (0, begin + 1),
        _ => ordinal(text, begin)?,
    };
    if text.weekday(next).is_some() {
        return EACH.end(text, next + 1).map(|end| (Recurrence::unsupported(), end));
    }
    let next = if text.at(next) == "day" { next + 1 } else { next };
    let end = EACH.end(text, next)?;
    if text.at(end) == "of" {
        return None;
    }
    monthly(nth, end)
}

static COMPLETION: Phrases = Phrases::new(
    "after i finish, after i finish it, after i'm done, after i am done, after i complete it, \
     after i complete, after completion, after completing it, after completing, after finishing, \
     after finishing it, after it's done, after it is done, after i've done it, after i do it, \
     after the last time, after last completion, after doing it, from completion, after it's completed",
);

/// "3 days after I finish".
fn after_completion(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
    let (count, next) = cardinal(text, at).or_else(|| text.is(at, &["a", "an"]).then_some((1, at + 1)))?;
    let (unit, next) = unit(text, next)?;
    let end = COMPLETION.end(text, next)?;
    Some((Recurrence { anchor: Anchor::Completion, ..Recurrence::every(count, unit) }, end))
}

/// Reads one more part of the recurrence: a day, a time, a start or an end.
fn suffix(text: &Text, at: usize, rule: &mut Recurrence) -> Option<usize> {
    let at = if text.is(at, &[",", "and"]) && is_suffix_word(text, at + 1) { at + 1 } else { at };
    if let Some(end) = COMPLETION.end(text, at) {
        rule.anchor = Anchor::Completion;
        return Some(end);
    }
    if let Some(end) = day_of_rule(text, at, rule) {
        return Some(end);
    }
    static STARTS: Phrases = Phrases::new(
        "starting on, starting from, starting in, starting, start on, start in, starts on, starts, start, \
         beginning on, beginning in, beginning, begin, from, as of, commencing",
    );
    if let Some(next) = STARTS.end(text, at).filter(|_| rule.start.is_none()) {
        if let Some((start, end)) = date_or_month(text, next) {
            // "from 9 to 5" is no start.
            if start.day.is_some() || start.offset.is_some() {
                take_time(rule, &start);
                rule.start = Some(start);
                return Some(end);
            }
        }
    }
    static ENDS: Phrases = Phrases::new(
        "until the end of, until, till, til, through, thru, ending on, ending in, ending, ends on, ends, \
         up to, stopping on, stop on, to",
    );
    if let Some(next) = ENDS.end(text, at).filter(|_| rule.end.is_none()) {
        let next = if text.is(next - 1, &["of"]) { next - 3 } else { next };
        if let Some((end_at, end)) =
            date_or_month(text, next).filter(|(found, _)| found.day.is_some() || found.offset.is_some())
        {
            rule.end = Some(Ending::On(end_at));
            return Some(end);
        }
    }
    if text.at(at) == "for" && rule.end.is_none() {
        let next = text.any_phrase(at + 1, &["the next", "next"]).unwrap_or(at + 1);
        if let Some((amount, end)) = amount(text, next).filter(|(amount, _)| amount.is_of_days()) {
            rule.end = Some(Ending::After(amount));
            return Some(end);
        }
        if let Some((_, end)) =
            digits(text, next).filter(|(_, end)| text.is(*end, &["times", "occurrences", "repeats"]))
        {
            rule.is_unsupported = true;
            return Some(end + 1);
        }
    }
    if rule.time.as_ref().is_none_or(|time| time.clock.is_none()) {
        let found =
            when(text, at).filter(|found| found.value.day.is_none() && found.value.offset.is_none())?;
        let is_time =
            found.value.bound.is_none() && (found.value.clock.is_some() || found.value.part.is_some());
        if is_time {
            take_time(rule, &found.value);
            return Some(found.tokens.end);
        }
    }
    None
}

fn is_suffix_word(text: &Text, at: usize) -> bool {
    text.is(
        at,
        &["starting", "start", "beginning", "until", "till", "ending", "from", "at", "on", "ends", "through"],
    )
}

/// Takes the time of day of a point in time; a part of the day that was said before stays.
fn take_time(rule: &mut Recurrence, found: &When) {
    let part = rule.time.as_ref().and_then(|time| time.part);
    if found.clock.is_some() || found.part.is_some() {
        rule.time = Some(When { clock: found.clock, part: found.part.or(part), ..When::default() });
    }
}

/// "on mon and wed", "on the 31st", "on the last day", "on march 3", "on the last friday".
fn day_of_rule(text: &Text, at: usize, rule: &mut Recurrence) -> Option<usize> {
    let begin = text.any_phrase(at, &["on the", "on day", "on", "every", "each", "the"])?;
    match rule.frequency {
        Frequency::Weekly if rule.weekdays.is_empty() => {
            let (days, end) = weekday_list(text, begin)?;
            rule.weekdays = Recurrence::on_weekdays(days, 1).weekdays;
            Some(end)
        }
        Frequency::Daily
            if rule.weekdays.is_empty() && text.weekday(begin).is_some_and(|word| word.is_plural) =>
        {
            None
        }
        Frequency::Monthly if rule.day_of_month.is_none() => {
            if text.phrase(begin, "last day").is_some() {
                rule.day_of_month = Some(DayOfMonth::Last);
                return Some(of_the_month(text, begin + 2).unwrap_or(begin + 2));
            }
            if text.at(begin) == "last" && text.weekday(begin + 1).is_some() {
                rule.is_unsupported = true;
                return Some(begin + 2);
            }
            let (nth, end) = ordinal(text, begin)
                .or_else(|| digits(text, begin).filter(|_| text.is(begin - 1, &["on", "day"])))?;
            if text.weekday(end).is_some() {
                rule.is_unsupported = true;
                return Some(end + 1);
            }
            let end = if text.at(end) == "day" { end + 1 } else { end };
            let day = i8::try_from(nth).ok().filter(|day| (1..=31).contains(day) && text.ends(end))?;
            // Two days of a month are no rule of TaskFlow.
            if text.at(end) == "and" && ordinal(text, end + 1).is_some() {
                rule.is_unsupported = true;
                return ordinal(text, end + 1).map(|(_, end)| end);
            }
            rule.day_of_month = Some(DayOfMonth::Number(day));
            Some(end)
        }
        Frequency::Yearly if rule.date.is_none() => match day(text, begin, DayLead::On)? {
            found if matches!(found.day, crate::day::Day::Date { year: None, .. }) => {
                if let crate::day::Day::Date { month, day, .. } = found.day {
                    rule.date = Some((month, day));
                }
                Some(found.end)
            }
            _ => None,
        },
        _ => None,
    }
}

/// Returns a point in time, or the first day of a month: "may", "june 2027".
pub fn date_or_month(text: &Text, at: usize) -> Option<(When, usize)> {
    if let Some(found) = when(text, at) {
        return Some((found.value, found.tokens.end));
    }
    let begin = text.any_phrase(at, &["in", "next"]).unwrap_or(at);
    let month = text.month(begin)?;
    let (year, end) = match crate::number::year(text, begin + 1) {
        Some((year, end)) => (Some(year), end),
        None => (None, begin + 1),
    };
    let month = crate::day::Month::Named { month, year };
    let day = crate::day::Day::EdgeOfMonth { month, is_end: false };
    text.ends(end).then_some((When { day: Some(day), ..When::default() }, end))
}
