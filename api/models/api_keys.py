"""The API keys that operators have given to clients."""

from datetime import datetime

from sqlalchemy import LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database.base import Base
from api.database.column_types import Number, UtcDateTime


class ApiKey(Base):
    """An API key. The database contains only its SHA-256 hash, so nobody can read the key from the database.

    Attributes:
        id: The number of the key in `briefs keys list` and `briefs keys revoke`.
        digest: The hash of the key.
        start: The first characters of the key, shown to operators.
        name: The name of the client, chosen by the operator.
        rate_limit: The limit of this key, such as `1000/minute`, or None for BRIEFS_RATE_LIMIT.
        expires_at: When the key expires, or None.
        revoked_at: When the key was revoked, or None.
    """

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    start: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    rate_limit: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
