"""The names that the pages show for values of the API: months, languages and types of entities."""

# `strftime` would use the locale of the process.
MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

# The names of languages by the first part of their tag. The pages show only the tag of other languages.
LANGUAGE_NAMES = {
    "ar": "Arabic",
    "bg": "Bulgarian",
    "bn": "Bengali",
    "ca": "Catalan",
    "cs": "Czech",
    "cy": "Welsh",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "ga": "Irish",
    "he": "Hebrew",
    "hi": "Hindi",
    "hr": "Croatian",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "nb": "Norwegian",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sl": "Slovenian",
    "sr": "Serbian",
    "sv": "Swedish",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
ENTITY_TYPE_LABELS = {
    "person": "People",
    "organization": "Organizations",
    "place": "Places",
    "policy": "Policies",
    "product": "Products",
    "event": "Events",
}


def language_name(tag: str) -> str:
    """Return the name of a language, such as `Chinese (zh-Hant)`.

    If LANGUAGE_NAMES does not contain the language, return its tag.
    """
    first, _, more = tag.partition("-")
    name = LANGUAGE_NAMES.get(first.lower())
    return tag if name is None else f"{name} ({tag})" if more else name
