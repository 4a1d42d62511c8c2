//! Connection of the client: its address and its encryption, as trusted proxies or the host report them.

use std::net::{IpAddr, SocketAddr};

use spin_sdk::variables;

use crate::Request;

/// Number of trusted proxies in front of TaskFlow, each of which adds its own client to the headers.
fn trusted_proxies() -> usize {
    match variables::get("trusted_proxy").as_deref() {
        Ok("true") => 1,
        Ok(number) => number.parse().unwrap_or(0),
        Err(_) => 0,
    }
}

/// Returns what the outermost trusted proxy has added to a header. Values before that are the client's own.
/// If there are fewer values than proxies, the request has come in behind the first of them.
fn forwarded<'a>(request: &'a Request, header: &str) -> Option<&'a str> {
    request.header(header)?.rsplit(',').take(trusted_proxies()).last().map(str::trim)
}

/// Parses an address, with or without a port.
fn parse_address(text: &str) -> Option<IpAddr> {
    let without_port = || text.trim_matches(['[', ']']).parse().ok();
    text.parse::<SocketAddr>().ok().map(|address| address.ip()).or_else(without_port)
}

/// Returns the client's network address; for IPv6 the /64 network, as one customer has all of it.
pub fn address(request: &Request) -> Option<String> {
    let direct = || request.header("spin-client-addr").and_then(parse_address);
    let address = forwarded(request, "x-forwarded-for").and_then(parse_address).or_else(direct);
    address.map(|address| match address {
        IpAddr::V6(address) if address.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        other => other.to_canonical().to_string(),
    })
}

/// Returns the scheme of the client's request, or `None` if a trusted proxy does not report it.
pub fn scheme(request: &Request) -> Option<&str> {
    match forwarded(request, "x-forwarded-proto") {
        None if trusted_proxies() > 0 => None,
        None => direct_scheme(request),
        reported => reported,
    }
}

/// Returns the scheme of the request as it has arrived here.
fn direct_scheme(request: &Request) -> Option<&str> {
    request.header("spin-full-url")?.split_once("://").map(|(scheme, _)| scheme)
}

/// True if the client uses TLS.
pub fn is_secure(request: &Request) -> bool {
    let scheme = scheme(request).or_else(|| direct_scheme(request));
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"))
}
