"""Grades reach Open edX's grade book: once, with the right value, whatever breaks on the way."""

import signal
import time

import pytest
from learner import Learner
from stage import until

DATABASES = ["SQLite", "PostgreSQL"]
TEACHER = 1


def test_a_quiz_becomes_a_grade_and_a_better_attempt_raises_it(stage, learner):
    work = Learner(stage, learner)
    work.read_everything()
    _, first = work.take_quiz(right=5)
    assert 0 < first < 100
    stage.arrives([first], learner)
    _, second = work.take_quiz()
    assert second == 100
    stage.arrives([first, second], learner)


def test_a_worse_attempt_changes_nothing(stage, learner):
    work = Learner(stage, learner)
    _, best = work.take_quiz(right=7)
    stage.arrives([best], learner)
    result, worse = work.take_quiz(right=2)
    assert worse < best
    assert "Your best attempt" in result.text
    until(lambda: "Sent" in work.road() or "In the LMS" in work.road(), "the second attempt is settled")
    assert stage.grades(learner)[-1] == best
    assert round(stage.score(learner)["given"] / stage.score(learner)["maximum"] * 100, 2) == best


def test_nothing_right_is_a_grade_too(stage, learner):
    _, score = Learner(stage, learner).take_quiz(right=0)
    assert score == 0
    stage.arrives([0], learner)


def test_each_link_has_a_grade_of_its_own(stage, learner):
    _, one = Learner(stage, learner, "by-custom").take_quiz(right=4)
    _, other = Learner(stage, learner, "by-url").take_quiz(right=6)
    assert one != other
    stage.arrives([one], learner, "by-custom")
    stage.arrives([other], learner, "by-url")


def test_where_the_platform_lets_tools_make_line_items_we_make_one_that_counts(stage, learner):
    work = Learner(stage, learner, "own-line-item")
    _, score = work.take_quiz(right=6)
    stage.arrives([score], learner, "own-line-item")
    made = [item for item in stage.ask("/t/state")["line_items"] if item["link"] == "own-line-item"]
    # edX publishes a grade only if the line item belongs to the link.
    assert len(made) == 1 and made[0]["resource_link_id"].endswith("@own-line-item"), made


def test_without_a_grade_column_the_learner_is_told_that_nothing_is_sent(stage, learner):
    work = Learner(stage, learner, "ungraded")
    work.take_quiz(right=8)
    assert "no grade column" in work.road()


def test_a_teachers_attempt_is_no_grade(stage):
    work = Learner(stage, TEACHER)
    work.home = work.browser.get(work.home.url.removesuffix("class"))
    work.take_quiz()
    assert "nothing is sent" in work.road()
    assert stage.score(TEACHER) is None


def test_the_learner_and_the_teacher_see_that_the_grade_is_there(stage, learner):
    work = Learner(stage, learner)
    work.read_everything()
    work.take_quiz()
    stage.arrives([100], learner)
    until(lambda: "In the LMS" in work.road(), lambda: f"the result page has seen the grade in the LMS; it says: {work.road()}")
    browser, page = stage.open(user=TEACHER)

    def row():
        return " ".join(browser.get(page.url).one(f"//tr[.//th/a[.='Student {learner}']]").text_content().split())

    until(lambda: "in the lms" in row().lower(), lambda: f"the class page says that the grade is in the LMS; it says: {row()}")


# ---- what breaks on the way ---------------------------------------------------------------------------------------


def test_while_the_platform_is_down_the_grade_is_safe_and_arrives_later(stage, learner):
    work = Learner(stage, learner)
    with stage.platform_down():
        result, score = work.take_quiz(right=6)
        assert "Your grade is safe here" in result.text, result.main
        until(lambda: "Retrying" in work.road(), "the page says that it is tried again")
        assert "Your grade is safe here" in work.road()
    stage.arrives([score], learner)


def test_killed_before_delivery_the_grade_arrives_after_the_restart(stage, learner):
    work = Learner(stage, learner)
    with stage.platform_down():
        _, score = work.take_quiz(right=6)
        stage.stop("ferry", signal.SIGKILL)
    stage.start_ferry()
    stage.arrives([score], learner)


def test_killed_at_once_after_submitting_nothing_is_lost_or_counted_twice(stage, learner):
    work = Learner(stage, learner)
    _, score = work.take_quiz(right=3)
    stage.stop("ferry", signal.SIGKILL)
    stage.start_ferry()
    until(lambda: stage.grades(learner), "the grade arrives")
    until(lambda: "Sent" in work.road() or "In the LMS" in work.road(), lambda: f"it is settled; the page says: {work.road()}")
    stage.arrives([score], learner)


@pytest.mark.parametrize("cut", ["killed", "timed out"])
def test_when_the_answer_is_lost_the_results_are_read_before_anything_is_sent_again(stage, learner, cut):
    work = Learner(stage, learner)
    _, first = work.take_quiz(right=4)
    stage.arrives([first], learner)
    until(lambda: "In the LMS" in work.road(), "the first grade is settled")
    stage.ask("/t/lose")
    _, second = work.take_quiz(right=7)
    # Sent and stored, and not answered.
    stage.arrives([first, second], learner)
    if cut == "killed":
        stage.stop("ferry", signal.SIGKILL)
        stage.start_ferry()
    until(lambda: "In the LMS" in work.road(), lambda: f"ferry has read the result; the page says: {work.road()}")
    assert stage.grades(learner) == [first, second]


def test_progress_survives_a_kill(stage, learner):
    work = Learner(stage, learner)
    read = work.read_everything()
    time.sleep(0.5)
    stage.stop("ferry", signal.SIGKILL)
    stage.start_ferry()
    page = work.browser.get(work.home.url)
    assert page.status == 200, "the session outlives the kill too"
    assert len(page.all("//a[contains(@class, 'entry-lesson') and contains(concat(' ', @class, ' '), ' done ')]")) == read
