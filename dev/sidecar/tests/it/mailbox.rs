use sidecar::{Mailbox, mail};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub async fn start() -> (Mailbox, TempDir) {
    let folder = TempDir::new().unwrap();
    (Mailbox::start(0, folder.path()).await.unwrap(), folder)
}

/// Sends all lines at once and returns the codes of the replies.
async fn codes(mailbox: &Mailbox, lines: &[u8]) -> Vec<u16> {
    let mut stream = TcpStream::connect(mailbox.address()).await.unwrap();
    // Fails if the mailbox disconnects first.
    let _ = stream.write_all(lines).await;
    let _ = stream.shutdown().await;
    let mut replies = Vec::new();
    let _ = stream.read_to_end(&mut replies).await;
    String::from_utf8(replies)
        .unwrap()
        .lines()
        .filter(|line| line.as_bytes()[3] == b' ')
        .map(|line| line[..3].parse().unwrap())
        .collect()
}

fn files(folder: &TempDir) -> Vec<String> {
    let mut files: Vec<_> = mail::list(folder.path())
        .unwrap()
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn a_mail_for_any_recipient_is_stored_unchanged() {
    let (mailbox, folder) = start().await;

    let lines = b"ehlo x\r\nmail from:<> SIZE=10\r\nrcpt to:<a@b>\r\nRCPT TO:<c@d> X=1\r\nDATA\r\nSubject: s\r\n\r\n..a\r\n.b\r\n\n.\n.\r\nend\r\n.\r\nQUIT\r\n";
    assert_eq!(codes(&mailbox, lines).await, [220, 250, 250, 250, 250, 354, 250, 221]);

    assert_eq!(
        files(&folder),
        ["Return-Path: <>\r\nDelivered-To: a@b, c@d\r\nSubject: s\r\n\r\n.a\r\nb\r\n\n.\n.\r\nend\r\n"]
    );
    assert!(
        std::fs::read_dir(folder.path())
            .unwrap()
            .all(|entry| entry.unwrap().path().extension().unwrap() == "eml")
    );
}

#[tokio::test]
async fn one_connection_can_send_several_mails_and_reset() {
    let (mailbox, folder) = start().await;

    let one = "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n.\r\n";
    let lines = format!("HELO x\r\n{one}{one}MAIL FROM:<a@b>\r\nRSET\r\nNOOP\r\nDATA\r\n");
    assert_eq!(
        codes(&mailbox, lines.as_bytes()).await,
        [220, 250, 250, 250, 354, 250, 250, 250, 354, 250, 250, 250, 250, 503]
    );

    assert_eq!(files(&folder).len(), 2);
}

#[tokio::test]
async fn invalid_and_misplaced_commands_are_rejected() {
    let (mailbox, folder) = start().await;

    for (lines, code) in [
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
        assert_eq!(codes(&mailbox, format!("{lines}\r\n").as_bytes()).await.last(), Some(&code), "{lines:?}");
    }
    assert_eq!(codes(&mailbox, &[b'x'; 5000]).await, [220, 500]);
    let many = codes(&mailbox, "x\r\n".repeat(50).as_bytes()).await;
    assert!(many.len() < 25 && many.iter().all(|code| *code >= 220), "{many:?}");
    // It survives random bytes.
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
async fn limits_are_enforced_and_an_incomplete_mail_is_discarded() {
    let (mailbox, folder) = start().await;
    let begin = "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\n";

    let recipients = "RCPT TO:<a@b>\r\n".repeat(100);
    assert_eq!(codes(&mailbox, format!("{begin}{recipients}").as_bytes()).await.last(), Some(&452));
    let large = format!("{begin}DATA\r\n{}\r\n.\r\nNOOP\r\n", "x".repeat(10 * 1024 * 1024 + 1));
    assert_eq!(codes(&mailbox, large.as_bytes()).await, [220, 250, 250, 250, 354, 552, 250]);
    assert_eq!(codes(&mailbox, format!("{begin}DATA\r\nhalf").as_bytes()).await, [220, 250, 250, 250, 354]);
    assert!(files(&folder).is_empty());

    // A line that is read in parts, split between `\r` and `\n`.
    let long = format!("{begin}DATA\r\n{}\r\n.\r\n", "x".repeat(64 * 1024 - 1));
    assert_eq!(codes(&mailbox, long.as_bytes()).await.last(), Some(&250));
    assert_eq!(files(&folder).len(), 1);
}

#[tokio::test]
async fn a_mail_that_cannot_be_stored_is_rejected() {
    let (mailbox, folder) = start().await;
    drop(folder);
    let lines = b"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\n.\r\n";
    assert_eq!(codes(&mailbox, lines).await.last(), Some(&451));
}
