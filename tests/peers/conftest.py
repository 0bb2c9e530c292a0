"""One stage a database for all tests; each test that works as a learner takes a learner of its own."""

import itertools
import os
from contextlib import nullcontext

import postgres
import pytest
from stage import Stage, free_ports

_learners = itertools.count(2)


def pytest_generate_tests(metafunc):
    """A module's `DATABASES` say what ferry keeps its data in; SQLite alone where it says nothing."""
    if "stage" in metafunc.fixturenames:
        databases = getattr(metafunc.module, "DATABASES", ["SQLite"])
        metafunc.parametrize("stage", databases, indirect=True, scope="session")


@pytest.fixture(scope="session")
def stage(tmp_path_factory, request):
    """Both programs, running."""
    if request.param == "PostgreSQL" and not postgres.programs():
        assert os.environ.get("FERRY_TEST_REQUIRE_POSTGRES") != "1", "found no initdb: install postgresql"
        pytest.skip("found no initdb: install postgresql")
    with postgres.server(free_ports(1)[0]) if request.param == "PostgreSQL" else nullcontext() as database:
        stage = request.config.peers_stage = Stage(tmp_path_factory.mktemp("peers"), database)
        try:
            stage.set_up()
            yield stage
        finally:
            stage.tear_down()


@pytest.fixture
def learner():
    """A learner nobody has been yet."""
    return next(_learners)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure shows what the two programs wrote."""
    report = yield
    stage = getattr(item.config, "peers_stage", None)
    if report.failed and stage and not (report.when == "setup" and stage.told):
        stage.told = report.when == "setup"  # a stage that does not stand fails every test, one log says why
        report.sections += [(f"end of {name}.log", stage.log(name)) for name in ("ferry", "platform")]
    return report
