//! Questions that only a server can answer.

/// Two texts of which only the server can say whether they mean the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    /// What the texts are.
    pub form: Form,
    /// The expected text.
    pub expected: String,
    /// The text in the catalog.
    pub actual: String,
}

/// What the texts of a [`Question`] are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// Types with modifiers.
    Type,
    /// Types without modifiers, including pseudo-types.
    BaseType,
    /// Expressions over the columns of the relation.
    Expression,
    /// Expressions without columns, cast to this type.
    Value(String),
    /// Expressions over the columns of the relation, cast to this type.
    Computed(String),
    /// Expressions over the columns of several rows of the relation, which have these names: `old.total < new.total`.
    Rows(&'static [&'static str]),
    /// Queries.
    Query,
    /// Queries of which the expected one has the columns of the other, and perhaps more behind them. They are only analysed.
    Columns,
    /// Values of the setting with this name in lower case.
    Setting(String),
    /// SQL-standard bodies of a routine. The statement that creates the routine begins with this text.
    Body(String),
}

impl Form {
    /// Whether the texts are expressions, not types.
    #[must_use]
    pub fn is_expression(&self) -> bool {
        match self {
            Self::Expression | Self::Value(_) | Self::Computed(_) | Self::Rows(_) | Self::Query | Self::Columns => true,
            Self::Type | Self::BaseType | Self::Setting(_) | Self::Body(_) => false,
        }
    }

    /// Whether a server with other objects of the same names decides better than the parse trees: PostgreSQL prints the
    /// texts of views and routines in a form of its own, with names that it invents.
    #[must_use]
    pub fn is_printed(&self) -> bool {
        match self {
            Self::Query | Self::Body(_) => true,
            Self::Expression
            | Self::Value(_)
            | Self::Computed(_)
            | Self::Columns
            | Self::Rows(_)
            | Self::Type
            | Self::BaseType
            | Self::Setting(_) => false,
        }
    }
}
