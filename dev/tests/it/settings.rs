use rustix::process::Signal;

use crate::command::{Up, folder, run, stdout, until};

#[test]
fn a_setting_takes_effect_while_it_runs() {
    let data = folder("settings");
    let data_text = data.display().to_string();
    let settings = |arguments: &[&str]| run(&[&["settings"], arguments, &["--data", &data_text]].concat());
    let up = Up::start(&data);
    let authorization = format!("authorization: Bearer {}\r\n", up.guest());
    let limit_is = |limit: &str| {
        until(limit, || up.send("GET /api/auth/me", &authorization, "").contains(limit));
    };

    assert!(stdout(&settings(&[])).contains("limits.user"));
    stdout(&settings(&["set", "limits.user", "77/60"]));
    limit_is(r#""user";q=77;w=60"#);
    stdout(&settings(&["unset", "limits.user"]));
    limit_is(r#""user";q=1000;w=10"#);

    assert_eq!(up.end(Signal::TERM), Some(0));
}
