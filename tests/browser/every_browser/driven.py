"""A visitor whose browser finds elements as the WebDriver standard says."""

from __future__ import annotations

from typing import Any

from tests.browser.every_browser.visitor import Visitor

_ESCAPE = "\ue00c"  # as WebDriver writes the key
_BY = "css selector"  # as https://www.w3.org/TR/webdriver2/#locator-strategies calls it


class Driven(Visitor):
    """A visitor with a driver.

    Attributes:
        driver: it has ``find_element`` and ``refresh``, as Selenium's and Marionette's have.
    """

    driver: Any

    def reload(self) -> None:
        # Some drivers return while the page of before is still there.
        self.ask("() => { window.ofBefore = true; }")
        self.driver.refresh()
        self.until("() => !window.ofBefore")

    def find(self, selector: str) -> Any:
        """The driver's element that a selector stands for."""
        return self.driver.find_element(_BY, selector)

    def click_element(self, selector: str) -> None:
        self.find(selector).click()

    def press_escape(self, selector: str) -> None:
        self.find(selector).send_keys(_ESCAPE)

    def type_into(self, selector: str, text: str) -> None:
        field = self.find(selector)
        field.clear()
        field.send_keys(text)
