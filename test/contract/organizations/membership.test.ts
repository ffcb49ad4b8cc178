import { LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import {
  EnableOrganizationsRootSessionsCommand,
  GenerateOrganizationsAccessReportCommand,
  GetOrganizationsAccessReportCommand,
  ListOrganizationsFeaturesCommand,
  ListRolesCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import * as organizations from "@aws-sdk/client-organizations";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { AssumeRootCommand, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, createUser, policyOf } from "../../support/principals.ts";
import { type Key, startTestServer, type TestServer } from "../../support/test-server.ts";
import { assume, createAccount, createPolicy, organizationsOf, outcomeOf } from "./support.ts";

const MANAGEMENT = "000000000000";
const STUDIO = "111111111111";
const OTHER = "222222222222";
const keyOf = (id: string): Key => ({ accessKeyId: `KEY${id}`, secretAccessKey: `secret-${id}` });
const LATEST_FIRST = "LAST_AUTHENTICATED_TIME_DESCENDING";
const ANALYZER = "access-analyzer.amazonaws.com";

let server: TestServer;
let client: organizations.OrganizationsClient;
let studio: organizations.OrganizationsClient;
let admin: Key;
let rootId: string;

beforeAll(async () => {
  const accounts = [STUDIO, OTHER].map((id) => {
    const { accessKeyId, secretAccessKey } = keyOf(id);
    return { id, rootAccessKeyId: accessKeyId, rootSecretAccessKey: secretAccessKey };
  });
  server = await startTestServer({ accounts, organizationAccounts: 20 });
  client = organizationsOf(server);
  studio = organizationsOf(server, keyOf(STUDIO));
  await client.send(new organizations.CreateOrganizationCommand({}));
  admin = await createUser(server.clients().iam, "admin", [allow("*")]);
  const { Roots } = await client.send(new organizations.ListRootsCommand({}));
  rootId = Roots?.[0]?.Id ?? "";
});
afterAll(() => server.close());

const invite = async (Id: string, Type: "ACCOUNT" | "EMAIL" = "ACCOUNT") => {
  const input = { Target: { Id, Type }, Notes: "come" };
  const invited = await client.send(new organizations.InviteAccountToOrganizationCommand(input));
  return invited.Handshake?.Id ?? "";
};
const roleNames = async (key: Key) => {
  const { Roles } = await server.clients(key).iam.send(new ListRolesCommand({}));
  return Roles?.map(({ RoleName }) => RoleName);
};

describe("an invited account", () => {
  test("joins by accepting, gets its linked role, and is bound by policies", async () => {
    expect(await outcomeOf(studio.send(new organizations.DescribeOrganizationCommand({})))).toBe(
      "AWSOrganizationsNotInUseException: Your account is not a member of an organization.",
    );
    const HandshakeId = await invite(STUDIO);
    expect(await outcomeOf(invite(STUDIO))).toMatch(/^DuplicateHandshakeException/);
    const { Handshakes } = await studio.send(new organizations.ListHandshakesForAccountCommand({}));
    expect(Handshakes).toMatchObject([
      {
        ...{ Id: HandshakeId, Action: "INVITE", State: "OPEN" },
        Parties: expect.arrayContaining([{ Id: STUDIO, Type: "ACCOUNT" }]),
        Resources: expect.arrayContaining([{ Type: "NOTES", Value: "come" }]),
      },
    ]);
    const accept = (by: organizations.OrganizationsClient) =>
      by.send(new organizations.AcceptHandshakeCommand({ HandshakeId }));
    expect(await outcomeOf(accept(organizationsOf(server, keyOf(OTHER))))).toMatch(
      /^AccessDeniedException/,
    );
    expect((await accept(studio)).Handshake?.State).toBe("ACCEPTED");
    expect(await outcomeOf(accept(studio))).toMatch(/^HandshakeAlreadyInStateException/);
    expect(await roleNames(keyOf(STUDIO))).toEqual(["AWSServiceRoleForOrganizations"]);
    const cancel = client.send(new organizations.CancelHandshakeCommand({ HandshakeId }));
    expect(await outcomeOf(cancel)).toMatch(/^InvalidHandshakeTransitionException/);
    const { Account } = await client.send(
      new organizations.DescribeAccountCommand({ AccountId: STUDIO }),
    );
    expect(Account).toMatchObject({ JoinedMethod: "INVITED", Status: "ACTIVE" });
  });

  test("can decline, and an invitation can be cancelled", async () => {
    const other = organizationsOf(server, keyOf(OTHER));
    const HandshakeId = await invite(OTHER);
    const declined = await other.send(new organizations.DeclineHandshakeCommand({ HandshakeId }));
    expect(declined.Handshake?.State).toBe("DECLINED");
    const again = await invite(`root+${OTHER}@example.com`, "EMAIL");
    const cancelled = await client.send(
      new organizations.CancelHandshakeCommand({ HandshakeId: again }),
    );
    expect(cancelled.Handshake).toMatchObject({ State: "CANCELED" });
    const late = other.send(new organizations.AcceptHandshakeCommand({ HandshakeId: again }));
    expect(await outcomeOf(late)).toMatch(/^InvalidHandshakeTransitionException/);
  });

  test("leaves, and no policy binds it any more", async () => {
    const users = () => outcomeOf(server.clients(keyOf(STUDIO)).iam.send(new ListUsersCommand({})));
    const content = policyOf([{ Effect: "Deny", Action: "iam:ListUsers", Resource: "*" }]);
    const PolicyId = await createPolicy(client, "no-users", content);
    await client.send(new organizations.AttachPolicyCommand({ PolicyId, TargetId: STUDIO }));
    expect(await users()).toMatch(/explicit deny in a service control policy/);
    await studio.send(new organizations.LeaveOrganizationCommand({}));
    expect(await users()).toBe("done");
    const leave = client.send(new organizations.LeaveOrganizationCommand({}));
    expect(await outcomeOf(leave)).toMatch(/^MasterCannotLeaveOrganizationException/);
  });
});

describe("trusted access", () => {
  test("makes the service's linked role in each member, past its policies", async () => {
    const member = await createAccount(client, "before");
    const session = await assume(server, admin, member);
    const content = policyOf([
      { Effect: "Deny", Action: "iam:CreateServiceLinkedRole", Resource: "*" },
    ]);
    const PolicyId = await createPolicy(client, "no-linked-roles", content);
    await client.send(new organizations.AttachPolicyCommand({ PolicyId, TargetId: member }));
    const enable = (ServicePrincipal: string) =>
      client.send(new organizations.EnableAWSServiceAccessCommand({ ServicePrincipal }));
    await enable(ANALYZER);
    expect(await roleNames(session)).toContain("AWSServiceRoleForAccessAnalyzer");
    expect(await roleNames(admin)).not.toContain("AWSServiceRoleForAccessAnalyzer");
    const after = await createAccount(client, "after");
    const later = await assume(server, admin, after);
    expect(await roleNames(later)).toContain("AWSServiceRoleForAccessAnalyzer");
    expect(await outcomeOf(enable("ivs.amazonaws.com"))).toMatch(
      /^InvalidInputException UNRECOGNIZED_SERVICE_PRINCIPAL/,
    );
    const { EnabledServicePrincipals } = await client.send(
      new organizations.ListAWSServiceAccessForOrganizationCommand({}),
    );
    expect(EnabledServicePrincipals).toMatchObject([{ ServicePrincipal: ANALYZER }]);
  });

  test("is administered by an account, which then may read the organization", async () => {
    const AccountId = await createAccount(client, "security");
    const session = organizationsOf(server, await assume(server, admin, AccountId));
    const list = () => outcomeOf(session.send(new organizations.ListAccountsCommand({})));
    const register = (ServicePrincipal: string, id = AccountId) =>
      outcomeOf(
        client.send(
          new organizations.RegisterDelegatedAdministratorCommand({
            AccountId: id,
            ServicePrincipal,
          }),
        ),
      );
    expect(await register("guardduty.amazonaws.com")).toMatch(/SERVICE_ACCESS_NOT_ENABLED/);
    expect(await register(ANALYZER, MANAGEMENT)).toMatch(/CANNOT_REGISTER_MASTER/);
    expect(await list()).toMatch(/^AccessDeniedException: You don't have permissions/);
    expect(await register(ANALYZER)).toBe("done");
    expect(await register(ANALYZER)).toMatch(/^AccountAlreadyRegisteredException/);
    expect(await list()).toBe("done");
    const remove = client.send(
      new organizations.RemoveAccountFromOrganizationCommand({ AccountId }),
    );
    expect(await outcomeOf(remove)).toMatch(/CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG/);
    const disable = client.send(
      new organizations.DisableAWSServiceAccessCommand({ ServicePrincipal: ANALYZER }),
    );
    expect(await outcomeOf(disable)).toMatch(/DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE/);
    const write = session.send(
      new organizations.CreateOrganizationalUnitCommand({ ParentId: rootId, Name: "mine" }),
    );
    expect(await outcomeOf(write)).toMatch(/^AccessDeniedException: You don't have permissions/);
  });
});

test("the resource policy lets a member manage policies, and nothing about accounts", async () => {
  const AccountId = await createAccount(client, "delegate");
  const session = organizationsOf(server, await assume(server, admin, AccountId));
  const delegation = (Action: string[]) =>
    policyOf([
      {
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${AccountId}:root` },
        ...{ Action, Resource: "*" },
        Condition: { StringLikeIfExists: { "organizations:PolicyType": ["TAG_POLICY"] } },
      },
    ]);
  const put = (Content: string) =>
    client.send(new organizations.PutResourcePolicyCommand({ Content }));
  expect(await outcomeOf(put(delegation(["organizations:CreateAccount"])))).toMatch(
    /^InvalidInputException UNSUPPORTED_ACTION_IN_RESOURCE_POLICY/,
  );
  await put(delegation(["organizations:CreatePolicy", "organizations:DescribePolicy"]));
  const create = (Type: organizations.PolicyType, Content: string) =>
    outcomeOf(
      session.send(
        new organizations.CreatePolicyCommand({ Name: "theirs", Description: "", Type, Content }),
      ),
    );
  expect(await create("TAG_POLICY", '{"tags":{}}')).toBe("done");
  const scp = policyOf([{ Effect: "Deny", Action: "*", Resource: "*" }]);
  expect(await create("SERVICE_CONTROL_POLICY", scp)).toMatch(/^AccessDeniedException/);
  const list = session.send(new organizations.ListRootsCommand({}));
  expect(await outcomeOf(list)).toMatch(/^AccessDeniedException: You don't have permissions/);
  await client.send(new organizations.DeleteResourcePolicyCommand({}));
  expect(await create("TAG_POLICY", '{"tags":{}}')).toMatch(/^AccessDeniedException/);
});

test("a closed account is shown, and its credentials are refused", async () => {
  const AccountId = await createAccount(client, "closing");
  const session = await assume(server, admin, AccountId);
  const close = (id: string) =>
    outcomeOf(client.send(new organizations.CloseAccountCommand({ AccountId: id })));
  expect(await close(MANAGEMENT)).toMatch(/CANNOT_CLOSE_MANAGEMENT_ACCOUNT/);
  expect(await close(AccountId)).toBe("done");
  expect(await close(AccountId)).toBe(
    "AccountAlreadyClosedException: The provided account is already closed.",
  );
  const { Account } = await client.send(new organizations.DescribeAccountCommand({ AccountId }));
  expect(Account).toMatchObject({ Status: "SUSPENDED", State: "SUSPENDED" });
  const ask = server.clients(session).sts.send(new GetCallerIdentityCommand({}));
  expect(await outcomeOf(ask)).toMatch(/^InvalidClientTokenId/);
});

test("tags are kept, and are condition keys", async () => {
  const AccountId = await createAccount(client, "tagged");
  const tag = (Key: string, Value = "x") =>
    client.send(
      new organizations.TagResourceCommand({ ResourceId: AccountId, Tags: [{ Key, Value }] }),
    );
  await tag("team", "core");
  expect(await outcomeOf(tag("aws:mine"))).toMatch(/INVALID_SYSTEM_TAGS_PARAMETER/);
  const { Tags } = await client.send(
    new organizations.ListTagsForResourceCommand({ ResourceId: AccountId }),
  );
  expect(Tags).toEqual([{ Key: "team", Value: "core" }]);
  const onCore = { StringEquals: { "aws:ResourceTag/team": "core" } };
  const user = await createUser(server.clients().iam, "core", [
    { ...allow("organizations:DescribeAccount"), Condition: onCore },
  ]);
  const describe = (id: string) =>
    outcomeOf(
      organizationsOf(server, user).send(
        new organizations.DescribeAccountCommand({ AccountId: id }),
      ),
    );
  expect(await describe(AccountId)).toBe("done");
  expect(await describe(MANAGEMENT)).toMatch(/^AccessDeniedException: User: /);
});

test("the effective policy of an account is what its levels merge to", async () => {
  const AccountId = await createAccount(client, "merged");
  const PolicyType = "TAG_POLICY";
  await client.send(new organizations.EnablePolicyTypeCommand({ RootId: rootId, PolicyType }));
  const owner = (value: object) =>
    JSON.stringify({ tags: { Owner: { tag_key: { "@@assign": "Owner" }, tag_value: value } } });
  const above = await createPolicy(client, "above", owner({ "@@assign": ["a"] }), PolicyType);
  const own = await createPolicy(client, "own", owner({ "@@append": ["b"] }), PolicyType);
  await client.send(new organizations.AttachPolicyCommand({ PolicyId: above, TargetId: rootId }));
  await client.send(new organizations.AttachPolicyCommand({ PolicyId: own, TargetId: AccountId }));
  const effective = async (by: organizations.OrganizationsClient, TargetId?: string) =>
    (await by.send(new organizations.DescribeEffectivePolicyCommand({ PolicyType, TargetId })))
      .EffectivePolicy?.PolicyContent ?? "";
  const expected = { tags: { owner: { tag_key: "Owner", tag_value: ["a", "b"] } } };
  expect(JSON.parse(await effective(client, AccountId))).toEqual(expected);
  const session = organizationsOf(server, await assume(server, admin, AccountId));
  expect(JSON.parse(await effective(session))).toEqual(expected);
  expect(await outcomeOf(effective(session, MANAGEMENT))).toMatch(/^AccessDeniedException/);
  expect(await outcomeOf(effective(client, rootId))).toMatch(/TARGET_NOT_SUPPORTED/);
});

test("root sessions need trusted access for IAM, and then let AssumeRoot in", async () => {
  const AccountId = await createAccount(client, "rooted");
  const { iam, sts } = server.clients(admin);
  const TaskPolicyArn = {
    arn: "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials",
  };
  const assumeRoot = () =>
    outcomeOf(sts.send(new AssumeRootCommand({ TargetPrincipal: AccountId, TaskPolicyArn })));
  const enable = () => outcomeOf(iam.send(new EnableOrganizationsRootSessionsCommand({})));
  expect(await enable()).toMatch(/^ServiceAccessNotEnabledException/);
  await client.send(
    new organizations.EnableAWSServiceAccessCommand({ ServicePrincipal: "iam.amazonaws.com" }),
  );
  expect(await assumeRoot()).toMatch(/^AccessDenied/);
  expect(await enable()).toBe("done");
  const { EnabledFeatures } = await iam.send(new ListOrganizationsFeaturesCommand({}));
  expect(EnabledFeatures).toEqual(["RootSessions"]);
  expect(await assumeRoot()).toBe("done");
  const outside = server.clients(keyOf(OTHER)).iam;
  expect(await outcomeOf(outside.send(new ListOrganizationsFeaturesCommand({})))).toMatch(
    /^OrganizationNotFoundException/,
  );
});

describe("IAM's access report", () => {
  const report = async (EntityPath: string, more: object = {}, by = server.clients(admin).iam) => {
    const asked = new GenerateOrganizationsAccessReportCommand({ EntityPath, ...more });
    const { JobId } = await by.send(asked);
    return by.send(new GetOrganizationsAccessReportCommand({ JobId, SortKey: LATEST_FIRST }));
  };

  test("has the services that SCPs leave, with the accounts that called them last", async () => {
    const { Organization } = await client.send(new organizations.DescribeOrganizationCommand({}));
    const root = `${Organization?.Id}/${rootId}`;
    const north = await createAccount(client, "reported");
    const { iam, s3 } = server.clients(await assume(server, admin, north));
    await s3.send(new ListBucketsCommand({}));
    await iam.send(new ListRolesCommand({}));
    const PolicyId = await createPolicy(
      client,
      "no-s3",
      policyOf([{ Effect: "Deny", Action: "s3:*", Resource: "*" }]),
    );
    const before = await report(`${root}/${north}`);
    expect(before).toMatchObject({ JobStatus: "COMPLETED", IsTruncated: false });
    const called = before.AccessDetails?.slice(0, 2);
    expect(called?.map(({ ServiceNamespace }) => ServiceNamespace)).toEqual(["iam", "s3"]);
    expect(called?.[0]).toMatchObject({
      ServiceName: "AWS Identity and Access Management",
      EntityPath: `${root}/${north}`,
      Region: "us-east-1",
      TotalAuthenticatedEntities: 1,
    });
    const { NumberOfServicesAccessible = 0, NumberOfServicesNotAccessed } = before;
    expect(NumberOfServicesNotAccessed).toBe(NumberOfServicesAccessible - 2);
    await client.send(new organizations.AttachPolicyCommand({ PolicyId, TargetId: north }));
    const after = await report(`${root}/${north}`);
    expect(after.NumberOfServicesAccessible).toBe(NumberOfServicesAccessible - 1);
    expect(after.AccessDetails?.some(({ ServiceNamespace: name }) => name === "s3")).toBe(false);
    // The root has no such policy; the management account is bound by none.
    const all = await report(root);
    expect(all.NumberOfServicesAccessible).toBe(NumberOfServicesAccessible);
    const own = await report(root, { OrganizationsPolicyId: "p-FullAWSAccess" });
    expect(own.AccessDetails?.find(({ ServiceNamespace: name }) => name === "s3")).toMatchObject({
      EntityPath: `${root}/${north}`,
    });
    expect((await report(`${root}/${MANAGEMENT}`)).JobStatus).toBe("COMPLETED");
    expect(await report(`${root}/${OTHER}`)).toMatchObject({
      JobStatus: "FAILED",
      ErrorDetails: { Code: "TargetNotFoundException" },
    });
    const outside = await report(root, {}, server.clients(keyOf(OTHER)).iam);
    expect(outside.ErrorDetails?.Code).toBe("AWSOrganizationsNotInUseException");
  });

  test("is granted by path and policy, with Organizations' own permissions", async () => {
    const path = `o-a1b2c3d4e5/${rootId}`;
    const generate = allow(
      "iam:GenerateOrganizationsAccessReport",
      `arn:aws:iam::${MANAGEMENT}:access-report/${path}`,
    );
    const Condition = { StringEquals: { "iam:OrganizationsPolicyId": "p-FullAWSAccess" } };
    const reader = await createUser(server.clients().iam, "reader", [
      { ...generate, Condition },
      allow(["iam:GetOrganizationsAccessReport", "organizations:List*"]),
    ]);
    const { iam } = server.clients(reader);
    const withPolicy = { OrganizationsPolicyId: "p-FullAWSAccess" };
    expect(await outcomeOf(report(path, {}, iam))).toMatch(/perform: iam:GenerateOrganizations/);
    expect(await outcomeOf(report(path, withPolicy, iam))).toMatch(/organizations:DescribePolicy/);
    const PolicyDocument = policyOf([allow("organizations:DescribePolicy")]);
    const more = { UserName: "reader", PolicyName: "more", PolicyDocument };
    await server.clients().iam.send(new PutUserPolicyCommand(more));
    expect(await outcomeOf(report(path, withPolicy, iam))).toBe("done");
  });
});

test("CloudTrail records in the management account what became of accounts", async () => {
  const { cloudtrail } = server.clients();
  const eventsOf = async (EventName: string) => {
    const wanted = { AttributeKey: "EventName", AttributeValue: EventName } as const;
    const { Events } = await cloudtrail.send(
      new LookupEventsCommand({ LookupAttributes: [wanted] }),
    );
    return (Events ?? []).map(({ CloudTrailEvent = "" }) => JSON.parse(CloudTrailEvent));
  };
  const detailsOf = async (name: string) => {
    const events = await eventsOf(name);
    return events.map(({ serviceEventDetails }) => serviceEventDetails);
  };
  const north = await createAccount(client, "recorded");
  expect(await createAccount(client, "recorded")).toBe("");
  const [failed, created] = await eventsOf("CreateAccountResult");
  expect(created).toMatchObject({
    ...{ eventType: "AwsServiceEvent", eventSource: "organizations.amazonaws.com" },
    userIdentity: { accountId: MANAGEMENT, invokedBy: "AWS Internal" },
    ...{ sourceIPAddress: "AWS Internal", requestParameters: null, readOnly: false },
    ...{ awsRegion: "us-east-1", recipientAccountId: MANAGEMENT, eventCategory: "Management" },
    serviceEventDetails: {
      createAccountStatus: {
        id: expect.stringMatching(/^car-/),
        ...{ state: "SUCCEEDED", accountName: "****", accountId: north },
        completedTimestamp: expect.stringMatching(/^\w{3} \d+, \d{4} \d+:\d\d:\d\d [AP]M$/),
      },
    },
  });
  expect(failed.serviceEventDetails.createAccountStatus).toMatchObject({
    ...{ state: "FAILED", failureReason: "EMAIL_ALREADY_EXISTS" },
  });
  const AccountId = await createAccount(client, "departing");
  await client.send(new organizations.RemoveAccountFromOrganizationCommand({ AccountId }));
  await client.send(new organizations.CloseAccountCommand({ AccountId: north }));
  expect((await detailsOf("AccountDepartedOrganization"))[0]).toMatchObject({
    ...{ accountId: AccountId, departedMethod: "Removed" },
  });
  expect((await detailsOf("CloseAccountResult"))[0]).toMatchObject({
    closeAccountStatus: { accountId: north, state: "SUCCEEDED" },
  });
  const joined = await detailsOf("AccountJoinedOrganization");
  expect(joined.map(({ accountId, joinedMethod }) => `${accountId} ${joinedMethod}`)).toEqual(
    expect.arrayContaining([`${AccountId} Created`, `${STUDIO} Invited`, `${MANAGEMENT} Invited`]),
  );
  // Members have no record of it.
  const own = server.clients(keyOf(STUDIO)).cloudtrail;
  const { Events = [] } = await own.send(new LookupEventsCommand({}));
  expect(Events.map(({ EventName }) => EventName)).not.toContain("AccountJoinedOrganization");
});

test("consolidated billing becomes all features once every invited account agrees", async () => {
  const other = organizationsOf(server, keyOf(OTHER));
  const FeatureSet = "CONSOLIDATED_BILLING";
  await other.send(new organizations.CreateOrganizationCommand({ FeatureSet }));
  const { Roots } = await other.send(new organizations.ListRootsCommand({}));
  const PolicyType = "SERVICE_CONTROL_POLICY";
  const enable = other.send(
    new organizations.EnablePolicyTypeCommand({ RootId: Roots?.[0]?.Id, PolicyType }),
  );
  expect(await outcomeOf(enable)).toMatch(/^PolicyTypeNotAvailableForOrganizationException/);
  const invited = await other.send(
    new organizations.InviteAccountToOrganizationCommand({
      Target: { Id: STUDIO, Type: "ACCOUNT" },
    }),
  );
  const accept = (by: organizations.OrganizationsClient, HandshakeId: string | undefined) =>
    outcomeOf(by.send(new organizations.AcceptHandshakeCommand({ HandshakeId })));
  expect(await accept(studio, invited.Handshake?.Id)).toBe("done");
  const { Handshake } = await other.send(new organizations.EnableAllFeaturesCommand({}));
  expect(await accept(other, Handshake?.Id)).toMatch(/^HandshakeConstraintViolationException/);
  const { Handshakes } = await studio.send(
    new organizations.ListHandshakesForAccountCommand({
      Filter: { ActionType: "APPROVE_ALL_FEATURES" },
    }),
  );
  expect(await accept(studio, Handshakes?.[0]?.Id)).toBe("done");
  expect(await accept(other, Handshake?.Id)).toBe("done");
  const { Organization } = await studio.send(new organizations.DescribeOrganizationCommand({}));
  expect(Organization?.FeatureSet).toBe("ALL");
  await studio.send(new organizations.LeaveOrganizationCommand({}));
  expect(await outcomeOf(other.send(new organizations.DeleteOrganizationCommand({})))).toBe("done");
});
