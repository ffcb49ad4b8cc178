import { AccessAnalyzer } from "@aws-sdk/client-accessanalyzer";
import { CloudControl } from "@aws-sdk/client-cloudcontrol";
import { CloudFormation } from "@aws-sdk/client-cloudformation";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { IAM } from "@aws-sdk/client-iam";
import { S3 } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, createRole, createUser, type Statements } from "../../support/principals.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { endOf } from "../cloudcontrol/ended.ts";
import { endedStack } from "../cloudformation/support.ts";
import { roleMembers } from "./role-members.ts";

/*
 * Whoever gives a service a role gets what the role may do. So each member of each operation that
 * takes a role for a service is here, and for each of them: another account's role is refused even
 * if it trusts the service and the caller may pass every role, one's own without iam:PassRole for
 * that service, too, and with it the operation works.
 */

const HERE = "000000000000";
const THERE = "222222222222";
const THEIR_ROOT: Key = {
  accessKeyId: "AKIAOTHERACCOUNTROOT",
  secretAccessKey: "other-root-secret-key",
};
const CLOUDFORMATION = "cloudformation.amazonaws.com";
const EVENTS = "events.amazonaws.com";
const S3_SERVICE = "s3.amazonaws.com";
const ANALYZER = "access-analyzer.amazonaws.com";
const SERVICES = [CLOUDFORMATION, EVENTS, S3_SERVICE, ANALYZER];
const FOREIGN = `arn:aws:iam::${THERE}:role/theirs`;
const OWN = `arn:aws:iam::${HERE}:role/team/own`;
const CROSS_ACCOUNT = "Cross-account pass role is not allowed.";

interface As {
  readonly analyzer: AccessAnalyzer;
  readonly control: CloudControl;
  readonly formation: CloudFormation;
  readonly events: EventBridge;
  readonly s3: S3;
}

let server: TestServer;
let root: As;

function clientsOf(credentials: Key): As {
  const options = { endpoint: server.endpoint, region: "us-east-1", credentials, maxAttempts: 1 };
  return {
    analyzer: new AccessAnalyzer(options),
    control: new CloudControl(options),
    formation: new CloudFormation(options),
    events: new EventBridge(options),
    s3: new S3({ ...options, forcePathStyle: true }),
  };
}

beforeAll(async () => {
  const { accessKeyId: rootAccessKeyId, secretAccessKey: rootSecretAccessKey } = THEIR_ROOT;
  const accounts = [{ id: THERE, rootAccessKeyId, rootSecretAccessKey }];
  server = await startTestServer({ accounts });
  root = clientsOf(ROOT);
  const trust = [
    { Effect: "Allow", Principal: { Service: SERVICES }, Action: "sts:AssumeRole" },
  ] as const;
  await createRole(server.clients(THEIR_ROOT).iam, "theirs", trust, [allow("*")]);
  await createRole(server.clients().iam, "own", trust, [allow("*")], { Path: "/team/" });
});
afterAll(() => server?.close());

/** An operation that is sent with a role. */
interface Passing {
  /** `service operation member`, as the SDK's schemas have it. */
  readonly member: string;
  /** The service that gets the role. */
  readonly service: string;
  /** Makes what the operation is about. */
  readonly prepare?: (name: string) => Promise<unknown>;
  readonly send: (as: As, role: string, name: string) => Promise<unknown>;
  /** The code of the refusal of another account's role. */
  readonly refusal: "AccessDenied" | "AccessDeniedException";
  /** The refusal of what is asked beside the role, once the role is the caller's to pass. */
  readonly otherwise?: RegExp;
}

const parameter = (name: string, Value: string) => ({
  Type: "AWS::SSM::Parameter",
  Properties: { Name: name, Type: "String", Value },
});
const templateOf = (name: string, value: string) =>
  JSON.stringify({ Resources: { It: parameter(name, value) } });
const stackOf = (name: string, value: string) => ({
  StackName: name,
  TemplateBody: templateOf(name, value),
});
async function createStack(name: string): Promise<void> {
  await root.formation.createStack(stackOf(name, "first"));
  expect((await endedStack(root.formation, name)).StackStatus).toBe("CREATE_COMPLETE");
}
const TypeName = "AWS::SSM::Parameter";
const stateOf = (name: string) => JSON.stringify(parameter(name, "first").Properties);

async function ended(control: CloudControl, sent: Parameters<typeof endOf>[1]): Promise<void> {
  expect(await endOf(control, sent)).toMatchObject({ OperationStatus: "SUCCESS" });
}
const createParameter = async (name: string) =>
  ended(root.control, await root.control.createResource({ TypeName, DesiredState: stateOf(name) }));

const stacks: readonly Omit<Passing, "service" | "refusal">[] = [
  {
    member: "cloudformation CreateStack RoleARN",
    async send({ formation }, RoleARN, name) {
      await formation.createStack({ ...stackOf(name, "first"), RoleARN });
      expect(await endedStack(root.formation, name)).toMatchObject({
        StackStatus: "CREATE_COMPLETE",
        RoleARN,
      });
    },
  },
  {
    member: "cloudformation UpdateStack RoleARN",
    prepare: createStack,
    async send({ formation }, RoleARN, name) {
      await formation.updateStack({ ...stackOf(name, "second"), RoleARN });
      expect((await endedStack(root.formation, name)).StackStatus).toBe("UPDATE_COMPLETE");
    },
  },
  {
    member: "cloudformation DeleteStack RoleARN",
    prepare: createStack,
    send: ({ formation }, RoleARN, StackName) => formation.deleteStack({ StackName, RoleARN }),
  },
  {
    member: "cloudformation CreateChangeSet RoleARN",
    prepare: createStack,
    send: ({ formation }, RoleARN, name) =>
      formation.createChangeSet({ ...stackOf(name, "second"), ChangeSetName: "change", RoleARN }),
  },
  {
    member: "cloudformation RollbackStack RoleARN",
    prepare: createStack,
    send: ({ formation }, RoleARN, StackName) => formation.rollbackStack({ StackName, RoleARN }),
    otherwise: /^ValidationError: .*CREATE_COMPLETE/,
  },
  {
    member: "cloudformation ContinueUpdateRollback RoleARN",
    prepare: createStack,
    send: ({ formation }, RoleARN, StackName) =>
      formation.continueUpdateRollback({ StackName, RoleARN }),
    otherwise: /^ValidationError: .*CREATE_COMPLETE/,
  },
];

const resources: readonly Omit<Passing, "service" | "refusal">[] = [
  {
    member: "cloudcontrol CreateResource RoleArn",
    send: async ({ control }, RoleArn, name) =>
      ended(
        root.control,
        await control.createResource({ TypeName, DesiredState: stateOf(name), RoleArn }),
      ),
  },
  {
    member: "cloudcontrol UpdateResource RoleArn",
    prepare: createParameter,
    async send({ control }, RoleArn, Identifier) {
      const PatchDocument = JSON.stringify([{ op: "replace", path: "/Value", value: "second" }]);
      const patch = { TypeName, Identifier, PatchDocument, RoleArn };
      await ended(root.control, await control.updateResource(patch));
    },
  },
  {
    member: "cloudcontrol DeleteResource RoleArn",
    prepare: createParameter,
    send: async ({ control }, RoleArn, Identifier) =>
      ended(root.control, await control.deleteResource({ TypeName, Identifier, RoleArn })),
  },
  {
    member: "cloudcontrol GetResource RoleArn",
    prepare: createParameter,
    send: ({ control }, RoleArn, Identifier) =>
      control.getResource({ TypeName, Identifier, RoleArn }),
  },
  {
    member: "cloudcontrol ListResources RoleArn",
    send: ({ control }, RoleArn) => control.listResources({ TypeName, RoleArn }),
  },
];

const createRule = (Name: string) =>
  root.events.putRule({ Name, EventPattern: JSON.stringify({ source: ["studio"] }) });

const PASSINGS: readonly Passing[] = [
  ...stacks.map((row) => ({ ...row, service: CLOUDFORMATION, refusal: "AccessDenied" }) as const),
  ...resources.map(
    (row) => ({ ...row, service: CLOUDFORMATION, refusal: "AccessDeniedException" }) as const,
  ),
  {
    member: "events PutRule RoleArn",
    service: EVENTS,
    refusal: "AccessDeniedException",
    send: ({ events }, RoleArn, Name) =>
      events.putRule({ Name, EventPattern: JSON.stringify({ source: ["studio"] }), RoleArn }),
  },
  {
    member: "events PutTargets Targets.RoleArn",
    service: EVENTS,
    refusal: "AccessDeniedException",
    prepare: createRule,
    async send({ events }, RoleArn, Rule) {
      const Arn = `arn:aws:events:us-east-1:${HERE}:event-bus/elsewhere`;
      const put = await events.putTargets({ Rule, Targets: [{ Id: "bus", Arn, RoleArn }] });
      expect(put.FailedEntries).toEqual([]);
    },
  },
  {
    member: "s3 PutBucketReplication ReplicationConfiguration.Role",
    service: S3_SERVICE,
    refusal: "AccessDenied",
    async prepare(name) {
      for (const Bucket of [name, `${name}-copy`]) {
        await root.s3.createBucket({ Bucket });
        const VersioningConfiguration = { Status: "Enabled" } as const;
        await root.s3.putBucketVersioning({ Bucket, VersioningConfiguration });
      }
    },
    send: ({ s3 }, Role, name) =>
      s3.putBucketReplication({
        Bucket: name,
        ReplicationConfiguration: {
          Role,
          Rules: [
            {
              ...{ Status: "Enabled", Priority: 1, Filter: { Prefix: "" } },
              DeleteMarkerReplication: { Status: "Disabled" },
              Destination: { Bucket: `arn:aws:s3:::${name}-copy` },
            },
          ],
        },
      }),
  },
  {
    member: "accessanalyzer StartPolicyGeneration cloudTrailDetails.accessRole",
    service: ANALYZER,
    refusal: "AccessDeniedException",
    send: ({ analyzer }, accessRole) =>
      analyzer.startPolicyGeneration({
        policyGenerationDetails: { principalArn: OWN },
        cloudTrailDetails: {
          trails: [
            { cloudTrailArn: `arn:aws:cloudtrail:us-east-1:${HERE}:trail/t`, allRegions: true },
          ],
          ...{ accessRole, startTime: new Date(0), endTime: new Date(1000) },
        },
      }),
  },
];

/** Members that name a role and give it to no service, with the reason. `*` is any operation. */
const NO_PASSINGS: Readonly<Record<string, string>> = {
  "iam * RoleName": "a role of the caller's own account, which the operation is about",
  "organizations CreateAccount RoleName": "the name of a role that is made in the new account",
  "sts AssumeRole RoleArn": "the caller's own session, which the role's trust policy decides",
  "sts AssumeRoleWithSAML RoleArn": "the caller's own session",
  "sts AssumeRoleWithWebIdentity RoleArn": "the caller's own session",
  "accessanalyzer CreateAccessPreview configurations.iamRole": "a trust policy to be examined",
  "cloudtrail CreateTrail CloudWatchLogsRoleArn": "refused: there is no CloudWatch Logs",
  "cloudtrail UpdateTrail CloudWatchLogsRoleArn": "refused: there is no CloudWatch Logs",
};

test("every member that names a role passes it to a service, or there is a reason", async () => {
  const members = await roleMembers(await server.server.operations());
  const known = [...PASSINGS.map(({ member }) => member), ...Object.keys(NO_PASSINGS)];
  const anyOperation = (member: string) => member.replace(/ \S+ /, " * ");
  const unknown = members.filter(
    (member) => !known.includes(member) && !known.includes(anyOperation(member)),
  );
  expect(unknown).toEqual([]);
  const found = [...members, ...members.map(anyOperation)];
  expect(known.filter((member) => !found.includes(member))).toEqual([]);
  expect(new Set(known).size).toBe(known.length);
});

/** `code: message` of a refusal; `done` where there was none. */
function outcomeOf(sent: Promise<unknown>): Promise<string> {
  return sent.then(
    () => "done",
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

let users = 0;
const userWith = async (...statements: Statements) =>
  clientsOf(await createUser(server.clients().iam, `user-${users++}`, statements));

const everythingElse = { Effect: "Allow", NotAction: "iam:PassRole", Resource: "*" };
const passing = (service: string) => ({
  ...allow("iam:PassRole", OWN),
  Condition: { StringEquals: { "iam:PassedToService": service } },
});

describe.each(PASSINGS)("$member", ({ service, member, prepare, send, refusal, otherwise }) => {
  const name = member
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 50);
  beforeAll(() => prepare?.(name));

  test("takes no role of another account", async () => {
    const anything = await userWith(allow("*"));
    for (const as of [anything, root])
      expect(await outcomeOf(send(as, FOREIGN, name))).toBe(`${refusal}: ${CROSS_ACCOUNT}`);
  });

  test("takes nothing that isn't a role", async () => {
    for (const arn of [
      `arn:aws:iam::${HERE}:user/own`,
      `arn:aws-cn:iam::${HERE}:role/team/own`,
      `arn:aws:sts::${HERE}:role/team/own`,
      `arn:aws:iam::${HERE}:role/team/`,
    ])
      expect(await outcomeOf(send(root, arn, name))).toMatch(/^\w*(Invalid|Validation)\w*:/);
  });

  test("takes a role from nobody who may not pass it to this service", async () => {
    const others = SERVICES.filter((each) => each !== service).map(passing);
    for (const statements of [[everythingElse], [everythingElse, ...others]]) {
      const as = await userWith(...statements);
      expect(await outcomeOf(send(as, OWN, name))).toMatch(
        /^AccessDenied(Exception)?: .* is not authorized to perform: iam:PassRole on resource: /,
      );
    }
  });

  test("takes the role of who may pass it", async () => {
    const as = await userWith(everythingElse, passing(service));
    expect(await outcomeOf(send(as, OWN, name))).toMatch(otherwise ?? /^done$/);
  });
});

describe("a stack's role", () => {
  const create = async (name: string, keys: object) => {
    const statement = {
      ...{ Effect: "Allow", Action: "sts:AssumeRole" },
      ...{ Principal: { Service: CLOUDFORMATION }, Condition: { StringEquals: keys } },
    };
    const { iam } = server.clients();
    const RoleARN = await createRole(iam, name, [statement], [allow("*")]);
    const stack = { ...stackOf(name, "first"), RoleARN };
    return [RoleARN, await outcomeOf(root.formation.createStack(stack))] as const;
  };

  test("may trust CloudFormation for the stacks of its account alone", async () => {
    expect((await create("for-here", { "aws:SourceAccount": HERE }))[1]).toBe("done");
  });

  test("isn't assumed for stacks of an account that it doesn't name", async () => {
    const [arn, outcome] = await create("for-there", { "aws:SourceAccount": THERE });
    expect(outcome).toBe(`ValidationError: Role ${arn} is invalid or cannot be assumed`);
  });
});

test("nothing was done in the other account", async () => {
  const { Role } = await new IAM({
    ...{ endpoint: server.endpoint, region: "us-east-1", credentials: THEIR_ROOT },
  }).getRole({ RoleName: "theirs" });
  expect(Role?.RoleLastUsed?.LastUsedDate).toBeUndefined();
});
