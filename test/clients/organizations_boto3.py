"""Calls every operation of Organizations that works: first as somebody without permissions, who must
be refused in AWS's exact words, then as root, who must succeed; and those that don't work, which must
say so by name. OPERATIONS names what the server has; one that isn't called here makes this fail. Ends
with `done`."""

import json
import os
import re

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

MANAGEMENT = "000000000000"
MEMBER = "111122223333"
NOBODY = f"arn:aws:iam::{MANAGEMENT}:user/nobody"
ANALYZER = "access-analyzer.amazonaws.com"
OPERATIONS = json.loads(os.environ["OPERATIONS"])


def client(service, key):
    return boto3.client(
        service,
        endpoint_url=os.environ["AWS_ENDPOINT_URL"],
        region_name="us-east-1",
        aws_access_key_id=key[0],
        aws_secret_access_key=key[1],
        config=Config(retries={"max_attempts": 1}),
    )


iam = client("iam", ("test", "test"))
iam.create_user(UserName="nobody")
_key = iam.create_access_key(UserName="nobody")["AccessKey"]
root = client("organizations", ("test", "test"))
member = client("organizations", ("AKIAMEMBERMEMBERMEMB", "member-root-secret-key"))
nobody = client("organizations", (_key["AccessKeyId"], _key["SecretAccessKey"]))
names = {api: name for name, api in root.meta.method_to_api_mapping.items()}
called = set()


def refusal(by, operation, **arguments):
    try:
        getattr(by, names[operation])(**arguments)
    except ClientError as error:
        answer = error.response
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400, (operation, answer)
        return answer["Error"]["Code"], answer["Error"]["Message"]
    raise AssertionError(f"{operation} was allowed")


def call(operation, resource, by=root, **arguments):
    """Refused to nobody, on this resource; then done. Gives the answer."""
    code, message = refusal(nobody, operation, **arguments)
    action = f"organizations:{operation}"
    sentence = (
        f"User: {NOBODY} is not authorized to perform: {action} on resource: {resource}"
        f" because no identity-based policy allows the {action} action"
    )
    assert code == "AccessDeniedException", (operation, code, message)
    assert re.match(re.escape(sentence), message), (operation, message, sentence)
    called.add(operation)
    answer = getattr(by, names[operation])(**arguments)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200, answer
    return answer


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


GUARD = policy({"Effect": "Deny", "Action": "iam:DeleteServiceLinkedRole", "Resource": "*"})
TAGS = [{"Key": "team", "Value": "media"}]
SCP = "SERVICE_CONTROL_POLICY"
TAG_POLICY = json.dumps({"tags": {"team": {"tag_key": {"@@assign": "team"}}}})

# One organization for its billing, which gets all features.
call("CreateOrganization", "*", FeatureSet="CONSOLIDATED_BILLING")
organization = call("DescribeOrganization", "*")["Organization"]["Id"]
started = call("EnableAllFeatures", "*")["Handshake"]
handshakes = f"arn:aws:organizations::{MANAGEMENT}:handshake/{organization}"
on_features = f"{handshakes}/enable_all_features/{started['Id']}"
call("AcceptHandshake", on_features, HandshakeId=started["Id"])
call("DeleteOrganization", "*")

# And one with all features from the beginning.
organization = root.create_organization(FeatureSet="ALL")["Organization"]["Id"]
handshakes = f"arn:aws:organizations::{MANAGEMENT}:handshake/{organization}"
arn = f"arn:aws:organizations::{MANAGEMENT}"
root_id = call("ListRoots", "*")["Roots"][0]["Id"]
on_root = f"{arn}:root/{organization}/{root_id}"

# Units and accounts.
made = call("CreateOrganizationalUnit", on_root, ParentId=root_id, Name="studios", Tags=TAGS)
unit = made["OrganizationalUnit"]["Id"]
on_unit = f"{arn}:ou/{organization}/{unit}"
call("UpdateOrganizationalUnit", on_unit, OrganizationalUnitId=unit, Name="studio")
call("DescribeOrganizationalUnit", on_unit, OrganizationalUnitId=unit)
call("ListOrganizationalUnitsForParent", on_root, ParentId=root_id)
asked = call("CreateAccount", "*", Email="north@example.com", AccountName="north")
request = asked["CreateAccountStatus"]["Id"]
north = call("DescribeCreateAccountStatus", "*", CreateAccountRequestId=request)
north = north["CreateAccountStatus"]["AccountId"]
on_north = f"{arn}:account/{organization}/{north}"
call("ListCreateAccountStatus", "*", States=["SUCCEEDED"])
call("ListAccounts", "*")
call("DescribeAccount", on_north, AccountId=north)
call(
    "MoveAccount",
    on_north,
    AccountId=north,
    SourceParentId=root_id,
    DestinationParentId=unit,
)
call("ListAccountsForParent", on_unit, ParentId=unit)
call("ListChildren", on_unit, ParentId=unit, ChildType="ACCOUNT")
call("ListParents", on_north, ChildId=north)

# Policies.
on_new = f"{arn}:policy/{organization}/service_control_policy/p-*"
made = call("CreatePolicy", on_new, Content=GUARD, Description="", Name="guard", Type=SCP)
guard = made["Policy"]["PolicySummary"]["Id"]
on_guard = f"{arn}:policy/{organization}/service_control_policy/{guard}"
call("UpdatePolicy", on_guard, PolicyId=guard, Description="keeps linked roles")
call("DescribePolicy", on_guard, PolicyId=guard)
call("ListPolicies", "*", Filter=SCP)
call("AttachPolicy", on_guard, PolicyId=guard, TargetId=unit)
call("ListTargetsForPolicy", on_guard, PolicyId=guard)
call("ListPoliciesForTarget", on_unit, TargetId=unit, Filter=SCP)
call("DetachPolicy", on_guard, PolicyId=guard, TargetId=unit)
call("TagResource", on_unit, ResourceId=unit, Tags=TAGS)
call("ListTagsForResource", on_unit, ResourceId=unit)
call("UntagResource", on_unit, ResourceId=unit, TagKeys=["team"])
call("EnablePolicyType", on_root, RootId=root_id, PolicyType="TAG_POLICY")
tags = root.create_policy(Content=TAG_POLICY, Description="", Name="tags", Type="TAG_POLICY")
tags = tags["Policy"]["PolicySummary"]["Id"]
root.attach_policy(PolicyId=tags, TargetId=root_id)
effective = call("DescribeEffectivePolicy", on_north, PolicyType="TAG_POLICY", TargetId=north)
content = json.loads(effective["EffectivePolicy"]["PolicyContent"])
assert content == {"tags": {"team": {"tag_key": "team"}}}, content
call("DisablePolicyType", on_root, RootId=root_id, PolicyType="TAG_POLICY")
call("DeletePolicy", on_guard, PolicyId=guard)

# Other accounts.
def invited(operation=None):
    ask = {"Target": {"Id": MEMBER, "Type": "ACCOUNT"}}
    if operation is None:
        return root.invite_account_to_organization(**ask)["Handshake"]["Id"]
    return call(operation, f"{arn}:account/{organization}/{MEMBER}", **ask)["Handshake"]["Id"]


def on_invitation(handshake):
    return f"{handshakes}/invite/{handshake}"


first = invited("InviteAccountToOrganization")
call("DescribeHandshake", on_invitation(first), HandshakeId=first)
call("ListHandshakesForOrganization", "*")
call("ListHandshakesForAccount", "*", by=member)
call("CancelHandshake", on_invitation(first), HandshakeId=first)
second = invited()
call("DeclineHandshake", on_invitation(second), by=member, HandshakeId=second)
third = invited()
call("AcceptHandshake", on_invitation(third), by=member, HandshakeId=third)
DENIED = ("AccessDeniedException", "You don't have permissions to access this resource.")
for operation in ("ListAccounts", "ListRoots", "EnableAllFeatures", "DeleteOrganization"):
    assert refusal(member, operation) == DENIED, operation

# Services.
service = {"ServicePrincipal": ANALYZER}
call("EnableAWSServiceAccess", "*", **service)
call("ListAWSServiceAccessForOrganization", "*")
on_member = f"{arn}:account/{organization}/{MEMBER}"
call("RegisterDelegatedAdministrator", on_member, AccountId=MEMBER, **service)
call("ListDelegatedAdministrators", "*")
call("ListDelegatedServicesForAccount", on_member, AccountId=MEMBER)
assert len(member.list_accounts()["Accounts"]) == 3
call("DeregisterDelegatedAdministrator", on_member, AccountId=MEMBER, **service)
call("DisableAWSServiceAccess", "*", **service)
delegation = policy(
    {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{MEMBER}:root"},
        "Action": "organizations:ListPolicies",
        "Resource": "*",
    }
)
on_delegation = f"{arn}:resourcepolicy/{organization}/rp-*"
call("PutResourcePolicy", on_delegation, Content=delegation)
call("DescribeResourcePolicy", "*")
assert member.list_policies(Filter=SCP)["Policies"]
call("DeleteResourcePolicy", "*")

# Its end.
call("LeaveOrganization", "*", by=member)
fourth = invited()
member.accept_handshake(HandshakeId=fourth)
call("RemoveAccountFromOrganization", on_member, AccountId=MEMBER)
call("CloseAccount", on_north, AccountId=north)
empty = root.create_organizational_unit(ParentId=root_id, Name="empty")
empty = empty["OrganizationalUnit"]["Id"]
on_empty = f"{arn}:ou/{organization}/{empty}"
call("DeleteOrganizationalUnit", on_empty, OrganizationalUnitId=empty)

known = set(root.meta.service_model.operation_names)
# An older boto3 can't call what it doesn't know.
missing = sorted(set(OPERATIONS["implemented"]) & known - called)
assert not missing, f"operations that aren't called: {missing}"
unknown = sorted(called - set(OPERATIONS["implemented"]))
assert not unknown, f"operations that the server doesn't name: {unknown}"

# What isn't there says so, whatever it is asked.
start = {"Type": "BILLING", "SourceName": "x", "StartTimestamp": 0}
ABSENT = {
    "CreateGovCloudAccount": {"Email": "a@example.com", "AccountName": "a"},
    "ListAccountsWithInvalidEffectivePolicy": {"PolicyType": "TAG_POLICY"},
    "ListEffectivePolicyValidationErrors": {"PolicyType": "TAG_POLICY", "AccountId": north},
    "InviteOrganizationToTransferResponsibility": {
        "Target": {"Id": "a@example.com", "Type": "EMAIL"},
        **start,
    },
    "DescribeResponsibilityTransfer": {"Id": "rt-00000000"},
    "UpdateResponsibilityTransfer": {"Id": "rt-00000000", "Name": "x"},
    "TerminateResponsibilityTransfer": {"Id": "rt-00000000"},
    "ListInboundResponsibilityTransfers": {"Type": "BILLING"},
    "ListOutboundResponsibilityTransfers": {"Type": "BILLING"},
}
assert set(ABSENT) == set(OPERATIONS["missing"]), OPERATIONS["missing"]
for operation in sorted(set(ABSENT) & known):
    try:
        getattr(root, names[operation])(**ABSENT[operation])
        raise AssertionError(operation)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        assert code == "NotImplemented" and operation in str(error), error.response
print("done")
