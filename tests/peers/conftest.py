"""One stage for all tests; each test that works as a learner takes a learner of its own."""

import itertools

import pytest
from stage import Stage

_learners = itertools.count(2)


@pytest.fixture(scope="session")
def stage(tmp_path_factory, request):
    """Both programs, running."""
    stage = request.config.peers_stage = Stage(tmp_path_factory.mktemp("peers"))
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
