"""What Discord checks in components of messages and forms."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.platforms.discord.standin.refusals import Errors

MOST = 40
"""Components of one post, nested ones among them."""
LONGEST_TEXT = 4_000
"""Characters of all texts of one post."""

ROW, BUTTON, SELECT, INPUT, SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL, UPLOAD = (
    1, 2, 3, 4, 9, 10, 11, 12, 13, 14, 17, 18, 19,
)  # fmt: skip
RADIOS, CHECKBOXES, CHECKBOX = 21, 22, 23
_SELECTS = {3, 5, 6, 7, 8}
_TOP = {ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER}
_IN_CONTAINER = _TOP - {CONTAINER}
_IN_LABEL = {INPUT, UPLOAD, RADIOS, CHECKBOXES, CHECKBOX, *_SELECTS}

Path = list[str | int]


class Checked:
    """One post or form while it is looked through."""

    def __init__(self, errors: Errors, files: Sequence[str]) -> None:
        self.errors, self.files = errors, files
        self.count = self.characters = 0
        self._custom_ids: set[str] = set()
        self._ids: set[int] = set()

    def each(self, path: Path, component: Any, allowed: set[int]) -> None:
        """One component of those kinds, with what is in it."""
        self.count += 1
        if not isinstance(component, dict):
            self.errors.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            return
        kind = component.get("type")
        if kind not in allowed:
            self.errors.add(
                [*path, "type"], "UNION_TYPE_CHOICES", f'Value of field "type" must be one of {sorted(allowed)}.'
            )
            return
        self._id(path, component)
        unknown = set(component) - _KEYS[kind] - {"type", "id"}
        if unknown:
            self.errors.add([*path, min(unknown)], "UNKNOWN_FIELD", "This field is not known.")
        _CHECKS[kind](self, path, component)

    def _id(self, path: Path, component: Mapping[str, Any]) -> None:
        identity = component.get("id")
        if identity is None or identity == 0:
            return
        self.errors.number([*path, "id"], identity, 0, 2**31 - 1)
        if identity in self._ids:
            self.errors.add([*path, "id"], "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
        self._ids.add(identity)

    def custom_id(self, path: Path, component: Mapping[str, Any]) -> None:
        custom_id = component.get("custom_id")
        if custom_id is None:
            self.errors.required([*path, "custom_id"])
            return
        self.errors.length([*path, "custom_id"], custom_id, 1, 100)
        if custom_id in self._custom_ids:
            self.errors.add(
                [*path, "custom_id"], "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"
            )
        self._custom_ids.add(custom_id)

    def text(self, path: Path, component: Mapping[str, Any]) -> None:
        self.errors.length([*path, "content"], component.get("content"), 1, LONGEST_TEXT)
        self.characters += len(str(component.get("content") or ""))

    def media(self, path: Path, media: Any) -> None:
        url = (media or {}).get("url", "")
        if url.startswith("attachment://"):
            if url.removeprefix("attachment://") not in self.files:
                self.errors.add(
                    [*path, "url"], "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", f"{url} was not found"
                )
        elif not url.startswith(("http://", "https://")):
            self.errors.add([*path, "url"], "URL_TYPE_INVALID_URL", "Not a well formed URL.")

    def several(
        self, path: Path, name: str, component: Mapping[str, Any], least: int, most: int, allowed: set[int]
    ) -> None:
        parts = component.get(name)
        if not isinstance(parts, list) or not least <= len(parts) <= most:
            self.errors.add([*path, name], "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
            return
        for number, part in enumerate(parts):
            self.each([*path, name, number], part, allowed)


def check_components(errors: Errors, path: Path, components: Any, *, modern: bool, files: Sequence[str]) -> None:
    """Of a message; `modern`: it has the flag for components V2."""
    if components is None:
        return
    checked = Checked(errors, files)
    if not isinstance(components, list):
        errors.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        return
    if not modern and len(components) > 5:
        errors.add(path, "BASE_TYPE_MAX_LENGTH", "Must be 5 or fewer in length.")
    for number, component in enumerate(components):
        checked.each([*path, number], component, _TOP if modern else {ROW})
    if checked.count > MOST:
        errors.add(
            path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", f"The total number of components cannot exceed {MOST}"
        )
    if checked.characters > LONGEST_TEXT:
        words = f"The total length of displayable text cannot exceed {LONGEST_TEXT}"
        errors.add(path, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", words)


def check_modal(errors: Errors, form: Any) -> None:
    """Of a form, as it is given to open it."""
    errors.length(["data", "custom_id"], form.get("custom_id"), 1, 100)
    errors.length(["data", "title"], form.get("title"), 1, 45)
    unknown = set(form) - {"custom_id", "title", "components", "flags"}
    if unknown:
        errors.add(["data", min(unknown)], "UNKNOWN_FIELD", "This field is not known.")
    parts = form.get("components")
    if not isinstance(parts, list) or not 1 <= len(parts) <= 5:
        errors.add(["data", "components"], "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
        return
    checked = Checked(errors, ())
    for number, part in enumerate(parts):
        path: Path = ["data", "components", number]
        if isinstance(part, dict) and part.get("type") == ROW:
            checked.several(path, "components", part, 1, 1, {INPUT})
            _input_in_row(errors, path, part)
        else:
            checked.each(path, part, {LABEL, TEXT})
    if checked.characters > LONGEST_TEXT:
        errors.add(["data", "components"], "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", "Too much text")


def _input_in_row(errors: Errors, path: Path, row: Mapping[str, Any]) -> None:
    for number, each in enumerate(row.get("components") or ()):
        if isinstance(each, dict) and each.get("type") == INPUT:
            errors.length([*path, "components", number, "label"], each.get("label"), 1, 45)


# --- one check for each kind ----------------------------------------------------------------------------------


def _row(checked: Checked, path: Path, row: Mapping[str, Any]) -> None:
    parts = row.get("components")
    alone = isinstance(parts, list) and any(isinstance(part, dict) and part.get("type") in _SELECTS for part in parts)
    checked.several(path, "components", row, 1, 1 if alone else 5, {BUTTON, *_SELECTS})


def _button(checked: Checked, path: Path, button: Mapping[str, Any]) -> None:
    errors, style = checked.errors, button.get("style")
    errors.number([*path, "style"], style, 1, 6)
    if button.get("label") is not None:
        errors.length([*path, "label"], button["label"], 0, 80)
    if not button.get("label") and not button.get("emoji") and style != 6:
        errors.add(path, "BUTTON_COMPONENT_INVALID_LABEL", "A button must have a label or an emoji")
    if style == 5:
        url = button.get("url") or ""
        if not url.startswith(("http://", "https://", "discord://")) or len(url) > 512:
            errors.add([*path, "url"], "URL_TYPE_INVALID_URL", "Not a well formed URL.")
        if "custom_id" in button and button["custom_id"] is not None:
            errors.add([*path, "custom_id"], "BUTTON_COMPONENT_CUSTOM_ID_AND_URL", "A link button has no custom id")
    elif style != 6:
        checked.custom_id(path, button)
        if button.get("url"):
            errors.add([*path, "url"], "BUTTON_COMPONENT_CUSTOM_ID_AND_URL", "Only a link button has a url")
    _emoji(errors, path, button.get("emoji"))


def _emoji(errors: Errors, path: Path, emoji: Any) -> None:
    """A character of an emoji; letters are none."""
    if emoji and not emoji.get("id"):
        name = emoji.get("name") or ""
        if not name or (name.isascii() and name not in "0123456789#*"):
            errors.add([*path, "emoji", "name"], "BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji")


def _select(checked: Checked, path: Path, select: Mapping[str, Any]) -> None:
    errors = checked.errors
    checked.custom_id(path, select)
    if select.get("placeholder") is not None:
        errors.length([*path, "placeholder"], select["placeholder"], 0, 150)
    if select["type"] != SELECT:
        return
    _options(errors, path, select, 1, 25)


def _options(errors: Errors, path: Path, select: Mapping[str, Any], least: int, most: int) -> None:
    options = select.get("options")
    if not isinstance(options, list) or not least <= len(options) <= most:
        errors.add([*path, "options"], "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        return
    for number, option in enumerate(options):
        errors.length([*path, "options", number, "label"], option.get("label"), 1, 100)
        errors.length([*path, "options", number, "value"], option.get("value"), 1, 100)
        if option.get("description") is not None:
            errors.length([*path, "options", number, "description"], option["description"], 0, 100)
    if len({option.get("value") for option in options}) < len(options):
        errors.add([*path, "options"], "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is used")


def _input(checked: Checked, path: Path, each: Mapping[str, Any]) -> None:
    errors = checked.errors
    checked.custom_id(path, each)
    errors.number([*path, "style"], each.get("style"), 1, 2)
    if each.get("placeholder") is not None:
        errors.length([*path, "placeholder"], each["placeholder"], 0, 100)
    if each.get("value") is not None:
        errors.length([*path, "value"], each["value"], 0, 4000)
    if each.get("min_length") is not None:
        errors.number([*path, "min_length"], each["min_length"], 0, 4000)
    if each.get("max_length") is not None:
        errors.number([*path, "max_length"], each["max_length"], 1, 4000)


def _section(checked: Checked, path: Path, section: Mapping[str, Any]) -> None:
    checked.several(path, "components", section, 1, 3, {TEXT})
    if section.get("accessory") is None:
        checked.errors.required([*path, "accessory"])
    else:
        checked.each([*path, "accessory"], section["accessory"], {BUTTON, THUMBNAIL})


def _text(checked: Checked, path: Path, each: Mapping[str, Any]) -> None:
    checked.text(path, each)


def _thumbnail(checked: Checked, path: Path, each: Mapping[str, Any]) -> None:
    checked.media([*path, "media"], each.get("media"))
    if each.get("description") is not None:
        checked.errors.length([*path, "description"], each["description"], 0, 1024)


def _gallery(checked: Checked, path: Path, each: Mapping[str, Any]) -> None:
    items = each.get("items")
    if not isinstance(items, list) or not 1 <= len(items) <= 10:
        checked.errors.add([*path, "items"], "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 10 in length.")
        return
    for number, item in enumerate(items):
        checked.media([*path, "items", number, "media"], item.get("media"))


def _file(checked: Checked, path: Path, each: Mapping[str, Any]) -> None:
    checked.media([*path, "file"], each.get("file"))
    if not str((each.get("file") or {}).get("url")).startswith("attachment://"):
        checked.errors.add(
            [*path, "file", "url"], "UNFURLED_MEDIA_ITEM_ATTACHMENT_ONLY", "Only attachments are allowed"
        )


def _separator(checked: Checked, path: Path, each: Mapping[str, Any]) -> None:
    if each.get("spacing") is not None:
        checked.errors.number([*path, "spacing"], each["spacing"], 1, 2)


def _container(checked: Checked, path: Path, each: Mapping[str, Any]) -> None:
    checked.several(path, "components", each, 1, MOST, _IN_CONTAINER)
    if each.get("accent_color") is not None:
        checked.errors.number([*path, "accent_color"], each["accent_color"], 0, 0xFFFFFF)


def _label(checked: Checked, path: Path, each: Mapping[str, Any]) -> None:
    checked.errors.length([*path, "label"], each.get("label"), 1, 45)
    if each.get("description") is not None:
        checked.errors.length([*path, "description"], each["description"], 0, 100)
    inner = each.get("component")
    checked.each([*path, "component"], inner, _IN_LABEL)
    if isinstance(inner, dict) and inner.get("label"):
        checked.errors.add([*path, "component", "label"], "LABEL_NOT_ALLOWED", "A text input in a label has no label")


def _upload(checked: Checked, path: Path, each: Mapping[str, Any]) -> None:
    checked.custom_id(path, each)


def _choices(checked: Checked, path: Path, each: Mapping[str, Any]) -> None:
    checked.custom_id(path, each)
    _options(checked.errors, path, each, 2 if each["type"] == RADIOS else 1, 10)


_SELECT_KEYS = {
    "custom_id", "options", "placeholder", "min_values", "max_values", "disabled", "required", "default_values",
    "channel_types",
}  # fmt: skip
_KEYS: Mapping[int, set[str]] = {
    ROW: {"components"},
    BUTTON: {"style", "label", "emoji", "custom_id", "sku_id", "url", "disabled"},
    **dict.fromkeys(_SELECTS, _SELECT_KEYS),
    INPUT: {"custom_id", "style", "label", "min_length", "max_length", "required", "value", "placeholder"},
    SECTION: {"components", "accessory"},
    TEXT: {"content"},
    THUMBNAIL: {"media", "description", "spoiler"},
    GALLERY: {"items"},
    FILE: {"file", "spoiler", "name", "size"},
    SEPARATOR: {"divider", "spacing"},
    CONTAINER: {"components", "accent_color", "spoiler"},
    LABEL: {"label", "description", "component"},
    UPLOAD: {"custom_id", "min_values", "max_values", "required"},
    RADIOS: {"custom_id", "options", "required"},
    CHECKBOXES: {"custom_id", "options", "min_values", "max_values", "required"},
    CHECKBOX: {"custom_id", "default"},
}
_CHECKS: Mapping[int, Callable[[Checked, Path, Mapping[str, Any]], None]] = {
    ROW: _row,
    BUTTON: _button,
    **dict.fromkeys(_SELECTS, _select),
    INPUT: _input,
    SECTION: _section,
    TEXT: _text,
    THUMBNAIL: _thumbnail,
    GALLERY: _gallery,
    FILE: _file,
    SEPARATOR: _separator,
    CONTAINER: _container,
    LABEL: _label,
    UPLOAD: _upload,
    RADIOS: _choices,
    CHECKBOXES: _choices,
    CHECKBOX: _upload,
}
