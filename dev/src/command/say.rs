//! `cargo dev say`: shows how a sentence is understood.

use anyhow::anyhow;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Sentence, in quotation marks
    text: String,
    /// Time at which it is said, such as 2026-03-04T10:00:00Z [default: the current time]
    #[arg(long)]
    now: Option<String>,
    /// Time zone of the user, such as Europe/Berlin [default: that of this machine]
    #[arg(long)]
    timezone: Option<String>,
    /// Locale of the user, such as en-US
    #[arg(long)]
    locale: Option<String>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let Arguments { text, now, timezone, locale } = arguments;
    let shown = judge::say(text, now.as_deref(), timezone.as_deref(), locale.as_deref())
        .map_err(|error| anyhow!(error))?;
    print!("{shown}");
    Ok(())
}
