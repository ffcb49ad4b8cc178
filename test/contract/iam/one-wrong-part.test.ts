import type { IAM } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { allow, EC2_TRUST, failureOf, iamOf, policyOf, trusting } from "./iam-api.ts";

/*
 * Every ARN that IAM takes apart, wrong in exactly one part: no other part can be what it is
 * refused for. The same ARN with nothing wrong is taken.
 */

const ACCOUNT = "000000000000";
const OTHER = "999999999999";
const DOCUMENT = policyOf([allow("s3:ListAllMyBuckets")]);

let server: TestServer;
let iam: IAM;

beforeAll(async () => {
  server = await startTestServer();
  iam = iamOf(server);
  await iam.createUser({ UserName: "alice", Path: "/team/" });
  await iam.createRole({ RoleName: "app", AssumeRolePolicyDocument: EC2_TRUST });
  await iam.createPolicy({ PolicyName: "own", PolicyDocument: DOCUMENT });
});
afterAll(() => server.close());

type Part = "prefix" | "partition" | "service" | "region" | "account" | "resource";
const ORDER: readonly Part[] = ["prefix", "partition", "service", "region", "account", "resource"];

/** An ARN with one part replaced. */
function withPart(arn: string, part: Part, value: string): string {
  const parts = arn.split(":");
  parts[ORDER.indexOf(part)] = value;
  return parts.join(":");
}

type Wrongs = Readonly<Partial<Record<Part, readonly string[]>>>;

const EVERYWHERE: Wrongs = {
  prefix: ["", "arm", "ARN"],
  partition: ["", "nope", "AWS", "aws-cn"],
  service: ["", "sns", "sts", "s3", "IAM"],
  region: ["us-east-1", "*"],
  account: ["", "*", "00000000000", "0000000000000", OTHER],
};

interface ArnInput {
  readonly operation: string;
  readonly good: string;
  readonly wrong: Wrongs;
  readonly codes: readonly string[];
  readonly call: (arn: string) => Promise<unknown>;
}

const USER = `arn:aws:iam::${ACCOUNT}:user/team/alice`;
const POLICY = `arn:aws:iam::${ACCOUNT}:policy/own`;

/** The refusals of a policy's ARN by value: which part is wrong decides on the code. */
const POLICY_CODES: Readonly<Record<Part, Readonly<Record<string, string>>>> = {
  prefix: { "": "ValidationError", arm: "ValidationError", ARN: "ValidationError" },
  partition: {
    "": "ValidationError",
    nope: "ValidationError",
    AWS: "ValidationError",
    "aws-cn": "ValidationError",
  },
  service: {
    "": "ValidationError",
    IAM: "ValidationError",
    sns: "InvalidInput",
    sts: "InvalidInput",
    s3: "InvalidInput",
  },
  region: { "*": "ValidationError", "us-east-1": "NoSuchEntity" },
  account: {
    "": "NoSuchEntity",
    "*": "ValidationError",
    "00000000000": "ValidationError",
    "0000000000000": "ValidationError",
    [OTHER]: "NoSuchEntity",
  },
  resource: {
    "": "ValidationError",
    policy: "InvalidInput",
    "policies/own": "InvalidInput",
    "user/own": "InvalidInput",
    "policy/": "NoSuchEntity",
    "policy/other": "NoSuchEntity",
    "policy/*": "NoSuchEntity",
  },
};

const identityParts: Wrongs = {
  ...EVERYWHERE,
  resource: ["", "user", "user/", "user/team/", "users/team/alice", "policy/alice", "root"],
};
// Of another account, nothing is allowed to anybody here.
const identityCodes = ["ValidationError", "NoSuchEntity", "AccessDenied"];
const ActionNames = ["s3:ListAllMyBuckets"];

const inputs: readonly ArnInput[] = [
  {
    operation: "SimulatePrincipalPolicy",
    good: USER,
    wrong: identityParts,
    codes: identityCodes,
    call: (PolicySourceArn) => iam.simulatePrincipalPolicy({ PolicySourceArn, ActionNames }),
  },
  {
    operation: "GetContextKeysForPrincipalPolicy",
    good: USER,
    wrong: identityParts,
    codes: identityCodes,
    call: (PolicySourceArn) => iam.getContextKeysForPrincipalPolicy({ PolicySourceArn }),
  },
  {
    operation: "ListPoliciesGrantingServiceAccess",
    good: USER,
    wrong: identityParts,
    codes: identityCodes,
    call: (Arn) => iam.listPoliciesGrantingServiceAccess({ Arn, ServiceNamespaces: ["s3"] }),
  },
  {
    operation: "GenerateServiceLastAccessedDetails",
    good: USER,
    // Unlike the others, it compares the whole ARN.
    wrong: {
      ...identityParts,
      resource: [...(identityParts.resource ?? []), "user/alice", "user/team/Alice"],
    },
    codes: identityCodes,
    call: (Arn) => iam.generateServiceLastAccessedDetails({ Arn }),
  },
  {
    operation: "SimulateCustomPolicy, CallerArn",
    good: USER,
    // A caller of another account can be simulated.
    wrong: { ...identityParts, account: ["", "*", "00000000000", "0000000000000"] },
    codes: ["InvalidInput"],
    call: (CallerArn) =>
      iam.simulateCustomPolicy({ PolicyInputList: [DOCUMENT], ActionNames, CallerArn }),
  },
  {
    operation: "SimulateCustomPolicy, ResourceOwner",
    good: `arn:aws:iam::${ACCOUNT}:root`,
    wrong: {
      prefix: ["", "arm", "ARN"],
      partition: ["", "nope", "AWS"],
      service: ["", "sns", "s3", "IAM"],
      account: ["", "*", "00000000000", "0000000000000"],
      resource: [""],
    },
    codes: ["InvalidInput"],
    call: (ResourceOwner) =>
      iam.simulateCustomPolicy({ PolicyInputList: [DOCUMENT], ActionNames, ResourceOwner }),
  },
  {
    operation: "UpdateAssumeRolePolicy, a user",
    good: USER,
    wrong: {
      ...EVERYWHERE,
      resource: ["", "user", "user/", "user/alice", "user/team/Alice", "role/alice", "group/g"],
    },
    codes: ["MalformedPolicyDocument"],
    call: (AWS) =>
      iam.updateAssumeRolePolicy({ RoleName: "app", PolicyDocument: trusting({ AWS }) }),
  },
  {
    operation: "UpdateAssumeRolePolicy, a role",
    good: `arn:aws:iam::${ACCOUNT}:role/app`,
    wrong: {
      ...EVERYWHERE,
      resource: ["", "role", "role/", "role/path/app", "role/App", "user/app"],
    },
    codes: ["MalformedPolicyDocument"],
    call: (AWS) =>
      iam.updateAssumeRolePolicy({ RoleName: "app", PolicyDocument: trusting({ AWS }) }),
  },
  {
    operation: "UpdateAssumeRolePolicy, a session",
    good: `arn:aws:sts::${ACCOUNT}:assumed-role/app/session`,
    wrong: {
      ...EVERYWHERE,
      service: ["", "sns", "iam", "STS"],
      resource: ["", "assumed-role/app", "assumed-role//session", "assumed-role/App/session"],
    },
    codes: ["MalformedPolicyDocument"],
    call: (AWS) =>
      iam.updateAssumeRolePolicy({ RoleName: "app", PolicyDocument: trusting({ AWS }) }),
  },
];

/** Operations on managed policies. Only those that attach one ask whether the ARN is a policy's. */
const policyOperations = {
  AttachUserPolicy: (PolicyArn) => iam.attachUserPolicy({ UserName: "alice", PolicyArn }),
  DetachUserPolicy: (PolicyArn) => iam.detachUserPolicy({ UserName: "alice", PolicyArn }),
  PutRolePermissionsBoundary: (PermissionsBoundary) =>
    iam.putRolePermissionsBoundary({ RoleName: "app", PermissionsBoundary }),
  GetPolicy: (PolicyArn) => iam.getPolicy({ PolicyArn }),
  ListEntitiesForPolicy: (PolicyArn) => iam.listEntitiesForPolicy({ PolicyArn }),
  CreatePolicyVersion: (PolicyArn) =>
    iam.createPolicyVersion({ PolicyArn, PolicyDocument: DOCUMENT }),
} satisfies Record<string, (arn: string) => Promise<unknown>>;
const ATTACHING = ["AttachUserPolicy", "DetachUserPolicy", "PutRolePermissionsBoundary"];

describe("a policy's ARN that is wrong in one part is refused, by the code of that part, by", () => {
  it.each(Object.entries(policyOperations))("%s", async (operation, call) => {
    if (operation === "DetachUserPolicy") await policyOperations.AttachUserPolicy(POLICY);
    await call(POLICY);
    const wrong: Record<string, string> = {};
    const expected: Record<string, string> = {};
    for (const part of ORDER)
      for (const [value, code] of Object.entries(POLICY_CODES[part])) {
        const arn = withPart(POLICY, part, value);
        wrong[arn] = (await failureOf(() => call(arn))).code;
        const isAsked = code !== "InvalidInput" || ATTACHING.includes(operation);
        expected[arn] = isAsked ? code : "NoSuchEntity";
      }
    expect(wrong).toEqual(expected);
  });
});

describe("an ARN that is wrong in one part is refused by", () => {
  it.each(inputs)("$operation", async ({ good, wrong, codes, call }) => {
    await call(good);
    const taken: string[] = [];
    for (const part of ORDER)
      for (const value of wrong[part] ?? []) {
        const arn = withPart(good, part, value);
        const code = await failureOf(() => call(arn)).then(
          (failure) => failure.code,
          () => "taken",
        );
        if (!codes.includes(code)) taken.push(`${arn}: ${code}`);
      }
    expect(taken).toEqual([]);
  });
});

describe("a deletion task's id that is wrong in one part is refused", () => {
  it("by GetServiceLinkedRoleDeletionStatus", async () => {
    const AWSServiceName = "ivs.amazonaws.com";
    const { Role } = await iam.createServiceLinkedRole({ AWSServiceName });
    const { DeletionTaskId = "" } = await iam.deleteServiceLinkedRole({
      RoleName: Role?.RoleName,
    });
    await iam.getServiceLinkedRoleDeletionStatus({ DeletionTaskId });
    const parts = DeletionTaskId.split("/");
    expect(parts).toHaveLength(5);
    const codes: string[] = [];
    for (const [index] of parts.entries())
      for (const value of ["", "other"]) {
        const id = parts.with(index, value).join("/");
        const call = () => iam.getServiceLinkedRoleDeletionStatus({ DeletionTaskId: id });
        codes.push((await failureOf(call)).code);
      }
    expect(new Set(codes)).toEqual(new Set(["InvalidInput", "NoSuchEntity"]));
    const longer = { DeletionTaskId: `${DeletionTaskId}/more` };
    expect(await failureOf(() => iam.getServiceLinkedRoleDeletionStatus(longer))).toMatchObject({
      code: "InvalidInput",
    });
  });
});
