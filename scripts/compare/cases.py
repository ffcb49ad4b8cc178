"""Cases of IAM, service-linked roles, IVS and S3, each with what AWS does, for any endpoint.

python3 cases.py ENDPOINT KEY_ID SECRET prints a line of JSON for each case. What is made has names
of its own and is deleted as far as that goes.
"""

import json
import sys
import time
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT, KEY_ID, SECRET = sys.argv[1:4]
REGION = "us-east-1"
RUN = f"compare-{uuid.uuid4().hex[:8]}"
CASES = []


class Wrong(Exception):
    """The endpoint did something else than AWS."""


def case(service, what):
    def add(run):
        CASES.append((service, what, run))
        return run

    return add


def client(service, key=None, **options):
    """A client of the root user, or of a key as IAM or STS answer it."""
    key = key or {"AccessKeyId": KEY_ID, "SecretAccessKey": SECRET}
    settings = {"retries": {"max_attempts": 0}, "connect_timeout": 5, "read_timeout": 30, **options}
    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        region_name=REGION,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        aws_session_token=key.get("SessionToken"),
        config=Config(**settings),
    )


iam, sts, ivs = client("iam"), client("sts"), client("ivs")
s3 = client("s3", s3={"addressing_style": "path"}, signature_version="s3v4")


def name(kind):
    return f"{RUN}-{kind}-{uuid.uuid4().hex[:6]}"


def expect(condition, instead):
    if not condition:
        raise Wrong(instead)


def refuses(codes, call, **arguments):
    """Calls what AWS refuses with one of the codes."""
    try:
        call(**arguments)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        expect(code in codes, code)
        return error.response
    raise Wrong("allowed")


def policy(effect, action, resource="*", **more):
    statement = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def trust(principal):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def user_with(*documents, **more):
    """A user with inline policies: its name and an access key."""
    user = name("user")
    iam.create_user(UserName=user, **more)
    for index, document in enumerate(documents):
        iam.put_user_policy(UserName=user, PolicyName=f"p{index}", PolicyDocument=document)
    return user, iam.create_access_key(UserName=user)["AccessKey"]


def bucket(**more):
    made = name("bucket")
    s3.create_bucket(Bucket=made, **more)
    return made


def until(ask, what, seconds=20):
    end = time.time() + seconds
    while time.time() < end:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.2)
    raise Wrong(f"not {what} within {seconds} s")


def main():
    import iam_cases  # noqa: F401
    import role_cases  # noqa: F401
    import s3_cases  # noqa: F401
    import ivs_cases  # noqa: F401

    for service, what, run in CASES:
        instead = None
        try:
            run()
        except Wrong as wrong:
            instead = str(wrong)
        except ClientError as error:
            instead = error.response["Error"]["Code"]
        except Exception as error:  # Another endpoint may fail in any way.
            instead = " ".join(f"{type(error).__name__}: {error}".split())[:80]
        print(json.dumps({"service": service, "case": what, "instead": instead}), flush=True)


if __name__ == "__main__":
    # The cases import this module: one copy of the list.
    sys.modules["cases"] = sys.modules["__main__"]
    main()
