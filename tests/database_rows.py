"""Read all rows of all tables as they stand, to compare a house before and after."""

from django.apps import apps

# What an import and its undo leave on purpose: the account of themselves.
TRACES = frozenset({"Import", "PersonLine", "ExclusionLine", "Job", "StoredFile", "AuditEntry", "Happening"})


def read_rows(*, besides=TRACES):
    """Return {table: its rows in the order of ids, every column}, without the models named `besides`."""
    models = apps.get_app_config("esmero").get_models(include_auto_created=True)
    return {
        model._meta.db_table: list(model._default_manager.order_by("pk").values_list())
        for model in models
        if model.__name__ not in besides
    }


def assert_same(before, after):
    """Compare table by table, row by row."""
    assert before.keys() == after.keys()
    for table, rows in before.items():
        gone = [row for row in rows if row not in after[table]][:3]
        new = [row for row in after[table] if row not in rows][:3]
        assert after[table] == rows, f"{table}: gone {gone}, new {new}"
