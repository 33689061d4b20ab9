"""Search: parts of words in 200,000 texts in Spanish, French and English, against a plain comparison in memory.

`python -m bench.search`; SIZE=full is 200,000 texts, POSTGRES (set to anything) takes the tests' PostgreSQL. Every
answer is compared with the plain one. The raw rate is the database's own, comparing the same texts without an index.
"""

import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import show, tell
from bench.house import open_house

BAR = 100  # milliseconds, the 95th of 100
SIZES = {"small": 20_000, "full": 200_000}
QUERIES = 144
MOST = 2_000
_LOCALE = Path(__file__).parents[1] / "src" / "esmero" / "locale"


def run(*, number: int) -> bool:
    """Index `number` texts, ask, compare every answer; show the 95th percentile and the worst."""
    open_house()
    from django.db import connection, transaction

    from esmero.search.finding import find_ids
    from esmero.search.indexing import SearchEntry, index
    from esmero.search.models import SearchText, SubjectKind
    from esmero.text_folding import fold

    chance = random.Random(13)
    vocabulary = _read_words()
    texts = list(_invent_texts(number, vocabulary, chance))
    begun = time.process_time()
    for start in range(0, number, 500):
        entries = [
            SearchEntry(subject_id=start + place, title=" ".join(one)[:80], fields=one)
            for place, one in enumerate(texts[start : start + 500])
        ]
        with transaction.atomic():
            index(SubjectKind.PERSON, entries)
    tell("search, texts indexed per CPU-second", number / (time.process_time() - begun), unit="/s")
    folded = [f" {fold(' '.join(one))}" for one in texts]
    tell("search, letters of a text on average", sum(map(len, folded)) / number, unit="")
    times, raw, slowest = [], [], (0.0, "")
    for place, query in enumerate(_invent_queries(texts, vocabulary, chance)):
        begun = time.perf_counter()
        found = find_ids(SubjectKind.PERSON, text=query, most=MOST)
        times.append((time.perf_counter() - begun) * 1000)
        slowest = max(slowest, (times[-1], query))
        # Fewer than three letters are found where a word begins.
        wanted = [word if len(word) > 2 else f" {word}" for word in fold(query).split()]
        expected = list(range(number))
        for word in wanted:
            expected = [key for key in expected if word in folded[key]]
        if sorted(found) != expected and not (len(found) == MOST + 1 and set(found) <= set(expected)):
            raise SystemExit(f"search: {query!r} finds {len(found)} texts, a plain comparison {len(expected)}")
        if place % 20 == 0 and wanted:
            contains = "strpos" if connection.vendor == "postgresql" else "instr"
            where = " AND ".join(f"{contains}(folded, %s) > 0" for _word in wanted)
            begun = time.perf_counter()
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {SearchText._meta.db_table} WHERE {where}", wanted)
            raw.append((time.perf_counter() - begun) * 1000)
    times.sort()
    name = connection.vendor
    met = show(
        f"search in {number:,} texts on {name}, 95th", times[len(times) * 95 // 100], bar=BAR, unit="ms", at_most=True
    )
    tell("search, median", times[len(times) // 2], unit="ms")
    tell(f"search, slowest: {slowest[1]}", slowest[0], unit="ms")
    tell(f"raw scan of {name}, median", sorted(raw)[len(raw) // 2], unit="ms")
    return met


def _read_words() -> dict[str, list[str]]:
    """Return {language: its words}: those of the program's own pages, which exist in all three."""
    import gettext

    words: dict[str, set[str]] = {"en": set(), "es": set(), "fr": set()}
    for language in ("es", "fr"):
        with (_LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
            catalog = vars(gettext.GNUTranslations(file))["_catalog"]
        for key, text in catalog.items():
            words[language].update(word for word in str(text).split() if word.isalpha())
            words["en"].update(word for word in str(key).split() if word.isalpha())
    return {language: sorted(several) for language, several in words.items()}


def _invent_texts(number: int, vocabulary: dict[str, list[str]], chance: random.Random) -> Iterator[tuple[str, ...]]:
    """Yield texts of one language each: two of three like a person's, the others sentences of up to eighty words."""
    for place in range(number):
        words = vocabulary[("es", "fr", "en")[place % 3]]
        # Common words are commoner than rare ones, as in life.
        some = [
            words[int(len(words) * chance.random() ** 3)] for _word in range(3 if place % 3 else chance.randint(5, 80))
        ]
        yield " ".join(some).title() if place % 3 else " ".join(some), f"C{place}", f"{some[0]}.{place}@correo.example"


def _invent_queries(
    texts: list[tuple[str, ...]], vocabulary: dict[str, list[str]], chance: random.Random
) -> Iterator[str]:
    """Yield what people type: words, parts of words, several parts, numbers, what all texts have, what none has."""
    for place in range(QUERIES):
        name, number, mail = chance.choice(texts)
        word = chance.choice(name.split())
        begin = chance.randint(0, max(0, len(word) - 4))
        other = chance.choice(chance.choice(list(vocabulary.values())))
        yield (
            word.upper(),
            word[begin : begin + 3],
            word[begin : begin + 5],
            f"{word[:4]} {chance.choice(name.split())[-3:]}",
            number[: chance.randint(3, 7)],
            mail,
            mail[3:9],
            f"{other[:5]} {word}",
            "correo.example",
            f"{word}{other}",
            word[:2],
            "zq",
        )[place % 12]


if __name__ == "__main__":
    sys.exit(0 if run(number=SIZES[os.environ.get("SIZE", "small")]) else 1)
