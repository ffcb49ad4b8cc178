"""Calls every operation of IAM and STS that works: first as somebody without permissions, who must
be refused in AWS's exact words, then as root, who must succeed. OPERATIONS names what the server has;
one that isn't called here makes this fail. Ends with `done`."""

import base64
import datetime
import hashlib
import hmac
import json
import os
import re
import struct
import time

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

ACCOUNT = "arn:aws:iam::000000000000:"
MEMBER = "111122223333"
NOBODY = f"{ACCOUNT}user/nobody"
OPERATIONS = json.loads(os.environ["OPERATIONS"])
GIVEN = json.loads(os.environ["GIVEN"])
OPTIONS = {
    "endpoint_url": os.environ["AWS_ENDPOINT_URL"],
    "region_name": "us-east-1",
}
ONCE = Config(retries={"max_attempts": 1})


def clients(key, token=None):
    secrets = {"aws_access_key_id": key[0], "aws_secret_access_key": key[1]}
    return {
        service: boto3.client(
            service, config=ONCE, aws_session_token=token, **secrets, **OPTIONS
        )
        for service in ("iam", "sts")
    }


root = clients(("test", "test"))
root["iam"].create_user(UserName="nobody")
_key = root["iam"].create_access_key(UserName="nobody")["AccessKey"]
nobody = clients((_key["AccessKeyId"], _key["SecretAccessKey"]))
called = {"iam": set(), "sts": set()}


def method(client, operation):
    names = {api: name for name, api in client.meta.method_to_api_mapping.items()}
    return getattr(client, names[operation])


def refusal(client, operation, arguments):
    try:
        method(client, operation)(**arguments)
    except ClientError as error:
        return error.response["Error"]
    raise AssertionError(f"{operation} was allowed to somebody without permissions")


def call(operation, resource, service="iam", by=root, **arguments):
    """Refused to nobody, on this resource; then done. Gives the answer."""
    error = refusal(nobody[service], operation, arguments)
    action = f"{service}:{operation}"
    sentence = f"User: {NOBODY} is not authorized to perform: {action} on resource: {resource}"
    if service == "iam":
        sentence += f" because no identity-based policy allows the {action} action"
    assert error["Code"] == "AccessDenied", (operation, error)
    # IAM's own denials go on with the way to their explanation.
    explanation = ""
    if service == "iam":
        explanation = r"\. Go to \S+ for complete details, or .* following authorization id: [0-9a-z]{25}"
    whole = re.escape(sentence) + explanation
    assert re.fullmatch(whole, error["Message"]), (operation, error["Message"], sentence)
    return allowed(operation, service=service, by=by, **arguments)


def allowed(operation, service="iam", by=root, **arguments):
    called[service].add(operation)
    answer = method(by[service], operation)(**arguments)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200, answer
    return answer


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


ALLOW = policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})
TRUST = policy(
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
)
TAGS = [{"Key": "team", "Value": "media"}]
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def totp(seed, offset):
    key = base64.b32decode(seed)
    counter = struct.pack(">Q", int(time.time()) // 30 + offset)
    digest = hmac.new(key, counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start:start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def certificate():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "www.example.com")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form = serialization.PrivateFormat.PKCS8
    private = key.private_bytes(pem, form, serialization.NoEncryption())
    return made.public_bytes(pem).decode(), private.decode()


def ssh_key():
    key = rsa.generate_private_key(65537, 2048).public_key()
    ssh = serialization.PublicFormat.OpenSSH
    return key.public_bytes(serialization.Encoding.OpenSSH, ssh).decode()


# Users, their keys, passwords and groups.
ann = {"UserName": "ann"}
call("CreateUser", f"{ACCOUNT}user/ann", **ann)
call("GetUser", "user ann", **ann)
call("ListUsers", f"{ACCOUNT}user/")
call("TagUser", "user ann", Tags=TAGS, **ann)
call("ListUserTags", "user ann", **ann)
call("UntagUser", "user ann", TagKeys=["team"], **ann)
key = call("CreateAccessKey", "user ann", **ann)["AccessKey"]["AccessKeyId"]
call("ListAccessKeys", "user ann", **ann)
call("UpdateAccessKey", "user ann", AccessKeyId=key, Status="Inactive", **ann)
call("GetAccessKeyLastUsed", "user ann", AccessKeyId=key)
call("DeleteAccessKey", "user ann", AccessKeyId=key, **ann)
call("CreateLoginProfile", "user ann", Password="quite-Long-1", **ann)
call("GetLoginProfile", "user ann", **ann)
call("UpdateLoginProfile", "user ann", Password="quite-Long-2", **ann)
call("DeleteLoginProfile", "user ann", **ann)
root["iam"].create_login_profile(UserName="nobody", Password="quite-Long-3")
passwords = {"OldPassword": "quite-Long-3", "NewPassword": "quite-Long-4"}
error = refusal(nobody["iam"], "ChangePassword", passwords)
assert error["Code"] == "AccessDenied" and "iam:ChangePassword" in error["Message"], error
call("UpdateAccountPasswordPolicy", "*", AllowUsersToChangePassword=True)
allowed("ChangePassword", by=nobody, **passwords)
allowed("GetAccountPasswordPolicy", by=nobody)
call("DeleteAccountPasswordPolicy", "*")
error = refusal(nobody["iam"], "GetAccountPasswordPolicy", {})
assert "iam:GetAccountPasswordPolicy" in error["Message"], error
crew = {"GroupName": "crew"}
call("CreateGroup", f"{ACCOUNT}group/crew", **crew)
call("GetGroup", "group crew", **crew)
call("ListGroups", f"{ACCOUNT}group/")
call("AddUserToGroup", "group crew", **crew, **ann)
call("ListGroupsForUser", "user ann", **ann)
call("RemoveUserFromGroup", "group crew", **crew, **ann)
call("UpdateGroup", "group crew", NewPath="/team/", **crew)
call("UpdateUser", "user ann", NewPath="/team/", **ann)

# Roles and instance profiles.
app = {"RoleName": "app"}
call("CreateRole", f"{ACCOUNT}role/app", AssumeRolePolicyDocument=TRUST, **app)
call("GetRole", "role app", **app)
call("ListRoles", f"{ACCOUNT}role/")
call("UpdateRole", "role app", MaxSessionDuration=7200, **app)
call("UpdateRoleDescription", "role app", Description="words", **app)
call("UpdateAssumeRolePolicy", "role app", PolicyDocument=TRUST, **app)
call("TagRole", "role app", Tags=TAGS, **app)
call("ListRoleTags", "role app", **app)
call("UntagRole", "role app", TagKeys=["team"], **app)
box = {"InstanceProfileName": "box"}
call("CreateInstanceProfile", f"{ACCOUNT}instance-profile/box", **box)
call("GetInstanceProfile", "instance profile box", **box)
call("ListInstanceProfiles", f"{ACCOUNT}instance-profile/")
call("TagInstanceProfile", "instance profile box", Tags=TAGS, **box)
call("ListInstanceProfileTags", "instance profile box", **box)
call("UntagInstanceProfile", "instance profile box", TagKeys=["team"], **box)
call("AddRoleToInstanceProfile", "instance profile box", **box, **app)
call("ListInstanceProfilesForRole", "role app", **app)
call("RemoveRoleFromInstanceProfile", "instance profile box", **box, **app)
call("DeleteInstanceProfile", "instance profile box", **box)
ivs = f"{ACCOUNT}role/aws-service-role/ivs.amazonaws.com/AWSServiceRoleForIVSRecordToS3"
call("CreateServiceLinkedRole", ivs, AWSServiceName="ivs.amazonaws.com")
linked = "AWSServiceRoleForIVSRecordToS3"
task = call("DeleteServiceLinkedRole", ivs, RoleName=linked)["DeletionTaskId"]
call("GetServiceLinkedRoleDeletionStatus", ivs, DeletionTaskId=task)

# Policies, attached, inline and as boundaries.
own = {"PolicyArn": f"{ACCOUNT}policy/own"}
on_own = f"policy {own['PolicyArn']}"
call("CreatePolicy", "policy own", PolicyName="own", PolicyDocument=ALLOW)
call("GetPolicy", on_own, **own)
call("ListPolicies", "policy path /", Scope="Local")
call("TagPolicy", on_own, Tags=TAGS, **own)
call("ListPolicyTags", on_own, **own)
call("UntagPolicy", on_own, TagKeys=["team"], **own)
call("CreatePolicyVersion", on_own, PolicyDocument=ALLOW, **own)
call("GetPolicyVersion", on_own, VersionId="v1", **own)
call("ListPolicyVersions", on_own, **own)
call("SetDefaultPolicyVersion", on_own, VersionId="v2", **own)
call("DeletePolicyVersion", on_own, VersionId="v1", **own)
for kind, owner in (("User", ann), ("Group", crew), ("Role", app)):
    on = f"{kind.lower()} {list(owner.values())[0]}"
    call(f"Attach{kind}Policy", on, **own, **owner)
    call(f"ListAttached{kind}Policies", on, **owner)
    call(f"Put{kind}Policy", on, PolicyName="in", PolicyDocument=ALLOW, **owner)
    call(f"Get{kind}Policy", on, PolicyName="in", **owner)
    call(f"List{kind}Policies", on, **owner)
    if kind == "Role":
        call("ListEntitiesForPolicy", on_own, **own)
        granting = {"ServiceNamespaces": ["s3"], "Arn": f"{ACCOUNT}role/app"}
        call("ListPoliciesGrantingServiceAccess", f"{ACCOUNT}role/app", **granting)
    call(f"Delete{kind}Policy", on, PolicyName="in", **owner)
    call(f"Detach{kind}Policy", on, **own, **owner)
for kind, owner in (("User", ann), ("Role", app)):
    on = f"{kind.lower()} {list(owner.values())[0]}"
    call(f"Put{kind}PermissionsBoundary", on, PermissionsBoundary=READ_ONLY, **owner)
    call(f"Delete{kind}PermissionsBoundary", on, **owner)

# Simulations and reports.
arn = f"{ACCOUNT}user/team/ann"
call("SimulateCustomPolicy", "*", PolicyInputList=[ALLOW], ActionNames=["s3:GetObject"])
call("SimulatePrincipalPolicy", arn, PolicySourceArn=arn, ActionNames=["s3:GetObject"])
call("GetContextKeysForCustomPolicy", "*", PolicyInputList=[ALLOW])
call("GetContextKeysForPrincipalPolicy", arn, PolicySourceArn=arn)
call("GetAccountAuthorizationDetails", "*")
call("GetAccountSummary", "*")
call("GenerateCredentialReport", "*")
call("GetCredentialReport", "*")
call("CreateAccountAlias", "*", AccountAlias="sweep-alias")
call("ListAccountAliases", "*")
call("DeleteAccountAlias", "*", AccountAlias="sweep-alias")
job = call("GenerateServiceLastAccessedDetails", arn, Arn=arn)["JobId"]
call("GetServiceLastAccessedDetails", "*", JobId=job)
root["iam"].attach_user_policy(PolicyArn=READ_ONLY, **ann)
job = root["iam"].generate_service_last_accessed_details(Arn=arn)["JobId"]
entities = {"JobId": job, "ServiceNamespace": "s3"}
call("GetServiceLastAccessedDetailsWithEntities", "*", **entities)
root["iam"].detach_user_policy(PolicyArn=READ_ONLY, **ann)

# Identity providers.
oidc_arn = f"{ACCOUNT}oidc-provider/login.example.com"
oidc = {"OpenIDConnectProviderArn": oidc_arn}
call("CreateOpenIDConnectProvider", oidc_arn, Url="https://login.example.com")
call("GetOpenIDConnectProvider", oidc_arn, **oidc)
call("ListOpenIDConnectProviders", "*")
call("AddClientIDToOpenIDConnectProvider", oidc_arn, ClientID="app", **oidc)
call("RemoveClientIDFromOpenIDConnectProvider", oidc_arn, ClientID="app", **oidc)
call("UpdateOpenIDConnectProviderThumbprint", oidc_arn, ThumbprintList=["0" * 40], **oidc)
call("TagOpenIDConnectProvider", oidc_arn, Tags=TAGS, **oidc)
call("ListOpenIDConnectProviderTags", oidc_arn, **oidc)
call("UntagOpenIDConnectProvider", oidc_arn, TagKeys=["team"], **oidc)
call("DeleteOpenIDConnectProvider", oidc_arn, **oidc)
saml_arn = f"{ACCOUNT}saml-provider/swept"
saml = {"SAMLProviderArn": saml_arn}
metadata = GIVEN["metadata"]
call("CreateSAMLProvider", saml_arn, Name="swept", SAMLMetadataDocument=metadata)
call("GetSAMLProvider", saml_arn, **saml)
call("ListSAMLProviders", "*")
call("UpdateSAMLProvider", saml_arn, SAMLMetadataDocument=metadata, **saml)
call("TagSAMLProvider", saml_arn, Tags=TAGS, **saml)
call("ListSAMLProviderTags", saml_arn, **saml)
call("UntagSAMLProvider", saml_arn, TagKeys=["team"], **saml)
call("DeleteSAMLProvider", saml_arn, **saml)

# What else users and accounts have.
serial = f"{ACCOUNT}mfa/phone"
phone = {"SerialNumber": serial}
device = call("CreateVirtualMFADevice", serial, VirtualMFADeviceName="phone")
seed = device["VirtualMFADevice"]["Base32StringSeed"]
codes = {"AuthenticationCode1": totp(seed, -3), "AuthenticationCode2": totp(seed, -2)}
call("EnableMFADevice", "user ann", **codes, **phone, **ann)
call("GetMFADevice", "user ann", **phone, **ann)
call("ListMFADevices", "user ann", **ann)
call("ListVirtualMFADevices", "*")
codes = {"AuthenticationCode1": totp(seed, -1), "AuthenticationCode2": totp(seed, 0)}
call("ResyncMFADevice", "user ann", **codes, **phone, **ann)
call("TagMFADevice", serial, Tags=TAGS, **phone)
call("ListMFADeviceTags", serial, **phone)
call("UntagMFADevice", serial, TagKeys=["team"], **phone)
call("DeactivateMFADevice", "user ann", **phone, **ann)
call("DeleteVirtualMFADevice", serial, **phone)
body, private = certificate()
site_arn = f"{ACCOUNT}server-certificate/site"
site = {"ServerCertificateName": "site"}
call("UploadServerCertificate", site_arn, CertificateBody=body, PrivateKey=private, **site)
call("GetServerCertificate", site_arn, **site)
call("ListServerCertificates", "*")
call("TagServerCertificate", site_arn, Tags=TAGS, **site)
call("ListServerCertificateTags", site_arn, **site)
call("UntagServerCertificate", site_arn, TagKeys=["team"], **site)
call("UpdateServerCertificate", site_arn, NewPath="/", **site)
call("DeleteServerCertificate", site_arn, **site)
signing = call("UploadSigningCertificate", "user ann", CertificateBody=body, **ann)["Certificate"]
signing_id = {"CertificateId": signing["CertificateId"]}
call("ListSigningCertificates", "user ann", **ann)
call("UpdateSigningCertificate", "user ann", Status="Inactive", **signing_id, **ann)
call("DeleteSigningCertificate", "user ann", **signing_id, **ann)
ssh = call("UploadSSHPublicKey", "user ann", SSHPublicKeyBody=ssh_key(), **ann)["SSHPublicKey"]
ssh_id = {"SSHPublicKeyId": ssh["SSHPublicKeyId"]}
call("GetSSHPublicKey", "user ann", Encoding="PEM", **ssh_id, **ann)
call("ListSSHPublicKeys", "user ann", **ann)
call("UpdateSSHPublicKey", "user ann", Status="Inactive", **ssh_id, **ann)
call("DeleteSSHPublicKey", "user ann", **ssh_id, **ann)
commit = {"ServiceName": "codecommit.amazonaws.com"}
made = call("CreateServiceSpecificCredential", "user ann", **commit, **ann)
credential = made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
specific = {"ServiceSpecificCredentialId": credential}
call("ListServiceSpecificCredentials", "user ann", **ann)
call("UpdateServiceSpecificCredential", "user ann", Status="Inactive", **specific, **ann)
call("ResetServiceSpecificCredential", "user ann", **specific, **ann)
call("DeleteServiceSpecificCredential", "user ann", **specific, **ann)

# The account's own issuer of tokens, where this boto3 knows it.
if "EnableOutboundWebIdentityFederation" in root["iam"].meta.service_model.operation_names:
    call("EnableOutboundWebIdentityFederation", "*")
    call("GetOutboundWebIdentityFederationInfo", "*")
    call("DisableOutboundWebIdentityFederation", "*")

# STS. Its refusals never tell a reason.
allowed("GetCallerIdentity", "sts", by=nobody)
session = allowed("GetSessionToken", "sts", by=nobody)["Credentials"]
error = refusal(
    clients((session["AccessKeyId"], session["SecretAccessKey"]), session["SessionToken"])["sts"],
    "GetSessionToken",
    {},
)
assert error["Message"] == "Cannot call GetSessionToken with session credentials", error
call("GetAccessKeyInfo", "*", "sts", AccessKeyId=_key["AccessKeyId"])
call("GetFederationToken", "arn:aws:sts::000000000000:federated-user/bob", "sts", Name="bob")
try:
    nobody["iam"].list_users()
    raise AssertionError("nobody may list users")
except ClientError as refused:
    headers = refused.response["ResponseMetadata"]["HTTPHeaders"]
message = {"EncodedMessage": headers["x-rolecast-authorization-message"]}
call("DecodeAuthorizationMessage", "*", "sts", **message)
opened = policy(
    {"Effect": "Allow", "Principal": {"AWS": f"{ACCOUNT}root"}, "Action": "sts:AssumeRole"}
)
root["iam"].create_role(RoleName="open", AssumeRolePolicyDocument=opened)
session_of = {"RoleArn": f"{ACCOUNT}role/open", "RoleSessionName": "sweep"}
assumed = call("AssumeRole", session_of["RoleArn"], "sts", **session_of)["Credentials"]
become = policy({"Effect": "Allow", "Action": "sts:AssumeRoot", "Resource": "*"})
root["iam"].put_role_policy(RoleName="open", PolicyName="become", PolicyDocument=become)
operator = clients((assumed["AccessKeyId"], assumed["SecretAccessKey"]), assumed["SessionToken"])
call(
    "AssumeRoot",
    f"arn:aws:iam::{MEMBER}:root",
    "sts",
    by=operator,
    TargetPrincipal=MEMBER,
    TaskPolicyArn={"arn": "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"},
)
if "GetWebIdentityToken" in root["sts"].meta.service_model.operation_names:
    root["iam"].enable_outbound_web_identity_federation()
    own_token = policy({"Effect": "Allow", "Action": "sts:GetWebIdentityToken", "Resource": "*"})
    root["iam"].put_role_policy(RoleName="open", PolicyName="own", PolicyDocument=own_token)
    wanted = {"Audience": ["api"], "SigningAlgorithm": "ES384"}
    call("GetWebIdentityToken", "*", "sts", by=operator, **wanted)
unsigned = {
    "sts": boto3.client("sts", config=ONCE.merge(Config(signature_version=UNSIGNED)), **OPTIONS)
}
for operation, federated in GIVEN["federated"].items():
    closed = {**federated, "RoleArn": session_of["RoleArn"]}
    if operation == "AssumeRoleWithSAML":
        closed["SAMLAssertion"] = GIVEN["closed"]
    error = refusal(unsigned["sts"], operation, closed)
    assert error["Message"] == f"Not authorized to perform sts:{operation}", error
    allowed(operation, "sts", by=unsigned, **federated)

# What an organization's management account may, where this boto3 knows it.
if "ListOrganizationsFeatures" in root["iam"].meta.service_model.operation_names:
    _root = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    organizations = boto3.client("organizations", config=ONCE, **_root, **OPTIONS)
    organizations.create_organization(FeatureSet="ALL")
    organizations.enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
    call("EnableOrganizationsRootCredentialsManagement", "*")
    call("EnableOrganizationsRootSessions", "*")
    call("ListOrganizationsFeatures", "*")
    call("DisableOrganizationsRootSessions", "*")
    call("DisableOrganizationsRootCredentialsManagement", "*")
    _place = organizations.describe_organization()["Organization"]["Id"]
    _place += "/" + organizations.list_roots()["Roots"][0]["Id"]
    _report = call(
        "GenerateOrganizationsAccessReport",
        f"{ACCOUNT}access-report/{_place}",
        EntityPath=_place,
    )
    call("GetOrganizationsAccessReport", "*", JobId=_report["JobId"])

# The end of what was made.
call("DeleteGroup", "group crew", **crew)
call("DeleteRole", "role app", **app)
call("DeletePolicy", on_own, **own)
call("DeleteUser", "user ann", **ann)

for service, named in OPERATIONS.items():
    # An older boto3 can't call what it doesn't know.
    operations = set(named) & set(root[service].meta.service_model.operation_names)
    missing = sorted(operations - called[service])
    assert not missing, f"{service} operations that this sweep doesn't call: {missing}"
    unknown = sorted(called[service] - operations)
    assert not unknown, f"{service} operations that the server doesn't name: {unknown}"
print("done")
