//! What a kind says about findings.

use super::{CreationRank, HintContext, Probe, SqlAddress};
use crate::attribute::Question;
use crate::fix::{Fix, Loss};
use crate::hint::Hint;
use crate::object_id::ObjectId;

/// What to do about findings.
pub struct Advice {
    /// The words between ALTER and the name in the statement that sets the owner: `FOREIGN TABLE`. `None` if objects of
    /// the kind have no owner, or if that statement names them by something else than the identity.
    pub alter_keyword: Option<&'static str>,
    /// How statements name an object.
    pub address: SqlAddress,
    /// The SQL or the advice that resolves a finding; see [`Kind::hint`](crate::kinds::Kind::hint).
    pub hint: Option<fn(&HintContext<'_>) -> Option<Hint>>,
    /// The question on whose answer it depends whether PostgreSQL accepts the statements of a hint. `None` if it does not
    /// depend on one. After another answer than "equal", the hint is asked for again with [`HintContext::is_refused`].
    pub condition: Option<fn(&HintContext<'_>) -> Option<Question>>,
    /// The attribute for which the object must be dropped and created again, with everything that it has.
    pub recreated_for: Option<&'static str>,
    /// The attributes that the statement which creates an object leaves to others, besides the owner, the privileges and
    /// the comment.
    pub set_later: &'static [&'static str],
    /// What default privileges call the objects of the kind: `tables`. `None` if there are none for them.
    pub default_grants: Option<&'static str>,
    /// What a script runs in place of the statements of the hint: a safer form of them, or statements where the hint has
    /// only words. If the function gives none, the statements of the hint run.
    pub fix: Option<fn(&HintContext<'_>) -> Option<Fix>>,
    /// What is lost with an object that is dropped. `None` if it can be created again as it was.
    pub drop_loses: Option<fn(&ObjectId) -> Loss>,
    /// The place of the kind among those that objects can depend on.
    pub rank: CreationRank,
    /// How a script finds the object in the catalog.
    pub probe: Option<&'static Probe>,
}

impl Advice {
    /// Nothing to advise.
    pub(super) const DEFAULT: Self = Self {
        alter_keyword: None,
        address: SqlAddress::Keyword,
        hint: None,
        condition: None,
        recreated_for: None,
        set_later: &[],
        default_grants: None,
        fix: None,
        drop_loses: None,
        rank: CreationRank::Attached,
        probe: None,
    };
}
