import type { IAM } from "@aws-sdk/client-iam";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rsaPublicKey } from "../../support/rsa-public-key.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { totpOf, totpPeriod } from "../../support/totp.ts";
import { allow, EC2_TRUST, failureOf, iamOf, policyOf, trusting } from "./iam-api.ts";

/*
 * Each quota twice: as many as it allows are accepted, and the next one is refused. Those of 1,000
 * and more things in an account take too long over the wire.
 */

const ACCOUNT = "000000000000";
const DOCUMENT = policyOf([allow("s3:ListAllMyBuckets")]);

let server: TestServer;
let iam: IAM;

beforeAll(async () => {
  server = await startTestServer();
  iam = iamOf(server);
});
afterAll(() => server.close());

interface Quota {
  readonly what: string;
  readonly limit: number;
  readonly code?: string;
  readonly message: string;
  /** Makes what the things belong to; returns how one more of them is made. */
  readonly prepare: () => Promise<(index: number) => Promise<unknown>>;
}

const certificate = () =>
  generate([{ name: "commonName", value: "quota" }], { keyType: "ec", curve: "P-256" });

const names = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

const tags = (count: number) => names(count, "key").map((Key) => ({ Key, Value: "v" }));

/** The customer managed policies that attachments are counted with. */
let policyArns: Promise<readonly string[]> | undefined;
function elevenPolicies(): Promise<readonly string[]> {
  policyArns ??= Promise.all(
    names(11, "attached").map(async (PolicyName) => {
      const { Policy } = await iam.createPolicy({ PolicyName, PolicyDocument: DOCUMENT });
      return Policy?.Arn ?? "";
    }),
  );
  return policyArns;
}

const quotas: readonly Quota[] = [
  {
    what: "groups of a user",
    limit: 10,
    message: "Cannot exceed quota for GroupsPerUser: 10",
    prepare: async () => {
      await iam.createUser({ UserName: "member" });
      for (const GroupName of names(11, "club")) await iam.createGroup({ GroupName });
      return (index) => iam.addUserToGroup({ UserName: "member", GroupName: `club-${index}` });
    },
  },
  {
    what: "policies on a user",
    limit: 10,
    message: "Cannot exceed quota for PoliciesPerUser: 10",
    prepare: async () => {
      const arns = await elevenPolicies();
      await iam.createUser({ UserName: "attached" });
      return (index) => iam.attachUserPolicy({ UserName: "attached", PolicyArn: arns[index] });
    },
  },
  {
    what: "policies on a group",
    limit: 10,
    message: "Cannot exceed quota for PoliciesPerGroup: 10",
    prepare: async () => {
      const arns = await elevenPolicies();
      await iam.createGroup({ GroupName: "attached" });
      return (index) => iam.attachGroupPolicy({ GroupName: "attached", PolicyArn: arns[index] });
    },
  },
  {
    what: "policies on a role",
    limit: 10,
    message: "Cannot exceed quota for PoliciesPerRole: 10",
    prepare: async () => {
      const arns = await elevenPolicies();
      await iam.createRole({ RoleName: "attached", AssumeRolePolicyDocument: EC2_TRUST });
      return (index) => iam.attachRolePolicy({ RoleName: "attached", PolicyArn: arns[index] });
    },
  },
  {
    what: "versions of a policy beside its first",
    limit: 4,
    message:
      "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.",
    prepare: async () => {
      const created = await iam.createPolicy({ PolicyName: "versions", PolicyDocument: DOCUMENT });
      const PolicyArn = created.Policy?.Arn;
      return () => iam.createPolicyVersion({ PolicyArn, PolicyDocument: DOCUMENT });
    },
  },
  {
    what: "access keys of a user",
    limit: 2,
    message: "Cannot exceed quota for AccessKeysPerUser: 2",
    prepare: async () => {
      await iam.createUser({ UserName: "signer" });
      return () => iam.createAccessKey({ UserName: "signer" });
    },
  },
  {
    what: "SSH public keys of a user",
    limit: 5,
    message: "Cannot exceed quota for SSHPublicKeysPerUser: 5",
    prepare: async () => {
      await iam.createUser({ UserName: "pusher" });
      return () => iam.uploadSSHPublicKey({ UserName: "pusher", SSHPublicKeyBody: rsaPublicKey() });
    },
  },
  {
    what: "signing certificates of a user",
    limit: 2,
    message: "Cannot exceed quota for CertificatesPerUser: 2",
    prepare: async () => {
      await iam.createUser({ UserName: "sealer" });
      return async () => {
        const { cert: CertificateBody } = await certificate();
        return iam.uploadSigningCertificate({ UserName: "sealer", CertificateBody });
      };
    },
  },
  {
    what: "credentials of a user for one service",
    limit: 2,
    message: "Cannot exceed quota for ServiceSpecificCredentialsPerUser: 2",
    prepare: async () => {
      await iam.createUser({ UserName: "coder" });
      const ServiceName = "codecommit.amazonaws.com";
      return () => iam.createServiceSpecificCredential({ UserName: "coder", ServiceName });
    },
  },
  {
    what: "MFA devices of a user",
    limit: 8,
    message: "Cannot exceed quota for MFADevicesPerUser: 8",
    prepare: async () => {
      await iam.createUser({ UserName: "careful" });
      return async (index) => {
        const VirtualMFADeviceName = `phone-${index}`;
        const { VirtualMFADevice } = await iam.createVirtualMFADevice({ VirtualMFADeviceName });
        const { SerialNumber, Base32StringSeed } = VirtualMFADevice ?? {};
        const seed = Buffer.from(Base32StringSeed ?? []).toString();
        return iam.enableMFADevice({
          UserName: "careful",
          SerialNumber,
          AuthenticationCode1: totpOf(seed, totpPeriod() - 1),
          AuthenticationCode2: totpOf(seed, totpPeriod()),
        });
      };
    },
  },
  {
    what: "server certificates",
    limit: 20,
    message: "Cannot exceed quota for ServerCertificatesPerAccount: 20",
    prepare: async () => {
      const { cert: CertificateBody, private: PrivateKey } = await certificate();
      return (index) =>
        iam.uploadServerCertificate({
          ServerCertificateName: `site-${index}`,
          CertificateBody,
          PrivateKey,
        });
    },
  },
  {
    what: "OpenID Connect providers",
    limit: 100,
    message: "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100",
    prepare: async () => (index) =>
      iam.createOpenIDConnectProvider({ Url: `https://login-${index}.example.com` }),
  },
  {
    what: "client ids of a provider",
    limit: 100,
    message: "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100",
    prepare: async () => {
      const OpenIDConnectProviderArn = `arn:aws:iam::${ACCOUNT}:oidc-provider/login-0.example.com`;
      return (index) =>
        iam.addClientIDToOpenIDConnectProvider({
          OpenIDConnectProviderArn,
          ClientID: `client-${index}`,
        });
    },
  },
  {
    what: "roles in an instance profile",
    limit: 1,
    message: "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
    prepare: async () => {
      const InstanceProfileName = "machine";
      await iam.createInstanceProfile({ InstanceProfileName });
      for (const RoleName of names(2, "worker"))
        await iam.createRole({ RoleName, AssumeRolePolicyDocument: EC2_TRUST });
      return (index) =>
        iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName: `worker-${index}` });
    },
  },
  {
    what: "tags of a user, one by one",
    limit: 50,
    message: "The number of tags has reached the maximum limit.",
    prepare: async () => {
      await iam.createUser({ UserName: "tagged" });
      return (index) =>
        iam.tagUser({ UserName: "tagged", Tags: [{ Key: `k${index}`, Value: "" }] });
    },
  },
];

describe("IAM accepts as many as its quota allows, and refuses one more:", () => {
  it("5 thumbprints of a provider", async () => {
    const make = (count: number) =>
      iam.createOpenIDConnectProvider({
        Url: "https://thumbs.example.com",
        ThumbprintList: names(count, "t").map((name) => name.padEnd(40, "0")),
      });
    expect(await failureOf(() => make(6))).toMatchObject({ code: "InvalidInput" });
    const { OpenIDConnectProviderArn } = await make(5);
    await iam.deleteOpenIDConnectProvider({ OpenIDConnectProviderArn });
  });

  it.each(quotas)("$limit $what", async ({ limit, code = "LimitExceeded", message, prepare }) => {
    const make = await prepare();
    for (let index = 0; index < limit; index++) await make(index);
    expect(await failureOf(() => make(limit))).toEqual({ code, message, status: 409 });
  });

  it("50 tags in one request", async () => {
    await iam.createUser({ UserName: "labelled", Tags: tags(50) });
    const { Tags } = await iam.listUserTags({ UserName: "labelled" });
    expect(Tags).toHaveLength(50);
    const one = { UserName: "labelled", Tags: [{ Key: "more", Value: "" }] };
    expect(await failureOf(() => iam.tagUser(one))).toMatchObject({ code: "LimitExceeded" });
    // The value of a tag that is there can still be changed.
    await iam.tagUser({ UserName: "labelled", Tags: [{ Key: "KEY-0", Value: "new" }] });
    const more = () => iam.createUser({ UserName: "labels", Tags: tags(51) });
    expect(await failureOf(more)).toMatchObject({ code: "ValidationError" });
  });
});

/** A document of exactly so many characters, none of them white space. */
function documentOf(length: number): string {
  const bare = policyOf([allow("s3:GetObject", { Sid: "" })]);
  return policyOf([allow("s3:GetObject", { Sid: "a".repeat(length - bare.length) })]);
}

function trustOf(length: number): string {
  const bare = trusting({ Service: "ec2.amazonaws.com" });
  const padded = JSON.parse(bare);
  padded.Statement[0].Sid = "a".repeat(length - bare.length - '"Sid":"",'.length);
  return JSON.stringify(padded);
}

/** White space doesn't count. */
const spaced = (document: string) => document.replace("{", "{ \n\t ");

describe("IAM accepts a document of just the size that is allowed, and refuses one more:", () => {
  it("6,144 characters in a managed policy", async () => {
    const make = (PolicyName: string, PolicyDocument: string) =>
      iam.createPolicy({ PolicyName, PolicyDocument });
    await make("full", spaced(documentOf(6_144)));
    expect(await failureOf(() => make("over", documentOf(6_145)))).toMatchObject({
      code: "LimitExceeded",
      message: "Cannot exceed quota for PolicySize: 6144",
    });
  });

  it("2,048 characters in a trust policy", async () => {
    const make = (RoleName: string, AssumeRolePolicyDocument: string) =>
      iam.createRole({ RoleName, AssumeRolePolicyDocument });
    await make("trusting", spaced(trustOf(2_048)));
    expect(await failureOf(() => make("over", trustOf(2_049)))).toMatchObject({
      code: "LimitExceeded",
      message: "Cannot exceed quota for ACLSizePerRole: 2048",
    });
  });

  it.each([
    ["user", 2_048],
    ["group", 5_120],
    ["role", 10_240],
  ] as const)("inline policies of a %s of %i characters together", async (kind, limit) => {
    const name = `inline-${kind}`;
    const put = async (PolicyName: string, PolicyDocument: string) => {
      const policy = { PolicyName, PolicyDocument };
      if (kind === "user") return iam.putUserPolicy({ UserName: name, ...policy });
      if (kind === "group") return iam.putGroupPolicy({ GroupName: name, ...policy });
      return iam.putRolePolicy({ RoleName: name, ...policy });
    };
    if (kind === "user") await iam.createUser({ UserName: name });
    else if (kind === "group") await iam.createGroup({ GroupName: name });
    else await iam.createRole({ RoleName: name, AssumeRolePolicyDocument: EC2_TRUST });
    const first = 1_000;
    await put("first", documentOf(first));
    await put("second", spaced(documentOf(limit - first)));
    // The policy that is replaced doesn't count, in whatever letters its name is written.
    await put("SECOND", documentOf(limit - first));
    for (const policyName of ["second", "Second"])
      expect(await failureOf(() => put(policyName, documentOf(limit - first + 1)))).toEqual({
        code: "LimitExceeded",
        message: `Maximum policy size of ${limit} bytes exceeded for ${kind} ${name}`,
        status: 409,
      });
  });
});

describe("at last,", () => {
  it("300 groups in an account", async () => {
    const { Groups = [] } = await iam.listGroups({ MaxItems: 1000 });
    const missing = names(300 - Groups.length, "many");
    while (missing.length > 0) {
      const some = missing.splice(0, 20);
      await Promise.all(some.map((GroupName) => iam.createGroup({ GroupName })));
    }
    expect(await failureOf(() => iam.createGroup({ GroupName: "more" }))).toEqual({
      code: "LimitExceeded",
      message: "Cannot exceed quota for GroupsPerAccount: 300",
      status: 409,
    });
  });
});
