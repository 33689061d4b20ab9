"""Define the form of a campaign: message, audience, and its reason for the reader."""

from typing import Any

from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from esmero.campaigns.models import Campaign
from esmero.content.models import TemplateVersion
from esmero.content.queries import latest_versions
from esmero.house.models import Brand
from esmero.people.models import Segment, Topic
from esmero.web.labels.field_names import CAMPAIGN_WORDS
from esmero.web.parts.components.template_tags import said
from esmero.web.parts.components.translated_fields import add_wordings, read_wordings


class CampaignForm(forms.Form):
    """Edit a draft; only the name, the topic and one reason are required before it is checked."""

    name = forms.CharField(
        label=CAMPAIGN_WORDS["name"], max_length=150, help_text=_("For you and your colleagues; readers do not see it.")
    )
    topic = forms.ModelChoiceField(
        label=CAMPAIGN_WORDS["topic"],
        queryset=Topic.objects.none(),
        empty_label=_("Choose one"),
        help_text=_("Decides whose permission is asked for."),
    )
    version = forms.ModelChoiceField(
        label=CAMPAIGN_WORDS["version"],
        queryset=TemplateVersion.objects.none(),
        required=False,
        empty_label=_("None yet"),
        help_text=_("The newest version of each template."),
    )
    promotion_topic = forms.ModelChoiceField(
        label=CAMPAIGN_WORDS["promotion_topic"],
        queryset=Topic.objects.none(),
        required=False,
        empty_label=_("None: a promotion in it goes to nobody"),
        help_text=_(
            "Only who allows this topic gets the promotion in the template; the others get the message without it."
        ),
    )
    segment = forms.ModelChoiceField(
        label=CAMPAIGN_WORDS["segment"], queryset=Segment.objects.none(), required=False, empty_label=_("Nobody yet")
    )

    def __init__(self, data: Any, *, brand: Brand, campaign: Campaign | None, segment: str = "") -> None:
        initial = (
            {
                "name": campaign.name,
                "topic": campaign.topic_id,
                "version": campaign.version_id,
                "segment": campaign.segment_id,
                "promotion_topic": campaign.promotion_topic_id,
            }
            if campaign
            else {"segment": segment}
        )
        super().__init__(data, initial=initial)
        fields: dict[str, Any] = self.fields
        # Archived objects remain selectable in a draft that uses them, so that saving it changes nothing else.
        had = {campaign.topic_id, campaign.promotion_topic_id} if campaign else set()
        offered = Topic.objects.filter(Q(archived_at=None) | Q(pk__in=had - {None}), brand=brand).order_by("id")
        fields["topic"].queryset = offered
        fields["topic"].label_from_instance = lambda topic: said(topic.name) or topic.code
        fields["promotion_topic"].queryset = offered.filter(purpose__commercial=True)
        fields["promotion_topic"].label_from_instance = fields["topic"].label_from_instance
        fields["version"].queryset = latest_versions(brand=brand, besides=campaign.version_id if campaign else None)
        fields["segment"].queryset = Segment.objects.filter(brand__in=[brand]) | Segment.objects.filter(brand=None)
        if campaign is None:
            for name in ("topic", "version", "segment"):  # preselect the only choice
                first_two = list(fields[name].queryset[:2])
                if len(first_two) == 1:
                    self.initial[name] = first_two[0].pk
        add_wordings(
            self,
            "reason",
            gettext("Why is it worth their time? (%(language)s)"),
            first=brand.language,
            stored=campaign.reason if campaign else {},
            most=300,
            hint=gettext("Readers see it: “You get this mail because …”"),
        )

    def find_lacking(self) -> list[tuple[str | Promise, str, str | Promise]]:
        """Return the brand's missing objects that prevent the draft, each with the page that makes it."""
        fields: dict[str, Any] = self.fields
        words = {
            "topic": (_("a topic to write about"), reverse("console:topic-new"), _("New topic")),
            "version": (_("a template"), reverse("console:template-new"), _("New template")),
            "segment": (_("a segment of people"), reverse("console:segment-new"), _("New segment")),
        }
        return [line for key, line in words.items() if not fields[key].queryset.exists()]

    def facts(self) -> dict[str, Any]:
        """Return the entered values as the campaign functions expect them."""
        given = self.cleaned_data
        return {
            **{key: given[key] for key in ("name", "topic", "version", "segment", "promotion_topic")},
            "reason": read_wordings(given, "reason"),
        }
