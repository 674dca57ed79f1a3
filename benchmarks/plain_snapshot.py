"""The plain way to keep a page: launch a browser, go there, screenshot, MHTML, hash.

Scrolls to the end first, else the ten lazy pictures would not be on it. Never made slower.
"""

import hashlib
from pathlib import Path

from playwright.sync_api import sync_playwright


def keep_plainly(url: str, folder: Path, browser_path: str) -> dict[str, str]:
    """Keep one page; return the SHA-256 of each file."""
    folder.mkdir(parents=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(url)
        height = page.evaluate("document.body.scrollHeight")
        for top in range(0, height, 1000):
            page.evaluate(f"window.scrollTo(0, {top})")
            page.wait_for_timeout(50)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / "page.png", full_page=True)
        tap = page.context.new_cdp_session(page)
        copy = tap.send("Page.captureSnapshot", {"format": "mhtml"})["data"]
        (folder / "page.mhtml").write_text(copy, encoding="utf-8", newline="")
        browser.close()
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}
