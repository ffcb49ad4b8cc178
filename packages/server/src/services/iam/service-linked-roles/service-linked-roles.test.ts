import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { RoleUsage } from "../../../kernel/ports/identity.ts";
import { ACCOUNT_ID, IamWorld } from "./testing/iam-world.ts";

const IVS = "ivs.amazonaws.com";
const IVS_ROLE = "AWSServiceRoleForIVSRecordToS3";

let world: IamWorld;
beforeEach(async () => {
  world = await IamWorld.open();
});
afterEach(() => world.close());

const create = (input: object, options?: Parameters<IamWorld["call"]>[2]) =>
  world.call<{ Role: { RoleName: string; Arn: string; Description?: string } }>(
    "CreateServiceLinkedRole",
    input,
    options,
  );

async function deleteRole(RoleName: string): Promise<string> {
  const input = { RoleName };
  const answer = await world.call<{ DeletionTaskId: string }>("DeleteServiceLinkedRole", input);
  return answer.DeletionTaskId;
}

const status = (DeletionTaskId: string, accountId = ACCOUNT_ID) =>
  world.call("GetServiceLinkedRoleDeletionStatus", { DeletionTaskId }, { accountId });

describe("creating a service-linked role", () => {
  test.each(["nosuch.amazonaws.com", "IVS.amazonaws.com", "resourcegroups.amazonaws.com"])(
    "has no template for %s",
    async (AWSServiceName) => {
      await expect(create({ AWSServiceName, CustomSuffix: "x" })).rejects.toMatchObject({
        code: "AccessDenied",
        status: 403,
        message: `Cannot find Service Linked Role template for ${AWSServiceName}`,
      });
    },
  );

  test("is open to the service itself where IAM's door is closed", async () => {
    const service = "resourcegroups.amazonaws.com";
    const { Role } = await create({ AWSServiceName: service }, { invokedBy: service });
    expect(Role.RoleName).toBe("AWSServiceRoleForResourceGroups");
  });

  test("joins a custom suffix to the name, and counts names irrespective of case", async () => {
    const input = { AWSServiceName: "autoscaling.amazonaws.com", CustomSuffix: "Blue" };
    const { Role } = await create(input);
    expect(Role.RoleName).toBe("AWSServiceRoleForAutoScaling_Blue");
    await expect(create({ ...input, CustomSuffix: "bLUE" })).rejects.toMatchObject({
      code: "InvalidInput",
      message:
        "Service role name AWSServiceRoleForAutoScaling_bLUE has been taken in this account, please try a different suffix.",
    });
    await expect(create({ ...input, CustomSuffix: "x".repeat(64) })).rejects.toMatchObject({
      code: "ValidationError",
    });
  });

  test("keeps the caller's description; a service that creates its own role brings its own", async () => {
    const ssm = "ssm.amazonaws.com";
    const described = async () => {
      const { Role } = await world.call<{ Role: { Description?: string } }>("GetRole", {
        RoleName: "AWSServiceRoleForAmazonSSM",
      });
      await deleteRole("AWSServiceRoleForAmazonSSM");
      await world.finishDeletions();
      return Role.Description;
    };
    await create({ AWSServiceName: ssm });
    expect(await described()).toBeUndefined();
    await create({ AWSServiceName: ssm, Description: "mine" }, { invokedBy: ssm });
    expect(await described()).toBe("mine");
    await create({ AWSServiceName: ssm }, { invokedBy: ssm });
    expect(await described()).toBe(
      "Provides access to AWS Resources managed or used by Amazon SSM.",
    );
  });
});

describe("deleting a service-linked role", () => {
  const usage: RoleUsage[] = [];
  beforeEach(() => {
    usage.length = 0;
    world.roles.register({ servicePrincipal: IVS, findUsage: async () => usage });
  });

  test("fails with the usages of every Region, and can be tried again", async () => {
    await create({ AWSServiceName: IVS });
    usage.push(
      { region: "us-east-1", resources: ["arn:aws:ivs:us-east-1:0:recording-configuration/a"] },
      { region: "eu-west-1", resources: [] },
      { region: "us-west-2", resources: ["arn:aws:ivs:us-west-2:0:recording-configuration/b"] },
    );
    const failed = await deleteRole(IVS_ROLE);
    await world.finishDeletions();
    const failure = {
      Status: "FAILED",
      Reason: {
        Reason: expect.stringContaining(IVS_ROLE),
        RoleUsageList: [
          { Region: "us-east-1", Resources: [usage[0]?.resources[0]] },
          { Region: "us-west-2", Resources: [usage[2]?.resources[0]] },
        ],
      },
    };
    expect(await status(failed)).toEqual(failure);
    usage.length = 0;
    const again = await deleteRole(IVS_ROLE);
    expect(again).not.toBe(failed);
    await world.finishDeletions();
    expect(await status(again)).toEqual({ Status: "SUCCEEDED" });
    expect(await status(failed)).toEqual(failure);
  });

  test("fails and keeps the role when its service cannot tell", async () => {
    const ecs = "ecs.amazonaws.com";
    world.roles.register({
      servicePrincipal: ecs,
      findUsage: () => Promise.reject(new Error("out of order")),
    });
    const { Role } = await create({ AWSServiceName: ecs });
    const task = await deleteRole(Role.RoleName);
    await world.finishDeletions();
    expect(await status(task)).toMatchObject({ Status: "FAILED", Reason: { RoleUsageList: [] } });
    await world.call("GetRole", { RoleName: Role.RoleName });
    expect(await deleteRole(Role.RoleName)).not.toBe(task);
  });

  test("stays pending for a moment, in which whoever asks again is given the same task", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      world.roles.start();
      await create({ AWSServiceName: IVS });
      const task = await deleteRole(IVS_ROLE);
      await create({ AWSServiceName: "ecs.amazonaws.com" });
      expect(await deleteRole(IVS_ROLE.toLowerCase())).toBe(task);
      expect(await status(task)).toEqual({ Status: "NOT_STARTED" });
      vi.runAllTimers();
      await expect.poll(() => status(task)).toEqual({ Status: "SUCCEEDED" });
    } finally {
      vi.useRealTimers();
      await world.roles.close();
    }
  });

  test("is taken up after a restart, and what follows it has a new identity", async () => {
    const first = await create({ AWSServiceName: IVS });
    const task = await deleteRole(IVS_ROLE);
    await world.roles.step();
    const restarted = await IamWorld.open({ folder: world.snapshot() });
    try {
      restarted.roles.start();
      const input = { DeletionTaskId: task };
      await expect
        .poll(() => restarted.call("GetServiceLinkedRoleDeletionStatus", input))
        .toEqual({ Status: "SUCCEEDED" });
      const second = await restarted.call<typeof first>("CreateServiceLinkedRole", {
        AWSServiceName: IVS,
      });
      expect(second.Role.Arn).toBe(first.Role.Arn);
      expect(second.Role).not.toMatchObject({
        RoleId: (first.Role as { RoleId?: string }).RoleId,
      });
      await restarted.roles.close();
    } finally {
      await restarted.close();
    }
  });

  test("changes what is gathered of the account's policies", async () => {
    await create({ AWSServiceName: IVS });
    await deleteRole(IVS_ROLE);
    const before = world.generations.of(ACCOUNT_ID);
    await world.finishDeletions();
    expect(world.generations.of(ACCOUNT_ID)).toBeGreaterThan(before);
  });

  test("is no way to delete an ordinary or a missing role, nor another account's", async () => {
    const trust = { Version: "2012-10-17", Statement: [] as object[] };
    trust.Statement.push({
      Effect: "Allow",
      Principal: { Service: "ec2.amazonaws.com" },
      Action: "sts:AssumeRole",
    });
    await world.call("CreateRole", {
      RoleName: "app",
      AssumeRolePolicyDocument: JSON.stringify(trust),
    });
    await create({ AWSServiceName: IVS });
    const task = await deleteRole(IVS_ROLE);
    const notFound = { code: "NoSuchEntity", status: 404 };
    await expect(deleteRole("app")).rejects.toMatchObject({
      ...notFound,
      message: "app exists but is not a service role.",
    });
    await expect(deleteRole("nobody")).rejects.toMatchObject({
      ...notFound,
      message: "The role with name nobody cannot be found.",
    });
    await expect(status(task, "111111111111")).rejects.toMatchObject({
      ...notFound,
      message: "Cannot find deletion status for given id.",
    });
    await expect(status("task/x")).rejects.toMatchObject({
      code: "InvalidInput",
      status: 400,
      message: "Invalid task id",
    });
  });
});
