"""Imports: rows of a messy list per CPU-second on SQLite, every line with its verdict, then the same file again."""

import time

from bench.figures import show

BAR = 1_000


def run(*, number: int) -> bool:
    """Bring `number` invented people in, twice; the second time nothing may change."""
    from esmero.house.models import Brand
    from esmero.imports.lifecycle import begin_unchecked, create_import
    from esmero.people.models import Topic
    from esmero.rounds.import_kinds import PERSONS
    from esmero.rounds.table import JOBS
    from esmero.work.jobs import run_to_end

    lines = ["Nº cliente;Nombre;Apellidos;Correo electrónico;Teléfono;Idioma;Población;Fecha alta;¿Acepta publicidad?"]
    lines += [
        f"B{n};Begoña;Muñoz {n};begona.{n}@lista.example;+34 6{n:08d};es;"
        f"A Coruña;{1 + n % 28:02d}/05/2024;{'sí' if n % 3 else ''}"
        for n in range(number)
    ]
    content = "\r\n".join(lines).encode("cp1252")
    brand, topic = Brand.objects.get(), Topic.objects.get()
    said = {"¿Acepta publicidad?": "consent", "Fecha alta": "consent_date"}
    rates = []
    for expected in ("added", "unchanged"):
        brought = create_import(content, kind=PERSONS, name="lista.csv", brand=brand, by="bench")
        started = time.process_time()
        brought = begin_unchecked(
            brought,
            kind=PERSONS,
            choices=said,
            options={"topic": topic.pk},
            source="bench",
            dry_run=False,
            by="bench",
        )
        assert brought.job is not None
        run_to_end(brought.job, kinds=JOBS, worker="bench")
        rates.append(number / (time.process_time() - started))
        brought.refresh_from_db()
        if brought.counts.get(expected) != number:
            raise SystemExit(f"importing: {brought.counts}, expected {number} {expected}")
    first = show("import, rows per CPU-second, all new", rates[0], bar=BAR, unit="/s")
    return show("import, rows per CPU-second, nothing changed", rates[1], bar=BAR, unit="/s") and first
