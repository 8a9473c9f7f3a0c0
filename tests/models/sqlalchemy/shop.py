import datetime
import enum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Status(enum.Enum):
    free = "free"
    paid = "paid"


class Client(Base):
    __tablename__ = "clients"
    __table_args__ = (CheckConstraint("name not like '%!'", name="no_shouting"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), server_default=text("'50%'"), comment="up to 80%; it's short")
    status: Mapped[Status]
    tags = mapped_column(ARRAY(Text), nullable=False)
    data = mapped_column(JSONB, index=True)


class Order(Base):
    __tablename__ = "Orders"
    __table_args__ = {"schema": "Sales"}
    client: Mapped[int] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime.datetime] = mapped_column(primary_key=True, server_default=func.now())
