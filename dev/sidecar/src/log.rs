//! Append-only log of a partition: one event per line, in segment files.
//!
//! An offset is a number of bytes since the start of the partition. A segment is named by the offset of its
//! first line. A new one is started when the last is large, and expired ones are deleted as a whole.

mod reader;
mod segments;

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::sync::watch;

use crate::log::reader::Reader;

/// Size from which on a new segment is started.
const SEGMENT_SIZE: u64 = 16 * 1024 * 1024;

#[derive(Debug)]
pub struct Log {
    folder: PathBuf,
    writer: Mutex<Writer>,
    end: watch::Sender<u64>,
}

#[derive(Debug)]
struct Writer {
    file: File,
    /// Offset of the first line of the last segment.
    start: u64,
    end: u64,
}

impl Log {
    /// Opens the log. A last line that was not written completely is cut off.
    pub fn open(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let start = segments::list(folder)?.last().copied().unwrap_or(0);
        let mut file = open_segment(&segments::path(folder, start))?;
        let length = segments::complete_length(&mut file)?;
        file.set_len(length)?;
        let end = start + length;
        Ok(Self {
            folder: folder.to_owned(),
            writer: Mutex::new(Writer { file, start, end }),
            end: watch::Sender::new(end),
        })
    }

    /// Appends lines, each with its line break. They are on disk when this returns.
    pub fn append(&self, lines: &[u8]) -> std::io::Result<()> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if writer.end - writer.start > SEGMENT_SIZE {
            writer.file = open_segment(&segments::path(&self.folder, writer.end))?;
            writer.start = writer.end;
        }
        let written = writer.file.write_all(lines).and_then(|()| writer.file.sync_data());
        if let Err(error) = written {
            // Otherwise the next line would be appended to half a line.
            let length = writer.end - writer.start;
            writer.file.set_len(length)?;
            return Err(error);
        }
        writer.end += lines.len() as u64;
        self.end.send_replace(writer.end);
        Ok(())
    }

    /// Returns a reader that starts at an offset, or with the oldest line that is kept.
    pub fn reader(&self, offset: u64) -> Reader {
        Reader::new(self.folder.clone(), self.end.subscribe(), offset)
    }

    /// Deletes segments that were last written longer ago than `retention`, except the last segment.
    pub fn delete_expired(&self, retention: Duration) -> Result<()> {
        let mut starts = segments::list(&self.folder)?;
        starts.pop();
        for start in starts {
            let path = segments::path(&self.folder, start);
            if path.metadata()?.modified()?.elapsed().unwrap_or_default() > retention {
                std::fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

fn open_segment(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).append(true).create(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_are_read_in_order_also_after_a_crash() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = Log::open(folder.path()).expect("opens");
        log.append(b"one\ntwo\n").expect("written");
        let mut reader = log.reader(0);
        assert_eq!(reader.next().await.expect("a line"), ("one".into(), 4));
        drop(reader);
        drop(log);

        // A crash in the middle of a line.
        let path = segments::path(folder.path(), 0);
        OpenOptions::new()
            .append(true)
            .open(path)
            .and_then(|mut file| file.write_all(b"thr"))
            .expect("written");
        let log = Log::open(folder.path()).expect("opens");
        log.append(b"four\n").expect("written");
        let mut reader = log.reader(4);
        assert_eq!(reader.next().await.expect("a line").0, "two");
        assert_eq!(reader.next().await.expect("a line").0, "four");
    }

    #[tokio::test]
    async fn a_large_segment_is_followed_by_another_and_expired_ones_are_deleted() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = Log::open(folder.path()).expect("opens");
        let line = format!("{}\n", "x".repeat(SEGMENT_SIZE as usize));
        for text in [line.as_bytes(), b"second\n", b"third\n"] {
            log.append(text).expect("written");
        }
        assert_eq!(segments::list(folder.path()).expect("segments").len(), 2);
        let mut reader = log.reader(0);
        assert_eq!(reader.next().await.expect("a line").0.len(), SEGMENT_SIZE as usize);
        assert_eq!(reader.next().await.expect("a line").0, "second");

        log.delete_expired(Duration::ZERO).expect("deleted");
        let mut reader = log.reader(0);
        assert_eq!(
            reader.next().await.expect("a line").0,
            "second",
            "it continues with the oldest line that is kept"
        );
    }
}
