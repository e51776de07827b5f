use std::time::Duration;

use expect_test::expect_file;
use ficus_model::rule::Rule;
use proptest::prelude::*;

use super::*;

mod bodies;
mod planted;

const NOW: Time = Time::from_micros(1_000_000);
const LATER: Time = Time::from_micros(2_000_000);
const KEY: HashKey = HashKey::from_bytes([42; 16]);
const SEPARATOR: &str = "----------\n";

/// Every file of `testdata` is one case: comments, settings, two answers, `----------`, the outcome.
#[test]
fn every_case_of_testdata_comes_out_as_written() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata");
    let listing = std::fs::read_dir(folder).unwrap();
    let mut cases: Vec<_> = listing.map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 40, "only {} cases found", cases.len());
    for path in cases {
        let file = expect_file![&path];
        let text = file.data();
        let input = text.split(SEPARATOR).next().unwrap();
        file.assert_eq(&format!("{input}{SEPARATOR}{}", Case::read(input).outcome()));
    }
}

struct Case {
    route: String,
    rules: Vec<Rule>,
    headers: Vec<String>,
    redacted: Vec<String>,
    answers: Vec<Owned>,
}

#[derive(Default)]
struct Owned {
    status: u16,
    headers: Vec<(String, Vec<u8>)>,
    body: String,
}

impl Case {
    fn read(input: &str) -> Self {
        let mut case = Self {
            route: "GET /".to_owned(),
            rules: Vec::new(),
            headers: Vec::new(),
            redacted: Vec::new(),
            answers: Vec::new(),
        };
        let mut sections = input.split("\n= ");
        for line in sections.next().unwrap().lines() {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            match word {
                "#" | "" => {}
                "route" => rest.clone_into(&mut case.route),
                "rule" => case.rules.push(rule(rest)),
                "header" => case.headers.push(rest.to_owned()),
                "redact" => case.redacted.push(rest.to_owned()),
                _ => panic!("a case has no setting `{line}`"),
            }
        }
        case.answers = sections.map(Owned::read).collect();
        assert_eq!(case.answers.len(), 2, "a case has two answers");
        case
    }

    fn outcome(&self) -> String {
        let (rules, findings) = Rules::compile(&self.rules, &self.headers, &self.redacted, NOW);
        let mut shown: String = findings.iter().map(|finding| format!("{finding}\n")).collect();
        let headers: Vec<Vec<(&str, &[u8])>> = self.answers.iter().map(Owned::borrowed).collect();
        let answers: Vec<Answer<'_>> = self
            .answers
            .iter()
            .zip(&headers)
            .map(|(owned, headers)| owned.answer(headers))
            .collect();
        match compare(&answers[0], &answers[1], &rules, &self.route, NOW, &KEY) {
            Ok(comparison) => shown.push_str(&show(&comparison)),
            Err(undecodable) => shown.push_str(&format!("undecodable: {undecodable}\n")),
        }
        shown
    }
}

impl Owned {
    /// `baseline 200`, header lines, an empty line, the body.
    fn read(section: &str) -> Self {
        let (head, body) = section.split_once("\n\n").unwrap_or((section, ""));
        let mut lines = head.lines();
        let status = lines.next().unwrap().split_once(' ').unwrap().1.parse().unwrap();
        let header = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_owned(), value.as_bytes().to_vec())
        };
        let headers = lines.map(header).collect();
        Self { status, headers, body: body.trim_end_matches('\n').to_owned() }
    }

    fn borrowed(&self) -> Vec<(&str, &[u8])> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect()
    }

    fn answer<'a>(&'a self, headers: &'a [(&'a str, &'a [u8])]) -> Answer<'a> {
        Answer { status: self.status, headers, body: self.body.as_bytes() }
    }
}

/// `name path tolerance [expired] [on METHOD /path]`
fn rule(text: &str) -> Rule {
    let (text, route) = match text.split_once(" on ") {
        Some((text, route)) => (text, Some(route.to_owned())),
        None => (text, None),
    };
    let words: Vec<&str> = text.split(' ').collect();
    Rule {
        name: words[0].to_owned(),
        path: words[1].to_owned(),
        route,
        tolerance: tolerance(words[2]),
        owner: "team-pricing".to_owned(),
        reason: "a test".to_owned(),
        expires: if words.contains(&"expired") { NOW } else { LATER },
    }
}

fn tolerance(text: &str) -> Tolerance {
    let (kind, bound) = text.split_once('=').unwrap_or((text, "0"));
    let bound: f64 = bound.parse().unwrap();
    match kind {
        "ignore" => Tolerance::Ignore,
        "absolute" => Tolerance::Absolute(bound),
        "relative" => Tolerance::Relative(bound),
        "seconds" => Tolerance::TimeWithin(Duration::from_secs_f64(bound)),
        "unordered" => Tolerance::Unordered,
        "type" => Tolerance::SameType,
        "empty" => Tolerance::EmptyIsNull,
        _ => panic!("no tolerance `{kind}`"),
    }
}

fn show(comparison: &Comparison) -> String {
    match comparison {
        Comparison::Match => "match\n".to_owned(),
        Comparison::Ignored(rules) => format!("ignored: {}\n", rules.join(", ")),
        Comparison::Mismatch(differences) => differences.iter().map(show_difference).collect(),
    }
}

fn show_difference(difference: &Difference) -> String {
    let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "(absent)".to_owned());
    let Difference { path, kind, baseline, candidate } = difference;
    format!("{path} {}: {} | {}\n", kind.as_str(), side(baseline), side(candidate))
}

const JSON: &[(&str, &[u8])] = &[("Content-Type", b"application/json")];

fn bodies_compared(
    baseline: &[u8],
    candidate: &[u8],
    rules: &Rules,
) -> Result<Comparison, Undecodable> {
    let answer = |body| Answer { status: 200, headers: JSON, body };
    compare(&answer(baseline), &answer(candidate), rules, "GET /", NOW, &KEY)
}

fn compiled(rules: &[&str]) -> Rules {
    let rules: Vec<Rule> = rules.iter().map(|text| rule(text)).collect();
    Rules::compile(&rules, &[], &[], NOW).0
}

fn mirrored(difference: &Difference) -> Difference {
    let kind = if difference.kind == DifferenceKind::Missing {
        DifferenceKind::Extra
    } else if difference.kind == DifferenceKind::Extra {
        DifferenceKind::Missing
    } else {
        difference.kind
    };
    Difference {
        path: difference.path.clone(),
        kind,
        baseline: difference.candidate.clone(),
        candidate: difference.baseline.clone(),
    }
}

#[test]
fn a_rule_stops_at_the_instant_it_expires() {
    let (rules, findings) = Rules::compile(&[rule("clock body.at ignore")], &[], &[], NOW);
    assert_eq!(findings, []);
    let answer = |body| Answer { status: 200, headers: JSON, body };
    let at = |now| {
        compare(&answer(b"{\"at\":1}"), &answer(b"{\"at\":2}"), &rules, "GET /", now, &KEY).unwrap()
    };
    assert_eq!(at(NOW), Comparison::Ignored(vec!["clock".to_owned()]));
    assert!(matches!(at(LATER), Comparison::Mismatch(_)));
}

#[test]
fn a_large_mismatch_is_reported_in_few_words() {
    let body = |price: usize| {
        let items: Vec<String> = (0..2000)
            .map(|id| {
                format!(r#"{{"id":{id},"price":{},"note":"{}"}}"#, id * price, "x".repeat(500))
            })
            .collect();
        format!("[{}]", items.join(","))
    };
    let outcome = bodies_compared(body(2).as_bytes(), body(3).as_bytes(), &Rules::default());
    let Comparison::Mismatch(differences) = outcome.unwrap() else { panic!("they differ") };
    assert_eq!(differences.len(), 1);
    assert_eq!(show_difference(&differences[0]), "body[].price value: 2 | 3\n");
}

#[test]
fn many_classes_are_cut_off_and_every_text_is_bounded() {
    let body = |value: &str| {
        let members: Vec<String> = (0..500)
            .map(|at| {
                format!("\"member_{at:03}_{}\":\"{}{value}\"", "k".repeat(90), "v".repeat(900))
            })
            .collect();
        format!("{{{}}}", members.join(","))
    };
    let outcome = bodies_compared(body("a").as_bytes(), body("b").as_bytes(), &Rules::default());
    let Comparison::Mismatch(differences) = outcome.unwrap() else { panic!("they differ") };
    assert_eq!(differences.len(), DIFFERENCES_MAX);
    for difference in &differences {
        let texts =
            [Some(&difference.path), difference.baseline.as_ref(), difference.candidate.as_ref()];
        assert!(texts.into_iter().flatten().all(|text| text.len() <= 300), "{difference:?}");
    }
}

#[test]
fn nesting_is_capped_for_both_readers() {
    let nested =
        |levels: usize, core: &str| format!("{}{core}{}", "[".repeat(levels), "]".repeat(levels));
    let outcome = |levels| {
        let (left, right) = (nested(levels, "1"), nested(levels, "2"));
        bodies_compared(left.as_bytes(), right.as_bytes(), &Rules::default())
    };
    assert!(matches!(outcome(json::DEPTH_MAX), Ok(Comparison::Mismatch(_))));
    assert_eq!(outcome(json::DEPTH_MAX + 1), Err(Undecodable::Depth(json::DEPTH_MAX)));
    assert_eq!(outcome(100_000), Err(Undecodable::Depth(json::DEPTH_MAX)));
}

/// Rules of every kind over the places that [`bodies::json`] makes.
fn some_rules() -> impl Strategy<Value = Rules> {
    let paths =
        ["body", "body.a", "body.b[]", "body.a.**", "body.*", "body[].a", "body.b[].c", "body[]"];
    let kinds = ["ignore", "absolute=1", "relative=0.5", "unordered", "type", "empty"];
    let one = (proptest::sample::select(paths.to_vec()), proptest::sample::select(kinds.to_vec()));
    proptest::collection::vec(one, 0..4).prop_map(|chosen| {
        let texts: Vec<String> = chosen
            .iter()
            .enumerate()
            .map(|(at, (path, kind))| format!("rule-{at} {path} {kind}"))
            .collect();
        compiled(&texts.iter().map(String::as_str).collect::<Vec<_>>())
    })
}

/// What the tree alone says, hashes left aside.
fn by_tree(baseline: &str, candidate: &str, rules: &Rules) -> (bool, bool) {
    let applied = rules.applied("GET /", NOW);
    let mut differ = Differ::new(applied, Digester::new(&KEY));
    let read = |text: &str| json::read(text.as_bytes()).unwrap();
    let body = Spot::root("body", applied.cursor(), rules.redaction().veil());
    differ.values(&read(baseline), &read(candidate), &body);
    let (found, used) = differ.finish();
    (found.is_empty(), used.is_empty())
}

proptest! {
    #[test]
    fn an_answer_equals_itself_however_its_members_are_ordered(
        value in bodies::json(),
        rules in some_rules(),
        seed in any::<u64>(),
    ) {
        let (one, other) = (bodies::text(&value, seed), bodies::text(&value, !seed));
        let outcome = bodies_compared(one.as_bytes(), other.as_bytes(), &rules);
        prop_assert_eq!(outcome, Ok(Comparison::Match));
    }

    #[test]
    fn swapping_the_answers_mirrors_the_outcome(
        (one, other) in bodies::similar(),
        rules in some_rules(),
    ) {
        let (one, other) = (bodies::text(&one, 1), bodies::text(&other, 2));
        let there = bodies_compared(one.as_bytes(), other.as_bytes(), &rules).unwrap();
        let back = bodies_compared(other.as_bytes(), one.as_bytes(), &rules).unwrap();
        let mirror = match there {
            Comparison::Mismatch(differences) => {
                let mut mirrored: Vec<Difference> = differences.iter().map(mirrored).collect();
                mirrored.sort();
                Comparison::Mismatch(mirrored)
            }
            Comparison::Match | Comparison::Ignored(_) => there,
        };
        prop_assert_eq!(mirror, back);
    }

    #[test]
    fn a_hash_claims_nothing_the_tree_would_not(
        (one, other) in bodies::similar(),
        rules in some_rules(),
    ) {
        let (one, other) = (bodies::text(&one, 1), bodies::text(&other, 2));
        let (equal, strictly) = by_tree(&one, &other, &rules);
        match bodies_compared(one.as_bytes(), other.as_bytes(), &rules).unwrap() {
            Comparison::Match => prop_assert!(equal && strictly),
            Comparison::Ignored(_) => prop_assert!(equal && !strictly),
            Comparison::Mismatch(_) => prop_assert!(!equal),
        }
    }

    #[test]
    fn comparing_never_panics(
        one in proptest::collection::vec(any::<u8>(), 0..64),
        other in proptest::collection::vec(any::<u8>(), 0..64),
        media in "(application/json|text/plain|application/x-www-form-urlencoded|image/png)?[ ;=a-z\"]{0,8}",
        rules in some_rules(),
    ) {
        let headers: &[(&str, &[u8])] = &[("content-type", media.as_bytes())];
        let answer = |body| Answer { status: 200, headers, body };
        let outcome = compare(&answer(&one), &answer(&other), &rules, "GET /", NOW, &KEY);
        if one == other {
            prop_assert_eq!(outcome, Ok(Comparison::Match));
        }
    }

    #[test]
    fn nearly_json_never_panics(one in "[\\[\\]{}\":,0-9eE.\\-+ntrf\\\\u]{0,40}", other in "[\\[\\]{}\":,0-9a]{0,40}") {
        let _outcome = bodies_compared(one.as_bytes(), other.as_bytes(), &Rules::default());
    }
}
