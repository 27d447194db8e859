"""Add the terms by which articles write the words and names that they share.

Run `flask seed relink` after this migration. Until then, the reasons of links between articles that were loaded
before it show these words in lower case, without the names to which they belong.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("article_features", sa.Column("terms", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("article_features") as table:
        table.drop_column("terms")
