"""Makes a resource with boto3's cloudcontrol client: its waiter and its classes of errors."""

import json
import sys

import boto3
from botocore.exceptions import ClientError

client = boto3.client(
    "cloudcontrol",
    endpoint_url=sys.argv[1],
    region_name="us-east-1",
    aws_access_key_id="test",
    aws_secret_access_key="test",
)


def refused(call, **input):
    try:
        call(**input)
    except ClientError as error:
        found = error.response["Error"]
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return [type(error).__name__, found["Code"], status]
    return None


def done(event):
    token = event["RequestToken"]
    client.get_waiter("resource_request_success").wait(RequestToken=token)
    found = client.get_resource_request_status(RequestToken=token)
    return found["ProgressEvent"]["OperationStatus"]


bucket = "AWS::S3::Bucket"
named = {"TypeName": bucket, "Identifier": "boto-takes"}
created = client.create_resource(
    TypeName=bucket, DesiredState=json.dumps({"BucketName": "boto-takes"})
)["ProgressEvent"]
statuses = [done(created)]
patch = [{"op": "add", "path": "/Tags", "value": [{"Key": "a", "Value": "b"}]}]
updated = client.update_resource(**named, PatchDocument=json.dumps(patch))["ProgressEvent"]
statuses.append(done(updated))
properties = json.loads(client.get_resource(**named)["ResourceDescription"]["Properties"])
listed = [
    each["Identifier"]
    for page in client.get_paginator("list_resources").paginate(TypeName=bucket)
    for each in page["ResourceDescriptions"]
]
statuses.append(done(client.delete_resource(**named)["ProgressEvent"]))
print(
    json.dumps(
        {
            "statuses": statuses,
            "tags": properties["Tags"],
            "listed": "boto-takes" in listed,
            "gone": refused(client.get_resource, **named),
            "unknown": refused(client.list_resources, TypeName="AWS::SNS::Topic"),
            "requests": len(client.list_resource_requests()["ResourceRequestStatusSummaries"]),
        }
    )
)
