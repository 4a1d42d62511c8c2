//! `cargo dev ci`: every check that a change must pass, and how long each takes.

use std::time::{Duration, Instant};

use crate::tools;

/// From the quickest to the longest.
const CHECKS: &[(&str, &[&str])] = &[
    ("formatting", &["fmt", "--all", "--check"]),
    ("lints", &["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"]),
    (
        "lints of the functions",
        &[
            "clippy",
            "--quiet",
            "--release",
            "--target",
            "wasm32-wasip2",
            "--package",
            "auth",
            "--package",
            "housekeeping",
            "--package",
            "ops",
            "--package",
            "tasks",
            "--",
            "--deny",
            "warnings",
        ],
    ),
    ("tests", &["dev", "test"]),
    ("contract", &["dev", "contract"]),
];

pub async fn run() -> anyhow::Result<()> {
    let mut took: Vec<(&str, Duration)> = Vec::new();
    for (what, arguments) in CHECKS {
        eprintln!("── {what}");
        let began = Instant::now();
        let result = tools::run("cargo", arguments, [] as [(&str, &str); 0]).await;
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
