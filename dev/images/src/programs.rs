//! The programs of TaskFlow as containers. `Dockerfile` makes the same of them, for machines without Rust.

use std::path::Path;

use anyhow::Result;

use crate::About;
use crate::certificates::{CERTIFICATES_PATH, certificates};
use crate::container::{Container, File};
use crate::layout::Descriptor;
use crate::spin_app;

/// Folder of the app in the image of the host.
const APP: &str = "app";

/// `taskflow`, the command of operators.
pub fn taskflow<'a>(about: About<'a>, architecture: &'a str, program: Vec<u8>) -> Container<'a> {
    Container {
        about,
        architecture,
        files: vec![executable("taskflow", program), trusted_certificates()],
        entrypoint: "/taskflow",
        arguments: &[],
        working_directory: "/",
        port: None,
    }
}

/// The embedded host with the app of a `spin.toml`, which is this artefact in a registry.
pub fn host<'a>(
    about: About<'a>,
    architecture: &'a str,
    program: Vec<u8>,
    manifest: &Path,
    artefact: &Descriptor,
) -> Result<Container<'a>> {
    let mut files = vec![executable("taskflow-host", program), trusted_certificates()];
    for (path, content) in spin_app::files(manifest)? {
        files.push(File { path: format!("{APP}/{path}"), is_executable: false, content });
    }
    // The host can tell by it that it has the app that it is asked for.
    let digest = artefact.digest.clone().into_bytes();
    files.push(File { path: format!("{APP}/app.digest"), is_executable: false, content: digest });
    Ok(Container {
        about,
        architecture,
        files,
        entrypoint: "/taskflow-host",
        arguments: &["up", "--listen", "0.0.0.0:3000"],
        working_directory: "/app",
        port: Some(3000),
    })
}

fn executable(name: &str, content: Vec<u8>) -> File {
    File { path: name.to_owned(), is_executable: true, content }
}

fn trusted_certificates() -> File {
    File { path: CERTIFICATES_PATH.to_owned(), is_executable: false, content: certificates() }
}
