import { createServer, type Server } from "node:http";
import { compilePolicy, decide, PolicySet, type Principal } from "@rolecast/policy";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RoleUsage } from "../../../kernel/ports/identity.ts";
import type { OutsideService } from "../../../kernel/ports/linked-services.ts";
import { ACCOUNT_ID, IamWorld } from "../service-linked-roles/testing/iam-world.ts";
import { AwsManagedPolicies, readManagedPolicies } from "./aws-managed-policies.ts";
import {
  LinkedRoleTemplates,
  type ServiceLinkedRoleDefinition,
  serviceLinkedRoleDefinitions,
  servicePolicyArn,
} from "./linked-role-templates.ts";

/* What holds of every service-linked role, AWS's 253 and one of a service that runs elsewhere. */

const READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
});
const GRANT = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }],
});

/** The template of a role as the test's service gives it, whichever service that is. */
const usages: RoleUsage[] = [];
let endpoint: Server;
let outside: OutsideService;
const templates = new LinkedRoleTemplates([]);
const creatable = serviceLinkedRoleDefinitions.filter(
  (definition) =>
    templates.find(definition.servicePrincipal) === definition &&
    definition.creatableThroughIam !== false,
);
const own: ServiceLinkedRoleDefinition = {
  servicePrincipal: "queue.internal.example",
  roleName: "AWSServiceRoleForInternalQueue",
  policyName: "InternalQueueServiceRolePolicy",
  allowsSuffix: true,
  createdDescription: "Lets the queue keep its messages.",
};

/**
 * The first definition of each kind: a role's changes go by whether it is a service's, not by which
 * one's, so that it is enough to try all of them on one role of each.
 */
const ofEachKind = [...creatable, own].filter(
  (definition, index, all) =>
    all.findIndex((other) => kindOf(other) === kindOf(definition)) === index,
);

function kindOf(definition: ServiceLinkedRoleDefinition): string {
  const { policyName, allowsSuffix, createdDescription } = definition;
  return [policyName, allowsSuffix, createdDescription].map(Boolean).join();
}

interface RoleAnswer {
  readonly Role: Readonly<Record<string, unknown>> & {
    readonly RoleId: string;
    readonly AssumeRolePolicyDocument: string;
  };
}

let world: IamWorld;
beforeAll(async () => {
  endpoint = createServer((request, response) => {
    const region = new URL(request.url ?? "", "http://usage").searchParams.get("region");
    const resources = usages.flatMap((each) => (each.region === region ? each.resources : []));
    response.end(JSON.stringify({ resources }));
  });
  await new Promise<void>((resolve) => endpoint.listen(0, "127.0.0.1", resolve));
  const address = endpoint.address();
  outside = {
    ...own,
    policyName: own.policyName ?? "",
    policyDocument: GRANT,
    description: own.createdDescription,
    allowsSuffix: true,
    signingName: "queue",
    forwardedOperations: [],
    accessKeyId: "AKIAQUEUEQUEUEQUEUEQ",
    secretAccessKey: "secret",
    usage: {
      url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/`,
      regions: ["eu-west-1", "us-east-1"],
      authorizationHeader: undefined,
      deadlineMs: 5_000,
      attempts: 1,
    },
  };
  world = await IamWorld.open({ outsideServices: [outside] });
  for (const { servicePrincipal } of creatable)
    world.roles.register({ servicePrincipal, findUsage: async () => usages });
  await world.call("CreateInstanceProfile", { InstanceProfileName: "box" });
  await world.call("CreateRole", { RoleName: "ordinary", AssumeRolePolicyDocument: TRUST });
});
afterAll(async () => {
  await world.roles.close();
  await world.close();
  endpoint.close();
});

describe("the definitions", () => {
  test("are those of 257 roles, of which 253 are made through IAM", () => {
    expect(serviceLinkedRoleDefinitions).toHaveLength(257);
    expect(creatable).toHaveLength(253);
    const names = serviceLinkedRoleDefinitions.map(({ roleName }) => roleName.toLowerCase());
    expect(new Set(names).size).toBe(257);
  });

  test("name policies whose documents AWS publishes, but for three that are known to be missing", async () => {
    const policies = new AwsManagedPolicies(await readManagedPolicies());
    const missing = serviceLinkedRoleDefinitions.filter(
      ({ policyName }) =>
        policyName === undefined || policies.document(servicePolicyArn(policyName)) === undefined,
    );
    expect(missing.map(({ servicePrincipal }) => servicePrincipal).sort()).toEqual([
      "lex.amazonaws.com",
      "s3.data-source.lustre.fsx.amazonaws.com",
      "worklink.amazonaws.com",
    ]);
  });

  test("are found by the names of their roles, with a suffix where one is allowed", () => {
    expect(templates.findByRoleName("AWSServiceRoleForIVSRecordToS3")?.servicePrincipal).toBe(
      "ivs.amazonaws.com",
    );
    expect(templates.findByRoleName("AWSServiceRoleForAutoScaling_blue")?.servicePrincipal).toBe(
      "autoscaling.amazonaws.com",
    );
    expect(templates.findByRoleName("AWSServiceRoleForIVSRecordToS3_blue")).toBeUndefined();
  });
});

describe.each([...creatable, own])("the role of $servicePrincipal", (definition) => {
  const { servicePrincipal, roleName } = definition;
  const isFirst = ofEachKind.includes(definition);

  test("is created, shown, trusted, protected and deleted like every other", async () => {
    const { Role } = await expectCreation(definition);
    await expectView(definition, Role.RoleId);
    await expectTrust(servicePrincipal);
    await expectRefusals(definition);
    if (isFirst) {
      await expectProtection(definition);
      await expectFreedom(definition);
      await expectFailedDeletion(servicePrincipal, roleName);
    } else {
      await expectGuard(definition);
    }
    await expectDeletion(servicePrincipal, roleName);
    await expectCreationByService(definition, Role.RoleId);
  });
});

const summaryOf = ({ servicePrincipal, roleName }: ServiceLinkedRoleDefinition) => ({
  Path: `/aws-service-role/${servicePrincipal}/`,
  RoleName: roleName,
  RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/),
  Arn: `arn:aws:iam::${ACCOUNT_ID}:role/aws-service-role/${servicePrincipal}/${roleName}`,
  CreateDate: expect.any(Date),
});

const trustOf = (servicePrincipal: string) =>
  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"${servicePrincipal}"},"Action":"sts:AssumeRole"}]}`;

/** The answer says the same in another shape than GetRole, and less of it. */
async function expectCreation(definition: ServiceLinkedRoleDefinition): Promise<RoleAnswer> {
  const { servicePrincipal } = definition;
  const created = await world.call<RoleAnswer>("CreateServiceLinkedRole", {
    AWSServiceName: servicePrincipal,
  });
  expect(created.Role).toEqual({
    ...summaryOf(definition),
    AssumeRolePolicyDocument: expect.any(String),
  });
  expect(decodeURIComponent(created.Role.AssumeRolePolicyDocument)).toBe(
    `{"Version":"2012-10-17","Statement":[{"Action":["sts:AssumeRole"],"Effect":"Allow","Principal":{"Service":["${servicePrincipal}"]}}]}`,
  );
  return created;
}

async function expectView(definition: ServiceLinkedRoleDefinition, RoleId: string): Promise<void> {
  const { servicePrincipal, roleName, policyName } = definition;
  const RoleName = roleName;
  const shown = await world.call<RoleAnswer>("GetRole", { RoleName });
  const listed = {
    ...summaryOf(definition),
    RoleId,
    AssumeRolePolicyDocument: expect.any(String),
    MaxSessionDuration: 3600,
  };
  expect(shown.Role).toEqual({ ...listed, RoleLastUsed: {} });
  expect(decodeURIComponent(shown.Role.AssumeRolePolicyDocument)).toBe(trustOf(servicePrincipal));
  const PathPrefix = `/aws-service-role/${servicePrincipal}/`;
  expect(await world.call("ListRoles", { PathPrefix })).toEqual({
    Roles: [listed],
    IsTruncated: false,
  });
  expect(await world.call("ListAttachedRolePolicies", { RoleName })).toEqual({
    AttachedPolicies:
      policyName === undefined
        ? []
        : [{ PolicyArn: servicePolicyArn(policyName), PolicyName: policyName }],
    IsTruncated: false,
  });
  expect(await world.call("ListRolePolicies", { RoleName })).toMatchObject({ PolicyNames: [] });
  expect(await world.call("ListInstanceProfilesForRole", { RoleName })).toMatchObject({
    InstanceProfiles: [],
  });
}

/** Its service alone may assume it: not the root user, nor another service. */
async function expectTrust(servicePrincipal: string): Promise<void> {
  const id = `arn:aws:iam::${ACCOUNT_ID}:role/r`;
  const trust = compilePolicy(trustOf(servicePrincipal), { kind: "trust", id, managed: false });
  const layers = { resource: new PolicySet([trust]), resourceKind: "trust" as const };
  const effectFor = (principal: Principal) =>
    decide(
      {
        principal,
        action: "sts:AssumeRole",
        resource: id,
        resourceAccountId: ACCOUNT_ID,
        context: new Map(),
      },
      layers,
    );
  expect(effectFor({ kind: "service", serviceName: servicePrincipal })).toBe("allow");
  expect(effectFor({ kind: "service", serviceName: `x${servicePrincipal}` })).not.toBe("allow");
  const arn = `arn:aws:iam::${ACCOUNT_ID}:root`;
  expect(effectFor({ kind: "root", accountId: ACCOUNT_ID, arn })).not.toBe("allow");
}

async function expectRefusals(definition: ServiceLinkedRoleDefinition): Promise<void> {
  const { servicePrincipal, roleName, allowsSuffix } = definition;
  const create = (input: object) => world.call("CreateServiceLinkedRole", input);
  await expect(create({ AWSServiceName: servicePrincipal })).rejects.toMatchObject({
    code: "InvalidInput",
    status: 400,
    message: `Service role name ${roleName} has been taken in this account, please try a different suffix.`,
  });
  const otherCase = servicePrincipal.toUpperCase();
  await expect(create({ AWSServiceName: otherCase })).rejects.toMatchObject({
    code: "AccessDenied",
    status: 403,
    message: `Cannot find Service Linked Role template for ${otherCase}`,
  });
  const suffixed = { AWSServiceName: servicePrincipal, CustomSuffix: "x" };
  if (allowsSuffix) {
    const name = `${roleName}_x`;
    expect(await create(suffixed)).toMatchObject({ Role: { RoleName: name } });
    await expectDeletion(servicePrincipal, name);
    return;
  }
  // The suffix is looked at first, so it is what is refused although the name is taken as well.
  await expect(create(suffixed)).rejects.toMatchObject({
    code: "InvalidInput",
    status: 400,
    message: `Custom suffix is not allowed for ${servicePrincipal}`,
  });
}

const protectedRole = (name: string) =>
  `Cannot perform the operation on the protected role '${name}' - this role is only modifiable by AWS`;

/** One of the changes that `expectProtection` tries, and its words. */
async function expectGuard({ roleName: RoleName }: ServiceLinkedRoleDefinition): Promise<void> {
  expect(await failureOf("AttachRolePolicy", { RoleName, PolicyArn: READ_ONLY })).toMatchObject({
    code: "UnmodifiableEntity",
    message: protectedRole(RoleName),
  });
}

async function expectProtection(definition: ServiceLinkedRoleDefinition): Promise<void> {
  const { servicePrincipal, roleName: RoleName, policyName } = definition;
  const profile = { RoleName, InstanceProfileName: "box" };
  const inline = { RoleName, PolicyName: "mine", PolicyDocument: GRANT };
  const changes: readonly (readonly [operation: string, input: object])[] = [
    ["DeleteRole", { RoleName }],
    ["UpdateAssumeRolePolicy", { RoleName, PolicyDocument: TRUST }],
    ["AttachRolePolicy", { RoleName, PolicyArn: READ_ONLY }],
    ["DetachRolePolicy", { RoleName, PolicyArn: servicePolicyArn(policyName ?? "none") }],
    ["PutRolePolicy", inline],
    ["DeleteRolePolicy", { RoleName, PolicyName: "mine" }],
    ["PutRolePermissionsBoundary", { RoleName, PermissionsBoundary: READ_ONLY }],
    ["DeleteRolePermissionsBoundary", { RoleName }],
    ["AddRoleToInstanceProfile", profile],
    ["RemoveRoleFromInstanceProfile", profile],
    ["UpdateRole", { RoleName, MaxSessionDuration: 7200 }],
  ];
  for (const [operation, input] of changes)
    await expect([operation, await failureOf(operation, input)]).toMatchObject([
      operation,
      {
        code: "UnmodifiableEntity",
        status: 400,
        message:
          operation === "UpdateRole"
            ? `${RoleName} is an AWS service linked role, max session duration cannot be changed.`
            : protectedRole(RoleName),
      },
    ]);
  // The owner alone has a way around the guard.
  const other = { invokedBy: `other.${servicePrincipal}` };
  await expect(world.call("PutRolePolicy", inline, other)).rejects.toMatchObject({
    code: "UnmodifiableEntity",
  });
  const owner = { invokedBy: servicePrincipal };
  await world.call("PutRolePolicy", inline, owner);
  await world.call("DeleteRolePolicy", { RoleName, PolicyName: "mine" }, owner);
  // Its policy is for it alone.
  if (policyName === undefined) return;
  const elsewhere = { RoleName: "ordinary", PolicyArn: servicePolicyArn(policyName) };
  expect(await failureOf("AttachRolePolicy", elsewhere)).toMatchObject({
    code: "PolicyNotAttachable",
    message: "Cannot attach a Service Role Policy to a Customer Role.",
  });
}

/** The members of a role that every service's has. */
async function expectFreedom({ roleName: RoleName }: ServiceLinkedRoleDefinition): Promise<void> {
  await world.call("UpdateRole", { RoleName, Description: "first" });
  await world.call("UpdateRoleDescription", { RoleName, Description: "second" });
  const Tags = [{ Key: "team", Value: "core" }];
  await world.call("TagRole", { RoleName, Tags });
  expect(await world.call("GetRole", { RoleName })).toMatchObject({
    Role: { Description: "second", Tags },
  });
  await world.call("UntagRole", { RoleName, TagKeys: ["team"] });
  expect((await world.call<RoleAnswer>("GetRole", { RoleName })).Role).not.toHaveProperty("Tags");
}

async function expectFailedDeletion(servicePrincipal: string, roleName: string): Promise<void> {
  usages.push(
    { region: "eu-west-1", resources: [`arn:aws:x:eu-west-1:${ACCOUNT_ID}:thing/a`] },
    { region: "us-east-1", resources: [`arn:aws:x:us-east-1:${ACCOUNT_ID}:thing/b`] },
  );
  const DeletionTaskId = await requestDeletion(servicePrincipal, roleName);
  const end = await endOf(DeletionTaskId);
  expect(end).toEqual({
    Status: "FAILED",
    Reason: {
      Reason: expect.stringContaining(roleName),
      RoleUsageList: usages.map(({ region, resources }) => ({
        Region: region,
        Resources: resources,
      })),
    },
  });
  usages.length = 0;
}

async function expectDeletion(servicePrincipal: string, roleName: string): Promise<void> {
  const DeletionTaskId = await requestDeletion(servicePrincipal, roleName);
  expect(await endOf(DeletionTaskId)).toEqual({ Status: "SUCCEEDED" });
  expect(await failureOf("GetRole", { RoleName: roleName })).toMatchObject({
    code: "NoSuchEntity",
  });
}

/** Comes again under another id, described by its service where that has words of its own. */
async function expectCreationByService(
  { servicePrincipal, roleName, createdDescription }: ServiceLinkedRoleDefinition,
  formerId: string,
): Promise<void> {
  const input = { AWSServiceName: servicePrincipal };
  await world.call("CreateServiceLinkedRole", input, { invokedBy: servicePrincipal });
  const { Role } = await world.call<RoleAnswer>("GetRole", { RoleName: roleName });
  expect(Role.Description).toBe(createdDescription);
  expect(Role.RoleId).not.toBe(formerId);
}

/** The task's id, the same while the task is pending. */
async function requestDeletion(servicePrincipal: string, RoleName: string): Promise<string> {
  const remove = () =>
    world.call<{ DeletionTaskId: string }>("DeleteServiceLinkedRole", { RoleName });
  const [first, second] = await Promise.all([remove(), remove()]);
  expect(first.DeletionTaskId).toContain(`task/aws-service-role/${servicePrincipal}/${RoleName}/`);
  expect(first.DeletionTaskId).toMatch(/\/[0-9a-f-]{36}$/);
  expect(second).toEqual(first);
  return first.DeletionTaskId;
}

async function endOf(DeletionTaskId: string): Promise<unknown> {
  await world.finishDeletions();
  const status = () =>
    world.call<{ Status: string }>("GetServiceLinkedRoleDeletionStatus", { DeletionTaskId });
  await expect
    .poll(async () => (await status()).Status, { interval: 1 })
    .not.toMatch(/NOT_STARTED|IN_PROGRESS/);
  return status();
}

function failureOf(operation: string, input: object): Promise<unknown> {
  return world.call(operation, input).then(
    (answer) => answer,
    (error: unknown) => error,
  );
}
