//! `/api/tasks/{id}/reminders` and `/api/reminders`

use actions::reminders::{self, ListReminders};
use domain::{NewReminder, Snooze};
use store::Refusal;
use web::{Problem, Request, Response};

pub fn add(request: &Request) -> Result<Response, Problem> {
    let (caller, task) = (request.caller()?, request.parameter("id")?);
    let reminder = request.body::<NewReminder>()?;
    reminder.check(crate::series::now()).map_err(Problem::invalid_body)?;
    let member = match reminder {
        NewReminder::At(_) => "/at",
        NewReminder::Before(_) => "/before",
    };
    let made = reminders::add(&caller, task, &reminder).map_err(|refusal| match refusal {
        Refusal::Said(word) if word == "no_due_date" => {
            Problem::invalid_member(member, "needs a task that is due at some time")
        }
        Refusal::Said(word) if word == "too_many_reminders" => {
            Problem::invalid_member(member, "would be the 101st reminder of the task, and 100 is the most")
        }
        other => refused(other),
    })?;
    let location = format!("/api/reminders/{}", made.id);
    Ok(Response::json(201, made.json).with("location", location))
}

pub fn of_task(request: &Request) -> Result<Response, Problem> {
    Ok(Response::json(200, reminders::of_task(&request.caller()?, request.parameter("id")?)?))
}

pub fn upcoming(request: &Request) -> Result<Response, Problem> {
    let wanted = request.query::<ListReminders>()?;
    let page = reminders::upcoming(&request.caller()?, &wanted).map_err(Problem::invalid_query)?;
    Ok(Response::json(200, page?))
}

pub fn delete(request: &Request) -> Result<Response, Problem> {
    reminders::delete(&request.caller()?, request.parameter("id")?)?;
    Ok(Response::empty())
}

pub fn snooze(request: &Request) -> Result<Response, Problem> {
    let (caller, id) = (request.caller()?, request.parameter("id")?);
    let snooze = request.body::<Snooze>()?;
    let later = reminders::snooze(&caller, id, &snooze).map_err(|refusal| match refusal {
        Refusal::Said(word) if word == "past_time" => Problem::invalid_member("/until", "is in the past"),
        other => refused(other),
    })?;
    Ok(Response::json(200, later))
}

fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Said(word) if word == "task_is_done" => {
            Problem::not_now("The task is done, so nobody is reminded of it: reopen it first.")
        }
        other => other.into(),
    }
}
