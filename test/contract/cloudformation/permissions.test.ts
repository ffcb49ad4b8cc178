import { CloudControlClient, GetResourceCommand } from "@aws-sdk/client-cloudcontrol";
import {
  CreateStackCommand,
  DescribeStackEventsCommand,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { GetChannelCommand, IvsClient, TagResourceCommand } from "@aws-sdk/client-ivs";
import {
  DeleteBucketTaggingCommand,
  GetBucketTaggingCommand,
  PutBucketTaggingCommand,
  type Tag,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lookupRecords, named } from "../../support/event-records.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { channel, cloudFormationOf, outcomeOf, role, stackOf, template } from "./support.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ stackAnswerMs: 10_000 });
});
afterAll(() => server.close());

const ROOTS = { region: "us-east-1", credentials: ROOT };
const Capabilities = ["CAPABILITY_NAMED_IAM" as const];

function allow(...Action: string[]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action, Resource: "*" }],
  });
}

async function userWithPolicy(UserName: string, Statement: readonly object[]): Promise<Key> {
  const key = await userWith(UserName, "sts:GetCallerIdentity");
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  const policy = { UserName, PolicyName: "may", PolicyDocument };
  await server.clients().iam.send(new PutUserPolicyCommand(policy));
  return key;
}

async function userWith(UserName: string, ...actions: string[]): Promise<Key> {
  const { iam } = server.clients();
  await iam.send(new CreateUserCommand({ UserName }));
  const PolicyDocument = allow(...actions);
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "may", PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return {
    accessKeyId: AccessKey?.AccessKeyId ?? "",
    secretAccessKey: AccessKey?.SecretAccessKey ?? "",
  };
}

async function roleFor(RoleName: string, service: string, ...actions: string[]): Promise<string> {
  const { iam } = server.clients();
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  const PolicyDocument = allow(...actions);
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "may", PolicyDocument }));
  return Role?.Arn ?? "";
}

async function failures(key: Key, StackName: string): Promise<readonly string[]> {
  const client = cloudFormationOf(server, key);
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
  return StackEvents.filter(({ ResourceStatus }) => ResourceStatus === "CREATE_FAILED").map(
    ({ LogicalResourceId, ResourceStatusReason }) =>
      `${LogicalResourceId}: ${ResourceStatusReason}`,
  );
}

const BOTH = template({ Role: role(), Live: channel({ Name: "live" }, { DependsOn: "Role" }) });

test("resources are made with the caller's permissions, and a denial is the reason", async () => {
  const key = await userWith("half", "cloudformation:*", "iam:*");
  const client = cloudFormationOf(server, key);
  const { StackId = "" } = await client.send(
    new CreateStackCommand({ StackName: "half", TemplateBody: BOTH, Capabilities }),
  );
  expect((await stackOf(client, StackId)).StackStatus).toBe("ROLLBACK_COMPLETE");
  const [failure] = await failures(key, StackId);
  expect(failure).toMatch(
    new RegExp(
      '^Live: Resource handler returned message: "User: arn:aws:iam::\\d+:user/half is not ' +
        "authorized to perform: ivs:CreateChannel on resource: .* " +
        '\\(Service: Ivs, Status Code: 403, Request ID: [-0-9a-f]+\\)" ' +
        "\\(RequestToken: [-0-9a-f]+, HandlerErrorCode: AccessDenied\\)$",
    ),
  );
});

test("a stack's role decides, its caller must pass it, and it must trust the service", async () => {
  const whole = await roleFor("whole", "cloudformation.amazonaws.com", "ivs:*", "iam:*");
  const other = await roleFor("other", "ec2.amazonaws.com", "ivs:*", "iam:*");
  const deployer = await userWith("deployer", "cloudformation:*", "iam:PassRole");
  const stranger = await userWith("stranger", "cloudformation:*");
  const create = (key: Key, StackName: string, RoleARN: string) =>
    cloudFormationOf(server, key).send(
      new CreateStackCommand({ StackName, TemplateBody: BOTH, Capabilities, RoleARN }),
    );
  await create(deployer, "by-role", whole);
  const stack = await stackOf(cloudFormationOf(server, deployer), "by-role");
  expect([stack.StackStatus, stack.RoleARN]).toEqual(["CREATE_COMPLETE", whole]);
  const [made] = await lookupRecords(server.clients().cloudtrail, named("CreateChannel"));
  expect(made).toMatchObject({
    userIdentity: {
      type: "AssumedRole",
      arn: "arn:aws:sts::000000000000:assumed-role/whole/AWSCloudFormation",
      invokedBy: "cloudformation.amazonaws.com",
    },
    sourceIPAddress: "cloudformation.amazonaws.com",
    userAgent: "cloudformation.amazonaws.com",
  });
  expect(await outcomeOf(create(deployer, "by-other", other))).toBe(
    `ValidationError: Role ${other} is invalid or cannot be assumed`,
  );
  expect(await outcomeOf(create(stranger, "unpassed", whole))).toMatch(
    /^AccessDenied: User: .*:user\/stranger is not authorized to perform: iam:PassRole on /,
  );
});

test("a condition on the role's or the template's address decides", async () => {
  const { iam } = server.clients();
  const key = await userWith("bound", "cloudformation:Describe*");
  const PolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: "cloudformation:CreateStack",
        Resource: "arn:aws:cloudformation:*:*:stack/mine-*/*",
        Condition: { StringLike: { "cloudformation:TemplateUrl": "https://*.s3.amazonaws.com/*" } },
      },
    ],
  });
  await iam.send(
    new PutUserPolicyCommand({ UserName: "bound", PolicyName: "create", PolicyDocument }),
  );
  const create = (StackName: string, TemplateURL: string) =>
    outcomeOf(
      cloudFormationOf(server, key).send(new CreateStackCommand({ StackName, TemplateURL })),
    );
  const outcomes = [
    await create("mine-1", "https://absent.s3.amazonaws.com/a.json"),
    await create("mine-2", "https://elsewhere.example/a.json"),
    await create("yours", "https://absent.s3.amazonaws.com/a.json"),
  ];
  expect(outcomes.map((each) => each.slice(0, 24))).toEqual([
    "ValidationError: S3 erro",
    "AccessDenied: User: arn:",
    "AccessDenied: User: arn:",
  ]);
});

test("CloudFormation's own tags need no permission, and conditions decide by them", async () => {
  const Resource = "*";
  const Condition = { StringEquals: { "aws:ResourceTag/aws:cloudformation:stack-name": "shown" } };
  const untagged = { Null: { "aws:TagKeys": "true" } };
  const key = await userWithPolicy("owner", [
    { Effect: "Allow", Action: "cloudformation:*", Resource },
    { Effect: "Allow", Action: "ivs:CreateChannel", Resource, Condition: untagged },
    { Effect: "Allow", Action: "ivs:GetChannel", Resource, Condition },
    { Effect: "Allow", Action: "ivs:DeleteStreamKey", Resource },
  ]);
  const client = cloudFormationOf(server, key);
  const ivs = new IvsClient({ endpoint: server.endpoint, region: "us-east-1", credentials: key });
  const outcomes: string[] = [];
  for (const StackName of ["shown", "hidden"]) {
    const Outputs = { Arn: { Value: { Ref: "Live" } } };
    const TemplateBody = template({ Live: channel() }, { Outputs });
    await client.send(new CreateStackCommand({ StackName, TemplateBody }));
    const { StackStatus, Outputs: made = [] } = await stackOf(client, StackName);
    const arn = made[0]?.OutputValue ?? "";
    const read = await outcomeOf(ivs.send(new GetChannelCommand({ arn })));
    outcomes.push(`${StackStatus} ${read.slice(0, 21)}`);
  }
  expect(outcomes).toEqual(["CREATE_COMPLETE done", "CREATE_COMPLETE AccessDeniedException"]);
});

test("a bucket's users change the tags that aren't CloudFormation's, up to fifty", async () => {
  const { s3 } = server.clients();
  const client = cloudFormationOf(server);
  const Bucket = "tagged-by-a-stack";
  const stack = (Value: string) => ({
    StackName: "tags",
    TemplateBody: template({
      Kept: { Type: "AWS::S3::Bucket", Properties: { BucketName: Bucket } },
    }),
    Tags: [{ Key: "team", Value }],
  });
  await client.send(new CreateStackCommand(stack("studio")));
  const tags = async () => {
    const { TagSet = [] } = await s3.send(new GetBucketTaggingCommand({ Bucket }));
    return TagSet.map(({ Key = "", Value }) =>
      Key.endsWith("stack-id") ? Key : `${Key}=${Value}`,
    ).sort();
  };
  const system = [
    "aws:cloudformation:logical-id=Kept",
    "aws:cloudformation:stack-id",
    "aws:cloudformation:stack-name=tags",
  ];
  expect(await tags()).toEqual([...system, "team=studio"]);

  const { TagSet = [] } = await s3.send(new GetBucketTaggingCommand({ Bucket }));
  const own = TagSet.filter(({ Key }) => Key?.startsWith("aws:"));
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: "v" }));
  const put = (set: readonly Tag[]) =>
    outcomeOf(s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [...set] } })));
  const changed = own.map(({ Key }) => ({ Key, Value: "mine" }));
  expect(await put(many(1))).toBe("InvalidTag: System tags cannot be removed by requester");
  expect(await put([...changed, ...many(1)])).toContain("System tags cannot be added/updated");
  expect(await put([...own, ...many(51)])).toContain("exceeds the limit of 50");
  expect(await put([...own, ...many(50)])).toBe("done");
  expect(await tags()).toHaveLength(53);
  const removed = s3.send(new DeleteBucketTaggingCommand({ Bucket }));
  expect(await outcomeOf(removed)).toContain("System tags cannot be removed by requester");

  await client.send(new UpdateStackCommand(stack("stage")));
  expect(await tags()).toEqual([...system, "team=stage"]);
  const { endpoint } = server;
  const cloudControl = new CloudControlClient({ endpoint, ...ROOTS });
  const asked = { TypeName: "AWS::S3::Bucket", Identifier: Bucket };
  const { ResourceDescription } = await cloudControl.send(new GetResourceCommand(asked));
  expect(JSON.parse(ResourceDescription?.Properties ?? "{}").Tags).toEqual([
    { Key: "team", Value: "stage" },
  ]);
});

test("no user tags a resource with a key of AWS's", async () => {
  const client = cloudFormationOf(server);
  const Outputs = { Arn: { Value: { Ref: "Live" } } };
  const TemplateBody = template({ Live: channel() }, { Outputs });
  await client.send(new CreateStackCommand({ StackName: "own", TemplateBody }));
  const { Outputs: made = [] } = await stackOf(client, "own");
  const resourceArn = made[0]?.OutputValue ?? "";
  const ivs = new IvsClient({ endpoint: server.endpoint, ...ROOTS });
  const tag = (name: string) =>
    outcomeOf(ivs.send(new TagResourceCommand({ resourceArn, tags: { [name]: "x" } })));
  expect(await tag("aws:cloudformation:stack-name")).toContain("ValidationException");
  expect(await tag("team")).toBe("done");
});
