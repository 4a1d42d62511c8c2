//! Rules without "every": "weekly", "on mondays", "once a week", "the 15th of each month".

use domain::{Anchor, DayOfMonth, Frequency};
use jiff::civil::Weekday;

use super::every::{monthly, weekday_list};
use super::{Recurrence, WORKDAYS};
use crate::clock::follows_a_time;
use crate::number::{cardinal, digits, ordinal, unit};
use crate::phrases::Phrases;
use crate::text::Text;
use crate::words::Part;

/// "daily", "weekly", "annually" where they are no adjective; "weekdays", "mondays", "mornings".
pub fn adverb(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
    const REMINDERS: &[&str] = &["reminder", "reminders", "alarm", "alarms", "notification"];
    let at = text.any_phrase(at, &["on a", "on"]).filter(|next| text.is(next + 1, &["basis"])).unwrap_or(at);
    let (rule, end) = adverb_rule(text, at)?;
    // "prepare monthly report", "annual review": what an adjective describes follows.
    let is_basis = text.at(end) == "basis";
    let is_adverb = follows_a_time(text, end) || text.is_number(end) || text.is(end, REMINDERS) || is_basis;
    let is_described = text.is_after(at, &["a", "an", "the", "my", "our", "your", "this", "that"]);
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
pub fn on_days(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
    let begin = text.any_phrase(at, &["on"]).unwrap_or(at);
    let part_after = |rule: Recurrence, end: usize| match text.part(end) {
        Some(part) => (rule.at_part(part), end + 1),
        None => (rule, end),
    };
    // "mon-fri"
    let is_glued_range = text.weekday(begin).is_some()
        && text.at(begin + 1) == "-"
        && text.is_glued(begin + 1)
        && text.is_glued(begin + 2);
    if let Some((days, end)) = weekday_list(text, begin).filter(|_| is_glued_range) {
        return Some((Recurrence::on_weekdays(days, 1), end));
    }
    let ends_in_s = |at: usize| text.at(at).ends_with('s') && text.at(at) != "ms";
    if let Some((days, end)) = weekday_list(text, begin) {
        let is_counted = begin.checked_sub(1).is_some_and(|before| cardinal(text, before).is_some());
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
    let is_counted = at.checked_sub(1).is_some_and(|before| cardinal(text, before).is_some())
        || text.at(begin + 1) == "in";
    (!is_counted && follows_a_time(text, begin + 1))
        .then(|| (Recurrence::new(Frequency::Daily, 1).at_part(part), begin + 1))
}

/// "once a week", "one a day"; "twice a week" and "3 times a day" are no rules of TaskFlow.
pub fn times_a_week(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
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
pub fn day_of_each_month(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
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
        _ => ordinal(text, begin).or_else(|| digits(text, begin).filter(|_| begin > at))?,
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

pub static COMPLETION: Phrases = Phrases::new(
    "after i finish, after i finish it, after i'm done, after i am done, after i complete it, \
     after i complete, after completion, after completing it, after completing, after finishing, \
     after finishing it, after it's done, after it is done, after i've done it, after i do it, \
     after the last time, after last completion, after doing it, from completion, after it's completed",
);

/// "3 days after I finish".
pub fn after_completion(text: &Text, at: usize) -> Option<(Recurrence, usize)> {
    let (count, next) = cardinal(text, at).or_else(|| text.is(at, &["a", "an"]).then_some((1, at + 1)))?;
    let (unit, next) = unit(text, next)?;
    let end = COMPLETION.end(text, next)?;
    Some((Recurrence { anchor: Anchor::Completion, ..Recurrence::every(count, unit) }, end))
}
