use super::*;

#[test]
fn paper_carries_no_colour() {
    let paper = Terminal { width: 80, colour: false, talk_colour: false, live: false };
    assert_eq!(paper.paint("quotes", Tone::Strong), "quotes");
    let screen = Terminal { colour: true, ..paper };
    assert_eq!(screen.paint("quotes", Tone::Bad), "\u{1b}[31mquotes\u{1b}[0m");
}

#[test]
fn every_text_ends_in_one_line_feed() {
    for text in ["a", "a\n"] {
        let mut stream = Vec::new();
        write_line(&mut stream, text);
        assert_eq!(stream, b"a\n");
    }
}

#[test]
fn a_reader_who_went_away_is_no_panic() {
    struct Gone;
    impl io::Write for Gone {
        fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    write_line(&mut Gone, "nobody reads this");
}
