//! `cargo dev mail`: what was sent, where nobody but us gets it.

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
    /// Go on with what comes from now on
    #[arg(long)]
    follow: bool,
    /// How many at the most, the newest
    #[arg(long, default_value_t = 20)]
    limit: usize,
    #[command(flatten)]
    folder: Folder,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Show one of them whole
    Show {
        /// Its number in the list, where 1 is the newest, or its id
        #[arg(default_value = "1")]
        which: String,
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
        Some(Action::Show { which, folder }) => show(&folder.path(), &which),
        None => list(&arguments.folder.path(), arguments.limit, arguments.follow).await,
    }
}

/// The newest, the last one last, and then what comes.
async fn list(folder: &Path, limit: usize, follow: bool) -> anyhow::Result<()> {
    let mails = mail::list(folder)?;
    if mails.is_empty() {
        explain();
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

fn show(folder: &Path, which: &str) -> anyhow::Result<()> {
    let mails = mail::list(folder)?;
    if mails.is_empty() {
        explain();
        return Ok(());
    }
    let path = match which.parse::<usize>() {
        Ok(number) => number.checked_sub(1).and_then(|behind| mails.iter().nth_back(behind)),
        Err(_) => mails.iter().find(|path| path.file_stem().is_some_and(|id| id == which)),
    };
    let Some(path) = path else { bail!("there is no mail {which}: `cargo dev mail` lists those that there are") };
    let mail = mail::read(path).context("it may have been deleted meanwhile")?;
    for (name, value) in &mail.headers {
        println!("{name}: {}", printable(value));
    }
    println!("\n{}", printable(&mail.body));
    Ok(())
}

fn line(mail: &Mail) -> String {
    format!("{}  {}  {}", mail.time, printable(&mail.to), printable(&mail.subject))
}

/// A mail says nothing to the terminal itself.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

fn explain() {
    eprintln!(
        "no mail yet: what TaskFlow sends under `cargo dev up` comes here, unless TASKFLOW_SMTP_HOST names a server"
    );
}
