use rustix::process::Signal;

use crate::command::{Up, error, folder, run, said, until};

#[test]
fn what_is_set_holds_while_it_runs_and_what_makes_no_sense_is_never_set() {
    let data = folder("settings");
    let data_text = data.display().to_string();
    let settings = |arguments: &[&str]| run(&[&["settings"], arguments, &["--data", &data_text]].concat());
    let up = Up::start(&data);
    let authorization = format!("authorization: Bearer {}\r\n", up.guest());
    let limit_is = |limit: &str| {
        until(limit, || up.ask("GET /api/auth/me", &authorization, "").contains(limit));
    };

    assert!(said(&settings(&[])).contains("limits.user             1000/10     requests per user"));
    let told = said(&settings(&["set", "limits.user", "77/60"]));
    assert_eq!(told, "limits.user is 77/60 within 30 seconds, where TaskFlow runs");
    limit_is(r#""user";q=77;w=60"#);
    assert!(said(&settings(&[])).contains("limits.user             77/60       requests per user"));
    assert!(error(&settings(&["set", "limits.user", "many"])).contains("limits.user must be requests/seconds"));
    assert!(error(&settings(&["set", "limits.everybody", "1/1"])).contains("there is no setting limits.everybody"));
    assert!(error(&settings(&["unset", "limits.everybody"])).contains("there is no setting limits.everybody"));
    said(&settings(&["unset", "limits.user"]));
    limit_is(r#""user";q=1000;w=10"#);

    assert_eq!(up.end(Signal::TERM), Some(0));
}
