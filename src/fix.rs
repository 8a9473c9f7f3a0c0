//! The statements that make a finding go, with what a script needs to know to run them safely.
//!
//! A [`Hint`](crate::hint::Hint) is what people read beside a finding. A fix is what `driftgate repair` writes: it may be
//! longer, because a safe form takes more statements, and it exists where a hint has only words.

use crate::hint::Hint;
use crate::object_id::ObjectId;

/// What there is to do about a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Advised {
    /// What reports say.
    pub hint: Option<Hint>,
    /// What a script runs.
    pub fix: Option<Box<Fix>>,
}

/// What to run so that a finding goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The steps, in order.
    pub steps: Vec<FixStep>,
    /// The schema that unqualified names in the statements are in, if they have such names.
    pub path: Option<String>,
    /// What is lost. `None` if nothing is.
    pub loss: Option<Loss>,
    /// When it runs, compared with the fixes of other findings.
    pub turn: Turn,
    /// What must be dropped before, and be created again. `None` if nothing has to.
    pub recreates: Option<Recreated>,
    /// Its part in the list of the statement that creates a table. `None` if it has none.
    pub list: Option<InList>,
    /// What differs after it, although it runs. `None` if nothing does.
    pub leaves: Option<&'static str>,
}

/// What a fix is to the list of a statement that creates a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InList {
    /// Its statement has an empty list, which ends at this place.
    Holds(usize),
    /// This can be an entry of the list, in place of its statement.
    Entry(String),
}

/// What a fix cannot change while other objects depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recreated {
    /// The type of a column. What mentions the column is dropped before, and created again after.
    Column(ObjectId),
    /// The query of a view, which is dropped as well. The fix creates it.
    Query(ObjectId),
}

/// Statements that run together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixStep {
    /// Statements, each with its semicolon.
    pub sql: String,
    /// How they run.
    pub run: RunMode,
}

/// How statements run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RunMode {
    #[default]
    /// In a transaction, which other steps may share.
    Together,
    /// In a transaction of its own, because it reads or writes many rows.
    Alone,
    /// Outside of a transaction, because PostgreSQL refuses it inside of one.
    Outside,
}

/// When a fix runs. Each is one pass over the script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// Before all others: what has another name.
    Rename,
    /// Then what depends on other objects and must go.
    DropDependent,
    /// What is changed or created, in the order in which objects can refer to each other.
    Make,
    /// Last: what other objects can depend on, and must go.
    DropBase,
}

/// What a fix loses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loss {
    /// The rows of a relation.
    Rows(ObjectId),
    /// The values of a column.
    Values(ObjectId),
    /// What the conversion of a column to another type cannot keep.
    Conversion {
        /// The column.
        column: ObjectId,
        /// Its type.
        from: String,
        /// The expected type.
        to: String,
    },
    /// Something else, in words.
    Other(&'static str),
}

impl Fix {
    /// Statements that can run in a transaction, and that lose nothing.
    pub fn of(sql: impl Into<String>) -> Self {
        Self::of_steps(vec![FixStep::new(sql, RunMode::Together)])
    }

    /// Steps that lose nothing.
    #[must_use]
    pub fn of_steps(steps: Vec<FixStep>) -> Self {
        Self {
            steps,
            path: None,
            loss: None,
            turn: Turn::Make,
            recreates: None,
            list: None,
            leaves: None,
        }
    }

    /// The same fix, which loses this.
    #[must_use]
    pub fn loses(self, loss: impl Into<Option<Loss>>) -> Self {
        Self {
            loss: loss.into(),
            ..self
        }
    }

    /// The same fix, which runs while what depends on this is dropped.
    #[must_use]
    pub fn recreates(self, what: Recreated) -> Self {
        Self {
            recreates: Some(what),
            ..self
        }
    }

    /// The same fix, after which this differs.
    #[must_use]
    pub fn leaves(self, what: &'static str) -> Self {
        Self {
            leaves: Some(what),
            ..self
        }
    }

    /// The same fix with its part in a list.
    #[must_use]
    pub fn list(self, list: InList) -> Self {
        Self {
            list: Some(list),
            ..self
        }
    }

    /// The same fix in another turn.
    #[must_use]
    pub fn turn(self, turn: Turn) -> Self {
        Self { turn, ..self }
    }
}

impl FixStep {
    /// Statements, each with its semicolon, and how they run.
    pub fn new(sql: impl Into<String>, run: RunMode) -> Self {
        Self { sql: sql.into(), run }
    }
}

impl Loss {
    /// The relation whose rows it concerns.
    #[must_use]
    pub fn relation(&self) -> Option<ObjectId> {
        match self {
            Self::Rows(relation) => Some(relation.clone()),
            Self::Values(column) | Self::Conversion { column, .. } => Some(column.relation()),
            Self::Other(_) => None,
        }
    }
}
