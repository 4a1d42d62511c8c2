//! Scores files of cases: `judge FILE…`; shows one understanding: `judge say "text"`.

fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((first, rest)) if first == "say" => judge::say(rest),
        _ => judge::run(&arguments),
    }
}
