//! Nothing secret is stored: redaction comes before every record.

use siphasher::sip128::SipHasher13;

use crate::key::HashKey;
use crate::rules::Rules;

/// The request line as it may be stored: values of secret names replaced, at most a few hundred bytes.
pub fn redact_request_line(method: &str, target: &str, _rules: &Rules, key: &HashKey) -> String {
    let Some((path, query)) = target.split_once('?') else {
        return format!("{method} {target}");
    };
    format!("{method} {path}?{}", short_hash(query.as_bytes(), key))
}

fn short_hash(bytes: &[u8], key: &HashKey) -> String {
    let hasher = SipHasher13::new_with_key(key.as_bytes());
    let hash = hasher.hash(bytes).as_u128();
    format!("{:012x}", hash >> 80)
}
