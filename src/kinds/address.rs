//! How statements name an object: in COMMENT ON, and in the statement that renames it.

use super::{Kind, common};
use crate::object_id::ObjectId;

/// How statements name an object of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqlAddress {
    /// By `alter_keyword` and the identity; not at all if there is no such keyword.
    Keyword,
    /// By these words and the identity.
    Plain(&'static str),
    /// By these words, the schema and the name, without the relation: `INDEX public.i`.
    InSchema(&'static str),
    /// By these words, and the relation behind it: `TRIGGER t ON public.a`.
    On(&'static str),
    /// As a constraint of a table.
    Constraint,
    /// As a constraint of a domain.
    DomainConstraint,
    /// By these words, the name and the types of the arguments: `FUNCTION public.f(integer)`.
    Signature(&'static str),
    /// As a column or an attribute.
    Column,
}

impl SqlAddress {
    /// The text after COMMENT ON.
    pub(super) fn comment_target(self, kind: Kind, id: &ObjectId) -> Option<String> {
        let name = || common::name(id.last());
        let relation = || common::sql_name(&id.relation());
        Some(match self {
            Self::Keyword => format!("{} {}", kind.spec().advice.alter_keyword?, common::sql_name(id)),
            Self::Plain(words) => format!("{words} {}", common::sql_name(id)),
            Self::InSchema(words) => format!("{words} {}", without_relation(id)?),
            Self::On(words) => format!("{words} {} ON {}", name(), relation()),
            Self::Constraint => format!("CONSTRAINT {} ON {}", name(), relation()),
            Self::DomainConstraint => format!("CONSTRAINT {} ON DOMAIN {}", name(), relation()),
            Self::Signature(words) => format!("{words} {}", signature(id)),
            Self::Column => format!("COLUMN {}", common::sql_name(id)),
        })
    }

    /// The text after DROP. `None` if the statement that drops an object is one about what contains it.
    pub(super) fn drop_target(self, kind: Kind, id: &ObjectId) -> Option<String> {
        match self {
            Self::Keyword | Self::Plain(_) | Self::InSchema(_) | Self::On(_) | Self::Signature(_) => {
                self.comment_target(kind, id)
            }
            Self::Constraint | Self::DomainConstraint | Self::Column => None,
        }
    }

    /// The statement that renames an object. `parent` is the kind of the object that contains it.
    pub(super) fn rename(self, kind: Kind, id: &ObjectId, parent: Option<Kind>, to: &str) -> Option<String> {
        let (from, to) = (common::name(id.last()), common::name(to));
        let relation = common::sql_name(&id.relation());
        let alter = |what: String| Some(format!("ALTER {what} RENAME TO {to};"));
        match self {
            Self::Keyword | Self::Plain(_) | Self::InSchema(_) | Self::On(_) | Self::Signature(_) => {
                alter(self.comment_target(kind, id)?)
            }
            Self::Constraint => Some(format!("ALTER TABLE {relation} RENAME CONSTRAINT {from} TO {to};")),
            Self::DomainConstraint => Some(format!("ALTER DOMAIN {relation} RENAME CONSTRAINT {from} TO {to};")),
            Self::Column => {
                let keyword = parent?.spec().advice.alter_keyword?;
                let what = if parent == Some(Kind::CompositeType) {
                    "ATTRIBUTE"
                } else {
                    "COLUMN"
                };
                Some(format!("ALTER {keyword} {relation} RENAME {what} {from} TO {to};"))
            }
        }
    }
}

/// The schema and the name of something in a relation that statements name without it.
fn without_relation(id: &ObjectId) -> Option<String> {
    let schema = id.parts().first()?;
    Some(format!("{}.{}", common::name(schema), common::name(id.last())))
}

/// The name of a routine with the types of its arguments.
pub(super) fn signature(id: &ObjectId) -> String {
    format!("{}({})", common::sql_name(&id.relation()), id.last())
}
