//! Reading a log.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::PathBuf;

use anyhow::{Context, Result};
use tokio::sync::watch;

use crate::log::segments;

pub struct Reader {
    folder: PathBuf,
    /// End of the log.
    end: watch::Receiver<u64>,
    offset: u64,
    segment: Option<BufReader<File>>,
}

impl Reader {
    pub fn new(folder: PathBuf, end: watch::Receiver<u64>, offset: u64) -> Self {
        Self { folder, end, offset, segment: None }
    }

    /// Returns the next line without its line break, and the offset behind it. Waits at the end of the log.
    pub async fn next(&mut self) -> Result<(String, u64)> {
        loop {
            let end = *self.end.borrow_and_update();
            if self.offset < end {
                if let Some(line) = self.read_line()? {
                    return Ok((line, self.offset));
                }
            } else {
                // An offset behind the end belongs to a log that was deleted.
                self.offset = self.offset.min(end);
                self.end.changed().await.context("the log is closed")?;
            }
        }
    }

    /// Reads a line of the open segment. At its end, opens the next and returns `None`.
    fn read_line(&mut self) -> Result<Option<String>> {
        let mut line = String::new();
        let read = match &mut self.segment {
            Some(segment) => segment.read_line(&mut line)?,
            None => 0,
        };
        if read > 0 {
            self.offset += read as u64;
            line.truncate(line.trim_end_matches('\n').len());
            return Ok(Some(line));
        }
        let starts = segments::list(&self.folder)?;
        let containing = starts.iter().rev().find(|start| **start <= self.offset).or(starts.first());
        let start = *containing.context("the partition has no segment")?;
        self.offset = self.offset.max(start);
        let mut segment = BufReader::new(File::open(segments::path(&self.folder, start))?);
        segment.seek(SeekFrom::Start(self.offset - start))?;
        self.segment = Some(segment);
        Ok(None)
    }
}
