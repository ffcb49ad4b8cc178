"""Calls ValidatePolicy and the checks as AWS's validators of CloudFormation and Terraform do."""

import json
import sys

import access_analyzer_findings_boto3
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

client = boto3.client(
    "accessanalyzer",
    endpoint_url=sys.argv[1],
    region_name="us-west-2",
    aws_access_key_id="test",
    aws_secret_access_key="test",
    config=Config(retries={"max_attempts": 3, "mode": "standard"}),
)


def policy(**statement):
    whole = {"Effect": "Allow", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [whole]})


def codes(**arguments):
    found = client.validate_policy(**arguments)["findings"]
    return [[each["findingType"], each["issueCode"]] for each in found]


def pages():
    actions = [f"s3:Nothing{index}" for index in range(5)]
    paginator = client.get_paginator("validate_policy")
    found = paginator.paginate(
        policyDocument=policy(Action=actions, Resource="arn:aws:s3:::media/*"),
        policyType="IDENTITY_POLICY",
        PaginationConfig={"PageSize": 2},
    )
    return [len(page["findings"]) for page in found]


def refused():
    try:
        client.validate_policy(policyDocument="{}", policyType="NO_POLICY")
    except ClientError as error:
        answer = error.response
        status = answer["ResponseMetadata"]["HTTPStatusCode"]
        return [type(error).__name__, answer["Error"]["Code"], status]
    return None


print(
    json.dumps(
        {
            "identity": codes(
                policyType="IDENTITY_POLICY",
                policyDocument=policy(Action="iam:PassRole", Resource="*"),
            ),
            "trust": codes(
                policyType="RESOURCE_POLICY",
                policyDocument=policy(Action="*", Principal={"AWS": "123456789123"}),
            ),
            "bucket": codes(
                policyType="RESOURCE_POLICY",
                policyDocument=policy(
                    Action="s3:ListBuckets", Principal={"AWS": "*"}, Resource="*"
                ),
                validatePolicyResourceType="AWS::S3::Bucket",
            ),
            "pages": pages(),
            "refused": refused(),
            "access": client.check_access_not_granted(
                policyDocument=policy(Action="s3:Get*", Resource="*"),
                policyType="IDENTITY_POLICY",
                access=[{"actions": ["s3:PutObject"]}],
            )["result"],
            **access_analyzer_findings_boto3.table,
        }
    )
)
