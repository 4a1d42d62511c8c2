//! Compiled components, kept on disk between processes. Spin has a cache of its own.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use host::{Engine, Limits, Logs, Running};

use crate::app::{any_port, is_embedded, manifest};

/// Prefix of the line that a child process prints.
const COMPILED: &str = "compiled ";

#[test]
fn processes_that_start_together_compile_a_component_once_and_later_ones_not_at_all() {
    if !is_embedded() {
        return;
    }
    let cache = tempfile::tempdir().unwrap();
    let together = [(); 3].map(|()| start_child(cache.path()));
    assert_eq!(together.map(compilations).iter().sum::<usize>(), 1);
    assert_eq!(compilations(start_child(cache.path())), 0);
}

/// Starts the test app in another process, with its cache in a folder.
fn start_child(cache: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["cache::a_process_that_starts_the_app", "--exact", "--ignored", "--nocapture"]);
    command.env("XDG_CACHE_HOME", cache).stdout(Stdio::piped()).spawn().unwrap()
}

fn compilations(child: Child) -> usize {
    let output = child.wait_with_output().unwrap();
    let output = String::from_utf8_lossy(&output.stdout);
    let count = output.lines().find_map(|line| line.split_once(COMPILED)?.1.parse().ok());
    count.unwrap_or_else(|| panic!("the process failed: {output}"))
}

#[tokio::test]
#[ignore = "a child process of the test above"]
async fn a_process_that_starts_the_app() {
    let engine = Engine::new(Limits::default()).unwrap();
    let app =
        Running::start(Some(&engine), manifest(), &[].into(), any_port(), Logs::captured()).await.unwrap();
    println!("\n{COMPILED}{}", engine.compilations());
    app.stop().await.unwrap();
}
