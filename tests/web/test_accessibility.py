"""Every screen for everybody: WCAG 2.1 AA by axe-core, telephones, keyboards, one shape.

`SCREENSHOTS=folder pytest tests/web/test_accessibility.py` keeps a picture of each screen at
1366, 1920 and 360 pixels.
"""

import os
from collections import Counter as Tally
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.web.counter import LAPTOP, PHONE, WIDE, Counter, shoot
from tests.web.furnished import STRANGER, Furnished, Screen
from web.visitor import cookie_name

AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1" / "axe.min.js").read_text("utf-8")
LAW = """async () => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];
  const run = {runOnly: tags, resultTypes: ['violations'], elementRef: false};
  const found = (await axe.run({exclude: ['.hiddenCanvasElement']}, run)).violations;
  return found.map(each => each.id + ' ' + each.impact + ': ' +
    each.nodes.slice(0, 3).map(node => node.html.slice(0, 150) + ' ' +
    (node.any[0] || node.all[0] || node.none[0] || {message: ''}).message.slice(0, 160))
    .join(' | '));
}"""
SHAPE = """() => {
  const wrong = [];
  if (document.querySelectorAll('h1').length !== 1) wrong.push('not one h1');
  if (!['vi', 'en'].includes(document.documentElement.lang)) wrong.push('no language');
  if (document.querySelector('[tabindex]:not([tabindex="0"]):not([tabindex="-1"])'))
    wrong.push('an order of focus of its own');
  const skip = document.querySelector('a.skip');
  if (skip && !document.querySelector(skip.getAttribute('href'))) wrong.push('skips to nothing');
  if (document.title.length < 5) wrong.push('no title');
  return wrong;
}"""
TELEPHONE = """() => {
  const wrong = [], wide = document.documentElement.scrollWidth;
  if (wide > window.innerWidth) {
    const out = [...document.querySelectorAll('main *')].filter(each =>
      each.getBoundingClientRect().right > window.innerWidth + 1 && !each.closest('.scroll'));
    wrong.push('scrolls sideways: ' + wide + ' ' + out.slice(0, 4).map(each =>
      each.tagName + '.' + each.className).join(' '));
  }
  const kinds = 'a[href],button,input:not([type=hidden]),select,textarea,summary,[role=tab]';
  const inText = each => each.tagName === 'A' && getComputedStyle(each).display === 'inline' &&
    each.parentElement.textContent.trim() !== each.textContent.trim();
  for (const each of document.querySelectorAll(kinds)) {
    if (!each.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
    if (each.matches('.skip, .sr') || inText(each)) continue;
    const label = each.labels && each.matches('[type=checkbox],[type=radio]') && each.labels[0];
    const card = each.matches('.doc-card-link, .row-link');
    const whole = card && each.closest('.doc-card, [data-row]');
    const box = (whole || each).getBoundingClientRect();
    const high = Math.max(box.height, label ? label.getBoundingClientRect().height : 0);
    if (box.width > 1 && high > 0 && high < 43.5)
      wrong.push(`low ${high.toFixed(0)}: ${each.outerHTML.slice(0, 110)}`);
  }
  return wrong;
}"""


class Looker:
    """One window for each person, that looks at their screens."""

    def __init__(self, browser: Browser, counter: Counter) -> None:
        self.browser, self.counter = browser, counter
        self.windows: dict[str, Page] = {}
        self.wrong: Tally[str] = Tally()

    def window(self, who: str) -> Page:
        """Return the window of *who*."""
        if who not in self.windows:
            context = self.browser.new_context(
                base_url=self.counter.address,
                locale="vi-VN",
                timezone_id="Asia/Ho_Chi_Minh",
                reduced_motion="reduce",
                has_touch=True,
            )
            if who != STRANGER:
                token, _ = self.counter.session(who)
                name = cookie_name(self.counter.office)
                context.add_cookies([{"name": name, "value": token, "url": self.counter.address}])
            self.windows[who] = context.new_page()
        return self.windows[who]

    def look(self, screen: Screen) -> None:
        """Look at one screen, as wide as a laptop and as narrow as a telephone."""
        page = self.window(screen.who)
        page.set_viewport_size({"width": LAPTOP[0], "height": LAPTOP[1]})
        page.goto(screen.path, wait_until="load")
        self._shot(page, screen, LAPTOP, WIDE)
        page.set_viewport_size({"width": LAPTOP[0], "height": LAPTOP[1]})
        page.evaluate(AXE)
        self._note(screen, LAPTOP, page.evaluate(LAW))
        self._note(screen, LAPTOP, page.evaluate(SHAPE))
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        self._shot(page, screen, PHONE)
        page.wait_for_function(NARROW)
        page.evaluate(DRAWN)
        self._note(screen, PHONE, page.evaluate(LAW))
        self._note(screen, PHONE, page.evaluate(TELEPHONE))

    def _note(self, screen: Screen, size: tuple[int, int], found: list[Any]) -> None:
        for each in found:
            self.wrong[f"{screen.path} at {size[0]}: {each}"] += 1

    def _shot(self, page: Page, screen: Screen, *sizes: tuple[int, int]) -> None:
        for width, height in sizes if "SCREENSHOTS" in os.environ else ():
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(300)
            shoot(page, f"{screen.name[:60]}-{width}")


NARROW = f"innerWidth === {PHONE[0]} && matchMedia('(max-width: 48rem)').matches"
"""The page knows that its window is a telephone's."""
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.mark.timeout(600)
def test_every_screen_is_for_everybody(counter: Counter, browser: Browser) -> None:
    furnished, looker = Furnished(counter), Looker(browser, counter)
    screens = list(furnished.screens())
    assert len(screens) > 40
    for screen in screens:
        looker.look(screen)
    for window in looker.windows.values():
        window.context.close()
    assert not looker.wrong, "\n".join(looker.wrong)
    assert not furnished.unanswered, "nobody gets anything there"
