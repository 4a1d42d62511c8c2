//! `/api/tasks/{id}/reminders` and `/api/reminders`

use actions::{Page, reminders};
use domain::{NewReminder, Snooze};
use web::{Problem, Request, Response};

pub fn add(request: &Request) -> Result<Response, Problem> {
    let (caller, task) = (request.caller()?, crate::target(request)?);
    let reminder = request.body::<NewReminder>()?;
    let made = reminders::add(&caller, crate::clock().now, &task, &reminder)?;
    let location = format!("/api/reminders/{}", made.id);
    Ok(Response::json(201, made.json).with("location", location))
}

pub fn of_task(request: &Request) -> Result<Response, Problem> {
    Ok(Response::json(200, reminders::of_task(&request.caller()?, request.parameter("id")?)?))
}

pub fn upcoming(request: &Request) -> Result<Response, Problem> {
    let page = request.query::<Page>()?;
    Ok(Response::json(200, reminders::upcoming(&request.caller()?, &page).map_err(Problem::of_query)?))
}

pub fn delete(request: &Request) -> Result<Response, Problem> {
    reminders::delete(&request.caller()?, request.parameter("id")?)?;
    Ok(Response::empty())
}

pub fn snooze(request: &Request) -> Result<Response, Problem> {
    let (caller, id) = (request.caller()?, request.parameter("id")?);
    let snooze = request.body::<Snooze>()?;
    Ok(Response::json(200, reminders::snooze(&caller, id, &snooze)?))
}
