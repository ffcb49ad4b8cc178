import { IAMClient } from "@aws-sdk/client-iam";
import { expect, test } from "vitest";
import { listOwned, type OwnerKind } from "./owned-things.ts";

const OF_A_USER = {
  ListAccessKeys: { AccessKeyMetadata: [{ AccessKeyId: "AKIA1" }] },
  GetLoginProfile: { LoginProfile: {} },
  ListGroupsForUser: { Groups: [{ GroupName: "crew" }] },
  ListAttachedUserPolicies: { AttachedPolicies: [{ PolicyName: "View", PolicyArn: "arn:view" }] },
  ListUserPolicies: { PolicyNames: ["own"] },
  ListMFADevices: {
    MFADevices: [{ SerialNumber: "arn:aws:iam::1:mfa/phone" }, { SerialNumber: "GAHT12345678" }],
  },
  ListSSHPublicKeys: { SSHPublicKeys: [{ SSHPublicKeyId: "APKA1" }] },
  ListSigningCertificates: { Certificates: [{ CertificateId: "CERT" }] },
  ListServiceSpecificCredentials: {
    ServiceSpecificCredentials: [
      { ServiceSpecificCredentialId: "ACCA1", ServiceName: "codecommit.amazonaws.com" },
    ],
  },
};

test.each<[OwnerKind, Readonly<Record<string, object>>, readonly string[]]>([
  [
    "user",
    OF_A_USER,
    [
      "DeleteAccessKey",
      "DeleteLoginProfile",
      "RemoveUserFromGroup",
      "DetachUserPolicy",
      "DeleteUserPolicy",
      ...["DeactivateMFADevice", "DeleteVirtualMFADevice", "DeactivateMFADevice"],
      ...["DeleteSSHPublicKey", "DeleteSigningCertificate", "DeleteServiceSpecificCredential"],
    ],
  ],
  [
    "group",
    { GetGroup: { Users: [{ UserName: "ann" }] }, ListGroupPolicies: { PolicyNames: ["own"] } },
    ["RemoveUserFromGroup", "DeleteGroupPolicy"],
  ],
  [
    "role",
    {
      ListRolePolicies: { PolicyNames: ["own"] },
      ListInstanceProfilesForRole: { InstanceProfiles: [{ InstanceProfileName: "box" }] },
    },
    ["DeleteRolePolicy", "RemoveRoleFromInstanceProfile"],
  ],
  [
    "policy",
    {
      ListEntitiesForPolicy: {
        PolicyUsers: [{ UserName: "ann" }],
        PolicyGroups: [{ GroupName: "crew" }],
        PolicyRoles: [{ RoleName: "app" }],
      },
      ListPolicyVersions: {
        Versions: [{ VersionId: "v2", IsDefaultVersion: true }, { VersionId: "v1" }],
      },
    },
    ["DetachUserPolicy", "DetachGroupPolicy", "DetachRolePolicy", "DeletePolicyVersion"],
  ],
])("what hangs on a %s goes, and nothing else is called", async (kind, answers, removals) => {
  const { client, sent } = clientOf(answers);
  const owned = await listOwned(client, kind, "name");
  expect(new Set(owned.map(({ label }) => label)).size).toBe(owned.length);
  sent.length = 0;
  for (const { remove } of owned) await remove();
  expect(sent).toEqual(removals);
});

test("a user without a password has none to delete; another refusal is one", async () => {
  const missing = clientOf({}, "NoSuchEntityException");
  expect(await listOwned(missing.client, "user", "ann")).toEqual([]);
  const denied = clientOf({}, "AccessDenied");
  await expect(listOwned(denied.client, "user", "ann")).rejects.toThrow("AccessDenied");
});

/** A client that answers by the operation's name; `profileError` is GetLoginProfile's. */
function clientOf(answers: Readonly<Record<string, object>>, profileError?: string) {
  const sent: string[] = [];
  const client = new IAMClient({ region: "us-east-1" });
  client.middlewareStack.add(
    (_, { commandName = "" }) =>
      async () => {
        const name = commandName.replace(/Command$/, "");
        sent.push(name);
        if (name === "GetLoginProfile" && profileError !== undefined) {
          throw Object.assign(new Error(profileError), { name: profileError });
        }
        return { output: { $metadata: {}, ...answers[name] }, response: undefined };
      },
    { step: "initialize", priority: "high" },
  );
  return { client, sent };
}
