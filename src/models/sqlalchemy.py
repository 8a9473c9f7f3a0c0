# Prints the SQL that creates the tables of SQLAlchemy's metadata. It connects to no database.
import importlib
import os
import sys

# What the modules print is not SQL.
out, sys.stdout = sys.stdout, sys.stderr
# Packages are often in a folder src.
sys.path[:0] = [os.getcwd(), os.path.join(os.getcwd(), "src")]
name, _, path = sys.argv[1].partition(":")
found = importlib.import_module(name)
for part in path.split("."):
    found = getattr(found, part)
# A declarative base has its metadata in an attribute.
metadata = getattr(found, "metadata", found)

from sqlalchemy import MetaData, create_mock_engine

if not isinstance(metadata, MetaData):
    sys.exit(f"{sys.argv[1]} is neither MetaData nor a declarative base")
if not metadata.tables:
    sys.exit(f"{sys.argv[1]} has no tables: are the modules of the models imported?")


def show(statement, *_, **__):
    print(f"{str(statement.compile(dialect=engine.dialect)).strip()};\n", file=out)


# Other styles of parameters write each percent sign twice.
engine = create_mock_engine("postgresql://", show, paramstyle="named")
for schema in sorted({table.schema for table in metadata.tables.values() if table.schema}):
    print(f"CREATE SCHEMA IF NOT EXISTS {engine.dialect.identifier_preparer.quote(schema)};\n", file=out)
metadata.create_all(engine, checkfirst=False)
