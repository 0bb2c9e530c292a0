"""Open edX's course list, page by page, becomes the class that a teacher sees."""

from stage import until

TEACHER = 1
STUDENTS = 100


def test_a_teacher_sees_everybody_on_the_course_list(stage, learner):
    stage.open(user=learner)
    browser, page = stage.open(user=TEACHER)
    assert page.url.endswith("/class"), repr(page)

    def everybody():
        found = browser.get(page.url).all("//table[@id='class-rows']/tbody/tr")
        return len(found) == STUDENTS

    until(everybody, f"the class has its {STUDENTS} learners")
    page = browser.get(page.url)
    names = {cell.text_content() for cell in page.all("//table[@id='class-rows']/tbody/tr/th/a")}
    assert "Student 101" in names and f"Student {learner}" in names
    assert "Ina Instructor" not in names, "teachers are no learners"
    assert "not opened yet" in page.main


def test_who_never_opened_the_activity_can_still_open_it(stage, learner):
    browser, page = stage.open(user=TEACHER)
    until(lambda: f"Student {learner}" in browser.get(page.url).main, "the list is there")
    _, opened = stage.open(user=learner)
    assert (opened.status, opened.content_id) == (200, "foundations"), repr(opened)
