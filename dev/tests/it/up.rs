use std::fs::Permissions;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, Signal};

use crate::command::{Up, dev, error, folder, processes_of, run, until};

fn is_known(up: &Up, token: &str) -> bool {
    let authorization = format!("authorization: Bearer {token}\r\n");
    up.send("GET /api/auth/me", &authorization, "").starts_with("HTTP/1.1 200")
}

#[test]
fn it_becomes_ready_stops_on_a_signal_and_finds_its_data_again() {
    let data = folder("stops");
    for signal in [Signal::TERM, Signal::INT] {
        let up = Up::start(&data);
        assert!(up.send("GET /ready", "", "").starts_with("HTTP/1.1 200"));
        let known = up.guest();
        assert_eq!(up.end(signal), Some(0));
        assert_eq!(processes_of(&data), [] as [&str; 0], "nothing is left behind");
        let again = Up::start(&data);
        assert!(is_known(&again, &known));
        assert_eq!(again.end(signal), Some(0));
    }
}

#[test]
fn after_a_kill_the_next_start_recovers_by_itself() {
    let data = folder("killed");
    let up = Up::start(&data);
    let known = up.guest();
    up.end(Signal::KILL);

    let again = Up::start(&data);

    assert!(is_known(&again, &known));
    assert_eq!(again.end(Signal::TERM), Some(0));
    assert_eq!(processes_of(&data), [] as [&str; 0]);
}

#[test]
fn a_taken_port_and_a_taken_folder_are_reported_in_one_line() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let data = folder("taken");
    let folder_text = data.display().to_string();

    let line = error(&run(&["up", "--port", &port, "--data", &folder_text]));
    assert_eq!(line, format!("error: port {port} is taken: stop what uses it, or choose another by --port"));

    let up = Up::start(&data);
    let line = error(&run(&["up", "--port", "0", "--data", &folder_text]));
    let folder = data.canonicalize().unwrap();
    assert_eq!(
        line,
        format!(
            "error: another `cargo dev` uses the data folder {}: stop it, or choose another by --data",
            folder.display()
        )
    );
    assert_eq!(up.end(Signal::TERM), Some(0));
}

#[test]
fn a_port_that_a_killed_process_still_holds_is_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let release = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(500));
        drop(listener);
    });

    // Ends at the first step after the port: without a compiler there is nothing to start.
    let mut command = dev(&["up", "--engine", "embedded", "--port", &port, "--data"]);
    let output = command.arg(folder("held-port")).env("PATH", "/nonexistent").output().unwrap();

    release.join().unwrap();
    assert!(error(&output).contains("install Rust (https://rustup.rs)"), "{output:?}");
}

#[test]
fn a_damaged_data_folder_is_reported_in_one_line() {
    let data = folder("damaged");
    assert_eq!(Up::start(&data).end(Signal::TERM), Some(0));
    let folder_text = data.display().to_string();
    let files = files_of_postgres(&data);

    std::fs::write(files.join("global/pg_control"), "rubbish").unwrap();
    let line = error(&run(&["up", "--port", "0", "--data", &folder_text]));
    assert!(line.starts_with("error: the data in ") && line.contains(" is damaged ("), "{line}");

    std::fs::remove_file(files.join("PG_VERSION")).unwrap();
    let line = error(&run(&["up", "--port", "0", "--data", &folder_text]));
    assert!(line.contains("is damaged (PG_VERSION is missing): restore it from a backup"), "{line}");
}

#[test]
fn a_database_that_dies_ends_it_with_an_error() {
    let data = folder("dies");
    let up = Up::start(&data);
    let text = std::fs::read_to_string(files_of_postgres(&data).join("postmaster.pid")).unwrap();
    let postmaster = text.lines().next().and_then(|line| line.parse().ok()).and_then(Pid::from_raw).unwrap();

    rustix::process::kill_process(postmaster, Signal::KILL).unwrap();

    assert_eq!(up.wait(), Some(1));
}

#[test]
fn a_lost_password_is_reported_and_no_new_one_is_created() {
    let data = folder("password");
    assert_eq!(Up::start(&data).end(Signal::TERM), Some(0));
    std::fs::remove_file(data.join("postgres-password")).unwrap();

    let line =
        error(&run(&["up", "--engine", "embedded", "--port", "0", "--data", &data.display().to_string()]));

    assert!(line.contains("postgres-password is missing"), "{line}");
    assert!(!data.join("postgres-password").exists());
}

#[test]
fn a_pid_file_that_a_crash_cut_off_does_not_matter() {
    let data = folder("cut-off");
    assert_eq!(Up::start(&data).end(Signal::TERM), Some(0));
    std::fs::write(files_of_postgres(&data).join("postmaster.pid"), "").unwrap();

    assert_eq!(Up::start(&data).end(Signal::TERM), Some(0));
}

#[test]
fn a_missing_compiler_is_reported_in_one_line() {
    let data = folder("no-compiler");
    let output = dev(&["up", "--engine", "embedded", "--port", "0", "--data"])
        .arg(&data)
        .env("PATH", "/nonexistent")
        .output()
        .unwrap();
    assert!(error(&output).contains("install Rust (https://rustup.rs)"), "{output:?}");
}

#[test]
fn a_database_that_is_unreachable_or_has_an_invalid_url_is_reported_in_one_line() {
    let data = folder("no-database");
    for (url, expected) in [
        ("postgres://owner@127.0.0.1:1/taskflow", "cannot reach the database taskflow at 127.0.0.1:1"),
        ("nonsense", "DATABASE_URL is invalid"),
    ] {
        let output = dev(&["up", "--engine", "embedded", "--port", "0", "--data"])
            .arg(&data)
            .env("DATABASE_URL", url)
            .output()
            .unwrap();
        assert!(error(&output).contains(expected), "{output:?}");
    }
}

#[test]
fn the_data_folder_and_all_that_is_in_it_are_for_the_owner_alone() {
    let data = folder("private");
    std::fs::set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
    let up = Up::start(&data);
    let authorization = format!("authorization: Bearer {}\r\n", up.guest());
    assert!(up.send("POST /api/tasks", &authorization, r#"{"title": "buy milk"}"#).contains("201 Created"));
    until("the event", || up.send("GET /api/audit", &authorization, "").contains("task.created"));
    assert_eq!(up.end(Signal::TERM), Some(0));

    let (mut folders, mut seen, mut open) = (vec![data.clone()], 0, Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            seen += 1;
            if metadata.permissions().mode() & 0o077 != 0 {
                open.push(path.clone());
            }
            folders.extend(metadata.is_dir().then_some(path));
        }
    }
    assert_eq!(open, [] as [PathBuf; 0]);
    assert!(seen > 5, "{seen} files");
    assert_eq!(data.metadata().unwrap().permissions().mode() & 0o777, 0o700);
}

/// Folder of Postgres' files: in the data folder, or for root where another user can read it.
fn files_of_postgres(data: &Path) -> PathBuf {
    let inside = data.join("postgres");
    if inside.is_dir() {
        return inside;
    }
    let name = frames::checksum(&data.canonicalize().unwrap().to_string_lossy());
    PathBuf::from(format!("/var/lib/taskflow/{name:016x}"))
}
