//! Rows from the server. All cells are text.

use std::ops::Range;
use std::sync::Arc;

use fallible_iterator::FallibleIterator as _;
use postgres_protocol::message::backend::{CommandCompleteBody, DataRowBody, RowDescriptionBody};

use super::ServerError;

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The object identifier of its type.
    pub type_oid: u32,
    /// The modifier of its type; -1 if it has none.
    pub type_modifier: i32,
}

/// A borrowed row.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    columns: &'a Arc<[Column]>,
    body: &'a [u8],
    cells: &'a [Option<Range<usize>>],
}

impl<'a> Row<'a> {
    pub(super) fn new(columns: &'a Arc<[Column]>, body: &'a [u8], cells: &'a [Option<Range<usize>>]) -> Self {
        Self { columns, body, cells }
    }

    /// The columns of the result.
    #[must_use]
    pub fn columns(&self) -> &'a [Column] {
        self.columns
    }

    /// The bytes of a cell; `None` if it is null or there is no such column.
    #[must_use]
    pub fn bytes(&self, column: usize) -> Option<&'a [u8]> {
        self.body.get(self.cells.get(column)?.clone()?)
    }

    /// The text of a cell; `None` if it is null or there is no such column.
    ///
    /// # Errors
    /// The text is not UTF-8, which is possible in a database with the encoding SQL_ASCII.
    pub fn text(&self, column: usize) -> Result<Option<&'a str>, ServerError> {
        self.bytes(column).map(text).transpose()
    }

    /// A copy of the cells.
    #[must_use]
    pub fn to_cells(&self) -> Cells {
        Cells {
            columns: Arc::clone(self.columns),
            cells: (0..self.columns.len())
                .map(|column| self.bytes(column).map(<[u8]>::to_vec))
                .collect(),
        }
    }
}

/// An owned row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cells {
    columns: Arc<[Column]>,
    cells: Vec<Option<Vec<u8>>>,
}

impl Cells {
    /// The columns of the result.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The text of a cell; `None` if it is null or there is no such column.
    ///
    /// # Errors
    /// The text is not UTF-8.
    pub fn text(&self, column: usize) -> Result<Option<&str>, ServerError> {
        self.bytes(column).map(text).transpose()
    }

    /// The bytes of a cell; `None` if it is null or there is no such column.
    #[must_use]
    pub fn bytes(&self, column: usize) -> Option<&[u8]> {
        self.cells.get(column)?.as_deref()
    }

    /// The text of the cell in the column of this name; `None` if it is null or there is no such column.
    ///
    /// # Errors
    /// The text is not UTF-8.
    pub fn named(&self, name: &str) -> Result<Option<&str>, ServerError> {
        match self.columns.iter().position(|column| column.name == name) {
            Some(column) => self.text(column),
            None => Ok(None),
        }
    }
}

fn text(bytes: &[u8]) -> Result<&str, ServerError> {
    std::str::from_utf8(bytes).map_err(|_| ServerError::broken("a text in its answer is not in UTF-8"))
}

/// Parses the description of a result.
pub(super) fn columns(body: &RowDescriptionBody) -> Result<Arc<[Column]>, ServerError> {
    let columns = body.fields().map(|field| {
        Ok(Column {
            name: field.name().to_owned(),
            type_oid: field.type_oid(),
            type_modifier: field.type_modifier(),
        })
    });
    let columns: Result<Vec<Column>, _> = columns.collect();
    columns
        .map(Arc::from)
        .map_err(|_| ServerError::broken("the columns of its answer cannot be read"))
}

/// The byte ranges of the cells of a row.
pub(super) fn ranges(body: &DataRowBody, columns: usize) -> Result<Vec<Option<Range<usize>>>, ServerError> {
    let cells: Vec<Option<Range<usize>>> = body
        .ranges()
        .collect()
        .map_err(|_| ServerError::broken("a row of its answer cannot be read"))?;
    if cells.len() == columns {
        Ok(cells)
    } else {
        Err(ServerError::broken("a row does not have the announced columns"))
    }
}

/// Compares the number of received rows with the server's own count: `SELECT 3`, `FETCH 3`, `COPY 3`.
pub(super) fn check_count(body: &CommandCompleteBody, rows: u64) -> Result<(), ServerError> {
    let tag = body
        .tag()
        .map_err(|_| ServerError::broken("the end of a statement cannot be read"))?;
    let counted = match tag.split_once(' ') {
        Some(("SELECT" | "FETCH" | "COPY", count)) => count.parse::<u64>().ok(),
        _ => return Ok(()),
    };
    if counted == Some(rows) {
        Ok(())
    } else {
        Err(ServerError::broken("it counts other rows than it sent"))
    }
}
