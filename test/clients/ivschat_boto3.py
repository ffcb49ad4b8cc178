"""Walks IVS Chat with boto3: all operations, each also refused to a user who may do nothing."""

import json
import re
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT, ID, SECRET, STRANGER_ID, STRANGER_SECRET = sys.argv[1:6]


def client(service, key, secret):
    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(retries={"max_attempts": 1}),
    )


chat = client("ivschat", ID, SECRET)
stranger = client("ivschat", STRANGER_ID, STRANGER_SECRET)
client("s3", ID, SECRET).create_bucket(Bucket="chat-boto3")

denied = {}


def code(call, **given):
    try:
        call(**given)
    except ClientError as error:
        found = error.response["Error"]
        return [found["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]]
    return None


def do(operation, **given):
    """The answer, after the same was refused to the stranger."""
    name = operation.replace("_", " ").title().replace(" ", "")
    try:
        getattr(stranger, operation)(**given)
    except ClientError as error:
        text = error.response["Error"]["Message"]
        pattern = r"not authorized to perform: (\S+) on resource: (\S+) because no identity"
        found = re.search(pattern, text)
        denied[name] = [error.response["Error"]["Code"], *(found.groups() if found else [text])]
    answer = getattr(chat, operation)(**given)
    answer.pop("ResponseMetadata")
    return answer


s3 = {"s3": {"bucketName": "chat-boto3"}}
logging = do("create_logging_configuration", name="all", destinationConfiguration=s3)
do("get_logging_configuration", identifier=logging["arn"])
renamed = do("update_logging_configuration", identifier=logging["arn"], name="renamed")
configurations = do("list_logging_configurations")["loggingConfigurations"]
room = do("create_room", name="lobby", tags={"team": "video"})
handler = {"uri": "arn:aws:lambda:us-east-1:000000000000:function:f", "fallbackResult": "DENY"}
updated = do(
    "update_room",
    identifier=room["arn"],
    maximumMessageLength=100,
    messageReviewHandler=handler,
    loggingConfigurationIdentifiers=[logging["arn"]],
)
shown = do("get_room", identifier=room["arn"])
for count in range(4):
    chat.create_room(name=f"many-{count}")
first = do("list_rooms", maxResults=2)
second = chat.list_rooms(maxResults=2, nextToken=first["nextToken"])
third = chat.list_rooms(maxResults=2, nextToken=second["nextToken"])
by_filter = [
    [each["name"] for each in chat.list_rooms(**given)["rooms"]]
    for given in [
        {"name": "many-2"},
        {"messageReviewHandlerUri": handler["uri"]},
        {"loggingConfigurationIdentifier": logging["arn"]},
    ]
]
token = do("create_chat_token", roomIdentifier=room["arn"], userId="alice")
session = token["sessionExpirationTime"] - token["tokenExpirationTime"]
event = do("send_event", roomIdentifier=room["arn"], eventName="goal")
deletion = do("delete_message", roomIdentifier=room["arn"], id="abcdefABCDEF")
do("disconnect_user", roomIdentifier=room["arn"], userId="alice")
do("tag_resource", resourceArn=room["arn"], tags={"more": "yes"})
do("untag_resource", resourceArn=room["arn"], tagKeys=["team"])
tags = do("list_tags_for_resource", resourceArn=room["arn"])["tags"]
attached = code(chat.delete_logging_configuration, identifier=logging["arn"])
do("delete_room", identifier=room["arn"])
do("delete_logging_configuration", identifier=logging["arn"])
bare = code(chat.get_room, identifier="abcdefABCDEF")
try:
    chat.create_room(maximumMessageLength=501)
    invalid = None
except ClientError as error:
    invalid = [error.response[key] for key in ("reason", "fieldList")]

print(
    json.dumps(
        {
            "denied": denied,
            "configuration": [logging["state"], renamed["name"], len(configurations)],
            "room": [room["maximumMessageLength"], room["maximumMessageRatePerSecond"]],
            "updated": [updated["maximumMessageLength"], updated["messageReviewHandler"]],
            "same": shown == updated,
            "pages": [
                [each["name"] for each in page["rooms"]] for page in (first, second, third)
            ],
            "by_filter": by_filter,
            "session": session.total_seconds(),
            "ids": [len(event["id"]), len(deletion["id"])],
            "tags": tags,
            "attached": attached,
            "gone": code(chat.create_chat_token, roomIdentifier=room["arn"], userId="a"),
            "bare": bare,
            "invalid": invalid,
        }
    )
)
