//! The OpenAPI document matches the code.

use std::path::Path;

use tests::App;

#[test]
fn the_document_is_made_from_the_routes_of_all_functions() {
    let mut paths = serde_json::Map::new();
    for routes in [
        audit::ROUTES,
        auth::ROUTES,
        housekeeping::ROUTES,
        notifications::ROUTES,
        ops::ROUTES,
        outbox_relay::ROUTES,
        realtime::ROUTES,
        recurrence::ROUTES,
        reminder_cron::ROUTES,
        tasks::ROUTES,
        understand::ROUTES,
    ] {
        paths.extend(web::paths(routes));
    }
    let made = format!("{:#}\n", web::document(paths));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions/ops/openapi.json");
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    if made != kept {
        std::fs::write(&file, made).unwrap();
        panic!("functions/ops/openapi.json was out of date and has been regenerated: review and commit it");
    }
}

#[tokio::test]
async fn the_document_is_served() {
    let app = App::start().await;
    let document = app.get("/api/openapi.json").await.expect(200).json();
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["paths"]["/api/tasks/{id}/complete"]["post"].is_object());
}
