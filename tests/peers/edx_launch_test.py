"""Open edX launches the tool: who gets in, and what they see."""

import pytest
from answers import FOUNDATIONS
from browser import Browser
from learner import Learner

TEACHER = 1


@pytest.mark.parametrize("link", ["by-custom", "by-url"])
def test_a_learner_arrives_at_the_module_that_the_link_names(stage, learner, link):
    _, page = stage.open(link, learner)
    assert (page.status, page.content_id) == (200, "foundations"), repr(page)


def test_a_link_that_names_nothing_opens_the_course(stage, learner):
    _, page = stage.open("no-target", learner)
    assert (page.status, page.content_id) == (200, "llm-fine-tuning"), repr(page)


def test_the_page_may_be_framed_by_the_platform(stage, learner):
    _, page = stage.open(user=learner)
    policy = page.headers["Content-Security-Policy"]
    ancestors = next(part.strip() for part in policy.split(";") if part.strip().startswith("frame-ancestors"))
    assert stage.platform_at in ancestors.split(), ancestors
    assert "X-Frame-Options" not in page.headers


def test_a_launch_without_personal_data_opens_the_page(stage, learner):
    work = Learner(stage, learner, pii=0)
    assert work.home.content_id == "foundations"
    work.read_everything()


def test_a_launch_without_any_role_is_a_learners(stage, learner):
    browser, page = stage.open(user=learner, role="none")
    assert (page.status, page.content_id) == (200, "foundations"), repr(page)
    root = page.url.split("/p/")[0].rstrip("/")
    assert browser.get(f"{root}/class").status == 403


def test_a_learner_may_not_see_the_class(stage, learner):
    browser, page = stage.open(user=learner)
    root = page.url.split("/p/")[0].rstrip("/")
    refused = browser.get(f"{root}/class")
    assert refused.status == 403 and refused.reference, repr(refused)


def test_a_teacher_sees_the_class_with_the_learner_in_it(stage, learner):
    Learner(stage, learner).read_everything()
    _, page = stage.open(user=TEACHER)
    assert page.status == 200 and page.url.endswith("/class"), repr(page)
    assert f"Student {learner}" in page.main


def test_reading_is_remembered_from_launch_to_launch(stage, learner):
    read = Learner(stage, learner).read_everything()
    done = Learner(stage, learner).home.all("//a[contains(@class, 'entry-lesson') and contains(concat(' ', @class, ' '), ' done ')]")
    assert len(done) == read


def test_the_key_of_the_quiz_stays_on_the_server(stage, learner):
    work = Learner(stage, learner)
    questions = work.start_quiz()
    told = [why for why in FOUNDATIONS.explanations() if why[:40] in questions.text or why[:40] in questions.html]
    assert not told, told


def test_two_launches_in_one_browser_stay_apart(stage, learner):
    browser, first = stage.open(user=learner)
    _, second = stage.open(user=TEACHER, browser=browser)
    assert first.url != second.url
    again = browser.get(first.url)
    assert again.content_id == "foundations" and "class" not in again.url


# ---- launches that must not open anything -----------------------------------------------------------------------


def opens_nothing(page, browser, sessions_before=()):
    """4xx, a reference id, a page in words, and no session."""
    assert 400 <= page.status < 500, repr(page)
    assert page.reference, f"no reference id in {page!r}"
    assert page.all("//h1"), repr(page)
    sessions = {name for name in browser.cookies if "login" not in name} - set(sessions_before)
    assert not sessions, sessions


def test_an_id_token_works_once(stage, learner):
    browser = Browser(stage.platform_at)
    form = stage.begin(browser, user=learner)
    platform_page = browser.page
    assert browser.press(form).status == 200
    sessions = list(browser.cookies)
    browser.page = platform_page
    opens_nothing(browser.press(form), browser, sessions)


def test_another_browser_cannot_use_the_launch(stage, learner):
    browser, thief = Browser(stage.platform_at), Browser(stage.platform_at)
    form = stage.begin(browser, user=learner)
    thief.page = browser.page
    opens_nothing(thief.press(form), thief)


def test_another_browser_with_a_login_of_its_own_cannot_either(stage, learner):
    browser, thief = Browser(stage.platform_at), Browser(stage.platform_at)
    form = stage.begin(browser, user=learner)
    stage.begin(thief, user=learner)
    opens_nothing(thief.press(form), thief)


def test_a_token_of_one_login_does_not_fit_another(stage, learner):
    browser = Browser(stage.platform_at)
    first = dict(stage.begin(browser, user=learner).form_values())
    second = stage.begin(browser, user=learner)
    mixed = dict(second.form_values()) | {"id_token": first["id_token"]}
    opens_nothing(browser.post(second.action, mixed), browser)


def test_a_changed_token_is_refused(stage, learner):
    browser = Browser(stage.platform_at)
    form = stage.begin(browser, user=learner)
    fields = dict(form.form_values())
    head, body, signature = fields["id_token"].split(".")
    at = len(body) // 2
    changed = body[:at] + ("A" if body[at] != "A" else "B") + body[at + 1 :]
    opens_nothing(browser.post(form.action, fields | {"id_token": f"{head}.{changed}.{signature}"}), browser)


def test_a_platform_nobody_registered_is_told_so(stage):
    browser = Browser(stage.platform_at)
    page = browser.get(
        f"{stage.ferry_at}/lti/login?iss=https%3A%2F%2Fstranger.example&client_id=stranger-7&login_hint=x"
        f"&target_link_uri={stage.ferry_at}/lti/launch"
    )
    opens_nothing(page, browser)
    assert "https://stranger.example" in page.text and "stranger-7" in page.text, repr(page)


def test_an_error_that_the_platform_posts_is_a_friendly_page(stage, learner):
    browser = Browser(stage.platform_at)
    form = stage.begin(browser, user=learner)
    state = dict(form.form_values())["state"]
    page = browser.post(form.action, {"error": "login_required", "error_description": "<b>who</b> are you", "state": state})
    opens_nothing(page, browser)
    assert "<b>who" not in page.html
