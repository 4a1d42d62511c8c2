use serde_json::json;
use tests::App;

#[tokio::test]
async fn the_newest_task_comes_first() {
    let app = App::start().await;
    let ada = app.guest().await;
    for title in ["one", "two", "three"] {
        ada.task(title).await;
    }

    assert_eq!(ada.titles("/api/tasks").await, ["three", "two", "one"]);
    assert_eq!(ada.titles("/api/tasks?sort_by=created_at").await, ["one", "two", "three"]);
    assert_eq!(ada.titles("/api/tasks?sort_by=created_at&sort_order=desc").await, ["three", "two", "one"]);
}

#[tokio::test]
async fn sorting_by_due_date_puts_tasks_without_one_last() {
    let app = App::start().await;
    let ada = app.guest().await;
    ada.create(json!({ "title": "late", "due_date": "2032-01-01T00:00:00Z" })).await;
    ada.create(json!({ "title": "whenever" })).await;
    ada.create(json!({ "title": "soon", "due_date": "2031-01-01T00:00:00Z" })).await;

    assert_eq!(ada.titles("/api/tasks?sort_by=due_date").await, ["soon", "late", "whenever"]);
    assert_eq!(ada.titles("/api/tasks?sort_by=due_date&sort_order=desc").await, ["late", "soon", "whenever"]);
}

#[tokio::test]
async fn filters_can_be_combined_and_total_counts_all_matches() {
    let app = App::start().await;
    let ada = app.guest().await;
    for (title, priority) in [("a", "high"), ("b", "high"), ("c", "low"), ("d", "high")] {
        ada.create(json!({ "title": title, "priority": priority })).await;
    }
    let done = ada.task("done").await;
    ada.post(&format!("{done}/complete"), json!({})).await.expect(200);
    app.guest().await.task("of somebody else").await;

    assert_eq!(ada.titles("/api/tasks?status=completed").await, ["done"]);
    assert_eq!(ada.titles("/api/tasks?priority=High").await, ["d", "b", "a"]);
    assert_eq!(ada.titles("/api/tasks?status=completed&priority=high").await, [] as [&str; 0]);
    let page = ada.get("/api/tasks?status=active&priority=high&limit=2").await.expect(200).json();
    assert_eq!(page["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(page["total"], 3);
}

#[tokio::test]
async fn an_invalid_parameter_is_reported() {
    let app = App::start().await;
    let ada = app.guest().await;
    for (query, name) in [
        ("status=open", "status"),
        ("priority=1", "priority"),
        ("sort_by=colour", "sort_by"),
        ("sort_order=up", "sort_order"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("colour=red", "colour"),
        ("status=active&status=completed", "status"),
        ("%00=1", "\0"),
    ] {
        let problem = ada.get(&format!("/api/tasks?{query}")).await.problem(422);
        assert_eq!(problem["errors"][0]["parameter"], name, "{query}: {problem}");
    }
}
