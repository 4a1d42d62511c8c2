//! The pages behind links in e-mails, as a browser without scripts uses them.

use serde_json::{Value, json};
use tests::{App, Person, Response};

use super::mails::{add_link, confirmed_account, link, mail_to};

const NEW: &str = "another sample password";

/// Sends a form, as a browser does from the page.
async fn submit(app: &App, path: &str, body: &str) -> Response {
    app.call("POST", path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(body.to_owned())
        .send()
        .await
}

/// Returns the value of an attribute on a page.
fn attribute<'a>(page: &'a Response, before: &str) -> &'a str {
    let (_, rest) = page.text.split_once(before).unwrap_or_else(|| panic!("no {before}: {page:?}"));
    rest.split('"').next().unwrap()
}

#[track_caller]
fn assert_page(page: &Response, status: u16) {
    assert_eq!(page.status, status, "{page:?}");
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(
        page.header("content-security-policy"),
        "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "same-origin");
    assert_eq!(page.header("x-frame-options"), "DENY");
    for inline in ["<script", "<style", "style=", "onload", "onclick", "javascript:"] {
        assert!(!page.text.contains(inline), "{inline}: {page:?}");
    }
    assert!(page.text.contains("<html lang=\"en\">") && page.text.contains("<h1>"), "{page:?}");
}

async fn is_verified(person: &Person) -> Value {
    person.get("/api/auth/me").await.expect(200).json()["email_verified"].clone()
}

async fn login(app: &App, password: &str) -> Response {
    app.post("/api/auth/login", json!({ "email": "ada@example.com", "password": password })).await
}

#[tokio::test]
async fn opening_the_link_changes_nothing_and_its_form_confirms_the_address() {
    let app = App::with_events().await;
    let ada = app.account("ada@example.com").await;
    let link = link(&mail_to(&app, "ada@example.com", 1).await);

    for method in ["GET", "HEAD", "GET"] {
        app.call(method, &link).send().await.expect(200);
    }
    let page = app.get(&link).await;
    assert_page(&page, 200);
    assert_eq!(is_verified(&ada).await, false, "mail scanners follow links");
    let (action, token) = (attribute(&page, "action=\"").to_owned(), attribute(&page, "value=\"").to_owned());
    let done = submit(&app, &action, &format!("token={token}")).await;

    assert_page(&done, 200);
    assert_eq!(is_verified(&ada).await, true);
    assert_page(&submit(&app, &action, &format!("token={token}")).await, 410);
}

#[tokio::test]
async fn the_form_behind_the_link_sets_a_new_password() {
    let app = App::with_events().await;
    confirmed_account(&app, "ada@example.com").await;
    app.post("/api/auth/forgot-password", json!({ "email": "ada@example.com" })).await.expect(202);
    let link = link(&mail_to(&app, "ada@example.com", 2).await);

    let page = app.get(&link).await;
    assert_page(&page, 200);
    let (action, token) = (attribute(&page, "action=\"").to_owned(), attribute(&page, "value=\"").to_owned());
    assert_page(&submit(&app, &action, &format!("token={token}&password=short")).await, 422);
    let done = submit(&app, &action, &format!("token={token}&password={}", NEW.replace(' ', "+"))).await;

    assert_page(&done, 200);
    assert!(!done.text.contains(NEW) && !done.text.contains(&token), "{done:?}");
    login(&app, "a sample password").await.problem(401);
    login(&app, NEW).await.expect(200);
    let again = submit(&app, &action, &format!("token={token}&password=a+third+password")).await;
    assert_page(&again, 410);
}

#[tokio::test]
async fn parameters_that_trackers_add_to_a_link_are_ignored() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;
    let token = add_link(&app, &ada, "confirm_email", "ada@example.com").await;

    for path in ["/confirm-email", "/reset-password"] {
        for query in [
            format!("token={token}&utm_source=x&utm_source=y"),
            format!("fbclid=%ff&token={token}&"),
            format!("a&b=&token={token}"),
        ] {
            let page = app.get(&format!("{path}?{query}")).await;
            assert_page(&page, 200);
            assert_eq!(attribute(&page, "value=\""), token, "{path}?{query}");
            assert_eq!(attribute(&page, "action=\""), path);
        }
        assert_page(&app.get(&format!("{path}?utm_source={token}")).await, 404);
    }
}

#[tokio::test]
async fn an_incomplete_link_is_explained_and_never_repeated() {
    let app = App::start().await;
    for path in ["/confirm-email", "/reset-password"] {
        for query in ["", "?token=", "?token=123", "?token=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"] {
            assert_page(&app.get(&format!("{path}{query}")).await, 404);
        }
        assert_page(&submit(&app, path, "").await, if path == "/confirm-email" { 404 } else { 422 });
        assert_page(&submit(&app, path, "token=123&password=a+sample+password").await, 404);
    }
    app.get("/confirm-email/more").await.problem(404);
}

#[tokio::test]
async fn a_form_on_another_site_cannot_use_a_link() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;
    let token = add_link(&app, &ada, "confirm_email", "ada@example.com").await;

    let call = app.call("POST", "/confirm-email").header("sec-fetch-site", "cross-site");
    call.body(format!("token={token}")).send().await.problem(403);

    assert_eq!(is_verified(&ada).await, false);
}

#[tokio::test]
async fn the_pages_are_not_part_of_the_api() {
    let app = App::start().await;
    let document = app.get("/api/openapi.json").await.expect(200).json();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.keys().all(|path| !path.contains("confirm-email") || path.starts_with("/api/")));
    assert!(paths.contains_key("/api/auth/confirm-email"), "{:?}", paths.keys());
}
