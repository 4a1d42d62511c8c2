//! `cargo dev mail`: the e-mails in the mailbox of the data folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use sidecar::mail::{self, Mail};

use crate::project;
use crate::sidecar::MAIL;

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
    /// Keep running, and print new e-mails as they come
    #[arg(long)]
    follow: bool,
    /// Number of e-mails, the newest
    #[arg(long, default_value_t = 20, value_name = "N")]
    limit: usize,
    #[command(flatten)]
    folder: Folder,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Show a whole e-mail
    Show {
        /// Number in the list, where 1 is the newest, or id
        #[arg(default_value = "1", value_name = "NUMBER or ID")]
        mail: String,
        #[command(flatten)]
        folder: Folder,
    },
}

#[derive(Debug, clap::Args)]
struct Folder {
    /// The data folder [default: .taskflow in the project]
    #[arg(long)]
    data: Option<PathBuf>,
}

impl Folder {
    fn path(&self) -> PathBuf {
        project::data(self.data.as_deref()).join(MAIL)
    }
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    match arguments.action {
        Some(Action::Show { mail, folder }) => show(&folder.path(), &mail),
        None => list(&arguments.folder.path(), arguments.limit, arguments.follow).await,
    }
}

/// Prints the newest e-mails, oldest first, and with `follow` those that come later.
async fn list(folder: &Path, limit: usize, follow: bool) -> anyhow::Result<()> {
    let mails = mail::list(folder)?;
    if mails.is_empty() {
        explain_empty();
    }
    let newest = &mails[mails.len().saturating_sub(limit)..];
    for (path, number) in newest.iter().zip((1..=newest.len()).rev()) {
        println!("{number:>4}  {}", line(&mail::read(path)?));
    }
    if !follow {
        return Ok(());
    }
    let mut last = mails.last().cloned();
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        for path in mail::list(folder)? {
            if last.as_ref().is_none_or(|last| path > *last) {
                println!("   +  {}", line(&mail::read(&path)?));
                last = Some(path);
            }
        }
    }
}

fn show(folder: &Path, number_or_id: &str) -> anyhow::Result<()> {
    let mails = mail::list(folder)?;
    if mails.is_empty() {
        explain_empty();
        return Ok(());
    }
    let path = match number_or_id.parse::<usize>() {
        Ok(number) => number.checked_sub(1).and_then(|behind| mails.iter().nth_back(behind)),
        Err(_) => mails.iter().find(|path| path.file_stem().is_some_and(|id| id == number_or_id)),
    };
    let Some(path) = path else { bail!("there is no e-mail {number_or_id}: `cargo dev mail` lists them") };
    let mail = mail::read(path).context("it may have been deleted just now")?;
    for (name, value) in &mail.headers {
        println!("{name}: {}", printable(value));
    }
    println!("\n{}", printable(&mail.body));
    Ok(())
}

fn line(mail: &Mail) -> String {
    format!("{}  {}  {}", mail.time, printable(&mail.to), printable(&mail.subject))
}

/// Removes control characters, which could be commands for the terminal.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

fn explain_empty() {
    eprintln!(
        "no e-mails yet: those that TaskFlow sends under `cargo dev up` are kept here, unless TASKFLOW_SMTP_HOST is set"
    );
}
