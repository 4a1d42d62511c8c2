//! Reading the mails of a mailbox.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use mail_parser::{DateTime, HeaderName, MessageParser};

/// A mail.
#[derive(Clone, Debug)]
pub struct Mail {
    /// File name without its extension.
    pub id: String,
    /// Time of arrival, such as `2026-11-21T10:00:00Z`.
    pub time: String,
    /// Recipients.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Names and values of all headers; the subject is decoded.
    pub headers: Vec<(String, String)>,
    /// Body, as HTML if the mail has it.
    pub body: String,
}

/// Lists the mails of a folder, the oldest first. A folder that does not exist has no mails.
pub fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", folder.display())),
    };
    let mut mails = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "eml") {
            mails.push(path);
        }
    }
    mails.sort();
    Ok(mails)
}

/// Reads a mail.
pub fn read(path: &Path) -> Result<Mail> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let message =
        MessageParser::new().parse(&bytes).with_context(|| format!("{} is not a mail", path.display()))?;
    let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let millis = id.split('-').next().and_then(|millis| millis.parse::<i64>().ok()).unwrap_or_default();
    let headers = message.headers().iter().map(|header| {
        let raw = String::from_utf8_lossy(
            bytes.get(header.offset_start() as usize..header.offset_end() as usize).unwrap_or_default(),
        );
        let value = if header.name == HeaderName::Subject {
            header.value.as_text().unwrap_or_default()
        } else {
            raw.trim()
        };
        (header.name.as_str().to_owned(), value.split_whitespace().collect::<Vec<_>>().join(" "))
    });
    let headers: Vec<_> = headers.collect();
    let value = |name: &str| {
        headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    };
    let part = message.html_part(0).or_else(|| message.text_part(0));
    Ok(Mail {
        id,
        time: DateTime::from_timestamp(millis / 1000).to_rfc3339(),
        to: value("To").unwrap_or_default(),
        subject: value("Subject").unwrap_or_default(),
        body: part.and_then(|part| part.text_contents()).unwrap_or_default().to_owned(),
        headers,
    })
}
