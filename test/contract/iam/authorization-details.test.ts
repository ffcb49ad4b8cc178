import {
  AddUserToGroupCommand,
  CreateGroupCommand,
  DeleteUserCommand,
  GetRoleCommand,
  PutGroupPolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateBucketCommand, ListBucketsCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createUser } from "../../support/principals.ts";
import { readFeed } from "../../support/read-feed.ts";
import { rolecast } from "../../support/rolecast-command.ts";
import { openFeed, sendSigned } from "../../support/signed-request.ts";
import { type Key, startTestServer, type TestServer } from "../../support/test-server.ts";

let server: TestServer;
let ann: Key & { readonly arn: string };

beforeAll(async () => {
  server = await startTestServer({
    accounts: [
      { id: "222222222222", rootAccessKeyId: "OTHERROOT", rootSecretAccessKey: "otherkey" },
    ],
  });
  ann = await createUser(server.clients().iam, "ann", [
    { Sid: "Most", Effect: "Allow", Action: ["iam:*", "s3:*"], Resource: "*" },
    {
      Sid: "NotThis",
      Effect: "Deny",
      Action: ["iam:DeleteUser", "s3:ListAllMyBuckets"],
      Resource: "*",
    },
    { Sid: "NorThat", Effect: "Deny", Action: "iam:GetRole", Resource: "*" },
  ]);
});
afterAll(() => server.close());

async function deniedId(): Promise<string> {
  const call = server.clients(ann).iam.send(new DeleteUserCommand({ UserName: "ann" }));
  const { message } = (await call.catch((error: unknown) => error)) as Error;
  expect(message).toContain("with an explicit deny in an identity-based policy");
  return /with the following authorization id: ([0-9a-z]{25})$/.exec(message)?.[1] ?? "";
}

async function get(path: string, query: Record<string, string> = {}, key?: Key) {
  const raw = { method: "GET", path: `/authorization-details/${path}`, query };
  const signing = key ? { service: "iam", key } : { service: "iam" };
  const { status, body, headers } = await sendSigned(server.endpoint, raw, signing);
  return { status, headers, body: JSON.parse(body) };
}

test("a denial's id leads to its reasons and to the policies as they were", async () => {
  const id = await deniedId();
  const { status, body } = await get(id);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    requestContext: { principal: ann.arn, operation: "DeleteUser", service: "iam" },
    evaluations: [
      {
        action: "iam:DeleteUser",
        resource: ann.arn,
        evaluatedEffect: "EXPLICIT_DENY",
        context: { "aws:username": ["ann"] },
        matchedPolicies: [
          {
            matchedStatements: [
              { sid: "NotThis", evaluatedEffect: "DENY" },
              { sid: "Most", evaluatedEffect: "ALLOW" },
            ],
          },
        ],
      },
    ],
    policies: [{ type: "IDENTITY_BASED_POLICY", inline: true, attachedTo: { arn: ann.arn } }],
  });
  const policyUri = body.policies[0].uri as string;
  const policy = await get(`${id}/policy`, { policyUri });
  expect(JSON.parse(policy.body.policyDocument).Statement).toHaveLength(3);
  expect((await get(`${id}/policy`, { policyUri: "other" })).status).toBe(404);
});

test("details are for the caller's account, with permission", async () => {
  const id = await deniedId();
  const other = { accessKeyId: "OTHERROOT", secretAccessKey: "otherkey" };
  expect(await get(id, {}, other)).toMatchObject({
    status: 404,
    headers: { "x-amzn-errortype": "ResourceNotFoundException" },
  });
  const nobody = await createUser(server.clients().iam, "nobody");
  expect((await get(id, {}, nobody)).status).toBe(403);
  const unknown = await get("0".repeat(25));
  expect(unknown.status).toBe(404);
  expect(unknown.body.message).toContain("Denials are kept for 24 hours.");
});

test("other services' denials have their id in a header", async () => {
  const { s3 } = server.clients(ann);
  const error = (await s3.send(new ListBucketsCommand({})).catch((thrown: unknown) => thrown)) as {
    $response?: { headers: Record<string, string> };
  };
  const id = error.$response?.headers["x-rolecast-authorization-id"] ?? "";
  expect((await get(id)).body.evaluations[0].action).toBe("s3:ListAllMyBuckets");
});

test("a denial names the statements that nearly allow it, and the groups they come through", async () => {
  const { iam, s3 } = server.clients();
  const eve = await createUser(iam, "eve");
  await s3.send(new CreateBucketCommand({ Bucket: "media" }));
  await iam.send(new CreateGroupCommand({ GroupName: "editors" }));
  await iam.send(new AddUserToGroupCommand({ GroupName: "editors", UserName: "eve" }));
  const Condition = { StringLike: { "s3:prefix": "ivs/*" } };
  const Resource = "arn:aws:s3:::media";
  const statement = { Sid: "V1", Effect: "Allow", Action: "s3:ListBucket", Resource, Condition };
  await iam.send(
    new PutGroupPolicyCommand({
      ...{ GroupName: "editors", PolicyName: "read-recordings" },
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    }),
  );
  const list = (Prefix?: string) =>
    server.clients(eve).s3.send(new ListObjectsV2Command({ Bucket: "media", Prefix }));
  const error = (await list().catch((thrown: unknown) => thrown)) as {
    $response?: { headers: Record<string, string> };
  };
  const { body } = await get(error.$response?.headers["x-rolecast-authorization-id"] ?? "");
  const [{ obstacles, context, layers }] = body.evaluations;
  expect(layers).toEqual([
    { type: "IDENTITY_BASED_POLICY", effect: "IMPLICIT_DENY", decides: true },
  ]);
  const uri = "inline/identity/arn:aws:iam::000000000000:group/editors read-recordings";
  const text = "`StringLike s3:prefix` wants `ivs/*` and the request has no `s3:prefix`";
  expect(obstacles).toEqual([
    {
      ...{ type: "IDENTITY_BASED_POLICY", effect: "NO_ALLOW" },
      statements: [
        {
          ...{ uri, sid: "V1", index: 0, parts: [{ part: "condition", text }] },
          sentence: [
            `Almost: statement \`V1\` of \`read-recordings\` (via group \`editors\`)`,
            `allows this action on this resource, but ${text}.`,
          ].join(" "),
        },
      ],
    },
  ]);
  expect(body.policies).toMatchObject([
    { uri, attachedTo: { arn: "arn:aws:iam::000000000000:group/editors" } },
  ]);
  expect(Object.keys(context)).toEqual(
    expect.arrayContaining(["aws:PrincipalArn", "aws:SecureTransport", "aws:username"]),
  );
  // What is named is what was missing.
  expect((await list("ivs/")).KeyCount).toBe(0);
});

test("rolecast explain shows a denial to people and to programs", async () => {
  const id = await deniedId();
  const explain = (...args: string[]) =>
    rolecast(["explain", ...args, "--endpoint", server.endpoint]);
  const { out } = await explain("--user", "ann");
  expect(out).toContain(`denied  iam:DeleteUser on ${ann.arn}`);
  expect(out).toMatch(/Denied: statement `NotThis` of `[\w-]+` denies this\./);
  expect(out).toContain("DENY by NotThis");
  expect(await explain("--user", "nobody-else")).toMatchObject({ code: 1 });
  const [json] = JSON.parse((await explain(id, "--json")).out);
  expect(json.evaluations[0].evaluatedEffect).toBe("EXPLICIT_DENY");
  expect(await explain("0".repeat(25))).toMatchObject({ code: 4 });
});

test("a reader gets the latest denials, then decisions as they are made, allowed ones too", async () => {
  const id = await deniedId();
  const response = await openFeed(server.endpoint, "decisions");
  const { iam } = server.clients(ann);
  await createUser(iam, "ben");
  await iam.send(new GetRoleCommand({ RoleName: "secret" })).catch(() => {});
  const text = await readFeed(response, "iam:GetRole");
  const decisions = [...text.matchAll(/^data: (.*)$/gm)].map(([, json = ""]) => JSON.parse(json));
  const made = decisions.slice(
    1 + decisions.findIndex(({ authorizationId }) => authorizationId === id),
  );
  expect(made.length).toBeLessThan(decisions.length);
  expect(made[0]).toMatchObject({
    allowed: true,
    principalArn: ann.arn,
    action: "iam:CreateUser",
    reason: "because an identity-based policy allows the iam:CreateUser action",
  });
  expect(decisions.at(-1)).toMatchObject({ allowed: false, evaluatedEffect: "EXPLICIT_DENY" });
});
