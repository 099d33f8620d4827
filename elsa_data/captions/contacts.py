"""What points to a person is taken out of a caption before it leaves this machine."""

import re
from typing import Final

# RFC 5322 atoms and a dotted domain; "name at host dot org" is prose and stays.
_MAIL: Final = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
_URL: Final = (
    r"(?:[a-z][a-z0-9+.-]{1,15}://|mailto:|www\.)[^\s<>\"()]+"
    r"|\b(?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|io|co|uk|de|fr|info|tv|me|ly|be|app|dev)\b"
    r"(?:[/?#][^\s<>\"()]*)?"
)
_HANDLE: Final = r"(?<![\w@/.])@[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?"
_PHONE: Final = r"(?<![\w.])\+?\(?\d{1,4}\)?(?:[\s./-]{0,2}\(?\d{1,5}\)?){1,6}(?!\w)"

_CONTACT: Final = re.compile(f"{_MAIL}|{_URL}|{_HANDLE}", re.IGNORECASE)
_NUMBER: Final = re.compile(_PHONE)
_PHONE_DIGITS: Final = range(7, 16)
"""The digits of a telephone number with or without its codes (ITU-T E.164: at most 15)."""

_HOLES: Final = (
    (r"\(\s*\)|\[\s*\]|<\s*>|\"\s*\"", ""),
    (r"\s+([,.;:!?])", r"\1"),
    (r"\s{2,}", " "),
)


def without_contacts(caption: str) -> str:
    """Return a caption without e-mail addresses, URLs, @handles and telephone numbers.

    What would be left of them, empty brackets and doubled spaces, goes too. A caption without any
    comes back as it is.
    """
    kept = _NUMBER.sub(_unless_phone, _CONTACT.sub("", caption))
    if kept == caption:
        return caption
    for hole, filling in _HOLES:
        kept = re.sub(hole, filling, kept)
    return kept.strip()


def _unless_phone(match: re.Match[str]) -> str:
    digits = sum(character.isdigit() for character in match.group())
    return "" if digits in _PHONE_DIGITS else match.group()
