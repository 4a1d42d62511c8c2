//! `POST /api/understand`

use actions::series::users_zone;
use domain::Moment;
use language::{Now, Order};
use serde_json::json;
use web::{Problem, Request, Response};

use crate::sentence::Sentence;

pub fn run(request: &Request) -> Result<Response, Problem> {
    let (caller, sentence) = (request.caller()?, request.body::<Sentence>()?);
    // Nothing is understood for somebody who is not admitted.
    let own_zone = users_zone(&caller)?;
    let now = sentence.now.0.unwrap_or_else(|| Moment::from_ms(web::now_ms()));
    let zone = sentence.timezone.0.unwrap_or(own_zone);
    let order = sentence.locale.0.and_then(|locale| Order::of_locale(locale.as_str()));
    let now = Now::new(now.timestamp(), zone.rules(), order);
    let understood = language::understand(sentence.text.as_str(), &sentence.keep.0, &now);
    Ok(Response::json(200, json!(understood).to_string()))
}
