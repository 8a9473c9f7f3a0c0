//! The report formats: they turn the findings of a run into text.

mod coverage;
mod facts;
mod finding_table;
mod fingerprint;
mod fleet;
pub mod format;
mod json_marks;
mod json_since;
pub mod notes;
mod rollup;
mod table_marks;
pub mod timing;
pub mod unified;
mod values;
mod words;
mod xml;

pub use fleet::{first_line, target_line};

macro_rules! formats {
    ($($format:ident => $module:ident,)*) => {
        $(mod $module;)*

        /// How to write a report.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Format {
            $(
                #[doc = concat!("See `report/", stringify!($module), ".rs`.")]
                $format,
            )*
        }

        impl Format {
            /// All formats, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$format),*];

            /// Its table entry.
            #[must_use]
            pub fn spec(self) -> &'static format::FormatSpec {
                match self {
                    $(Self::$format => &$module::FORMAT,)*
                }
            }
        }
    };
}

formats! {
    Table => table,
    Diff => diff,
    Plain => plain,
    Json => json,
    Jsonl => jsonl,
    Junit => junit,
    Tap => tap,
    Sarif => sarif,
    Github => github,
    Gitlab => gitlab,
    Checkstyle => checkstyle,
    Azure => azure,
    Markdown => markdown,
    Html => html,
    Prometheus => prometheus,
    Nagios => nagios,
}
