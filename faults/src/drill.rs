//! The drills: what breaks, for how long, and how it comes back. Each returns when the fault is over.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use clap::ValueEnum;
use tokio::time::sleep;
use workload::process::{self, Signal};

use crate::installation::Installation;
use crate::small_disk::SmallDisk;

/// Part that breaks, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Drill {
    /// The host is killed again and again
    HostKilled,
    /// The database crashes with all its processes, and is told to stop at once
    DatabaseCrashed,
    /// The processes of the database stand still
    DatabaseFrozen,
    /// All connections to the database are cut, again and again
    BackendsTerminated,
    /// The sidecar is killed, and stands still
    SidecarStopped,
    /// A second host joins, and is killed
    TwoHosts,
    /// The disk of the database and the sidecar is full
    DiskFull,
    /// The broker is killed (`--full` only)
    BrokerStopped,
    /// The broker is killed again and again (`--full` only)
    BrokerFlaps,
}

/// Number and duration of faults.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Number of times that the host is killed.
    pub kills: u32,
    /// Duration of an outage.
    pub outage: Duration,
    /// Time of ordinary load before and after a fault.
    pub calm: Duration,
}

impl Drill {
    /// Name on the command line and in the report.
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// True if it needs Kafka.
    pub fn needs_broker(self) -> bool {
        matches!(self, Self::BrokerStopped | Self::BrokerFlaps)
    }

    /// True if it ends the host or the sidecar whose memory a soak watches.
    pub fn ends_watched(self) -> bool {
        matches!(self, Self::HostKilled | Self::SidecarStopped)
    }

    /// Breaks that part of an installation. `disk` is the one that it is on, if that can be filled.
    pub async fn run(
        self,
        installation: &mut Installation,
        disk: Option<&SmallDisk>,
        pace: Pace,
    ) -> anyhow::Result<()> {
        match self {
            Self::HostKilled => kill_host(installation, pace).await,
            Self::DatabaseCrashed => crash_database(installation, pace).await,
            Self::DatabaseFrozen => {
                let frozen = Frozen::freeze(installation.postgres.process_id())?;
                sleep(pace.outage).await;
                drop(frozen);
                Ok(())
            }
            Self::BackendsTerminated => terminate_backends(installation, pace).await,
            Self::SidecarStopped => stop_sidecar(installation, pace).await,
            Self::TwoHosts => run_two_hosts(installation, pace).await,
            Self::DiskFull => fill_disk(installation, disk, pace).await,
            Self::BrokerStopped => stop_broker(installation, 1, 2 * pace.outage).await,
            Self::BrokerFlaps => stop_broker(installation, 5, Duration::from_secs(1)).await,
        }
    }
}

async fn kill_host(installation: &mut Installation, pace: Pace) -> anyhow::Result<()> {
    for _ in 0..pace.kills {
        sleep(pace.calm / 4).await;
        installation.kill_host(0).await?;
        installation.start_host(0).await?;
    }
    Ok(())
}

async fn crash_database(installation: &mut Installation, pace: Pace) -> anyhow::Result<()> {
    installation.kill_database()?;
    installation.start_database().await?;
    sleep(pace.calm).await;
    // The fastest way to stop: no process finishes its work, and nothing is written.
    process::send(installation.postgres.process_id(), Signal::QUIT)?;
    installation.start_database().await
}

async fn terminate_backends(installation: &mut Installation, pace: Pace) -> anyhow::Result<()> {
    const TERMINATE: &str = "
        select count(pg_terminate_backend(pid)) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()";
    let client = installation.database.connect().await?;
    let began = Instant::now();
    while began.elapsed() < pace.outage {
        client.query_one(TERMINATE, &[]).await.context("cannot cut the connections")?;
        sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

async fn stop_sidecar(installation: &mut Installation, pace: Pace) -> anyhow::Result<()> {
    installation.events.kill_sidecar().await?;
    sleep(pace.outage).await;
    installation.start_sidecar().await?;
    // Dapr's sidecars are killed only.
    if let Some(id) = installation.events.sidecar_id() {
        sleep(pace.calm).await;
        let frozen = Frozen::freeze(id)?;
        sleep(pace.outage).await;
        drop(frozen);
    }
    Ok(())
}

async fn run_two_hosts(installation: &mut Installation, pace: Pace) -> anyhow::Result<()> {
    installation.start_host(1).await?;
    sleep(pace.outage).await;
    installation.kill_host(1).await?;
    sleep(pace.outage).await;
    installation.start_host(1).await?;
    sleep(pace.outage).await;
    installation.kill_host(1).await?;
    installation.forget_host(1);
    Ok(())
}

/// Fills the disk. Postgres ends if it cannot write its log, and then stays down: whoever frees the disk
/// starts it again.
async fn fill_disk(
    installation: &mut Installation,
    disk: Option<&SmallDisk>,
    pace: Pace,
) -> anyhow::Result<()> {
    let disk = disk.context("this drill needs a disk of its own")?;
    ensure!(
        installation.is_in_one_folder(),
        "the user `nobody` cannot enter {}, so the database is on another disk: move the project",
        disk.folder().display()
    );
    disk.fill()?;
    // Postgres may free some by itself.
    sleep(2 * pace.outage).await;
    disk.fill()?;
    sleep(pace.outage).await;
    disk.free()?;
    installation.revive_database().await
}

async fn stop_broker(installation: &mut Installation, times: u32, outage: Duration) -> anyhow::Result<()> {
    for _ in 0..times {
        installation.events.broker()?.kill();
        sleep(outage).await;
        installation.events.broker()?.launch()?;
        sleep(outage).await;
    }
    Ok(())
}

/// A process and its children that stand still. They go on when this is dropped.
struct Frozen(Vec<u32>);

impl Frozen {
    fn freeze(leader: u32) -> anyhow::Result<Self> {
        let mut frozen = Self(vec![leader]);
        // The leader comes first, so that it starts no more.
        process::send(leader, Signal::STOP)?;
        frozen.0 = process::group(leader)?;
        for id in &frozen.0 {
            let _ = process::send(*id, Signal::STOP);
        }
        Ok(frozen)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        for id in &self.0 {
            let _ = process::send(*id, Signal::CONT);
        }
    }
}
