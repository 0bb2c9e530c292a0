"""Open edX as an LTI platform, 1.3 and 1.1, small enough for a test.

The unmodified PyPI package `lti-consumer-xblock` is the LTI side of Open edX: launches, tokens, line items, scores,
results, rosters. It expects edX around it; this file is what it needs of that: settings, a course, people, a grade book.
Nothing here answers a request of the tool: those go to the package's own views under /api/.

    EDX_PORT=8801 EDX_TOOL=http://127.0.0.1:8080 EDX_DIR=/tmp/edx python edx_platform.py

EDX_PORT       where to listen on 127.0.0.1 (8801)
EDX_TOOL       the tool's public URL (http://127.0.0.1:8080)
EDX_DIR        where the database and the grade book live; kept between runs (default: a temporary folder)
EDX_CLIENT_ID  the client id that the tool is registered under (edx-client-1)

For the test driver, not part of LTI:
/t/config      what to register in the tool, as JSON
/t/launch      ?link=NAME&user=ID[&pii=0][&role=NAME|none]: starts a launch as the learning page's button would;
               &deep=1: as the author's button for choosing content; &item=N: of the Nth content item chosen
/t/key         ?key=KEY&secret=SECRET: the LTI passport of the 1.1 links, as an author types it into the course's settings
/t/launch-1p1  ?link=NAME&user=ID[&role=NAME]: a signed LTI 1.1 launch, as the block's student view makes it
/t/lose        the next score that comes is stored, and its answer comes too late for whoever sent it
/t/state       the scores, line items and content items that the package stored, and the grades it published to the course
"""

import json
import os
import sys
import tempfile
import time
import types
from pathlib import Path
from urllib.parse import quote

import django
from django.conf import settings
from serving import serve

PORT = int(os.environ.get("EDX_PORT", "8801"))
BASE = f"http://127.0.0.1:{PORT}"
TOOL = os.environ.get("EDX_TOOL", "http://127.0.0.1:8080").rstrip("/")
DIR = Path(os.environ.get("EDX_DIR") or tempfile.mkdtemp(prefix="edx-"))
CLIENT_ID = os.environ.get("EDX_CLIENT_ID", "edx-client-1")
GRADE_BOOK = DIR / "grade_book.jsonl"
PASSPORT = DIR / "passport.json"

settings.configure(
    SECRET_KEY="for tests only" * 4,
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    SITE_ID=1,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DIR / "edx.sqlite3", "OPTIONS": {"timeout": 20}}
    },
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.sites",
        "config_models",
        "statici18n",
        "rest_framework",
        "lti_consumer.apps.LTIConsumerApp",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "crum.CurrentRequestUserMiddleware",
        "edx_django_utils.cache.middleware.RequestCacheMiddleware",
        "edx_django_utils.cache.middleware.TieredCacheMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    LOGGING={
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"stderr": {"class": "logging.StreamHandler"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
    },
    # What edX itself would set for the package.
    PLATFORM_NAME="Open edX, in a test",
    LMS_ROOT_URL=BASE,
    LTI_BASE=BASE,
    LTI_API_BASE=BASE,
    LEARNING_MICROFRONTEND_URL=BASE,
    USAGE_ID_PATTERN=r"(?P<usage_id>(?:i4x://?[^/]+/[^/]+/[^/]+/[^@]+(?:@[^/]+)?)|(?:[^/]+))",
    FEATURES={},
    OPENEDX_TELEMETRY=[],
)
django.setup()

# Django has to be set up before these can be imported.
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse  # noqa: E402
from django.template.loader import render_to_string  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402
from lti_consumer import api  # noqa: E402
from lti_consumer.data import Lti1p3LaunchData  # noqa: E402
from lti_consumer.exceptions import LtiError  # noqa: E402
from lti_consumer.lti_1p1.consumer import LtiConsumer1p1  # noqa: E402
from lti_consumer.models import (  # noqa: E402
    CourseAllowPIISharingInLTIFlag,
    Lti1p3Passport,
    LtiAgsLineItem,
    LtiAgsScore,
    LtiConfiguration,
    LtiDlContentItem,
)
from lti_consumer.outcomes import OutcomeService  # noqa: E402
from lti_consumer.plugin import compat  # noqa: E402
from opaque_keys.edx.keys import UsageKey  # noqa: E402
from xblock.django.request import django_to_webob_request  # noqa: E402

# ---- the course: its links, its people --------------------------------------------------------------------------

# The links of the course: name -> (launch URL, custom parameters, how grades work).
# "declarative": edX makes the line item and allows scores only. "programmatic": the tool makes its own.
LINKS = {
    "by-custom": (f"{TOOL}/lti/launch", {"to": "foundations"}, "declarative"),
    "by-url": (f"{TOOL}/lti/launch?to=foundations", {}, "declarative"),
    "no-target": (f"{TOOL}/lti/launch", {}, "declarative"),
    "own-line-item": (f"{TOOL}/lti/launch", {"to": "foundations"}, "programmatic"),
    "ungraded": (f"{TOOL}/lti/launch", {"to": "foundations"}, "disabled"),
    "chosen": (f"{TOOL}/lti/launch", {}, "declarative"),
}
# The link whose content is chosen by deep linking.
CHOSEN = "chosen"
# The links that speak LTI 1.1: name -> (launch URL, custom parameters).
LINKS_1P1 = {
    "old-by-custom": (f"{TOOL}/lti/v1p1/launch", {"custom_to": "foundations"}),
    "old-by-url": (f"{TOOL}/lti/v1p1/launch?to=foundations&note=a%20b", {}),
}
PEOPLE = {
    1: types.SimpleNamespace(id=1, username="ina", name="Ina Instructor", email="ina@example.org", role="instructor"),
    **{
        i: types.SimpleNamespace(id=i, username=f"s{i}", name=f"Student {i}", email=f"s{i}@example.org", role="student")
        for i in range(2, 102)
    },
}


def external_id(person_id):
    """The id a tool sees: `sub` of a launch, `userId` of a score."""
    return f"ext-{person_id:08d}"


def usage_key(link):
    """The block's address in the course."""
    return UsageKey.from_string(f"block-v1:edX+DemoX+2026+type@lti_consumer+block@{link}")


COURSE = usage_key("any").course_key


class Block:
    """A graded LTI block of the course, as far as the package looks at it."""

    display_name = "Foundations"
    weight = 100
    has_score = True
    accept_grades_past_due = True
    start = due = None
    lti_1p3_passport_id = ""

    def __init__(self, location):
        self.location = location
        self.scope_ids = types.SimpleNamespace(usage_id=location, user_id=None)

    def get_lti_consumer(self):
        """The 1.1 side of the block: its launch URL with the course's passport."""
        passport = json.loads(PASSPORT.read_text(encoding="utf-8"))
        return LtiConsumer1p1(LINKS_1P1[self.location.block_id][0], passport["key"], passport["secret"])

    @property
    def outcome_service_url(self):
        """Where the block's handler is in this course."""
        return f"{BASE}/t/outcomes/{self.location.block_id}"

    def get_lti_1p1_user_from_user_id(self, user_id):
        """The person behind a sourced id."""
        return person_of(user_id)

    def is_past_due(self):
        """No due dates here."""
        return False

    def max_score(self):
        """As edX: scores are fractions, the weight scales them."""
        return 1

    def set_user_module_score(self, user, score, max_score, comment=""):
        """The published grade. This is what a learner and a teacher see in edX."""
        entry = {
            "link": self.location.block_id,
            "user": external_id(user.id),
            "grade": score * max_score,
            "comment": comment,
        }
        with GRADE_BOOK.open("a", encoding="utf-8") as book:
            book.write(json.dumps(entry) + "\n")


def person_of(external):
    """The person behind an external id."""
    for person_id, person in PEOPLE.items():
        if external_id(person_id) == external:
            return person
    raise LtiError("Invalid User")


def members(_course_key):
    """The course's roster."""
    return {
        p.id: {"id": p.id, "username": p.username, "name": p.name, "email": p.email, "roles": [p.role]}
        for p in PEOPLE.values()
    }


# `lti_consumer.plugin.compat` is the package's one door to the rest of edX.
class _Off:
    def is_enabled(self, *_):
        return False


for flag in (
    "get_external_config_waffle_flag",
    "get_external_user_id_1p1_launches_waffle_flag",
    "get_database_config_waffle_flag",
    "get_external_multiple_launch_urls_waffle_flag",
):
    setattr(compat, flag, _Off)
compat.load_enough_xblock = Block
compat.load_block_as_user = Block
compat.get_user_from_external_user_id = person_of
compat.get_course_members = members
compat.merge_course_forum_roles = lambda _course, roster: roster
compat.batch_get_or_create_externalids = lambda _users: {
    i: types.SimpleNamespace(external_user_id=external_id(i)) for i in PEOPLE
}
compat.get_event_tracker = lambda: None
# edX asks its own session who posts the answer; this stage has none, so whoever holds a signed answer is staff.
compat.user_has_studio_write_access = lambda _user, _course_key: True


def set_up():
    """A new database gets one registration ("passport" in edX) and the links; a database from before is used as it is."""
    call_command("migrate", verbosity=0)
    if Lti1p3Passport.objects.exists():
        return
    CourseAllowPIISharingInLTIFlag.objects.create(course_id=COURSE, enabled=True)
    passport = Lti1p3Passport.objects.create(
        name="courseferry", lti_1p3_client_id=CLIENT_ID, lti_1p3_tool_keyset_url=f"{TOOL}/lti/jwks.json"
    )
    for link, (launch_url, _custom, grades) in LINKS.items():
        config = LtiConfiguration.objects.create(
            version=LtiConfiguration.LTI_1P3,
            config_store=LtiConfiguration.CONFIG_ON_DB,
            location=usage_key(link),
            lti_1p3_passport=passport,
            lti_1p3_oidc_url=f"{TOOL}/lti/login",
            lti_1p3_launch_url=launch_url,
            lti_1p3_redirect_uris=[f"{TOOL}/lti/launch"],
            lti_advantage_enable_nrps=True,
            lti_advantage_ags_mode=grades,
            lti_advantage_deep_linking_enabled=link == CHOSEN,
            lti_advantage_deep_linking_launch_url=f"{TOOL}/lti/launch" if link == CHOSEN else "",
        )
        config.get_lti_consumer()  # makes the keys and the declarative line item, as edX's Studio does


def launch_data(link, person, pii=True, role=None):
    """One learner's press on one link."""
    shown = person if pii else types.SimpleNamespace(username=None, name=None, email=None)
    return Lti1p3LaunchData(
        user_id=person.id,
        external_user_id=external_id(person.id),
        user_role=None if role == "none" else role or person.role,
        config_id=LtiConfiguration.objects.get(location=usage_key(link)).config_id,
        resource_link_id=str(usage_key(link)),
        preferred_username=shown.username,
        name=shown.name,
        email=shown.email,
        launch_presentation_document_target="iframe",
        launch_presentation_return_url=f"{BASE}/t/return",
        context_id=str(COURSE),
        context_type=["course_offering"],
        context_title="Demonstration course",
        context_label="DemoX",
        custom_parameters=LINKS[link][1],
    )


# ---- addresses for the test driver ------------------------------------------------------------------------------


def config(_request):
    """What an edX author would copy into the tool."""
    info = api.get_lti_1p3_launch_info(launch_data("by-custom", PEOPLE[1]))
    return JsonResponse(
        {
            "issuer": BASE,
            "client_id": info["client_id"],
            "auth_url": info["oidc_callback"],
            "token_url": info["token_url"],
            "jwks_url": info["keyset_url"],
            "deployment_id": info["deployment_id"],
        }
    )


def launch(request):
    """Sends the browser to the tool's login address."""
    ask = request.GET
    person = PEOPLE[int(ask.get("user", "2"))]
    link = ask.get("link", "by-custom")
    data = launch_data(link, person, ask.get("pii", "1") == "1", ask.get("role"))
    item = list(content_items(link))[int(ask["item"])].id if "item" in ask else None
    return HttpResponseRedirect(api.get_lti_1p3_launch_start_url(data, deep_link_launch="deep" in ask, dl_content_id=item))


def content_items(link):
    """What was chosen for a link, in the order of the answer."""
    return LtiDlContentItem.objects.filter(lti_configuration__location=usage_key(link)).order_by("id")


def set_key(request):
    """What an author types into the course's advanced settings."""
    PASSPORT.write_text(json.dumps({"key": request.GET["key"], "secret": request.GET["secret"]}), encoding="utf-8")
    return HttpResponse("kept")


ROLES_1P1 = {"student": "Student,Learner", "staff": "Administrator", "instructor": "Instructor"}  # as the block maps them


def launch_1p1(request):
    """The form that the block's student view would post."""
    ask = request.GET
    person, link = PEOPLE[int(ask.get("user", "2"))], ask.get("link", "old-by-custom")
    block = Block(usage_key(link))
    consumer = block.get_lti_consumer()
    sourced_id = f"{quote(str(COURSE))}:{quote(link)}:{external_id(person.id)}"
    consumer.set_user_data(
        external_id(person.id),
        ROLES_1P1[ask.get("role", person.role)],
        sourced_id,
        person_sourcedid=person.username,
        person_contact_email_primary=person.email,
        person_name_full=person.name,
    )
    consumer.set_context_data(str(COURSE), "Demonstration course", "DemoX")
    consumer.set_outcome_service_url(block.outcome_service_url)
    consumer.set_custom_parameters(LINKS_1P1[link][1])
    fields = consumer.generate_launch_request(f"edx-{link}")
    return HttpResponse(
        render_to_string(
            "html/lti_launch.html",
            {"element_id": "launch", "launch_url": consumer.lti_launch_url, "lti_parameters": fields},
        )
    )


@csrf_exempt
def outcomes(request, link):
    """The block's outcome handler."""
    answer = OutcomeService(Block(usage_key(link))).handle_request(django_to_webob_request(request))
    return HttpResponse(answer, content_type="application/xml")


class Loses:
    """The package's own answers, but for the one that is lost on its way back."""

    next_score = False

    def __init__(self, answers):
        self.answers = answers

    def __call__(self, environ, start_response):
        answer = self.answers(environ, start_response)
        score = environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"].rstrip("/").endswith("/scores")
        if score and Loses.next_score:
            Loses.next_score = False
            time.sleep(8)
        return answer


def lose(_request):
    """Asks for that."""
    Loses.next_score = True
    return JsonResponse({})


def state(_request):
    """What arrived: rows the package keeps, and the grades it published."""
    scores = [
        {
            "link": score.line_item.lti_configuration.location.block_id,
            "user": score.user_id,
            "given": score.score_given,
            "maximum": score.score_maximum,
            "activity": score.activity_progress,
            "grading": score.grading_progress,
            "timestamp": score.timestamp.isoformat(),
        }
        for score in LtiAgsScore.objects.all()
    ]
    line_items = [
        {
            "link": item.lti_configuration.location.block_id,
            "label": item.label,
            "maximum": item.score_maximum,
            "tag": item.tag,
            "resource_id": item.resource_id,
            "resource_link_id": str(item.resource_link_id),
        }
        for item in LtiAgsLineItem.objects.all()
    ]
    book = GRADE_BOOK.read_text(encoding="utf-8").splitlines() if GRADE_BOOK.exists() else []
    chosen = [{"type": item.content_type, **item.attributes} for item in content_items(CHOSEN)]
    told = {"scores": scores, "line_items": line_items, "content_items": chosen}
    return JsonResponse(told | {"grade_book": [json.loads(line) for line in book]})


urlpatterns = [
    path("api/", include("lti_consumer.plugin.urls")),
    path("t/config", config),
    path("t/launch", launch),
    path("t/key", set_key),
    path("t/launch-1p1", launch_1p1),
    path("t/outcomes/<str:link>", outcomes),
    path("t/lose", lose),
    path("t/state", state),
    path("t/return", lambda _request: HttpResponse("back in the course")),
]


def main():
    """Serves until killed."""
    DIR.mkdir(parents=True, exist_ok=True)
    sys.modules["edx_platform"] = sys.modules["__main__"]  # ROOT_URLCONF must not import this file a second time
    set_up()
    serve(Loses(get_wsgi_application()), PORT, f"edX is at {BASE}, its files in {DIR}")


if __name__ == "__main__":
    main()
