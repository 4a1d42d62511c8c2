//! Scale: the scenarios of requests with next to no other data, and again beside that of ten thousand users.
//! In one run, so that the ratios count.

mod fill;
mod report;
mod sizes;

use std::time::Duration;

use operations::Step;

use crate::measurement::Measurement;
use crate::postgres::SlowestList;
use crate::scenario::{LIST, LISTS, LISTS_OF_HOARDER, SCENARIOS, Scenario};
use crate::world::{CROWD, World};
use crate::{crowd, load, postgres};

/// Scenarios that are left out: one without a database, and one that sends the requests of `create`.
const LEFT_OUT: [&str; 2] = ["hello", "create-published"];

/// Users of the crowd here. The whole crowd takes all that two cores can do, and a percentile then measures how
/// long the queue is.
const CROWD_USERS: usize = CROWD.count / 2;

/// Results before and after the database was filled.
pub struct Results {
    comparisons: Vec<Comparison>,
    /// Lists of the user with the most tasks.
    hoarder: Measurement,
    slowest: Vec<Slowest>,
    tables: [Vec<sizes::Table>; 2],
}

/// Scenario before and after.
pub struct Comparison {
    scenario: &'static str,
    empty: Measurement,
    filled: Measurement,
}

/// The slowest of all lists of a user, in Postgres alone.
pub struct Slowest {
    /// Description of the user and the database.
    of: &'static str,
    list: SlowestList,
}

/// Runs the chosen scenarios before and after filling the database. Returns the report.
pub async fn run(
    world: &World,
    is_chosen: impl Fn(&str) -> bool,
    time: Duration,
    crowd_time: Duration,
) -> anyhow::Result<String> {
    let mut slowest = vec![slowest_list("10 000 tasks, empty database", &LISTS, world).await?];
    let before = measure_all(world, &is_chosen, time, crowd_time).await?;
    world.clean_up().await?;
    let empty = sizes::read(&world.owned).await?;

    fill::fill(&world.owned).await?;
    let step = Step::begin("vacuuming");
    world.clean_up().await?;
    step.end("vacuumed");
    let filled = sizes::read(&world.owned).await?;

    slowest.push(slowest_list("10 000 tasks", &LISTS, world).await?);
    slowest.push(slowest_list("50 000 tasks", &LISTS_OF_HOARDER, world).await?);
    let after = measure_all(world, &is_chosen, time, crowd_time).await?;
    let step = Step::begin("measuring lists of 50 000 tasks");
    let hoarder = measure(&LISTS_OF_HOARDER, world, time).await?;
    step.end("measured");
    let comparisons = before
        .into_iter()
        .zip(after)
        .map(|((scenario, empty), (_, filled))| Comparison { scenario, empty, filled })
        .collect();
    report::write(&Results { comparisons, hoarder, slowest, tables: [empty, filled] })
}

async fn measure_all(
    world: &World,
    is_chosen: &impl Fn(&str) -> bool,
    time: Duration,
    crowd_time: Duration,
) -> anyhow::Result<Vec<(&'static str, Measurement)>> {
    let mut all = Vec::new();
    for scenario in SCENARIOS {
        if is_chosen(scenario.name) && !LEFT_OUT.contains(&scenario.name) {
            let step = Step::begin(&format!("measuring {}", scenario.name));
            all.push((scenario.name, measure(scenario, world, time).await?));
            step.end("measured");
        }
    }
    if is_chosen(crowd::NAME) {
        let step = Step::begin("measuring the crowd");
        world.clean_up().await?;
        all.push((crowd::NAME, crowd::load(world, CROWD_USERS, crowd_time).await?));
        world.wait_until_taken().await?;
        step.end("measured");
    }
    Ok(all)
}

/// Measures TaskFlow. Vacuuming and publishing are finished before and afterwards.
async fn measure(scenario: &'static Scenario, world: &World, time: Duration) -> anyhow::Result<Measurement> {
    world.clean_up().await?;
    let measured = load::http(world.taskflow, scenario, scenario.is_keyed, world, time).await?;
    world.wait_until_taken().await?;
    Ok(measured)
}

async fn slowest_list(of: &'static str, lists: &Scenario, world: &World) -> anyhow::Result<Slowest> {
    Ok(Slowest { of, list: postgres::slowest_list(lists, &LIST, world).await? })
}
