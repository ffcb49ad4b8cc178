"""Walks IVS Real-Time with boto3: each operation, also refused to a user who may do nothing."""

import base64
import json
import re
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from until import until

ENDPOINT, ID, SECRET, STRANGER_ID, STRANGER_SECRET, PUBLIC_KEY = sys.argv[1:7]


def client(service, key, secret):
    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(retries={"max_attempts": 1}),
    )


stages = client("ivs-realtime", ID, SECRET)
stranger = client("ivs-realtime", STRANGER_ID, STRANGER_SECRET)
client("s3", ID, SECRET).create_bucket(Bucket="stages-boto3")

denied = {}


def code(operation, **given):
    try:
        getattr(stages, operation)(**given)
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
    answer = getattr(stages, operation)(**given)
    answer.pop("ResponseMetadata")
    return answer


storage = do("create_storage_configuration", s3={"bucketName": "stages-boto3"})
storage = storage["storageConfiguration"]["arn"]
do("get_storage_configuration", arn=storage)
encoder = do("create_encoder_configuration", video={"width": 640, "height": 360})
encoder = encoder["encoderConfiguration"]
do("get_encoder_configuration", arn=encoder["arn"])
recording = {"storageConfigurationArn": storage, "recordingReconnectWindowSeconds": 30}
made = do(
    "create_stage",
    name="boto3",
    tags={"team": "a"},
    participantTokenConfigurations=[{"userId": "ann"}],
    autoParticipantRecordingConfiguration=recording,
)
stage = made["stage"]["arn"]
held = code("delete_storage_configuration", arn=storage)
claims = made["participantTokens"][0]["token"].split(".")[1]
claims = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
do("get_stage", arn=stage)
off = {"storageConfigurationArn": ""}
updated = do("update_stage", arn=stage, name="new", autoParticipantRecordingConfiguration=off)
token = do("create_participant_token", stageArn=stage, capabilities=["SUBSCRIBE"])
token = token["participantToken"]
ingest = do("create_ingest_configuration", ingestProtocol="RTMPS", stageArn=stage)
ingest = ingest["ingestConfiguration"]
do("get_ingest_configuration", arn=ingest["arn"])
do("update_ingest_configuration", arn=ingest["arn"], stageArn="")
key = do("import_public_key", publicKeyMaterial=PUBLIC_KEY, name="k")["publicKey"]
do("get_public_key", arn=key["arn"])
lists = {
    "stages": do("list_stages")["stages"],
    "keys": do("list_public_keys")["publicKeys"],
    "encoders": do("list_encoder_configurations")["encoderConfigurations"],
    "storage": do("list_storage_configurations")["storageConfigurations"],
    "ingest": do("list_ingest_configurations")["ingestConfigurations"],
}
absent = {"stageArn": stage, "sessionId": "st-" + "a" * 13}
someone = {**absent, "participantId": "nobody"}
empty = [
    do("list_stage_sessions", stageArn=stage)["stageSessions"],
    do("list_participants", **absent)["participants"],
    do("list_participant_events", **someone)["events"],
]
missing = [code("get_stage_session", **absent), code("get_participant", **someone)]
for operation, given in (("get_stage_session", absent), ("get_participant", someone)):
    try:
        do(operation, **given)
    except ClientError:
        pass
bucket = {"storageConfigurationArn": storage, "encoderConfigurationArns": [encoder["arn"]]}
thumbnails = [{"storage": ["LATEST"], "targetIntervalSeconds": 30}]
recorded = [{"s3": {**bucket, "thumbnailConfigurations": thumbnails}}]
composition = do("start_composition", stageArn=stage, destinations=recorded)["composition"]
(destination,) = composition["destinations"]
composed = {"arn": composition["arn"]}
prefix = "/".join([stage.split("/")[1], composed["arn"].split("/")[1], destination["id"]])
got = do("get_composition", **composed)["composition"]["destinations"][0]
composing = {
    "state": got["state"],
    "format": got["configuration"]["s3"]["recordingConfiguration"]["format"],
    "prefix": got["detail"]["s3"]["recordingPrefix"] == prefix + "/composite",
    "listed": len(do("list_compositions", filterByStageArn=stage)["compositions"]),
    "held": [
        code("delete_storage_configuration", arn=storage),
        code("delete_encoder_configuration", arn=encoder["arn"]),
    ],
}
do("stop_composition", **composed)
until(
    lambda: stages.get_composition(**composed)["composition"]["state"] == "STOPPED",
    "the composition's end",
)
do("disconnect_participant", stageArn=stage, participantId=token["participantId"])
do("tag_resource", resourceArn=stage, tags={"more": "yes"})
do("untag_resource", resourceArn=stage, tagKeys=["team"])
tags = do("list_tags_for_resource", resourceArn=stage)["tags"]
do("delete_ingest_configuration", arn=ingest["arn"])
do("delete_public_key", arn=key["arn"])
do("delete_encoder_configuration", arn=encoder["arn"])
do("delete_stage", arn=stage)
do("delete_storage_configuration", arn=storage)

print(
    json.dumps(
        {
            "denied": denied,
            "held": held,
            "composing": composing,
            "claims": [claims["topic"] == stage.split("/")[1], claims["user_id"]],
            "video": encoder["video"],
            "updated": [
                updated["stage"]["name"],
                updated["stage"]["autoParticipantRecordingConfiguration"],
            ],
            "token": [token["capabilities"], len(token["participantId"])],
            "stream_key": ingest["streamKey"].startswith("rt_000000000000_us-east-1_"),
            "fingerprint": len(key["fingerprint"].split(":")),
            "lists": {name: len(found) for name, found in lists.items()},
            "empty": empty,
            "missing": missing,
            "tags": tags,
            "gone": code("get_stage", arn=stage),
            "invalid": code("create_encoder_configuration", video={"width": 3}),
        }
    )
)
