//! Segment files of a partition.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::Result;

/// Returns the path of the segment that starts at an offset.
pub fn path(folder: &Path, start: u64) -> PathBuf {
    folder.join(format!("{start:020}.log"))
}

/// Returns the offsets at which segments start, in order.
pub fn list(folder: &Path) -> Result<Vec<u64>> {
    let mut starts = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        starts
            .extend(name.to_string_lossy().strip_suffix(".log").and_then(|start| start.parse::<u64>().ok()));
    }
    starts.sort_unstable();
    Ok(starts)
}

/// Returns the length of a segment without an incomplete last line.
pub fn complete_length(file: &mut File) -> std::io::Result<u64> {
    let mut length = file.metadata()?.len();
    let mut byte = [0];
    while length > 0 {
        file.seek(SeekFrom::Start(length - 1))?;
        file.read_exact(&mut byte)?;
        if byte == *b"\n" {
            break;
        }
        length -= 1;
    }
    Ok(length)
}
