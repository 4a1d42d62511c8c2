use sidecar::{Mailbox, mail};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub async fn start() -> (Mailbox, TempDir) {
    let folder = TempDir::new().unwrap();
    (Mailbox::start(0, folder.path()).await.unwrap(), folder)
}

/// Says all of it at once, and returns the codes of the answers.
async fn codes(mailbox: &Mailbox, said: &[u8]) -> Vec<u16> {
    let mut stream = TcpStream::connect(mailbox.address()).await.unwrap();
    // Who has heard enough hangs up.
    let _ = stream.write_all(said).await;
    let _ = stream.shutdown().await;
    let mut heard = Vec::new();
    let _ = stream.read_to_end(&mut heard).await;
    String::from_utf8(heard)
        .unwrap()
        .lines()
        .filter(|line| line.as_bytes()[3] == b' ')
        .map(|line| line[..3].parse().unwrap())
        .collect()
}

fn files(folder: &TempDir) -> Vec<String> {
    let mut files: Vec<_> =
        mail::all(folder.path()).unwrap().iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    files.sort();
    files
}

#[tokio::test]
async fn a_mail_for_anybody_is_kept_as_it_was_sent() {
    let (mailbox, folder) = start().await;

    let said = b"ehlo x\r\nmail from:<> SIZE=10\r\nrcpt to:<a@b>\r\nRCPT TO:<c@d> X=1\r\nDATA\r\nSubject: s\r\n\r\n..a\r\n.b\r\n\n.\n.\r\nend\r\n.\r\nQUIT\r\n";
    assert_eq!(codes(&mailbox, said).await, [220, 250, 250, 250, 250, 354, 250, 221]);

    assert_eq!(
        files(&folder),
        ["Return-Path: <>\r\nDelivered-To: a@b, c@d\r\nSubject: s\r\n\r\n.a\r\nb\r\n\n.\n.\r\nend\r\n"]
    );
    assert!(std::fs::read_dir(folder.path()).unwrap().all(|entry| entry.unwrap().path().extension().unwrap() == "eml"));
}

#[tokio::test]
async fn one_connection_may_bring_several_and_begin_anew() {
    let (mailbox, folder) = start().await;

    let one = "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n.\r\n";
    let said = format!("HELO x\r\n{one}{one}MAIL FROM:<a@b>\r\nRSET\r\nNOOP\r\nDATA\r\n");
    assert_eq!(
        codes(&mailbox, said.as_bytes()).await,
        [220, 250, 250, 250, 354, 250, 250, 250, 354, 250, 250, 250, 250, 503]
    );

    assert_eq!(files(&folder).len(), 2);
}

#[tokio::test]
async fn nonsense_and_what_comes_out_of_order_is_refused() {
    let (mailbox, folder) = start().await;

    for (said, code) in [
        ("MAIL FROM:<a@b>", 503),
        ("HELO", 501),
        ("", 500),
        ("\0\u{ff}é", 500),
        ("STARTTLS", 500),
        ("AUTH PLAIN x", 500),
        ("DATA", 503),
        ("EHLO x\r\nRCPT TO:<a@b>", 503),
        ("EHLO x\r\nMAIL TO:<a@b>", 501),
        ("EHLO x\r\nMAIL FROM:a@b", 501),
        ("EHLO x\r\nMAIL FROM:<a\rb@c>", 501),
        ("EHLO x\r\nMAIL é", 501),
        ("EHLO x\r\nMAIL FROM:<a@b> SIZE=10485761", 552),
        ("EHLO x\r\nMAIL FROM:<a@b>\r\nMAIL FROM:<a@b>", 503),
        ("EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<>", 501),
        ("EHLO x\r\nMAIL FROM:<a@b>\r\nDATA", 503),
        ("EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA now", 501),
        ("EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nEHLO x\r\nDATA", 503),
    ] {
        assert_eq!(codes(&mailbox, format!("{said}\r\n").as_bytes()).await.last(), Some(&code), "{said:?}");
    }
    assert_eq!(codes(&mailbox, &[b'x'; 5000]).await, [220, 500]);
    let many = codes(&mailbox, "x\r\n".repeat(50).as_bytes()).await;
    assert!(many.len() < 25 && many.iter().all(|code| *code >= 220), "{many:?}");
    // Whatever comes, it goes on.
    let mut seed = 7_u64;
    for _ in 0..50 {
        let noise = std::iter::repeat_with(|| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as u8
        });
        codes(&mailbox, &noise.take(3000).collect::<Vec<_>>()).await;
    }
    assert_eq!(codes(&mailbox, b"NOOP\r\n").await, [220, 250]);
    assert!(files(&folder).is_empty());
}

#[tokio::test]
async fn what_is_too_much_is_refused_and_half_a_mail_is_none() {
    let (mailbox, folder) = start().await;
    let begin = "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\n";

    let recipients = "RCPT TO:<a@b>\r\n".repeat(100);
    assert_eq!(codes(&mailbox, format!("{begin}{recipients}").as_bytes()).await.last(), Some(&452));
    let large = format!("{begin}DATA\r\n{}\r\n.\r\nNOOP\r\n", "x".repeat(10 * 1024 * 1024 + 1));
    assert_eq!(codes(&mailbox, large.as_bytes()).await, [220, 250, 250, 250, 354, 552, 250]);
    assert_eq!(codes(&mailbox, format!("{begin}DATA\r\nhalf").as_bytes()).await, [220, 250, 250, 250, 354]);
    assert!(files(&folder).is_empty());

    // A line that comes in parts ends where it ends.
    let long = format!("{begin}DATA\r\n{}\r\n.\r\n", "x".repeat(64 * 1024 - 1));
    assert_eq!(codes(&mailbox, long.as_bytes()).await.last(), Some(&250));
    assert_eq!(files(&folder).len(), 1);
}

#[tokio::test]
async fn where_it_cannot_be_kept_it_is_not_taken() {
    let (mailbox, folder) = start().await;
    drop(folder);
    let said = b"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\n.\r\n";
    assert_eq!(codes(&mailbox, said).await.last(), Some(&451));
}
