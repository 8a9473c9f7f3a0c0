//! The certificates and revocation lists of a laboratory, made with openssl.

use std::fs;
use std::process::Command;

use super::Lab;
use crate::server::finish;

impl Lab {
    /// Makes the server show another certificate.
    pub(super) fn show(&self, certificate: &str) {
        let (crt, key) = (
            self.path(&format!("{certificate}.crt")),
            self.path(&format!("{certificate}.key")),
        );
        self.launched
            .configure(&format!("ssl_cert_file='{crt}'\nssl_key_file='{key}'\n"))
            .and_then(|()| self.launched.start())
            .expect("a server with another certificate");
    }

    /// Two authorities, and server certificates of the first: a good one and those with something wrong.
    pub(super) fn make_certificates(&self) {
        const KEY: [&str; 5] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
        for name in ["ca", "other", "selfsigned"] {
            let (key, crt) = (self.path(&format!("{name}.key")), self.path(&format!("{name}.crt")));
            let mut command = Command::new("openssl");
            command.args(["req", "-x509", "-days", "30"]).args(KEY);
            command.args(["-keyout", &key, "-out", &crt, "-subj", &format!("/CN={name}")]);
            openssl(command.args(["-addext", "subjectAltName=DNS:localhost"]));
        }
        for (name, subject, names, days) in [
            (
                "good",
                "/CN=localhost",
                "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "30",
            ),
            ("nosan", "/CN=localhost", "", "30"),
            ("wrong", "/CN=db.example.com", "subjectAltName=DNS:db.example.com", "30"),
            ("expired", "/CN=localhost", "subjectAltName=DNS:localhost", "-1"),
            ("client", "/CN=certuser", "", "30"),
        ] {
            let file = |kind: &str| self.path(&format!("{name}.{kind}"));
            fs::write(file("ext"), format!("basicConstraints=CA:FALSE\n{names}\n")).expect("a file");
            let mut command = Command::new("openssl");
            command.arg("req").args(KEY);
            openssl(command.args(["-subj", subject, "-keyout", &file("key"), "-out", &file("csr")]));
            let mut command = Command::new("openssl");
            command.args(["x509", "-req", "-CAcreateserial", "-days", days, "-in", &file("csr")]);
            command.args(["-CA", &self.path("ca.crt"), "-CAkey", &self.path("ca.key")]);
            openssl(command.args(["-extfile", &file("ext"), "-out", &file("crt")]));
        }
        self.make_revocation_lists();
        for name in ["good", "nosan", "wrong", "expired", "selfsigned", "client"] {
            let key = self.launched.folder.join(format!("{name}.key"));
            let text = fs::read_to_string(&key).expect("a key");
            self.launched
                .file(&format!("{name}.key"), &text)
                .expect("a key for the server alone");
        }
    }

    /// The list of the first authority before and after it has revoked the good certificate, and that of the second.
    fn make_revocation_lists(&self) {
        for authority in ["ca", "other"] {
            let (settings, database) = (
                self.path(&format!("{authority}.cnf")),
                self.path(&format!("{authority}.txt")),
            );
            fs::write(&database, "").expect("a file");
            fs::write(
                &settings,
                format!(
                    "[ca]\ndefault_ca=d\n[d]\ndatabase={database}\ncrlnumber={database}.number\ndefault_md=sha256\n\
                     default_crl_days=30\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n"
                ),
            )
            .expect("a file");
            fs::write(format!("{database}.number"), "01\n").expect("a file");
            let ca = |arguments: &[&str]| {
                let mut command = Command::new("openssl");
                command.args(["ca", "-config", &settings]);
                command.args(["-cert", &self.path(&format!("{authority}.crt"))]);
                command.args(["-keyfile", &self.path(&format!("{authority}.key"))]);
                openssl(command.args(arguments));
            };
            ca(&["-gencrl", "-out", &self.path(&format!("{authority}.crl"))]);
            if authority == "ca" {
                ca(&["-revoke", &self.path("good.crt")]);
                ca(&["-gencrl", "-out", &self.path("revoked.crl")]);
            }
        }
    }
}

fn openssl(command: &mut Command) {
    finish(command).unwrap_or_else(|error| panic!("this test makes certificates, for which it needs openssl: {error}"));
}
