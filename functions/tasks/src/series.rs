//! `/api/recurring-tasks`

use actions::series::{self, NewSeries, SeriesPatch, SeriesQuery, StopOptions};
use web::{Problem, Request, Response};

pub fn create(request: &Request) -> Result<Response, Problem> {
    let (caller, series) = (request.caller()?, request.body::<NewSeries>()?);
    let made = series::create(&caller, &crate::clock(), &series)?;
    let location = format!("/api/recurring-tasks/{}", made.id);
    Ok(Response::versioned(201, made.json, made.version).with("location", location))
}

pub fn list(request: &Request) -> Result<Response, Problem> {
    let query = request.query::<SeriesQuery>()?;
    let page = series::list(&request.caller()?, &query).map_err(Problem::of_query)?;
    Ok(Response::json(200, page))
}

pub fn get(request: &Request) -> Result<Response, Problem> {
    let series = series::get(&request.caller()?, request.parameter("id")?)?;
    Ok(Response::versioned(200, series.json, series.version))
}

pub fn patch(request: &Request) -> Result<Response, Problem> {
    let (caller, series) = (request.caller()?, crate::target(request)?);
    let patch = request.body::<SeriesPatch>()?;
    let changed = series::patch(&caller, &series, &patch, crate::clock().now)?;
    Ok(Response::versioned(200, changed.json, changed.version))
}

pub fn stop(request: &Request) -> Result<Response, Problem> {
    let (caller, series) = (request.caller()?, crate::target(request)?);
    let options = request.query::<StopOptions>()?;
    series::stop(&caller, &series, &options)?;
    Ok(Response::empty())
}

pub fn dismiss_missed(request: &Request) -> Result<Response, Problem> {
    let (caller, series) = (request.caller()?, crate::target(request)?);
    Ok(Response::json(200, series::dismiss(&caller, &series)?))
}
