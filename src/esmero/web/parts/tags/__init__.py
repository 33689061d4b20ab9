"""Define the furniture that pages repeat as template tags; all of them are built into the templates.

A tag that takes a URL takes the name of a route and its arguments, or an address that begins with "/", "?" or "#":
`{% button_link _("Change") "console:person-edit" person.pk variant="outline" %}`. An address that is empty gives
nothing, so that a template needs no condition.
"""
