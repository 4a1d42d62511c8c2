//! A small file system in memory, to be filled.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

/// Room for an empty database, and for some minutes of writes.
const OPTIONS: &str = "size=384m,mode=755";

/// Small file system, unmounted when this is dropped.
pub struct SmallDisk {
    folder: PathBuf,
}

impl SmallDisk {
    /// Mounts it on a folder.
    pub fn mount(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let folder = folder.canonicalize()?;
        // One of an earlier run that was killed.
        unmount(&folder);
        let arguments = ["-t", "tmpfs", "-o", OPTIONS, "taskflow-faults"];
        ensure!(
            succeeds(Command::new("mount").args(arguments).arg(&folder)),
            "this user cannot mount a small file system: run it as root, or by `unshare --user --mount \
             --map-current-user --keep-caps cargo dev faults --drill disk-full`"
        );
        Ok(Self { folder })
    }

    /// Folder that it is mounted on.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Fills it to the last byte.
    pub fn fill(&self) -> anyhow::Result<()> {
        let block = vec![0; 64 * 1024];
        let mut file = File::options().create(true).append(true).open(self.ballast())?;
        loop {
            match file.write_all(&block) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => return Ok(()),
                Err(error) => return Err(error).context("cannot fill the small file system"),
            }
        }
    }

    /// Frees what [`Self::fill`] has taken.
    pub fn free(&self) -> anyhow::Result<()> {
        std::fs::remove_file(self.ballast()).context("cannot free the small file system")
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        unmount(&self.folder);
    }
}

/// Unmounts what is mounted on a folder, if anything is: at once, or when the last process that was killed
/// has closed its files.
fn unmount(folder: &Path) {
    succeeds(Command::new("umount").arg("--lazy").arg(folder));
}

fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}
