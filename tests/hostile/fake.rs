//! A fake server. It implements as much of PostgreSQL's protocol as a test needs, and then sends what the test chooses.
//!
//! Source: PostgreSQL's documentation, "Frontend/Backend Protocol", "Message Formats".

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// A fake server. It listens on its own port until the process ends, and handles each connection in a thread.
pub struct Fake {
    port: u16,
}

impl Fake {
    /// Starts a server that calls `serve` for each connection. Its errors are ignored, because clients disconnect.
    pub fn new(serve: impl Fn(&mut Peer) -> io::Result<()> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let serve = Arc::new(serve);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serve = Arc::clone(&serve);
                std::thread::spawn(move || serve(&mut Peer { stream }));
            }
        });
        Self { port }
    }

    /// The URL of the server, with a password.
    pub fn url(&self, parameters: &str) -> String {
        format!(
            "postgres://u:secret@127.0.0.1:{}/d?connect_timeout=2&{parameters}",
            self.port
        )
    }
}

/// The client at the other end.
pub struct Peer {
    stream: TcpStream,
}

impl Peer {
    /// Sends bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Sends bytes repeatedly until the client disconnects.
    pub fn endless(&mut self, bytes: &[u8]) -> io::Result<()> {
        let many = bytes.repeat(64 * 1024 / bytes.len().max(1) + 1);
        loop {
            self.raw(&many)?;
        }
    }

    /// Sends a message.
    pub fn message(&mut self, tag: u8, body: &[u8]) -> io::Result<()> {
        self.raw(&message(tag, body))
    }

    /// Sends nothing more, and keeps the connection open.
    pub fn silent(&mut self) -> io::Result<()> {
        self.stream.set_read_timeout(Some(Duration::from_mins(2)))?;
        io::copy(&mut self.stream, &mut io::sink()).map(drop)
    }

    /// Refuses TLS, and reads the start-up message.
    pub fn startup(&mut self) -> io::Result<()> {
        loop {
            let body = self.body()?;
            match body.get(..4) {
                // SSLRequest, GSSENCRequest
                Some([0x04, 0xd2, 0x16, 0x2f | 0x30]) => self.raw(b"N")?,
                _ => return Ok(()),
            }
        }
    }

    /// Reads the request for TLS.
    pub fn tls_request(&mut self) -> io::Result<()> {
        self.body().map(drop)
    }

    /// Reads the start-up message, and begins the session.
    pub fn welcome(&mut self) -> io::Result<()> {
        self.startup()?;
        self.message(b'R', &[0, 0, 0, 0])?;
        for (name, value) in [
            ("server_version", "15.4"),
            ("server_encoding", "UTF8"),
            ("client_encoding", "UTF8"),
            ("standard_conforming_strings", "on"),
        ] {
            self.message(b'S', format!("{name}\0{value}\0").as_bytes())?;
        }
        self.message(b'K', &[0, 0, 0, 1, 0, 0, 0, 2])?;
        self.ready()
    }

    /// ReadyForQuery.
    pub fn ready(&mut self) -> io::Result<()> {
        self.message(b'Z', b"T")
    }

    /// Reads a message from the client.
    pub fn read(&mut self) -> io::Result<(u8, Vec<u8>)> {
        let mut tag = [0];
        self.stream.read_exact(&mut tag)?;
        Ok((tag[0], self.body()?))
    }

    /// Reads messages until one is a query of the simple protocol, and returns the number of its statements. A server sends
    /// one result for each. driftgate separates statements by a semicolon and a line break.
    pub fn query(&mut self) -> io::Result<usize> {
        loop {
            if let (b'Q', body) = self.read()? {
                return Ok(body.windows(2).filter(|window| window == b";\n").count() + 1);
            }
        }
    }

    fn body(&mut self) -> io::Result<Vec<u8>> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length).saturating_sub(4);
        let mut body = Vec::new();
        (&mut self.stream).take(u64::from(length)).read_to_end(&mut body)?;
        Ok(body)
    }
}

/// A message.
pub fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).expect("a short message");
    announced(tag, length, body)
}

/// A message with any announced length.
pub fn announced(tag: u8, length: u32, body: &[u8]) -> Vec<u8> {
    [&[tag], length.to_be_bytes().as_slice(), body].concat()
}

/// RowDescription: columns of text.
pub fn columns(names: &[&str]) -> Vec<u8> {
    let mut body = u16::try_from(names.len()).expect("few columns").to_be_bytes().to_vec();
    for name in names {
        body.extend(name.as_bytes());
        body.push(0);
        // No table, type 25 (text) of variable length, without a modifier, as text.
        body.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0]);
    }
    message(b'T', &body)
}

/// DataRow.
pub fn row(cells: &[&str]) -> Vec<u8> {
    let mut body = u16::try_from(cells.len()).expect("few cells").to_be_bytes().to_vec();
    for cell in cells {
        body.extend(u32::try_from(cell.len()).expect("a short cell").to_be_bytes());
        body.extend(cell.as_bytes());
    }
    message(b'D', &body)
}

/// CommandComplete.
pub fn complete(tag: &str) -> Vec<u8> {
    message(b'C', format!("{tag}\0").as_bytes())
}

/// NoticeResponse or ErrorResponse.
pub fn fields(tag: u8, fields: &[(u8, &str)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (kind, text) in fields {
        body.push(*kind);
        body.extend(text.as_bytes());
        body.push(0);
    }
    body.push(0);
    message(tag, &body)
}
