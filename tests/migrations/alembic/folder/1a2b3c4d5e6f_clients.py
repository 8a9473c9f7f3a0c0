"""clients

Revision ID: 1a2b3c4d5e6f
Revises: 
Create Date: 2026-11-21 12:11:39.060029

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = '1a2b3c4d5e6f'
down_revision: Union[str, Sequence[str], None] = None
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.execute("create table clients (id integer primary key)")


def downgrade() -> None:
    """Downgrade schema."""
    pass
