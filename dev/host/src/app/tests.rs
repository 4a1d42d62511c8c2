use super::*;

fn load(text: &str) -> Result<App> {
    App::parse(text, Path::new("/app"), &BTreeMap::from([("given".into(), "from the caller".into())]))
}

fn error(text: &str) -> String {
    format!("{:#}", load(text).err().expect("this must be rejected"))
}

const MANIFEST: &str = r#"
    spin_manifest_version = 2
    [application]
    name = "demo"
    [variables]
    given = { required = true }
    plain = { default = "p", secret = true }
    [[trigger.http]]
    route = "/a/..."
    component = "a"
    [component.a]
    source = "a.wasm"
    allowed_outbound_hosts = ["http://{{ plain }}.test:81"]
    [component.a.variables]
    both = "{{ plain }}-{{given}}!"
"#;

#[test]
fn a_manifest_is_read_and_its_templates_are_filled_in() {
    let app = load(MANIFEST).unwrap();
    let a = &app.components[0];
    assert_eq!((&*a.name, app.components.len()), ("a", 1));
    assert_eq!(app.routes, [("/a/...".into(), "a".into())]);
    assert_eq!(a.source, Path::new("/app/a.wasm"));
    assert_eq!(a.variables["both"], "p-from the caller!");
    assert!(a.allowed_hosts.allow("http://p.test:81/x", "https"));
    assert!(!a.allowed_hosts.allow("http://p.test/x", "https"));
}

#[test]
fn an_error_names_what_is_invalid() {
    for (from, to, expected) in [
        ("source = \"a.wasm\"", "source = \"a.wasm\"\nfiles = [\"x\"]", "files"),
        ("source = \"a.wasm\"", "source = \"a.wasm\"\nenvironment = { A = \"b\" }", "environment"),
        ("version = 2", "version = 1", "spin_manifest_version"),
        (
            "given = { required = true }",
            "lost = { required = true }\ngiven = { required = true }",
            "SPIN_VARIABLE_LOST",
        ),
        ("given = { required = true }", "", "given"),
        ("{{given}}", "{{ nowhere }}", "nowhere"),
        ("plain = {", "Plain = {", "Plain"),
        ("plain = {", "plain_2 = {", "words must start with an ASCII letter"),
        ("component = \"a\"", "component = \"b\"", "\"b\""),
        ("trigger.http", "trigger.redis", "redis"),
        (":81", "", ""),
        ("http://", "", "allowed_outbound_hosts"),
        ("test:81", "test:81/path", "path"),
    ] {
        let text = MANIFEST.replacen(from, to, 1);
        if expected.is_empty() {
            load(&text).unwrap();
        } else {
            assert!(error(&text).contains(expected), "{expected}: {}", error(&text));
        }
    }
}

#[test]
fn only_listed_hosts_may_be_reached() {
    let list = |entries: &[&str]| {
        AllowedHosts::parse(&entries.iter().map(|e| e.to_string()).collect::<Vec<_>>(), &["tasks".into()])
            .unwrap()
    };
    for (entry, url, allowed) in [
        ("http://example.com", "http://example.com/", true),
        ("http://example.com", "https://example.com/", false),
        ("http://example.com", "http://example.com:8080/", false),
        ("http://example.com", "http://example.com.evil.org/", false),
        ("http://example.com", "http://user@example.com/", true),
        ("http://example.com", "http://example.com@evil.org/", false),
        ("http://EXAMPLE.com", "http://example.COM/", true),
        ("*://example.com:*", "ftp://example.com:1/", true),
        ("https://*.example.com", "https://a.b.example.com/", true),
        ("https://*.example.com", "https://example.com/", false),
        ("http://127.0.0.0/8:80", "http://127.1.2.3/", true),
        ("http://127.0.0.0/8:80", "http://128.1.2.3/", false),
        ("http://127.0.0.0/8:80", "http://localhost/", false),
        ("http://127.0.0.1:3000..3002", "http://127.0.0.1:3001/", true),
        ("http://127.0.0.1:3000..3002", "http://127.0.0.1:3002/", false),
        ("http://self", "http://self/", false),
        ("http://*.spin.internal", "http://tasks.spin.internal/", true),
        ("http://*.spin.internal", "http://other.spin.internal/", false),
        ("postgres://db:5433", "db:5433", true),
        ("postgres://db:5433", "db", false),
        ("postgres://db", "db", true),
        ("http://db:5432", "db:5432", false),
        ("postgres://10.0.0.0/8:5432", "10.1.2.3:5432", true),
        ("*://*:*", "http://anything/", true),
    ] {
        assert_eq!(list(&[entry]).allow(url, "postgres"), allowed, "{entry} {url}");
    }
    assert!(list(&["http://self"]).allow_this_app());
    assert!(!list(&["http://other"]).allow_this_app());
}

#[test]
fn a_chained_host_names_its_component() {
    assert_eq!(chained_component("tasks.spin.internal"), Some("tasks"));
    assert_eq!(chained_component("tasks.spin.internal:80"), Some("tasks"));
    assert_eq!(chained_component("a.b.spin.internal"), None);
    assert_eq!(chained_component("tasks.spin.internal.evil.org"), None);
}
