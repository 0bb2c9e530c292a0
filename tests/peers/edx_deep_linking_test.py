"""Open edX asks a teacher to choose content; the tool's picker answers; edX keeps the links and launches them.

PyLTI1p3 builds the same answer with its own classes, and PyJWT checks the signature with the keys that the tool publishes.
"""

import time

import jwt
import pytest
from answers import FOUNDATIONS
from browser import Browser
from learner import Learner
from pylti1p3.deep_link import DeepLink
from pylti1p3.deep_link_resource import DeepLinkResource
from pylti1p3.lineitem import LineItem
from pylti1p3.registration import Registration

TEACHER = 1
LINK = "chosen"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
LTI = "https://purl.imsglobal.org/spec/lti/claim/"


def open_picker(stage, **ask):
    """The teacher presses edX's button for choosing content."""
    browser, page = stage.open(LINK, TEACHER, deep=1, **ask)
    assert page.status == 200 and page.url.endswith("/pick"), repr(page)
    return browser, page


def pick(browser, page, *ids, **typed):
    """Chooses by the tree's own form, goes on, types over some fields; gives the page that posts the answer."""
    form = page.one("//form[@data-picker]")
    fields = [(name, value) for name, value in form.form_values() if name != "pick"] + [("pick", item) for item in ids]
    [go_on] = page.all("//button[contains(., 'Go on')]/@formaction")
    review = browser.get(f"{go_on}?" + "&".join(f"{name}={value}" for name, value in fields))
    form = review.one("//form[@data-links]")
    for name, value in typed.items():
        form.inputs[name].value = value
    answer = browser.press(form)
    assert answer.all("//form[@data-auto-post]"), repr(answer)
    return answer


def signed(page):
    """The form that goes to the platform, and what it carries."""
    form = page.one("//form[@data-auto-post]")
    return form, dict(form.form_values())["JWT"]


@pytest.fixture
def chosen(stage):
    """A quiz and a lesson, chosen and accepted by edX. Gives what edX keeps of them."""
    browser, page = open_picker(stage)
    answer = pick(browser, page, "foundations-quiz", "m01-what-training-is", attempts="2", pass_mark="50")
    form, _ = signed(answer)
    accepted = browser.press(form)
    assert accepted.status == 200, repr(accepted)
    return stage.ask("/t/state")["content_items"]


def test_edx_takes_what_was_chosen(stage, chosen):
    lesson, quiz = chosen
    assert (lesson["type"], lesson["title"]) == ("ltiResourceLink", "What training is")
    assert lesson["url"] == f"{stage.ferry_at}/lti/launch?to=m01-what-training-is" and "lineItem" not in lesson
    assert quiz["custom"] == {"to": "foundations-quiz", "attempts": "2", "pass_mark": "50"}
    assert quiz["lineItem"] == {
        "label": quiz["title"],
        "scoreMaximum": 100.0,
        "resourceId": "foundations-quiz",
        "tag": "grade",
    }


def test_a_learner_opens_the_chosen_quiz_and_its_grade_arrives(stage, chosen, learner):
    work = Learner(stage, learner, LINK, item=1)
    assert work.home.content_id == "foundations-quiz", repr(work.home)
    assert "2 attempts" in work.home.main and "50 % to pass" in work.home.main, work.home.main
    form, worth = FOUNDATIONS.fill(work.browser.press(work.home.one("//form[contains(@action, '/start')]")), 3)
    assert work.browser.press(form).status == 200
    stage.arrives([worth], learner, LINK)


def test_a_learner_opens_the_chosen_lesson(stage, chosen, learner):
    _, page = stage.open(LINK, learner, item=0)
    assert (page.status, page.content_id) == (200, "m01-what-training-is"), repr(page)


def test_a_changed_or_foreign_answer_is_refused_by_edx(stage):
    browser, page = open_picker(stage)
    form, token = signed(pick(browser, page, "foundations"))
    head, body, signature = token.split(".")
    changed = body[:40] + ("A" if body[40] != "A" else "B") + body[41:]
    assert browser.post(form.action, {"JWT": f"{head}.{changed}.{signature}"}).status == 403
    assert browser.post(form.action, {"JWT": token}).status == 200


def test_leaving_without_a_choice_is_an_answer_that_edx_takes(stage):
    browser, page = open_picker(stage)
    leave = browser.press(page.one("//form[contains(@action, '/cancel')]"))
    form, _ = signed(leave)
    assert browser.press(form).status == 200
    assert stage.ask("/t/state")["content_items"] == []


def test_the_platforms_own_check_lets_no_learner_choose_and_ours_does_not_rely_on_it(stage, learner):
    browser = Browser(stage.platform_at)
    page = browser.get(f"{stage.platform_at}/t/launch?link={LINK}&user={learner}&deep=1")
    assert not page.all("//form[@id='lti-launch']")
    _, page = stage.open(LINK, learner, deep=1, role="instructor")  # edX's role decides, not who it is
    assert page.status == 200 and page.url.endswith("/pick")


def test_the_answer_is_what_pylti1p3_would_send_signed_by_a_key_we_publish(stage):
    browser, page = open_picker(stage)
    form, token = signed(pick(browser, page, "llm-fine-tuning", "foundations", "m01-what-training-is"))
    key = jwt.PyJWKClient(f"{stage.ferry_at}/lti/jwks.json").get_signing_key_from_jwt(token)
    ours = jwt.decode(token, key.key, algorithms=["RS256"], audience=stage.config["issuer"], issuer=stage.config["client_id"])
    assert isinstance(ours["aud"], str) and ours["exp"] - ours["iat"] <= 300 and abs(ours["iat"] - time.time()) < 120

    registration = Registration().set_issuer(stage.config["issuer"]).set_client_id(stage.config["client_id"])
    settings = {"deep_link_return_url": form.action, "accept_types": ["ltiResourceLink"], "accept_presentation_document_targets": ["iframe"]}
    theirs = DeepLink(registration, stage.config["deployment_id"], settings).get_message_jwt([resource(i) for i in ours[f"{DL}content_items"]])
    for claim in ("iss", f"{LTI}deployment_id", f"{LTI}message_type", f"{LTI}version"):
        assert ours[claim] == theirs[claim], claim
    assert [ours["aud"]] == theirs["aud"]
    assert theirs[f"{DL}data"] is None and f"{DL}data" not in ours, "edX sent no data"
    more = ("text",)
    assert [{k: v for k, v in i.items() if k not in more} for i in ours[f"{DL}content_items"]] == theirs[f"{DL}content_items"]
    assert set(theirs) - {f"{DL}data"} <= set(ours)


def resource(item):
    """The same content item by PyLTI1p3's classes."""
    made = DeepLinkResource().set_title(item["title"]).set_url(item["url"]).set_custom_params(item["custom"])
    if column := item.get("lineItem"):
        line_item = LineItem().set_label(column["label"]).set_score_maximum(column["scoreMaximum"])
        made.set_lineitem(line_item.set_resource_id(column["resourceId"]).set_tag(column["tag"]))
    return made
