//! `/api/recurring-tasks`

use actions::series::{self, ListSeries, NewSeries, SeriesPatch, Stopping};
use domain::{Moment, TaskId};
use web::{Problem, Request, Response};

pub fn create(request: &Request) -> Result<Response, Problem> {
    let (caller, series) = (request.caller()?, request.body::<NewSeries>()?);
    let made = series::create(&caller, ids(), &series, now()).map_err(refused)?;
    let location = format!("/api/recurring-tasks/{}", made.id);
    Ok(Response::versioned(201, made.json, made.version).with("location", location))
}

pub fn list(request: &Request) -> Result<Response, Problem> {
    let wanted = request.query::<ListSeries>()?;
    let page = series::list(&request.caller()?, &wanted).map_err(|problem| match problem {
        series::Problem::Invalid(errors) => Problem::invalid_query(errors),
        other => refused(other),
    })?;
    Ok(Response::json(200, page))
}

pub fn get(request: &Request) -> Result<Response, Problem> {
    let series = series::get(&request.caller()?, request.parameter("id")?)?;
    Ok(Response::versioned(200, series.json, series.version))
}

pub fn patch(request: &Request) -> Result<Response, Problem> {
    let (caller, series) = (request.caller()?, crate::named(request)?);
    let patch = request.body::<SeriesPatch>()?;
    let changed = series::patch(&caller, series.id, series.expected.as_deref(), &patch, now()).map_err(refused)?;
    Ok(Response::versioned(200, changed.json, changed.version))
}

pub fn stop(request: &Request) -> Result<Response, Problem> {
    let (caller, series) = (request.caller()?, crate::named(request)?);
    let how = request.query::<Stopping>()?;
    series::stop(&caller, series.id, series.expected.as_deref(), &how).map_err(refused)?;
    Ok(Response::empty())
}

pub fn dismiss_missed(request: &Request) -> Result<Response, Problem> {
    Ok(Response::json(200, series::dismiss(&request.caller()?, request.parameter("id")?)?))
}

/// Names for a series and its first task.
pub fn ids() -> [TaskId; 2] {
    [(); 2].map(|()| TaskId::new(web::now_ms(), web::random()))
}

pub fn now() -> Moment {
    Moment::from_ms(web::now_ms())
}

/// What could not be done to a series, in the words of HTTP.
pub fn refused(problem: series::Problem) -> Problem {
    match problem {
        series::Problem::Invalid(errors) => Problem::invalid_body(errors),
        series::Problem::Ended => Problem::not_now("The series has ended: make a new one."),
        series::Problem::TooFast => Problem::unavailable("a series changes faster than it can be changed"),
        series::Problem::Changed(now) => Problem::changed("recurring_task", &now),
        series::Problem::Refused(store::Refusal::Said(word)) if word == "past_start_date" => {
            Problem::invalid_member("/start_date", "is in the past")
        }
        series::Problem::Refused(refusal) => crate::refused(refusal),
    }
}
