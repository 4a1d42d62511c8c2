//! Free ports for programs that need theirs before they start.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Context, Result};

/// Below the range that the system uses for outgoing connections, any of which could take a port a moment
/// later.
const FIRST: u16 = 12_000;
const COUNT: u16 = 18_000;

/// Returns ports that no process listens on.
pub fn free_ports<const N: usize>() -> Result<[u16; N]> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = std::process::id() as u16;
    let ports: Vec<u16> = (0..COUNT)
        .map(|_| FIRST + start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT)
        .filter(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .take(N)
        .collect();
    let missing = || format!("this machine has no free ports between {FIRST} and {}", FIRST + COUNT);
    ports.try_into().ok().with_context(missing)
}
