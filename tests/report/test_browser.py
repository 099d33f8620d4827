"""The page as a person meets it: opened from disk in Chromium."""

from pathlib import Path

import pytest

from tests.report.browser import opened
from tests.report.conftest import HOSTILE, SHOWN

webdriver = pytest.importorskip("selenium.webdriver")

PLAYS = """
const done = arguments[arguments.length - 1];
const box = document.querySelectorAll(".player")[arguments[0]];
const audio = box.querySelector("audio");
box.querySelector(".play").click();
const wait = () => audio.error ? done("error: " + audio.error.message)
  : audio.currentTime > 0.1 ? done(audio.currentTime) : setTimeout(wait, 20);
wait();
"""
SHOWING = "return [...document.querySelectorAll('.plate')].filter(p => !p.hidden).map(p => p.id)"
OVERFLOW = """
const wide = document.documentElement.clientWidth;
// What a room clips off is no overflow, and the link to skip is out of sight on purpose.
return [...document.querySelectorAll("body *:not(.skip, [clip-path], [clip-path] *)")].filter(e => {
  const box = e.getBoundingClientRect();
  return box.width && (box.right > wide + 1 || box.left < -1);
}).map(e => e.tagName + "." + e.getAttribute("class"));
"""
CHOICES = "return document.querySelectorAll('.player')[arguments[0]].querySelectorAll('[data-src]')"
STOP = "document.querySelectorAll('audio').forEach(a => { a.pause(); a.currentTime = 0; })"
FIRST = "const a = document.querySelector('audio'); return [!a.paused, a.src, a.currentTime]"
SHOWN_DATA = """
return [...document.querySelectorAll(".plate")].filter(p => !p.hidden)
  .map(p => p.dataset[arguments[0]])
"""
LAID_OUT = "document.querySelectorAll('.plate').forEach(p => p.style.contentVisibility = 'visible')"


def keys(driver, *pressed: str) -> None:
    webdriver.ActionChains(driver).send_keys(*pressed).perform()


def current(driver) -> str | None:
    return driver.execute_script("return document.querySelector('[aria-current]')?.id")


def test_it_opens_plays_and_filters(chromium, page_folder: Path) -> None:
    """One walk through the page, in every test run; the rest is walked by the slow ones."""
    page = opened(chromium, page_folder)
    page.set_script_timeout(30)
    assert len(page.execute_script(SHOWING)) == SHOWN
    assert page.execute_async_script(PLAYS, 0) > 0.1
    page.find_element("css selector", "[data-key=split][data-value=test]").click()
    shown = page.execute_script(SHOWING)
    assert 0 < len(shown) < SHOWN
    assert page.find_element("id", "count").text == f"{len(shown)} of {SHOWN}"
    assert page.get_log("browser") == []


@pytest.mark.slow
def test_every_preview_of_every_row_plays(chromium, page_folder: Path) -> None:
    page = opened(chromium, page_folder)
    page.set_script_timeout(30)
    heard = 0
    for row in range(SHOWN):
        for choice in page.execute_script(CHOICES, row):
            page.execute_script("arguments[0].click()", choice)
            assert page.execute_async_script(PLAYS, row) > 0.1
            page.execute_script(STOP)
            heard += 1
    assert heard > 2 * SHOWN
    assert page.get_log("browser") == []


@pytest.mark.slow
def test_another_preview_goes_on_where_the_last_one_was_and_alone(
    chromium, page_folder: Path
) -> None:
    page = opened(chromium, page_folder)
    page.set_script_timeout(30)
    page.execute_async_script(PLAYS, 0)
    page.execute_script("arguments[0].click()", page.execute_script(CHOICES, 0)[1])
    playing, source, at_s = page.execute_script(FIRST)
    assert playing
    assert "stereo" in source
    assert at_s > 0.05
    page.execute_async_script(PLAYS, 1)
    playing = "return [...document.querySelectorAll('audio')].map(a => !a.paused)"
    assert page.execute_script(playing)[:2] == [False, True]


@pytest.mark.slow
def test_filters_show_what_they_say(chromium, page_folder: Path) -> None:
    page = opened(chromium, page_folder)
    for chip in page.find_elements("css selector", ".filters [data-key]"):
        key, value = chip.get_attribute("data-key"), chip.get_attribute("data-value")
        chip.click()
        found = page.execute_script(SHOWN_DATA, key if key in ("split", "source") else "words")
        assert len(found) == int(chip.find_element("tag name", "small").text)
        assert all(value in said.split() for said in found)
        chip.click()
    assert len(page.execute_script(SHOWING)) == SHOWN
    # Two values of one kind are either; of two kinds, both.
    page.find_element("css selector", "[data-value=validation]").click()
    one = len(page.execute_script(SHOWING))
    page.find_element("css selector", "[data-value=test]").click()
    both = len(page.execute_script(SHOWING))
    page.find_element("css selector", "[data-value=original]").click()
    assert len(page.execute_script(SHOWING)) < one < both < SHOWN


@pytest.mark.slow
def test_the_search_reads_captions_ids_and_sounds(chromium, page_folder: Path) -> None:
    page = opened(chromium, page_folder)
    plate = page.find_elements("css selector", ".plate")[2]
    ident = plate.find_element("tag name", "code").text
    sound = plate.find_element("class name", "sound").text
    for wanted in (ident, ident.upper(), f"{sound} {ident[:5]}"):
        keys(page, "/", wanted)
        assert page.execute_script(SHOWING) == ["clip-3"]
        keys(page, "\ue00c")  # Escape
        assert len(page.execute_script(SHOWING)) == SHOWN
    keys(page, "/", "no such words at all")
    assert page.execute_script(SHOWING) == []
    assert page.find_element("class name", "nothing").is_displayed()


@pytest.mark.slow
def test_the_keyboard_moves_plays_and_searches(chromium, page_folder: Path) -> None:
    page = opened(chromium, page_folder)
    page.set_script_timeout(30)
    seen = []
    for key in ("j", "j", "\ue014", "k", "\ue012"):  # and the arrows right and left
        keys(page, key)
        seen.append(current(page))
    assert seen == ["clip-1", "clip-2", "clip-3", "clip-2", "clip-1"]
    top = "return document.getElementById('clip-1').getBoundingClientRect().top"
    page.execute_script("document.documentElement.style.scrollBehavior = 'auto'")
    keys(page, "j", "k")
    assert 0 <= page.execute_script(top) < 120
    keys(page, " ")
    playing = "return !document.querySelector('#clip-1 audio').paused"
    assert page.execute_script(playing)
    keys(page, " ")
    assert not page.execute_script(playing)
    keys(page, "/", "j k ")  # letters now, not commands
    assert page.execute_script("return document.activeElement.value") == "j k "
    assert current(page) == "clip-1"


@pytest.mark.slow
def test_keys_work_where_the_sound_was_sought(chromium, page_folder: Path) -> None:
    page = opened(chromium, page_folder)
    slider = "const s = document.querySelectorAll('.wave input')[2]; s.focus(); return s.value"
    keys(page, "j")
    before = float(page.execute_script(slider))
    keys(page, "\ue014")  # the arrow moves the sound, not the page
    assert current(page) == "clip-1"
    assert float(page.execute_script(slider)) > before
    keys(page, "j")
    assert current(page) == "clip-2"


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("name", ["page_folder", "hostile_folder"])
def test_nothing_runs_out_of_the_screen(
    chromium, request: pytest.FixtureRequest, name: str, width: int, dark: bool
) -> None:
    page = opened(chromium, request.getfixturevalue(name), width=width, dark=dark)
    # Plates out of sight are not laid out until they are asked for.
    page.execute_script(LAID_OUT)
    root = "const r = document.documentElement; return r.scrollWidth - r.clientWidth"
    assert page.execute_script(root) == 0
    assert page.execute_script(OVERFLOW) == []
    paper = page.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(19, 21, 25)" if dark else "rgb(250, 249, 246)")
    assert page.get_log("browser") == []


@pytest.mark.slow
def test_light_and_dark_can_be_asked_for_and_stay(chromium, page_folder: Path) -> None:
    page = opened(chromium, page_folder)
    paper = "return getComputedStyle(document.body).backgroundColor"
    light = page.execute_script(paper)
    page.find_element("id", "theme").click()
    dark = page.execute_script(paper)
    assert dark != light
    page.refresh()
    assert page.execute_script(paper) == dark
    page.find_element("id", "theme").click()
    assert page.execute_script(paper) == light
    page.execute_script("localStorage.clear()")


@pytest.mark.slow
def test_words_of_strangers_stay_words(chromium, hostile_folder: Path) -> None:
    page = opened(chromium, hostile_folder)
    assert page.title == "a/build: report"
    assert page.find_element("class name", "caption").text.startswith(HOSTILE[:40])
    assert page.find_elements("tag name", "img") == []
    assert page.find_element("tag name", "h1").is_displayed()
    assert page.get_log("browser") == []
