use serde_json::{Value, json};
use tests::Person;

use super::{SERIES_PATH, Series, app_without_sidecar, deliver, due_date_of, moment, moments, path};

/// Changes the time zone of a user.
async fn change_zone(ada: &Person, zone: &str) {
    ada.patch("/api/auth/me", json!({ "timezone": zone })).await.expect(200);
}

#[tokio::test]
async fn a_series_keeps_its_local_time_when_its_user_moves() {
    let app = app_without_sidecar().await;
    let ada = app.guest_in("Europe/Berlin").await;
    let rule = json!({ "frequency": "daily", "start_date": "2031-06-01T09:00:00+02:00" });
    let series = Series::start(&app, &ada, rule).await;
    let first = series.open_occurrence().await;
    series.complete_and_deliver().await;
    let past = ada.get(&path(&first)).await.expect(200).json();

    change_zone(&ada, "America/New_York").await;

    let moved = series.get().await;
    assert_eq!(moved["timezone"], "America/New_York");
    let expected = ["2031-06-02T13:00:00Z", "2031-06-03T13:00:00Z", "2031-06-04T13:00:00Z"];
    assert_eq!(moment(&moved["next_occurrence"]), expected[0]);
    assert_eq!(moments(&moved["next_occurrences"]), expected);
    assert_eq!(ada.get(&path(&first)).await.expect(200).json(), past, "past occurrences stay");
    assert_eq!(series.first_due_dates(3).await, expected);
    change_zone(&ada, "Europe/Berlin").await;
    assert_eq!(due_date_of(&series.open_occurrence().await), "2031-06-04T07:00:00Z", "and back");
}

#[tokio::test]
async fn an_all_day_series_keeps_its_dates_in_another_time_zone() {
    let app = app_without_sidecar().await;
    let ada = app.guest_in("Europe/Berlin").await;
    let series =
        Series::start(&app, &ada, json!({ "frequency": "monthly", "start_date": "2031-01-31" })).await;

    change_zone(&ada, "America/New_York").await;

    let moved = series.get().await;
    assert_eq!(moved["start_date"], "2031-01-31");
    assert_eq!(moment(&moved["next_occurrence"]), "2031-02-01T04:59:00Z");
    let open = series.open_occurrence().await;
    assert_eq!((due_date_of(&open).as_str(), &open["all_day"]), ("2031-02-01T04:59:00Z", &json!(true)));
    assert_eq!(due_date_of(&series.complete_and_deliver().await), "2031-03-01T04:59:00Z");
}

#[tokio::test]
async fn a_series_with_its_own_time_zone_stays_when_its_user_moves() {
    let app = app_without_sidecar().await;
    let ada = app.guest_in("Europe/Berlin").await;
    let rule = json!({ "frequency": "daily", "start_date": "2031-06-01T09:00:00+02:00",
                       "timezone": "europe/berlin" });
    let series = Series::start(&app, &ada, rule).await;
    let before = (series.get().await, series.open_occurrence().await);
    assert_eq!(before.0["timezone"], "Europe/Berlin");

    change_zone(&ada, "America/New_York").await;

    assert_eq!((series.get().await, series.open_occurrence().await), before);
    assert_eq!(due_date_of(&series.complete_and_deliver().await), "2031-06-02T07:00:00Z");
}

#[tokio::test]
async fn a_postponed_occurrence_stays_when_its_user_moves() {
    let app = app_without_sidecar().await;
    let ada = app.guest_in("Europe/Berlin").await;
    let rule = json!({ "frequency": "daily", "start_date": "2031-06-01T09:00:00+02:00" });
    let series = Series::start(&app, &ada, rule).await;
    let put_off = json!({ "due_date": "2031-06-01T12:34:00Z" });
    ada.patch(&path(&series.open_occurrence().await), put_off).await.expect(200);

    change_zone(&ada, "America/New_York").await;

    assert_eq!(due_date_of(&series.open_occurrence().await), "2031-06-01T12:34:00Z");
    assert_eq!(moment(&series.get().await["next_occurrence"]), "2031-06-01T13:00:00Z");
    assert_eq!(due_date_of(&series.complete_and_deliver().await), "2031-06-02T13:00:00Z");
}

#[tokio::test]
async fn a_move_while_an_event_is_in_flight_applies_to_the_next_occurrence() {
    let app = app_without_sidecar().await;
    let ada = app.guest_in("Europe/Berlin").await;
    let rule = json!({ "frequency": "daily", "start_date": "2031-06-01T09:00:00+02:00" });
    let series = Series::start(&app, &ada, rule).await;
    series.complete().await;

    change_zone(&ada, "America/New_York").await;
    deliver(&app).await;

    assert_eq!(due_date_of(&series.open_occurrence().await), "2031-06-02T13:00:00Z");
    assert_eq!(due_date_of(&series.complete_and_deliver().await), "2031-06-03T13:00:00Z");
}

#[tokio::test]
async fn a_stopped_series_does_not_move() {
    let app = app_without_sidecar().await;
    let ada = app.guest_in("Europe/Berlin").await;
    let rule = json!({ "frequency": "daily", "start_date": "2031-06-01T09:00:00+02:00" });
    let series = Series::start(&app, &ada, rule).await;
    ada.delete(&series.path).await.expect(204);

    change_zone(&ada, "America/New_York").await;

    let stopped = series.get().await;
    assert_eq!((&stopped["status"], &stopped["next_occurrence"]), (&json!("ended"), &Value::Null));
}

#[tokio::test]
async fn a_series_can_get_a_time_zone_and_follow_its_user_again() {
    let app = app_without_sidecar().await;
    let ada = app.guest_in("Europe/Berlin").await;
    let rule = json!({ "frequency": "daily", "start_date": "2031-06-01T09:00:00+02:00" });
    let series = Series::start(&app, &ada, rule).await;

    series.patch(json!({ "timezone": "Asia/Tokyo" })).await.expect(200);
    assert_eq!(due_date_of(&series.open_occurrence().await), "2031-06-01T00:00:00Z", "nine o'clock in Tokyo");
    change_zone(&ada, "America/New_York").await;
    assert_eq!(due_date_of(&series.open_occurrence().await), "2031-06-01T00:00:00Z");

    let following = series.patch(json!({ "timezone": null })).await.expect(200).json();
    assert_eq!(following["timezone"], "America/New_York");
    assert_eq!(due_date_of(&series.open_occurrence().await), "2031-06-01T13:00:00Z");
    change_zone(&ada, "Europe/Berlin").await;
    assert_eq!(due_date_of(&series.open_occurrence().await), "2031-06-01T07:00:00Z");
}

#[tokio::test]
async fn a_day_whose_last_minute_is_skipped_or_repeated_still_ends_on_that_day() {
    let app = app_without_sidecar().await;
    for (zone, day, expected) in [
        // At midnight the clocks there go back to eleven: the first pass counts.
        ("America/Santiago", "2027-04-03", "2027-04-04T02:59:00Z"),
        // From eleven they go forward to midnight.
        ("America/Nuuk", "2031-03-29", "2031-03-30T00:59:00Z"),
        ("America/Scoresbysund", "2032-03-27", "2032-03-28T00:59:00Z"),
    ] {
        let ada = app.guest_in(zone).await;
        let series = Series::start(&app, &ada, json!({ "frequency": "yearly", "start_date": day })).await;
        let task = json!({ "title": "x", "due_date": day, "allow_past": true });

        let shown = series.get().await;

        assert_eq!(shown["next_occurrence"], series.open_occurrence().await["due_date"], "{zone}");
        assert_eq!(moment(&shown["next_occurrence"]), expected, "{zone}");
        assert_eq!(moments(&shown["next_occurrences"])[0], expected, "{zone}");
        assert_eq!(
            moment(&ada.get(SERIES_PATH).await.expect(200).json()["items"][0]["next_occurrence"]),
            expected,
            "{zone}"
        );
        assert_eq!(due_date_of(&ada.create(task).await.json()), expected, "{zone}: as it is for every task");
    }
}

#[tokio::test]
async fn an_all_day_occurrence_stays_on_its_day_where_the_last_hour_is_skipped() {
    let app = app_without_sidecar().await;
    let ada = app.guest_in("America/Nuuk").await;
    let series = Series::start(&app, &ada, json!({ "frequency": "daily", "start_date": "2031-03-28" })).await;

    let expected = ["2031-03-29T01:59:00Z", "2031-03-30T00:59:00Z", "2031-03-31T00:59:00Z"];
    assert_eq!(moments(&series.get().await["next_occurrences"]), expected);
    assert_eq!(series.first_due_dates(3).await, expected);
}
