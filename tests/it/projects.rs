//! Projects of many tools, and what is found in them.

use std::path::PathBuf;

use driftgate::project::Project;

use crate::folder::Folder;

/// Writes the files of a project, and says what is found in it.
fn found(files: &[(&str, &str)], process: &[&str]) -> Vec<String> {
    let folder = Folder::new();
    let root = folder.path().join("shop");
    for (name, text) in files {
        folder.write(&format!("shop/{name}"), text);
    }
    let process: Vec<String> = process.iter().map(|&name| name.to_owned()).collect();
    let project = Project::read(&root, &process).unwrap();
    let below = |path: &PathBuf| path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
    let mut said: Vec<String> = project
        .databases
        .iter()
        .map(|database| {
            let model = database
                .model
                .as_ref()
                .map_or_else(|| "no model".to_owned(), |model| model.source.clone());
            let migrations = database.migrations.as_ref().map_or_else(
                || "no migrations".to_owned(),
                |found| {
                    let paths: Vec<String> = found.paths.iter().map(below).collect();
                    format!("{} {} in {}", found.count, found.tool.name, paths.join(", "))
                },
            );
            let sql = database.schema_file.as_ref().map(|path| format!("; {}", below(path)));
            format!(
                "{} {}: {model}; {migrations}{}",
                database.name,
                database.variable,
                sql.unwrap_or_default()
            )
        })
        .collect();
    said.extend(project.ci.map(|service| service.title().to_owned()));
    said.extend(
        project
            .notes
            .into_iter()
            .map(|note| note.replace(&*root.to_string_lossy(), ".")),
    );
    said
}

const PRISMA: &str = "// datasource of the shop\ndatasource db {\n  provider = \"postgresql\"\n  url = env(\"SHOP_URL\")\n}\nmodel A { id Int @id }\n";
const DJANGO: &str =
    "from django.db import migrations\nclass Migration(migrations.Migration):\n    dependencies = []\n";

#[test]
fn prisma_names_the_variable() {
    let files = [
        ("package.json", "{}"),
        ("prisma/schema.prisma", PRISMA),
        ("prisma/migrations/migration_lock.toml", "provider = \"postgresql\""),
        ("prisma/migrations/20250101_a/migration.sql", "create table a (id int);"),
        (".github/workflows/test.yml", "on: push"),
        ("node_modules/x/prisma/schema.prisma", PRISMA),
    ];
    assert_eq!(
        found(&files, &[]),
        [
            "shop SHOP_URL: model:prisma:prisma/schema.prisma; 1 prisma in prisma/migrations",
            "GitHub Actions"
        ]
    );
}

#[test]
fn several_schemas_are_several_databases() {
    let billing = PRISMA.replace("SHOP_URL", "BILLING_URL");
    let files = [
        ("package.json", "{}"),
        ("prisma/shop/schema.prisma", PRISMA),
        ("prisma/billing/schema.prisma", &billing),
        (
            "prisma/billing/migrations/20250101_a/migration.sql",
            "create table a (id int);",
        ),
        (
            "prisma/logs/schema.prisma",
            "datasource db {\n provider = \"mysql\"\n url = env(\"LOGS\")\n}\n",
        ),
    ];
    assert_eq!(
        found(&files, &[]),
        [
            "billing BILLING_URL: model:prisma:prisma/billing/schema.prisma; 1 prisma in prisma/billing/migrations",
            "shop SHOP_URL: model:prisma:prisma/shop/schema.prisma; no migrations",
            "prisma/logs/schema.prisma is the schema of a database of mysql, which driftgate cannot check",
        ]
    );
}

#[test]
fn a_schema_of_several_files_is_one() {
    let files = [
        ("prisma/schema/main.prisma", PRISMA),
        ("prisma/schema/clients.prisma", "model B { id Int @id }\n"),
    ];
    assert_eq!(
        found(&files, &[]),
        ["shop SHOP_URL: model:prisma:prisma/schema; no migrations"]
    );
}

#[test]
fn python_projects() {
    let django = [
        ("manage.py", "import django"),
        ("billing/__init__.py", ""),
        ("billing/migrations/0001_initial.py", DJANGO),
        ("clients/migrations/0001_initial.py", DJANGO),
        (".env", "DATABASE_URL=postgres://a@b/c\nOTHER=redis://x\n"),
        (".gitlab-ci.yml", "test: {script: [make]}"),
    ];
    assert_eq!(
        found(&django, &[]),
        [
            "shop DATABASE_URL: model:django:manage.py; 2 django in billing/migrations, clients/migrations",
            "GitLab CI/CD"
        ]
    );
    let alembic = [
        ("alembic.ini", "[alembic]\nscript_location = alembic\n"),
        ("alembic/env.py", "target_metadata = Base.metadata\n"),
        ("alembic/versions/a1_x.py", "revision = 'a1'\ndown_revision = None\n"),
        (
            "src/app/models.py",
            "from sqlalchemy.orm import DeclarativeBase\n\n\nclass Base(DeclarativeBase):\n    pass\n",
        ),
    ];
    assert_eq!(
        found(&alembic, &["APP_DSN"]),
        ["shop APP_DSN: model:sqlalchemy:app.models:Base; 1 alembic in alembic/versions"]
    );
    let old = [("alembic.ini", ""), ("app/db.py", "Base = declarative_base()\n")];
    assert_eq!(
        found(&old, &[]),
        ["shop DATABASE_URL: model:sqlalchemy:app.db:Base; no migrations"]
    );
}

#[test]
fn prisma_7_has_the_variable_in_its_configuration() {
    let schema = "datasource db {\n  provider = \"postgresql\"\n}\n";
    for url in ["env('SHOP_URL')", "process.env[\"SHOP_URL\"]", "process.env.SHOP_URL!"] {
        let config = format!("export default defineConfig({{\n  datasource: {{\n    url: {url},\n  }},\n}})\n");
        let files = [
            ("package.json", "{}"),
            ("prisma.config.ts", config.as_str()),
            ("prisma/schema.prisma", schema),
        ];
        assert_eq!(
            found(&files, &[]),
            ["shop SHOP_URL: model:prisma:prisma/schema.prisma; no migrations"],
            "{url}"
        );
    }
}

#[test]
fn rails_has_a_schema_in_ruby_or_in_sql() {
    let database = "production:\n  adapter: postgresql\n  url: <%= ENV.fetch(\"SHOP_DB\") %>\n";
    let migration = (
        "db/migrate/20250101000000_create_a.rb",
        "class CreateA < ActiveRecord::Migration[8.0]\nend\n",
    );
    let ruby = [
        ("Gemfile", "gem \"rails\"\n"),
        ("config/database.yml", database),
        (
            "db/schema.rb",
            "ActiveRecord::Schema[8.0].define(version: 2025_01_01_000000) do\nend\n",
        ),
        ("db/queue_schema.rb", ""),
        migration,
    ];
    assert_eq!(
        found(&ruby, &[]),
        [
            "shop SHOP_DB: model:rails:db/schema.rb; 1 rails in db/migrate",
            "db/queue_schema.rb is the schema of another database: driftgate pull --from model:rails:db/queue_schema.rb \
             writes its expectations",
        ]
    );
}

#[test]
fn a_project_in_a_folder_is_named_with_its_folder() {
    let files = [
        ("package.json", "{}"),
        ("backend/pyproject.toml", ""),
        ("backend/alembic.ini", ""),
        ("backend/src/app/db.py", "Base = declarative_base()\n"),
        ("shop/Gemfile", ""),
        ("shop/db/schema.rb", ""),
        (
            "shop/config/database.yml",
            "production:\n  url: <%= ENV[\"SHOP_DB\"] %>\n",
        ),
        (".env", "DATABASE_URL=postgresql+asyncpg://a@b/c\n"),
    ];
    assert_eq!(
        found(&files, &[]),
        [
            "backend DATABASE_URL: model:sqlalchemy:backend/app.db:Base; no migrations",
            "shop SHOP_DB: model:rails:shop/db/schema.rb; no migrations",
        ]
    );
}

#[test]
fn drizzle_names_its_folder() {
    let config = "import { defineConfig } from 'drizzle-kit';\nexport default defineConfig({\n  dialect: 'postgresql',\n  \
                  out: './db/sql',\n  dbCredentials: { url: process.env.PG_URL! },\n});\n";
    let files = [
        ("drizzle.config.ts", config),
        (
            "db/sql/meta/_journal.json",
            "{\"entries\": [{\"idx\": 0, \"version\": \"7\", \"when\": 1, \"tag\": \"0000_a\", \"breakpoints\": true}]}",
        ),
        ("db/sql/0000_a.sql", "create table a (id int);"),
        ("Jenkinsfile", "pipeline {}"),
    ];
    assert_eq!(
        found(&files, &[]),
        [
            "shop PG_URL: model:drizzle:drizzle.config.ts; 1 drizzle in db/sql",
            "Jenkins"
        ]
    );
    let sqlite = [("drizzle.config.ts", "export default { dialect: \"sqlite\" }\n")];
    assert_eq!(
        found(&sqlite, &[]),
        ["drizzle.config.ts is for a database of sqlite, which driftgate cannot check"]
    );
}

#[test]
fn a_manifest_tells_tools_apart() {
    let migrations = ("migrations/1_a.up.sql", "create table a (id int);");
    let go = found(
        &[
            migrations,
            ("go.mod", "require github.com/golang-migrate/migrate/v4 v4.18.1\n"),
        ],
        &[],
    );
    assert_eq!(go, ["shop DATABASE_URL: no model; 1 golang-migrate in migrations"]);
    let rust = found(&[migrations, ("Cargo.toml", "[dependencies]\nsqlx = \"0.8\"\n")], &[]);
    assert_eq!(rust, ["shop DATABASE_URL: no model; 1 sqlx in migrations"]);
    let neither = found(&[migrations], &[]);
    assert_eq!(
        neither,
        [
            "./migrations has migrations of one of golang-migrate, sqlx: write the right one as `tool` under `migrations`"
        ]
    );
}

#[test]
fn each_project_of_a_repository_is_a_database() {
    let files = [
        (
            "services/billing/go.mod",
            "require github.com/pressly/goose/v3 v3.24.0\n",
        ),
        (
            "services/billing/db/migrations/00001_a.sql",
            "-- +goose Up\ncreate table a (id int);\n",
        ),
        ("services/shop/Gemfile", "gem 'rails'\n"),
        (
            "services/shop/db/migrate/20250101000000_create_a.rb",
            "class CreateA < ActiveRecord::Migration[7.1]\nend\n",
        ),
        ("services/shop/db/structure.sql", "create table a (id int);"),
    ];
    assert_eq!(
        found(&files, &["BILLING_URL", "SHOP_DATABASE_URL"]),
        [
            "billing BILLING_URL: no model; 1 goose in services/billing/db/migrations",
            "shop SHOP_DATABASE_URL: no model; 1 rails in services/shop/db/migrate; services/shop/db/structure.sql",
        ]
    );
}

#[test]
fn several_databases_do_not_share_the_usual_variable() {
    let files = [
        ("package.json", "{}"),
        (
            "prisma/schema.prisma",
            "datasource db {\n  provider = \"postgresql\"\n}\n",
        ),
        ("api/manage.py", ""),
        (
            "data-jobs/alembic.ini",
            "[alembic]\nsqlalchemy.url = postgresql+asyncpg://a:p%%40@h/c\n",
        ),
        ("data-jobs/app/db.py", "Base = declarative_base()\n"),
        ("api/.env", "# the api\nDATABASE_URL=postgres://a:secret@b/c\n"),
    ];
    let notes = [
        "data-jobs/alembic.ini has the URL of a database in sqlalchemy.url; driftgate reads it from an environment \
         variable, so copy it there, with % for each %%",
        "api/.env has DATABASE_URL, but driftgate reads only .env in its working directory: run driftgate init in api, or \
         set the variable",
    ];
    let databases = [
        "api API_DATABASE_URL: model:django:api/manage.py; no migrations",
        "data-jobs DATA_JOBS_DATABASE_URL: model:sqlalchemy:data-jobs/app.db:Base; no migrations",
        "shop DATABASE_URL: model:prisma:prisma/schema.prisma; no migrations",
    ];
    assert_eq!(found(&files, &["DATABASE_URL"]), [&databases[..], &notes].concat());
}

#[test]
fn a_url_alone_is_a_database() {
    assert_eq!(
        found(&[("README.md", "")], &["DATABASE_URL"]),
        ["shop DATABASE_URL: no model; no migrations"]
    );
    assert_eq!(found(&[("README.md", "")], &[]), Vec::<String>::new());
}
