"""Every engine by every method that AWS offers there: RDS's event, a sign-in with the kit's lines, who is refused."""

import urllib.parse
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from localcloud.demo.scenario import NotHere, Scenario, prove
from localcloud.demo.scenarios import SCENARIOS
from localcloud.demo.terminal import Terminal
from localcloud.examples.example_data import API, MIGRATIONS, PROFILES, REPORTS
from tests.e2e.scene import Ended, Scene

Cell = tuple[str, str]
MARIADB: Cell = ("mariadb", "iam")
each_cell = pytest.mark.parametrize("cell", SCENARIOS, ids="-".join)


@pytest.fixture(scope="module")
def scenarios(request: pytest.FixtureRequest) -> Mapping[Cell, Scenario]:
    """Those of the cells that the tests of this session are about: all nine, unless some were chosen."""
    here = [item for item in request.session.items if item.path == request.path and isinstance(item, pytest.Function)]
    cells = {item.callspec.params["cell"] if "cell" in item.fixturenames else MARIADB for item in here}
    return {cell: scenario for cell, scenario in SCENARIOS.items() if cell in cells}


@pytest.fixture(scope="module")
def ended(scene: Scene, scenarios: Mapping[Cell, Scenario]) -> Iterator[Mapping[Cell, Ended]]:
    """Their databases appear at once, under the worked examples of profiles."""
    for profile in {scenario.profile for scenario in SCENARIOS.values()}:
        text = (PROFILES / f"{profile}.yaml").read_bytes()
        scene.cloud.client("s3").put_object(
            Bucket=scene.cloud.outputs["ProfilesBucket"], Key=f"{profile}.yaml", Body=text
        )
    for role in (API, REPORTS):
        scene.role(role)
    with scene.migrating(MIGRATIONS):
        for scenario in scenarios.values():
            scenario.create(scene.cloud)
        found = {
            cell: scene.until(lambda scenario=scenario: onboarded(scene, scenario))
            for cell, scenario in scenarios.items()
        }
    yield found
    scene.delete(*(scenario.name for scenario in scenarios.values()))


def onboarded(scene: Scene, scenario: Scenario) -> Ended | None:
    """The execution that did the work: a cluster's members announce themselves as well."""
    names = [scenario.name, f"{scenario.name}-1", f"{scenario.name}-2"]
    executions = {arn for name in names for arn in scene.executions_about(name, by="RDS-EVENT")}
    done = [one for arn in executions if (one := scene.ended(arn)).end != "Already in progress"]
    return done[0] if done else None


@each_cell
def test_the_event_of_a_new_database_ends_in_onboarded(ended: Mapping[Cell, Ended], cell: Cell) -> None:
    assert (ended[cell].status, ended[cell].end) == ("SUCCEEDED", "Onboarded"), ended[cell].dossier["outcome"]


@each_cell
def test_permitted_people_sign_in_with_the_kits_lines_unchanged_and_others_are_refused(
    scene: Scene, ended: Mapping[Cell, Ended], cell: Cell, tmp_path: Path
) -> None:
    bucket, folder = urllib.parse.urlsplit(ended[cell].dossier["kit"]["location"])[1:3]
    s3 = scene.cloud.client("s3")
    for entry in s3.list_objects_v2(Bucket=bucket, Prefix=folder.lstrip("/"))["Contents"]:
        s3.download_file(bucket, entry["Key"], str(tmp_path / Path(entry["Key"]).name))
    try:
        proved = prove(SCENARIOS[cell], Terminal(scene.cloud, tmp_path))
    except NotHere as why:
        pytest.skip(str(why))
    assert len(proved.refused) >= 3


@each_cell
def test_a_second_run_changes_nothing(scene: Scene, ended: Mapping[Cell, Ended], cell: Cell) -> None:
    scenario = SCENARIOS[cell]
    kind = "cluster" if scenario.clustered else "instance"
    again = scene.run_with({"database": {kind: scenario.name}})
    assert (again.end, scene.changes_made_by(again)) == ("Onboarded", {})


REBOOTED = {
    "mysql": ("",),
    "aurora-mysql": ("-2",),  # the reader alone
    "postgres": ("",),
    "aurora-postgresql": ("-2", "-1"),  # the reader first
}


@each_cell
def test_what_was_rebooted_is_what_the_row_says(ended: Mapping[Cell, Ended], cell: Cell) -> None:
    engine, method = cell
    rebooted = (ended[cell].dossier["reboot"] or {"instances": []})["instances"]
    wanted = REBOOTED[engine] if method == "kerberos" else ()
    assert rebooted == [f"{SCENARIOS[cell].name}{suffix}" for suffix in wanted]


def test_aws_offers_mariadb_no_directory_and_the_message_says_what_it_offers(
    scene: Scene, ended: Mapping[Cell, Ended]
) -> None:
    scene.publish_profile(
        "payments-wiki",
        {"alice": ["read"]},
        admits={"engines": ["mariadb"], "names": ["payments-*"]},
        methods={"mariadb": ["kerberos"]},
    )
    polite = scene.run(SCENARIOS[MARIADB].name, profile="payments-wiki")
    assert polite.end == "Needs a person"
    assert "AWS offers no Kerberos for RDS for MariaDB" in str(polite.dossier["outcome"])
    assert "mariadb: [iam]" in str(polite.dossier["plan"]["findings"])
