//! Names that speak of secrets or of people.

/// Words that make a name sensitive wherever they stand in it.
const WORDS: [&str; 33] = [
    "apikey",
    "auth",
    "authorization",
    "bearer",
    "birthdate",
    "birthday",
    "card",
    "cookie",
    "credential",
    "credentials",
    "csrf",
    "cvc",
    "cvv",
    "dob",
    "email",
    "iban",
    "jwt",
    "mail",
    "mobile",
    "otp",
    "pan",
    "passwd",
    "password",
    "phone",
    "pin",
    "pwd",
    "secret",
    "secrets",
    "session",
    "sid",
    "ssn",
    "token",
    "tokens",
];

/// Runs of letters that make a name sensitive even when written as one word.
const RUNS: [&str; 14] = [
    "accesskey",
    "apikey",
    "authoriz",
    "birthdate",
    "cardnumber",
    "creditcard",
    "dateofbirth",
    "emailaddress",
    "passphrase",
    "password",
    "phonenumber",
    "privatekey",
    "secret",
    "token",
];

/// Whether a key, a header or a parameter with this name is hidden.
///
/// Camel case, dashes and underscores part words: `accessToken`, `access-token` and `ACCESS_TOKEN` are one name.
pub(crate) fn sensitive(name: &str) -> bool {
    let joined: String = name
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    RUNS.iter().any(|run| joined.contains(run))
        || words(name).iter().any(|word| WORDS.contains(&word.as_str()))
}

fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower_before = false;
    for letter in name.chars() {
        let parts = !letter.is_alphanumeric() || (letter.is_uppercase() && lower_before);
        if parts {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        lower_before = letter.is_lowercase();
    }
    words
}
