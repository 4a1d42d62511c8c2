use std::time::Duration;

use tokio::{io::AsyncWriteExt, net::TcpStream, task::JoinSet, time::timeout};

use crate::{
    app::{App, on_spin},
    client::raw,
};

/// Numbers that look like chance and are the same on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn bytes(&mut self, longest: usize, from: &[u8]) -> Vec<u8> {
        (0..self.roll(longest + 1))
            .map(|_| if from.is_empty() { self.roll(256) as u8 } else { from[self.roll(from.len())] })
            .collect()
    }
}

fn request(dice: &mut Dice) -> Vec<u8> {
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
        format!("{} {}", methods[dice.roll(methods.len())], paths[dice.roll(paths.len())]).into_bytes();
    request.extend(match dice.roll(4) {
        0 => dice.bytes(3000, b"/.:%20?&=#a\\"),
        1 => dice.bytes(20, b""),
        _ => Vec::new(),
    });
    request.extend(b" HTTP/1.1\r\nconnection: close\r\n");
    if dice.roll(8) > 0 {
        request.extend(b"host: example.org\r\n");
    }
    for _ in 0..dice.roll(5) {
        let names: [&[u8]; 7] = [
            b"x-a",
            b"spin-full-url",
            b"Transfer-Encoding",
            b"host",
            b"accept",
            b"Content-Length",
            b"expect",
        ];
        request.extend(names[dice.roll(names.len())]);
        request.extend(b": ");
        let from: &[u8] = if dice.roll(2) == 0 { b"abc ,;=\"\t:/0123" } else { b"" };
        request.extend(dice.bytes(40, from));
        request.extend(b"\r\n");
    }
    let body = dice.bytes(5000, b"");
    match dice.roll(3) {
        0 => request.extend(format!("content-length: {}\r\n\r\n", body.len()).bytes()),
        // Never longer than what is sent: the host would rightly wait for the rest.
        1 => request.extend(format!("content-length: {}\r\n\r\n", dice.roll(body.len() + 1)).bytes()),
        _ => {
            let size = if dice.roll(4) == 0 { "no size".into() } else { format!("{:x}", body.len()) };
            request.extend(format!("transfer-encoding: chunked\r\n\r\n{size}\r\n").bytes());
            request.extend(body);
            // Ends the chunks also where the body was empty, which was the end already.
            request.extend(b"\r\n0\r\n\r\n");
            return request;
        }
    }
    request.extend(body);
    request
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_requests_of_chance_are_each_answered_and_leave_nothing() {
    let app = App::start().await;
    let address = app.address;
    for seed in 1..=500_u64 {
        one(address, request(&mut Dice(seed * 77_777))).await;
    }
    let before = resident();
    let mut clients = JoinSet::new();
    for seed in 1..=16_u64 {
        clients.spawn(async move {
            let mut dice = Dice(seed * 1_234_567);
            for _ in 0..625 {
                one(address, request(&mut dice)).await;
            }
        });
    }
    clients.join_all().await;
    let grown = resident().saturating_sub(before);
    assert!(grown < 100 << 20, "{} MiB more", grown >> 20);
    assert_eq!(app.get("/hello").await.body, "hello");
    app.stop().await;
}

/// Sends it and wants a status from 200 to 499: a broken request is no fault of the server.
async fn one(address: std::net::SocketAddr, bytes: Vec<u8>) {
    let answer = timeout(Duration::from_secs(20), raw(address, &bytes)).await;
    let answer = answer.unwrap_or_else(|_| panic!("no answer to {}", bytes.escape_ascii()));
    if on_spin() {
        // Spin drops the connection where no host is named, and answers 500 to a header that is not UTF-8.
        return;
    }
    let status = answer.get(9..12).and_then(|status| status.parse::<u16>().ok());
    assert!(
        status.is_some_and(|status| (200..500).contains(&status)),
        "{answer:?} to {}",
        bytes.escape_ascii()
    );
}

#[tokio::test]
async fn five_hundred_connections_that_come_and_go_leave_a_host_that_serves() {
    let app = App::start().await;
    for round in 0..5 {
        let mut streams = Vec::new();
        for number in 0..100 {
            let mut stream = TcpStream::connect(app.address).await.unwrap();
            let begun: &[u8] = match (round + number) % 4 {
                0 => b"",
                1 => b"GET /hel",
                2 => b"POST /upload HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf",
                _ => b"GET /ticks HTTP/1.1\r\nhost: a\r\n\r\n",
            };
            stream.write_all(begun).await.unwrap();
            streams.push(stream);
        }
        assert_eq!(app.get("/hello").await.body, "hello");
    }
    let served = async { while app.get("/hello").await.body != "hello" {} };
    timeout(Duration::from_secs(10), served).await.unwrap();
    app.stop().await;
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let app = App::start().await;
    let request = format!("GET /hello HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "x".repeat(600 * 1024));
    let answer = raw(app.address, request.as_bytes()).await;
    assert!(!answer.contains("200 OK"), "{answer}");
    let many = format!("GET /hello HTTP/1.1\r\nhost: a\r\n{}\r\n", "x: y\r\n".repeat(200));
    assert!(raw(app.address, many.as_bytes()).await.starts_with("HTTP/1.1 431"));
    assert_eq!(app.get("/hello").await.body, "hello");
    app.stop().await;
}

/// Bytes of this process in memory; the embedded host is a part of it.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}
