"""Open edX by LTI 1.1: its own signing lets people in, and grades reach its grade book by Basic Outcomes."""

import time
from urllib.parse import parse_qsl

import pytest
from browser import Browser
from learner import Learner
from oauthlib import oauth1
from stage import until

TEACHER = 1


@pytest.mark.parametrize("link", ["old-by-custom", "old-by-url"])
def test_a_learner_arrives_at_the_module_that_the_link_names(stage, learner, link):
    _, page = stage.open(link, learner)
    assert (page.status, page.content_id) == (200, "foundations"), repr(page)


def test_a_teacher_sees_the_class_and_a_learner_does_not(stage, learner):
    browser, page = stage.open("old-by-custom", learner)
    root = page.url.split("/p/")[0].rstrip("/")
    assert browser.get(f"{root}/class").status == 403
    _, page = stage.open("old-by-custom", TEACHER)
    assert page.status == 200 and page.url.endswith("/class") and f"Student {learner}" in page.main, repr(page)


def test_grades_reach_the_grade_book_once_each(stage, learner):
    work = Learner(stage, learner, "old-by-custom")
    _, first = work.take_quiz(right=5)
    until(lambda: stage.grades(learner, "old-by-custom") == [first], lambda: f"{first}, not {stage.grades(learner, 'old-by-custom')}")
    _, second = work.take_quiz()
    until(lambda: stage.grades(learner, "old-by-custom") == [first, second], "the better grade arrives")
    until(lambda: "Sent" in work.road() or "In the LMS" in work.road(), lambda: f"it is settled; the page says: {work.road()}")


def test_while_the_platform_is_down_the_grade_is_safe_and_arrives_later(stage, learner):
    work = Learner(stage, learner, "old-by-custom")
    with stage.platform_down():
        _, score = work.take_quiz(right=6)
        until(lambda: "Retrying" in work.road(), "the page says that it is tried again")
    until(lambda: stage.grades(learner, "old-by-custom") == [score], "the grade arrives")


def test_the_same_form_works_once(stage, learner):
    browser = Browser(stage.platform_at)
    fields = dict(stage.begin(browser, link="old-by-custom", user=learner).form_values())
    action = f"{stage.ferry_at}/lti/v1p1/launch"
    assert browser.post(action, fields).status == 200
    again = Browser(stage.platform_at)
    refused = again.post(action, fields)
    assert refused.status == 400 and refused.reference and not again.cookies, repr(refused)


def test_a_form_that_somebody_changed_is_refused(stage, learner):
    browser = Browser(stage.platform_at)
    fields = dict(stage.begin(browser, link="old-by-custom", user=learner).form_values())
    refused = browser.post(f"{stage.ferry_at}/lti/v1p1/launch", fields | {"roles": "Instructor"})
    assert refused.status == 400 and refused.reference, repr(refused)


@pytest.mark.parametrize("method", [oauth1.SIGNATURE_HMAC_SHA1, oauth1.SIGNATURE_HMAC_SHA256])
@pytest.mark.parametrize("query", ["", "?to=foundations&to=b%20c&empty=&x%5B0%5D=%C3%BC"])
def test_what_oauthlib_signs_is_accepted(stage, learner, method, query):
    """Names that repeat, characters that every encoder treats in its own way, both methods."""
    url = f"{stage.ferry_at}/lti/v1p1/launch{query}"
    client = oauth1.Client(
        stage.passport["Consumer key"],
        client_secret=stage.passport["Shared secret"],
        signature_method=method,
        signature_type=oauth1.SIGNATURE_TYPE_BODY,
        timestamp=str(int(time.time())),
    )
    form = [
        ("lti_message_type", "basic-lti-launch-request"),
        ("lti_version", "LTI-1p0"),
        ("resource_link_id", "by-oauthlib"),
        ("user_id", f"oauthlib-{learner}"),
        ("roles", "urn:lti:role:ims/lis/Learner"),
        ("custom_to", "foundations"),
        ("custom_a[0]", "~-._!*'() &=+%/?"),
        ("custom_twice", "b"),
        ("custom_twice", "a"),
        ("lis_person_name_full", "Zoë \N{SNOWMAN}"),
    ]
    _, _, body = client.sign(url, "POST", form, {"Content-Type": "application/x-www-form-urlencoded"})
    page = Browser(stage.platform_at).post(url, parse_qsl(body, keep_blank_values=True))
    assert (page.status, page.content_id) == (200, "foundations"), repr(page)
