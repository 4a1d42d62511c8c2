use std::net::TcpListener;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::app::any_port;

#[tokio::test]
async fn a_port_that_becomes_free_within_two_seconds_is_waited_for() {
    let held = TcpListener::bind(any_port()).unwrap();
    let address = held.local_addr().unwrap();
    let release = async {
        sleep(Duration::from_millis(500)).await;
        drop(held);
    };
    let (listener, ()) = tokio::join!(host::listen(address), release);
    assert_eq!(listener.unwrap().local_addr().unwrap(), address);
}

#[tokio::test]
async fn a_port_that_stays_in_use_is_an_error_after_two_seconds() {
    let held = TcpListener::bind(any_port()).unwrap();
    let start = Instant::now();
    let error = host::listen(held.local_addr().unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    assert!((Duration::from_secs(2)..Duration::from_secs(5)).contains(&start.elapsed()));
}
