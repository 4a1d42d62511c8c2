//! Scores files of cases: `judge FILE…`; shows one understanding: `judge say TEXT [NOW] [ZONE] [LOCALE]`;
//! mixes texts for some time: `judge fuzz FILE [SECONDS] [SEED]`.

use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.split_first() {
        Some((first, rest)) if first == "say" => say(rest),
        Some((first, rest)) if first == "fuzz" => fuzz(rest),
        _ => score(&arguments),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn score(files: &[String]) -> Result<bool, String> {
    let mut cases = Vec::new();
    for file in files {
        cases.extend(judge::read(file.as_ref())?);
    }
    Ok(judge::print(&cases))
}

fn fuzz(arguments: &[String]) -> Result<bool, String> {
    let number = |index: usize| arguments.get(index).and_then(|argument| argument.parse().ok());
    let (seconds, seed) = (number(1).unwrap_or(60), number(2).unwrap_or(1));
    let cases = judge::read(arguments.first().ok_or("a file of cases is needed")?.as_ref())?;
    let count = judge::fuzz(&cases, Duration::from_secs(seconds), seed)?;
    println!("{count} texts broke no rule.");
    Ok(true)
}

fn say(arguments: &[String]) -> Result<bool, String> {
    let get = |index: usize| arguments.get(index).map(String::as_str);
    let text = get(0).ok_or("a text is needed, such as `judge say \"call mom tomorrow\"`")?;
    print!("{}", judge::say(text, get(1), get(2), get(3))?);
    Ok(true)
}
