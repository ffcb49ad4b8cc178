"""Calls every operation of ECR that works, as root and as a user who may do nothing."""

import json
import sys

import boto3
from botocore.exceptions import ClientError


def client(service, key="test", secret="test"):
    return boto3.client(
        service,
        endpoint_url=sys.argv[1],
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )


iam = client("iam")
iam.create_user(UserName="nobody")
made = iam.create_access_key(UserName="nobody")["AccessKey"]
root, nobody = client("ecr"), client("ecr", made["AccessKeyId"], made["SecretAccessKey"])
name = {"repositoryName": "studio/app"}
arn = {"resourceArn": "arn:aws:ecr:us-east-1:000000000000:repository/studio/app"}
untagged = {
    "rulePriority": 1,
    "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 1},
    "action": {"type": "expire"},
}
statement = {"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}
policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
image = [{"imageTag": "latest"}]

# In an order in which each finds what it needs.
CALLS = [
    ("create_repository", {**name, "tags": [{"Key": "team", "Value": "video"}]}),
    ("describe_repositories", {"repositoryNames": [name["repositoryName"]]}),
    ("put_image_scanning_configuration", {**name, "imageScanningConfiguration": {"scanOnPush": True}}),
    ("put_image_tag_mutability", {**name, "imageTagMutability": "IMMUTABLE"}),
    ("put_lifecycle_policy", {**name, "lifecyclePolicyText": json.dumps({"rules": [untagged]})}),
    ("get_lifecycle_policy", name),
    ("delete_lifecycle_policy", name),
    ("set_repository_policy", {**name, "policyText": policy}),
    ("get_repository_policy", name),
    ("delete_repository_policy", name),
    ("tag_resource", {**arn, "tags": [{"Key": "stage", "Value": "beta"}]}),
    ("untag_resource", {**arn, "tagKeys": ["team"]}),
    ("list_tags_for_resource", arn),
    ("list_images", name),
    ("describe_images", name),
    ("batch_get_image", {**name, "imageIds": image}),
    ("batch_delete_image", {**name, "imageIds": image}),
    ("delete_repository", name),
]


def outcome(caller, operation, input):
    try:
        answer = getattr(caller, operation)(**input)
    except ClientError as error:
        return error.response["Error"]["Code"]
    del answer["ResponseMetadata"]
    return answer


denied = {operation: outcome(nobody, operation, input) for operation, input in CALLS[:1]}
allowed = {}
for operation, input in CALLS:
    if operation != "create_repository":
        denied[operation] = outcome(nobody, operation, input)
    allowed[operation] = outcome(root, operation, input)

json.dump(
    {
        "operations": len(CALLS),
        "refused": {key: value for key, value in allowed.items() if isinstance(value, str)},
        "denied": sorted(set(map(str, denied.values()))),
        "tags": allowed["list_tags_for_resource"]["tags"],
        "repository": allowed["describe_repositories"]["repositories"][0]["repositoryUri"],
        "mutability": allowed["put_image_tag_mutability"]["imageTagMutability"],
        "images": allowed["list_images"]["imageIds"],
        "failures": [each["failureCode"] for each in allowed["batch_get_image"]["failures"]],
        "missing": outcome(root, "describe_repositories", CALLS[1][1]),
        "pushes": outcome(root, "get_authorization_token", {}),
    },
    sys.stdout,
)
