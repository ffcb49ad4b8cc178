import type { IAM } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { allow, EC2_TRUST, failureOf, iamOf, makeUser, policyOf } from "./iam-api.ts";

/*
 * `iam:PermissionsBoundary`, by which an administrator lets others make users and roles with one
 * boundary alone. Source: Service Authorization Reference, "Actions defined by AWS IAM": the
 * actions that have the key.
 */

const ACCOUNT = "000000000000";
const FENCE = `arn:aws:iam::${ACCOUNT}:policy/fence`;
const OTHER = `arn:aws:iam::${ACCOUNT}:policy/other`;
const DOCUMENT = policyOf([allow("s3:ListAllMyBuckets")]);

let server: TestServer;
let root: IAM;
/** May do everything in IAM whose boundary is FENCE. */
let delegate: IAM;

beforeAll(async () => {
  server = await startTestServer();
  root = iamOf(server);
  for (const PolicyName of ["fence", "other"])
    await root.createPolicy({ PolicyName, PolicyDocument: DOCUMENT });
  const Condition = { StringEquals: { "iam:PermissionsBoundary": FENCE } };
  delegate = iamOf(server, await makeUser(root, "delegate", [allow("iam:*", { Condition })]));
});
afterAll(() => server.close());

async function outcomeOf(call: () => Promise<unknown>): Promise<"allowed" | "denied"> {
  try {
    await call();
    return "allowed";
  } catch (error) {
    // Whatever else is wrong with the call, it was allowed first.
    return (error as { readonly name: string }).name === "AccessDenied" ? "denied" : "allowed";
  }
}

let count = 0;
const fresh = (prefix: string) => `${prefix}-${count++}`;

async function newUser(PermissionsBoundary: string | undefined): Promise<string> {
  const UserName = fresh("user");
  await root.createUser({ UserName, ...(PermissionsBoundary ? { PermissionsBoundary } : {}) });
  return UserName;
}

async function newRole(PermissionsBoundary: string | undefined): Promise<string> {
  const RoleName = fresh("role");
  await root.createRole({
    RoleName,
    AssumeRolePolicyDocument: EC2_TRUST,
    ...(PermissionsBoundary ? { PermissionsBoundary } : {}),
  });
  return RoleName;
}

type Setting = (boundary: string | undefined) => Promise<() => Promise<unknown>>;

/** Operations that set a boundary: the one in the request counts, not the present one. */
const setting: Readonly<Record<string, Setting>> = {
  CreateUser: async (boundary) => () =>
    delegate.createUser({ UserName: fresh("made"), ...boundaryOf(boundary) }),
  CreateRole: async (boundary) => () =>
    delegate.createRole({
      RoleName: fresh("made"),
      AssumeRolePolicyDocument: EC2_TRUST,
      ...boundaryOf(boundary),
    }),
  PutUserPermissionsBoundary: async (PermissionsBoundary) => {
    const UserName = await newUser(PermissionsBoundary === FENCE ? OTHER : FENCE);
    return () => delegate.putUserPermissionsBoundary({ UserName, PermissionsBoundary });
  },
  PutRolePermissionsBoundary: async (PermissionsBoundary) => {
    const RoleName = await newRole(PermissionsBoundary === FENCE ? OTHER : FENCE);
    return () => delegate.putRolePermissionsBoundary({ RoleName, PermissionsBoundary });
  },
};

function boundaryOf(PermissionsBoundary: string | undefined) {
  return PermissionsBoundary === undefined ? {} : { PermissionsBoundary };
}

const policy = { PolicyName: "own", PolicyDocument: DOCUMENT };
const attached = { PolicyArn: OTHER };

/** Operations on a user or role that has a boundary. */
const ofUsers: Readonly<Record<string, (UserName: string) => Promise<unknown>>> = {
  AttachUserPolicy: (UserName) => delegate.attachUserPolicy({ UserName, ...attached }),
  DetachUserPolicy: (UserName) => delegate.detachUserPolicy({ UserName, ...attached }),
  PutUserPolicy: (UserName) => delegate.putUserPolicy({ UserName, ...policy }),
  DeleteUserPolicy: (UserName) => delegate.deleteUserPolicy({ UserName, PolicyName: "own" }),
  DeleteUserPermissionsBoundary: (UserName) => delegate.deleteUserPermissionsBoundary({ UserName }),
};
const ofRoles: Readonly<Record<string, (RoleName: string) => Promise<unknown>>> = {
  AttachRolePolicy: (RoleName) => delegate.attachRolePolicy({ RoleName, ...attached }),
  DetachRolePolicy: (RoleName) => delegate.detachRolePolicy({ RoleName, ...attached }),
  PutRolePolicy: (RoleName) => delegate.putRolePolicy({ RoleName, ...policy }),
  DeleteRolePolicy: (RoleName) => delegate.deleteRolePolicy({ RoleName, PolicyName: "own" }),
  DeleteRolePermissionsBoundary: (RoleName) => delegate.deleteRolePermissionsBoundary({ RoleName }),
};

/** Operations that don't know the key: a condition on it never holds. */
const without: Readonly<Record<string, (names: Names) => Promise<unknown>>> = {
  DeleteUser: ({ UserName }) => delegate.deleteUser({ UserName }),
  CreateAccessKey: ({ UserName }) => delegate.createAccessKey({ UserName }),
  TagUser: ({ UserName }) => delegate.tagUser({ UserName, Tags: [{ Key: "a", Value: "b" }] }),
  ListUserPolicies: ({ UserName }) => delegate.listUserPolicies({ UserName }),
  TagRole: ({ RoleName }) => delegate.tagRole({ RoleName, Tags: [{ Key: "a", Value: "b" }] }),
  ListRolePolicies: ({ RoleName }) => delegate.listRolePolicies({ RoleName }),
};

interface Names {
  readonly UserName: string;
  readonly RoleName: string;
}

describe("a condition on iam:PermissionsBoundary", () => {
  it.each(Object.entries(setting))("holds for %s with that boundary alone", async (_name, call) => {
    expect(await outcomeOf(await call(FENCE))).toBe("allowed");
    expect(await outcomeOf(await call(OTHER))).toBe("denied");
  });

  it.each(["CreateUser", "CreateRole"])("denies %s without a boundary", async (name) => {
    const call = await setting[name]?.(undefined);
    expect(await outcomeOf(async () => call?.())).toBe("denied");
  });

  it.each(Object.entries(ofUsers))("holds for %s while the user has it", async (_name, call) => {
    const outcomes = [];
    for (const boundary of [FENCE, OTHER, undefined]) {
      const name = await newUser(boundary);
      outcomes.push(await outcomeOf(() => call(name)));
    }
    expect(outcomes).toEqual(["allowed", "denied", "denied"]);
  });

  it.each(Object.entries(ofRoles))("holds for %s while the role has it", async (_name, call) => {
    const outcomes = [];
    for (const boundary of [FENCE, OTHER, undefined]) {
      const name = await newRole(boundary);
      outcomes.push(await outcomeOf(() => call(name)));
    }
    expect(outcomes).toEqual(["allowed", "denied", "denied"]);
  });

  it.each(Object.entries(without))("never holds for %s", async (_name, call) => {
    const names = { UserName: await newUser(FENCE), RoleName: await newRole(FENCE) };
    expect(await outcomeOf(() => call(names))).toBe("denied");
  });

  it("reads the boundary anew for each decision", async () => {
    const UserName = await newUser(FENCE);
    await delegate.putUserPolicy({ UserName, ...policy });
    await root.putUserPermissionsBoundary({ UserName, PermissionsBoundary: OTHER });
    expect(await failureOf(() => delegate.putUserPolicy({ UserName, ...policy }))).toMatchObject({
      code: "AccessDenied",
      status: 403,
    });
  });
});
