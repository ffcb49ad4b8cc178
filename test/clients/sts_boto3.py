"""Drives every operation of STS that Debian's boto3 knows, allowed and refused. Ends with `done`."""

import json
import os

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
PROVIDER = os.environ["OIDC_PROVIDER_ARN"]
TOKEN = os.environ["WEB_IDENTITY_TOKEN"]
MEMBER = os.environ["MEMBER_ACCOUNT"]
ACCOUNT = "000000000000"
CONFIG = Config(retries={"max_attempts": 1})
FEW_ATTEMPTS = {"endpoint_url": ENDPOINT, "config": CONFIG}
iam = boto3.client("iam", **FEW_ATTEMPTS)


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def client_of(user, *actions):
    """STS as a new user who may do these actions, if any."""
    iam.create_user(UserName=user)
    if actions:
        document = policy({"Effect": "Allow", "Action": list(actions), "Resource": "*"})
        iam.put_user_policy(UserName=user, PolicyName="own", PolicyDocument=document)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return of_key(key["AccessKeyId"], key["SecretAccessKey"])


def of_key(access_key, secret, token=None):
    return boto3.client(
        "sts",
        aws_access_key_id=access_key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        **FEW_ATTEMPTS,
    )


def of_session(credentials):
    return of_key(
        credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"]
    )


def refusal(call, **arguments):
    try:
        call(**arguments)
    except ClientError as caught:
        error = caught.response["Error"]
        return error["Code"], error["Message"]
    raise AssertionError(f"{call} succeeded")


def role(name, principal, action):
    trust = policy({"Effect": "Allow", "Principal": principal, "Action": action})
    return iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]


allowed = client_of("allowed", "sts:*")
nobody = client_of("nobody")
# A trust that names the account leaves the rest to its users' own policies.
app = role("app", {"AWS": ACCOUNT}, "sts:AssumeRole")
web = role("web", {"Federated": PROVIDER}, "sts:AssumeRoleWithWebIdentity")

# Each operation that asks for a permission, with something that may be done.
asked = {
    "assume_role": {"RoleArn": app, "RoleSessionName": "session"},
    "get_federation_token": {"Name": "visitor"},
    "get_access_key_info": {"AccessKeyId": allowed._request_signer._credentials.access_key},
    "assume_root": {
        "TargetPrincipal": MEMBER,
        "TaskPolicyArn": {"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"},
    },
}
for operation, arguments in asked.items():
    answer = getattr(allowed, operation)(**arguments)
    if "Credentials" in answer:
        who = of_session(answer["Credentials"]).get_caller_identity()["Account"]
        assert who == (MEMBER if operation == "assume_root" else ACCOUNT), (operation, who)
    code, message = refusal(getattr(nobody, operation), **arguments)
    action = "".join(word.capitalize() for word in operation.split("_"))
    assert code == "AccessDenied", (operation, code)
    assert f"user/nobody is not authorized to perform: sts:{action}" in message, message

# A denial's message is read by whoever may.
try:
    nobody.assume_role(RoleArn=app, RoleSessionName="session")
except ClientError as caught:
    encoded = caught.response["ResponseMetadata"]["HTTPHeaders"]["x-rolecast-authorization-message"]
decoded = json.loads(
    allowed.decode_authorization_message(EncodedMessage=encoded)["DecodedMessage"]
)
assert decoded["allowed"] is False and decoded["context"]["action"] == "sts:AssumeRole", decoded
assert refusal(nobody.decode_authorization_message, EncodedMessage=encoded)[0] == "AccessDenied"
assert refusal(allowed.decode_authorization_message, EncodedMessage="no-message")[0] == (
    "InvalidAuthorizationMessageException"
)

# Nobody can be refused their own name or a session, not even by a policy.
iam.put_user_policy(
    UserName="nobody",
    PolicyName="deny",
    PolicyDocument=policy({"Effect": "Deny", "Action": "sts:*", "Resource": "*"}),
)
assert nobody.get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/nobody"
session = of_session(allowed.get_session_token()["Credentials"])
assert session.get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/allowed"
assert refusal(session.get_session_token)[0] == "AccessDenied"

# Without a signature: a token or an assertion is who calls.
unsigned = boto3.client(
    "sts", endpoint_url=ENDPOINT, config=CONFIG.merge(Config(signature_version=UNSIGNED))
)
web_identity = {"RoleSessionName": "pipeline", "WebIdentityToken": TOKEN}
answer = unsigned.assume_role_with_web_identity(RoleArn=web, **web_identity)
assert answer["SubjectFromWebIdentityToken"] == "repo:me/app", answer
who = of_session(answer["Credentials"]).get_caller_identity()["Arn"]
assert who == f"arn:aws:sts::{ACCOUNT}:assumed-role/web/pipeline", who
refused = refusal(unsigned.assume_role_with_web_identity, RoleArn=app, **web_identity)
assert refused == (
    "AccessDenied",
    "Not authorized to perform sts:AssumeRoleWithWebIdentity",
), refused
forged = {**web_identity, "WebIdentityToken": TOKEN[:-8] + "AAAAAAAA"}
assert refusal(unsigned.assume_role_with_web_identity, RoleArn=web, **forged)[0] == (
    "InvalidIdentityToken"
)
saml = {"PrincipalArn": f"arn:aws:iam::{ACCOUNT}:saml-provider/none", "SAMLAssertion": "bm9uZQ=="}
assert refusal(unsigned.assume_role_with_saml, RoleArn=web, **saml)[0] == "InvalidIdentityToken"
print("done")
