//! A round: drills one after the other while writers work and followers read, and then the comparison of what
//! they have with what is there.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use operations::Step;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use workload::users;

use crate::check;
use crate::drill::{Drill, Pace};
use crate::follower::{Follower, Mirror};
use crate::installation::Installation;
use crate::ledger::{Kind, Ledger, Problem, Tally, WRITERS};
use crate::small_disk::SmallDisk;
use crate::writer::Writer;

/// Time within which every writer is answered again after a fault.
pub const RECOVERS_WITHIN: Duration = Duration::from_secs(10);

/// Number of followers, each of the user of a writer.
const FOLLOWERS: usize = 4;

/// Followers, and the positions that they have to come to.
type Followers = Vec<(watch::Sender<Option<u64>>, JoinHandle<Mirror>)>;

/// Result of a round.
pub struct Outcome {
    pub tallies: Vec<Tally>,
    pub problems: Vec<Problem>,
    /// Time from the end of the load until everything had arrived.
    pub caught_up: Duration,
}

/// Runs a round, with users of its own.
pub async fn run(
    number: usize,
    drills: &[Drill],
    installation: &mut Installation,
    disk: Option<&SmallDisk>,
    pace: Pace,
) -> anyhow::Result<Outcome> {
    let tokens: Vec<String> = (0..WRITERS).map(|writer| format!("round-{number}-{writer}")).collect();
    let hashes: Vec<String> = tokens.iter().map(web::fingerprint).collect();
    let client = installation.database.connect().await?;
    users::make(&client, &hashes).await?;
    // Those of earlier rounds have arrived.
    client.batch_execute("truncate public.every_event").await.context("cannot forget the former events")?;
    let ledger = Arc::new(Ledger::new());
    let mut writers = Vec::new();
    let mut followers = Followers::new();
    for drill in drills {
        let name = drill.name();
        let step = Step::begin(&format!("drilling {name}"));
        ledger.begin(name.clone());
        if writers.is_empty() {
            for (number, token) in tokens.iter().enumerate() {
                let writer = Writer::new(number, token.clone(), installation.serving(), Arc::clone(&ledger));
                writers.push(tokio::spawn(writer.run()));
            }
            for (number, token) in tokens.iter().enumerate().take(FOLLOWERS) {
                let (goal, coming) = watch::channel(None);
                let follower =
                    Follower::new(number, token.clone(), installation.serving(), Arc::clone(&ledger));
                followers.push((goal, tokio::spawn(follower.run(coming))));
            }
        }
        sleep(pace.calm).await;
        drill.run(installation, disk, pace).await.with_context(|| format!("the drill {name} failed"))?;
        let recovered = ledger.wait_for_all(RECOVERS_WITHIN).await;
        if recovered.is_none() {
            let difference = format!("a writer was not answered within {} s", RECOVERS_WITHIN.as_secs());
            ledger.wrong(name, difference);
        }
        sleep(pace.calm).await;
        ledger.end(recovered.unwrap_or(RECOVERS_WITHIN));
        step.end(if recovered.is_some() { "recovered" } else { "did not recover in time" });
    }
    ledger.stop();
    for writer in writers {
        writer.await?;
    }
    let step = Step::begin("waiting until everything has arrived");
    let (differences, caught_up) = check::settle(&installation.database, &ledger, &hashes).await?;
    let behind = compare_copies(followers, &tokens, installation).await?;
    step.end("compared");
    let (tallies, mut problems) = ledger.results();
    problems.extend(differences);
    problems.extend(behind);
    Ok(Outcome { tallies, problems, caught_up })
}

/// Waits until the followers have all that the server has, and compares their copies with that.
async fn compare_copies(
    followers: Followers,
    tokens: &[String],
    installation: &Installation,
) -> anyhow::Result<Vec<Problem>> {
    let host = installation.serving().borrow()[0];
    let mut problems = Vec::new();
    for ((goal, follower), token) in followers.into_iter().zip(tokens) {
        let mut server = Mirror::default();
        server.sync(host, token).await.context("cannot read what the server has")?;
        goal.send_replace(Some(server.seq));
        let difference = match timeout(RECOVERS_WITHIN, follower).await {
            Ok(mirror) if mirror.as_ref().is_ok_and(|mirror| mirror.things == server.things) => continue,
            Ok(_) => "the copy that was kept by a live stream differs from what is there".to_owned(),
            Err(_) => format!("a live stream has not come to {}", server.seq),
        };
        problems.push(Problem { drill: None, kind: Kind::Lost, id: token.clone(), difference });
    }
    Ok(problems)
}
