//! `cargo dev ci`: every check that a change must pass, and how long each takes.

use std::time::{Duration, Instant};

use crate::project;
use crate::tools;

pub async fn run() -> anyhow::Result<()> {
    let packages = project::FUNCTIONS.iter().flat_map(|function| ["--package", function]);
    let strictly = ["--", "--deny", "warnings"];
    let lint_functions =
        ["clippy", "--quiet", "--release", "--target", "wasm32-wasip2"].into_iter().chain(packages).chain(strictly);
    // From the quickest to the longest.
    let checks: [(&str, Vec<&str>); 7] = [
        ("formatting", vec!["fmt", "--all", "--check"]),
        ("lints", [&["clippy", "--quiet", "--workspace", "--all-targets"][..], &strictly].concat()),
        ("lints of the functions", lint_functions.collect()),
        ("tests", vec!["dev", "test"]),
        ("clients of the protocol", vec!["dev", "mcp"]),
        ("contract", vec!["dev", "contract"]),
        ("tests with Kafka and Dapr", vec!["dev", "test", "--full"]),
    ];
    let mut took: Vec<(&str, Duration)> = Vec::new();
    for (what, arguments) in checks {
        eprintln!("── {what}");
        let began = Instant::now();
        let result = tools::run("cargo", &arguments, [] as [(&str, &str); 0]).await;
        took.push((what, began.elapsed()));
        if let Err(error) = result {
            tell(&took);
            return Err(error);
        }
    }
    tell(&took);
    Ok(())
}

fn tell(took: &[(&str, Duration)]) {
    for (what, time) in took {
        println!("{:>7.1} s  {what}", time.as_secs_f32());
    }
}
