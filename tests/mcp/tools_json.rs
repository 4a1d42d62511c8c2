//! The descriptions of tools in the repository, for review before a merge.

use std::path::Path;

#[test]
fn the_tools_are_kept_beside_the_code() {
    let made = mcp::tools_json();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions/mcp/tools.json");
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    if made != kept {
        std::fs::write(&file, made).unwrap();
        panic!("functions/mcp/tools.json was out of date and has been regenerated: review and commit it");
    }
}
