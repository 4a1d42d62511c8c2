//! Archives as files: `audit-2026-03.jsonl.gz` with `audit-2026-03.manifest.json`, and `audit-2026-03.2.…` for what came
//! after that was made. None is ever written over. A file gets its name when it is complete, and the lines come first: lines
//! without a manifest are whole too, and get it later.

use std::collections::BTreeSet;
use std::fs::{DirBuilder, File};
use std::io::{BufRead, BufReader, Lines, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::month::Month;
use crate::files;

const FORMAT: u32 = 1;
const LINES: &str = ".jsonl.gz";
const MANIFEST: &str = ".manifest.json";

/// What an archive has, by which it is checked.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    month: String,
    pub rows: u64,
    first: Option<String>,
    last: Option<String>,
    bytes: u64,
    /// Of the file as it is, compressed.
    sha256: String,
}

/// One archive of a month.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Archive {
    pub month: Month,
    number: u32,
    folder: PathBuf,
}

impl Archive {
    /// The one that a file belongs to.
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let stem = name.strip_suffix(LINES).or_else(|| name.strip_suffix(MANIFEST))?;
        let (month, number) = stem.split_once('.').unwrap_or((stem, "1"));
        let month = month.strip_prefix("audit-")?.parse().ok()?;
        Some(Self { month, number: number.parse().ok()?, folder: path.parent()?.to_owned() })
    }

    /// All that have files in a folder, in order.
    pub fn all(folder: &Path) -> anyhow::Result<BTreeSet<Self>> {
        let entries: Result<Vec<_>, _> = std::fs::read_dir(folder).and_then(Iterator::collect);
        let entries = entries.with_context(|| format!("cannot read {}", folder.display()))?;
        Ok(entries.iter().filter_map(|entry| Self::of(&entry.path())).collect())
    }

    /// Those of a month, and the one that is next.
    pub fn of_month(folder: &Path, month: &Month) -> anyhow::Result<(Vec<Self>, Self)> {
        let known: Vec<_> = Self::all(folder)?.into_iter().filter(|archive| archive.month == *month).collect();
        let number = known.last().map_or(1, |last| last.number + 1);
        Ok((known, Self { month: month.clone(), number, folder: folder.to_owned() }))
    }

    fn path(&self, ending: &str) -> PathBuf {
        let behind = if self.number > 1 { format!(".{}", self.number) } else { String::new() };
        self.folder.join(format!("audit-{}{behind}{ending}", self.month))
    }

    /// The name of the file with its lines.
    pub fn name(&self) -> String {
        self.path(LINES).file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Its lines, one after the other.
    pub fn lines(&self) -> anyhow::Result<Lines<impl BufRead + use<>>> {
        let path = self.path(LINES);
        let file = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(BufReader::new(GzDecoder::new(file)).lines())
    }

    /// What its manifest says.
    pub fn manifest(&self) -> anyhow::Result<Manifest> {
        let path = self.path(MANIFEST);
        let text = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_slice(&text).with_context(|| damaged(&path))
    }

    /// Reads all of it, and makes sure that it is what its manifest says.
    pub fn check(&self) -> anyhow::Result<()> {
        let manifest = self.manifest()?;
        let format = manifest.format;
        ensure!(format == FORMAT, "{} has the format {format}: another release made it", self.name());
        ensure!(self.describe()? == manifest, damaged(&self.path(LINES)));
        Ok(())
    }

    /// The same, where the manifest may still be missing: it is written then.
    pub fn seal(&self) -> anyhow::Result<()> {
        let path = self.path(MANIFEST);
        if path.exists() {
            return self.check();
        }
        let text = serde_json::to_string_pretty(&self.describe()?)? + "\n";
        let mut file = begin(&path)?;
        file.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
        end(&file, &path)
    }

    /// The manifest that its lines should have.
    fn describe(&self) -> anyhow::Result<Manifest> {
        let path = self.path(LINES);
        let mut hash = Sha256::new();
        let bytes = File::open(&path).and_then(|mut file| std::io::copy(&mut file, &mut hash));
        let bytes = bytes.with_context(|| format!("cannot read {}", path.display()))?;
        let (mut rows, mut first, mut last) = (0, None, None);
        for line in self.lines()? {
            // A line begins with its moment.
            last = line.with_context(|| damaged(&path))?.split('"').nth(3).map(str::to_owned);
            first = first.or_else(|| last.clone());
            rows += 1;
        }
        let sha256 = format!("{:x}", hash.finalize());
        Ok(Manifest { format: FORMAT, month: self.month.to_string(), rows, first, last, bytes, sha256 })
    }
}

/// Writes the lines of an archive.
pub struct Writer {
    gzip: GzEncoder<File>,
    path: PathBuf,
}

impl Writer {
    pub fn begin(archive: &Archive) -> anyhow::Result<Self> {
        let path = archive.path(LINES);
        Ok(Self { gzip: GzEncoder::new(begin(&path)?, Compression::default()), path })
    }

    pub fn add(&mut self, line: &str) -> anyhow::Result<()> {
        let written = self.gzip.write_all(line.as_bytes()).and_then(|()| self.gzip.write_all(b"\n"));
        written.with_context(|| format!("cannot write {}", self.path.display()))
    }

    pub fn end(self) -> anyhow::Result<()> {
        let file = self.gzip.finish().with_context(|| format!("cannot write {}", self.path.display()))?;
        end(&file, &self.path)
    }
}

/// Makes the folder of archives.
pub fn make(folder: &Path) -> anyhow::Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder).and_then(|()| folder.canonicalize());
    let made = made.with_context(|| format!("cannot make the folder {}", folder.display()))?;
    made.parent().map_or(Ok(()), sync)
}

/// A file that does not have its name yet. For the eyes of the owner only: it says what people did.
fn begin(path: &Path) -> anyhow::Result<File> {
    let file = files::create_private(&part(path));
    file.with_context(|| format!("cannot write {}", path.display()))
}

/// Gives it its name. File and name outlive a crash from here on.
fn end(file: &File, path: &Path) -> anyhow::Result<()> {
    let named = file.sync_all().and_then(|()| std::fs::rename(part(path), path));
    named.with_context(|| format!("cannot write {}", path.display()))?;
    path.parent().map_or(Ok(()), sync)
}

fn part(path: &Path) -> PathBuf {
    path.with_added_extension("part")
}

fn sync(folder: &Path) -> anyhow::Result<()> {
    let done = File::open(folder).and_then(|folder| folder.sync_all());
    done.with_context(|| format!("cannot write {}", folder.display()))
}

fn damaged(path: &Path) -> String {
    format!("{} is damaged: put another copy of it in its place", path.display())
}
