//! Who calls: what a request says of them, before the database or an issuer's key has been asked.

use std::net::IpAddr;

use spin_sdk::variables;

use crate::{Problem, Request};

/// What browsers keep a session in. They send it only back to us, and scripts cannot read it.
pub const COOKIE: &str = "taskflow_session";

/// The beginning of every personal access token, so that it is known by its looks.
pub const TOKEN_PREFIX: &str = "tfp_";

/// What a request says to be known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential<'a> {
    /// A session, by its token.
    Session(&'a str),
    /// A personal access token.
    Token(&'a str),
    /// A JWT of some issuer.
    Jwt(&'a str),
}

/// What the request says to be known by: the `Authorization` header, else the cookie.
pub fn credential(request: &Request) -> Result<Credential<'_>, Problem> {
    match request.header("authorization") {
        Some(header) => header
            .split_once(' ')
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| match token.trim() {
                token if token.starts_with(TOKEN_PREFIX) => Credential::Token(token),
                token if token.split('.').count() == 3 => Credential::Jwt(token),
                token => Credential::Session(token),
            })
            .ok_or_else(Problem::not_signed_in),
        None => cookie(request).map(Credential::Session).ok_or_else(Problem::not_signed_in),
    }
}

fn cookie(request: &Request) -> Option<&str> {
    let pairs = request.header("cookie")?.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(name, value)| *name == COOKIE && !value.is_empty()).map(|(_, value)| value).next()
}

/// Refuses what another site has a browser send: browsers add the cookie by themselves, so a change that comes without
/// an `Authorization` header must come from our own pages. Programs that are no browsers send neither header.
pub fn check_site(request: &Request) -> Result<(), Problem> {
    if matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS") || request.header("authorization").is_some() {
        return Ok(());
    }
    // The host hides the `Host` header from functions, but tells the whole address.
    let host = |url: &str| url.split_once("://").map(|(_, rest)| rest.split('/').next().unwrap_or(rest).to_owned());
    let ours = match (request.header("sec-fetch-site"), request.header("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            host(origin).is_some_and(|origin| request.header("spin-full-url").and_then(host) == Some(origin))
        }
        (None, None) => true,
    };
    if ours { Ok(()) } else { Err(Problem::other_site()) }
}

/// Whether what stands before TaskFlow may be believed who its client is.
fn is_proxy_trusted() -> bool {
    variables::get("trusted_proxy").is_ok_and(|trusted| trusted == "true")
}

/// The client's network address. IPv6 hands whole networks to one customer, so there it is the network.
pub fn address(request: &Request) -> Option<String> {
    let forwarded = || {
        let last = request.header("x-forwarded-for")?.rsplit(',').next()?;
        last.trim().parse::<IpAddr>().ok()
    };
    let direct = || {
        let client = request.header("spin-client-addr")?;
        let host = client.rsplit_once(':').map_or(client, |(host, _)| host);
        host.trim_matches(['[', ']']).parse().ok()
    };
    forwarded().filter(|_| is_proxy_trusted()).or_else(direct).map(|address| match address {
        IpAddr::V6(address) if address.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        other => other.to_canonical().to_string(),
    })
}

/// Whether the client talks to us through TLS.
pub fn is_secure(request: &Request) -> bool {
    let forwarded = request.header("x-forwarded-proto").filter(|_| is_proxy_trusted());
    match forwarded {
        Some(scheme) => scheme.eq_ignore_ascii_case("https"),
        None => request.header("spin-full-url").is_some_and(|url| url.starts_with("https:")),
    }
}
