//! Tools whose migrations are programs: each is named with its language, and none is applied.

use super::check;

#[test]
fn alembic_follows_down_revision() {
    check(
        None,
        &[
            ("env.py", "run()"),
            (
                "versions/b_second.py",
                "revision: str = 'bbb'\ndown_revision: Union[str, None] = 'aaa'\n",
            ),
            ("versions/c_first.py", "revision = 'aaa'\ndown_revision = None\n"),
            (
                "versions/d_merge.py",
                "revision = \"ddd\"\ndown_revision = (\n    \"bbb\",\n    \"ccc\",\n)\n",
            ),
        ],
        &[
            "alembic",
            "aaa aaa not SQL: it is a program in Python",
            "bbb bbb not SQL: it is a program in Python",
            "ddd ddd not SQL: it is a program in Python",
            "! versions/d_merge.py depends on the revision ccc, which no file has",
        ],
    );
}

#[test]
fn django_follows_dependencies() {
    check(
        None,
        &[
            ("shop/migrations/__init__.py", ""),
            (
                "shop/migrations/0001_initial.py",
                "class Migration(migrations.Migration):\n    dependencies = []\n",
            ),
            (
                "shop/migrations/0002_y.py",
                "class Migration(migrations.Migration):\n    dependencies = [(\"shop\", \"0001_initial\")]\n",
            ),
            (
                "shop/migrations/0002_x.py",
                "class Migration(migrations.Migration):\n    dependencies = [\n        (\"shop\", \"0001_initial\"),\n    ]\n",
            ),
        ],
        &[
            "django",
            "shop.0001_initial shop.0001_initial not SQL: it is a program in Python",
            "shop.0002_x shop.0002_x not SQL: it is a program in Python",
            "shop.0002_y shop.0002_y not SQL: it is a program in Python",
            "! the app shop has 2 migrations that no other migration depends on: shop.0002_x, shop.0002_y",
        ],
    );
}

#[test]
fn rails_has_programs_in_ruby() {
    check(
        None,
        &[
            ("20240101000000_a.rb", "class A < ActiveRecord::Migration[7.0]"),
            ("b.rb", "class B < ActiveRecord::Migration[7.0]"),
        ],
        &[
            "rails",
            "20240101000000 20240101000000_a not SQL: it is a program in Ruby",
            "! Rails would ignore b.rb",
        ],
    );
}

#[test]
fn ecto_has_programs_in_elixir() {
    check(
        None,
        &[("20240101000000_a.exs", "use Ecto.Migration")],
        &[
            "ecto",
            "20240101000000 20240101000000_a not SQL: it is a program in Elixir",
        ],
    );
}

#[test]
fn knex_has_programs_in_javascript() {
    check(
        None,
        &[("20240101000000_a.js", "exports.up = function(knex) {}")],
        &[
            "knex",
            "20240101000000_a.js 20240101000000_a.js not SQL: it is a program in JavaScript",
        ],
    );
}

#[test]
fn sequelize_has_programs_in_javascript() {
    check(
        None,
        &[(
            "20240101000000-a.js",
            "module.exports = { up: async (queryInterface) => {} }",
        )],
        &[
            "sequelize",
            "20240101000000-a.js 20240101000000-a.js not SQL: it is a program in JavaScript",
        ],
    );
}

#[test]
fn typeorm_has_programs_in_typescript() {
    check(
        None,
        &[(
            "1700000000000-A.ts",
            "export class A1700000000000 implements MigrationInterface {}",
        )],
        &[
            "typeorm",
            "A1700000000000 A1700000000000 not SQL: it is a program in TypeScript",
        ],
    );
}

#[test]
fn laravel_has_programs_in_php() {
    check(
        None,
        &[(
            "2024_01_01_000000_create_a.php",
            "use Illuminate\\Database\\Migrations\\Migration;",
        )],
        &[
            "laravel",
            "2024_01_01_000000_create_a 2024_01_01_000000_create_a not SQL: it is a program in PHP",
        ],
    );
}

#[test]
fn seaorm_has_programs_in_rust() {
    check(
        None,
        &[
            ("src/lib.rs", "mod m;"),
            ("src/m20220101_000001_a.rs", "impl MigrationTrait for Migration {}"),
        ],
        &[
            "seaorm",
            "m20220101_000001_a m20220101_000001_a not SQL: it is a program in Rust",
        ],
    );
}

#[test]
fn efcore_has_the_id_of_the_attribute() {
    let class = |attribute: &str, name: &str| {
        format!("{attribute}\npublic partial class {name} : Migration {{ void Up(MigrationBuilder b) {{}} }}")
    };
    let (a, b, stray) = (
        class("", "A"),
        class("[Migration(\"20240102000000_Renamed\")]", "B"),
        class("", "C"),
    );
    check(
        None,
        &[
            ("20240101000000_A.cs", &a),
            (
                "20240101000000_A.Designer.cs",
                "[Migration(\"20240101000000_A\")] partial class A { MigrationBuilder b; }",
            ),
            ("Sub/B.cs", &b),
            ("20240103000000_C.cs", &stray),
            ("ShopModelSnapshot.cs", "class ShopModelSnapshot : ModelSnapshot {}"),
        ],
        &[
            "efcore",
            "20240101000000_A 20240101000000_A not SQL: it is a program in C#",
            "20240102000000_Renamed 20240102000000_Renamed not SQL: it is a program in C#",
            "! EF Core would ignore 20240103000000_C.cs",
        ],
    );
}

#[test]
fn alembic_revisions_have_no_prefixes_and_have_messages() {
    check(
        None,
        &[
            (
                "5a.py",
                "\"\"\"create clients\n\"\"\"\nrevision = '5a1b2c3d4e5f'\ndown_revision = None\n",
            ),
            (
                "5f.py",
                "revision: str = '5f00ab12cd34'\ndown_revision: str = '5a1b2c3d4e5f'\n",
            ),
        ],
        &[
            "alembic",
            "5a1b2c3d4e5f 5a1b2c3d4e5f not SQL: it is a program in Python",
            "5f00ab12cd34 5f00ab12cd34 not SQL: it is a program in Python",
        ],
    );
}
