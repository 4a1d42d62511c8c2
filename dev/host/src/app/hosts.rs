//! `allowed_outbound_hosts`: the list that both HTTP requests and Postgres connections are checked against.
//! An ambiguous entry is rejected.

use std::net::IpAddr;
use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};
use ipnet::IpNet;
use url::{Host, Url};

const CHAINING: &str = "spin.internal";

/// Hosts that a component may reach.
pub struct AllowedHosts(Vec<AllowedEntry>);

struct AllowedEntry {
    /// `None` stands for `*`.
    scheme: Option<String>,
    host: AllowedHost,
    /// `None` stands for `*`.
    ports: Option<Range<u32>>,
}

enum AllowedHost {
    Any,
    /// The app itself, called by a URL without a host.
    ThisApp,
    /// Subdomains, by the suffix that they share.
    Subdomains(String),
    Exact(Host),
    Network(IpNet),
}

impl AllowedHosts {
    /// Parses entries, with their templates filled in. `*.spin.internal` stands for every component of the
    /// app.
    pub fn parse(entries: &[String], components: &[String]) -> Result<Self> {
        let mut allowed = Vec::new();
        for entry in entries {
            let name = || format!("{entry:?}");
            if let Some((before, after)) = entry.split_once(&format!("*.{CHAINING}")) {
                for component in components {
                    let expanded = format!("{before}{component}.{CHAINING}{after}");
                    allowed.push(AllowedEntry::parse(&expanded).with_context(name)?);
                }
            } else {
                allowed.push(AllowedEntry::parse(entry).with_context(name)?);
            }
        }
        Ok(Self(allowed))
    }

    /// Returns true if a URL may be reached. A URL without a scheme gets `default_scheme`.
    pub fn allow(&self, url: &str, default_scheme: &str) -> bool {
        let parsed = match Url::parse(url) {
            Ok(url) if url.has_host() => Ok(url),
            _ => Url::parse(&format!("{default_scheme}://{url}")),
        };
        let Ok(url) = parsed else { return false };
        // The crate keeps the host of an unknown scheme as opaque text, so an IP address in it is parsed
        // here.
        let Some(Ok(host)) = url.host_str().map(Host::parse) else { return false };
        let port = url.port().or_else(|| well_known_port(url.scheme()));
        self.0.iter().any(|entry| entry.matches(url.scheme(), &host, port))
    }

    /// Returns true if the component may call its own app.
    pub fn allow_this_app(&self) -> bool {
        self.0.iter().any(|entry| {
            matches!(entry.scheme.as_deref(), None | Some("http" | "https"))
                && matches!(entry.host, AllowedHost::Any | AllowedHost::ThisApp)
        })
    }
}

impl AllowedEntry {
    fn parse(entry: &str) -> Result<Self> {
        let (scheme, rest) =
            entry.trim().split_once("://").context("a scheme is missing, such as http://")?;
        let scheme = match scheme {
            "*" => None,
            name if !name.is_empty() && name.chars().all(char::is_alphabetic) => Some(name.to_owned()),
            _ => bail!("the scheme must consist of letters"),
        };
        let (host, port) = rest.rsplit_once(':').unwrap_or((rest, ""));
        let (port, path) = port.split_once('/').unwrap_or((port, ""));
        ensure!(path.is_empty(), "a path is not allowed");
        let ports = match port {
            "*" => None,
            "" => {
                let scheme = scheme.as_deref().unwrap_or("*");
                let port = well_known_port(scheme)
                    .with_context(|| format!("scheme {scheme} has no default port, so a port is required"))?;
                Some(port.into()..u32::from(port) + 1)
            }
            range if range.contains("..") => {
                let (from, to) = range.split_once("..").context("the port range is invalid")?;
                Some(from.parse::<u16>()?.into()..to.parse::<u16>()?.into())
            }
            port => {
                let port: u16 = port.parse().with_context(|| format!("{port:?} is not a port"))?;
                Some(port.into()..u32::from(port) + 1)
            }
        };
        Ok(Self { scheme, host: AllowedHost::parse(host.trim())?, ports })
    }

    fn matches(&self, scheme: &str, host: &Host, port: Option<u16>) -> bool {
        self.scheme.as_deref().is_none_or(|allowed| allowed == scheme)
            && self.ports.as_ref().is_none_or(|ports| port.is_some_and(|port| ports.contains(&port.into())))
            && self.host.matches(host)
    }
}

impl AllowedHost {
    fn parse(host: &str) -> Result<Self> {
        Ok(match host {
            "*" => Self::Any,
            "self" | "self.alt" => Self::ThisApp,
            _ => {
                if let Some(network) = parse_network(host) {
                    return Ok(Self::Network(network));
                }
                let host = host.trim_end_matches('/');
                ensure!(!host.contains('/'), "a path is not allowed");
                match host.strip_prefix("*.") {
                    Some(domain) if !domain.contains('*') => Self::Subdomains(format!(".{domain}")),
                    None if !host.contains('*') => Self::Exact(Host::parse(host)?),
                    _ => bail!("* is allowed only as the first label of the host"),
                }
            }
        })
    }

    fn matches(&self, host: &Host) -> bool {
        match (self, host) {
            (Self::Any, _) => true,
            (Self::Subdomains(suffix), Host::Domain(domain)) => domain.ends_with(suffix),
            (Self::Exact(allowed), host) => allowed == host,
            (Self::Network(network), Host::Ipv4(ip)) => network.contains(&IpAddr::V4(*ip)),
            (Self::Network(network), Host::Ipv6(ip)) => network.contains(&IpAddr::V6(*ip)),
            (Self::ThisApp | Self::Subdomains(_) | Self::Network(_), _) => false,
        }
    }
}

fn parse_network(text: &str) -> Option<IpNet> {
    text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

fn well_known_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        "postgres" => Some(5432),
        "mysql" => Some(3306),
        "redis" => Some(6379),
        "mqtt" => Some(1883),
        _ => None,
    }
}

/// Returns the component that `{component}.spin.internal` names.
pub fn chained_component(host: &str) -> Option<&str> {
    let host = host.trim().rsplit_once(':').map_or(host.trim(), |(host, _)| host);
    host.split_once('.').filter(|(_, rest)| *rest == CHAINING).map(|(component, _)| component)
}
