use proptest::prelude::*;

use super::*;
use crate::judge::tests::{Traffic, batch, percent, seen};
use crate::side::Side;

fn lived() -> JudgeState {
    let mut traffic = Traffic::at("10%");
    traffic.users = Some(50);
    traffic.monolith_bad = 0.01;
    traffic.service_bad = 0.3;
    traffic.run(40);
    traffic.weight = percent("50%");
    traffic.run(2);
    let open = seen(traffic.now, Side::Service, percent("50%"));
    traffic.judge.observe(&batch(vec![open]));
    traffic.judge.exempt([1, 7]);
    traffic.judge.state()
}

#[test]
fn a_lived_state_reads_back_equal() {
    let state = lived();
    assert!(
        state.breach.is_some() && !state.bins.is_empty() && !state.errors.keys.marks.is_empty()
    );
    assert_eq!(JudgeState::from_text(&state.to_text()), Ok(state));
}

#[test]
fn the_text_is_one_a_person_can_read() {
    let text = lived().to_text();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("ficus-judge 1"));
    assert_eq!(lines.next(), Some("started 1700000000000000"));
    assert!(text.contains("\nstep 500000 "));
    assert!(text.contains("\nexempt 1 7\n"));
    assert!(text.ends_with("\nend\n"));
}

#[test]
fn other_forms_and_cut_off_texts_are_refused() {
    let text = lived().to_text();
    assert_eq!(JudgeState::from_text("ficus-judge 2\nend\n"), Err(StateError::Version));
    assert_eq!(JudgeState::from_text(""), Err(StateError::Version));
    let cut = &text[..text.len() - "end\n".len()];
    assert_eq!(JudgeState::from_text(cut), Err(StateError::CutOff));
    let unknown = text.replace("advanced", "delayed");
    assert_eq!(JudgeState::from_text(&unknown), Err(StateError::Line(3)));
    let surplus = text.replace("\nstep 500000 ", "\nstep 500000 1 ");
    assert!(matches!(JudgeState::from_text(&surplus), Err(StateError::Line(_))));
}

proptest! {
    #[test]
    fn reading_never_panics(lines in proptest::collection::vec(
        "(started|step|bin|breach|parity|errors\\.(worse|keys|route)|latency\\.(slower|baseline|step\\.service)|spending\\.(recent|checked)) [0-9a-f:. -]{0,40}", 0..20))
    {
        let _outcome = JudgeState::from_text(&format!("ficus-judge 1\n{}\nend\n", lines.join("\n")));
    }

    #[test]
    fn a_text_with_one_line_spoilt_is_refused(line in 1_usize..40) {
        let text = lived().to_text();
        let spoilt = text.lines().enumerate().map(|(index, content)| {
            if index == line { format!("{content} ~\n") } else { format!("{content}\n") }
        }).collect::<String>();
        let lines = text.lines().count();
        let last = line + 1 == lines;
        let expected = if last { StateError::Line(lines) } else { StateError::Line(line + 1) };
        prop_assume!(line < lines);
        prop_assert_eq!(JudgeState::from_text(&spoilt), Err(expected));
    }
}
