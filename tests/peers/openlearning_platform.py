"""A platform by the PyPI package `lti1p3platform`, the LTI side of a platform that OpenLearning's people wrote.

The unmodified package starts launches, signs messages, gives tokens and answers line items, scores, results and rosters. It
leaves to its host what a host has: addresses, people, a grade book. This file is that, and answers no request of the tool itself.
Its dialect, where it is not Open edX's:

- the issuer is a name, and nothing is served there;
- pages are linked by `rel=next` without quotes; a score is answered with the media type of a line item and `null`;
- an older time stamp is answered 409, a score that the host does not want 403 (the package's "not applied");
- any scope of a service opens all of it, and a token without one is answered 401, not 403.

What is broken in 0.1.8, so that nothing here can show it: page numbers stay text in the package's own Django request, and
adding one to them fails (`Numbers` below mends that, and nothing else); a token that has run out, or was signed with an older
key, is no 401 but an exception, which its host turns into a 500; its form for the launch needs packages that it does not name.

    OPENLEARNING_PORT=8802 OPENLEARNING_TOOL=http://127.0.0.1:8080 python openlearning_platform.py

For the test driver, not part of LTI: /t/config, /t/launch, /t/state as `edx_platform.py` has them, and
/t/newer   ?link=NAME&user=ID: the grade book holds an entry of the near future
"""

import html
import os
import sys
import threading
from datetime import UTC, datetime, timedelta

from django.conf import settings
from jwcrypto.jwk import JWK
from serving import serve

PORT = int(os.environ.get("OPENLEARNING_PORT", "8802"))
BASE = f"http://127.0.0.1:{PORT}"
TOOL = os.environ.get("OPENLEARNING_TOOL", "http://127.0.0.1:8080").rstrip("/")
ISSUER = "https://openlearning.example"

settings.configure(SECRET_KEY="for tests only" * 4, ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__, USE_TZ=True)

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402
from lti1p3platform.exceptions import LineItemNotFoundException  # noqa: E402
from lti1p3platform.framework.django.request import DjangoRequest  # noqa: E402
from lti1p3platform.framework.django.response import wrap_json_resp  # noqa: E402
from lti1p3platform.ltiplatform import LTI1P3PlatformConfAbstract  # noqa: E402
from lti1p3platform.membership import Context  # noqa: E402
from lti1p3platform.message_launch import LTIAdvantageMessageLaunchAbstract  # noqa: E402
from lti1p3platform.oidc_login import OIDCLoginAbstract  # noqa: E402
from lti1p3platform.registration import Registration  # noqa: E402
from lti1p3platform.score import UpdateScoreStatus  # noqa: E402
from lti1p3platform.service_connector import AssignmentsGradesService, NamesRoleProvisioningService  # noqa: E402

KEY = JWK.generate(kty="RSA", size=2048)
LOCK = threading.Lock()  # a thread a request; the grade book is one

# ---- the course: its links, its people, its grade book -----------------------------------------------------------

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
COURSE = Context(id="course-1", label="DemoX", title="Demonstration course")
# name -> (launch URL, custom parameters, its own line item in the launch?)
LINKS = {
    "by-custom": (f"{TOOL}/lti/launch", {"to": "foundations"}, True),
    "by-url": (f"{TOOL}/lti/launch?to=foundations", {}, True),
    "own-line-item": (f"{TOOL}/lti/launch", {"to": "foundations"}, False),
    "third-page": (f"{TOOL}/lti/launch", {"to": "foundations"}, False),
    "not-applied": (f"{TOOL}/lti/launch", {"to": "foundations"}, True),
}
PEOPLE = {1: ("Ina Instructor", "Instructor"), **{i: (f"Student {i}", "Learner") for i in range(2, 102)}}
PAGE = 1  # line items and results
MEMBERS_PAGE = 40


def external_id(person_id):
    """The id a tool sees."""
    return f"ext-{person_id:08d}"


def line_item(number, link, **more):
    """One as the package shows it."""
    return {"id": f"{BASE}/line_items/{number}", "label": link, "scoreMaximum": 50, "resourceLinkId": link} | more


ITEMS = {str(n): line_item(n, link) for n, link in enumerate(LINKS, 1) if LINKS[link][2]}
# Two that a teacher made beside the link's own, which is on the third page.
for place, beside in enumerate([{"tag": "attendance"}, {"tag": "essay", "resourceId": "essay-1"}, {}], 11):
    ITEMS[str(place)] = line_item(place, "third-page", **beside)
SCORES = {}  # by line item and user: the last
BOOK = []  # every score that was taken
TOO_OLD = []  # whose scores were not
TOKENS = []  # the scopes of each token that was given


def paged(rows, page, size):
    """As the package wants pages."""
    return {"content": rows[(page - 1) * size : page * size], "has_next": page * size < len(rows)}


# ---- the package, with what it leaves open -----------------------------------------------------------------------


class Platform(LTI1P3PlatformConfAbstract):
    """The one registration."""

    def init_platform_config(self, **_):
        """Ours."""
        self._registration = (
            Registration()
            .set_iss(ISSUER)
            .set_client_id("openlearning-client-1")
            .set_deployment_id("deployment/1")
            .set_launch_url(f"{TOOL}/lti/launch")
            .set_oidc_login_url(f"{TOOL}/lti/login")
            .set_tool_key_set_url(f"{TOOL}/lti/jwks.json")
            .set_platform_public_key(KEY.export_to_pem().decode())
            .set_platform_private_key(KEY.export_to_pem(private_key=True, password=None).decode())
        )

    def get_registration_by_params(self, **_):
        """The same."""
        return self._registration


class Login(OIDCLoginAbstract):
    """Sends the browser to the tool."""

    def set_lti_message_hint(self, **kwargs):
        """Which link was pressed, and in which role."""
        self._lti_message_hint = kwargs["hint"]

    def get_redirect(self, url):
        """As Django does it."""
        return HttpResponse(status=302, headers={"Location": url})


class Launch(LTIAdvantageMessageLaunchAbstract):
    """Answers the tool's authentication request."""

    def prepare_launch(self, preflight_response):
        """Who, where, and what is offered."""
        link, role = preflight_response["lti_message_hint"].split(":")
        person = int(preflight_response["login_hint"])
        launch_url, custom, own = LINKS[link]
        self.set_launch_url(launch_url)
        self.set_user_data(external_id(person), [MEMBERSHIP + role], full_name=PEOPLE[person][0])
        self.set_resource_link_claim(link, title=link)
        self.set_launch_context_claim(COURSE.id, context_title=COURSE.title, context_label=COURSE.label)
        self.set_custom_parameters_claim(custom)
        item = next(item["id"] for item in ITEMS.values() if item["resourceLinkId"] == link) if own else None
        self.set_ags(f"{BASE}/line_items", item, allow_creating_lineitems=not own)
        self.set_nrps(f"{BASE}/members?limit={MEMBERS_PAGE}")

    def render_launch_form(self, launch_data, **_):
        """A form that script would send."""
        fields = "".join(f'<input type="hidden" name="{n}" value="{html.escape(launch_data[n])}">' for n in ("id_token", "state"))
        action = html.escape(launch_data["launch_url"])
        return HttpResponse(f'<form id="lti-launch" method="post" action="{action}">{fields}</form>')


class Grades(AssignmentsGradesService):
    """The grade book."""

    def find_lineitems(self, page=1, limit=PAGE, line_item_id=None, resource_link_id=None, resource_id=None, tag=None):
        """A page of those that fit."""
        wanted = {"resourceLinkId": resource_link_id, "resourceId": resource_id, "tag": tag}
        fitting = [i for i in ITEMS.values() if all(v is None or i.get(n) == v for n, v in wanted.items())]
        return paged(fitting, page, limit)

    def find_lineitem(self, line_item_id):
        """One of them."""
        if line_item_id not in ITEMS:
            raise LineItemNotFoundException
        return ITEMS[line_item_id]

    def create_lineitem(self, creation_data):
        """As the tool wants it."""
        number = str(100 + len(ITEMS))
        ITEMS[number] = {**creation_data, "id": f"{BASE}/line_items/{number}"}
        return ITEMS[number]

    def update_lineitem(self, update_data):
        """Nobody asks for it."""
        raise NotImplementedError

    def delete_lineitem(self, line_item_id):
        """Nobody asks for it."""
        raise NotImplementedError

    def update_score(self, line_item_id, score):
        """Newer ones only."""
        item, user = self.find_lineitem(line_item_id), score["userId"]
        if item["resourceLinkId"] == "not-applied":
            return UpdateScoreStatus.NOTAPPLIED
        before = SCORES.get((line_item_id, user))
        if before and when(before["timestamp"]) >= when(score["timestamp"]):
            TOO_OLD.append(user)
            return UpdateScoreStatus.OLD_TIMESTAMP
        SCORES[line_item_id, user] = score
        BOOK.append({"link": item["resourceLinkId"], "user": user, "grade": score["scoreGiven"] / score["scoreMaximum"]})
        return UpdateScoreStatus.SUCCESS if before else UpdateScoreStatus.CREATED

    def get_results(self, line_item_id, page=1, limit=PAGE, user_id=None):
        """In the points of the column."""
        item = self.find_lineitem(line_item_id)
        found = [
            {
                "id": f"{item['id']}/results/{user}",
                "userId": user,
                "resultScore": score["scoreGiven"] / score["scoreMaximum"] * item["scoreMaximum"],
                "resultMaximum": item["scoreMaximum"],
                "scoreOf": item["id"],
            }
            for (of, user), score in SCORES.items()
            if of == line_item_id and user_id in (None, user) and "scoreGiven" in score
        ]
        return paged(found, page, limit)


def when(timestamp):
    """A moment."""
    return datetime.fromisoformat(timestamp)


class Roster(NamesRoleProvisioningService):
    """Who is in the course."""

    def get_member_data_page(self, page=1, limit=None, role=None, since=None):
        """Names and roles; nobody's address."""
        rows = [{"user_id": external_id(i), "name": name, "roles": [MEMBERSHIP + role]} for i, (name, role) in PEOPLE.items()]
        return paged(rows, page, limit or len(rows))

    def get_context_by_id(self):
        """There is one."""
        return COURSE


class Numbers(DjangoRequest):
    """Page numbers as numbers."""

    def build_metadata(self, request):
        """The package's own reading, but for those."""
        told = super().build_metadata(request)
        told["get_data"] = {n: int(v) if n in ("page", "limit") else v for n, v in told["get_data"].items()}
        return told


# ---- addresses for the tool --------------------------------------------------------------------------------------


def keys(_request):
    """The platform's keys."""
    return JsonResponse(Platform().get_jwks())


@csrf_exempt
def token(request):
    """A token, as the package grants it."""
    given = Platform().get_access_token(request.POST.dict())
    TOKENS.append(given["scope"])
    return JsonResponse(given)


@csrf_exempt
def authorize(request):
    """The tool's authentication request."""
    return Launch(DjangoRequest(request), Platform()).lti_launch()


@csrf_exempt
def line_items(request, number=None, part=None):
    """All of AGS, by address and method."""
    of = f"{BASE}/line_items/{number}" if number else None
    service = Grades(Numbers(request), Platform(), f"{BASE}/line_items", of)
    handlers = {
        (False, None, "GET"): service.handle_get_lineitems,
        (False, None, "POST"): service.handle_create_lineitem,
        (True, None, "GET"): service.handle_get_lineitem,
        (True, "results", "GET"): service.handle_get_results,
        (True, "scores", "POST"): service.handle_update_score,
    }
    named = {"line_item_id": number} if number else {}
    with LOCK:
        return wrap_json_resp(service.handle_resp(handlers[number is not None, part, request.method], **named))


def members(request):
    """The roster."""
    service = Roster(Numbers(request), Platform(), f"{BASE}/members")
    return wrap_json_resp(service.handle_resp(service.handle_get_members))


# ---- addresses for the test driver -------------------------------------------------------------------------------


def config(_request):
    """What to register in the tool."""
    mine = Platform().get_registration()
    return JsonResponse(
        {
            "issuer": mine.get_iss(),
            "client_id": mine.get_client_id(),
            "deployment_id": mine.get_deployment_id(),
            "auth_url": f"{BASE}/authorize",
            "token_url": f"{BASE}/token",
            "jwks_url": f"{BASE}/keys",
        }
    )


def launch(request):
    """A press on a link."""
    link, person = request.GET.get("link", "by-custom"), int(request.GET.get("user", "2"))
    login = Login(DjangoRequest(request), Platform())
    login.set_launch_url(LINKS[link][0])
    login.set_lti_message_hint(hint=f"{link}:{request.GET.get('role', PEOPLE[person][1])}")
    return login.initiate_login(str(person))


def newer(request):
    """Somebody's entry from a clock that is ahead."""
    link, user = request.GET["link"], external_id(int(request.GET["user"]))
    number = next(n for n, item in ITEMS.items() if item["resourceLinkId"] == link)
    soon = (datetime.now(UTC) + timedelta(seconds=5)).isoformat()
    SCORES[number, user] = {"timestamp": soon}
    return JsonResponse({})


def state(_request):
    """What arrived."""
    with LOCK:
        scores = [
            {
                "link": ITEMS[of]["resourceLinkId"],
                "line_item": of,
                "user": user,
                "given": score.get("scoreGiven"),
                "maximum": score.get("scoreMaximum"),
                "activity": score.get("activityProgress"),
                "grading": score.get("gradingProgress"),
                "timestamp": score["timestamp"],
            }
            for (of, user), score in SCORES.items()
        ]
        told = {"scores": scores, "line_items": list(ITEMS.values()), "grade_book": BOOK, "tokens": TOKENS}
        return JsonResponse(told | {"too_old": TOO_OLD})


urlpatterns = [
    path("keys", keys),
    path("token", token),
    path("authorize", authorize),
    path("members", members),
    path("line_items", line_items),
    path("line_items/<str:number>", line_items),
    path("line_items/<str:number>/<str:part>", line_items),
    path("t/config", config),
    path("t/launch", launch),
    path("t/newer", newer),
    path("t/state", state),
]

if __name__ == "__main__":
    sys.modules["openlearning_platform"] = sys.modules["__main__"]  # ROOT_URLCONF must not import this file a second time
    serve(get_wsgi_application(), PORT, f"the platform is at {BASE}")
