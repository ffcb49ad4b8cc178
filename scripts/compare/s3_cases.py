"""S3: objects, versions, policies of buckets, signatures."""

import hashlib
import json
import urllib.error
import urllib.request
from base64 import b64encode
from datetime import datetime, timedelta, timezone

from cases import bucket, case, client, expect, name, policy, refuses, s3, sts, user_with

SERVICE = "S3"


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@case(SERVICE, "an object comes back whole, its ETag is its MD5")
def _():
    at = {"Bucket": bucket(), "Key": "ä/b c+d"}
    etag = s3.put_object(**at, Body=b"bytes")["ETag"]
    expect(etag == f'"{hashlib.md5(b"bytes").hexdigest()}"', etag)
    body = s3.get_object(**at)["Body"].read()
    expect(body == b"bytes", str(body))


@case(SERVICE, "a body that doesn't match its MD5 is refused")
def _():
    digest = b64encode(hashlib.md5(b"others").digest()).decode()
    at = {"Bucket": bucket(), "Key": "k", "Body": b"bytes", "ContentMD5": digest}
    refuses(["BadDigest"], s3.put_object, **at)


@case(SERVICE, "a checksum that doesn't match is refused")
def _():
    digest = b64encode(hashlib.sha256(b"others").digest()).decode()
    at = {"Bucket": bucket(), "Key": "k", "Body": b"bytes", "ChecksumSHA256": digest}
    refuses(["BadDigest", "InvalidRequest"], s3.put_object, **at)


@case(SERVICE, "a range has its bytes, one that isn't there is refused")
def _():
    at = {"Bucket": bucket(), "Key": "k"}
    s3.put_object(**at, Body=b"0123456789")
    answer = s3.get_object(**at, Range="bytes=2-4")
    expect(answer["Body"].read() == b"234", "other bytes")
    expect(answer["ContentRange"] == "bytes 2-4/10", answer["ContentRange"])
    refuses(["InvalidRange"], s3.get_object, **at, Range="bytes=10-")


@case(SERVICE, "If-None-Match: * writes once")
def _():
    at = {"Bucket": bucket(), "Key": "k", "IfNoneMatch": "*"}
    s3.put_object(**at, Body=b"first")
    refuses(["PreconditionFailed"], s3.put_object, **at, Body=b"second")


@case(SERVICE, "a missing key and a missing bucket have their codes")
def _():
    refuses(["NoSuchKey"], s3.get_object, Bucket=bucket(), Key="none")
    refuses(["NoSuchBucket"], s3.get_object, Bucket=name("none"), Key="none")


@case(SERVICE, "a bucket with objects isn't deleted")
def _():
    made = bucket()
    s3.put_object(Bucket=made, Key="k", Body=b"")
    refuses(["BucketNotEmpty"], s3.delete_bucket, Bucket=made)


@case(SERVICE, "lists have pages, common prefixes and UTF-8's order")
def _():
    made = bucket()
    for key in ["a/1", "a/2", "b", "é", "z"]:
        s3.put_object(Bucket=made, Key=key, Body=b"")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=made, Delimiter="/", PaginationConfig={"PageSize": 2}
    )
    found = []
    for page in pages:
        found += [one["Prefix"] for one in page.get("CommonPrefixes", [])]
        found += [one["Key"] for one in page.get("Contents", [])]
    expect(found == ["a/", "b", "z", "é"], str(found))


@case(SERVICE, "a deletion with versions leaves a marker")
def _():
    made = bucket()
    enabled = {"Status": "Enabled"}
    s3.put_bucket_versioning(Bucket=made, VersioningConfiguration=enabled)
    at = {"Bucket": made, "Key": "k"}
    version = s3.put_object(**at, Body=b"first")["VersionId"]
    expect(s3.delete_object(**at).get("DeleteMarker") is True, "no marker")
    refuses(["NoSuchKey"], s3.get_object, **at)
    body = s3.get_object(**at, VersionId=version)["Body"].read()
    expect(body == b"first", str(body))


@case(SERVICE, "an upload in parts is one object, a small part is refused")
def _():
    at = {"Bucket": bucket(), "Key": "k"}
    part = b"x" * 5 * 1024 * 1024
    for sizes, right in [((part, b"end"), True), ((b"small", b"end"), False)]:
        upload = {**at, "UploadId": s3.create_multipart_upload(**at)["UploadId"]}
        parts = [
            {"PartNumber": n, "ETag": s3.upload_part(**upload, PartNumber=n, Body=body)["ETag"]}
            for n, body in enumerate(sizes, 1)
        ]
        if right:
            s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
            expect(s3.head_object(**at)["ContentLength"] == len(part) + 3, "another length")
        else:
            finish = {**upload, "MultipartUpload": {"Parts": parts}}
            refuses(["EntityTooSmall"], s3.complete_multipart_upload, **finish)


@case(SERVICE, "a locked version isn't deleted")
def _():
    made = bucket(ObjectLockEnabledForBucket=True)
    later = datetime.now(timezone.utc) + timedelta(days=1)
    lock = {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": later}
    at = {"Bucket": made, "Key": "k"}
    version = s3.put_object(**at, Body=b"kept", **lock)["VersionId"]
    refuses(["AccessDenied"], s3.delete_object, **at, VersionId=version)


@case(SERVICE, "a stranger reads nothing")
def _():
    made = bucket()
    s3.put_object(Bucket=made, Key="k", Body=b"secret")
    status, _body = fetch(f"{s3.meta.endpoint_url}/{made}/k")
    expect(status == 403, str(status))


@case(SERVICE, "a presigned URL works, a changed one doesn't")
def _():
    at = {"Bucket": bucket(), "Key": "k"}
    s3.put_object(**at, Body=b"bytes")
    url = s3.generate_presigned_url("get_object", Params=at)
    expect(fetch(url) == (200, b"bytes"), "refused")
    status, _body = fetch(url.replace("/k?", "/other?"))
    expect(status == 403, f"changed: {status}")


@case(SERVICE, "a user reads what a policy allows, and no other key")
def _():
    made = bucket()
    for key in ["mine/a", "theirs/a"]:
        s3.put_object(Bucket=made, Key=key, Body=b"")
    allowed = policy("Allow", "s3:GetObject", f"arn:aws:s3:::{made}/mine/*")
    _user, key = user_with(allowed)
    theirs = client("s3", key, s3={"addressing_style": "path"})
    theirs.get_object(Bucket=made, Key="mine/a")
    refuses(["AccessDenied"], theirs.get_object, Bucket=made, Key="theirs/a")
    refuses(["AccessDenied"], theirs.put_object, Bucket=made, Key="mine/a", Body=b"")


@case(SERVICE, "a bucket policy allows, and denies what another one allows")
def _():
    made = bucket()
    s3.put_object(Bucket=made, Key="k", Body=b"")
    user, key = user_with()
    arn = f"arn:aws:iam::{sts.get_caller_identity()['Account']}:user/{user}"
    theirs = client("s3", key, s3={"addressing_style": "path"})
    resource = f"arn:aws:s3:::{made}/*"
    allow = policy("Allow", "s3:GetObject", resource, Principal={"AWS": arn})
    s3.put_bucket_policy(Bucket=made, Policy=allow)
    theirs.get_object(Bucket=made, Key="k")
    both = [json.loads(allow)["Statement"], {**json.loads(allow)["Statement"], "Effect": "Deny"}]
    document = json.dumps({"Version": "2012-10-17", "Statement": both})
    s3.put_bucket_policy(Bucket=made, Policy=document)
    refuses(["AccessDenied"], theirs.get_object, Bucket=made, Key="k")
