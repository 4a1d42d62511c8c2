//! Which statements need no cleaning up after them.

/// What makes an otherwise plain statement leave something on its connection: a setting, a lock of the session, the
/// position of a sequence, a temporary table.
const TRACES: [&str; 6] = ["set_config", "advisory_lock", "nextval", "setval", "into temp", "into pg_temp"];

/// Whether nothing of a statement stays on its connection: it starts as a plain query and names none of the above. What
/// a database function does inside is its author's affair: settings and locks there should be those of the transaction.
pub fn leaves_nothing(text: &str) -> bool {
    let text = text.trim_start().to_ascii_lowercase();
    let verb = text.split(|c: char| !c.is_ascii_alphabetic()).next();
    matches!(verb, Some("select" | "with" | "values" | "insert" | "update" | "delete"))
        && !TRACES.iter().any(|trace| text.contains(trace))
}

#[cfg(test)]
mod tests {
    use super::leaves_nothing;

    #[test]
    fn only_plain_statements_need_no_cleaning() {
        for text in
            ["select f($1, $2)", "  SELECT 1", "with a as (select 1) select * from a", "insert into t values (1)"]
        {
            assert!(leaves_nothing(text), "{text}");
        }
        for text in [
            "set search_path = x",
            "begin",
            "listen a",
            "create temp table t()",
            "select set_config('a.b', 'c', false)",
            "select pg_advisory_lock(1)",
            "select 1 into temp t",
            "-- a comment hides the verb\nset a.b = 'c'",
            "",
        ] {
            assert!(!leaves_nothing(text), "{text}");
        }
    }
}
