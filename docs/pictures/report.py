"""Photographs a report in Chromium: a clip on a wide screen, and one on a phone in the dark.

    python docs/pictures/report.py demo/build-report docs/pictures

Writes report-wide.png and report-phone.png. Needs chromium, chromium-driver and selenium.
"""

import shutil
import sys
from pathlib import Path

from selenium import webdriver

SHOTS = {
    "report-wide.png": {"width": 1360, "height": 740, "scheme": "light", "place": 0},
    "report-phone.png": {"width": 390, "height": 800, "scheme": "dark", "place": 1},
}
RICHEST = """
const count = (plate) => plate.dataset.words.split(" ").length;
const plates = [...document.querySelectorAll(".plate")].sort((a, b) => count(b) - count(a));
document.documentElement.style.scrollBehavior = "auto";
document.querySelector(".search").style.position = "static";
plates[arguments[0]].style.scrollMarginTop = "-12px";
plates[arguments[0]].scrollIntoView();
"""


def main(folder: Path, target: Path) -> None:
    """Take every picture of a report."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in ("headless=new", "no-sandbox", "hide-scrollbars"):
        options.add_argument(f"--{flag}")
    service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    for name, shot in SHOTS.items():
        screen = {key: shot[key] for key in ("width", "height")}
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            screen | {"deviceScaleFactor": 1, "mobile": shot["width"] < 500},
        )
        scheme = {"name": "prefers-color-scheme", "value": shot["scheme"]}
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        driver.get((folder / "index.html").absolute().as_uri())
        driver.execute_script(RICHEST, shot["place"])
        driver.save_screenshot(str(target / name))
        print(f"{target / name}: {(target / name).stat().st_size / 1e3:.0f} kB")
    driver.quit()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
