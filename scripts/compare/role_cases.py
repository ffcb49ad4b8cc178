"""Service-linked roles, by the one that IVS records with."""

from cases import Wrong, bucket, case, expect, iam, ivs, name, policy, refuses, sts, trust, until
from botocore.exceptions import ClientError

SERVICE = "Service-linked roles"
IVS = "ivs.amazonaws.com"
ROLE = "AWSServiceRoleForIVSRecordToS3"


def the_role():
    try:
        iam.create_service_linked_role(AWSServiceName=IVS)
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidInput":
            raise
    return iam.get_role(RoleName=ROLE)["Role"]


def deletion():
    task = iam.delete_service_linked_role(RoleName=ROLE)["DeletionTaskId"]

    def ended():
        status = iam.get_service_linked_role_deletion_status(DeletionTaskId=task)
        return status if status["Status"] in ("SUCCEEDED", "FAILED") else None

    return until(ended, "deleted or refused")


@case(SERVICE, "it has AWS's name, path and trust")
def _():
    role = the_role()
    expect(role["Path"] == f"/aws-service-role/{IVS}/", role["Path"])
    principal = role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]
    expect(principal == {"Service": IVS}, str(principal))


@case(SERVICE, "a second one is refused")
def _():
    the_role()
    refuses(["InvalidInput"], iam.create_service_linked_role, AWSServiceName=IVS)


@case(SERVICE, "a service that has none is refused")
def _():
    service = "nothing.amazonaws.com"
    codes = ["InvalidInput", "AccessDenied"]
    refuses(codes, iam.create_service_linked_role, AWSServiceName=service)


@case(SERVICE, "DeleteRole refuses it")
def _():
    the_role()
    refuses(["UnmodifiableEntity"], iam.delete_role, RoleName=ROLE)


@case(SERVICE, "no policy is put on it or attached to it")
def _():
    the_role()
    document = policy("Allow", "*")
    put = {"RoleName": ROLE, "PolicyName": "p", "PolicyDocument": document}
    refuses(["UnmodifiableEntity"], iam.put_role_policy, **put)
    arn = iam.create_policy(PolicyName=name("policy"), PolicyDocument=document)["Policy"]["Arn"]
    refuses(["UnmodifiableEntity"], iam.attach_role_policy, RoleName=ROLE, PolicyArn=arn)


@case(SERVICE, "its trust isn't changed")
def _():
    the_role()
    document = trust({"AWS": "*"})
    change = {"RoleName": ROLE, "PolicyDocument": document}
    refuses(["UnmodifiableEntity"], iam.update_assume_role_policy, **change)


@case(SERVICE, "nobody assumes it")
def _():
    arn = the_role()["Arn"]
    refuses(["AccessDenied"], sts.assume_role, RoleArn=arn, RoleSessionName="session")


@case(SERVICE, "its path can't be had otherwise")
def _():
    wanted = {"RoleName": name("role"), "Path": f"/aws-service-role/{IVS}/"}
    wanted["AssumeRolePolicyDocument"] = trust({"Service": IVS})
    refuses(["ValidationError", "InvalidInput", "AccessDenied"], iam.create_role, **wanted)


@case(SERVICE, "a recording configuration creates it")
def _():
    the_role()
    deletion()
    target = {"s3": {"bucketName": bucket()}}
    made = ivs.create_recording_configuration(destinationConfiguration=target)
    iam.get_role(RoleName=ROLE)
    ivs.delete_recording_configuration(arn=made["recordingConfiguration"]["arn"])


@case(SERVICE, "its deletion fails while a recording configuration uses it, and names it")
def _():
    target = {"s3": {"bucketName": bucket()}}
    made = ivs.create_recording_configuration(destinationConfiguration=target)
    arn = made["recordingConfiguration"]["arn"]
    try:
        the_role()
        status = deletion()
        expect(status["Status"] == "FAILED", status["Status"])
        usages = status.get("Reason", {}).get("RoleUsageList", [])
        resources = [resource for usage in usages for resource in usage.get("Resources", [])]
        expect(arn in resources, "no usage named")
    finally:
        ivs.delete_recording_configuration(arn=arn)


@case(SERVICE, "unused, it is deleted by a task")
def _():
    the_role()
    status = until(lambda: deletion()["Status"] == "SUCCEEDED", "deleted")
    try:
        iam.get_role(RoleName=ROLE)
    except iam.exceptions.NoSuchEntityException:
        return
    raise Wrong(f"{status}, and still there")
