"""Rows as small JSON values and back, to the microsecond: what a merge puts away comes back as it was."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from django.db.models import Model

type Packed = dict[str, Any]


def pack(row: Model) -> Packed:
    """Return all columns of a row, moments in ISO 8601."""
    return {field.attname: _plain(getattr(row, field.attname)) for field in row._meta.concrete_fields}


def unpack(model: type[Model], packed: Mapping[str, Any]) -> Packed:
    """Return the columns as the model holds them."""
    kinds = {field.attname: field for field in model._meta.concrete_fields}
    return {
        name: kinds[name].to_python(value) if kinds[name].get_internal_type() == "DateTimeField" else value
        for name, value in packed.items()
    }


def put_back(model: type[Model], rows: Iterable[Mapping[str, Any]]) -> None:
    """Create rows that were packed, under their own ids and with their own moments."""
    manager = model._default_manager
    for packed in rows:
        columns = unpack(model, packed)
        manager.bulk_create([model(**columns)])
        # Creating a row stamps moments of its own on it.
        manager.filter(pk=columns["id"]).update(**columns)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else deepcopy(value)
