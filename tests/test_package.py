"""What is deployed: the zip holds what the functions need and nothing else, the template what they must not lose."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from werkzeug.test import Client
from werkzeug.wrappers import Request

import app
from chalicelib import settings
from chalicelib.core import bundle as rules_bundle
from chalicelib.edge.answer import HEADERS, PROBLEM
from chalicelib.flows import delivery, quota
from staff import bundle as compiler
from staff import webserver
from tests.builders import SITE

FUNCTIONS = SITE.parent / "functions"
MEGABYTE = 1_000_000


class Template(yaml.SafeLoader):
    """CloudFormation's YAML: `!Ref x` is `{"Ref": "x"}`, the other short forms `{"Fn::...": ...}`."""


def _short_form(loader: Template, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {tag if tag == "Ref" else f"Fn::{tag}": value}


Template.add_multi_constructor("!", _short_form)


def read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Template)  # noqa: S506  # a safe loader with tags


@dataclass(frozen=True)
class Package:
    """What one build made."""

    template: dict[str, Any]
    names: tuple[str, ...]
    content: zipfile.ZipFile
    size: int

    @property
    def resources(self) -> dict[str, Any]:
        return self.template["Resources"]  # type: ignore[no-any-return]


def copied(target: Path) -> Path:
    """The functions as a fresh clone has them, with a bundle of the shipped rules."""
    leave = shutil.ignore_patterns(
        "__pycache__", "deployments", "deployed", "bundle.json", "bundle.part", "vendor", "*.egg-info"
    )
    shutil.copytree(FUNCTIONS, target, ignore=leave)
    assert compiler.write(SITE, target / "chalicelib" / "bundle.json").bundle
    return target


def merge_file(functions: Path, target: Path) -> Path:
    """The resources and the patches as one template, as `make package` joins them."""
    resources, patches = ((functions / name).read_text(encoding="utf-8") for name in ("resources.yml", "patches.yml"))
    target.write_text(resources + patches.split("Resources:\n", 1)[1], encoding="utf-8")
    return target


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    folder = tmp_path_factory.mktemp("package")
    functions = copied(folder / "functions")
    merge, out = merge_file(functions, folder / "merge.yml"), folder / "out"
    run = "import sys; from chalice.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", run, "package", "--stage", "live", "--template-format", "yaml"]
    done = subprocess.run(  # noqa: S603  # our own command
        [*command, "--merge-template", str(merge), str(out)],
        cwd=functions,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    zipped = out / "deployment.zip"
    content = zipfile.ZipFile(zipped)
    return Package(read(out / "sam.yaml"), tuple(content.namelist()), content, zipped.stat().st_size)


# the zip


def test_the_zip_has_the_app_its_rules_and_its_libraries(package: Package) -> None:
    for name in (
        "app.py",
        "chalicelib/settings.py",
        "chalicelib/bundle.json",
        "chalicelib/core/ledger.py",
        "chalice/app.py",
        "jinja2/__init__.py",
        "markupsafe/__init__.py",
        "msgspec/__init__.py",
    ):
        assert name in package.names


def test_the_zip_has_nothing_else(package: Package) -> None:
    top = {name.split("/", 1)[0] for name in package.names}
    libraries = {"chalice", "chalicelib", "jinja2", "markupsafe", "msgspec", "tzdata"}
    assert {name for name in top if not name.endswith((".dist-info", ".data"))} == {"app.py"} | libraries
    for name in package.names:
        assert not name.endswith((".pyc", ".part", ".egg-info"))
        assert "__pycache__" not in name
        assert not re.match(r"(boto|tests|site|staff|moto|vendor)", name)


def test_the_zip_has_every_module_of_the_library(package: Package) -> None:
    modules = {path.relative_to(FUNCTIONS).as_posix() for path in (FUNCTIONS / "chalicelib").rglob("*.py")}
    assert {name for name in package.names if re.match(r"chalicelib/.*\.py$", name)} == modules


def test_the_zip_is_small(package: Package) -> None:
    assert package.size < 3 * MEGABYTE


def test_the_rules_in_the_zip_are_those_of_the_site(package: Package) -> None:
    packed = rules_bundle.decoded(package.content.read("chalicelib/bundle.json"))
    assert packed == compiler.compiled(SITE).bundle


def test_the_libraries_run_on_the_machine_they_are_deployed_to(package: Package) -> None:
    binaries = [name for name in package.names if name.endswith(".so")]
    runtime = package.resources["Worker"]["Properties"]["Runtime"].replace("python", "cpython-").replace(".", "")
    assert binaries
    assert all(runtime in name and "x86_64-linux" in name for name in binaries)


# the functions


def test_fault_10_the_worker_gives_back_only_what_broke(package: Package) -> None:
    """Without this Lambda takes a batch with failures as done, and reminders are lost."""
    (source,) = package.resources["Worker"]["Properties"]["Events"].values()
    assert source["Type"] == "SQS"
    assert source["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_message_is_not_shown_again_while_a_worker_may_still_be_at_it(package: Package) -> None:
    timeout = package.resources["Worker"]["Properties"]["Timeout"]
    assert package.resources["NoticesQueue"]["Properties"]["VisibilityTimeout"] >= 6 * timeout


def test_the_worker_listens_to_the_queue_of_the_template(package: Package) -> None:
    name = package.resources["NoticesQueue"]["Properties"]["QueueName"]
    (source,) = package.resources["Worker"]["Properties"]["Events"].values()
    assert json.dumps(source["Properties"]["Queue"]).count(f":{name}") == 1
    assert "NoticesQueue" in package.resources["Worker"]["DependsOn"]


def test_fault_44_each_of_the_workers_gets_its_turn_to_send_within_its_patience(package: Package) -> None:
    """Else they would try again and again in vain, the more the longer the queue is."""
    (source,) = package.resources["Worker"]["Properties"]["Events"].values()
    workers = source["Properties"]["ScalingConfig"]["MaximumConcurrency"]
    variables = package.resources["Worker"]["Properties"]["Environment"]["Variables"]
    for rate in ("COURTYARD_MAIL_RATE", "COURTYARD_SMS_RATE"):
        assert workers <= float(variables[rate]) * delivery.PATIENCE.total_seconds()


def test_messages_that_keep_failing_end_where_somebody_is_told(package: Package) -> None:
    redrive = package.resources["NoticesQueue"]["Properties"]["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"]["Fn::GetAtt"] in (
        "NoticesDeadLetterQueue.Arn",
        ["NoticesDeadLetterQueue", "Arn"],
    )
    assert "NoticesDeadLetterQueue" in json.dumps(package.resources["DeadLettersAlarm"])


@pytest.mark.parametrize("function", ["Feedback", "Receipts"])
def test_what_a_provider_said_is_kept_where_somebody_is_told_when_it_cannot_be_taken_in(
    package: Package, function: str
) -> None:
    """Lambda gives an event to such a function three times, and then to this queue, if the function may write to it."""
    kept = package.resources[function]["Properties"]["DeadLetterQueue"]
    assert kept["Type"] == "SQS"
    assert kept["TargetArn"]["Fn::GetAtt"] in ("NoticesDeadLetterQueue.Arn", ["NoticesDeadLetterQueue", "Arn"])
    name = package.resources["NoticesDeadLetterQueue"]["Properties"]["QueueName"]
    rights = [one for one in policies(package)[f"{function}Role"] if "sqs:SendMessage" in as_list(one["Action"])]
    assert any(arn.endswith(f":{name}") for one in rights for arn in as_list(one["Resource"]))


@pytest.mark.parametrize(("function", "timeout"), [("APIHandler", 29), ("Planner", 600), ("Worker", 120)])
def test_memory_and_time_are_set(package: Package, function: str, timeout: int) -> None:
    properties = package.resources[function]["Properties"]
    assert (properties["MemorySize"], properties["Timeout"]) == (1024, timeout)


def test_nothing_is_sent_until_somebody_says_so(package: Package) -> None:
    for function in ("APIHandler", "Planner", "Worker"):
        assert package.resources[function]["Properties"]["Environment"]["Variables"]["COURTYARD_MODE"] == "test"


def test_the_planner_knows_its_queue(package: Package) -> None:
    variables = package.resources["Planner"]["Properties"]["Environment"]["Variables"]
    assert variables["COURTYARD_QUEUE_URL"] == {"Ref": "NoticesQueue"}


def test_the_names_the_settings_look_for_are_those_the_template_gives(package: Package) -> None:
    variables = package.resources["APIHandler"]["Properties"]["Environment"]["Variables"]
    assert variables["COURTYARD_TABLE"] == package.resources["LedgerTable"]["Properties"]["TableName"]
    assert variables["COURTYARD_CONFIGURATION_SET"] == package.resources["MailConfigurationSet"]["Properties"]["Name"]


def test_one_schedule_starts_the_planner_from_when_messages_may_go_out_and_again_to_go_on(
    package: Package,
) -> None:
    kinds = [one["Type"] for one in package.resources.values()]
    assert kinds.count("AWS::Scheduler::Schedule") == 1
    assert "AWS::Events::Rule" not in kinds
    assert "Events" not in package.resources["Planner"]["Properties"]
    schedule = package.resources["PlannerSchedule"]["Properties"]
    rules = compiler.compiled(SITE).files.rulebook
    assert schedule["ScheduleExpressionTimezone"] == rules.community.time_zone
    hour, minute = (int(part) for part in rules.collection.message_hours.opens.split(":"))
    first, last = hour, int(rules.collection.message_hours.closes.split(":")[0]) - 2
    assert schedule["ScheduleExpression"] == f"cron({minute}/15 {first}-{last} * * ? *)"
    assert schedule["Target"]["DeadLetterConfig"]


# rights


def policies(package: Package) -> dict[str, list[Any]]:
    """The statements of every role in the template."""
    roles = {name: one for name, one in package.resources.items() if one["Type"] == "AWS::IAM::Role"}
    return {
        name: [
            statement
            for policy in role["Properties"].get("Policies", [])
            for statement in policy["PolicyDocument"]["Statement"]
        ]
        for name, role in roles.items()
    }


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_fault_40_no_role_may_do_everything_or_something_to_everything(package: Package) -> None:
    found = policies(package)
    assert len(found) == 6
    for role, statements in found.items():
        assert statements, role
        for statement in statements:
            assert all("*" not in action for action in as_list(statement["Action"])), role
            assert "NotAction" not in statement
            assert "*" not in as_list(statement.get("Resource", [])), role
            if "NotResource" in statement:
                # a text message has no resource: all but every topic is the narrowest SNS can say
                assert statement["Action"] == ["sns:Publish", "sns:CheckIfPhoneNumberIsOptedOut"]
                assert statement["NotResource"] == "arn:*:sns:*:*:*"


def test_each_function_has_a_policy_of_its_own_and_none_is_guessed() -> None:
    config = json.loads((FUNCTIONS / ".chalice" / "config.json").read_text(encoding="utf-8"))
    stage = config["stages"]["live"]
    assert config["autogen_policy"] is False
    files = [stage["iam_policy_file"], *(one["iam_policy_file"] for one in stage["lambda_functions"].values())]
    assert len(set(files)) == 4
    assert set(stage["lambda_functions"]) == {"planner", "worker", "feedback", "receipts"}
    for file in files:
        json.loads((FUNCTIONS / ".chalice" / file).read_text(encoding="utf-8"))


def test_only_the_worker_may_send(package: Package) -> None:
    sends = {"ses:SendEmail", "ses:SendRawEmail", "sns:Publish"}
    senders = {
        role
        for role, statements in policies(package).items()
        if sends & {action for statement in statements for action in as_list(statement["Action"])}
    }
    assert senders == {"WorkerRole"}


def test_the_api_may_change_nothing_but_owners_and_add_nothing_but_what_providers_tell(package: Package) -> None:
    allowed = {"UpdateItem": ["O#*", "C#*", "S#*"], "PutItem": ["O#*", "L#*", "P#*", "R#*", "M#unmatched"]}
    writes = ("Put", "Update", "Delete", "BatchWrite", "Transact")
    found = {}
    for statement in policies(package)["ApiHandlerRole"]:
        for action in as_list(statement["Action"]):
            service, _, verb = action.partition(":")
            if service == "dynamodb" and verb.startswith(writes):
                found[verb] = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert found == allowed


def test_only_the_api_may_read_the_providers_secrets_and_no_other(package: Package) -> None:
    readers = {
        (role, statement["Resource"])
        for role, statements in policies(package).items()
        for statement in statements
        if any(action.startswith(("ssm:", "secretsmanager:", "kms:")) for action in as_list(statement["Action"]))
    }
    assert readers == {("ApiHandlerRole", "arn:*:ssm:*:*:parameter" + settings.read({}).secrets + "/*")}


def test_no_secret_is_in_the_environment(package: Package) -> None:
    for one in package.resources.values():
        variables = one["Properties"].get("Environment", {}).get("Variables", {})
        assert not [name for name in variables if re.search("SECRET|KEY|PASSWORD|CREDENTIAL", name)]


# the merge


def test_no_resource_of_ours_has_the_name_of_one_chalice_makes(package: Package) -> None:
    """Equal names would be merged into one without a word."""
    handlers = {"APIHandler", "RestAPI", "DefaultRole"}
    handlers |= {name.title().replace("_", "") for name in ("planner", "worker", "feedback", "receipts")}
    ours = set(read(FUNCTIONS / "resources.yml")["Resources"])
    assert not ours & handlers
    endings = ("Table", "Queue", "Topic", "TopicPolicy", "Set", "Destination", "Alarm")
    assert all(name.endswith(endings) for name in ours)
    assert not any(name.endswith(endings) for name in handlers)
    patched = set(read(FUNCTIONS / "patches.yml")["Resources"])
    logs = {"UndeliveredTextsLogGroup", "DeliveredTextsLogGroup"}
    assert patched - handlers == {"PlannerSchedule", "PlannerScheduleRole"} | logs
    assert ours | patched <= set(package.resources)


def test_what_is_patched_is_what_chalice_made(package: Package) -> None:
    for name in ("Worker", "Planner", "Feedback", "Receipts"):
        assert package.resources[name]["Type"] == "AWS::Serverless::Function"
    assert package.resources["RestAPI"]["Type"] == "AWS::Serverless::Api"


def test_the_gateways_own_answers_look_like_ours(package: Package) -> None:
    definition = package.resources["RestAPI"]["Properties"]["DefinitionBody"]
    answers = definition["x-amazon-apigateway-gateway-responses"]
    assert set(answers) >= {"DEFAULT_4XX", "DEFAULT_5XX"}
    for answer in answers.values():
        headers = {**HEADERS, "Content-Type": PROBLEM, "Content-Security-Policy": "sandbox"}
        sealed = {f"gatewayresponse.header.{name}": f"'{value}'" for name, value in headers.items()}
        assert answer["responseParameters"].items() >= sealed.items()
        body = json.loads(answer["responseTemplates"]["application/json"])
        assert body["type"] == "about:blank" and body["title"]
        assert body.get("status") == (int(answer["statusCode"]) if "statusCode" in answer else None)


def test_a_path_there_is_not_is_answered_as_the_demos_gateway_answers_it(package: Package) -> None:
    answers = package.resources["RestAPI"]["Properties"]["DefinitionBody"]["x-amazon-apigateway-gateway-responses"]
    ours = Client(Request.application(webserver.api(app.app))).get("/v1/owners")
    assert ours.status == "403 FORBIDDEN"
    assert json.loads(answers["MISSING_AUTHENTICATION_TOKEN"]["responseTemplates"]["application/json"]) == ours.json


def test_who_asks_too_fast_is_told_when_to_come_again(package: Package) -> None:
    answers = package.resources["RestAPI"]["Properties"]["DefinitionBody"]["x-amazon-apigateway-gateway-responses"]
    wait = answers["THROTTLED"]["responseParameters"]["gatewayresponse.header.Retry-After"]
    assert int(wait.strip("'")) > 0


def test_the_gateway_brings_no_network_of_proxies_with_it(package: Package) -> None:
    """An edge-optimised one would be a proxy more than `COURTYARD_PROXIES` counts."""
    definition = package.resources["RestAPI"]["Properties"]
    assert definition["EndpointConfiguration"] == "REGIONAL"


def test_the_routes_of_the_template_are_those_of_the_app(package: Package) -> None:
    paths = package.resources["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    routes = {(path, method.lower()) for path, views in app.app.routes.items() for method in views}
    assert {(path, method) for path, methods in paths.items() for method in methods} == routes


def test_what_is_on_record_survives_a_mistake(package: Package) -> None:
    table = package.resources["LedgerTable"]
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert table["Properties"]["DeletionProtectionEnabled"] is True
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_who_has_asked_how_often_is_forgotten(package: Package) -> None:
    forgets = package.resources["LedgerTable"]["Properties"]["TimeToLiveSpecification"]
    assert forgets == {"AttributeName": quota.FORGOTTEN, "Enabled": True}


def test_the_lambdas_get_the_versions_that_were_tested() -> None:
    root = SITE.parent
    wanted = re.findall(r"^(\S+==\S+)$", (root / "functions/requirements.txt").read_text(encoding="utf-8"), re.M)
    locked = (root / "requirements.lock").read_text(encoding="utf-8")

    assert wanted
    assert [pin for pin in wanted if f"\n{pin} " not in f"\n{locked}"] == []
