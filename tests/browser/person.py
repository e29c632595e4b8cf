"""A person before the browser: reads, clicks what words name, types keys."""

from collections.abc import Callable
from dataclasses import dataclass

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE_SECONDS = 20
POLL_SECONDS = 0.05
KEYS_MOST = 20


@dataclass(frozen=True)
class Person:
    """Knows of a page what it shows and what its elements are called, and nothing of its HTML."""

    browser: Chrome

    def opens(self, url: str) -> None:
        """Follow a link."""
        self.browser.get(url)

    def reads(self) -> str:
        """All that is visible."""
        return self.browser.find_element(By.TAG_NAME, "body").text

    def told(self) -> str:
        """What a screen reader says on its own accord."""
        return "\n".join(it.text for it in self.browser.find_elements(By.CSS_SELECTOR, "[role]"))

    def buttons(self) -> list[str]:
        """The names of the buttons, as assistive technology gives them."""
        return [it.accessible_name for it in self._buttons()]

    def clicks(self, name: str, *, twice: bool = False) -> None:
        """Click the button whose name begins so, and wait for the next page."""
        button = self._button(name)
        actions = ActionChains(self.browser)
        self._leaves_by((actions.double_click(button) if twice else actions.click(button)).perform)

    def tabs_to(self, name: str) -> WebElement:
        """Reach that button with the tab key alone."""
        wanted = self._button(name)
        for _ in range(KEYS_MOST):
            ActionChains(self.browser).send_keys(Keys.TAB).perform()
            if self.browser.switch_to.active_element == wanted:
                return wanted
        raise AssertionError(f"{name} cannot be reached by keyboard")

    def presses_enter(self) -> None:
        """Press what has the focus, and wait for the next page."""
        self._leaves_by(ActionChains(self.browser).send_keys(Keys.ENTER).perform)

    def waits_for(self, words: str) -> None:
        """Until they are there to be read."""
        self._until(lambda: words in self.reads())

    def _leaves_by(self, act: Callable[[], None]) -> None:
        left = self._page()
        act()
        self._until(lambda: self._page() not in {left, None})

    def _page(self) -> object:
        """What no other page has, once it is there as a whole."""
        return self.browser.execute_script(
            "return document.readyState === 'complete' ? performance.timeOrigin : null"
        )

    def _until(self, is_so: Callable[[], bool]) -> None:
        # While one page gives way to the next, the driver may find neither.
        wait = WebDriverWait(
            self.browser, PATIENCE_SECONDS, POLL_SECONDS, ignored_exceptions=[WebDriverException]
        )
        wait.until(lambda _: is_so())

    def _button(self, name: str) -> WebElement:
        (found,) = (it for it in self._buttons() if it.accessible_name.startswith(name))
        return found

    def _buttons(self) -> list[WebElement]:
        return self.browser.find_elements(By.TAG_NAME, "button")
