//! `cargo dev events --live`: the live stream of a user, as it arrives.

use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::sleep;

/// Prints the stream. When it breaks, goes on from the last event as soon as TaskFlow is back.
pub async fn run(url: &str, token: &str) -> anyhow::Result<()> {
    let host = url.strip_prefix("http://").context("the URL must begin with http://")?.trim_end_matches('/');
    let address = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
    let (mut last_id, mut retry) = (None, Duration::from_secs(1));
    loop {
        match TcpStream::connect(&address).await {
            Ok(stream) => {
                follow(stream, host, token, &mut last_id, &mut retry).await?;
                eprintln!("the stream has ended; connecting again");
            }
            Err(_) if last_id.is_some() => {}
            Err(error) => {
                let advice = "start TaskFlow by `cargo dev up`, or say where it is by `--url`";
                return Err(error).with_context(|| format!("cannot reach {address}: {advice}"));
            }
        }
        sleep(retry).await;
    }
}

/// Prints the stream until it ends. HTTP/1.0 knows no chunks, so what arrives is the stream itself.
async fn follow(
    mut stream: TcpStream,
    host: &str,
    token: &str,
    last_id: &mut Option<String>,
    retry: &mut Duration,
) -> anyhow::Result<()> {
    let resume = last_id.as_ref().map(|id| format!("Last-Event-ID: {id}\r\n")).unwrap_or_default();
    let request =
        format!("GET /api/events HTTP/1.0\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n{resume}\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut lines = BufReader::new(stream).lines();
    let status = lines.next_line().await?.unwrap_or_default();
    while lines.next_line().await?.is_some_and(|line| !line.is_empty()) {}
    if status.split(' ').nth(1) != Some("200") {
        let problem = lines.next_line().await?.unwrap_or_default();
        bail!("TaskFlow does not stream: {status}\n{problem}");
    }
    // A connection that breaks ends the stream too.
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some(id) = line.strip_prefix("id: ") {
            *last_id = Some(id.to_owned());
        }
        if let Some(time) = line.strip_prefix("retry: ").and_then(|time| time.parse().ok()) {
            *retry = Duration::from_millis(time);
        }
        println!("{line}");
    }
    Ok(())
}
