//! Ports for programs that must be told theirs before they start.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Context, Result};

/// Below those that the system itself gives to outgoing connections, so that none of them is in the way a moment later.
const FIRST: u16 = 12_000;
const MANY: u16 = 18_000;

/// Some that nobody listens at.
pub fn free_ports<const COUNT: usize>() -> Result<[u16; COUNT]> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begin = std::process::id() as u16;
    let ports: Vec<u16> = (0..MANY)
        .map(|_| FIRST + begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % MANY)
        .filter(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .take(COUNT)
        .collect();
    let missing = || format!("this machine has no free ports between {FIRST} and {}", FIRST + MANY);
    ports.try_into().ok().with_context(missing)
}
