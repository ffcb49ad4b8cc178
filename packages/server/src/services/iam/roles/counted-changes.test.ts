import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACCOUNT_ID, IamWorld } from "../service-linked-roles/testing/iam-world.ts";

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
});
const POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }],
});
const READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const role = { RoleName: "app" };
const profile = { InstanceProfileName: "box" };

let world: IamWorld;
beforeAll(async () => {
  world = await IamWorld.open();
});
afterAll(() => world.close());

/** Calls in their order: whether what was gathered before may still be used after each. */
const calls: readonly (readonly [operation: string, input: object, isCounted: boolean])[] = [
  ["CreateRole", { ...role, AssumeRolePolicyDocument: TRUST, Tags: [] }, false],
  ["CreateInstanceProfile", profile, false],
  ["GetRole", role, false],
  ["UpdateRole", { ...role, Description: "d" }, true],
  ["UpdateAssumeRolePolicy", { ...role, PolicyDocument: TRUST }, true],
  ["TagRole", { ...role, Tags: [{ Key: "team", Value: "core" }] }, true],
  ["PutRolePolicy", { ...role, PolicyName: "p", PolicyDocument: POLICY }, true],
  ["DeleteRolePolicy", { ...role, PolicyName: "p" }, true],
  ["AttachRolePolicy", { ...role, PolicyArn: READ_ONLY }, true],
  ["DetachRolePolicy", { ...role, PolicyArn: READ_ONLY }, true],
  ["PutRolePermissionsBoundary", { ...role, PermissionsBoundary: READ_ONLY }, true],
  ["DeleteRolePermissionsBoundary", role, true],
  ["AddRoleToInstanceProfile", { ...role, ...profile }, true],
  ["RemoveRoleFromInstanceProfile", { ...role, ...profile }, true],
  ["DeleteInstanceProfile", profile, true],
  ["DeleteRole", role, true],
  ["CreateServiceLinkedRole", { AWSServiceName: "ivs.amazonaws.com" }, true],
];

describe("what was gathered of an account", () => {
  it.each(calls)("after %s %j is stale: %s", async (operation, input, isCounted) => {
    const before = world.generations.of(ACCOUNT_ID);
    await world.call(operation, input);
    expect(world.generations.of(ACCOUNT_ID) > before).toBe(isCounted);
  });

  it("isn't the old role of a name once there is a new one", async () => {
    const make = (Description: string) =>
      world.call("CreateRole", { ...role, AssumeRolePolicyDocument: TRUST, Description });
    const described = async () =>
      (await world.call<{ Role: { Description?: string } }>("GetRole", role)).Role.Description;
    await make("first");
    expect(await described()).toBe("first");
    await world.call("DeleteRole", role);
    await expect(described()).rejects.toMatchObject({ code: "NoSuchEntity" });
    await make("second");
    expect(await described()).toBe("second");
  });
});
