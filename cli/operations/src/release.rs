//! The SQL files of a release: migrations, database functions, and the bodies of statements.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, ensure};
use frames::Framed;

/// The SQL of a release.
#[derive(Debug)]
pub struct Release {
    /// Hash of all statements. Components ask for it at `/ready`.
    pub name: String,
    /// Migrations, in order.
    pub migrations: Vec<Migration>,
    /// Database functions, by name.
    pub(crate) functions: BTreeMap<String, Function>,
    /// Statements and their files, by the name under which they are installed.
    pub(crate) statements: BTreeMap<String, (Framed, String)>,
}

/// Step of the schema.
#[derive(Debug)]
pub struct Migration {
    pub(crate) number: i32,
    pub(crate) name: String,
    pub(crate) up: String,
    pub(crate) down: String,
    pub(crate) checksum: String,
}

impl Migration {
    /// Number and name, as `0001_accounts`.
    pub fn label(&self) -> String {
        format!("{:04}_{}", self.number, self.name)
    }
}

/// File of `migrations/functions/`.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) sql: String,
    pub(crate) checksum: String,
}

impl Release {
    /// Parses the SQL files of a project, given by their paths. Files that are not part of a release are
    /// skipped.
    pub fn parse<T: AsRef<str>>(files: impl IntoIterator<Item = (T, T)>) -> anyhow::Result<Self> {
        let files: BTreeMap<String, String> = files
            .into_iter()
            .filter(|(path, _)| is_of_release(path.as_ref()))
            .map(|(path, text)| (path.as_ref().to_owned(), text.as_ref().to_owned()))
            .collect();
        let (mut migrations, mut functions, mut statements) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        for (path, text) in &files {
            let (folder, file) = path.rsplit_once('/').unwrap_or_default();
            if folder == "migrations/functions" {
                let checksum = checksum(text);
                functions.insert(stem(file).to_owned(), Function { sql: text.clone(), checksum });
            } else if folder == "migrations" {
                let Some(label) = file.strip_suffix(".up.sql") else { continue };
                migrations.push(migration(label, text, &files)?);
            } else {
                let framed = frames::frame(stem(file), text).with_context(|| path.clone())?;
                statements.insert(framed.name.clone(), (framed, path.clone()));
            }
        }
        for (migration, expected) in migrations.iter().zip(1..) {
            ensure!(
                migration.number == expected,
                "migrations/{}.up.sql should have the number {expected:04}",
                migration.label()
            );
        }
        let names = statements.keys().cloned().collect::<Vec<_>>().join("\n");
        Ok(Self { name: checksum(&names), migrations, functions, statements })
    }

    /// Reads the files of a project.
    pub fn read(project: &Path) -> anyhow::Result<Self> {
        let mut files = Vec::new();
        for path in
            sql_files(project).with_context(|| format!("cannot list the SQL of {}", project.display()))?
        {
            let text = std::fs::read_to_string(project.join(&path))
                .with_context(|| format!("cannot read {path}"))?;
            files.push((path, text));
        }
        Self::parse(files)
    }
}

/// True for the SQL files of a release. The others below its folders are the frames, the SQL of
/// tests, and the generated description of the schema.
fn is_of_release(path: &str) -> bool {
    match path.split('/').next() {
        Some("migrations") => path != "migrations/schema.sql",
        Some("crates" | "functions") => path.contains("/src/") && !path.starts_with("crates/frames/src/"),
        _ => false,
    }
}

/// All SQL files below the folders of a release.
fn sql_files(project: &Path) -> std::io::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders: Vec<String> = ["crates", "functions", "migrations"].map(String::from).into();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(project.join(&folder))? {
            let entry = entry?;
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if path.ends_with(".sql") {
                found.push(path);
            }
        }
    }
    Ok(found)
}

fn migration(label: &str, up: &str, files: &BTreeMap<String, String>) -> anyhow::Result<Migration> {
    let (number, name) = label
        .split_once('_')
        .and_then(|(number, name)| Some((number.parse().ok()?, name.to_owned())))
        .with_context(|| format!("migrations/{label}.up.sql must be named like 0001_what_it_adds.up.sql"))?;
    let down = files
        .get(&format!("migrations/{label}.down.sql"))
        .with_context(|| format!("migrations/{label}.up.sql has no {label}.down.sql beside it"))?;
    Ok(Migration { number, name, up: up.to_owned(), down: down.clone(), checksum: checksum(up) })
}

fn stem(file: &str) -> &str {
    file.strip_suffix(".sql").unwrap_or(file)
}

fn checksum(text: &str) -> String {
    format!("{:016x}", frames::checksum(text))
}
