"""Define the form field of a file from outside; its value is a CheckedFile."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from esmero.refusal import InvalidValue
from esmero.vault.uploads import CheckedFile, UploadRule, read_upload
from esmero.web.refusals.say import say


class UploadField(forms.FileField):
    """Take a file by a rule of house/upload_limits.py; a refusal stands beside the field."""

    def __init__(self, *, rule: UploadRule, **kwargs: Any) -> None:
        # An empty file is refused by the rule, with words of our own.
        super().__init__(allow_empty_file=True, **kwargs)
        self.rule = rule

    def clean(self, data: Any, initial: Any = None) -> CheckedFile | None:
        """Return the file as it may be kept, None without one."""
        file = super().clean(data, initial)
        if not isinstance(file, UploadedFile):
            return None
        try:
            return read_upload(file, size=file.size or 0, name=file.name or "", rule=self.rule)
        except InvalidValue as refusal:
            raise forms.ValidationError(say(refusal), code=refusal.code) from refusal
