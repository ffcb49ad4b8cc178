"""Walks a service-linked role's life with boto3, which shares no code with the JavaScript SDK."""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from until import until

ENDPOINT = sys.argv[1]
NAME = "AWSServiceRoleForBatch"
SERVICE = "batch.amazonaws.com"
seen = {}


def client(service, **key):
    key = key or {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    config = Config(retries={"max_attempts": 1})
    return boto3.client(
        service, endpoint_url=ENDPOINT, region_name="us-east-1", config=config, **key
    )


def refusal(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return [type(error).__name__, error.response["Error"]["Code"]]
    return None


iam = client("iam")
created = iam.create_service_linked_role(AWSServiceName=SERVICE)["Role"]
shown = iam.get_role(RoleName=NAME)["Role"]
seen["created"] = [sorted(created), created["AssumeRolePolicyDocument"]["Statement"][0]]
seen["shown"] = [sorted(shown), shown["AssumeRolePolicyDocument"]["Statement"][0]]
seen["taken"] = refusal(iam.create_service_linked_role, AWSServiceName=SERVICE)
seen["noTemplate"] = refusal(iam.create_service_linked_role, AWSServiceName="x.amazonaws.com")
seen["protected"] = refusal(iam.delete_role, RoleName=NAME)
seen["assumed"] = refusal(
    client("sts").assume_role, RoleArn=shown["Arn"], RoleSessionName="nobody"
)
task = iam.delete_service_linked_role(RoleName=NAME)["DeletionTaskId"]


def ended():
    status = iam.get_service_linked_role_deletion_status(DeletionTaskId=task)
    return None if status["Status"] in ("NOT_STARTED", "IN_PROGRESS") else status


status = until(ended, "the end of the deletion")
seen["deleted"] = [status["Status"], "Reason" in status]
seen["gone"] = refusal(iam.get_role, RoleName=NAME)

key = client("sts").get_session_token()["Credentials"]
session = client(
    "sts",
    aws_access_key_id=key["AccessKeyId"],
    aws_secret_access_key=key["SecretAccessKey"],
    aws_session_token=key["SessionToken"],
)
seen["session"] = session.get_caller_identity()["Arn"]
print(json.dumps(seen))
