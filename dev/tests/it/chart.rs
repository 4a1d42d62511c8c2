//! The chart of k8s/, as far as no program for clusters is needed. `cargo dev cluster` tests what it renders.

use std::collections::BTreeSet;
use std::path::Path;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Names of the members of a mapping at the top of a YAML file.
fn members(yaml: &str, mapping: &str) -> BTreeSet<String> {
    let lines = yaml.lines().skip_while(|line| *line != format!("{mapping}:")).skip(1);
    lines
        .take_while(|line| line.starts_with("  ") || line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split_once(':').map(|(name, _)| name.to_owned()))
        .filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
        .collect()
}

#[test]
fn every_function_of_spin_toml_has_an_entry_in_the_values_of_the_chart() {
    let manifest = read("spin.toml");
    let functions: BTreeSet<String> = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("[component.")?.strip_suffix(']'))
        .filter(|name| !name.contains('.'))
        .map(str::to_owned)
        .collect();
    assert!(functions.len() > 10, "{functions:?}");

    let missing: Vec<_> =
        functions.difference(&members(&read("k8s/chart/values.yaml"), "functions")).cloned().collect();

    assert_eq!(missing, [""; 0], "add them below `functions` in k8s/chart/values.yaml; `{{}}` will do");
}

#[test]
fn the_check_asks_every_function_that_people_reach() {
    let (manifest, check) = (read("spin.toml"), read("cli/operations/src/check.rs"));
    let public: BTreeSet<&str> = manifest
        .split("[[trigger.http]]")
        .skip(1)
        .filter_map(|trigger| {
            let value = |key: &str| {
                let prefix = format!("{key} = \"");
                trigger.lines().find_map(|line| line.strip_prefix(&*prefix)?.strip_suffix('"'))
            };
            let (route, function) = (value("route")?, value("component")?);
            (!route.starts_with("/internal")).then_some(function)
        })
        .collect();
    assert!(public.len() > 5, "{public:?}");

    for function in public {
        // Health is a route of `ops`.
        let is_asked = function == "ops" || check.contains(&format!("(\"{function}\", \""));
        assert!(is_asked, "add {function} to FUNCTIONS in cli/operations/src/check.rs");
    }
}

#[test]
fn the_chart_has_the_version_of_the_workspace() {
    let version = env!("CARGO_PKG_VERSION");
    let chart = read("k8s/chart/Chart.yaml");

    assert!(chart.contains(&format!("\nversion: {version}\n")), "{chart}");
    assert!(chart.contains(&format!("\nappVersion: {version}\n")), "{chart}");
}

#[test]
fn the_secrets_script_makes_every_secret_variable_of_spin_toml() {
    let script = read("k8s/secrets.sh");
    let manifest = read("spin.toml");
    let secret: Vec<&str> = manifest
        .lines()
        .filter(|line| line.contains("secret = true"))
        .filter_map(|line| line.split_once(" = ").map(|(name, _)| name))
        .collect();
    assert!(secret.len() > 5, "{secret:?}");

    for name in secret {
        // Dapr wants a Secret of its own for each of these, with the key `token`.
        let expected = match name {
            "dapr_api_token" | "app_api_token" => name.replace('_', "-"),
            name => format!("{name} "),
        };
        assert!(script.contains(&expected), "k8s/secrets.sh does not make {name}");
    }
}
