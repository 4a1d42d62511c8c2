//! The sources of the workspace.

use std::path::{Path, PathBuf};

/// Each target is compiled a second time for its unit tests, which takes minutes in all.
#[test]
fn a_target_is_compiled_for_unit_tests_if_it_has_some() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut count = 0;
    for manifest in files_below(&root, "Cargo.toml") {
        let sources = manifest.with_file_name("src");
        if !sources.exists() {
            continue;
        }
        let is_tested = !std::fs::read_to_string(&manifest).unwrap().contains("\ntest = false\n");
        let has_tests = files_below(&sources, ".rs")
            .iter()
            .any(|file| std::fs::read_to_string(file).unwrap().contains("#[test]"));
        assert_eq!(is_tested, has_tests, "{} should say `test = {has_tests}`", manifest.display());
        count += 1;
    }
    assert!(count > 20, "only {count} packages were found");
}

fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if name.starts_with('.') || name == "target" || name == "node_modules" {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            found.extend(files_below(&entry.path(), ending));
        } else if name.ends_with(ending) {
            found.push(entry.path());
        }
    }
    found
}
