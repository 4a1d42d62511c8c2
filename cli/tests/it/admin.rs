use crate::database::{Database, error, stdout};

#[tokio::test]
async fn an_account_becomes_an_administrator_and_an_ordinary_one_again() {
    let database = Database::create("admin").await;
    stdout(&database.run(&["migrate", "up"]));
    let register = "insert into app.users (id, email, email_verified)
                    values (gen_random_uuid(), 'ada@example.com', true)";
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

#[tokio::test]
async fn an_address_that_is_not_confirmed_makes_no_administrator() {
    let database = Database::create("admin_unconfirmed").await;
    stdout(&database.run(&["migrate", "up"]));
    let register = "insert into app.users (id, email) values (gen_random_uuid(), 'ada@example.com')";
    database.client.batch_execute(register).await.unwrap();

    let line = error(&database.run(&["admin", "ada@example.com"]));

    assert_eq!(
        line,
        "error: ada@example.com is not confirmed yet: follow the link in the e-mail that was sent to it first"
    );
    let admins = database.client.query("select 1 from app.users where admin", &[]).await.unwrap();
    assert_eq!(admins.len(), 0);
    let revoked = stdout(&database.run(&["admin", "ada@example.com", "--revoke"]));
    assert_eq!(revoked, "ada@example.com is no longer an administrator");
    let line = error(&database.run(&["admin", "<ada@example.com>"]));
    assert_eq!(line, "error: <ada@example.com> must be an e-mail address, such as ada@example.com");
}
