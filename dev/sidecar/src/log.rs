//! A partition of a topic: lines in files that are only added to.
//!
//! A position counts bytes since the beginning of the partition. A file is named by the position of its first line; a new one
//! is begun when it is large, and old ones are deleted whole.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::sync::watch;

/// From this size on another file is begun.
const LARGE: u64 = 16 * 1024 * 1024;

/// A partition.
#[derive(Debug)]
pub struct Log {
    folder: PathBuf,
    writer: Mutex<Writer>,
    end: watch::Sender<u64>,
}

#[derive(Debug)]
struct Writer {
    file: File,
    first: u64,
    end: u64,
}

impl Log {
    /// Opens it. What was not written to its end when the machine stopped is cut off.
    pub fn open(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let first = starts(folder)?.last().copied().unwrap_or(0);
        let path = file_of(folder, first);
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(&path)?;
        let whole = end_of_last_line(&mut file)?;
        file.set_len(whole)?;
        let end = first + whole;
        Ok(Self {
            folder: folder.to_owned(),
            writer: Mutex::new(Writer { file, first, end }),
            end: watch::Sender::new(end),
        })
    }

    /// Adds lines, each with its end. They are on the disk when this returns.
    pub fn append(&self, lines: &[u8]) -> std::io::Result<()> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if writer.end - writer.first > LARGE {
            let path = file_of(&self.folder, writer.end);
            writer.file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
            writer.first = writer.end;
        }
        let written = writer.file.write_all(lines).and_then(|()| writer.file.sync_data());
        if let Err(error) = written {
            // Half a line would be the beginning of the next.
            let whole = writer.end - writer.first;
            writer.file.set_len(whole)?;
            return Err(error);
        }
        writer.end += lines.len() as u64;
        self.end.send_replace(writer.end);
        Ok(())
    }

    /// Deletes what is older than that, but for the file that is written to.
    pub fn forget(&self, older_than: Duration) -> Result<()> {
        let mut starts = starts(&self.folder)?;
        starts.pop();
        for start in starts {
            let path = file_of(&self.folder, start);
            if path.metadata()?.modified()?.elapsed().unwrap_or_default() > older_than {
                std::fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

/// Reads a partition from a position on.
pub struct Reader<'a> {
    log: &'a Log,
    end: watch::Receiver<u64>,
    position: u64,
    file: Option<BufReader<File>>,
}

impl<'a> Reader<'a> {
    /// Begins there, or with what is still kept.
    pub fn new(log: &'a Log, position: u64) -> Self {
        Self { log, end: log.end.subscribe(), position, file: None }
    }

    /// The next line without its end, and the position behind it. Waits until there is one.
    pub async fn next(&mut self) -> Result<(String, u64)> {
        loop {
            let end = *self.end.borrow_and_update();
            if self.position < end {
                if let Some(line) = self.line()? {
                    return Ok((line, self.position));
                }
            } else {
                // A position behind the end is that of a queue that was there before.
                self.position = self.position.min(end);
                self.end.changed().await.context("the log is closed")?;
            }
        }
    }

    /// A line of the current file, or none where another file goes on.
    fn line(&mut self) -> Result<Option<String>> {
        let mut line = String::new();
        let read = match &mut self.file {
            Some(file) => file.read_line(&mut line)?,
            None => 0,
        };
        if read > 0 {
            self.position += read as u64;
            line.truncate(line.trim_end_matches('\n').len());
            return Ok(Some(line));
        }
        let starts = starts(&self.log.folder)?;
        let before = starts.iter().rev().find(|start| **start <= self.position).or(starts.first());
        let start = *before.context("a partition has a file")?;
        self.position = self.position.max(start);
        let mut file = BufReader::new(File::open(file_of(&self.log.folder, start))?);
        file.seek(SeekFrom::Start(self.position - start))?;
        self.file = Some(file);
        Ok(None)
    }
}

fn file_of(folder: &Path, start: u64) -> PathBuf {
    folder.join(format!("{start:020}.log"))
}

/// The positions at which files begin, in order.
fn starts(folder: &Path) -> Result<Vec<u64>> {
    let mut starts = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        starts.extend(name.to_string_lossy().strip_suffix(".log").and_then(|start| start.parse::<u64>().ok()));
    }
    starts.sort_unstable();
    Ok(starts)
}

fn end_of_last_line(file: &mut File) -> std::io::Result<u64> {
    let mut end = file.metadata()?.len();
    let mut byte = [0];
    while end > 0 {
        file.seek(SeekFrom::Start(end - 1))?;
        file.read_exact(&mut byte)?;
        if byte == *b"\n" {
            break;
        }
        end -= 1;
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_written_is_read_in_order_also_by_the_next_process() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = Log::open(folder.path()).expect("opens");
        log.append(b"one\ntwo\n").expect("written");
        let mut reader = Reader::new(&log, 0);
        assert_eq!(reader.next().await.expect("a line"), ("one".into(), 4));
        drop(reader);
        drop(log);

        // The machine stopped in the middle of a line.
        let path = file_of(folder.path(), 0);
        OpenOptions::new().append(true).open(path).and_then(|mut file| file.write_all(b"thr")).expect("written");
        let log = Log::open(folder.path()).expect("opens");
        log.append(b"four\n").expect("written");
        let mut reader = Reader::new(&log, 4);
        assert_eq!(reader.next().await.expect("a line").0, "two");
        assert_eq!(reader.next().await.expect("a line").0, "four");
    }

    #[tokio::test]
    async fn a_large_file_is_followed_by_another_and_old_ones_go() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = Log::open(folder.path()).expect("opens");
        let line = format!("{}\n", "x".repeat(LARGE as usize));
        for text in [line.as_bytes(), b"second\n", b"third\n"] {
            log.append(text).expect("written");
        }
        assert_eq!(starts(folder.path()).expect("files").len(), 2);
        let mut reader = Reader::new(&log, 0);
        assert_eq!(reader.next().await.expect("a line").0.len(), LARGE as usize);
        assert_eq!(reader.next().await.expect("a line").0, "second");

        log.forget(Duration::ZERO).expect("gone");
        let mut reader = Reader::new(&log, 0);
        assert_eq!(reader.next().await.expect("a line").0, "second", "it goes on with what is still there");
    }
}
