//! One `check` for the whole of it: files in, findings out.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use expect_test::{Expect, expect};

use super::*;
use crate::moment;
use crate::scratch::Scratch;

const NOW: &str = "2026-11-23";

const QUOTES: &str = r#"
name = "quotes"
owner = "team-pricing"
[surface]
routes = ["POST /api/quotes", "GET /api/quotes/{id}", "GET /api/rates"]
[service]
url = "http://127.0.0.1:9101"
[shadow]
safe = ["GET *", "POST /api/quotes"]
"#;

const PROCESS: &str = "monolith = \"http://127.0.0.1:9000\"\n";

fn load_files(name: &str, files: &[(&str, &str)]) -> (Loaded, Scratch) {
    let scratch = Scratch::new(&format!("settings-{name}"));
    for (file, text) in files {
        scratch.write(file, text);
    }
    let now = moment::parse(NOW).expect("a date");
    let loaded = load(Some(&scratch.path("ficus.toml")), &Overrides::default(), now);
    (loaded, scratch)
}

fn findings(loaded: &Loaded, scratch: &Scratch) -> String {
    let directory = format!("{}/", scratch.path("").display()).replace("//", "/");
    let lines = loaded.notes.findings.iter().map(|finding| {
        let help = finding.help.clone().unwrap_or_default();
        format!("{finding}\n    {help}\n").replace(&directory, "")
    });
    lines.collect()
}

/// Reads the files and shows every finding.
fn check(name: &str, files: &[(&str, &str)], expected: &Expect) {
    let (loaded, scratch) = load_files(name, files);
    expected.assert_eq(&findings(&loaded, &scratch));
    let wrong = loaded.notes.findings.iter().any(|finding| finding.severity.as_str() == "error");
    assert_eq!(loaded.settings.is_none(), wrong, "applied exactly when nothing is an error");
}

/// A boundary file with one line of the good one replaced or added.
fn check_boundary(name: &str, from: &str, to: &str, expected: &Expect) {
    assert!(QUOTES.contains(from), "the good file has no `{from}`");
    let text = QUOTES.replacen(from, to, 1);
    check(name, &[("ficus.toml", PROCESS), ("migration/quotes.toml", &text)], expected);
}

#[test]
fn a_good_configuration_has_no_findings() {
    check("good", &[("ficus.toml", PROCESS), ("migration/quotes.toml", QUOTES)], &expect![[""]]);
}

#[test]
fn one_file_of_eleven_lines_is_enough() {
    let text = r#"monolith = "http://127.0.0.1:3000"
[[boundary]]
name = "feed"
[boundary.surface]
routes = ["GET /feed/{user}"]
[boundary.service]
url = "http://127.0.0.1:3001"
[boundary.shadow]
safe = ["GET *"]
"#;
    let (loaded, scratch) = load_files("minimal", &[("ficus.toml", text)]);
    assert_eq!(findings(&loaded, &scratch), "");
    let settings = loaded.settings.expect("applicable");
    assert_eq!(settings.boundaries.len(), 1);
    let steps = settings.boundaries[0].boundary.steps.iter();
    let weights: Vec<String> = steps.map(|step| step.weight.to_string()).collect();
    assert_eq!(weights, ["1.00%", "5.00%", "20.00%", "50.00%"], "as the reference says");
    assert!(settings.boundaries[0].text.contains("name = \"feed\""));
    assert!(!settings.boundaries[0].text.contains("monolith"), "only what is the boundary's");
}

#[test]
fn without_a_file_the_monolith_is_enough() {
    let monolith = crate::file::shape::parse_upstream("http://127.0.0.1:3000").expect("fine");
    let overrides = Overrides { monolith: Some(monolith.clone()), ..Overrides::default() };
    let elsewhere = Scratch::new("settings-fileless");
    let missing = elsewhere.path("ficus.toml");
    assert!(load(Some(&missing), &overrides, Time::EPOCH).settings.is_none(), "named, so needed");
    // The crate's own directory has no ficus.toml, and tests run there.
    let settings = load(None, &overrides, Time::EPOCH).settings.expect("applicable");
    assert_eq!(settings.process.monolith, monolith);
    assert!(settings.boundaries.is_empty());
}

#[test]
fn everything_wrong_in_all_files_is_said_at_once() {
    let process = r#"
monolit = "http://127.0.0.1:9000"
[gateway]
listen = "127.0.0.1"
worker = 2
"#;
    let rates = QUOTES.replace("quotes", "rates").replace("\"GET *\"", "\"POST *\"");
    check(
        "at-once",
        &[
            ("ficus.toml", process),
            ("migration/quotes.toml", QUOTES),
            ("migration/rates.toml", &rates),
        ],
        &expect![[r#"
            ficus.toml:1:1: error: key `monolith` is missing [config/missing-key]
                Say where the monolith answers: monolith = "http://127.0.0.1:9000"
            ficus.toml:2:1: error: unknown key `monolit` [config/unknown-key]
                Did you mean `monolith`?
            ficus.toml:4:10: error: key `gateway.listen`: `127.0.0.1` is not an address with a port [config/bad-value]
                Expected an address and port such as "127.0.0.1:8080".
            ficus.toml:5:1: error: unknown key `gateway.worker` [config/unknown-key]
                Did you mean `workers`?
            migration/rates.toml:5:53: error: route `GET /api/rates` of boundary `rates` overlaps `GET /api/rates` of boundary `quotes` [config/overlapping-routes]
                The other is at migration/quotes.toml:5:55. A request has one owner.
            migration/rates.toml:9:9: error: `POST *` declares writes safe wholesale [config/unsafe-pattern]
                Copies of writes reach a real service. Name each such route in full, for instance "POST /api/quotes", once its owner is sure.
        "#]],
    );
}

#[test]
fn half_a_file_is_a_finding_with_a_place() {
    let half = &QUOTES[..QUOTES.find("9101").expect("there")];
    check(
        "half",
        &[("ficus.toml", PROCESS), ("migration/quotes.toml", half)],
        &expect![[r#"
        migration/quotes.toml:7:25: error: not TOML: invalid basic string, expected `"` [config/syntax]
            Is the file complete? Nothing of it was applied.
    "#]],
    );
}

#[test]
fn weights_rise_and_stay_below_what_primary_gives() {
    check_boundary(
        "weights",
        "[shadow]",
        r#"[[canary.steps]]
weight = "5%"
[[canary.steps]]
weight = "5%"
[[canary.steps]]
weight = "100%"
bake = "soon"
[[canary.steps]]
bake = "1m"
[[canary.steps]]
weight = "5"
[shadow]"#,
        &expect![[r#"
            migration/quotes.toml:11:10: error: weight 5.00% does not rise above 5.00% [config/weight-not-rising]
                Each step gives the service more than the one before.
            migration/quotes.toml:13:10: error: weight 100.00% reaches 99.00%, what Primary gives [config/weight-too-high]
                A canary needs a baseline beside it. Drop the step: Primary follows by itself.
            migration/quotes.toml:14:8: error: key `canary.steps.bake`: `soon` is not a duration [config/bad-value]
                Expected a duration such as "250ms", "30s", "10m" or "1h30m".
            migration/quotes.toml:15:1: error: key `canary.steps.weight` is missing [config/missing-key]
                The service's share at this step: weight = "5%"
            migration/quotes.toml:18:10: error: key `canary.steps.weight`: `5` is not a percentage such as "5%" or "0.25%" [config/bad-value]
                Expected a percentage such as "5%" or "0.25%".
        "#]],
    );
}

#[test]
fn writes_are_declared_safe_one_by_one() {
    check_boundary(
        "unsafe",
        r#"safe = ["GET *", "POST /api/quotes"]"#,
        r#"safe = ["* *", "POST *", "DELETE /api/{rest...}", "* /api/rates", "PUT /api/quotes", "POST /api/{any}", "GET /other"]"#,
        &expect![[r#"
            migration/quotes.toml:9:9: error: `* *` declares writes safe wholesale [config/unsafe-pattern]
                Copies of writes reach a real service. Name each such route in full, for instance "POST /api/quotes", once its owner is sure.
            migration/quotes.toml:9:16: error: `POST *` declares writes safe wholesale [config/unsafe-pattern]
                Copies of writes reach a real service. Name each such route in full, for instance "POST /api/quotes", once its owner is sure.
            migration/quotes.toml:9:26: error: `DELETE /api/{rest...}` declares writes safe wholesale [config/unsafe-pattern]
                Copies of writes reach a real service. Name each such route in full, for instance "POST /api/quotes", once its owner is sure.
            migration/quotes.toml:9:51: error: `* /api/rates` declares writes safe wholesale [config/unsafe-pattern]
                Copies of writes reach a real service. Name each such route in full, for instance "POST /api/quotes", once its owner is sure.
            migration/quotes.toml:9:67: error: safe route `PUT /api/quotes` is not within one route of the surface [config/safe-outside-surface]
                A route that writes is declared safe one by one, as it stands in the surface.
            migration/quotes.toml:9:86: error: safe route `POST /api/{any}` is not within one route of the surface [config/safe-outside-surface]
                A route that writes is declared safe one by one, as it stands in the surface.
            migration/quotes.toml:9:105: error: safe route `GET /other` is not in the surface [config/safe-outside-surface]
                Only routes of the boundary are ever copied. Is it a slip of the pen?
        "#]],
    );
}

#[test]
fn copies_must_not_outlive_their_originals() {
    check_boundary(
        "shadow-timeout",
        "[shadow]",
        "[limits]\ntimeout = \"500ms\"\n[shadow]\ntimeout = \"2s\"\nmirror = \"120%\"\nparity = \"0%\"",
        &expect![[r#"
            migration/quotes.toml:11:11: error: the copies' timeout is longer than the boundary's, or zero [config/shadow-timeout]
                A copy that outlives its original can never be compared: lower `shadow.timeout` or raise `limits.timeout`.
            migration/quotes.toml:12:10: error: key `shadow.mirror`: `120%` is outside 0% to 100% [config/bad-value]
                Expected a percentage such as "5%" or "0.25%".
            migration/quotes.toml:13:10: error: key `parity` is out of range [config/out-of-range]
                Above 0%: no number of equal answers proves that none ever differs.
        "#]],
    );
}

#[test]
fn rules_have_owner_reason_and_an_end() {
    check_boundary(
        "rules",
        "[shadow]",
        r#"[[shadow.rules]]
path = "body.at"
[[shadow.rules]]
path = "body.note"
owner = "team-pricing"
reason = " "
expires = 2026-01-31
route = "GET /elsewhere"
[[shadow.rules]]
path = "body.note"
owner = "team-pricing"
reason = "drawn at random"
expires = "2027-01-31"
tolerance = { roughly = 2 }
[shadow]"#,
        &expect![[r#"
            migration/quotes.toml:8:1: error: key `shadow.rules.owner` is missing [config/missing-key]
                Who answers for the rule?
            migration/quotes.toml:8:1: error: key `shadow.rules.reason` is missing [config/missing-key]
                Why is the difference harmless?
            migration/quotes.toml:8:1: error: key `shadow.rules.expires` is missing [config/missing-key]
                No rule is for ever: expires = "2027-01-31"
            migration/quotes.toml:10:1: error: rule `body.note` is limited to a route outside the surface [config/rule-outside-surface]
                Write the route exactly as it stands in `surface.routes`.
            migration/quotes.toml:13:10: error: a rule needs an owner and a reason [config/bad-value]
                Say it in words.
            migration/quotes.toml:14:11: warning: the rule for `body.note` has expired and is not applied [config/expired-rule]
                Fix the difference, or renew the rule with a new date.
            migration/quotes.toml:16:1: error: rule `body.note` is there twice [config/duplicate-name]
                The first is at migration/quotes.toml:10:1. Give one of them another `name`.
            migration/quotes.toml:21:13: error: key `shadow.rules.tolerance`: `roughly` is not a tolerance [config/bad-value]
                Expected "ignore", "unordered", "same-type", "empty-is-null", "absolute 0.01", "relative 1%" or "within 5s".
        "#]],
    );
}

#[test]
fn what_the_comparison_can_not_use_is_said_at_its_place() {
    check_boundary(
        "comparison",
        "[shadow]",
        r#"[[shadow.rules]]
path = "boody..x"
owner = "team-pricing"
reason = "drawn at random"
expires = "2027-01-31"
[shadow]
compare_headers = ["connection"]
redact = ["body.["]"#,
        &expect![[r#"
            migration/quotes.toml:8:1: error: rule `boody..x`: `boody..x` is not a path: an empty key at byte 5 [compare/rule-path]
                Write a path such as `body.items[].price`, `header.etag` or `body.meta.**`.
            migration/quotes.toml:13:2: warning: header `connection` is never compared as text [compare/header-never-compared]
                Remove it: the media type is always compared, the others say nothing about the answer.
            migration/quotes.toml:13:2: error: `body.[` is not a path to redact: an empty key at byte 4 [compare/redacted-path]
                Write a path such as `body.customer.name`, `header.x-user` or `query.customer`.
        "#]],
    );
}

#[test]
fn gates_have_ranges() {
    check_boundary(
        "gates",
        "[shadow]",
        r#"[gates]
alpha = "0%"
beta = "60%"
error_ratio = 1.5
error_ratio_excluded = 1.2
objective = "100%"
window = "1ms"
[primary]
holdback = "60%"
[limits]
in_flight = 0
[shadow]"#,
        &expect![[r#"
            migration/quotes.toml:8:2: error: `error_ratio_excluded` is below `error_ratio` [config/contradiction]
                A step could then be left by a service that is about to be rolled back.
            migration/quotes.toml:9:9: error: key `alpha` is out of range [config/out-of-range]
                Above 0% (else nothing could ever be proven), at most 50%.
            migration/quotes.toml:10:8: error: key `beta` is out of range [config/out-of-range]
                Above 0% (else nothing could ever be proven), at most 50%.
            migration/quotes.toml:13:13: error: key `objective` is out of range [config/out-of-range]
                Below 100%: an objective of 100% leaves no budget for anything.
            migration/quotes.toml:14:10: error: key `window` is out of range [config/out-of-range]
                Between a second and an hour.
            migration/quotes.toml:16:12: error: a holdback of 60.00% is more than half [config/out-of-range]
                At Primary the service answers; hold back 50% at most.
            migration/quotes.toml:18:13: error: key `in_flight` is out of range [config/out-of-range]
                At 0 nothing would be served.
        "#]],
    );
}

#[test]
fn routes_that_compete_are_named_with_both_places() {
    let twice =
        QUOTES.replace("\"GET /api/rates\"", "\"GET /api/{kind}/{id}\", \"GET /api/quotes/{id}\"");
    let other = QUOTES.replace("name = \"quotes\"", "name = \"other\"");
    check(
        "overlaps",
        &[("ficus.toml", PROCESS), ("migration/a.toml", &twice), ("migration/b.toml", &other)],
        &expect![[r#"
            migration/a.toml:5:79: error: route `GET /api/quotes/{id}` overlaps `GET /api/quotes/{id}` [config/overlapping-routes]
                The other is at migration/a.toml:5:31. Neither is narrower, so nothing says which one counts.
            migration/b.toml:5:11: error: route `POST /api/quotes` of boundary `other` overlaps `POST /api/quotes` of boundary `quotes` [config/overlapping-routes]
                The other is at migration/a.toml:5:11. A request has one owner.
            migration/b.toml:5:31: error: route `GET /api/quotes/{id}` of boundary `other` overlaps `GET /api/quotes/{id}` of boundary `quotes` [config/overlapping-routes]
                The other is at migration/a.toml:5:31. A request has one owner.
            migration/b.toml:5:31: error: route `GET /api/quotes/{id}` of boundary `other` overlaps `GET /api/{kind}/{id}` of boundary `quotes` [config/overlapping-routes]
                The other is at migration/a.toml:5:55. A request has one owner.
            migration/b.toml:5:31: error: route `GET /api/quotes/{id}` of boundary `other` overlaps `GET /api/quotes/{id}` of boundary `quotes` [config/overlapping-routes]
                The other is at migration/a.toml:5:79. A request has one owner.
        "#]],
    );
}

#[test]
fn a_narrower_route_beside_a_wider_one_is_fine() {
    let text = QUOTES.replace("\"GET /api/rates\"", "\"GET /api/quotes/recent\"");
    check("narrower", &[("ficus.toml", PROCESS), ("migration/q.toml", &text)], &expect![[""]]);
}

#[test]
fn a_name_belongs_to_one_boundary() {
    let second = QUOTES.replace("/api/", "/v2/");
    check(
        "names",
        &[("ficus.toml", PROCESS), ("migration/a.toml", QUOTES), ("migration/b.toml", &second)],
        &expect![[r#"
            migration/b.toml:2:8: error: boundary `quotes` is there twice [config/duplicate-name]
                The other is at migration/a.toml:2:8. Rename one of them.
        "#]],
    );
}

#[test]
fn identities_are_known_by_a_hash_or_a_private_file() {
    let process = r#"
monolith = "http://127.0.0.1:9000"
[[identity]]
name = "ann"
token_hash = "ficus_plain-token"
[[identity]]
name = "bob"
role = "admin"
token_file = "absent.token"
[[identity]]
name = "cid"
role = "operator"
token_file = "open.token"
[[identity]]
name = "cid"
token_hash = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
[[identity]]
name = "dan"
token_file = "short.token"
"#;
    let scratch = Scratch::new("settings-identities");
    scratch.write("ficus.toml", process);
    let open = scratch.write("open.token", "0123456789abcdef0123456789abcdef");
    fs::set_permissions(&open, fs::Permissions::from_mode(0o644)).expect("changed");
    let short = scratch.write("short.token", "hunter2");
    fs::set_permissions(&short, fs::Permissions::from_mode(0o600)).expect("changed");
    let loaded = load(Some(&scratch.path("ficus.toml")), &Overrides::default(), Time::EPOCH);
    expect![[r#"
        ficus.toml:5:14: error: `token_hash` is not a hash [config/bad-value]
            Expected "sha256:" and 64 hexadecimal digits, as `ficus token` prints them. If this is the token itself, it is compromised: make a new one.
        ficus.toml:8:8: error: `admin` is not a role [config/bad-value]
            Expected "operator" or "viewer".
        ficus.toml:9:14: error: token file `absent.token` could not be read: No such file or directory (os error 2) [config/unreadable-file]
            `ficus token --out FILE` writes one.
        ficus.toml:13:14: warning: token file `open.token` can be read by others [config/open-token-file]
            Close it: chmod 600 open.token
        ficus.toml:15:8: error: identity `cid` is there twice [config/duplicate-name]
            The first is at ficus.toml:11:8. Names go into the ledger: keep them apart.
        ficus.toml:19:14: error: token file `short.token` holds no usable token [config/weak-token]
            A token has at least 16 characters; `ficus token --out FILE` makes one.
    "#]].assert_eq(&findings(&loaded, &scratch));
    let text = format!("{:?}", loaded.notes.findings);
    assert!(!text.contains("plain-token") && !text.contains("hunter2"), "no secret is repeated");
}

#[test]
fn what_nobody_declared_safe_is_a_warning_only() {
    check_boundary(
        "nothing-safe",
        r#"safe = ["GET *", "POST /api/quotes"]"#,
        "",
        &expect![[r#"
            migration/quotes.toml:8:2: warning: nothing is declared safe [config/nothing-safe]
                Declare what may be copied, such as safe = ["GET *"]; until then Shadow has nothing to compare and nothing can be proven.
        "#]],
    );
}

#[test]
fn an_open_console_is_a_warning_only() {
    let process = format!("{PROCESS}[control]\nlisten = \"0.0.0.0:8081\"\n");
    check(
        "open-console",
        &[("ficus.toml", &process)],
        &expect![[r#"
        ficus.toml:3:10: warning: the console listens beyond this machine, at 0.0.0.0:8081 [config/open-console]
            It speaks plain HTTP: put TLS in front of it, or tokens travel in the clear.
    "#]],
    );
}

#[test]
fn surfaces_and_keys_are_what_http_allows() {
    check_boundary(
        "surface",
        "[service]",
        "host = \"https://api\"\n[assignment]\nsubject = \"x user\"\nsession = \"\"\n[service]",
        &expect![[r#"
            migration/quotes.toml:6:8: error: `https://api` is not a host name [config/bad-value]
                Write it without scheme, port or wildcard: host = "api.example.com"
            migration/quotes.toml:8:11: error: `x user` is not a header's name [config/bad-value]
                Letters, digits and dashes.
            migration/quotes.toml:9:11: error: `` is not a cookie's name [config/bad-value]
                Letters, digits and dashes.
        "#]],
    );
}

#[test]
fn upstreams_are_plain_http_without_a_path() {
    for (url, problem) in [
        ("https://a:1", "scheme"),
        ("http://a:1/x", "path"),
        ("http://u:p@a:1", "credentials"),
        ("http://a:0", "port"),
        ("http://:1", "host"),
    ] {
        let text = QUOTES.replace("http://127.0.0.1:9101", url);
        let files = [("ficus.toml", PROCESS), ("migration/q.toml", text.as_str())];
        let (loaded, scratch) = load_files("upstreams", &files);
        let findings = findings(&loaded, &scratch);
        assert!(findings.contains(problem), "{url}: {findings}");
    }
}

#[test]
fn every_value_knows_where_it_comes_from() {
    let files = [("ficus.toml", PROCESS), ("migration/quotes.toml", QUOTES)];
    let (loaded, scratch) = load_files("origins", &files);
    let of = |key: &str| {
        let known = loaded.notes.known.iter().find(|known| known.key == key);
        let known = known.unwrap_or_else(|| panic!("{key} is not known"));
        let origin = match &known.origin {
            crate::file::Origin::File(place) => format!("line {}", place.line),
            crate::file::Origin::Flag(flag) => (*flag).to_owned(),
            crate::file::Origin::Default => "default".to_owned(),
        };
        format!("{} ({origin})", known.value.as_deref().unwrap_or("-"))
    };
    assert_eq!(of("monolith"), "\"http://127.0.0.1:9000\" (line 1)");
    assert_eq!(of("boundary.quotes.owner"), "\"team-pricing\" (line 3)");
    assert_eq!(of("boundary.quotes.limits.timeout"), "\"10s\" (default)");
    assert_eq!(of("boundary.quotes.assignment.session"), "- (default)");
    drop(scratch);
}

#[test]
fn flags_outrank_files_and_say_so() {
    let scratch = Scratch::new("settings-flags");
    scratch.write("ficus.toml", PROCESS);
    let overrides = Overrides {
        gateway: Some("127.0.0.1:1234".parse().expect("an address")),
        state: Some(PathBuf::from("/elsewhere")),
        ..Overrides::default()
    };
    let loaded = load(Some(&scratch.path("ficus.toml")), &overrides, Time::EPOCH);
    let settings = loaded.settings.expect("applicable");
    assert_eq!(settings.process.gateway.port(), 1234);
    assert_eq!(settings.process.state, PathBuf::from("/elsewhere"));
    let flagged = |key: &str| {
        let known = loaded.notes.known.iter().find(|known| known.key == key).expect("known");
        matches!(known.origin, crate::file::Origin::Flag(_))
    };
    assert!(flagged("gateway.listen") && flagged("state") && !flagged("control.listen"));
}

#[test]
fn the_table_of_keys_is_what_the_reader_asks_for() {
    let process = format!("{PROCESS}[[identity]]\nname = \"a\"\n");
    let boundary = format!("{QUOTES}[[shadow.rules]]\n[[canary.steps]]\n");
    let files = [("ficus.toml", process.as_str()), ("migration/q.toml", boundary.as_str())];
    let (loaded, _scratch) = load_files("keys", &files);
    for document in [crate::file::Document::Process, crate::file::Document::Boundary] {
        let mut asked: Vec<&str> = loaded
            .notes
            .known
            .iter()
            .filter(|known| known.document == document)
            .map(|known| known.schema.as_str())
            .collect();
        asked.sort_unstable();
        asked.dedup();
        let mut listed: Vec<&str> = document.keys().iter().map(|key| key.path).collect();
        listed.sort_unstable();
        assert_eq!(asked, listed, "{document:?}");
    }
}

#[test]
fn no_cut_and_no_lost_line_panics_or_half_applies() {
    let full = format!(
        "{QUOTES}mirror = \"50%\"\n[[shadow.rules]]\npath = \"body.at\"\nowner = \"a\"\nreason = \"b\"\n\
         expires = \"2027-01-31\"\n[[canary.steps]]\nweight = \"5%\"\n[gates]\nalpha = \"1%\"\n\
         [limits]\ntimeout = \"3s\"\n[assignment]\nsubject = \"bearer\"\n"
    );
    let lines: Vec<&str> = full.lines().collect();
    let cuts =
        (0..full.len()).step_by(7).map(|end| full[..full.floor_char_boundary(end)].to_owned());
    let losses = (0..lines.len()).map(|lost| {
        let kept = lines.iter().enumerate().filter(|(index, _)| *index != lost);
        kept.map(|(_, line)| format!("{line}\n")).collect::<String>()
    });
    for text in cuts.chain(losses) {
        let files = [("ficus.toml", PROCESS), ("migration/quotes.toml", text.as_str())];
        let (loaded, _scratch) = load_files("cuts", &files);
        let wrong = loaded.notes.findings.iter().any(|one| one.severity.as_str() == "error");
        assert_eq!(loaded.settings.is_none(), wrong, "{text}");
        let placed = loaded.notes.findings.iter().all(|one| one.place.is_some());
        assert!(placed, "every finding has a place: {text}");
    }
}
