//! Signals that stop the command.

use tokio::signal::unix::{SignalKind, signal};

/// Waits for SIGINT (Ctrl-C), SIGTERM or SIGHUP (a closed terminal).
pub async fn wait_for_stop() -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
    Ok(())
}
