"""Open edX's course list, page by page, becomes the class that a teacher sees."""

from stage import until

TEACHER = 1
# Of the hundred on the list; other tests have some of them launch in other roles, and a launch knows better than the list.
MOST = 90
LAST = [f"Student {n}" for n in range(92, 102)]


def test_a_teacher_sees_everybody_on_the_course_list(stage, learner):
    stage.open(user=learner)
    browser, page = stage.open(user=TEACHER)
    assert page.url.endswith("/class"), repr(page)

    def names():
        return [cell.text_content() for cell in browser.get(page.url).all("//table[@id='class-rows']/tbody/tr/th/a")]

    until(lambda: len(names()) >= MOST, f"at least {MOST} learners are in the class")
    found = names()
    assert set(LAST) <= set(found) and f"Student {learner}" in found, "every page of the list was read"
    assert "Ina Instructor" not in found, "teachers are no learners"
    assert "not opened yet" in browser.get(page.url).main


def test_who_never_opened_the_activity_can_still_open_it(stage, learner):
    browser, page = stage.open(user=TEACHER)
    until(lambda: f"Student {learner}" in browser.get(page.url).main, "the list is there")
    _, opened = stage.open(user=learner)
    assert (opened.status, opened.content_id) == (200, "foundations"), repr(opened)
