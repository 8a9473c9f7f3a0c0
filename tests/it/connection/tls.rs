//! TLS is never laxer than libpq's: psql connects wherever driftgate does.

use std::fs;

use super::Lab;

const UNTRUSTED: &str = "signed by an authority that is not trusted";

/// The role `pw` and its password.
const PW: &str = "pw:HUNTER%40%23%2F%3F%3A%25";

/// A URL of the laboratory by a name of the certificate. `$` begins the name of a file of the laboratory.
fn at(lab: &Lab, user: &str, parameters: &str) -> String {
    let parameters = parameters.replace('$', &lab.path(""));
    format!("postgres://{user}@localhost:{}/app?{parameters}", lab.port)
}

/// Connections with TLS by their user and parameters, with the exit code and words of the output. `$name` in the
/// parameters is the path of that file of the laboratory.
const MODES: [(&str, &str, i32, &str); 26] = [
    ("tlsonly", "sslmode=disable", 3, "pg_hba.conf"),
    ("tlsonly", "sslmode=allow", 0, ""),
    ("tlsonly", "sslmode=prefer", 0, ""),
    ("tlsonly", "sslmode=require", 0, ""),
    (PW, "sslmode=require", 0, ""),
    (PW, "sslmode=require&channel_binding=disable", 0, ""),
    (PW, "sslmode=require&channel_binding=require", 0, ""),
    (
        PW,
        "sslmode=disable&channel_binding=require",
        3,
        "channel_binding=require",
    ),
    (
        "tlsonly",
        "sslmode=require&channel_binding=require",
        3,
        "channel_binding=require",
    ),
    ("plainonly", "sslmode=disable", 0, ""),
    ("plainonly", "sslmode=allow", 0, ""),
    ("plainonly", "sslmode=prefer", 0, ""),
    ("plainonly", "sslmode=require", 3, "pg_hba.conf"),
    ("plainonly", "sslmode=verify-full&sslrootcert=$ca.crt", 3, "pg_hba.conf"),
    ("tlsonly", "sslmode=require&sslrootcert=$ca.crt", 0, ""),
    ("tlsonly", "sslmode=verify-ca&sslrootcert=$ca.crt", 0, ""),
    ("tlsonly", "sslmode=verify-full&sslrootcert=$ca.crt", 0, ""),
    ("tlsonly", "sslmode=prefer&sslrootcert=$other.crt", 3, UNTRUSTED),
    ("tlsonly", "sslmode=require&sslrootcert=$other.crt", 3, UNTRUSTED),
    ("tlsonly", "sslmode=verify-ca&sslrootcert=$other.crt", 3, UNTRUSTED),
    ("tlsonly", "sslmode=verify-full&sslrootcert=$other.crt", 3, UNTRUSTED),
    (
        "tlsonly",
        "sslmode=verify-full&sslrootcert=$ca.crt&hostaddr=127.0.0.1",
        0,
        "",
    ),
    ("tlsonly", "sslmode=require&ssl_min_protocol_version=TLSv1.3", 0, ""),
    ("tlsonly", "sslmode=require&ssl_max_protocol_version=TLSv1.2", 0, ""),
    ("certuser", "sslmode=require", 3, "client certificate"),
    (
        "certuser",
        "sslmode=require&sslcert=$client.crt&sslkey=$client.key",
        0,
        "",
    ),
];

/// Checks the exit code and the output, and that psql agrees whether the connection is possible.
fn check_both(lab: &Lab, url: &str, code: i32, words: &str) {
    lab.check(url, &[]).is(code, words);
    assert_eq!(lab.psql(url), code == 0, "psql and {url}");
}

#[test]
#[ignore = "not run: needs openssl; see docs/development.md"]
fn tls_is_never_laxer_than_libpq() {
    let lab = Lab::shared_with_tls();
    for (user, parameters, code, words) in MODES {
        check_both(lab, &at(lab, user, parameters), code, words);
    }
    for (list, code, words) in [
        ("ca.crl", 0, ""),
        ("revoked.crl", 3, "has been revoked"),
        ("other.crl", 3, "does not cover the authority"),
    ] {
        let parameters = format!("sslmode=verify-full&sslrootcert=$ca.crt&sslcrl=${list}");
        check_both(lab, &at(lab, "tlsonly", &parameters), code, words);
    }

    // The name is verified, not the address that it resolves to.
    let elsewhere = at(
        lab,
        "tlsonly",
        "sslmode=verify-full&sslrootcert=$ca.crt&hostaddr=127.0.0.1",
    )
    .replace("@localhost", "@db.example.com");
    let words = "not valid for the host `db.example.com`, only for localhost, 127.0.0.1";
    check_both(lab, &elsewhere, 3, words);
}

#[test]
#[ignore = "not run: needs openssl; see docs/development.md"]
fn only_the_given_roots_are_trusted() {
    let lab = Lab::start_with_tls();
    let at = |user: &str, parameters: &str| at(&lab, user, parameters);
    let (ca, other) = (lab.path("ca.crt"), lab.path("other.crt"));
    // The roots that are named replace those of the machine, and nothing in the environment adds to them.
    let strict = at("tlsonly", &format!("sslmode=verify-full&sslrootcert={other}"));
    lab.check(&at("tlsonly", "sslrootcert=system"), &[("SSL_CERT_FILE", &ca)])
        .is(0, "");
    lab.check(&at("tlsonly", "sslrootcert=system"), &[("PGSSLROOTCERT", &ca)])
        .is(3, UNTRUSTED);
    lab.check(&strict, &[("SSL_CERT_FILE", &ca)]).is(3, UNTRUSTED);
    lab.check(&strict, &[("PGSSLROOTCERT", &ca)]).is(3, UNTRUSTED);
    lab.check(&at("tlsonly", "sslmode=require"), &[("PGSSLKEY", "/nope")])
        .is(0, "");
    lab.write("store/ca.crt", &fs::read_to_string(&ca).expect("a certificate"));
    lab.check(
        &strict,
        &[("SSL_CERT_DIR", &lab.home().join("store").display().to_string())],
    )
    .is(3, UNTRUSTED);
    // The default root file turns `require` into `verify-ca`.
    lab.write(
        ".postgresql/root.crt",
        &fs::read_to_string(&other).expect("a certificate"),
    );
    lab.check(&at("tlsonly", "sslmode=require"), &[]).is(3, UNTRUSTED);
    fs::remove_dir_all(lab.home().join(".postgresql")).expect("to remove the default root file");
}

#[test]
#[ignore = "not run: needs openssl; see docs/development.md"]
fn certificates_are_verified_as_libpq_does() {
    let lab = Lab::start_with_tls();
    let at = |user: &str, parameters: &str| at(&lab, user, parameters);
    let (ca, selfsigned) = (lab.path("ca.crt"), lab.path("selfsigned.crt"));
    // certificate, root, exit codes of verify-ca and verify-full, words
    for (certificate, root, verify_ca, verify_full, words) in [
        (
            "wrong",
            &ca,
            0,
            3,
            "not valid for the host `localhost`, only for db.example.com",
        ),
        ("nosan", &ca, 0, 3, "no subject alternative name"),
        ("expired", &ca, 3, 3, "expired"),
        // The very certificate that the file names; another of its kind is none of it.
        ("selfsigned", &selfsigned, 0, 0, ""),
        ("selfsigned", &ca, 3, 3, "CA:TRUE"),
    ] {
        lab.show(certificate);
        lab.check(&at("tlsonly", "sslmode=require"), &[]).is(0, "");
        for (mode, code) in [("verify-ca", verify_ca), ("verify-full", verify_full)] {
            let url = at("tlsonly", &format!("sslmode={mode}&sslrootcert={root}"));
            lab.check(&url, &[]).is(code, if code == 0 { "" } else { words });
            // libpq takes the common name where there is no other.
            if certificate != "nosan" {
                assert_eq!(lab.psql(&url), code == 0, "psql and {url}");
            }
        }
    }
}
