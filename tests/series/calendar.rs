use serde_json::{Value, json};

use super::{Series, app_without_sidecar, due_date_of, generated_event, moments, with};

/// Dates of these instants.
fn days(moments: &[String]) -> Vec<&str> {
    moments.iter().map(|moment| &moment[..10]).collect()
}

#[tokio::test]
async fn a_monthly_task_on_january_31_returns_to_the_31st_after_each_shorter_month() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series =
        Series::start(&app, &ada, json!({ "frequency": "monthly", "start_date": "2031-01-31" })).await;

    let due_dates = series.first_due_dates(15).await;

    assert_eq!(
        days(&due_dates),
        [
            "2031-01-31",
            "2031-02-28",
            "2031-03-31",
            "2031-04-30",
            "2031-05-31",
            "2031-06-30",
            "2031-07-31",
            "2031-08-31",
            "2031-09-30",
            "2031-10-31",
            "2031-11-30",
            "2031-12-31",
            "2032-01-31",
            "2032-02-29",
            "2032-03-31",
        ]
    );
}

#[tokio::test]
async fn each_rule_has_occurrences_on_its_dates() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let weekdays = json!(["mon", "tue", "wed", "thu", "fri"]);
    for (rule, expected) in [
        (
            json!({ "frequency": "daily", "interval": 3, "start_date": "2031-02-26" }),
            ["2031-02-26", "2031-03-01", "2031-03-04", "2031-03-07"],
        ),
        // January 2 is a Thursday.
        (
            json!({ "frequency": "weekly", "start_date": "2031-01-02" }),
            ["2031-01-02", "2031-01-09", "2031-01-16", "2031-01-23"],
        ),
        (
            json!({ "frequency": "weekly", "by_weekday": weekdays, "start_date": "2031-01-02" }),
            ["2031-01-02", "2031-01-03", "2031-01-06", "2031-01-07"],
        ),
        (
            json!({ "frequency": "weekly", "interval": 2, "by_weekday": ["mon", "wed"],
                    "start_date": "2031-01-02" }),
            ["2031-01-06", "2031-01-08", "2031-01-20", "2031-01-22"],
        ),
        (
            json!({ "frequency": "monthly", "day_of_month": "last", "start_date": "2032-01-31" }),
            ["2032-01-31", "2032-02-29", "2032-03-31", "2032-04-30"],
        ),
        (
            json!({ "frequency": "monthly", "day_of_month": 31, "start_date": "2031-01-10" }),
            ["2031-01-31", "2031-02-28", "2031-03-31", "2031-04-30"],
        ),
        (
            json!({ "frequency": "monthly", "interval": 2, "day_of_month": 5, "start_date": "2031-01-10" }),
            ["2031-02-05", "2031-04-05", "2031-06-05", "2031-08-05"],
        ),
        (
            json!({ "frequency": "yearly", "interval": 2, "start_date": "2031-07-01" }),
            ["2031-07-01", "2033-07-01", "2035-07-01", "2037-07-01"],
        ),
    ] {
        let series = Series::start(&app, &ada, rule.clone()).await;
        assert_eq!(days(&moments(&series.get().await["next_occurrences"])), expected[..3], "{rule}");
        assert_eq!(days(&series.first_due_dates(4).await), expected, "{rule}");
    }
}

#[tokio::test]
async fn a_yearly_task_of_february_29_is_due_on_the_28th_in_other_years() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series =
        Series::start(&app, &ada, json!({ "frequency": "yearly", "start_date": "2032-02-29" })).await;

    let due_dates = series.first_due_dates(5).await;

    assert_eq!(days(&due_dates), ["2032-02-29", "2033-02-28", "2034-02-28", "2035-02-28", "2036-02-29"]);
}

#[tokio::test]
async fn nine_o_clock_stays_nine_o_clock_across_clock_changes() {
    let app = app_without_sidecar().await;
    for (zone, expected) in [
        ("Europe/Berlin", ["2031-03-29T08:00:00Z", "2031-03-30T07:00:00Z", "2031-03-31T07:00:00Z"]),
        ("Europe/Berlin", ["2031-10-25T07:00:00Z", "2031-10-26T08:00:00Z", "2031-10-27T08:00:00Z"]),
        ("America/New_York", ["2031-03-08T14:00:00Z", "2031-03-09T13:00:00Z", "2031-03-10T13:00:00Z"]),
        ("America/New_York", ["2031-11-01T13:00:00Z", "2031-11-02T14:00:00Z", "2031-11-03T14:00:00Z"]),
        ("Australia/Lord_Howe", ["2031-10-03T22:30:00Z", "2031-10-04T22:00:00Z", "2031-10-05T22:00:00Z"]),
        ("Australia/Lord_Howe", ["2031-04-04T22:00:00Z", "2031-04-05T22:30:00Z", "2031-04-06T22:30:00Z"]),
        ("Asia/Tokyo", ["2031-03-29T00:00:00Z", "2031-03-30T00:00:00Z", "2031-03-31T00:00:00Z"]),
    ] {
        let rule = json!({ "frequency": "daily", "start_date": expected[0] });
        let (ada, ben) = (app.guest_in(zone).await, app.guest().await);
        let of_user = Series::start(&app, &ada, rule.clone()).await;
        let of_series = Series::start(&app, &ben, with(rule, json!({ "timezone": zone }))).await;

        for series in [of_user, of_series] {
            assert_eq!(moments(&series.get().await["next_occurrences"]), expected, "{zone}");
            assert_eq!(series.first_due_dates(3).await, expected, "{zone}");
        }
    }
}

#[tokio::test]
async fn a_date_or_time_that_does_not_exist_is_adjusted_once_and_logged() {
    let app = app_without_sidecar().await;
    let ada = app.guest_in("Europe/Berlin").await;
    for (frequency, expected, what, wanted) in [
        (
            "monthly",
            ["2031-01-31T11:00:00Z", "2031-02-28T11:00:00Z", "2031-03-31T10:00:00Z"],
            "shorter_month",
            json!(31),
        ),
        // At half past two the clocks have already moved forward by an hour.
        (
            "daily",
            ["2031-03-29T01:30:00Z", "2031-03-30T01:30:00Z", "2031-03-31T00:30:00Z"],
            "skipped_time",
            json!("2031-03-30T02:30:00"),
        ),
        // Half past two occurs twice.
        (
            "daily",
            ["2031-10-25T00:30:00Z", "2031-10-26T00:30:00Z", "2031-10-27T01:30:00Z"],
            "repeated_time",
            json!("2031-10-26T02:30:00"),
        ),
    ] {
        let rule = json!({ "frequency": frequency, "start_date": expected[0] });
        let series = Series::start(&app, &ada, rule).await;
        assert_eq!(series.first_due_dates(2).await, expected[..2]);
        let adjusted = generated_event(&app, &series.open_occurrence().await).await;
        assert_eq!(adjusted["adjustment"][what], wanted, "{adjusted}");

        let usual = series.complete_and_deliver().await;

        assert_eq!(due_date_of(&usual), expected[2]);
        assert_eq!(generated_event(&app, &usual).await["adjustment"], Value::Null);
    }
}
