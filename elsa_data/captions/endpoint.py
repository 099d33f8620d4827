"""What the environment says of an endpoint, checked before it is used; and the key kept unsaid."""

import re
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from elsa_data.errors import ConfigError

LONGEST_MESSAGE: Final = 160


def checked_key(key: str) -> str:
    """Return a key that a header can carry.

    Raises:
        ConfigError: there is none, or it cannot be one.
    """
    if not key.strip():
        raise ConfigError(
            "OPENAI_API_KEY is not set: export the key of the endpoint (any word for a local "
            "server that asks for none), or use --captions template"
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigError(
            "OPENAI_API_KEY holds spaces, line ends or characters that no header can carry: "
            "export it again"
        )
    return key


def checked_host(url: str) -> str:
    """Return host and port of a URL, without the name and password that may stand before them.

    Raises:
        ConfigError: it is no URL of an endpoint.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(
            "OPENAI_BASE_URL is not the URL of an endpoint: wanted http(s)://HOST[:PORT]/v1"
        )
    return parts.netloc.rpartition("@")[2]


def proxy_of(url: str) -> str | None:
    """Return the proxy that the environment names for a URL, as HTTPS_PROXY and its kin do.

    Raises:
        ConfigError: it speaks something else than HTTP.
    """
    parts, proxies = urlsplit(url), getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(parts.hostname or ""):
        return None
    if urlsplit(proxy).scheme not in ("http", "https"):
        raise ConfigError(
            f"the proxy for {parts.scheme}:// is no http(s):// one: change {parts.scheme.upper()}"
            "_PROXY or ALL_PROXY, or add the host to NO_PROXY"
        )
    return proxy


def without_keys(text: str, key: str) -> str:
    """Return a short text without the key, also when it is masked in part."""
    text = text.replace(key, "***") if key else text
    text = re.sub(r"\b(?:sk|pk|key|Bearer)[-_ ][\w*.-]{4,}", "***", text)
    return text if len(text) <= LONGEST_MESSAGE else f"{text[: LONGEST_MESSAGE - 3]}..."
