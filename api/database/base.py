"""The base class of the models, and the Flask-SQLAlchemy extension that connects to the database."""

from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ColumnElement, MetaData, Select, Table, case, false, true
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """The base class of the models. It names all constraints, so that migrations can refer to them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)


def table_of(model: type[Base]) -> Table:
    """Return the SQLAlchemy Core table of `model`, for statements that do not need ORM objects."""
    return Base.metadata.tables[model.__tablename__]


def without_index(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return `condition` in a form that cannot use an index."""
    # Without statistics, SQLite can begin with the index of a condition that most rows fulfil, and read the
    # whole table. With this form of the condition, it begins with a different condition of the statement.
    return case((condition, true()), else_=false())


# A SELECT of any columns.
AnySelect = Select[*tuple[Any, ...]]
