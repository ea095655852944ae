"""What all parts of a declaration are."""

from __future__ import annotations

import re
from typing import Annotated

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, BaseModel, ConfigDict


def is_path(written: str) -> str:
    """The JMESPath as it is. Raises ValueError when it is none."""
    try:
        jmespath.compile(written)
    except JMESPathError as error:
        raise ValueError(f"“{written}” is no JMESPath: {error}") from None
    return written


def is_pattern(written: str) -> str:
    """The regular expression as it is. Raises ValueError when it is none."""
    try:
        re.compile(written)
    except re.error as error:
        raise ValueError(f"“{written}” is no regular expression: {error}") from None
    return written


#: Where something stands in an answer, as JMESPath.
Pick = Annotated[str, AfterValidator(is_path)]
Pattern = Annotated[str, AfterValidator(is_pattern)]


class Part(BaseModel):
    """Every part refuses keys that it does not know: a typing slip in a declaration must not pass as silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)
