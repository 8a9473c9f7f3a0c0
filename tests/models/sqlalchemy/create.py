"""Creates the tables in the database of the variable DATABASE_URL, as an application does."""

import os

from shop import Base
from sqlalchemy import create_engine, text

engine = create_engine(os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://"))
with engine.begin() as connection:
    connection.execute(text('CREATE SCHEMA "Sales"'))
    Base.metadata.create_all(connection)
