//! The channel binding `tls-server-end-point`: a hash of the server's certificate. An attacker between client and server has
//! a different certificate.
//!
//! Source: RFC 5929, section 4.1; `be_tls_get_certificate_hash` in PostgreSQL's be-secure-openssl.c.

use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// The hash of a certificate in DER, with the hash function of its signature. `None` if the signature algorithm does not
/// determine one, such as Ed25519 and RSASSA-PSS: then PostgreSQL does not offer channel binding.
pub(super) fn hash(certificate: &[u8]) -> Option<Vec<u8>> {
    // The arcs that follow the tag and the length of the object identifier of a signature's algorithm.
    const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
    const ECDSA_SHA2: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03];
    const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04];
    let (last, arcs) = signature_algorithm(certificate)?.split_last()?;
    match (arcs, last) {
        // MD5 and SHA-1 are replaced by SHA-256.
        (RSA, 4 | 5 | 11) | (ECDSA, 1) | (ECDSA_SHA2, 2) => Some(Sha256::digest(certificate).to_vec()),
        (RSA, 12) | (ECDSA_SHA2, 3) => Some(Sha384::digest(certificate).to_vec()),
        (RSA, 13) | (ECDSA_SHA2, 4) => Some(Sha512::digest(certificate).to_vec()),
        _ => None,
    }
}

/// The object identifier in `Certificate.signatureAlgorithm` (RFC 5280, 4.1).
fn signature_algorithm(certificate: &[u8]) -> Option<&[u8]> {
    let (certificate, _) = element(certificate, 0x30)?;
    let (_, rest) = element(certificate, 0x30)?;
    let (algorithm, _) = element(rest, 0x30)?;
    let (identifier, _) = element(algorithm, 0x06)?;
    Some(identifier)
}

/// The content of the first DER element, which must have this tag, and the bytes after the element.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = der.split_first()?;
    let (length, rest) = rest.split_first()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(*length), rest),
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(length - 0x80))?;
            let length = bytes
                .iter()
                .fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
            (length, rest)
        }
        _ => return None,
    };
    (*first == tag).then(|| rest.split_at_checked(length))?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A certificate that contains only its signature algorithm.
    fn certificate(algorithm: &[u8]) -> Vec<u8> {
        let element = |tag, contents: &[u8]| [&[tag, u8::try_from(contents.len()).unwrap()], contents].concat();
        let algorithm = element(0x30, &element(0x06, algorithm));
        element(0x30, &[element(0x30, b"to be signed"), algorithm].concat())
    }

    #[test]
    fn the_hash_function_is_that_of_the_signature() {
        let length = |algorithm: &[u8]| hash(&certificate(algorithm)).map(|hash| hash.len() * 8);
        let rsa = |last| [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, last];
        let ecdsa = |last| [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, last];
        assert_eq!(
            [4, 5, 11, 12, 13].map(|last| length(&rsa(last))),
            [256, 256, 256, 384, 512].map(Some)
        );
        assert_eq!([2, 3, 4].map(|last| length(&ecdsa(last))), [256, 384, 512].map(Some));
        assert_eq!(length(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01]), Some(256));
        // RSASSA-PSS, Ed25519
        assert_eq!(length(&rsa(10)), None);
        assert_eq!(length(&[0x2b, 0x65, 0x70]), None);
    }

    #[test]
    fn an_invalid_certificate_has_no_hash() {
        let whole = certificate(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 2]);
        for end in 0..whole.len() {
            assert_eq!(hash(&whole[..end]), None, "{end}");
        }
        assert_eq!(hash(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
        assert_eq!(hash(&[0x30, 0x80, 0, 0]), None);
    }
}
