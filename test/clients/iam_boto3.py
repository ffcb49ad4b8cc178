"""Drives IAM through boto3, which shares no code with the JavaScript SDK. Ends with `done`."""

import json
import os

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
OPTIONS = {"endpoint_url": ENDPOINT, "config": Config(retries={"max_attempts": 1})}
iam = boto3.client("iam", **OPTIONS)


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def refused(error, call, **arguments):
    try:
        call(**arguments)
    except error as caught:
        return caught.response["Error"]
    raise AssertionError(f"{call} succeeded")


TRUST = policy(
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
)

# A role, its policies and its life.
created = iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST, Path="/a/")
assert created["Role"]["AssumeRolePolicyDocument"] == json.loads(TRUST), created
iam.get_waiter("role_exists").wait(RoleName="app")
role = iam.get_role(RoleName="app")["Role"]
assert role["RoleLastUsed"] == {} and "Tags" not in role, role
inline = policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"})
iam.put_role_policy(RoleName="app", PolicyName="read", PolicyDocument=inline)
assert iam.get_role_policy(RoleName="app", PolicyName="read")["PolicyDocument"] == json.loads(inline)
iam.attach_role_policy(RoleName="app", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
version = iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")["Policy"]
document = iam.get_policy_version(
    PolicyArn=version["Arn"], VersionId=version["DefaultVersionId"]
)["PolicyVersion"]["Document"]
assert document["Statement"], document
# Which of two refusals comes, and AWS's words for a text that is no ARN.
VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
for number, statement in enumerate([{"Action": "bogus"}, {"Action": ["iam:GetUser", "bogus"]}]):
    error = refused(
        iam.exceptions.MalformedPolicyDocumentException,
        iam.create_policy,
        PolicyName=f"bad-{number}",
        PolicyDocument=policy({"Effect": "Allow", **statement}),
    )
    assert error["Message"] == VENDOR, error
iam.create_user(UserName="attached")
for call, name in [(iam.attach_role_policy, {"RoleName": "app"}),
                   (iam.attach_user_policy, {"UserName": "attached"})]:
    error = refused(ClientError, call, PolicyArn="long-policy-name-but-no-arn", **name)
    assert (error["Code"], error["Message"]) == (
        "ValidationError", "ARN long-policy-name-but-no-arn is not valid."), error
iam.delete_user(UserName="attached")
iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")
error = refused(
    iam.exceptions.EntityAlreadyExistsException,
    iam.create_virtual_mfa_device,
    VirtualMFADeviceName="phone",
)
assert error["Message"] == "MFA device already exists.", error
error = refused(
    iam.exceptions.NoSuchEntityException,
    iam.delete_virtual_mfa_device,
    SerialNumber="arn:aws:iam::000000000000:mfa/lost",
)
assert error["Message"].endswith("mfa/lost does not exist."), error
refused(iam.exceptions.DeleteConflictException, iam.delete_role, RoleName="app")
refused(iam.exceptions.NoSuchEntityException, iam.get_role, RoleName="nope")
refused(
    iam.exceptions.EntityAlreadyExistsException,
    iam.create_role,
    RoleName="APP",
    AssumeRolePolicyDocument=TRUST,
)
refused(
    iam.exceptions.MalformedPolicyDocumentException,
    iam.create_policy,
    PolicyName="bad",
    PolicyDocument="{}",
)
refused(
    iam.exceptions.PolicyNotAttachableException,
    iam.attach_role_policy,
    RoleName="app",
    PolicyArn="arn:aws:iam::aws:policy/aws-service-role/IVSRecordToS3",
)

# Paginators, over users with values that need escaping on the way.
for index in range(7):
    iam.create_user(
        UserName=f"user-{index}", Tags=[{"Key": "Ort", "Value": f"Zürich + {index} = a/b"}]
    )
pages = list(iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 3}))
assert [len(page["Users"]) for page in pages] == [3, 3, 1], pages
tags = iam.list_user_tags(UserName="user-3")["Tags"]
assert tags == [{"Key": "Ort", "Value": "Zürich + 3 = a/b"}], tags

# A user of its own permissions.
iam.put_user_policy(
    UserName="user-0",
    PolicyName="self",
    PolicyDocument=policy(
        {
            "Effect": "Allow",
            "Action": "iam:GetUser",
            "Resource": "arn:aws:iam::*:user/${aws:username}",
        }
    ),
)
key = iam.create_access_key(UserName="user-0")["AccessKey"]
mine = boto3.client(
    "iam",
    aws_access_key_id=key["AccessKeyId"],
    aws_secret_access_key=key["SecretAccessKey"],
    **OPTIONS,
)
assert mine.get_user()["User"]["UserName"] == "user-0"
error = refused(ClientError, mine.get_user, UserName="user-1")
assert error["Code"] == "AccessDenied", error
assert "because no identity-based policy allows the iam:GetUser action" in error["Message"], error

# Service-linked roles are AWS's to change.
iam.create_service_linked_role(AWSServiceName="ivs.amazonaws.com")
error = refused(
    iam.exceptions.UnmodifiableEntityException,
    iam.detach_role_policy,
    RoleName="AWSServiceRoleForIVSRecordToS3",
    PolicyArn="arn:aws:iam::aws:policy/aws-service-role/IVSRecordToS3",
)
assert "protected role 'AWSServiceRoleForIVSRecordToS3'" in error["Message"], error

# What Terraform and audit tools ask of an account.
summary = iam.get_account_summary()["SummaryMap"]
assert summary["Users"] == 7 and summary["UsersQuota"] == 5000, summary
iam.create_account_alias(AccountAlias="boto3-alias")
assert iam.list_account_aliases()["AccountAliases"] == ["boto3-alias"]
refused(
    iam.exceptions.EntityAlreadyExistsException,
    iam.create_account_alias,
    AccountAlias="boto3-alias",
)
refused(iam.exceptions.NoSuchEntityException, iam.get_account_password_policy)
iam.update_account_password_policy(MinimumPasswordLength=12, RequireSymbols=True, MaxPasswordAge=90)
strict = iam.get_account_password_policy()["PasswordPolicy"]
assert strict["ExpirePasswords"] and strict["MinimumPasswordLength"] == 12, strict
refused(
    iam.exceptions.PasswordPolicyViolationException,
    iam.create_login_profile,
    UserName="user-1",
    Password="no symbols here".replace(" ", ""),
)
iam.create_login_profile(UserName="user-1", Password="quite-long-enough")
refused(iam.exceptions.DeleteConflictException, iam.delete_user, UserName="user-1")
refused(
    iam.exceptions.InvalidUserTypeException,
    iam.change_password,
    OldPassword="quite-long-enough",
    NewPassword="another-long-one",
)
refused(iam.exceptions.CredentialReportNotPresentException, iam.get_credential_report)
while iam.generate_credential_report()["State"] != "COMPLETE":
    pass
lines = iam.get_credential_report()["Content"].decode().split("\n")
assert len(lines) == 9 and lines[1].startswith("<root_account>,"), lines
report = dict(zip(lines[0].split(","), lines[3].split(",")))
assert report["user"] == "user-1" and report["password_enabled"] == "true", report

# Simulations, with the statements that decide.
user_0 = iam.get_user(UserName="user-0")["User"]["Arn"]
simulated = iam.simulate_principal_policy(
    PolicySourceArn=user_0,
    ActionNames=["iam:GetUser", "iam:DeleteUser"],
    ResourceArns=[user_0],
)["EvaluationResults"]
assert [result["EvalDecision"] for result in simulated] == ["allowed", "implicitDeny"], simulated
(statement,) = simulated[0]["ResourceSpecificResults"][0]["MatchedStatements"]
assert statement["SourcePolicyId"] == "user_user-0_self", statement
assert statement["StartPosition"] == {"Line": 1, "Column": 41}, statement
dated = policy(
    {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": "*",
        "Condition": {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}},
    }
)
(result,) = iam.simulate_custom_policy(PolicyInputList=[dated], ActionNames=["s3:GetObject"])[
    "EvaluationResults"
]
assert result["MissingContextValues"] == ["aws:CurrentTime"], result
assert iam.get_context_keys_for_custom_policy(PolicyInputList=[dated])["ContextKeyNames"] == [
    "aws:CurrentTime"
]

details = iam.get_account_authorization_details()
assert len(details["UserDetailList"]) == 7, details
assert {role["RoleName"] for role in details["RoleDetailList"]} == {
    "app",
    "AWSServiceRoleForIVSRecordToS3",
}
print("done")
