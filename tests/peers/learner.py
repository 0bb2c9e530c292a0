"""What a learner does in the tool, by its pages' own links and forms."""

from answers import FOUNDATIONS


class Learner:
    """One person in one launched link."""

    def __init__(self, stage, user, link="by-custom", **launch):
        self.stage, self.user, self.link = stage, user, link
        self.browser, self.home = stage.open(link, user, **launch)
        assert self.home.status == 200, f"the launch opened {self.home!r}"

    def outline(self, kind):
        """Addresses of the outline's entries of a kind: lesson, quiz, notebook."""
        classes = f"contains(concat(' ', @class, ' '), ' entry-{kind} ')"
        return [entry.get("href") for entry in self.home.all(f"//a[@data-entry and {classes}]")]

    def read_everything(self):
        """Opens each lesson and marks it as read, without script."""
        lessons = self.outline("lesson")
        assert lessons, f"no lessons in the outline of {self.home!r}"
        for address in lessons:
            page = self.browser.get(address)
            assert page.status == 200, repr(page)
            after = self.browser.press(page.one("//form[@data-read-form]"))
            assert after.status == 200, repr(after)
        return len(lessons)

    def start_quiz(self):
        """The page with the questions; goes on where an attempt is running."""
        [address] = self.outline("quiz")
        page = self.browser.get(address)
        if not page.all("//form[@data-quiz]"):
            page = self.browser.press(page.one("//form[contains(@action, '/start')]"))
        assert page.status == 200, repr(page)
        return page

    def take_quiz(self, right=None):
        """Starts, answers, submits. Gives the result page and the score it is worth."""
        form, worth = FOUNDATIONS.fill(self.start_quiz(), right)
        result = self.browser.press(form)
        assert result.status == 200 and result.all("//*[@data-result-panel]"), f"no result but {result!r}"
        return result, worth

    def road(self):
        """What the result page says by now about the grade's way to the platform."""
        page = self.browser.get(self.browser.page.url)
        steps = page.all("//ol[@class='road']/li")
        assert steps, f"no word about the grade at {page!r}"
        return " | ".join(" ".join(step.text_content().split()) for step in steps)
