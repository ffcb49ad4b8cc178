import { CreateStackCommand, DescribeStackEventsCommand } from "@aws-sdk/client-cloudformation";
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Key, startTestServer, type TestServer } from "../../support/test-server.ts";
import { channel, cloudFormationOf, outcomeOf, role, stackOf, template } from "./support.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ stackAnswerMs: 10_000 });
});
afterAll(() => server.close());

const Capabilities = ["CAPABILITY_NAMED_IAM" as const];

function allow(...Action: string[]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action, Resource: "*" }],
  });
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
