import { ListGroupsCommand, ListRolesCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import * as organizations from "@aws-sdk/client-organizations";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, createUser, policyOf } from "../../support/principals.ts";
import { sendSigned } from "../../support/signed-request.ts";
import { type Key, startTestServer, type TestServer } from "../../support/test-server.ts";
import { assume, createAccount, createPolicy, organizationsOf, outcomeOf } from "./support.ts";

const MANAGEMENT = "000000000000";
const FULL_ACCESS = "p-FullAWSAccess";
const deny = (Action: string, more: object = {}) =>
  policyOf([{ Effect: "Deny", Action, Resource: "*", ...more }]);

const arnOf = (resource: string) => `arn:aws:organizations::${MANAGEMENT}:${resource}`;

let server: TestServer;
let client: organizations.OrganizationsClient;
let admin: Key;
let rootId: string;

beforeAll(async () => {
  server = await startTestServer();
  client = organizationsOf(server);
  await client.send(new organizations.CreateOrganizationCommand({}));
  admin = await createUser(server.clients().iam, "admin", [allow("*")]);
  const { Roots } = await client.send(new organizations.ListRootsCommand({}));
  rootId = Roots?.[0]?.Id ?? "";
});
afterAll(() => server.close());

const unit = async (Name: string, ParentId = rootId) => {
  const made = await client.send(
    new organizations.CreateOrganizationalUnitCommand({ Name, ParentId }),
  );
  return made.OrganizationalUnit?.Id ?? "";
};
const move = (AccountId: string, SourceParentId: string, DestinationParentId: string) =>
  client.send(
    new organizations.MoveAccountCommand({ AccountId, SourceParentId, DestinationParentId }),
  );
const attach = (PolicyId: string, TargetId: string) =>
  client.send(new organizations.AttachPolicyCommand({ PolicyId, TargetId }));
const detach = (PolicyId: string, TargetId: string) =>
  client.send(new organizations.DetachPolicyCommand({ PolicyId, TargetId }));

describe("an organization", () => {
  test("has all features, and a root with service control policies on", async () => {
    const { Organization } = await client.send(new organizations.DescribeOrganizationCommand({}));
    expect(Organization).toMatchObject({
      Id: expect.stringMatching(/^o-[a-z0-9]{10}$/),
      Arn: arnOf(`organization/${Organization?.Id}`),
      FeatureSet: "ALL",
      MasterAccountId: MANAGEMENT,
      MasterAccountArn: arnOf(`account/${Organization?.Id}/${MANAGEMENT}`),
    });
    const { Roots } = await client.send(new organizations.ListRootsCommand({}));
    expect(Roots).toEqual([
      {
        Id: expect.stringMatching(/^r-[a-z0-9]{4}$/),
        Arn: `arn:aws:organizations::${MANAGEMENT}:root/${Organization?.Id}/${rootId}`,
        Name: "Root",
        PolicyTypes: [{ Type: "SERVICE_CONTROL_POLICY", Status: "ENABLED" }],
      },
    ]);
    const again = client.send(new organizations.CreateOrganizationCommand({}));
    expect(await outcomeOf(again)).toMatch(/^AlreadyInOrganizationException: The provided/);
    const roles = await server.clients().iam.send(new ListRolesCommand({}));
    expect(roles.Roles?.map(({ RoleName }) => RoleName)).toContain(
      "AWSServiceRoleForOrganizations",
    );
  });

  test("has units, five deep, whose names differ below one parent", async () => {
    const prod = await unit("prod");
    expect(prod).toMatch(new RegExp(`^ou-${rootId.slice(2)}-[a-z0-9]{8}$`));
    expect(await outcomeOf(unit("prod"))).toMatch(/^DuplicateOrganizationalUnitException: An OU/);
    let parent = prod;
    for (const name of ["2", "3", "4", "5"]) parent = await unit(name, parent);
    expect(await outcomeOf(unit("6", parent))).toMatch(
      /^ConstraintViolationException OU_DEPTH_LIMIT_EXCEEDED: You cannot add/,
    );
    const { OrganizationalUnit } = await client.send(
      new organizations.DescribeOrganizationalUnitCommand({ OrganizationalUnitId: prod }),
    );
    const { Organization } = await client.send(new organizations.DescribeOrganizationCommand({}));
    expect(OrganizationalUnit).toEqual({
      Id: prod,
      Arn: `arn:aws:organizations::${MANAGEMENT}:ou/${Organization?.Id}/${prod}`,
      Name: "prod",
      Path: `${Organization?.Id}/${rootId}/${prod}/`,
    });
    const remove = (OrganizationalUnitId: string) =>
      client.send(new organizations.DeleteOrganizationalUnitCommand({ OrganizationalUnitId }));
    expect(await outcomeOf(remove(prod))).toMatch(/^OrganizationalUnitNotEmptyException/);
    expect(await outcomeOf(remove(parent))).toBe("done");
    expect(await outcomeOf(remove(parent))).toMatch(/^OrganizationalUnitNotFoundException/);
  });

  test("is nobody else's business", async () => {
    const stranger = await createUser(server.clients().iam, "stranger");
    const list = organizationsOf(server, stranger).send(new organizations.ListAccountsCommand({}));
    expect(await outcomeOf(list)).toBe(
      `AccessDeniedException: User: ${stranger.arn} is not authorized to perform: ` +
        "organizations:ListAccounts on resource: * because no identity-based policy allows " +
        "the organizations:ListAccounts action",
    );
    const wrong = client.send(new organizations.ListAccountsCommand({ MaxResults: 21 }));
    expect(await outcomeOf(wrong)).toBe(
      "InvalidInputException MAX_VALUE_EXCEEDED: You specified an invalid value.",
    );
  });

  test.each(["not-an-id", "0", "r-", "arn:aws:organizations::000000000000:ou/o-1/ou-1"])(
    "has no tags of %s, which is no id",
    async (ResourceId) => {
      const Tags = [{ Key: "k", Value: "v" }];
      const calls = [
        client.send(new organizations.TagResourceCommand({ ResourceId, Tags })),
        client.send(new organizations.UntagResourceCommand({ ResourceId, TagKeys: ["k"] })),
        client.send(new organizations.ListTagsForResourceCommand({ ResourceId })),
      ];
      const refusal =
        "InvalidInputException INVALID_PATTERN: " +
        "You provided a value that does not match the required pattern.";
      expect(await Promise.all(calls.map(outcomeOf))).toEqual([refusal, refusal, refusal]);
    },
  );
});

describe("a new account", () => {
  let account: string;
  let session: Key;
  beforeAll(async () => {
    account = await createAccount(client, "studio", { Tags: [{ Key: "team", Value: "core" }] });
    session = await assume(server, admin, account);
  });

  test("works at once through its access role", async () => {
    const { Account } = await server.clients(session).sts.send(new GetCallerIdentityCommand({}));
    expect(Account).toBe(account);
    const { Roles } = await server.clients(session).iam.send(new ListRolesCommand({}));
    expect(Roles?.map(({ RoleName }) => RoleName).sort()).toEqual([
      "AWSServiceRoleForOrganizations",
      "OrganizationAccountAccessRole",
    ]);
    const described = await client.send(
      new organizations.DescribeAccountCommand({ AccountId: account }),
    );
    expect(described.Account).toMatchObject({
      Id: account,
      Name: "studio",
      Email: "studio@example.com",
      Status: "ACTIVE",
      State: "ACTIVE",
      JoinedMethod: "CREATED",
    });
    const parents = await client.send(new organizations.ListParentsCommand({ ChildId: account }));
    expect(parents.Parents).toEqual([{ Id: rootId, Type: "ROOT" }]);
  });

  test("whose e-mail address is taken fails in its status", async () => {
    const { CreateAccountStatus } = await client.send(
      new organizations.CreateAccountCommand({ AccountName: "twin", Email: "Studio@example.com" }),
    );
    expect(CreateAccountStatus).toMatchObject({ State: "IN_PROGRESS", AccountName: "twin" });
    const failed = await client.send(
      new organizations.ListCreateAccountStatusCommand({ States: ["FAILED"] }),
    );
    expect(failed.CreateAccountStatuses).toMatchObject([
      { Id: CreateAccountStatus?.Id, State: "FAILED", FailureReason: "EMAIL_ALREADY_EXISTS" },
    ]);
  });

  test.each([
    "a.b@-example.com",
    "a.b@example.com-",
    "a.b@example.com.",
    "a.b@ex_ample.com",
    ".a@example.com",
    'a"b@example.com',
    "a%b@example.com",
    "ä.b@example.com",
  ])("whose e-mail address is %s fails in its status", async (Email) => {
    const { CreateAccountStatus } = await client.send(
      new organizations.CreateAccountCommand({ AccountName: "odd", Email }),
    );
    const { Id: CreateAccountRequestId } = CreateAccountStatus ?? {};
    const found = await client.send(
      new organizations.DescribeCreateAccountStatusCommand({ CreateAccountRequestId }),
    );
    expect(found.CreateAccountStatus).toMatchObject({
      ...{ State: "FAILED", FailureReason: "INVALID_EMAIL" },
    });
  });

  test("asks nothing of its organization but what members may", async () => {
    const member = organizationsOf(server, session);
    const described = await member.send(new organizations.DescribeOrganizationCommand({}));
    expect(described.Organization?.MasterAccountId).toBe(MANAGEMENT);
    expect(await outcomeOf(member.send(new organizations.ListAccountsCommand({})))).toBe(
      "AccessDeniedException: You don't have permissions to access this resource.",
    );
  });

  test("is bound by policies of each level at the next request", async () => {
    const users = () =>
      outcomeOf(server.clients(session).iam.send(new ListUsersCommand({}))).then((text) =>
        text.replace(/^.*with an explicit deny in a/, "denied by a"),
      );
    expect(await users()).toBe("done");
    const policy = await createPolicy(client, "no-users", deny("iam:ListUsers"));
    const level = await unit("bound");
    await attach(policy, level);
    expect(await users()).toBe("done");
    await move(account, rootId, level);
    const { Organization } = await client.send(new organizations.DescribeOrganizationCommand({}));
    const kind = `policy/${Organization?.Id}/service_control_policy`;
    const arn = arnOf(`${kind}/${policy}`);
    expect(await users()).toContain(`denied by a service control policy: ${arn}`);
    await client.send(
      new organizations.UpdatePolicyCommand({ PolicyId: policy, Content: deny("iam:GetUser") }),
    );
    expect(await users()).toBe("done");
    await client.send(
      new organizations.UpdatePolicyCommand({ PolicyId: policy, Content: deny("iam:ListUsers") }),
    );
    expect(await users()).toMatch(/denied/);
    // The management account isn't bound, wherever a policy is attached.
    await attach(policy, rootId);
    await attach(policy, MANAGEMENT);
    expect(await server.clients().iam.send(new ListUsersCommand({}))).toHaveProperty("Users");
    await detach(policy, rootId);
    await detach(policy, level);
    expect(await users()).toBe("done");
    const PolicyType = "SERVICE_CONTROL_POLICY";
    await attach(policy, account);
    expect(await users()).toMatch(/denied/);
    await client.send(new organizations.DisablePolicyTypeCommand({ RootId: rootId, PolicyType }));
    expect(await users()).toBe("done");
    await client.send(new organizations.EnablePolicyTypeCommand({ RootId: rootId, PolicyType }));
    const { Policies } = await client.send(
      new organizations.ListPoliciesForTargetCommand({ TargetId: account, Filter: PolicyType }),
    );
    expect(Policies?.map(({ Id }) => Id)).toEqual([FULL_ACCESS]);
    expect(await outcomeOf(detach(FULL_ACCESS, account))).toMatch(
      /^ConstraintViolationException MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED: You cannot remove/,
    );
  });

  test("is told which unit the policy that denies is attached to", async () => {
    const policy = await createPolicy(client, "no-groups", deny("iam:ListGroups"));
    const level = await unit("explained");
    await attach(policy, level);
    const { Parents } = await client.send(
      new organizations.ListParentsCommand({ ChildId: account }),
    );
    await move(account, Parents?.[0]?.Id ?? "", level);
    const list = server.clients(session).iam.send(new ListGroupsCommand({}));
    const id = /authorization id: (\w+)$/.exec(await outcomeOf(list))?.[1];
    const raw = { method: "GET", path: `/authorization-details/${id}` };
    const answer = await sendSigned(server.endpoint, raw, { service: "iam", key: session });
    const { policies, evaluations } = JSON.parse(answer.body);
    const { Organization } = await client.send(new organizations.DescribeOrganizationCommand({}));
    expect(policies).toContainEqual({
      uri: arnOf(`policy/${Organization?.Id}/service_control_policy/${policy}`),
      type: "SERVICE_CONTROL_POLICY",
      inline: false,
      attachedTo: { arn: arnOf(`ou/${Organization?.Id}/${level}`) },
    });
    // All levels are one layer.
    expect(evaluations[0].layers).toEqual([
      { type: "SERVICE_CONTROL_POLICY", effect: "EXPLICIT_DENY", decides: true },
      { type: "IDENTITY_BASED_POLICY", effect: "ALLOW", decides: false },
    ]);
    expect(evaluations[0].obstacles[0].statements[0].sentence).toContain(
      `the service control policy \`${policy}\` on the unit \`explained\` (${level})`,
    );
  });
});
