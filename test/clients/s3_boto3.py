"""Drives S3 through boto3, which shares no code with the JavaScript SDK. Ends with `done`."""

import http.client
import io
import os
import socket
import urllib.error
import urllib.parse
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
CONFIG = Config(
    retries={"max_attempts": 1}, s3={"addressing_style": "path"}, signature_version="s3v4"
)


def client(region="us-east-1"):
    return boto3.client("s3", endpoint_url=ENDPOINT, region_name=region, config=CONFIG)


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as caught:
        assert caught.response["Error"]["Code"] == code, caught.response
        return caught.response
    raise AssertionError(f"{call} succeeded")


s3 = client()
BUCKET = "boto3-contract"
s3.create_bucket(Bucket=BUCKET)
s3.get_waiter("bucket_exists").wait(Bucket=BUCKET)

# Keys that need every kind of escaping come back from listings as they were.
keys = ["a b+c%d", "ü/✓", "<x>&\"'", "tab\tbell\x07", "a//b/../c", "?q=1#f"]
for key in keys:
    s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode(), Metadata={"name": "value"})
    got = s3.get_object(Bucket=BUCKET, Key=key)
    assert got["Body"].read() == key.encode() and got["Metadata"] == {"name": "value"}, got
pages = s3.get_paginator("list_objects_v2").paginate(
    Bucket=BUCKET, PaginationConfig={"PageSize": 2}
)
listed = [item["Key"] for page in pages for item in page["Contents"]]
assert listed == sorted(keys, key=str.encode), listed
grouped = s3.list_objects(Bucket=BUCKET, Delimiter="/")
assert [group["Prefix"] for group in grouped["CommonPrefixes"]] == ["a//"[:2], "ü/"], grouped

# The transfer manager uploads in parts and downloads in ranges, several at a time.
MIB = 1024 * 1024
transfer = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)
data = os.urandom(12 * MIB + 3)
s3.upload_fileobj(io.BytesIO(data), BUCKET, "large", Config=transfer)
head = s3.head_object(Bucket=BUCKET, Key="large")
assert head["ETag"].endswith('-3"') and head["ContentLength"] == len(data), head
back = io.BytesIO()
s3.download_fileobj(BUCKET, "large", back, Config=transfer)
assert back.getvalue() == data
s3.copy({"Bucket": BUCKET, "Key": "large"}, BUCKET, "copy of large", Config=transfer)
assert s3.get_object(Bucket=BUCKET, Key="copy of large")["Body"].read() == data

# Presigned URLs need no other credentials, and only do what they were signed for.
url = s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "ü/✓"})
with urllib.request.urlopen(url) as response:
    assert response.read() == "ü/✓".encode()
put = s3.generate_presigned_url("put_object", {"Bucket": BUCKET, "Key": "presigned"})
request = urllib.request.Request(put, data=b"by url", method="PUT")
urllib.request.urlopen(request).close()
assert s3.get_object(Bucket=BUCKET, Key="presigned")["Body"].read() == b"by url"
# Left to itself, boto3 presigns with version 2 signatures.
older = boto3.client("s3", endpoint_url=ENDPOINT, region_name="us-east-1").generate_presigned_url(
    "get_object", {"Bucket": BUCKET, "Key": "ü/✓", "ResponseContentType": "text/x"}
)
assert "AWSAccessKeyId=" in older
with urllib.request.urlopen(older) as response:
    assert response.read() == "ü/✓".encode() and response.headers["content-type"] == "text/x"
# What describes the object is in the URL then. S3 takes the type from the header alone.
described = boto3.client("s3", endpoint_url=ENDPOINT, region_name="us-east-1").generate_presigned_url(
    "put_object",
    {
        "Bucket": BUCKET,
        "Key": "described",
        "ContentType": "text/x",
        "Metadata": {"a": "1", "a-b": "2"},
        "StorageClass": "STANDARD_IA",
    },
)
location = urllib.parse.urlsplit(described)
connection = http.client.HTTPConnection(location.netloc)
connection.request("PUT", f"{location.path}?{location.query}", b"by url", {"Content-Type": "text/x"})
assert connection.getresponse().status == 200
described = s3.head_object(Bucket=BUCKET, Key="described")
assert described["ContentType"] == "text/x" and described["StorageClass"] == "STANDARD_IA", described
assert described["Metadata"] == {"a": "1", "a-b": "2"}, described
# Version 2 signs in the header too.
old = Config(s3={"addressing_style": "path"}, signature_version="s3", retries={"max_attempts": 1})
older_client = boto3.client("s3", endpoint_url=ENDPOINT, region_name="us-east-1", config=old)
older_client.put_object(Bucket=BUCKET, Key="a key/ü", Body=b"older", Metadata={"name": "value"})
assert older_client.get_object(Bucket=BUCKET, Key="a key/ü")["Body"].read() == b"older"
assert older_client.list_objects_v2(Bucket=BUCKET, Prefix="a key/")["KeyCount"] == 1
for changed in [url.replace("%E2%9C%93", "other"), older.replace("%E2%9C%93", "other")]:
    try:
        urllib.request.urlopen(changed)
        raise AssertionError("a changed URL was served")
    except urllib.error.HTTPError as error:
        assert error.code == 403 and b"SignatureDoesNotMatch" in error.read()

# boto3 follows the bucket's Region by itself.
assert client("eu-west-1").get_object(Bucket=BUCKET, Key="presigned")["Body"].read() == b"by url"
refused("IllegalLocationConstraintException", client("us-west-2").create_bucket, Bucket="nowhere-1")

# A browser's form, as boto3 signs it: by itself with version 2, as told with version 4.
for signed_by in (s3, older_client):
    form = signed_by.generate_presigned_post(
        BUCKET,
        "forms/${filename}",
        Fields={"Content-Type": "text/plain", "success_action_status": "201"},
        Conditions=[
            ["starts-with", "$Content-Type", "text/"],
            {"success_action_status": "201"},
            ["content-length-range", 1, 10],
        ],
    )
    lines = []
    for name, value in form["fields"].items():
        lines += ["--edge", f'Content-Disposition: form-data; name="{name}"', "", value]
    lines += ["--edge", 'Content-Disposition: form-data; name="file"; filename="note.txt"', ""]
    lines += ["a note", "--edge--", ""]
    posted = urllib.request.Request(
        form["url"],
        data="\r\n".join(lines).encode(),
        headers={"Content-Type": "multipart/form-data; boundary=edge"},
    )
    with urllib.request.urlopen(posted) as answer:
        assert answer.status == 201 and b"<Key>forms/note.txt</Key>" in answer.read()
    note = s3.get_object(Bucket=BUCKET, Key="forms/note.txt")
    assert note["ContentType"] == "text/plain" and note["Body"].read() == b"a note", note

# Rules read back as they were put, and answers tell of them.
rules = [
    {"ID": "logs", "Filter": {"Prefix": "logs/"}, "Status": "Enabled", "Expiration": {"Days": 30}},
    {
        "ID": "parts",
        "Filter": {},
        "Status": "Enabled",
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    },
]
s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": rules})
assert s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"] == rules
assert 'rule-id="logs"' in s3.put_object(Bucket=BUCKET, Key="logs/a")["Expiration"]

# A legal hold outlives who wants to delete its version.
locked = "boto3-object-lock"
s3.create_bucket(Bucket=locked, ObjectLockEnabledForBucket=True)
held = s3.put_object(Bucket=locked, Key="held", ObjectLockLegalHoldStatus="ON")
version = {"Bucket": locked, "Key": "held", "VersionId": held["VersionId"]}
refused("AccessDenied", s3.delete_object, **version, BypassGovernanceRetention=True)
s3.put_object_legal_hold(**version, LegalHold={"Status": "OFF"})
s3.delete_object(**version)
s3.delete_bucket(Bucket=locked)

# Errors that boto3 has classes for.
try:
    s3.get_object(Bucket=BUCKET, Key="missing")
    raise AssertionError("a missing key was found")
except s3.exceptions.NoSuchKey:
    pass
refused("404", s3.head_object, Bucket=BUCKET, Key="missing")
refused("PreconditionFailed", s3.get_object, Bucket=BUCKET, Key="large", IfMatch='"x"')
refused("304", s3.get_object, Bucket=BUCKET, Key="large", IfNoneMatch=head["ETag"])

# S3 Control's host name begins with the account's id; no DNS knows it.
lookup = socket.getaddrinfo
socket.getaddrinfo = lambda host, *more, **named: lookup(str(host).split(".")[-1], *more, **named)
control = boto3.client("s3control", endpoint_url=ENDPOINT.replace("127.0.0.1", "localhost"), region_name="us-east-1")
resource_tags = {"AccountId": "000000000000", "ResourceArn": f"arn:aws:s3:::{BUCKET}"}
control.tag_resource(**resource_tags, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
control.untag_resource(**resource_tags, TagKeys=["b"])
assert control.list_tags_for_resource(**resource_tags)["Tags"] == [{"Key": "a", "Value": "1"}]
assert s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"] == [{"Key": "a", "Value": "1"}]
refused("NoSuchPublicAccessBlockConfiguration", control.get_public_access_block, AccountId="000000000000")
socket.getaddrinfo = lookup

# Everything goes, a thousand keys at a time; but DeleteObjects answers in XML, which has no bell.
s3.delete_object(Bucket=BUCKET, Key="tab\tbell\x07")
resource = boto3.resource("s3", endpoint_url=ENDPOINT, region_name="us-east-1", config=CONFIG)
bucket = resource.Bucket(BUCKET)
assert all("Errors" not in answer for answer in bucket.objects.all().delete())
bucket.delete()
refused("404", s3.head_bucket, Bucket=BUCKET)
print("done")
