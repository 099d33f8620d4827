import pytest

from elsa_data.corpora.licences import spdx


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("http://creativecommons.org/licenses/by/3.0/", "CC-BY-3.0"),
        ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
        ("http://creativecommons.org/licenses/by-nc/3.0/", "CC-BY-NC-3.0"),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("http://creativecommons.org/publicdomain/mark/1.0/", "CC-PDDC"),
        (
            "http://creativecommons.org/licenses/sampling+/1.0/",
            "LicenseRef-CC-Sampling-Plus-1.0",
        ),
        ("CC BY 4.0", "CC-BY-4.0"),
        ("cc-by-nc-sa 3.0", "CC-BY-NC-SA-3.0"),
        ("CC0", "CC0-1.0"),
        ("CC0-1.0", "CC0-1.0"),
        ("CC-BY-4.0", "CC-BY-4.0"),
        ("Apache-2.0", "Apache-2.0"),
        (" MIT ", "MIT"),
        ("", "unknown"),
        ("Not found", "unknown"),
        ("unknown", "unknown"),
    ],
)
def test_spdx(text, wanted):
    assert spdx(text) == wanted
