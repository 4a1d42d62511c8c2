//! Ports for programs that must be told theirs before they start.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Result, ensure};

/// Below those that the system itself gives to outgoing connections, so that none of them is in the way a moment later.
const FIRST: u16 = 12_000;
const MANY: u16 = 18_000;

/// One that nobody listens at.
pub fn free_port() -> Result<u16> {
    Ok(free(1)?[0])
}

/// That many that nobody listens at.
pub fn free(count: usize) -> Result<Vec<u16>> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begin = std::process::id() as u16;
    let ports: Vec<u16> = (0..MANY)
        .map(|_| FIRST + begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % MANY)
        .filter(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .take(count)
        .collect();
    ensure!(ports.len() == count, "this machine has no free ports between {FIRST} and {}", FIRST + MANY);
    Ok(ports)
}
