"""One stage for each platform and database; each test that works as a learner takes a learner of its own."""

import itertools
import os
from contextlib import nullcontext

import postgres
import pytest
from stage import PLATFORMS, free_ports

_learners = itertools.count(2)


def pytest_generate_tests(metafunc):
    """A module's name begins with its platform's; its `DATABASES` say what ferry keeps its data in, SQLite alone if there are none."""
    if "stage" in metafunc.fixturenames:
        platform = metafunc.module.__name__.split("_")[0]
        databases = getattr(metafunc.module, "DATABASES", ["SQLite"])
        metafunc.parametrize("stage", [(platform, d) for d in databases], ids=databases, indirect=True, scope="session")


@pytest.fixture(scope="session")
def stage(tmp_path_factory, request):
    """Both programs, running."""
    platform, database = request.param
    if database == "PostgreSQL" and not postgres.programs():
        assert os.environ.get("FERRY_TEST_REQUIRE_POSTGRES") != "1", "found no initdb: install postgresql"
        pytest.skip("found no initdb: install postgresql")
    with postgres.server(free_ports(1)[0]) if database == "PostgreSQL" else nullcontext() as address:
        stage = request.config.peers_stage = PLATFORMS[platform](tmp_path_factory.mktemp("peers"), address)
        try:
            stage.set_up()
            yield stage
        finally:
            stage.tear_down()


@pytest.fixture
def learner():
    """A learner nobody has been yet."""
    return next(_learners)


@pytest.fixture
def classmate():
    """Another one."""
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
