"""Query parameters with several values, which a client can repeat or separate by commas."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from marshmallow import ValidationError, fields, validate

from api.problems import closest_choice
from api.resources.documented_parameters import NAMED_EXAMPLES
from api.urls import RepeatedValues, ValueList

# The highest number of different values of a parameter. A plan can read an index once for each value.
MAX_VALUES = 50
MAX_TEXT_LENGTH = 500


class ListParameter(fields.List[str]):
    """A query parameter with several values, loaded as a ValueList without duplicates.

    Args:
        item: The field that checks and documents each value.
        description: The description in the OpenAPI specification.
        is_separated: True if commas separate values (`entity=a,b`), False if the parameter must be repeated.
        **metadata: More keys for the specification, such as `maxItems`.
    """

    # The texts that a 422 lists as allowed.
    allowed: Sequence[str]

    def __init__(
        self, item: fields.Field[Any], description: str, *, is_separated: bool = True, **metadata: Any
    ) -> None:
        super().__init__(item, metadata={"description": description, "minItems": 1} | metadata)
        self.is_separated = is_separated

    def split(self, given: Iterable[str]) -> ValueList:
        """Return the values of the parameter in the order given, without duplicates.

        `given` has a text for each occurrence of the parameter in the query. If `is_separated`, each text is
        split at its commas.
        """
        if not self.is_separated:
            return RepeatedValues(dict.fromkeys(given))
        return ValueList(dict.fromkeys(chain.from_iterable(text.split(",") for text in given)))

    def suggest(self, given: Sequence[str]) -> str | None:  # noqa: ARG002 -- for subclasses
        """Return the text that a client probably meant by the invalid values `given`, or None.

        This method always returns None. Subclasses can override it.
        """
        return None

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        values = self.split(value)
        for each in values:
            self.inner.deserialize(each, attr, data, **kwargs)
        return values


class Texts(ListParameter):
    """A query parameter with up to MAX_VALUES texts, such as ids and slugs, which are not checked further.

    Args:
        item: The description of a value in the OpenAPI specification.
        description: The description of the parameter.
        examples: Named examples for the specification.
        is_separated: True if commas separate values (`entity=a,b`), False if the parameter must be repeated.
    """

    allowed = (f"1 to {MAX_VALUES} values of 1 to {MAX_TEXT_LENGTH} characters",)

    def __init__(
        self, item: str, description: str, examples: Mapping[str, list[str]], *, is_separated: bool = True
    ) -> None:
        length = validate.Length(1, MAX_TEXT_LENGTH)
        text = fields.String(validate=length, metadata={"description": item})
        more = {"maxItems": MAX_VALUES, NAMED_EXAMPLES: examples}
        super().__init__(text, description, is_separated=is_separated, **more)

    def split(self, given: Iterable[str]) -> ValueList:
        """Return the values of the parameter in the order given, without duplicates.

        Args:
            given: The text of each occurrence of the parameter in the query.

        Raises:
            ValidationError: There are more than MAX_VALUES values.
        """
        values = super().split(given)
        if len(values) > MAX_VALUES:
            raise ValidationError(
                f"The parameter has {len(values)} values. It can have at most {MAX_VALUES}."
            )
        return values


class Names(ListParameter):
    """A query parameter with one or more values, each of which must be in `names`."""

    def __init__(self, names: Iterable[str], description: str) -> None:
        self.allowed = list(names)
        one_of = validate.OneOf(self.allowed, error="'{input}' is not a valid name.")
        super().__init__(fields.String(validate=one_of), description)

    def suggest(self, given: Sequence[str]) -> str | None:
        """Return the allowed name that is most similar to the first unknown name in `given`, or None."""
        unknown = [name for name in self.split(given) if name not in self.allowed]
        return closest_choice(unknown[0], list(self.allowed)) if unknown else None
