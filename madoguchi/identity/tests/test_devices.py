import pytest

from madoguchi.identity.devices import describe

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"{WINDOWS} Safari/537.36", "Chrome / Windows"),
        (f"{WINDOWS} Safari/537.36 Edg/142.0.0.0", "Edge / Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1",
            "Safari / iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox / Linux"),
        ("curl/8", ""),
    ],
)
def test_a_device_is_told_by_browser_and_system(user_agent, words):
    assert describe(user_agent) == words
