"""Hold the words of refusals for people: one table of code → text for each package that refuses."""

from collections.abc import Callable

from django.utils.functional import Promise

type Sentence = str | Promise
# A text with a place %(fact)s for each fact that it names; several sentences in a row; or, for plurals and for facts
# that are codes themselves, a function with a keyword parameter for each fact that it names.
type Words = Sentence | tuple[Sentence, ...] | Callable[..., str]
