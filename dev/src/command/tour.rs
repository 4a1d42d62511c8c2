//! `cargo dev tour`: runs the shell blocks of docs/tour.md, as written, against a TaskFlow of its own.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::project;

const STOPS_WITHIN: Duration = Duration::from_secs(30);

/// Comes before the blocks: an error status of HTTP fails the tour too.
const STRICT: &str = r#"set -euo pipefail
curl() { command curl --fail-with-body --show-error "$@"; }
"#;

pub async fn run() -> anyhow::Result<()> {
    let path = project::root().join("docs/tour.md");
    let page = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let folder = project::target().join("tour");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let taskflow = start().await?;
    let script = format!("{STRICT}{}", shell_blocks(&page));
    let toured =
        Command::new("bash").args(["-c", &script]).current_dir(&folder).kill_on_drop(true).status().await;
    stop(taskflow).await?;
    ensure!(toured.context("cannot run bash")?.success(), "the tour failed at the command above");
    Ok(())
}

/// Starts `cargo dev up` and returns when it is ready.
async fn start() -> anyhow::Result<Child> {
    let program = std::env::current_exe().context("cannot find this program")?;
    let mut up = Command::new(program).arg("up").stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
    let mut lines = BufReader::new(up.stdout.take().context("stdout is piped")?).lines();
    loop {
        let line = lines.next_line().await?.context("TaskFlow ended before it was ready")?;
        if line.starts_with("ready ") {
            break;
        }
    }
    // A full pipe would block TaskFlow's logs.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Ok(up)
}

async fn stop(mut taskflow: Child) -> anyhow::Result<()> {
    if let Some(process) = taskflow.id().and_then(|id| Pid::from_raw(id.cast_signed())) {
        kill_process(process, Signal::TERM)?;
    }
    timeout(STOPS_WITHIN, taskflow.wait()).await.context("TaskFlow does not stop")??;
    Ok(())
}

/// Contents of all ```sh blocks of a Markdown page.
fn shell_blocks(page: &str) -> String {
    let mut script = String::new();
    let mut is_inside = false;
    for line in page.lines() {
        match line {
            "```sh" => is_inside = true,
            "```" => is_inside = false,
            line if is_inside => {
                script += line;
                script.push('\n');
            }
            _ => {}
        }
    }
    script
}
