import type { ContextKeyTypeEnum, IAM, SimulateCustomPolicyRequest } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendSigned } from "../../support/signed-request.ts";
import { type Key, startTestServer, type TestServer } from "../../support/test-server.ts";
import { allow, EC2_TRUST, failureOf, iamOf, makeUser, policyOf } from "./iam-api.ts";

const ACCOUNT = "000000000000";
const ANN = `arn:aws:iam::${ACCOUNT}:user/ann`;
const OBJECT = "arn:aws:s3:::media/a.ts";
const OTHER_OBJECT = "arn:aws:s3:::media/private/b.ts";

const READ = allow("s3:GetObject");
const DENY_PRIVATE = {
  Effect: "Deny",
  Action: "s3:*",
  Resource: "arn:aws:s3:::media/private/*",
};

let server: TestServer;
let iam: IAM;

beforeAll(async () => {
  server = await startTestServer();
  iam = iamOf(server);
});
afterAll(() => server.close());

/** The first result of a custom simulation of s3:GetObject. */
async function simulated(
  policies: readonly (readonly object[])[],
  more: Partial<SimulateCustomPolicyRequest> = {},
) {
  const { EvaluationResults = [] } = await iam.simulateCustomPolicy({
    PolicyInputList: policies.map(policyOf),
    ActionNames: ["s3:GetObject"],
    ...more,
  });
  const [result] = EvaluationResults;
  if (!result) throw new Error("There is no result.");
  return result;
}

describe("SimulateCustomPolicy", () => {
  it("shows where the statement stands that allows", async () => {
    const text = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}`;
    const start = text.indexOf('{"Effect"') + 1;
    const { EvaluationResults } = await iam.simulateCustomPolicy({
      PolicyInputList: [text],
      ActionNames: ["dynamodb:CreateBackup"],
      ContextEntries: [
        {
          ContextKeyName: "aws:CurrentTime",
          ContextKeyValues: ["2019-04-25T11:00:00Z"],
          ContextKeyType: "date",
        },
      ],
    });
    expect(EvaluationResults).toEqual([
      {
        EvalActionName: "dynamodb:CreateBackup",
        EvalResourceName: "*",
        EvalDecision: "allowed",
        MatchedStatements: [
          {
            SourcePolicyId: "PolicyInputList.1",
            SourcePolicyType: "IAM Policy",
            StartPosition: { Line: 1, Column: start },
            EndPosition: { Line: 1, Column: text.length },
          },
        ],
        MissingContextValues: [],
      },
    ]);
  });

  it("names every context key that a statement asks for and that isn't given", async () => {
    const conditions = {
      StringEquals: { "aws:PrincipalOrgID": "o-1", "s3:ExistingObjectTag/team": "core" },
      Bool: { "aws:SecureTransport": "true" },
    };
    const policies = [[allow("s3:GetObject", { Condition: conditions })]];
    const given = {
      ContextKeyName: "AWS:securetransport",
      ContextKeyValues: ["true"],
      ContextKeyType: "boolean" as const,
    };
    const result = await simulated(policies, { ContextEntries: [given] });
    expect(result.EvalDecision).toBe("implicitDeny");
    expect(result.MissingContextValues).toEqual([
      "aws:PrincipalOrgID",
      "s3:ExistingObjectTag/team",
    ]);
    const string = (ContextKeyName: string, value: string) => ({
      ContextKeyName,
      ContextKeyValues: [value],
      ContextKeyType: "string" as const,
    });
    const full = await simulated(policies, {
      ContextEntries: [
        given,
        string("aws:PrincipalOrgID", "o-1"),
        string("s3:ExistingObjectTag/team", "core"),
      ],
    });
    expect(full).toMatchObject({ EvalDecision: "allowed", MissingContextValues: [] });
  });

  it("asks for no context key where the decision doesn't hang on it", async () => {
    const condition = { StringNotEquals: { "aws:PrincipalTag/team": "core" } };
    const result = await simulated([[allow("s3:GetObject", { Condition: condition })]]);
    expect(result).toMatchObject({ EvalDecision: "allowed", MissingContextValues: [] });
    const denied = await simulated([[allow("ec2:*", { Condition: condition })]], {
      ResourceArns: [OBJECT],
    });
    // Whatever the action, and by resource as well.
    expect(denied).toMatchObject({
      EvalDecision: "implicitDeny",
      MissingContextValues: ["aws:PrincipalTag/team"],
      ResourceSpecificResults: [
        {
          EvalResourceName: OBJECT,
          EvalResourceDecision: "implicitDeny",
          MissingContextValues: ["aws:PrincipalTag/team"],
        },
      ],
    });
  });

  it("takes policies that couldn't be saved, and calls as somebody of the account", async () => {
    const ask = async (statement: object, more: object = {}) => {
      const { EvaluationResults } = await iam.simulateCustomPolicy({
        PolicyInputList: [JSON.stringify({ Statement: { ...READ, ...statement } })],
        ActionNames: ["s3:GetObject"],
        ...more,
      });
      return EvaluationResults?.[0]?.EvalDecision;
    };
    expect(await ask({})).toBe("allowed");
    expect(await ask({ Condition: { IpAddress: { "aws:SourceIp": "nowhere" } } })).toBe(
      "implicitDeny",
    );
    expect(await ask({ Action: "s3:*" }, { ActionNames: ["s3:Get*"] })).toBe("allowed");
    const named = (value: string) => ({ Condition: { StringEquals: { "aws:userid": value } } });
    expect(await ask(named("STUB_PRINCIPAL_FOR_POLICY_SIMULATOR"))).toBe("allowed");
    const CallerArn = `${ANN}-who-is-nobody`;
    expect(await ask(named(CallerArn), { CallerArn })).toBe("allowed");
    const account = { StringEquals: { "aws:PrincipalAccount": ACCOUNT } };
    expect(await ask({ Condition: account })).toBe("allowed");
  });

  it("gives one result per action, with every resource below it and the strictest on top", async () => {
    const result = await simulated([[READ], [DENY_PRIVATE]], {
      ResourceArns: [OBJECT, OTHER_OBJECT, OTHER_OBJECT],
    });
    expect(result).toMatchObject({ EvalResourceName: "*", EvalDecision: "explicitDeny" });
    expect(result.MatchedStatements?.map((each) => each.SourcePolicyId)).toEqual([
      "PolicyInputList.1",
      "PolicyInputList.2",
    ]);
    expect(
      result.ResourceSpecificResults?.map((each) => [
        each.EvalResourceName,
        each.EvalResourceDecision,
        each.MatchedStatements?.map((statement) => statement.SourcePolicyId),
      ]),
    ).toEqual([
      [OBJECT, "allowed", ["PolicyInputList.1"]],
      [OTHER_OBJECT, "explicitDeny", ["PolicyInputList.2"]],
      [OTHER_OBJECT, "explicitDeny", ["PolicyInputList.2"]],
    ]);
    const single = await simulated([[allow("s3:PutObject")]], { ResourceArns: [OBJECT] });
    expect(single).toMatchObject({ EvalResourceName: OBJECT, EvalDecisionDetails: {} });
    expect(single.ResourceSpecificResults).toEqual([
      { EvalResourceName: OBJECT, EvalResourceDecision: "implicitDeny" },
    ]);
  });

  it("is bounded by a boundary and by service control policies", async () => {
    const bounded = (...actions: string[]) =>
      simulated([[READ]], {
        PermissionsBoundaryPolicyInputList: [policyOf([allow(actions)])],
        ResourceArns: [OBJECT],
      });
    expect(await bounded("ec2:*")).toMatchObject({
      EvalDecision: "implicitDeny",
      MatchedStatements: [],
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false },
      ResourceSpecificResults: [
        { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false } },
      ],
    });
    expect(await bounded("s3:*")).toMatchObject({
      EvalDecision: "allowed",
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: true },
    });
    const level = (...statements: object[]) => ({
      ServiceControlPolicyInputList: [policyOf(statements)],
    });
    expect(
      await simulated([[READ]], {
        OrderedOrganizationPolicyInputList: [level(allow("*")), level(allow("ec2:*"))],
      }),
    ).toMatchObject({
      EvalDecision: "implicitDeny",
      OrganizationsDecisionDetail: { AllowedByOrganizations: false },
    });
  });

  it("weighs a resource policy as the caller's account and the owner's do", async () => {
    const ResourcePolicy = policyOf([
      { Effect: "Allow", Principal: { AWS: ANN }, Action: "s3:GetObject", Resource: OBJECT },
    ]);
    const ask = (policies: readonly (readonly object[])[], more: object = {}) =>
      simulated(policies, { ResourcePolicy, CallerArn: ANN, ResourceArns: [OBJECT], ...more });
    const nothing = [[allow("ec2:RunInstances")]];
    const allowed = await ask(nothing);
    expect(allowed).toMatchObject({ EvalDecision: "allowed", EvalDecisionDetails: {} });
    expect(allowed.MatchedStatements).toMatchObject([
      { SourcePolicyId: "ResourcePolicy", SourcePolicyType: "Resource Policy" },
    ]);
    const ResourceOwner = "arn:aws:iam::111111111111:root";
    expect(await ask(nothing, { ResourceOwner })).toMatchObject({
      EvalDecision: "implicitDeny",
      EvalDecisionDetails: { "IAM Policy": "implicitDeny", "Resource Policy": "allowed" },
    });
    expect(await ask([[READ]], { ResourceOwner })).toMatchObject({ EvalDecision: "allowed" });
    expect(await ask([[READ]], { CallerArn: `${ANN}e`, ResourceOwner })).toMatchObject({
      EvalDecisionDetails: { "IAM Policy": "allowed", "Resource Policy": "implicitDeny" },
    });
  });

  it("comes in pages", async () => {
    const ActionNames = Array.from({ length: 25 }, (_, index) => `s3:Action${index}`);
    const seen: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const page = await iam.simulateCustomPolicy({
        PolicyInputList: [policyOf([READ])],
        ActionNames,
        MaxItems: 10,
        Marker,
      });
      seen.push(...(page.EvaluationResults ?? []).map((result) => result.EvalActionName));
      Marker = page.IsTruncated ? page.Marker : undefined;
    } while (Marker !== undefined);
    expect(seen).toEqual(ActionNames);
  });

  const entry = (
    ContextKeyName: string | undefined,
    ContextKeyType: ContextKeyTypeEnum | undefined,
    ...ContextKeyValues: string[]
  ) => ({ ContextEntries: [{ ContextKeyName, ContextKeyType, ContextKeyValues }] });
  const asks = (more: Partial<SimulateCustomPolicyRequest>) => () => simulated([[READ]], more);
  it.each<[what: string, message: string, () => Promise<unknown>]>([
    [
      "an action without a service",
      "The action is invalid since it is missing names",
      asks({ ActionNames: ["s3:GetObject", "GetObject"] }),
    ],
    [
      "a policy that isn't one",
      "PolicyInputList.1: Expected an element's name in double quotes",
      asks({ PolicyInputList: ["{"] }),
    ],
    [
      "a resource policy without a caller",
      "Invalid caller - Caller cannot be null or empty.",
      asks({ ResourcePolicy: policyOf([{ ...READ, Principal: "*" }]) }),
    ],
    [
      "a resource policy for all resources",
      "Invalid Entity Arn: * does not clearly define entity type and name.",
      asks({ CallerArn: ANN, ResourcePolicy: policyOf([{ ...READ, Principal: "*" }]) }),
    ],
    [
      "a resource policy that speaks of all",
      "ResourceNames are not in a valid ARN format: *.",
      asks({
        CallerArn: ANN,
        ResourceArns: [OBJECT],
        ResourcePolicy: policyOf([{ ...READ, Principal: "*" }]),
      }),
    ],
    [
      "a resource that is none",
      "ResourceNames are not in a valid ARN format: media.",
      asks({ ResourceArns: [OBJECT, "media"] }),
    ],
    [
      "all resources beside one",
      "ResourceNames are not in a valid ARN format: *.",
      asks({ ResourceArns: [OBJECT, "*"] }),
    ],
    [
      "an owner that is only a number",
      "Invalid Resource Owner.",
      asks({ ResourceOwner: ACCOUNT, ResourceArns: [OBJECT] }),
    ],
    [
      "two boundaries",
      "The list of Permissions Boundary policies cannot exceed 1 items.",
      asks({ PermissionsBoundaryPolicyInputList: [policyOf([READ]), policyOf([READ])] }),
    ],
    [
      "a caller that is a session",
      "Invalid caller - Caller must be an IAM user, role or group in this context.",
      asks({ CallerArn: `arn:aws:sts::${ACCOUNT}:assumed-role/app/x` }),
    ],
    [
      "several values of one that isn't a list",
      "Context key ip expected a single value, but received 2.",
      asks(entry("aws:SourceIp", "ip", "10.0.0.1", "10.0.0.2")),
    ],
    ...(
      [
        ["stack:key", undefined, ["yes"], "Context key stack:key has invalid type null."],
        [undefined, "string", ["yes"], "ContextKeyName cannot be null or empty."],
        ...(["string", "stringList"] as const).map(
          (type) =>
            [
              "stack:key",
              type,
              [],
              "Context values for context key stack:key cannot be null or empty.",
            ] as const,
        ),
        ...(
          [
            ["numeric", "0x10", "numeric format"],
            ["numericList", " 1 ", "numeric format"],
            ["date", "noon", "DateTime format"],
            ["ip", "10.0.0.0/8", "IP address"],
            ["binary", "YQ", "base-64 encoded binary format"],
          ] as const
        ).map(
          ([type, value, form]) =>
            [
              "stack:key",
              type,
              [value],
              `Invalid context value for key stack:key: expected ${form}.`,
            ] as const,
        ),
      ] as const
    ).map(([name, type, values, message]): [string, string, () => Promise<unknown>] => [
      `${type} ${name} of ${values.join()}`,
      message,
      asks(entry(name, type, ...values)),
    ]),
    [
      "a context key twice",
      "Duplicate context key: AWS:SourceIp.",
      asks({
        ContextEntries: [
          { ContextKeyName: "aws:SourceIp", ContextKeyType: "ip", ContextKeyValues: ["10.0.0.1"] },
          { ContextKeyName: "AWS:SourceIp", ContextKeyType: "ip", ContextKeyValues: ["10.0.0.1"] },
        ],
      }),
    ],
    [
      "an EC2 scenario without its resources",
      "A simulation of EC2-VPC-EBS needs resources of type image, security-group, network-interface, volume.",
      asks({
        ResourceHandlingOption: "EC2-VPC-EBS",
        ResourceArns: [`arn:aws:ec2:us-east-1:${ACCOUNT}:instance/i-1`],
      }),
    ],
  ])("refuses %s", async (_what, message, call) => {
    expect(await failureOf(call)).toEqual({ code: "InvalidInput", status: 400, message });
  });
});

describe("SimulatePrincipalPolicy", () => {
  beforeAll(async () => {
    await makeUser(iam, "ann", [
      allow("s3:GetObject", { Resource: ["arn:aws:s3:::media/$", "{aws:username}/*"].join("") }),
    ]);
    await iam.createGroup({ GroupName: "crew" });
    await iam.putGroupPolicy({
      GroupName: "crew",
      PolicyName: "deny",
      PolicyDocument: policyOf([DENY_PRIVATE]),
    });
    await iam.addUserToGroup({ GroupName: "crew", UserName: "ann" });
    await iam.attachUserPolicy({
      UserName: "ann",
      PolicyArn: "arn:aws:iam::aws:policy/IAMReadOnlyAccess",
    });
    await iam.createRole({ RoleName: "app", AssumeRolePolicyDocument: EC2_TRUST });
  });

  const ask = async (action: string, ResourceArns: string[], source = ANN) => {
    const { EvaluationResults = [] } = await iam.simulatePrincipalPolicy({
      PolicySourceArn: source,
      ActionNames: [action],
      ResourceArns,
    });
    const [result] = EvaluationResults;
    return [
      result?.EvalDecision,
      result?.MatchedStatements?.map((statement) => statement.SourcePolicyId),
    ];
  };

  it("takes the policies of the user, its groups and AWS, and fills in who it is", async () => {
    expect(await ask("s3:GetObject", ["arn:aws:s3:::media/ann/x"])).toEqual([
      "allowed",
      ["user_ann_own"],
    ]);
    expect(await ask("s3:GetObject", ["arn:aws:s3:::media/bob/x"])).toEqual(["implicitDeny", []]);
    expect(await ask("s3:GetObject", [OTHER_OBJECT])).toEqual([
      "explicitDeny",
      ["group_crew_deny"],
    ]);
    expect(await ask("iam:ListUsers", ["*"])).toEqual(["allowed", ["IAMReadOnlyAccess"]]);
    expect(await ask("iam:ListUsers", ["*"], `arn:aws:iam::${ACCOUNT}:group/crew`)).toEqual([
      "implicitDeny",
      [],
    ]);
  });

  it("applies the boundary that is set, and one that is given instead", async () => {
    const source = `arn:aws:iam::${ACCOUNT}:role/app`;
    await iam.attachRolePolicy({
      RoleName: "app",
      PolicyArn: "arn:aws:iam::aws:policy/AmazonS3FullAccess",
    });
    await iam.putRolePermissionsBoundary({
      RoleName: "app",
      PermissionsBoundary: "arn:aws:iam::aws:policy/IAMReadOnlyAccess",
    });
    const input = { PolicySourceArn: source, ActionNames: ["s3:GetObject"] };
    expect((await iam.simulatePrincipalPolicy(input)).EvaluationResults).toMatchObject([
      {
        EvalDecision: "implicitDeny",
        PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false },
      },
    ]);
    const given = [policyOf([allow("s3:*")])];
    expect(
      (await iam.simulatePrincipalPolicy({ ...input, PermissionsBoundaryPolicyInputList: given }))
        .EvaluationResults,
    ).toMatchObject([
      {
        EvalDecision: "allowed",
        PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: true },
      },
    ]);
  });

  it("agrees with what really happens", async () => {
    const key = await makeUser(iam, "real", [
      allow("iam:GetUser", { Resource: ["arn:aws:iam::*:user/$", "{aws:username}"].join("") }),
    ]);
    const real = iamOf(server, key);
    for (const UserName of ["real", "ann"]) {
      const happened = await real.getUser({ UserName }).then(
        () => "allowed",
        () => "implicitDeny",
      );
      const user = `arn:aws:iam::${ACCOUNT}:user/`;
      const [decision] = await ask("iam:GetUser", [`${user}${UserName}`], `${user}real`);
      expect(decision).toBe(happened);
    }
  });

  it("refuses who isn't there, and what is no identity", async () => {
    const missing = `arn:aws:iam::${ACCOUNT}:role/missing`;
    expect(await failureOf(() => ask("s3:GetObject", ["*"], missing))).toEqual({
      code: "NoSuchEntity",
      status: 404,
      message: "The role with name missing cannot be found.",
    });
    const root = `arn:aws:iam::${ACCOUNT}:root`;
    expect(await failureOf(() => ask("s3:GetObject", ["*"], root))).toEqual({
      code: "ValidationError",
      status: 400,
      message: `Invalid Entity Arn: ${root} does not clearly define entity type and name.`,
    });
  });

  it("needs a permission on the identity", async () => {
    const key = await makeUser(iam, "auditor", [
      allow(["iam:SimulatePrincipalPolicy", "iam:GetContextKeysForPrincipalPolicy"], {
        Resource: ANN,
      }),
    ]);
    const auditor = iamOf(server, key);
    const input = { ActionNames: ["s3:GetObject"], PolicySourceArn: ANN };
    await auditor.simulatePrincipalPolicy(input);
    await auditor.getContextKeysForPrincipalPolicy(input);
    const app = `arn:aws:iam::${ACCOUNT}:role/app`;
    expect(
      await failureOf(() => auditor.simulatePrincipalPolicy({ ...input, PolicySourceArn: app })),
    ).toEqual({
      code: "AccessDenied",
      status: 403,
      message: expect.stringContaining(
        `User: arn:aws:iam::${ACCOUNT}:user/auditor is not authorized to perform: iam:SimulatePrincipalPolicy on resource: ${app} because no identity-based policy allows the iam:SimulatePrincipalPolicy action`,
      ),
    });
  });
});

describe("the context keys of policies", () => {
  const POLICY = policyOf([
    allow("s3:GetObject", { Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }),
  ]);

  it("are named as the policies spell them", async () => {
    expect(
      (await iam.getContextKeysForCustomPolicy({ PolicyInputList: [POLICY] })).ContextKeyNames,
    ).toEqual(["aws:SourceIp"]);
    expect(
      (
        await iam.getContextKeysForPrincipalPolicy({
          PolicySourceArn: ANN,
          PolicyInputList: [POLICY],
        })
      ).ContextKeyNames,
    ).toEqual(["aws:username", "aws:SourceIp"]);
  });

  it("come from each policy for itself, the boundary's too, and from what couldn't be saved", async () => {
    expect(
      (await iam.getContextKeysForCustomPolicy({ PolicyInputList: [POLICY, POLICY] }))
        .ContextKeyNames,
    ).toEqual(["aws:SourceIp", "aws:SourceIp"]);
    const bucketPolicy = policyOf([
      { ...READ, Principal: "*", Condition: { Bool: { "aws:SecureTransport": "true" } } },
    ]);
    expect(
      (await iam.getContextKeysForCustomPolicy({ PolicyInputList: [bucketPolicy] }))
        .ContextKeyNames,
    ).toEqual(["aws:SecureTransport"]);
    const { Policy } = await iam.createPolicy({ PolicyName: "fence", PolicyDocument: POLICY });
    await iam.createUser({ UserName: "fenced", PermissionsBoundary: Policy?.Arn });
    const PolicySourceArn = `arn:aws:iam::${ACCOUNT}:user/fenced`;
    expect(
      (await iam.getContextKeysForPrincipalPolicy({ PolicySourceArn })).ContextKeyNames,
    ).toEqual(["aws:SourceIp"]);
  });

  it("aren't looked for in what isn't a policy", async () => {
    expect(
      await failureOf(() => iam.getContextKeysForCustomPolicy({ PolicyInputList: ["[]"] })),
    ).toMatchObject({ code: "InvalidInput", status: 400 });
  });
});

describe("the explanation of a simulation", () => {
  const explain = async (question: object, key?: Key) => {
    const headers = { "content-type": "application/json" };
    const raw = { path: "/_rolecast/simulations", headers, body: JSON.stringify(question) };
    const signing = key ? { service: "rolecast", key } : { service: "rolecast" };
    const { status, body } = await sendSigned(server.endpoint, raw, signing);
    return { status, answer: JSON.parse(body) };
  };
  const ONLY_TLS = { Bool: { "aws:SecureTransport": "true" } };
  const reading = policyOf([{ ...READ, Resource: "arn:aws:s3:::media/*", Condition: ONLY_TLS }]);

  it("names near misses and proposals, which IAM's own answer has no place for", async () => {
    const question = {
      PolicyInputList: [reading],
      ActionNames: ["s3:GetObject", "ivs:ListChannels"],
      ResourceArns: [OBJECT],
    };
    const { answer } = await explain(question);
    expect(answer).toMatchObject([
      {
        action: "s3:GetObject",
        denials: [
          {
            resource: OBJECT,
            sentences: [
              expect.stringContaining("wants `true` and the request has no `aws:SecureTransport`"),
            ],
            proposals: [],
          },
        ],
      },
      {
        action: "ivs:ListChannels",
        denials: [{ proposals: [{ sentence: expect.stringContaining("`ivs:ListChannels`") }] }],
      },
    ]);
    const { EvaluationResults = [] } = await iam.simulateCustomPolicy(question);
    expect(Object.keys(EvaluationResults[0] ?? {})).not.toContain("denials");
  });

  it("is for those who may simulate, by their own permissions", async () => {
    const user = await makeUser(iam, "explained", []);
    const PolicySourceArn = `arn:aws:iam::${ACCOUNT}:user/explained`;
    const question = { PolicySourceArn, ActionNames: ["s3:GetObject"] };
    expect((await explain(question, user)).status).toBe(403);
    const { answer } = await explain(question);
    expect(answer[0].denials[0].sentences).toEqual([expect.stringContaining("identity-based")]);
    expect((await explain({ PolicyInputList: ["{"], ActionNames: ["a:b"] })).status).toBe(400);
  });
});
