"""IAM and STS: who is refused, and by which policy."""

from cases import case, client, expect, iam, name, policy, refuses, sts, trust, user_with

SERVICE = "IAM"


@case(SERVICE, "a name that differs in case alone is taken")
def _():
    user = name("user")
    iam.create_user(UserName=user)
    refuses(["EntityAlreadyExists"], iam.create_user, UserName=user.upper())


@case(SERVICE, "a user with a policy isn't deleted")
def _():
    user, _key = user_with(policy("Allow", "s3:*"))
    refuses(["DeleteConflict"], iam.delete_user, UserName=user)


@case(SERVICE, "a policy with a mistake is refused")
def _():
    user, _key = user_with()
    for wrong in ["{", '{"Version":"2012-10-17"}', policy("Perhaps", "s3:*")]:
        arguments = {"UserName": user, "PolicyName": "p", "PolicyDocument": wrong}
        refuses(["MalformedPolicyDocument"], iam.put_user_policy, **arguments)


@case(SERVICE, "a key that nobody has is refused")
def _():
    stranger = {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "x" * 40}
    refuses(["InvalidClientTokenId"], client("sts", stranger).get_caller_identity)


@case(SERVICE, "a wrong secret is refused")
def _():
    _user, key = user_with()
    wrong = {**key, "SecretAccessKey": "x" * 40}
    refuses(["SignatureDoesNotMatch"], client("sts", wrong).get_caller_identity)


@case(SERVICE, "an inactive key is refused")
def _():
    user, key = user_with()
    status = {"UserName": user, "AccessKeyId": key["AccessKeyId"], "Status": "Inactive"}
    iam.update_access_key(**status)
    refuses(["InvalidClientTokenId"], client("sts", key).get_caller_identity)


@case(SERVICE, "GetCallerIdentity names the user of the key")
def _():
    user, key = user_with()
    arn = client("sts", key).get_caller_identity()["Arn"]
    expect(arn.endswith(f":user/{user}"), arn)


@case(SERVICE, "a user without a policy may do nothing")
def _():
    _user, key = user_with()
    refuses(["AccessDenied"], client("iam", key).list_users)


@case(SERVICE, "a user may do what a policy allows, and no more")
def _():
    _user, key = user_with(policy("Allow", "iam:ListUsers"))
    client("iam", key).list_users()
    refuses(["AccessDenied"], client("iam", key).list_roles)


@case(SERVICE, "an explicit deny wins")
def _():
    _user, key = user_with(policy("Allow", "iam:*"), policy("Deny", "iam:ListUsers"))
    refuses(["AccessDenied"], client("iam", key).list_users)


@case(SERVICE, "a condition on the caller's address decides")
def _():
    elsewhere = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
    _user, key = user_with(policy("Allow", "iam:ListUsers", Condition=elsewhere))
    refuses(["AccessDenied"], client("iam", key).list_users)


@case(SERVICE, "a permissions boundary limits what a policy allows")
def _():
    made = iam.create_policy(PolicyName=name("edge"), PolicyDocument=policy("Allow", "s3:*"))
    boundary = {"PermissionsBoundary": made["Policy"]["Arn"]}
    _user, key = user_with(policy("Allow", "iam:*"), **boundary)
    refuses(["AccessDenied"], client("iam", key).list_users)


@case(SERVICE, "a group's policy counts for its members")
def _():
    user, key = user_with()
    group = name("group")
    iam.create_group(GroupName=group)
    document = policy("Allow", "iam:ListUsers")
    iam.put_group_policy(GroupName=group, PolicyName="p", PolicyDocument=document)
    refuses(["AccessDenied"], client("iam", key).list_users)
    iam.add_user_to_group(GroupName=group, UserName=user)
    client("iam", key).list_users()


@case(SERVICE, "a role is assumed by whom it trusts, and by nobody else")
def _():
    account = sts.get_caller_identity()["Account"]
    _user, key = user_with(policy("Allow", "sts:AssumeRole"))
    role = name("role")
    root = {"AWS": f"arn:aws:iam::{account}:root"}
    arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust(root))["Role"]["Arn"]
    assume = client("sts", key).assume_role
    session = assume(RoleArn=arn, RoleSessionName="session")["Credentials"]
    assumed = client("sts", session).get_caller_identity()["Arn"]
    expect(assumed.endswith(f":assumed-role/{role}/session"), assumed)
    service = trust({"Service": "ec2.amazonaws.com"})
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=service)
    refuses(["AccessDenied"], assume, RoleArn=arn, RoleSessionName="session")


@case(SERVICE, "a session's own policy limits it")
def _():
    account = sts.get_caller_identity()["Account"]
    role = name("role")
    _user, key = user_with(policy("Allow", "sts:AssumeRole"))
    root = {"AWS": f"arn:aws:iam::{account}:root"}
    arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust(root))["Role"]["Arn"]
    document = policy("Allow", "iam:*")
    iam.put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=document)
    limits = {"RoleArn": arn, "RoleSessionName": "session", "Policy": policy("Allow", "iam:ListRoles")}
    session = client("sts", key).assume_role(**limits)["Credentials"]
    client("iam", session).list_roles()
    refuses(["AccessDenied"], client("iam", session).list_users)


@case(SERVICE, "the simulator decides as requests are decided")
def _():
    user, _key = user_with(policy("Allow", "s3:GetObject"))
    account = sts.get_caller_identity()["Account"]
    results = iam.simulate_principal_policy(
        PolicySourceArn=f"arn:aws:iam::{account}:user/{user}",
        ActionNames=["s3:GetObject", "s3:PutObject"],
    )["EvaluationResults"]
    decisions = {one["EvalActionName"]: one["EvalDecision"] for one in results}
    expected = {"s3:GetObject": "allowed", "s3:PutObject": "implicitDeny"}
    expect(decisions == expected, str(decisions))
