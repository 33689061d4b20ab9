"""How every form of the house is drawn, allauth's as well: one template for a field, one for the summary on top."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Named by FORM_RENDERER in the settings; takes widgets and fields from `templates/`."""

    form_template_name = "parts/form.html"
    field_template_name = "parts/field.html"
