//! Embeds the SQL files of the release: writes a list of `include_str!` for `main.rs`.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let mut list = String::from("&[\n");
    let mut folders: Vec<String> = ["crates", "functions", "migrations"].map(String::from).into();
    while let Some(folder) = folders.pop() {
        // A new file is noticed by its folder.
        println!("cargo::rerun-if-changed={}", project.join(&folder).display());
        for entry in std::fs::read_dir(project.join(&folder))? {
            let entry = entry?;
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if path.ends_with(".sql") {
                list += &format!("    ({path:?}, include_str!({:?})),\n", project.join(&path));
            }
        }
    }
    let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    std::fs::write(Path::new(&out).join("sql_files.rs"), list + "]\n")
}
