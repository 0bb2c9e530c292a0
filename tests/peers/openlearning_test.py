"""A second platform that we did not write, `lti1p3platform`: launches, grades and rosters in another dialect.

`openlearning_platform.py` lists where it differs from Open edX, and what is broken in it.
"""

import types
import urllib.error
import urllib.request

import pytest
from learner import Learner
from lti1p3platform.service_connector import AssignmentsGradesService
from stage import DIRECT, external_id, until

TEACHER = 1


@pytest.mark.parametrize("link", ["by-custom", "by-url"])
def test_a_launch_opens_though_the_issuer_is_a_name_where_nothing_is_served(stage, learner, link):
    assert stage.config["issuer"] not in stage.config["auth_url"]
    _, page = stage.open(link, learner)
    assert (page.status, page.content_id) == (200, "foundations"), repr(page)


def test_a_teacher_sees_the_class_with_the_learner_in_it(stage, learner):
    Learner(stage, learner).read_everything()
    _, page = stage.open(user=TEACHER)
    assert page.url.endswith("/class") and f"Student {learner}" in page.main, repr(page)


def test_a_form_works_once(stage, learner):
    browser, page = stage.open(user=learner)
    assert page.status == 200
    form = stage.begin(browser, user=learner)
    assert browser.press(form).status == 200
    again = browser.press(form)
    assert again.status == 400 and again.reference, repr(again)


def test_a_quiz_becomes_a_grade_and_a_better_attempt_raises_it(stage, learner):
    work = Learner(stage, learner)
    _, first = work.take_quiz(right=5)
    assert 0 < first < 100
    stage.arrives([first], learner)
    _, second = work.take_quiz()
    stage.arrives([first, second], learner)
    until(lambda: "In the LMS" in work.road(), lambda: f"the learner sees it; the page says: {work.road()}")


def test_one_token_serves_many_grades_whatever_word_it_comes_with(stage, learner):
    Learner(stage, learner).take_quiz(right=3)
    until(lambda: stage.grades(learner), "the grade arrives")
    tokens = stage.ask("/t/state")["tokens"]
    # One for each set of scopes that was asked for: `bearer` in small letters is a bearer's token all the same.
    assert tokens and len(tokens) == len(set(tokens)), tokens


def test_where_there_is_no_column_we_make_one_and_of_two_learners_only_the_first_does(stage, learner, classmate):
    scores = {user: Learner(stage, user, "own-line-item").take_quiz(right=6)[1] for user in (learner, classmate)}
    for user, score in scores.items():
        stage.arrives([score], user, "own-line-item")
    made = [item for item in stage.ask("/t/state")["line_items"] if item["resourceLinkId"] == "own-line-item"]
    assert len(made) == 1 and made[0]["tag"] == "grade", made


def test_the_links_own_column_is_found_on_the_third_page_though_next_stands_without_quotes(stage, learner):
    _, worth = Learner(stage, learner, "third-page").take_quiz(right=6)
    stage.arrives([worth], learner, "third-page")
    [score] = [s for s in stage.ask("/t/state")["scores"] if s["link"] == "third-page"]
    assert score["line_item"] == "13", "beside it are two that a teacher made"


def test_a_409_for_a_newer_entry_is_sent_again_with_a_later_time(stage, learner):
    stage.ask(f"/t/newer?link=by-custom&user={learner}")
    work = Learner(stage, learner)
    _, score = work.take_quiz(right=6)
    stage.arrives([score], learner)
    assert external_id(learner) in stage.ask("/t/state")["too_old"], "the first try was too old"


def test_a_403_for_a_score_that_is_not_applied_puts_it_aside_and_says_so(stage, learner):
    work = Learner(stage, learner, "not-applied")
    work.take_quiz(right=6)
    browser, page = stage.open("not-applied", TEACHER)

    def row():
        return " ".join(browser.get(page.url).one(f"//tr[.//th/a[.='Student {learner}']]").text_content().split())

    until(lambda: "needs you" in row().lower(), lambda: f"a teacher is asked; the row says: {row()}")
    assert not stage.grades(learner, "not-applied")


def test_a_teacher_sees_everybody_on_a_roster_of_three_pages(stage, learner):
    stage.open(user=learner)
    browser, page = stage.open(user=TEACHER)

    def names():
        return {cell.text_content() for cell in browser.get(page.url).all("//table[@id='class-rows']/tbody/tr/th/a")}

    everybody = {f"Student {n}" for n in range(2, 102)}
    until(lambda: names() >= everybody, lambda: f"all are there; missing: {sorted(everybody - names())}")
    assert "Ina Instructor" not in names(), "teachers are no learners"


# ---- what is broken in the package: when one of these fails it has been mended, and `openlearning_platform.py` can say so -----


def test_a_token_that_is_none_ends_in_an_error_of_the_server_and_not_in_a_401(stage):
    request = urllib.request.Request(f"{stage.platform_at}/line_items", headers={"Authorization": "Bearer a.b.c"})
    with pytest.raises(urllib.error.HTTPError) as answer:
        DIRECT.open(request, timeout=30)
    assert answer.value.code == 500


def test_the_package_cannot_count_on_from_a_page_number_that_came_as_text():
    class Columns(AssignmentsGradesService):
        def find_lineitems(self, **_):
            return {"content": [], "has_next": True}

    Columns.__abstractmethods__ = frozenset()  # the others are not asked
    request = types.SimpleNamespace(headers={"Authorization": "Bearer t"}, method="GET", get_data={"page": "1"})
    everybody = types.SimpleNamespace(validate_token=lambda *_: True)
    with pytest.raises(TypeError):
        Columns(request, everybody, "https://lms.example/line_items").handle_get_lineitems()
