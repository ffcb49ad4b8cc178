import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AwsManagedPolicies } from "../aws-managed-policies.ts";
import {
  LinkedRoleTemplates,
  serviceLinkedRoleDefinitions,
  servicePolicyArn,
} from "./definitions.ts";
import { ACCOUNT_ID, IamWorld } from "./testing/iam-world.ts";

const templates = new LinkedRoleTemplates([]);
const creatable = serviceLinkedRoleDefinitions.filter(
  (definition) =>
    templates.find(definition.servicePrincipal) === definition &&
    definition.creatableThroughIam !== false,
);

interface RoleAnswer {
  readonly Role: Readonly<Record<string, unknown>> & {
    readonly RoleId: string;
    readonly AssumeRolePolicyDocument: string;
  };
}

let world: IamWorld;
beforeAll(async () => {
  world = await IamWorld.open();
});
afterAll(() => world.close());

describe("the definitions", () => {
  test("are those of 257 roles, of which 253 are made through IAM", () => {
    expect(serviceLinkedRoleDefinitions).toHaveLength(257);
    expect(creatable).toHaveLength(253);
    const names = serviceLinkedRoleDefinitions.map(({ roleName }) => roleName.toLowerCase());
    expect(new Set(names).size).toBe(257);
  });

  test("name policies whose documents AWS publishes, but for three that are known to be missing", () => {
    const policies = new AwsManagedPolicies(undefined);
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

describe.each(creatable)("the role of $servicePrincipal", (definition) => {
  const { servicePrincipal, roleName, policyName, allowsSuffix } = definition;

  test("is created, shown, protected and deleted like every other", async () => {
    const created = await world.call<RoleAnswer>("CreateServiceLinkedRole", {
      AWSServiceName: servicePrincipal,
    });
    const path = `/aws-service-role/${servicePrincipal}/`;
    const summary = {
      Path: path,
      RoleName: roleName,
      RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/),
      Arn: `arn:aws:iam::${ACCOUNT_ID}:role${path}${roleName}`,
      CreateDate: expect.any(Date),
    };
    // The answer says the same in another shape than GetRole, and less of it.
    expect(created.Role).toEqual({ ...summary, AssumeRolePolicyDocument: expect.any(String) });
    expect(decodeURIComponent(created.Role.AssumeRolePolicyDocument)).toBe(
      `{"Version":"2012-10-17","Statement":[{"Action":["sts:AssumeRole"],"Effect":"Allow","Principal":{"Service":["${servicePrincipal}"]}}]}`,
    );
    const shown = await world.call<RoleAnswer>("GetRole", { RoleName: roleName });
    expect(shown.Role).toEqual({
      ...summary,
      RoleId: created.Role.RoleId,
      AssumeRolePolicyDocument: expect.any(String),
      MaxSessionDuration: 3600,
      RoleLastUsed: {},
    });
    expect(decodeURIComponent(shown.Role.AssumeRolePolicyDocument)).toBe(
      `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"${servicePrincipal}"},"Action":"sts:AssumeRole"}]}`,
    );
    expect(await world.call("ListAttachedRolePolicies", { RoleName: roleName })).toEqual({
      AttachedPolicies:
        policyName === undefined
          ? []
          : [{ PolicyArn: servicePolicyArn(policyName), PolicyName: policyName }],
      IsTruncated: false,
    });
    await expectRefusals(servicePrincipal, roleName, allowsSuffix === true);
    await expectDeletion(servicePrincipal, roleName);
  });
});

async function expectRefusals(
  servicePrincipal: string,
  roleName: string,
  allowsSuffix: boolean,
): Promise<void> {
  await expect(
    world.call("CreateServiceLinkedRole", { AWSServiceName: servicePrincipal }),
  ).rejects.toMatchObject({
    code: "InvalidInput",
    status: 400,
    message: `Service role name ${roleName} has been taken in this account, please try a different suffix.`,
  });
  // The suffix is looked at first, so it is what is refused although the name is taken as well.
  if (!allowsSuffix)
    await expect(
      world.call("CreateServiceLinkedRole", {
        AWSServiceName: servicePrincipal,
        CustomSuffix: "x",
      }),
    ).rejects.toMatchObject({
      code: "InvalidInput",
      status: 400,
      message: `Custom suffix is not allowed for ${servicePrincipal}`,
    });
  await expect(world.call("DeleteRole", { RoleName: roleName })).rejects.toMatchObject({
    code: "UnmodifiableEntity",
    status: 400,
    message: `Cannot perform the operation on the protected role '${roleName}' - this role is only modifiable by AWS`,
  });
}

async function expectDeletion(servicePrincipal: string, roleName: string): Promise<void> {
  const remove = () =>
    world.call<{ DeletionTaskId: string }>("DeleteServiceLinkedRole", { RoleName: roleName });
  const { DeletionTaskId } = await remove();
  expect(DeletionTaskId).toMatch(/^task\/aws-service-role\/[^/]+\/[^/]+\/[0-9a-f-]{36}$/);
  expect(DeletionTaskId).toContain(`task/aws-service-role/${servicePrincipal}/${roleName}/`);
  const status = () => world.call("GetServiceLinkedRoleDeletionStatus", { DeletionTaskId });
  expect(await status()).toEqual({ Status: "NOT_STARTED" });
  await world.roles.step();
  expect(await status()).toEqual({ Status: "IN_PROGRESS" });
  expect(await remove()).toEqual({ DeletionTaskId });
  await world.finishDeletions();
  expect(await status()).toEqual({ Status: "SUCCEEDED" });
  await expect(world.call("GetRole", { RoleName: roleName })).rejects.toMatchObject({
    code: "NoSuchEntity",
  });
}
