use crate::database::{Database, error, stdout};

/// Positions at which the columns of a table begin, taken from a row without spaces in its cells.
fn columns(line: &str) -> Vec<usize> {
    let begins = |(at, c): (usize, char)| {
        (c != ' ' && (at == 0 || line.chars().nth(at - 1) == Some(' '))).then_some(at)
    };
    line.chars().enumerate().filter_map(begins).take(3).collect()
}

#[tokio::test]
async fn a_setting_is_changed_and_restored_and_an_invalid_one_is_rejected() {
    let database = Database::create("settings").await;
    stdout(&database.run(&["migrate", "up"]));

    let changed = stdout(&database.run(&["settings", "set", "limits.user", "77/60"]));
    assert_eq!(changed, "limits.user will be 77/60 within 30 seconds");
    assert!(stdout(&database.run(&["settings"])).contains("77/60"));
    assert!(
        error(&database.run(&["settings", "set", "limits.user", "many"])).contains("limits.user must be")
    );
    assert!(
        error(&database.run(&["settings", "set", "limits.all", "1/1"]))
            .contains("there is no setting limits.all")
    );
    assert!(
        error(&database.run(&["settings", "unset", "limits.all"])).contains("there is no setting limits.all")
    );
    let restored = stdout(&database.run(&["settings", "unset", "limits.user"]));
    assert_eq!(restored, "limits.user will be 1000/10 within 30 seconds");
}

#[tokio::test]
async fn the_table_keeps_its_columns_whatever_was_written_into_the_store() {
    let database = Database::create("columns").await;
    stdout(&database.run(&["migrate", "up"]));
    let long = "x".repeat(500);
    for (key, value) in [("limits.user", "1000000000/86400"), ("publish.batch", &*long), ("odd\nkey", "a\tb")]
    {
        let write = "insert into dapr.configuration (key, value) values ($1, $2)";
        database.client.execute(write, &[&key, &value]).await.unwrap();
    }

    let table = stdout(&database.run(&["settings"]));

    let lines: Vec<&str> = table.lines().collect();
    let expected = columns(lines[0]);
    assert_eq!(expected.len(), 3, "{table}");
    for line in lines {
        let chars: Vec<char> = line.chars().collect();
        for at in &expected {
            assert!(chars[*at] != ' ' && (*at == 0 || chars[*at - 1] == ' '), "{line:?} in {table}");
        }
    }
}
