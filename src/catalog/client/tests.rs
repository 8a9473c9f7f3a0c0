//! How the client handles invalid answers. The answers are sent before the requests.

use tokio::io::AsyncWriteExt as _;

use super::*;
use crate::sql;
use crate::sql::Statement;

fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap();
    [&[tag], length.to_be_bytes().as_slice(), body].concat()
}

fn column() -> Vec<u8> {
    let mut body = b"\0\x01a\0".to_vec();
    body.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0]);
    message(b'T', &body)
}

fn row(cell: &str) -> Vec<u8> {
    let length = u32::try_from(cell.len()).unwrap().to_be_bytes();
    message(b'D', &[b"\0\x01", length.as_slice(), cell.as_bytes()].concat())
}

fn complete(tag: &str) -> Vec<u8> {
    message(b'C', format!("{tag}\0").as_bytes())
}

fn ready() -> Vec<u8> {
    message(b'Z', b"T")
}

fn error(severity: &str) -> Vec<u8> {
    let words = if severity == "FATAL" {
        "the end"
    } else {
        "no such column"
    };
    message(b'E', format!("V{severity}\0C42703\0M{words}\0\0").as_bytes())
}

/// The result of a call on a client that receives this answer.
fn with_answer<T>(answer: &[Vec<u8>], call: impl AsyncFnOnce(&mut Client) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (near, mut far) = tokio::io::duplex(1 << 20);
        far.write_all(&message(b'R', &[0; 4])).await.unwrap();
        far.write_all(&ready()).await.unwrap();
        far.write_all(&answer.concat()).await.unwrap();
        let startup = Startup {
            user: "u",
            password: None,
            database: "d",
            application_name: "a",
            options: None,
            binding: Binding::Unsupported,
        };
        let mut client = Client::start(Box::new(near), &startup).await.unwrap();
        // The other end sends nothing more and keeps the connection open.
        let came = tokio::time::timeout(std::time::Duration::from_secs(5), call(&mut client)).await;
        drop(far);
        came.unwrap()
    })
}

#[test]
fn a_batch_is_answered_statement_by_statement() {
    let batch = |answer: &[Vec<u8>]| {
        with_answer(answer, async |client| {
            let mut seen = Vec::new();
            let counts = client
                .batch(&[sql!["SELECT 1"], sql!["SELECT 2"]], |number, row| {
                    seen.push((number, row.text(0)?.map(str::to_owned)));
                    Ok(())
                })
                .await;
            counts.map(|counts| (counts, seen)).map_err(|error| error.message)
        })
    };
    let one = |cell: &str| [column(), row(cell), complete("SELECT 1")].concat();
    assert_eq!(
        batch(&[one("x"), one("y"), ready()]),
        Ok((vec![1, 1], vec![(0, Some("x".into())), (1, Some("y".into()))]))
    );
    let broken = |answer: &[Vec<u8>], words: &str| {
        let message = batch(answer).unwrap_err();
        assert!(
            message.contains("violated the protocol") && message.contains(words),
            "{message}"
        );
    };
    broken(&[one("x"), ready()], "1 of 2 statements");
    broken(&[ready()], "0 of 2 statements");
    broken(&[one("x"), one("y"), one("z"), ready()], "more results");
    broken(&[one("x"), one("y"), column(), row("z"), ready()], "more results");
    broken(
        &[column(), row("x"), complete("SELECT 2"), ready()],
        "counts other rows",
    );
    broken(&[row("x"), complete("SELECT 1"), ready()], "announced columns");
    // An error of the protocol is returned at once; this answer is not complete.
    broken(&[message(b'I', b"")], "does not answer a query");
    // What a statement message comes before the end that follows it.
    assert_eq!(batch(&[error("ERROR"), error("FATAL")]), Err("no such column".into()));
    assert_eq!(
        batch(&[one("x"), error("FATAL"), one("y"), ready()]),
        Err("the end".into())
    );
}

#[test]
fn a_cancelled_call_makes_the_connection_unusable() {
    let answer = [message(b'I', b""), ready(), complete("SET"), ready()];
    let message = with_answer(&answer, async |client| {
        let broken = client.execute(&[sql!["SET a = b"]]).await;
        assert_eq!(client.execute(&[sql!["SET a = b"]]).await, broken);
        broken.unwrap_err().message
    });
    assert!(message.contains("does not answer a query"), "{message}");
    // A cancelled call is not resumed.
    let message = with_answer(&[complete("SET")], async |client| {
        let statements = [sql!["SET a = b"]];
        let mut call = Box::pin(client.execute(&statements));
        assert!(futures_util::future::poll_immediate(&mut call).await.is_none());
        drop(call);
        client.execute(&statements).await.unwrap_err().message
    });
    assert!(message.contains("was cancelled"), "{message}");
    // A statement that fails leaves the connection as it is.
    let outcome = with_answer(&[error("ERROR"), ready(), complete("SET"), ready()], async |client| {
        assert!(client.execute(&[sql!["SET a = b"]]).await.is_err());
        client.execute(&[sql!["SET a = b"]]).await
    });
    assert_eq!(outcome, Ok(()));
}

#[test]
fn a_single_statement_returns_rows_or_an_error() {
    let alone = |answer: &[Vec<u8>]| {
        with_answer(answer, async |client| {
            let rows = client.run_single(&Statement::new("SELECT 1")).await;
            rows.map(|rows| rows.len()).map_err(|error| error.message)
        })
    };
    let begin = || [message(b'1', b""), message(b'2', b""), column()].concat();
    assert_eq!(alone(&[begin(), row("x"), complete("SELECT 1"), ready()]), Ok(1));
    for answer in [
        vec![ready()],
        vec![begin(), ready()],
        vec![begin(), row("x"), ready()],
        vec![begin(), row("x"), complete("SELECT 0"), ready()],
        vec![begin(), message(b'R', &[0; 4]), ready()],
    ] {
        let message = alone(&answer).unwrap_err();
        assert!(message.contains("violated the protocol"), "{message}");
    }
}

/// What describing a statement gives with these answers of a server.
fn describe(answer: &[Vec<u8>]) -> Result<Vec<Result<Described, ServerError>>, String> {
    with_answer(answer, async |client| {
        let described = client.describe(&[Description::default()]).await;
        described.map_err(|error| error.message)
    })
}

/// The answers to a statement that is prepared and described.
fn parsed() -> Vec<u8> {
    [message(b'1', b""), message(b't', &[0, 0])].concat()
}

#[test]
fn statements_are_described() {
    let notice = message(b'N', b"SLOG\0Mparse tree:\0D{QUERY}\0\0");
    let good = [
        complete("SET"),
        ready(),
        notice,
        parsed(),
        column(),
        ready(),
        complete("SET"),
        ready(),
    ];
    let described = describe(&good).unwrap().remove(0).unwrap();
    assert_eq!(
        (described.columns.len(), described.details),
        (1, vec!["{QUERY}".to_owned()])
    );
    let nothing = [
        complete("SET"),
        ready(),
        parsed(),
        message(b'n', b""),
        ready(),
        complete("SET"),
        ready(),
    ];
    assert_eq!(describe(&nothing), Ok(vec![Ok(Described::default())]));
    let failed = [
        complete("SET"),
        ready(),
        error("ERROR"),
        ready(),
        complete("SET"),
        ready(),
    ];
    assert!(describe(&failed).unwrap()[0].is_err());
}

#[test]
fn nothing_to_send_needs_no_answer() {
    assert_eq!(with_answer(&[], async |client| client.execute(&[]).await), Ok(()));
    assert_eq!(
        with_answer(&[], async |client| client.describe(&[]).await),
        Ok(Vec::new())
    );
}

#[test]
fn a_missing_description_is_an_error() {
    let message = describe(&[ready(), ready(), ready()]).unwrap_err();
    assert!(message.contains("did not describe"), "{message}");
    // An error around the statement fails the whole call.
    let message = describe(&[
        error("ERROR"),
        ready(),
        parsed(),
        column(),
        ready(),
        complete("SET"),
        ready(),
    ]);
    assert_eq!(message, Err("no such column".to_owned()));
}

#[test]
fn a_table_is_copied_to_the_end() {
    let copy = |answer: &[Vec<u8>]| {
        with_answer(answer, async |client| {
            let mut lines = 0;
            let copied = client
                .copy_out(&sql!["COPY t TO STDOUT"], |_| {
                    lines += 1;
                    Ok(())
                })
                .await;
            copied.map(|()| lines).map_err(|error| error.message)
        })
    };
    let begin = || message(b'H', &[0, 0, 1, 0, 0]);
    let line = || message(b'd', b"x\n");
    let done = || message(b'c', b"");
    assert_eq!(
        copy(&[begin(), line(), line(), done(), complete("COPY 2"), ready()]),
        Ok(2)
    );
    assert_eq!(copy(&[begin(), done(), complete("COPY 0"), ready()]), Ok(0));
    for answer in [
        vec![ready()],
        vec![complete("COPY 0"), ready()],
        vec![begin(), line(), ready()],
        vec![begin(), line(), done(), complete("COPY 2"), ready()],
    ] {
        let message = copy(&answer).unwrap_err();
        assert!(message.contains("violated the protocol"), "{message}");
    }
}

#[test]
fn a_script_is_answered() {
    let script = |answer: &[Vec<u8>]| {
        with_answer(answer, async |client| {
            let outcome = client.script("x", None).await;
            outcome.map_err(|error| (error.completed, error.error.message))
        })
    };
    assert_eq!(script(&[complete("SET"), ready()]), Ok(()));
    assert_eq!(script(&[message(b'I', b""), ready()]), Ok(()));
    assert_eq!(
        script(&[complete("SET"), error("ERROR"), ready()]),
        Err((1, "no such column".to_owned()))
    );
    assert!(script(&[ready()]).unwrap_err().1.contains("did not answer"));
}
