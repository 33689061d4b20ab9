"""Define the forms that ask for the source of a list and for the options of its kind."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from esmero.imports.models import Import
from esmero.people.models import Suppression, Topic
from esmero.web.parts.components.template_tags import said as in_words


class OriginForm(forms.Form):
    """Edit the source of a list; each kind of import adds its options."""

    source = forms.CharField(
        label=_("Where is this list from?"),
        max_length=300,
        help_text=_("Who gathered it, where and when: it is stored with each permission as its proof."),
    )

    def __init__(self, data: Any, *, brought: Import, **initial: Any) -> None:
        super().__init__(data, initial={"source": brought.source, **initial})

    @property
    def options(self) -> dict[str, Any]:
        """Return the options as Import.options stores them; only of a valid form."""
        return {}


class PersonOriginForm(OriginForm):
    """Edit the source of a list of persons and the topic of its consent."""

    topic = forms.ModelChoiceField(
        label=_("Topic of the consent"), queryset=Topic.objects.none(), required=False, empty_label=_("Choose one")
    )

    def __init__(self, data: Any, *, brought: Import) -> None:
        topics = Topic.objects.filter(brand=brought.brand_id, archived_at=None).order_by("id")
        first_two = list(topics.values_list("pk", flat=True)[:2])
        only = first_two[0] if len(first_two) == 1 else None
        super().__init__(data, brought=brought, topic=brought.options.get("topic") or only)
        fields: dict[str, Any] = self.fields
        fields["topic"].queryset = topics
        fields["topic"].label_from_instance = lambda topic: in_words(topic.name) or topic.code

    @property
    def options(self) -> dict[str, Any]:
        """Return the id of the topic."""
        topic = self.cleaned_data["topic"]
        return {"topic": topic.pk if topic else None}


class ExclusionOriginForm(OriginForm):
    """Edit the source of an exclusion list, and how far it excludes."""

    scope = forms.ChoiceField(
        label=_("Which mail is excluded?"),
        choices=[
            (Suppression.Scope.COMMERCIAL.value, _("Advertising; letters about a contract or an account still go")),
            (Suppression.Scope.ALL.value, _("All mail of this brand")),
        ],
        initial=Suppression.Scope.COMMERCIAL,
    )

    def __init__(self, data: Any, *, brought: Import) -> None:
        super().__init__(data, brought=brought, scope=brought.options.get("scope") or Suppression.Scope.COMMERCIAL)

    @property
    def options(self) -> dict[str, Any]:
        """Return the scope."""
        return {"scope": self.cleaned_data["scope"]}


ORIGIN_FORMS: Mapping[str, type[PersonOriginForm | ExclusionOriginForm]] = {
    "persons": PersonOriginForm,
    "exclusions": ExclusionOriginForm,
}
