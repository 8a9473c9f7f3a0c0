//! Rails, Active Record. Source: `activerecord/lib/active_record/migration.rs` (files) and `schema_migration.rs` (the
//! table).

use super::{BASE, Fit, RecordTime, Tool, ToolVerification, programs, version, written};

pub(super) static TOOL: Tool = Tool {
    name: "rails",
    title: "Rails",
    table: "schema_migrations",
    bookkeeping_tables: &["ar_internal_metadata"],
    telltale_columns: &["version character varying"],
    // dbmate has the same table without the second one.
    sibling_table: Some("ar_internal_metadata"),
    query: "SELECT version AS name, version, 'applied' AS state, NULL::text AS checksum FROM {table} \
            ORDER BY lpad(version, 40, '0')",
    sort: version::number,
    version_in: version::digits,
    short_name: version::without_digits,
    caveat: "Rails records only the digits that the file name begins with",
    recorded: RecordTime::InTransaction,
    apply: "bin/rails db:migrate",
    layout: "TIMESTAMP_name.rb",
    consecutive: true,
    detect: |files| {
        if files.any(".rb", |file| file.says("ActiveRecord::Migration")) {
            Fit::Certain
        } else {
            Fit::No
        }
    },
    read: |files| {
        programs(&TOOL, files, (&[".rb"], "ActiveRecord::Migration"), |file| {
            let (digits, rest) = version::split_digits(file.stem());
            let number: u128 = digits.parse().ok()?;
            rest.starts_with('_')
                .then(|| (file.stem().to_owned(), number.to_string()))
        })
    },
    write: Some(written::rails),
    verified: ToolVerification::Run("6.1.7.10"),
    ..BASE
};
