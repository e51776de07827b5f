use super::*;
use crate::scratch::Scratch;

fn name(text: &str) -> BoundaryName {
    text.parse().unwrap()
}

fn kill(reason: &str) -> Owed {
    let (by, reason) = ("ann".parse().unwrap(), reason.to_owned());
    Owed { generation: 7, ..Owed::new(Command::Kill { by, reason }, None) }
}

fn rollback(reason: &str) -> Owed {
    let (by, reason) = ("ann".parse().unwrap(), reason.to_owned());
    Owed::new(Command::Rollback { by, reason }, None)
}

fn noted(path: &Path) -> Vec<String> {
    let noted = Brakes::open(path).unwrap().noted().unwrap();
    noted
        .iter()
        .map(|(boundary, owed)| format!("{boundary} {}: {:?}", owed.generation, owed.command))
        .collect()
}

#[test]
fn notes_outlive_the_process_and_go_when_they_are_paid() {
    let scratch = Scratch::new();
    let path = scratch.path().join("brakes");
    let brakes = Brakes::open(&path).unwrap();
    assert_eq!(noted(&path), Vec::<String>::new());
    let owed = [(name("quotes"), kill("too slow")), (name("rates"), rollback("a\nb"))];
    brakes.note(&owed);
    let told = noted(&path);
    assert_eq!(told.len(), 2);
    assert!(told[0].starts_with("quotes 7: Kill") && told[0].contains("too slow (carried out"));
    assert!(told[1].starts_with("rates 0: Rollback") && told[1].contains("a b (carried out"));
    brakes.note(&owed[1..]);
    assert_eq!(noted(&path).len(), 1);
    brakes.note(&[]);
    assert_eq!(noted(&path), Vec::<String>::new());
}

#[test]
fn the_file_never_grows() {
    let scratch = Scratch::new();
    let path = scratch.path().join("brakes");
    let brakes = Brakes::open(&path).unwrap();
    let length = std::fs::metadata(&path).unwrap().len();
    let long = "ü".repeat(4000);
    let many: Vec<_> = (0..300).map(|number| (name(&format!("b{number}")), kill(&long))).collect();
    brakes.note(&many);
    assert_eq!(std::fs::metadata(&path).unwrap().len(), length);
    assert_eq!(noted(&path).len(), SLOTS);
}

#[test]
fn what_can_not_be_read_is_passed_over() {
    let scratch = Scratch::new();
    let path = scratch.path().join("brakes");
    let brakes = Brakes::open(&path).unwrap();
    brakes.note(&[(name("quotes"), kill("x")), (name("rates"), kill("y"))]);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[3] = 0xff;
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(noted(&path).len(), 1);
}
