"""A real Chromium, found on this machine and never downloaded, that knows no host but this one."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions, ChromeService

from tests.ci import cannot_run

OPTIONS = (
    "--headless",
    "--no-sandbox",  # It refuses to run as root with one; it opens our own pages alone.
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",  # Containers have little of it, and tabs crash.
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page would load from elsewhere fails, and says so in the console.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@contextmanager
def running(folder: Path) -> Iterator[Chrome]:
    """A browser with a new profile in that folder; it ends with the context."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if browser is None or driver is None:
        cannot_run("chromium and chromedriver are needed; Debian: chromium chromium-driver")
    options = ChromeOptions()
    options.binary_location = browser
    for option in (*OPTIONS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = ChromeService(driver, env={"PATH": "/usr/bin:/bin", "HOME": str(folder)})
    chromium = Chrome(options=options, service=service)  # With both paths nothing is looked for.
    try:
        yield chromium
    finally:
        chromium.quit()


def complaints(chromium: Chrome) -> list[str]:
    """What its console said since it was last asked: errors, warnings, forbidden loads."""
    return [str(entry["message"]) for entry in chromium.get_log("browser")]


def requests(chromium: Chrome) -> list[tuple[str, str]]:
    """The (method, URL) that pages asked for since it was last asked, without what is inline."""
    entries = [json.loads(it["message"])["message"] for it in chromium.get_log("performance")]
    sent = [
        it["params"]["request"] for it in entries if it["method"] == "Network.requestWillBeSent"
    ]
    return [
        (it["method"], it["url"])
        for it in sent
        if it["url"].partition(":")[0] not in {"data", "blob", "chrome"}
    ]
