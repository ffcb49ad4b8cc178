"""Walks Parameter Store with boto3: its paginators, classes of errors and types."""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ssm = boto3.client(
    "ssm",
    endpoint_url=sys.argv[1],
    region_name="us-east-1",
    aws_access_key_id="test",
    aws_secret_access_key="test",
    config=Config(retries={"max_attempts": 1}),
)


def refused(call, **input):
    try:
        call(**input)
    except ClientError as error:
        found = error.response["Error"]
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return [type(error).__name__, found["Code"], found["Message"], status]
    return None


for count in range(25):
    ssm.put_parameter(Name=f"/many/{count:02}", Value=str(count), Type="String")
ssm.put_parameter(Name="/secret", Value="hidden", Type="SecureString")


def names(operation, **input):
    pages = ssm.get_paginator(operation).paginate(**input)
    return [len(page["Parameters"]) for page in pages]


secret = ssm.get_parameter(Name="/secret", WithDecryption=True)["Parameter"]
print(
    json.dumps(
        {
            "secret": [secret["Value"], secret["Type"], secret["Version"]],
            "sealed": ssm.get_parameter(Name="/secret")["Parameter"]["Value"] != "hidden",
            "by_path": names("get_parameters_by_path", Path="/many"),
            "described": names(
                "describe_parameters",
                ParameterFilters=[{"Key": "Path", "Values": ["/many"]}],
            ),
            "unknown": refused(ssm.get_parameter, Name="/none"),
            "twice": refused(ssm.put_parameter, Name="/secret", Value="x", Type="String"),
            "large": refused(ssm.put_parameter, Name="/l", Value="x" * 4097, Type="String"),
        }
    )
)
