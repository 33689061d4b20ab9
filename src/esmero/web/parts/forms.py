"""How every form of the house is drawn, allauth's as well: one template for a field, one for the summary on top."""

from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_noop

CHOOSE = gettext_noop("- Select an option -")  # Django's words for no choice yet, in no catalogue of its own so far


class Renderer(TemplatesSetting):
    """Named by FORM_RENDERER in the settings; takes widgets and fields from `templates/`."""

    form_template_name = "parts/form.html"
    field_template_name = "parts/field.html"
