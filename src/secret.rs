//! Values of the catalog that are secrets. They can be compared but are never printed.
//!
//! The server sends the SHA-256 of such a value, not the value ([`Secret::of_hex`]). Within a run, two secrets can be
//! compared by it. Between runs, a secret is recognized by its digest: an HMAC-SHA256 with the key of `--digest-key`
//! over the kind, the object, the option and the SHA-256. Without a key it is written as `***`, which equals nothing.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

use sha2::{Digest as _, Sha256};

use crate::attribute::Verdict;
use crate::hex::hex;
use crate::redact::HIDDEN;
use crate::value::Value;

/// The prefix of a digest. The identity of the key and the digest itself follow, in hexadecimal digits.
const PREFIX: &str = "hmac-sha256:";

/// The key of the run.
static KEY: OnceLock<Key> = OnceLock::new();

/// The fewest characters of a key: with a key that can be guessed, a digest reveals a password that can be guessed.
pub const SHORTEST_KEY: usize = 16;

/// A secret. `Debug` and `Display` show its digest or `***`.
#[derive(Clone)]
pub struct Secret {
    sha256: [u8; 32],
    digest: Option<String>,
    is_another: bool,
}

impl Secret {
    /// The secret of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self::of_sha256(Sha256::digest(text.as_bytes()).into())
    }

    /// The secret whose SHA-256 has these hexadecimal digits.
    #[must_use]
    pub fn of_hex(digits: &str) -> Option<Self> {
        let digits = digits.as_bytes();
        let mut sha256 = [0; 32];
        if digits.len() != 2 * sha256.len() {
            return None;
        }
        for (byte, pair) in sha256.iter_mut().zip(digits.chunks(2)) {
            let pair = std::str::from_utf8(pair).ok()?;
            *byte = u8::from_str_radix(pair, 16).ok()?;
        }
        Some(Self::of_sha256(sha256))
    }

    fn of_sha256(sha256: [u8; 32]) -> Self {
        Self {
            sha256,
            digest: None,
            is_another: false,
        }
    }

    /// The same secret, as the value of an option of an object. If the run has a key, it gets a digest.
    #[must_use]
    pub fn at(mut self, kind: &str, object: &str, option: &str) -> Self {
        self.digest = KEY.get().map(|key| key.digest(&self, kind, object, option));
        self
    }

    /// Whether a later run can recognize it.
    #[must_use]
    pub fn has_digest(&self) -> bool {
        self.digest.is_some()
    }

    /// Marks this secret as different from the expected one.
    pub fn set_another(&mut self) {
        self.is_another = true;
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.digest, self.is_another) {
            (Some(digest), _) => f.write_str(digest),
            (None, true) => write!(f, "{HIDDEN} (another value)"),
            (None, false) => f.write_str(HIDDEN),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.sha256 == other.sha256
    }
}

impl Eq for Secret {}

impl PartialOrd for Secret {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Secret {
    fn cmp(&self, other: &Self) -> Ordering {
        self.sha256.cmp(&other.sha256)
    }
}

impl Hash for Secret {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.sha256.hash(state);
    }
}

/// The key of `--digest-key`.
struct Key(Vec<u8>);

impl Key {
    fn digest(&self, secret: &Secret, kind: &str, object: &str, option: &str) -> String {
        let mut message = Vec::new();
        for part in ["driftgate", kind, object, option] {
            // With the lengths, no two lists of parts give the same message.
            message.extend_from_slice(&(part.len() as u64).to_be_bytes());
            message.extend_from_slice(part.as_bytes());
        }
        message.extend_from_slice(&secret.sha256);
        format!("{PREFIX}{}:{}", self.identity(), hex(&hmac(&self.0, &message)))
    }

    /// Distinguishes this key from others without revealing it.
    fn identity(&self) -> String {
        hex(&hmac(&self.0, b"driftgate: the identity of the key")[..4])
    }
}

/// Sets the key for the digests of this run. Only the first call has an effect.
pub fn use_key(key: &str) {
    let _ = KEY.set(Key(key.as_bytes().to_vec()));
}

/// HMAC-SHA256, RFC 2104.
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    const BLOCK: usize = 64;
    let mut block = [0; BLOCK];
    if key.len() > BLOCK {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let padded = |pad: u8| block.map(|byte| byte ^ pad);
    let inner = Sha256::new()
        .chain_update(padded(0x36))
        .chain_update(message)
        .finalize();
    let outer = Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize();
    outer.into()
}

/// Whether a text is the placeholder of a hidden value.
#[must_use]
pub fn is_marker(text: &str) -> bool {
    text.len() >= HIDDEN.len() && text.bytes().all(|b| b == b'*')
}

/// Whether a text is a digest.
#[must_use]
pub fn is_digest(text: &str) -> bool {
    key_of(text).is_some()
}

/// The identity of the key of a digest.
fn key_of(text: &str) -> Option<&str> {
    let (key, digest) = text.strip_prefix(PREFIX)?.split_once(':')?;
    let is_hex = |text: &str, digits| text.len() == digits && text.bytes().all(|b| b.is_ascii_hexdigit());
    (is_hex(key, 8) && is_hex(digest, 64)).then_some(key)
}

/// Why a hidden value is neither equal nor different.
const NOT_WRITTEN: &str =
    "its value is hidden, and was not written down: write the value or its digest, which `pull --digest-key` writes";
const NO_KEY: &str = "the file has a digest of its value: give the key with --digest-key";
const OTHER_KEY: &str =
    "the digests of its value were made with two keys: give the key that the file was written with, or pull it again";
const NOT_SAVED: &str = "its value was saved as a digest: write the digest, which `pull --digest-key` writes";

/// Compares two values of which one or both may be secrets.
#[must_use]
pub fn compare(expected: &Value, actual: &Value) -> Verdict {
    match (expected, actual) {
        (Value::Map(expected), Value::Map(actual)) => {
            if !expected.keys().eq(actual.keys()) {
                return Verdict::Different;
            }
            let mut pairs = expected.values().zip(actual.values());
            pairs
                .try_fold(Verdict::Equal, |verdict, (expected, actual)| {
                    match verdict.and(compare(expected, actual)) {
                        Verdict::Different => Err(Verdict::Different),
                        verdict => Ok(verdict),
                    }
                })
                .unwrap_or_else(|different| different)
        }
        (Value::Text(text), _) | (_, Value::Text(text)) if is_marker(text) => Verdict::Unknown(NOT_WRITTEN),
        (Value::Text(text), Value::Secret(secret)) | (Value::Secret(secret), Value::Text(text)) => {
            match (&secret.digest, is_digest(text)) {
                (Some(digest), true) => digests(digest, text),
                (None, true) if KEY.get().is_none() => Verdict::Unknown(NO_KEY),
                (None, true) => Verdict::Unknown(NOT_SAVED),
                (_, false) => Verdict::when(Secret::of(text) == *secret),
            }
        }
        (Value::Text(expected), Value::Text(actual)) if is_digest(expected) && is_digest(actual) => {
            digests(expected, actual)
        }
        (expected, actual) => Verdict::when(expected == actual),
    }
}

/// Compares two digests.
fn digests(one: &str, another: &str) -> Verdict {
    if one == another {
        Verdict::Equal
    } else if key_of(one) == key_of(another) {
        Verdict::Different
    } else {
        Verdict::Unknown(OTHER_KEY)
    }
}

/// Marks the secrets of the actual value that differ from the expected ones, so that they are not written alike.
pub fn mark_different(expected: &Value, actual: &mut Value) {
    match (expected, actual) {
        (Value::Map(expected), Value::Map(actual)) => {
            for (name, value) in actual {
                if let Some(expected) = expected.get(name) {
                    mark_different(expected, value);
                }
            }
        }
        (expected, Value::Secret(secret)) => {
            if compare(expected, &Value::Secret(secret.clone())) == Verdict::Different {
                secret.set_another();
            }
        }
        (_, _) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_is_that_of_rfc_4231() {
        for (key, message, digest) in [
            (
                &[0x0b; 20][..],
                &b"Hi There"[..],
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            assert_eq!(hex(&hmac(key, message)), digest);
        }
    }

    #[test]
    fn a_digest_depends_on_the_place_and_the_key() {
        let key = Key(b"0123456789abcdef".to_vec());
        let of =
            |text: &str, kind: &str, object: &str, option: &str| key.digest(&Secret::of(text), kind, object, option);
        let digest = of("secret", "user_mapping", "a on b", "password");
        assert!(is_digest(&digest), "{digest}");
        assert_eq!(digest, of("secret", "user_mapping", "a on b", "password"));
        let others = [
            of("Secret", "user_mapping", "a on b", "password"),
            of("secret", "server", "a on b", "password"),
            of("secret", "user_mapping", "a on c", "password"),
            of("secret", "user_mapping", "a on bp", "assword"),
        ];
        for other in others {
            assert_eq!(digests(&digest, &other), Verdict::Different);
        }
        let another =
            Key(b"0123456789abcdeg".to_vec()).digest(&Secret::of("secret"), "user_mapping", "a on b", "password");
        assert_eq!(digests(&digest, &another), Verdict::Unknown(OTHER_KEY));
    }

    #[test]
    fn a_secret_is_never_silently_equal() {
        let secret = || Value::Secret(Secret::of("a"));
        let map = |value| Value::Map([("x".to_owned(), value)].into());
        for (expected, actual, verdict) in [
            (secret(), secret(), Verdict::Equal),
            (secret(), Value::Secret(Secret::of("b")), Verdict::Different),
            (Value::from("***"), secret(), Verdict::Unknown(NOT_WRITTEN)),
            (
                Value::from("********"),
                Value::from("********"),
                Verdict::Unknown(NOT_WRITTEN),
            ),
            (secret(), Value::from("***"), Verdict::Unknown(NOT_WRITTEN)),
            (Value::from("a"), secret(), Verdict::Equal),
            (Value::from("b"), secret(), Verdict::Different),
            (secret(), Value::from("a"), Verdict::Equal),
            (Value::from("**"), Value::from("**"), Verdict::Equal),
            (Value::Null, secret(), Verdict::Different),
        ] {
            assert_eq!(compare(&expected, &actual), verdict, "{expected} {actual}");
            assert_eq!(compare(&map(expected), &map(actual)), verdict);
        }
        assert_eq!(format!("{} {:?}", secret(), secret()), "*** Secret(***)");
        assert_eq!(serde_json::Value::from(&secret()), "***");
    }
}
