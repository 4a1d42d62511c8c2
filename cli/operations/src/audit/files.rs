//! Archives as files: `audit-2026-03.jsonl.gz` with `audit-2026-03.manifest.json`, and `audit-2026-03.2.…`
//! for events that came later. None is ever overwritten. A file gets its name when it is complete, the lines
//! before the manifest; so lines without a manifest are complete too, and get it later.

use std::collections::BTreeSet;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{BufRead, BufReader, Lines, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::month::Month;

const FORMAT: u32 = 1;
const LINES: &str = ".jsonl.gz";
const MANIFEST: &str = ".manifest.json";

/// Contents of an archive, by which it is checked.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    month: String,
    /// Number of events.
    pub rows: u64,
    first: Option<String>,
    last: Option<String>,
    bytes: u64,
    /// Hash of the compressed file.
    sha256: String,
}

/// Archive of a month; a month may have several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Archive {
    /// Month of its events.
    pub month: Month,
    number: u32,
    folder: PathBuf,
}

impl Archive {
    /// The archive that a file belongs to, if it is named like one.
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let stem = name.strip_suffix(LINES).or_else(|| name.strip_suffix(MANIFEST))?;
        let (month, number) = stem.split_once('.').unwrap_or((stem, "1"));
        let month = month.strip_prefix("audit-")?.parse().ok()?;
        Some(Self { month, number: number.parse().ok()?, folder: path.parent()?.to_owned() })
    }

    /// All archives of a folder, in order.
    pub fn all(folder: &Path) -> anyhow::Result<BTreeSet<Self>> {
        let entries: Result<Vec<_>, _> = std::fs::read_dir(folder).and_then(Iterator::collect);
        let entries = entries.with_context(|| format!("cannot read {}", folder.display()))?;
        Ok(entries.iter().filter_map(|entry| Self::of(&entry.path())).collect())
    }

    /// The archives of a month, and the next one to write.
    pub fn of_month(folder: &Path, month: &Month) -> anyhow::Result<(Vec<Self>, Self)> {
        let known: Vec<_> =
            Self::all(folder)?.into_iter().filter(|archive| archive.month == *month).collect();
        let number = known.last().map_or(1, |last| last.number + 1);
        Ok((known, Self { month: month.clone(), number, folder: folder.to_owned() }))
    }

    fn path(&self, ending: &str) -> PathBuf {
        let behind = if self.number > 1 { format!(".{}", self.number) } else { String::new() };
        self.folder.join(format!("audit-{}{behind}{ending}", self.month))
    }

    /// Name of the file with its lines.
    pub fn name(&self) -> String {
        self.path(LINES).file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Reads its lines.
    pub fn lines(&self) -> anyhow::Result<Lines<impl BufRead + use<>>> {
        let path = self.path(LINES);
        let file = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(BufReader::new(GzDecoder::new(file)).lines())
    }

    /// Reads its manifest.
    pub fn manifest(&self) -> anyhow::Result<Manifest> {
        let path = self.path(MANIFEST);
        let text = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_slice(&text).with_context(|| damaged(&path))
    }

    /// Reads all of it, and compares it with its manifest.
    pub fn check(&self) -> anyhow::Result<()> {
        let manifest = self.manifest()?;
        let format = manifest.format;
        ensure!(format == FORMAT, "{} has the format {format} of another release", self.name());
        ensure!(self.describe()? == manifest, damaged(&self.path(LINES)));
        Ok(())
    }

    /// Checks it, or writes its manifest if that is missing.
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

    /// Makes the manifest of its lines.
    fn describe(&self) -> anyhow::Result<Manifest> {
        let path = self.path(LINES);
        let mut hash = Sha256::new();
        let bytes = File::open(&path).and_then(|mut file| std::io::copy(&mut file, &mut hash));
        let bytes = bytes.with_context(|| format!("cannot read {}", path.display()))?;
        let (mut rows, mut first, mut last) = (0, None, None);
        for line in self.lines()? {
            // A line begins with its time.
            last = line.with_context(|| damaged(&path))?.split('"').nth(3).map(str::to_owned);
            first = first.or_else(|| last.clone());
            rows += 1;
        }
        let sha256 = format!("{:x}", hash.finalize());
        Ok(Manifest { format: FORMAT, month: self.month.to_string(), rows, first, last, bytes, sha256 })
    }
}

/// Writer of an archive's lines.
pub struct Writer {
    gzip: GzEncoder<File>,
    path: PathBuf,
}

impl Writer {
    /// Creates the file, without its name yet.
    pub fn begin(archive: &Archive) -> anyhow::Result<Self> {
        let path = archive.path(LINES);
        Ok(Self { gzip: GzEncoder::new(begin(&path)?, Compression::default()), path })
    }

    /// Adds a line.
    pub fn add(&mut self, line: &str) -> anyhow::Result<()> {
        let written = self.gzip.write_all(line.as_bytes()).and_then(|()| self.gzip.write_all(b"\n"));
        written.with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// Completes the file and names it.
    pub fn end(self) -> anyhow::Result<()> {
        let file = self.gzip.finish().with_context(|| format!("cannot write {}", self.path.display()))?;
        end(&file, &self.path)
    }
}

/// Creates the folder of archives.
pub fn make(folder: &Path) -> anyhow::Result<()> {
    let made =
        DirBuilder::new().recursive(true).mode(0o700).create(folder).and_then(|()| folder.canonicalize());
    let made = made.with_context(|| format!("cannot make the folder {}", folder.display()))?;
    made.parent().map_or(Ok(()), sync)
}

/// Creates a file without its name yet. Only its owner may read it: it shows what users did.
fn begin(path: &Path) -> anyhow::Result<File> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(part(path));
    file.with_context(|| format!("cannot write {}", path.display()))
}

/// Gives a file its name. Both survive a crash from here on.
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
    format!("{} is damaged: replace it by another copy", path.display())
}
