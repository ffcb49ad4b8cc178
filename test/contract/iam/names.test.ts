import type { IAM } from "@aws-sdk/client-iam";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Key, startTestServer, type TestServer } from "../../support/test-server.ts";
import { allow, EC2_TRUST, failureOf, iamOf, makeUser, policyOf } from "./iam-api.ts";

const OWN = "000000000000";
const OTHER: Key = { accessKeyId: "other", secretAccessKey: "other-secret" };
const DOCUMENT = policyOf([allow("s3:ListAllMyBuckets")]);

let server: TestServer;
let root: IAM;
let other: IAM;
let pem: { readonly cert: string; readonly private: string };
beforeAll(async () => {
  const { accessKeyId: rootAccessKeyId, secretAccessKey: rootSecretAccessKey } = OTHER;
  server = await startTestServer({
    accounts: [{ id: "111122223333", rootAccessKeyId, rootSecretAccessKey }],
  });
  [root, other] = [iamOf(server), iamOf(server, OTHER)];
  pem = await generate([{ name: "commonName", value: "a" }], { keyType: "ec", curve: "P-256" });
});
afterAll(() => server.close());

const certificate = (ServerCertificateName: string) => ({
  ...{ ServerCertificateName, CertificateBody: pem.cert, PrivateKey: pem.private },
});

/** Each kind of what has a name: it is made, and all of the account's are listed by their names. */
const KINDS: readonly (readonly [
  string,
  (iam: IAM, name: string) => Promise<unknown>,
  (iam: IAM) => Promise<readonly (string | undefined)[]>,
])[] = [
  [
    "user",
    (iam, UserName) => iam.createUser({ UserName }),
    async (iam) => ((await iam.listUsers({})).Users ?? []).map(({ UserName }) => UserName),
  ],
  [
    "group",
    (iam, GroupName) => iam.createGroup({ GroupName }),
    async (iam) => ((await iam.listGroups({})).Groups ?? []).map(({ GroupName }) => GroupName),
  ],
  [
    "role",
    (iam, RoleName) => iam.createRole({ RoleName, AssumeRolePolicyDocument: EC2_TRUST }),
    async (iam) => ((await iam.listRoles({})).Roles ?? []).map(({ RoleName }) => RoleName),
  ],
  [
    "instance profile",
    (iam, InstanceProfileName) => iam.createInstanceProfile({ InstanceProfileName }),
    async (iam) =>
      ((await iam.listInstanceProfiles({})).InstanceProfiles ?? []).map(
        ({ InstanceProfileName }) => InstanceProfileName,
      ),
  ],
  [
    "policy",
    (iam, PolicyName) => iam.createPolicy({ PolicyName, PolicyDocument: DOCUMENT }),
    async (iam) =>
      ((await iam.listPolicies({ Scope: "Local" })).Policies ?? []).map(
        ({ PolicyName }) => PolicyName,
      ),
  ],
  [
    "server certificate",
    (iam, name) => iam.uploadServerCertificate(certificate(name)),
    async (iam) =>
      ((await iam.listServerCertificates({})).ServerCertificateMetadataList ?? []).map(
        ({ ServerCertificateName }) => ServerCertificateName,
      ),
  ],
  [
    "virtual MFA device",
    (iam, VirtualMFADeviceName) => iam.createVirtualMFADevice({ VirtualMFADeviceName }),
    async (iam) =>
      ((await iam.listVirtualMFADevices({})).VirtualMFADevices ?? []).map(
        ({ SerialNumber }) => SerialNumber?.split("/")[1],
      ),
  ],
  [
    "OpenID Connect provider",
    (iam, name) => iam.createOpenIDConnectProvider({ Url: `https://${name}.example` }),
    async (iam) =>
      ((await iam.listOpenIDConnectProviders({})).OpenIDConnectProviderList ?? []).map(({ Arn }) =>
        Arn?.split("/")[1]?.replace(".example", ""),
      ),
  ],
];

/** Names of two that differ in their case alone are names of two. */
const isCased = (kind: string) => /^(?:virtual MFA|OpenID)/.test(kind);

test.each(KINDS)("a %s's name is its account's own", async (kind, make, list) => {
  await make(root, "same");
  await make(other, "same");
  await make(other, "more");
  expect(await list(root)).toEqual(["same"]);
  expect((await list(other)).toSorted()).toEqual(["more", "same"]);
  for (const name of isCased(kind) ? ["same"] : ["same", "SAME"]) {
    const failure = await failureOf(() => make(root, name));
    expect([name, failure.code, failure.status]).toEqual([name, "EntityAlreadyExists", 409]);
  }
  expect(await list(root)).toEqual(["same"]);
});

/** Each kind that can be renamed: how one is made at `/old/before`, and how it is changed. */
const MOVED: readonly (readonly [
  string,
  (name: string) => Promise<unknown>,
  (
    iam: IAM,
    name: string,
    to: { readonly name?: string; readonly path?: string },
  ) => Promise<unknown>,
])[] = [
  [
    "user",
    (UserName) => root.createUser({ UserName, Path: "/old/" }),
    (iam, UserName, { name, path }) =>
      iam.updateUser({ UserName, NewUserName: name, NewPath: path }),
  ],
  [
    "group",
    (GroupName) => root.createGroup({ GroupName, Path: "/old/" }),
    (iam, GroupName, { name, path }) =>
      iam.updateGroup({ GroupName, NewGroupName: name, NewPath: path }),
  ],
  [
    "server-certificate",
    (name) => root.uploadServerCertificate({ ...certificate(name), Path: "/old/" }),
    (iam, ServerCertificateName, { name, path }) =>
      iam.updateServerCertificate({
        ...{ ServerCertificateName, NewServerCertificateName: name, NewPath: path },
      }),
  ],
];

describe.each(MOVED)("a %s that moves", (kind, make, move) => {
  test.each<[string, { readonly name?: string; readonly path?: string }, string]>([
    ["nowhere", {}, "old/before"],
    ["to another name", { name: "after" }, "old/after"],
    ["to another path", { path: "/new/" }, "new/before"],
    ["to both", { name: "after", path: "/new/" }, "new/after"],
  ])("%s must be allowed where it is and where it goes", async (what, to, goes) => {
    const id = `${kind}-${what}`.replaceAll(" ", "-");
    const named = (place: string) => place.replace(/\w+$/, (name) => `${name}-${id}`);
    const arn = (place: string) => `arn:aws:iam::${OWN}:${kind}/${named(place)}`;
    const target = { ...to, ...(to.name === undefined ? {} : { name: named(to.name) }) };
    await make(named("before"));
    const callerOf = async (who: string, ...Resource: string[]) =>
      iamOf(server, await makeUser(root, `${who}-${id}`, [allow("iam:Update*", { Resource })]));
    const [from, towards] = [arn("old/before"), arn(goes)];
    const both = await callerOf("both", from, towards);
    if (from !== towards)
      for (const caller of [await callerOf("from", from), await callerOf("to", towards)]) {
        const { code } = await failureOf(() => move(caller, named("before"), target));
        expect(code).toBe("AccessDenied");
      }
    const { code } = await failureOf(async () => {
      await move(await callerOf("none", `${from}x`, `${towards}x`), named("before"), target);
    });
    expect(code).toBe("AccessDenied");
    await move(both, named("before"), target);
  });
});
