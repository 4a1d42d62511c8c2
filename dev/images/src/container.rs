//! Images for containers: some files, and nothing else. There is no shell, no package manager, and no user
//! but a number.

use std::collections::BTreeSet;
use std::io::Write;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tar::{EntryType, Header};

use crate::About;
use crate::layout::{Descriptor, Layout, digest};

const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// User and group of the program. It is a number, as Kubernetes cannot tell of a name if it is root's.
const USER: &str = "65532:65532";

/// An image of a program that is linked statically.
#[derive(Debug)]
pub struct Container<'a> {
    /// Description of the image.
    pub about: About<'a>,
    /// Name of the processor for which the program was compiled, as Go names it.
    pub architecture: &'a str,
    /// All files.
    pub files: Vec<File>,
    /// The program.
    pub entrypoint: &'a str,
    /// Arguments, which another command of the container replaces.
    pub arguments: &'a [&'a str],
    /// Folder in which it runs.
    pub working_directory: &'a str,
    /// Port on which it listens.
    pub port: Option<u16>,
}

/// A file of an image.
#[derive(Debug)]
pub struct File {
    /// Path without a slash at the beginning.
    pub path: String,
    /// True for a program.
    pub is_executable: bool,
    /// Content.
    pub content: Vec<u8>,
}

impl Container<'_> {
    /// Adds the image to a layout.
    pub fn add_to(&self, layout: &mut Layout, name: &str) -> Result<Descriptor> {
        let tar = archive(&self.files).context("cannot archive the files of an image")?;
        let layer = layout.add(LAYER, &compress(&tar)?)?;
        let config = layout.add(CONFIG, self.config(&tar).to_string().as_bytes())?;
        let About { title, description, version } = self.about;
        let manifest = json!({
            "config": config,
            "layers": [layer],
            "annotations": {
                "org.opencontainers.image.title": title,
                "org.opencontainers.image.description": description,
                "org.opencontainers.image.version": version,
            },
        });
        layout.add_manifest(Some(name), manifest)
    }

    fn config(&self, tar: &[u8]) -> Value {
        let mut config = json!({
            "User": USER,
            "Entrypoint": [self.entrypoint],
            "WorkingDir": self.working_directory,
        });
        if !self.arguments.is_empty() {
            config["Cmd"] = json!(self.arguments);
        }
        if let Some(port) = self.port {
            config["ExposedPorts"] = json!({ format!("{port}/tcp"): {} });
        }
        json!({
            "architecture": self.architecture,
            "os": "linux",
            "config": config,
            "rootfs": { "type": "layers", "diff_ids": [digest(tar)] },
        })
    }
}

/// Returns a tar archive of the files and of the folders above them. It has no times and no names of users.
fn archive(files: &[File]) -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    let folders: BTreeSet<&str> = files.iter().flat_map(|file| folders_above(&file.path)).collect();
    for folder in folders {
        append(&mut archive, EntryType::Directory, &format!("{folder}/"), 0o755, &[])?;
    }
    for file in files {
        let mode = if file.is_executable { 0o755 } else { 0o644 };
        append(&mut archive, EntryType::Regular, &file.path, mode, &file.content)?;
    }
    archive.into_inner()
}

fn append(
    archive: &mut tar::Builder<Vec<u8>>,
    kind: EntryType,
    path: &str,
    mode: u32,
    content: &[u8],
) -> std::io::Result<()> {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(content.len() as u64);
    archive.append_data(&mut header, path, content)
}

fn folders_above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}

fn compress(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}
