"""Creates the tables in the database of the variable DATABASE_URL, as an application does."""

import os

import psycopg
from shop import Base
from sqlalchemy import create_engine, text

# The URL may name a folder of sockets, which libpq understands.
engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(os.environ["DATABASE_URL"]))
with engine.begin() as connection:
    connection.execute(text('CREATE SCHEMA "Sales"'))
    Base.metadata.create_all(connection)
