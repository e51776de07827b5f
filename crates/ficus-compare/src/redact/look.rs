//! Texts that look secret, whatever they are called.

use crate::digest::Digester;

use super::{hidden, sensitive};

/// Digits of a card number.
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 13..=19;
/// Letters and digits of a bank account number.
const IBAN_LETTERS: std::ops::RangeInclusive<usize> = 15..=34;

/// Hides what looks secret and leaves the rest readable.
pub(super) fn scrub(text: &str, digester: &Digester) -> String {
    let text = hide_cards(text, digester);
    let mut shown = String::with_capacity(text.len());
    let mut told = Told::Nothing;
    for piece in (Pieces { rest: &text }) {
        let word = piece.starts_with(in_word);
        if word && (told == Told::SecretFollows || secret(piece)) {
            shown.push_str(&hidden(digester.text(piece)));
        } else {
            shown.push_str(piece);
        }
        told = told.after(piece, word);
    }
    shown
}

/// What the words before have announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    SecretNamed,
    SecretFollows,
}

impl Told {
    /// `token = x`, `password: x` and `Bearer x` announce a secret.
    fn after(self, piece: &str, word: bool) -> Self {
        match self {
            _ if word && piece.eq_ignore_ascii_case("bearer") => Self::SecretFollows,
            _ if word && sensitive(piece) => Self::SecretNamed,
            Self::SecretNamed if piece.contains(['=', ':']) => Self::SecretFollows,
            Self::SecretFollows if !word => Self::SecretFollows,
            Self::SecretNamed if !word => Self::SecretNamed,
            Self::Nothing | Self::SecretNamed | Self::SecretFollows => Self::Nothing,
        }
    }
}

/// Runs of word letters and runs of everything else, in turn.
struct Pieces<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let word = self.rest.chars().next().map(in_word)?;
        let end = self.rest.find(|letter| in_word(letter) != word).unwrap_or(self.rest.len());
        let (piece, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(piece)
    }
}

fn in_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '@' | '.' | '_' | '-' | '+' | '%' | '~')
}

fn secret(word: &str) -> bool {
    email(word) || signed_token(word) || iban(word)
}

fn email(word: &str) -> bool {
    let plain = word.replace("%40", "@");
    let parts = plain.split_once('@');
    parts.is_some_and(|(user, host)| {
        !user.is_empty()
            && host.split_once('.').is_some_and(|(name, top)| !name.is_empty() && !top.is_empty())
    })
}

/// Three runs of base64url, the first of which begins a JSON object.
fn signed_token(word: &str) -> bool {
    word.starts_with("eyJ") && word.split('.').count() == 3
}

fn iban(word: &str) -> bool {
    let bytes = word.as_bytes();
    let (Some(country), Some(check)) = (bytes.get(..2), bytes.get(2..4)) else { return false };
    let shaped = IBAN_LETTERS.contains(&bytes.len())
        && country.iter().all(u8::is_ascii_uppercase)
        && check.iter().all(u8::is_ascii_digit)
        && bytes.iter().all(u8::is_ascii_alphanumeric);
    shaped && remainder_97(word) == 1
}

/// The check of ISO 13616: the first four letters go last, letters count from ten.
fn remainder_97(iban: &str) -> u32 {
    let (first, last) = iban.split_at(4);
    let digits = last.chars().chain(first.chars()).filter_map(|letter| letter.to_digit(36));
    digits.fold(0, |rest, digit| (rest * if digit > 9 { 100 } else { 10 } + digit) % 97)
}

/// Card numbers stand with spaces or dashes between their digits, so they are looked for before words are.
fn hide_cards(text: &str, digester: &Digester) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let (before, run) = rest.split_at(start);
        let length = card_run(run);
        let (digits, after) = run.split_at(length);
        shown.push_str(before);
        let attached = before.ends_with(|letter: char| letter.is_alphanumeric());
        if !attached && card(digits) {
            shown.push_str(&hidden(digester.text(digits)));
        } else {
            shown.push_str(digits);
        }
        rest = after;
    }
    shown.push_str(rest);
    shown
}

/// Bytes of digits in a row, single spaces and dashes between them included.
fn card_run(text: &str) -> usize {
    let mut end = 0;
    let mut gap = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '0'..='9' => (end, gap) = (at + 1, false),
            ' ' | '-' if !gap => gap = true,
            _ => break,
        }
    }
    end
}

/// The check of ISO/IEC 7812: every second digit from the right doubled, the sum a multiple of ten.
fn card(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|letter| letter.to_digit(10)).collect();
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 1 { doubled(*digit) } else { *digit })
        .sum();
    CARD_DIGITS.contains(&digits.len())
        && digits.iter().any(|digit| *digit != 0)
        && sum.is_multiple_of(10)
}
