"""Walks channels, stream keys, recording configurations and tags with boto3."""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from until import until

ENDPOINT = sys.argv[1]
seen = {}


def client(service):
    key = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    config = Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"})
    return boto3.client(
        service, endpoint_url=ENDPOINT, region_name="us-west-2", config=config, **key
    )


def refusal(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        answer = error.response
        status = answer["ResponseMetadata"]["HTTPStatusCode"]
        return [type(error).__name__, status, answer["Error"]["Message"]]
    return None


s3, ivs = client("s3"), client("ivs")
s3.create_bucket(
    Bucket="recordings", CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
)
made = ivs.create_recording_configuration(
    name="main",
    destinationConfiguration={"s3": {"bucketName": "recordings"}},
    tags={"team": "a"},
)["recordingConfiguration"]
seen["states"] = [made["state"]]


def settled():
    shown = ivs.get_recording_configuration(arn=made["arn"])["recordingConfiguration"]
    return shown["state"] if shown["state"] != "CREATING" else None


seen["states"].append(until(settled, "the end of CREATING"))

created = ivs.create_channel(name="stage", recordingConfigurationArn=made["arn"])
channel = created["channel"]["arn"]
seen["attached"] = refusal(ivs.delete_recording_configuration, arn=made["arn"])[:2]
seen["second_key"] = refusal(ivs.create_stream_key, channelArn=channel)[:2]
seen["offline"] = [*refusal(ivs.get_stream, channelArn=channel), channel]
for number in range(4):
    ivs.create_channel(name=f"more-{number}")
pages = ivs.get_paginator("list_channels").paginate(PaginationConfig={"PageSize": 2})
names = [[each["name"] for each in page["channels"]] for page in pages]
seen["pages"] = [[len(page) for page in names], sorted(sum(names, []))]

ivs.tag_resource(resourceArn=channel, tags={"b": "2", "a/b c": "1"})
ivs.untag_resource(resourceArn=channel, tagKeys=["b", "c"])
seen["tags"] = ivs.list_tags_for_resource(resourceArn=channel)["tags"]

seen["updated"] = ivs.update_channel(arn=channel, recordingConfigurationArn="")["channel"][
    "recordingConfigurationArn"
]
deleted = ivs.delete_recording_configuration(arn=made["arn"])
seen["deleted"] = deleted["ResponseMetadata"]["HTTPStatusCode"]
seen["gone"] = refusal(ivs.get_recording_configuration, arn=made["arn"])[:2]
seen["not_live"] = refusal(ivs.put_metadata, channelArn=channel, metadata="x")[1:]
print(json.dumps(seen))
