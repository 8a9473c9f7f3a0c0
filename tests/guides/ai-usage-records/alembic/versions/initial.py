from alembic import op

revision = "initial"
down_revision = None


def upgrade():
    op.execute("""
        CREATE TABLE companies (
            id UUID PRIMARY KEY,
            name VARCHAR(255) NOT NULL
        )
    """)
    op.execute("""
        CREATE TABLE users (
            id UUID PRIMARY KEY,
            email VARCHAR(320) NOT NULL UNIQUE,
            company_id UUID REFERENCES companies(id)
        )
    """)
    op.execute("""
        CREATE TABLE validation_sessions (
            id UUID PRIMARY KEY,
            user_id UUID NOT NULL REFERENCES users(id),
            status VARCHAR(50) NOT NULL DEFAULT 'created'
        )
    """)


def downgrade():
    raise NotImplementedError
