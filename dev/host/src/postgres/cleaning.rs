//! Statements after which a connection must be cleaned before it is reused.

/// Parts of a query that leave state on its connection: a setting, a lock of the session, the position of a
/// sequence, a temporary table.
const STATEFUL: [&str; 6] = ["set_config", "advisory_lock", "nextval", "setval", "into temp", "into pg_temp"];

/// Returns true unless the statement is a plain query without any of the parts above. State that is left by a
/// database function which the query calls is not detected: settings and locks in functions should be those
/// of the transaction.
pub fn needs_cleaning(text: &str) -> bool {
    let text = text.trim_start().to_ascii_lowercase();
    let verb = text.split(|c: char| !c.is_ascii_alphabetic()).next();
    let is_query = matches!(verb, Some("select" | "with" | "values" | "insert" | "update" | "delete"));
    !is_query || STATEFUL.iter().any(|part| text.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_but_a_plain_query_needs_cleaning() {
        for text in [
            "select f($1, $2)",
            "  SELECT 1",
            "with a as (select 1) select * from a",
            "insert into t values (1)",
        ] {
            assert!(!needs_cleaning(text), "{text}");
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
            assert!(needs_cleaning(text), "{text}");
        }
    }
}
