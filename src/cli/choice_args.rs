//! The options that say what of a database counts, which several subcommands have.

use std::collections::BTreeSet;

use clap::Args;

use crate::expectation::{Patterns, attribute_named};
use crate::role_map::RoleName;

/// What of a database counts.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What counts")]
pub struct ChoiceArgs {
    /// Only these objects: names or glob patterns, qualified unless the object is in the schema of the file
    #[arg(long, value_name = "PATTERNS")]
    pub only: Vec<Patterns>,

    /// Leave these attributes out, for example owner,grants,comment; with a `!` in front, compare an attribute that a file ignores
    #[arg(long, value_name = "ATTRIBUTES", value_delimiter = ',', value_parser = parse_attribute)]
    pub ignore: Vec<IgnoreOption>,

    /// The name of a role in the files, or in the first source, and its name in the database; can be repeated
    #[arg(long, value_name = "EXPECTED=ACTUAL")]
    pub role: Vec<RoleName>,
}

/// An attribute that is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IgnoreOption {
    /// Its name.
    pub attribute: &'static str,
    /// Whether it is compared although a file ignores it.
    pub negated: bool,
}

impl ChoiceArgs {
    /// The patterns of all `--only`.
    #[must_use]
    pub fn patterns(&self) -> Vec<glob::Pattern> {
        self.only.iter().flat_map(|only| only.0.iter().cloned()).collect()
    }

    /// The attributes that are left out, sorted. The last option about an attribute decides.
    #[must_use]
    pub fn ignored(&self) -> Vec<&'static str> {
        let mut ignored = BTreeSet::new();
        for option in &self.ignore {
            if option.negated {
                ignored.remove(option.attribute);
            } else {
                ignored.insert(option.attribute);
            }
        }
        ignored.into_iter().collect()
    }
}

fn parse_attribute(text: &str) -> Result<IgnoreOption, String> {
    match attribute_named(text.trim(), None) {
        Ok((attribute, negated)) => Ok(IgnoreOption { attribute, negated }),
        Err(hint) => Err(format!("no object has such an attribute: {hint}")),
    }
}
