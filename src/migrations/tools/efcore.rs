//! Entity Framework Core with Npgsql. Source: `dotnet/efcore`, `src/EFCore.Relational/Migrations/HistoryRepository.cs` (the
//! table), `Internal/MigrationsAssembly.cs` (which classes are migrations) and `Internal/Migrator.cs` (what is applied:
//! every migration whose ID is not in the table).

use super::{BASE, File, Files, Fit, FolderContents, RecordTime, Tool, ToolVerification, Up, program, sort, version};

pub(super) static TOOL: Tool = Tool {
    name: "efcore",
    title: "EF Core",
    table: "__EFMigrationsHistory",
    other_tables: &["__ef_migrations_history"],
    // The package EFCore.NamingConventions gives the columns other names.
    query: "SELECT coalesce(to_jsonb(t)->>'MigrationId', to_jsonb(t)->>'migration_id') AS name, \
                   coalesce(to_jsonb(t)->>'MigrationId', to_jsonb(t)->>'migration_id') AS version, \
                   'applied' AS state, NULL::text AS checksum \
            FROM {table} AS t ORDER BY 1",
    short_name: version::without_digits,
    recorded: RecordTime::InTransaction,
    apply: "dotnet ef database update",
    layout: "YYYYMMDDHHMMSS_Name.cs with a class that derives from Migration",
    detect: |files| {
        if files.any(".cs", is_migration) {
            Fit::Certain
        } else {
            Fit::No
        }
    },
    read,
    verified: ToolVerification::Documentation,
    ..BASE
};

/// Whether a file has the operations of a migration. Those beside it hold the model as of then.
fn is_migration(file: &File) -> bool {
    file.says(": Migration") && file.says("MigrationBuilder") && !file.ends(".Designer.cs")
}

/// The ID in the attribute `[Migration("…")]` of a class.
fn id(file: &File) -> Option<String> {
    let text = file.text();
    let (_, rest) = text.split_once("[Migration(\"")?;
    let (id, _) = rest.split_once('"')?;
    (!id.is_empty()).then(|| id.to_owned())
}

fn read(all: &Files) -> FolderContents {
    let mut out = FolderContents::default();
    for file in all.files.iter().filter(|file| file.ends(".cs") && is_migration(file)) {
        let designer = file.path.strip_suffix(".cs").map(|stem| format!("{stem}.Designer.cs"));
        let beside = designer.and_then(|path| all.get_near(file, &path));
        // EF Core finds a migration by this attribute.
        let Some(id) = id(file).or_else(|| beside.and_then(id)) else {
            out.ignored.push(all.path(file));
            continue;
        };
        let mut migration = program(all, file, &*id, &*id, &TOOL);
        migration.up = Up::NotSql(
            "it is a program in C#, which only EF Core can run: write its SQL with `dotnet ef migrations script --idempotent \
             -o schema.sql`, and use sql:schema.sql"
                .into(),
        );
        out.migrations.push(migration);
    }
    sort(&TOOL, &mut out.migrations);
    out
}
