use crate::database::{Database, error, stdout};

#[tokio::test]
async fn an_account_becomes_an_administrator_and_an_ordinary_one_again() {
    let database = Database::create("admin").await;
    stdout(&database.run(&["migrate", "up"]));
    let register = "insert into app.users (id, email) values (gen_random_uuid(), 'ada@example.com')";
    database.client.batch_execute(register).await.unwrap();
    let is_admin = async || {
        database.client.query_one("select admin from app.users", &[]).await.unwrap().get::<_, bool>(0)
    };

    assert_eq!(stdout(&database.run(&["admin", "Ada@Example.com"])), "Ada@Example.com is an administrator");
    assert!(is_admin().await);
    let revoked = stdout(&database.run(&["admin", "ada@example.com", "--revoke"]));
    assert_eq!(revoked, "ada@example.com is no longer an administrator");
    assert!(!is_admin().await);
    let line = error(&database.run(&["admin", "bob@example.com"]));
    assert_eq!(line, "error: no account has the address bob@example.com: it must be registered first");
}
