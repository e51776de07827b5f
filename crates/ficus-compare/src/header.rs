//! Header values, compared by what they mean where that is more than their bytes.

use crate::answer::Answer;

/// Lists of tokens in any order and any case.
const TOKEN_LISTS: [&str; 4] = ["allow", "cache-control", "vary", "access-control-allow-methods"];

/// The values of one header as they are compared; `None` when absent.
pub(crate) fn meaning(answer: &Answer<'_>, name: &str) -> Option<Vec<String>> {
    let values: Vec<String> =
        answer.header(name).map(|value| String::from_utf8_lossy(value).trim().to_owned()).collect();
    if values.is_empty() {
        return None;
    }
    if TOKEN_LISTS.contains(&name) {
        return Some(token_list(&values));
    }
    if name == "set-cookie" {
        return Some(cookies(&values));
    }
    Some(values)
}

fn token_list(values: &[String]) -> Vec<String> {
    let mut tokens: Vec<String> = values
        .iter()
        .flat_map(|value| value.split(','))
        .map(|token| token.trim().to_ascii_lowercase())
        .filter(|token| !token.is_empty())
        .collect();
    tokens.sort();
    tokens.dedup();
    tokens
}

/// Names and attributes only: the values of cookies are drawn anew by each side, and nobody's to store.
fn cookies(values: &[String]) -> Vec<String> {
    let mut cookies: Vec<String> = values.iter().map(|value| cookie(value)).collect();
    cookies.sort();
    cookies
}

fn cookie(value: &str) -> String {
    let mut parts = value.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().split('=').next().unwrap_or_default();
    let mut attributes: Vec<String> = parts.map(attribute).collect();
    attributes.sort();
    let attributes: String = attributes.iter().map(|attribute| format!("; {attribute}")).collect();
    format!("{name}=…{attributes}")
}

/// An expiry is an instant, and each answer has its own: that there is one is what counts.
fn attribute(text: &str) -> String {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    let name = name.to_ascii_lowercase();
    match (name.as_str(), value) {
        ("expires", _) => "expires=…".to_owned(),
        (_, "") => name,
        _ => format!("{name}={}", value.to_ascii_lowercase()),
    }
}

#[cfg(test)]
mod tests;
