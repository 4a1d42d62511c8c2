//! JWTs of issuers that the operator has named: whose they are, and whether they are genuine.

use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Value, json};
use spin_sdk::variables;
use store::{Issued, Refusal, statement};

use crate::{Problem, Request, outbound};

/// Seconds that clocks may differ.
const SKEW: u64 = 60;

/// What is taken: what common issuers sign with, and no algorithm whose key could be mistaken for a secret.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];

/// One entry of the variable `issuers`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Issuer {
    /// The `iss` of its tokens.
    issuer: String,
    /// Where its public keys are.
    jwks: String,
    /// The `aud` that its tokens for us have.
    audience: String,
    /// The claim that makes somebody an administrator, if the issuer decides that.
    admin_claim: Option<String>,
    /// What that claim has to be, or to contain.
    admin_value: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Claims {
    sub: String,
    email: Option<String>,
    email_verified: Option<bool>,
    name: Option<String>,
    scope: Option<String>,
    #[serde(flatten)]
    all: serde_json::Map<String, Value>,
}

/// Who the token says that the caller is.
pub async fn verify(request: &Request, token: &str) -> Result<Issued, Problem> {
    let header = decode_header(token).map_err(|_| Problem::token_rejected("not a JWT"))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(Problem::token_rejected("an algorithm that is not taken"));
    }
    let issuer = configured(token)?;
    let key = match find(&keys(request, &issuer)?.0, &header) {
        Some(key) => key,
        None => {
            find(&fetched(request, &issuer).await?, &header).ok_or_else(|| Problem::token_rejected("an unknown key"))?
        }
    };
    let mut validation = Validation::new(header.alg);
    validation.set_issuer(&[&issuer.issuer]);
    validation.set_audience(&[&issuer.audience]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.validate_nbf = true;
    validation.leeway = SKEW;
    let key = DecodingKey::from_jwk(&key).map_err(|_| Problem::token_rejected("a key that cannot be used"))?;
    let claims = decode::<Claims>(token, &key, &validation).map_err(|_| Problem::token_rejected("not valid"))?.claims;
    if claims.sub.is_empty() || claims.sub.len() > 255 || claims.sub.contains('\0') {
        return Err(Problem::token_rejected("a subject that cannot be used"));
    }
    Ok(issued(issuer, claims))
}

/// The issuer that the token names, if it is one of ours. The token is not believed yet.
fn configured(token: &str) -> Result<Issuer, Problem> {
    let text = variables::get("issuers").map_err(|error| Problem::fault(format!("variable issuers: {error}")))?;
    let issuers: Vec<Issuer> =
        serde_json::from_str(&text).map_err(|error| Problem::fault(format!("variable issuers: {error}")))?;
    let claims = jsonwebtoken::dangerous::insecure_decode::<Value>(token)
        .map_err(|_| Problem::token_rejected("not a JWT"))?
        .claims;
    issuers
        .into_iter()
        .find(|issuer| claims["iss"] == issuer.issuer)
        .ok_or_else(|| Problem::token_rejected("an unknown issuer"))
}

/// The key that the header names. Without a name it is the only one there is.
fn find(keys: &JwkSet, header: &Header) -> Option<Jwk> {
    let fits = |key: &&Jwk| {
        key.common.key_algorithm.is_none_or(|algorithm| algorithm.to_string() == format!("{:?}", header.alg))
    };
    match &header.kid {
        Some(id) => keys.find(id).filter(fits).cloned(),
        None => match &keys.keys[..] {
            [only] => Some(only).filter(fits).cloned(),
            _ => None,
        },
    }
}

/// The keys as they were when the issuer last answered, and whether it has not answered since it was asked.
fn keys(request: &Request, issuer: &Issuer) -> Result<(JwkSet, bool), Problem> {
    #[derive(Deserialize)]
    struct Known {
        keys: Value,
        asking: bool,
    }
    let fault = |error| Problem::fault(format!("the keys of an issuer cannot be read: {error}"));
    match store::one(statement!("issuers/keys.sql"), &request.anybody(), &json!({ "issuer": issuer.issuer })) {
        Ok(row) => {
            let known: Known = serde_json::from_str(&row).map_err(fault)?;
            Ok((read(known.keys).map_err(fault)?, known.asking))
        }
        Err(Refusal::NotFound) => Ok((JwkSet { keys: Vec::new() }, false)),
        Err(refusal) => Err(refusal.into()),
    }
}

/// The keys as the issuer has them now. It is asked once a minute at the most, whatever tokens are sent to us.
async fn fetched(request: &Request, issuer: &Issuer) -> Result<JwkSet, Problem> {
    let input = json!({ "issuer": issuer.issuer });
    if store::one(statement!("issuers/ask.sql"), &request.anybody(), &input)? != "true" {
        return match keys(request, issuer)? {
            (_, true) => Err(Problem::unavailable(
                "the keys of an issuer are being fetched, or could not be had within the last minute",
            )),
            (keys, false) => Ok(keys),
        };
    }
    let unavailable =
        |error: String| Problem::unavailable(format!("the keys of {} cannot be had: {error}", issuer.issuer));
    let keys = match outbound::send(&issuer.jwks, &[], None, 10_000).await.map_err(unavailable)? {
        (200, text) => serde_json::from_slice(&text).and_then(read).map_err(|error| unavailable(error.to_string()))?,
        (status, _) => return Err(unavailable(format!("status {status}"))),
    };
    let input = json!({ "issuer": issuer.issuer, "keys": keys });
    store::one(statement!("issuers/keep.sql"), &request.anybody(), &input)?;
    Ok(keys)
}

/// Keys of kinds that we do not know are left out: an issuer may have them for others.
fn read(set: Value) -> Result<JwkSet, serde_json::Error> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<Value>,
    }
    let Set { keys } = serde_json::from_value(set)?;
    Ok(JwkSet { keys: keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect() })
}

fn issued(issuer: Issuer, claims: Claims) -> Issued {
    let admin = issuer.admin_claim.as_ref().map(|name| {
        let wanted = issuer.admin_value.clone().unwrap_or(Value::Bool(true));
        match claims.all.get(name) {
            Some(Value::Array(all)) => all.contains(&wanted),
            Some(one) => *one == wanted,
            None => false,
        }
    });
    let parsed = |text: Option<String>| text.map(Value::String);
    let email = parsed(claims.email)
        .filter(|email| claims.email_verified == Some(true) && <domain::Email as domain::Field>::parse(email).is_ok());
    let name = parsed(claims.name).filter(|name| <domain::Name as domain::Field>::parse(name).is_ok());
    let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(|text| text.trim().to_owned()));
    // Scopes of others (`openid`, `profile`) say nothing of what may be done here.
    let scopes = claims.scope.map(|scope| {
        scope.split(' ').filter(|scope| matches!(*scope, "read" | "write")).map(str::to_owned).collect::<Vec<_>>()
    });
    Issued {
        issuer: issuer.issuer,
        subject: claims.sub,
        email: text(email),
        name: text(name),
        admin,
        scopes: scopes.filter(|scopes| !scopes.is_empty()),
        new_id: domain::UserId::new(crate::now_ms(), crate::random()).to_string(),
    }
}
