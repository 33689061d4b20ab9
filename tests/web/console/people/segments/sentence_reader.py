"""Read the English sentence of a segment back as a tree: a small reader of its own, which knows only the words."""

import re

VALUE = r"(?:“[^”]*”|\d\d/\d\d/\d{4}|-?\d+(?:\.\d+)?)"
FIELD = r"whose “(?P<field>[^”]*)” "
ACTS = {
    "were sent a message": "sent",
    "got a message": "got",
    "opened a link": "clicked",
    "answered a message": "answered",
    "complained of a message": "complained",
    "took a permission back": "left",
}
NOT_ACTS = {
    "were not sent a message": "sent",
    "did not get a message": "got",
    "did not open a link": "clicked",
    "did not answer a message": "answered",
    "did not complain of a message": "complained",
    "did not take a permission back": "left",
}
MAIL = {"whose mail came back for good": False, "whose mail did not come back for good": True}
COMPARISONS = [
    ("is not known", "known", True),
    ("is known", "known", False),
    ("does not contain {v}", "contains", True),
    ("contains {v}", "contains", False),
    ("does not start with {v}", "starts", True),
    ("starts with {v}", "starts", False),
    ("is less than {v}", "<", False),
    ("is at most {v}", "<=", False),
    ("is more than {v}", ">", False),
    ("is at least {v}", ">=", False),
    ("is before {v}", "<", False),
    ("is not after {v}", "<=", False),
    ("is after {v}", ">", False),
    ("is not before {v}", ">=", False),
    ("lies in the last {v} days", "last", False),
    ("lies in the next {v} days", "next", False),
    ("lies more than {v} days back", "ago", False),
    ("lies more than {v} days ahead", "ahead", False),
    ("lies in this month", "month", False),
    ("comes round within {v} days of today", "anniversary", False),
]
STATES = {
    "given": "granted",
    "asked for, not confirmed": "requested",
    "taken back": "withdrawn",
    "objected to": "objected",
    "run out": "expired",
    "never given": "none",
}
CHANNELS = {"by phone": "phone", "by post": "post", "in the customer area": "portal"}
BASES = {"consent": "consent", "existing customer": "soft opt-in", "contract": "contract"}
DAY = r"\d\d/\d\d/\d{4}"
SPAN = (
    rf"(?: (?P<span>in the last \d+ days?|more than \d+ days? ago|since {DAY}|before {DAY}|between {DAY} and {DAY}))?"
)


def plain(text):
    """A value without quotation marks; a day in ISO form."""
    if re.fullmatch(DAY, text):
        month, day, year = text.split("/")
        return f"{year}-{month}-{day}"
    return text.strip("“”")


class Reader:
    """`names` leads from the words of a choice to its value: languages, topics, scopes and imports."""

    def __init__(self, text, *, names):
        self.text, self.at, self.names = text, 0, names

    def take(self, pattern):
        found = re.compile(pattern).match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def sentence(self):
        if self.take(r"Everybody\.$"):
            return {}
        if self.take("Everybody but those "):
            tree = {"kind": "none", "parts": [self.several()]}
        else:
            assert self.take("People ")
            tree = self.several()
        assert self.take(r"\.$"), self.text[self.at :]
        return tree

    def several(self):
        """Phrases joined by “and” or “or”, and what is excepted."""
        parts, kind = [self.one()], "all"
        while found := self.take(" (and|or) |, (?!but not those )"):
            parts.append(self.one())
            if found[1]:
                kind = "all" if found[1] == "and" else "any"
                break
        inner = {"kind": kind, "parts": parts}
        if self.take(", but not those "):
            return {"kind": "all", "parts": [inner, {"kind": "none", "parts": [self.several()]}]}
        return inner

    def one(self):
        if self.take(r"\("):
            inner = self.several()
            assert self.take(r"\)")
            return inner
        if self.take("who are not among those "):
            return {"kind": "none", "parts": [self.one()]}
        for read in (self.field, self.other, self.permission, self.did):
            start = self.at
            if (found := read()) is not None:
                return found
            self.at = start
        raise AssertionError(self.text[self.at :])

    def field(self):
        if found := self.take(r"who (do not )?speak (\w+)"):
            return {
                "kind": "field", "field": "language", "value": self.names.get(found[2], found[2]),
                "negated": bool(found[1]),
            }  # fmt: skip
        if found := self.take(r"who (do not )?have “([^”]*)”"):
            return {"kind": "field", "field": found[2], "value": "no" if found[1] else "yes"}
        for words, comparison, negated in COMPARISONS:
            if found := self.take(FIELD + words.format(v=f"(?P<value>{VALUE})")):
                value = plain(found["value"]) if "{v}" in words else None
                return {"kind": "field", "field": found["field"], "comparison": comparison, "value": value,
                        "negated": negated}  # fmt: skip
        if found := self.take(FIELD + rf"is between ({VALUE}) and ({VALUE})"):
            values = [plain(found[2]), plain(found[3])]
            return {"kind": "field", "field": found["field"], "comparison": "between", "value": values}
        if found := self.take(FIELD + rf"is (?P<no>not )?(?P<all>{VALUE}(?:, {VALUE})*(?: or {VALUE})?)"):
            values = [plain(one) for one in re.findall(VALUE, found["all"])]
            one = {"value": values[0]} if len(values) == 1 else {"comparison": "in", "value": values}
            return {"kind": "field", "field": found["field"], "negated": bool(found["no"]), **one}
        return None

    def other(self):
        if found := self.take(r"with(out)? the tag “([^”]*)”"):
            return {"kind": "tag", "name": found[2], "negated": bool(found[1])}
        if found := self.take(r"(who|whose organisation) (have|has|do not have|does not have) the role “([^”]*)”"):
            return {
                "kind": "role", "role": found[3], "holder": "person" if found[1] == "who" else "organisation",
                "negated": "not" in found[2], "brand": self.brand(),
            }  # fmt: skip
        if found := self.take(r"who are (not )?at the stage “([^”]*)”"):
            stage = found[2].removesuffix(" customer")
            return {"kind": "stage", "stage": stage, "negated": bool(found[1]), "brand": self.brand()}
        if found := self.take(r"who (do not )?belong to “([^”]*)”(?: as “([^”]*)”)?"):
            facts = {"name": found[2], "position": found[3] or ""}
            return {"kind": "membership", "negated": bool(found[1]), **facts}
        if found := self.take(r"who are (not )?in the segment “([^”]*)”"):
            return {"kind": "segment", "name": found[2], "negated": bool(found[1])}
        if found := self.take(r"who (came|did not come) with the list “([^”]*)”"):
            return {"kind": "import", "number": self.names[found[2]], "negated": found[1] != "came"}
        if found := self.take(r"who (do not )?stand on a pasted list \(([^)]*)\)"):
            return {"kind": "list", "values": found[2].split(", "), "negated": bool(found[1])}
        if found := self.take(r"who (have not said that they )?(do not )?want the topic “([^”]*)”"):
            return {"kind": "topic", "topic": self.names[found[3]], "wanted": not found[2], "negated": bool(found[1])}
        return None

    def brand(self):
        found = self.take(" with the brand “([^”]*)”")
        return {"Fibra Norte": "fibra-norte", "Otra": "otra"}[found[1]] if found else ""

    def permission(self):
        channels, bases = "|".join(CHANNELS), "|".join(BASES)
        found = self.take(
            rf"whose permission for “(?P<topic>[^”]*)” is (?P<no>not )?“(?P<state>[^”]*)”"
            rf"(?: (?P<channel>{channels}))?(?: \((?P<basis>{bases})\))?{SPAN}"
        )
        return found and {
            "kind": "permission",
            "topic": self.names[found["topic"]],
            "state": STATES[found["state"]],
            "channel": CHANNELS.get(found["channel"], "email"),
            "basis": BASES.get(found["basis"], ""),
            "when": span(found["span"]),
            "negated": bool(found["no"]),
        }

    def did(self):
        if found := self.take(f"({'|'.join(MAIL)})"):
            act, negated = "returned", MAIL[found[1]]
        elif found := self.take(f"who ({'|'.join(ACTS)})"):
            act, negated = ACTS[found[1]], False
        elif found := self.take(f"who ({'|'.join(NOT_ACTS)})"):
            act, negated = NOT_ACTS[found[1]], True
        else:
            return None
        more = self.take(
            r"(?: (?:about “(?P<topic>[^”]*)”|of the campaign “(?P<dispatch>[^”]*)”|of (?P<brand>Fibra Norte)))?"
            rf"(?: \((?P<link>https://[^)]*)\))?(?: at least (?P<times>\d+) times)?{SPAN}"
        )
        scope = next((f"{one}:{self.names[more[one]]}" for one in ("topic", "dispatch", "brand") if more[one]), "")
        return {
            "kind": "did",
            "act": act,
            "of": scope,
            "link": more["link"] or "",
            "times": more["times"] or 1,
            "when": span(more["span"]),
            "negated": negated,
        }


def span(words):
    match (words or "").replace("days", "day").split():
        case ["in", "the", "last", number, "day"]:
            return {"kind": "last", "days": number}
        case ["more", "than", number, "day", "ago"]:
            return {"kind": "ago", "days": number}
        case ["since" | "before" as kind, day]:
            return {"kind": kind, "first": plain(day)}
        case ["between", first, "and", last]:
            return {"kind": "between", "first": plain(first), "last": plain(last)}
    return {}
