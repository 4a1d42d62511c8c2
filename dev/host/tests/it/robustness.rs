use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::app::{App, is_spin};
use crate::client::raw;

/// Xorshift generator: random numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    fn bytes(&mut self, max_length: usize, from: &[u8]) -> Vec<u8> {
        (0..self.below(max_length + 1))
            .map(|_| if from.is_empty() { self.below(256) as u8 } else { from[self.below(from.len())] })
            .collect()
    }
}

/// A random request, often invalid.
fn request(random: &mut Random) -> Vec<u8> {
    let methods = [
        "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "CONNECT", "BREW", "get",
        "\u{7f}",
    ];
    let paths = [
        "/",
        "/hello",
        "/echo/",
        "/wild/",
        "/param/1/of/",
        "/.well-known/spin/",
        "*",
        "//",
        "",
        "http://a/",
        "/pass/",
    ];
    let mut request =
        format!("{} {}", methods[random.below(methods.len())], paths[random.below(paths.len())]).into_bytes();
    request.extend(match random.below(4) {
        0 => random.bytes(3000, b"/.:%20?&=#a\\"),
        1 => random.bytes(20, b""),
        _ => Vec::new(),
    });
    request.extend(b" HTTP/1.1\r\nconnection: close\r\n");
    if random.below(8) > 0 {
        request.extend(b"host: example.org\r\n");
    }
    for _ in 0..random.below(5) {
        let names: [&[u8]; 7] = [
            b"x-a",
            b"spin-full-url",
            b"Transfer-Encoding",
            b"host",
            b"accept",
            b"Content-Length",
            b"expect",
        ];
        request.extend(names[random.below(names.len())]);
        request.extend(b": ");
        let from: &[u8] = if random.below(2) == 0 { b"abc ,;=\"\t:/0123" } else { b"" };
        request.extend(random.bytes(40, from));
        request.extend(b"\r\n");
    }
    let body = random.bytes(5000, b"");
    match random.below(3) {
        0 => request.extend(format!("content-length: {}\r\n\r\n", body.len()).bytes()),
        // Not longer than the body, because the host would wait for the rest.
        1 => request.extend(format!("content-length: {}\r\n\r\n", random.below(body.len() + 1)).bytes()),
        _ => {
            let size = if random.below(4) == 0 { "no size".into() } else { format!("{:x}", body.len()) };
            request.extend(format!("transfer-encoding: chunked\r\n\r\n{size}\r\n").bytes());
            request.extend(body);
            // Ends the chunks; after an empty body, which ended them already, these bytes are ignored.
            request.extend(b"\r\n0\r\n\r\n");
            return request;
        }
    }
    request.extend(body);
    request
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_random_requests_are_answered_and_leak_no_memory() {
    let app = App::start().await;
    let address = app.address;
    for seed in 1..=500_u64 {
        send(address, request(&mut Random(seed * 77_777))).await;
    }
    let before = resident();
    let mut clients = JoinSet::new();
    for seed in 1..=16_u64 {
        clients.spawn(async move {
            let mut random = Random(seed * 1_234_567);
            for _ in 0..625 {
                send(address, request(&mut random)).await;
            }
        });
    }
    clients.join_all().await;
    let grown = resident().saturating_sub(before);
    assert!(grown < 100 << 20, "grown by {} MiB", grown >> 20);
    assert_eq!(app.get("/hello").await.body, "hello");
    app.stop().await;
}

/// Sends a request and expects a status from 200 to 499: an invalid request is no error of the server.
async fn send(address: std::net::SocketAddr, bytes: Vec<u8>) {
    let response = timeout(Duration::from_secs(20), raw(address, &bytes)).await;
    let response = response.unwrap_or_else(|_| panic!("no response to {}", bytes.escape_ascii()));
    if is_spin() {
        // Spin drops the connection if no host is named, and responds with 500 to a header that is not UTF-8.
        return;
    }
    let status = response.get(9..12).and_then(|status| status.parse::<u16>().ok());
    assert!(
        status.is_some_and(|status| (200..500).contains(&status)),
        "{response:?} to {}",
        bytes.escape_ascii()
    );
}

#[tokio::test]
async fn the_host_still_serves_after_five_hundred_aborted_connections() {
    let app = App::start().await;
    for round in 0..5 {
        let mut streams = Vec::new();
        for number in 0..100 {
            let mut stream = TcpStream::connect(app.address).await.unwrap();
            let request: &[u8] = match (round + number) % 4 {
                0 => b"",
                1 => b"GET /hel",
                2 => b"POST /upload HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf",
                _ => b"GET /ticks HTTP/1.1\r\nhost: a\r\n\r\n",
            };
            stream.write_all(request).await.unwrap();
            streams.push(stream);
        }
        assert_eq!(app.get("/hello").await.body, "hello");
    }
    let served = async { while app.get("/hello").await.body != "hello" {} };
    timeout(Duration::from_secs(10), served).await.unwrap();
    app.stop().await;
}

#[tokio::test]
async fn a_request_head_that_is_too_large_is_rejected() {
    let app = App::start().await;
    let request = format!("GET /hello HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "x".repeat(600 * 1024));
    let response = raw(app.address, request.as_bytes()).await;
    assert!(!response.contains("200 OK"), "{response}");
    let many = format!("GET /hello HTTP/1.1\r\nhost: a\r\n{}\r\n", "x: y\r\n".repeat(200));
    assert!(raw(app.address, many.as_bytes()).await.starts_with("HTTP/1.1 431"));
    assert_eq!(app.get("/hello").await.body, "hello");
    app.stop().await;
}

/// Resident memory in bytes of this process, which includes the embedded host.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}
