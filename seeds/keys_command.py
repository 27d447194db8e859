"""The `briefs keys` commands: create, list and revoke API keys."""

from datetime import UTC, datetime

import click
from sqlalchemy import insert, select, update

from api.admission.api_keys import SHOWN_CHARACTERS, digest_of, make_key
from api.admission.policies import parse_policies
from api.database.base import db
from api.models import ApiKey
from seeds.console import CommandGroup, print_message, print_result, reported_failures
from seeds.escaping import printable
from seeds.storing.transactions import single_transaction

MAX_NAME_CHARACTERS = 100
# The largest integer that the databases store.
MAX_KEY_ID = (1 << 63) - 1

keys = CommandGroup(
    "keys",
    # `create` can be interrupted after it has stored the key. A second run would make a second key.
    after_interrupt="see `briefs keys list` before you run the command again",
    help="Create, list and revoke API keys.\n\n"
    "A running service accepts a new key at once, and refuses a revoked key within a few seconds.\n\n"
    "Exit status: 0 on success, 1 if a command failed, 2 for a usage error.\n\n"
    "Example: briefs keys create 'Example newsroom' --expires 2027-12-31 --limit 1000/minute",
)


def _check_limit(_: click.Context, __: click.Parameter, limit: str | None) -> str | None:
    if limit is not None:
        try:
            parse_policies(limit)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
    return limit


def _check_name(_: click.Context, __: click.Parameter, name: str) -> str:
    name = name.strip()
    if not name or len(name) > MAX_NAME_CHARACTERS or printable(name) != name:
        raise click.BadParameter(f"must be 1 to {MAX_NAME_CHARACTERS} printable characters")
    return name


def _check_expiry(_: click.Context, __: click.Parameter, date: datetime | None) -> datetime | None:
    if date is None:
        return None
    expires_at = date.replace(tzinfo=UTC)
    if expires_at <= datetime.now(UTC):
        raise click.BadParameter("must be a date in the future")
    return expires_at


@keys.command("create")
@click.argument("name", callback=_check_name)
@click.option(
    "--expires",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    callback=_check_expiry,
    help="Refuse the key from this date on, in UTC. By default, the key does not expire.",
)
@click.option(
    "--limit",
    metavar="LIMIT",
    callback=_check_limit,
    help="The limit of this key, such as 1000/minute. By default, BRIEFS_RATE_LIMIT applies.",
)
def create_command(name: str, expires: datetime | None, limit: str | None) -> None:
    """Create an API key for NAME and print the key.

    The key is shown only once. The database stores only its hash, so the key cannot be recovered. NAME
    describes the client, for the list of keys.

    Example: briefs keys create 'Example newsroom' --limit 1000/minute
    """
    key = make_key()
    values = {
        "digest": digest_of(key),
        "start": key[:SHOWN_CHARACTERS],
        "name": name,
        "rate_limit": limit,
        "created_at": datetime.now(UTC),
        "expires_at": expires,
    }
    with reported_failures("no key was created"), single_transaction(db.engine, print_message) as connection:
        key_id = connection.scalar(insert(ApiKey).values(values).returning(ApiKey.id))
    print_message(f"key {key_id} was created for {name}; it is shown only this once")
    print_result(key)


@keys.command("list")
def list_command() -> None:
    """List all API keys, one on each line, in the order in which they were created.

    The columns are separated by tabs: id, state (active, expired or revoked), first characters of the key,
    name, limit, date of creation, and date of expiry. A dash means none.

    Example: briefs keys list
    """
    now = datetime.now(UTC)
    with reported_failures():
        rows = db.session.scalars(select(ApiKey).order_by(ApiKey.id)).all()
    for row in rows:
        is_expired = row.expires_at is not None and row.expires_at <= now
        state = "revoked" if row.revoked_at else "expired" if is_expired else "active"
        start, limit = f"{row.start}…", row.rate_limit or "-"
        expiry = f"{row.expires_at:%Y-%m-%d}" if row.expires_at else "-"
        columns = (row.id, state, start, row.name, limit, f"{row.created_at:%Y-%m-%d}", expiry)
        print_result("\t".join(map(str, columns)))


@keys.command("revoke")
@click.argument("key_id", metavar="ID", type=click.IntRange(1, MAX_KEY_ID))
def revoke_command(key_id: int) -> None:
    """Revoke the API key with the number ID, as `briefs keys list` shows it.

    A revoked key stays in the list and cannot be used again. Revoking it again changes nothing.

    Example: briefs keys revoke 3
    """
    is_key = ApiKey.id == key_id
    revoke = update(ApiKey).where(is_key, ApiKey.revoked_at.is_(None)).values(revoked_at=datetime.now(UTC))
    with reported_failures("no key was revoked"), single_transaction(db.engine, print_message) as connection:
        name = connection.scalar(select(ApiKey.name).where(is_key))
        connection.execute(revoke)
    if name is None:
        raise click.ClickException(f"there is no key {key_id}; `briefs keys list` shows all keys")
    print_result(f"key {key_id} of {name} is revoked")
