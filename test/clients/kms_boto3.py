"""Walks KMS and S3's objects encrypted with its keys with boto3."""

import base64
import json
import sys
import urllib.request
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = sys.argv[1]
BUCKET = "boto3-kms"


def client(service, **config):
    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(
            retries={"max_attempts": 1}, s3={"addressing_style": "path"}, **config
        ),
    )


kms, s3 = client("kms"), client("s3", signature_version="s3v4")


def refusal(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        answer = error.response
        told = {"class": type(error).__name__, "code": answer["Error"]["Code"]}
        told["Message"] = answer["Error"]["Message"]
        if "message" in answer:
            told["message"] = answer["message"]
        return {**told, "status": answer["ResponseMetadata"]["HTTPStatusCode"]}
    return None


def keys():
    key = kms.create_key(Description="boto3")["KeyMetadata"]
    blob = kms.encrypt(
        KeyId=key["KeyId"], Plaintext=b"text", EncryptionContext={"a": "b"}
    )["CiphertextBlob"]
    seen = {
        "opened": kms.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"})[
            "Plaintext"
        ].decode(),
        "other_context": refusal(kms.decrypt, CiphertextBlob=blob),
        "unknown": refusal(kms.describe_key, KeyId="fake-key-id"),
        "too_long": refusal(kms.encrypt, KeyId=key["KeyId"], Plaintext=b"x" * 4097),
        "listed": key["KeyId"]
        in [each["KeyId"] for page in kms.get_paginator("list_keys").paginate(
            PaginationConfig={"PageSize": 1}) for each in page["Keys"]],
    }
    return key, seen


def objects(key):
    s3.create_bucket(Bucket=BUCKET)
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key["KeyId"]}
    put = s3.put_object(Bucket=BUCKET, Key="k", Body=b"x" * 100, **encryption)
    got = s3.get_object(Bucket=BUCKET, Key="k")
    url = s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "k"})
    signed = s3.generate_presigned_url(
        "put_object", {"Bucket": BUCKET, "Key": "signed", **encryption}
    )
    upload = urllib.request.Request(signed, data=b"signed", method="PUT")
    upload.add_header("x-amz-server-side-encryption", "aws:kms")
    upload.add_header("x-amz-server-side-encryption-aws-kms-key-id", key["KeyId"])
    urllib.request.urlopen(upload).read()
    return {
        "put": [put["ServerSideEncryption"], put["SSEKMSKeyId"] == key["Arn"]],
        "got": [got["SSEKMSKeyId"] == key["Arn"], got["Body"].read() == b"x" * 100],
        "presigned": urllib.request.urlopen(url).read() == b"x" * 100,
        "signed": s3.head_object(Bucket=BUCKET, Key="signed")["SSEKMSKeyId"] == key["Arn"],
        "forms": [post(key, version) for version in ("s3v4", "s3")],
    }


def post(key, version):
    """A form with the headers as fields, as ceph's suite posts one with version 2."""
    name = f"form-{version}"
    fields = {
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": key["Arn"],
        "x-amz-server-side-encryption-bucket-key-enabled": "true",
        "x-amz-server-side-encryption-context": base64.b64encode(
            json.dumps({"a": "b"}).encode()
        ).decode(),
    }
    form = client("s3", signature_version=version).generate_presigned_post(
        BUCKET, name, Fields=fields, Conditions=[{each: fields[each]} for each in fields]
    )
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{each}"\r\n\r\n{value}\r\n'
        for each, value in form["fields"].items()
    ]
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        f"posted\r\n--{boundary}--\r\n"
    )
    request = urllib.request.Request(form["url"], data="".join(parts).encode())
    request.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
    answer = urllib.request.urlopen(request)
    head = s3.head_object(Bucket=BUCKET, Key=name)
    return [
        answer.status,
        answer.headers["x-amz-server-side-encryption-aws-kms-key-id"] == key["Arn"],
        head["BucketKeyEnabled"],
        s3.get_object(Bucket=BUCKET, Key=name)["Body"].read().decode(),
    ]


created, keys_seen = keys()
print(json.dumps({"keys": keys_seen, "objects": objects(created)}))
