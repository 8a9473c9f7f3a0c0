//! The Supabase CLI. Source: `supabase/cli`, `pkg/migration/history.go` (the table), `list.go` (the files) and `apply.go`
//! (the order: "Found local migration files to be inserted before the last migration on remote database").

use super::{BASE, File, Files, Fit, FolderContents, Late, Tool, ToolVerification, sort, sql, version};

/// The first release that applies a first migration with the name `init`.
const INIT_IS_APPLIED: u64 = 20_211_209_000_000;

pub(super) static TOOL: Tool = Tool {
    name: "supabase",
    title: "Supabase CLI",
    table: "schema_migrations",
    schema: Some("supabase_migrations"),
    bookkeeping_tables: &["seed_files"],
    telltale_columns: &["version"],
    // Older releases do not record the name.
    query: "SELECT version || coalesce('_' || nullif(to_jsonb(t)->>'name', ''), '') AS name, version, 'applied' AS state, \
                   NULL::text AS checksum \
            FROM {table} AS t ORDER BY version",
    version_in: version::digits,
    short_name: version::without_digits,
    apply: "supabase db push",
    record: "supabase migration repair --status applied NAME",
    late: Late::Refuses("give it a later time, or apply it all the same with `supabase db push --include-all`"),
    layout: "supabase/migrations/TIMESTAMP_name.sql",
    detect: |files| {
        // sqlx has the same files.
        let is_named = |root: &crate::migrations::files::Root| root.name == "migrations" && root.parent == "supabase";
        if files.roots.iter().any(is_named) && files.top().any(|file| version_of(file).is_some()) {
            Fit::Certain
        } else {
            Fit::No
        }
    },
    read,
    verified: ToolVerification::Documentation,
    ..BASE
};

fn version_of(file: &File) -> Option<String> {
    let version = version::digits(file.name())?;
    let rest = file.name().strip_prefix(&*version)?;
    (rest.starts_with('_') && file.ends(".sql") && file.folder().is_empty()).then_some(version)
}

fn read(all: &Files) -> FolderContents {
    let mut out = FolderContents::default();
    let mut is_first = true;
    for file in all.files.iter().filter(|file| file.ends(".sql")) {
        let first = std::mem::replace(&mut is_first, false);
        match version_of(file) {
            Some(version) if !(first && is_skipped(file, &version)) => {
                out.migrations.push(sql(all, file, file.stem(), version));
            }
            Some(_) | None => out.ignored.push(all.path(file)),
        }
    }
    sort(&TOOL, &mut out.migrations);
    out
}

/// Whether a first migration is the one that old releases of the CLI made and do not apply.
fn is_skipped(file: &File, version: &str) -> bool {
    let is_old = version.parse::<u64>().is_ok_and(|time| time < INIT_IS_APPLIED);
    version.len() == 14 && is_old && file.name().ends_with("_init.sql")
}
