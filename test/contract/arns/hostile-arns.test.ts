import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as cloudtrail from "@aws-sdk/client-cloudtrail";
import * as eventbridge from "@aws-sdk/client-eventbridge";
import * as iam from "@aws-sdk/client-iam";
import * as ivs from "@aws-sdk/client-ivs";
import * as s3 from "@aws-sdk/client-s3";
import * as sts from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sendSigned } from "../../support/signed-request.ts";
import { clientsOf, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

const OWN = "000000000000";
const OTHER = "111122223333";
const OTHER_ROOT = { accessKeyId: "OTHERACCOUNTROOT", secretAccessKey: "other-account-secret" };
const PATTERN = JSON.stringify({ source: ["studio.app"] });

/** Above the data folder too: what leads out of it must not get there. */
let dir = "";
let server: TestServer;
let events: eventbridge.EventBridgeClient;

function eventsOf(credentials: typeof ROOT, region = "us-east-1") {
  const options = { endpoint: server.endpoint, region, maxAttempts: 1 };
  return new eventbridge.EventBridgeClient({ ...options, credentials });
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-arns-"));
  mkdirSync(join(dir, "a/b/data"), { recursive: true });
  server = await startTestServer({
    data: join(dir, "a/b/data"),
    accounts: [
      {
        id: OTHER,
        rootAccessKeyId: OTHER_ROOT.accessKeyId,
        rootSecretAccessKey: OTHER_ROOT.secretAccessKey,
      },
    ],
  });
  events = eventsOf(ROOT);
  await events.send(new eventbridge.PutRuleCommand({ Name: "rule", EventPattern: PATTERN }));
});
afterAll(async () => {
  await server?.close();
  rmSync(dir, { recursive: true, force: true });
});

/** ARNs that say something else than they seem to, made from a good one. */
function hostile(good: string): string[] {
  const [arn, partition, service, region = "", account = "", ...rest] = good.split(":");
  const resource = rest.join(":");
  const made = (parts: Partial<Record<"partition" | "service" | "region" | "account", string>>) =>
    [
      arn,
      parts.partition ?? partition,
      parts.service ?? service,
      parts.region ?? region,
      parts.account ?? account,
      resource,
    ].join(":");
  const elsewhere = [
    ...["../..", "..", ".", "%2e%2e", "%2e%2e%2f", "..\\..", "/etc", "us-east-1/../../.."],
    ...[
      "us-east-1\n",
      "us-east-1\u0000",
      "US-EAST-1",
      "us-east-１",
      "us–east–1",
      "*",
      " us-east-1",
    ],
    ...["a".repeat(1_000), "us-east-1\r\nx: y", "\u2028"],
  ];
  const accounts = [
    ...[OTHER, "../..", "..", "%2e%2e", "０００００００００００１", "0000000000000", "00000000000"],
    ...["000000000000\n", "000000000000/..", "*", "aws\n", "000000000000%00", "٠٠٠٠٠٠٠٠٠٠٠١"],
  ];
  return [
    ...elsewhere.map((region) => made({ region })),
    ...accounts.map((account) => made({ account })),
    ...["../..", "aws:aws", "AWS", "aws\n", "", "aws-cn/.."].map((partition) =>
      made({ partition }),
    ),
    ...["../..", "LOGS", "", `${service}\n`, `${service}/..`].map((service) => made({ service })),
    `${good}\n`,
    ` ${good}`,
    good.toUpperCase(),
    `arn:${good}`,
    good.replace("arn:", "ARN:"),
    good.replaceAll(":", "%3A"),
    `${good.slice(0, good.lastIndexOf(":") + 1)}../../../../escaped`,
    `${good.slice(0, good.lastIndexOf(":") + 1)}`,
    `${good}/${"x".repeat(4_000)}`,
    `${good}\u0000`,
  ];
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) => !name.startsWith("a/b/data/"),
  );
}

interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** The error of an operation; undefined where it succeeded. */
async function refusalOf(run: () => Promise<unknown>): Promise<Refusal | undefined> {
  try {
    const output = await run();
    const { FailedEntryCount = 0 } = output as { FailedEntryCount?: number };
    return FailedEntryCount > 0 ? { status: 400, message: "failed entries" } : undefined;
  } catch (error) {
    const { $metadata, message } = error as {
      readonly $metadata?: { httpStatusCode?: number };
      readonly message: string;
    };
    return { status: $metadata?.httpStatusCode ?? 0, message };
  }
}

const role = `arn:aws:iam::${OWN}:role/none`;
const saml = `arn:aws:iam::${OWN}:saml-provider/none`;
const oidc = `arn:aws:iam::${OWN}:oidc-provider/none.example`;
const managed = `arn:aws:iam::${OWN}:policy/none`;
const trail = `arn:aws:cloudtrail:us-east-1:${OWN}:trail/none`;
const resource = (type: string) => `arn:aws:ivs:us-east-1:${OWN}:${type}/none`;
const clients = () => server.clients();
const oneTarget = (target: Omit<eventbridge.Target, "Id">) =>
  new eventbridge.PutTargetsCommand({
    Rule: "rule",
    Targets: [{ Id: "hostile", ...target } as eventbridge.Target],
  });
const destination = `arn:aws:events:us-east-1:${OWN}:api-destination/none/0b8f9e5c-0000-4000-8000-000000000000`;
const group = `arn:aws:logs:us-east-1:${OWN}:log-group:/none`;

/** Every operation that takes an ARN, by a good one and how it is sent. */
const INPUTS: readonly (readonly [string, string, (arn: string) => Promise<unknown>])[] = [
  ["PutTargets (log group)", group, (Arn) => events.send(oneTarget({ Arn }))],
  [
    "PutTargets (destination)",
    destination,
    (Arn) => events.send(oneTarget({ Arn, RoleArn: role })),
  ],
  ["PutTargets (role)", role, (RoleArn) => events.send(oneTarget({ Arn: destination, RoleArn }))],
  [
    "PutRule (role)",
    role,
    (RoleArn) =>
      events.send(new eventbridge.PutRuleCommand({ Name: "x", EventPattern: PATTERN, RoleArn })),
  ],
  ...["event-bus/default", "rule/rule"].map(
    (name) =>
      [
        `events:TagResource ${name}`,
        `arn:aws:events:us-east-1:${OWN}:${name}`,
        (ResourceARN: string) =>
          events.send(
            new eventbridge.TagResourceCommand({ ResourceARN, Tags: [{ Key: "k", Value: "v" }] }),
          ),
      ] as const,
  ),
  [
    "CreateApiDestination (connection)",
    `arn:aws:events:us-east-1:${OWN}:connection/none/0b8f9e5c-0000-4000-8000-000000000000`,
    (ConnectionArn) =>
      events.send(
        new eventbridge.CreateApiDestinationCommand({
          Name: "hostile",
          ConnectionArn,
          InvocationEndpoint: "https://hooks.example/x",
          HttpMethod: "POST",
        }),
      ),
  ],
  [
    "AssumeRole",
    role,
    (RoleArn) =>
      clients().sts.send(new sts.AssumeRoleCommand({ RoleArn, RoleSessionName: "hostile" })),
  ],
  [
    "AssumeRoleWithSAML",
    saml,
    (PrincipalArn) =>
      clients().sts.send(
        new sts.AssumeRoleWithSAMLCommand({ RoleArn: role, PrincipalArn, SAMLAssertion: "PGE+" }),
      ),
  ],
  [
    "AttachRolePolicy",
    managed,
    (PolicyArn) =>
      clients().iam.send(new iam.AttachRolePolicyCommand({ RoleName: "deliver", PolicyArn })),
  ],
  [
    "GetPolicy",
    managed,
    (PolicyArn) => clients().iam.send(new iam.GetPolicyCommand({ PolicyArn })),
  ],
  [
    "CreateUser (boundary)",
    managed,
    (PermissionsBoundary) =>
      clients().iam.send(new iam.CreateUserCommand({ UserName: "hostile", PermissionsBoundary })),
  ],
  [
    "GetSAMLProvider",
    saml,
    (SAMLProviderArn) => clients().iam.send(new iam.GetSAMLProviderCommand({ SAMLProviderArn })),
  ],
  [
    "GetOpenIDConnectProvider",
    oidc,
    (OpenIDConnectProviderArn) =>
      clients().iam.send(new iam.GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn })),
  ],
  [
    "SimulatePrincipalPolicy",
    `arn:aws:iam::${OWN}:user/none`,
    (PolicySourceArn) =>
      clients().iam.send(
        new iam.SimulatePrincipalPolicyCommand({ PolicySourceArn, ActionNames: ["s3:GetObject"] }),
      ),
  ],
  [
    "GenerateServiceLastAccessedDetails",
    `arn:aws:iam::${OWN}:user/none`,
    (Arn) => clients().iam.send(new iam.GenerateServiceLastAccessedDetailsCommand({ Arn })),
  ],
  [
    "DeactivateMFADevice",
    `arn:aws:iam::${OWN}:mfa/none`,
    (SerialNumber) => clients().iam.send(new iam.DeleteVirtualMFADeviceCommand({ SerialNumber })),
  ],
  [
    "GetTrail",
    trail,
    (Name) => clients().cloudtrail.send(new cloudtrail.GetTrailCommand({ Name })),
  ],
  [
    "cloudtrail:AddTags",
    trail,
    (ResourceId) =>
      clients().cloudtrail.send(
        new cloudtrail.AddTagsCommand({ ResourceId, TagsList: [{ Key: "k", Value: "v" }] }),
      ),
  ],
  [
    "GetChannel",
    resource("channel"),
    (arn) => clients().ivs.send(new ivs.GetChannelCommand({ arn })),
  ],
  [
    "CreateStreamKey",
    resource("channel"),
    (channelArn) => clients().ivs.send(new ivs.CreateStreamKeyCommand({ channelArn })),
  ],
  [
    "CreateChannel (recording configuration)",
    resource("recording-configuration"),
    (recordingConfigurationArn) =>
      clients().ivs.send(new ivs.CreateChannelCommand({ recordingConfigurationArn })),
  ],
  [
    "ivs:TagResource",
    resource("channel"),
    (resourceArn) =>
      clients().ivs.send(new ivs.TagResourceCommand({ resourceArn, tags: { k: "v" } })),
  ],
  [
    "PutBucketReplication (role)",
    role,
    (Role) =>
      clients().s3.send(
        new s3.PutBucketReplicationCommand({
          Bucket: "arns",
          ReplicationConfiguration: {
            Role,
            Rules: [{ Status: "Enabled", Destination: { Bucket: "arn:aws:s3:::nowhere" } }],
          },
        }),
      ),
  ],
];

describe("an ARN that a caller gives", () => {
  beforeAll(async () => {
    const { s3: buckets } = clients();
    await buckets.send(new s3.CreateBucketCommand({ Bucket: "arns" }));
    await buckets.send(
      new s3.PutBucketVersioningCommand({
        Bucket: "arns",
        VersioningConfiguration: { Status: "Enabled" },
      }),
    );
    await clients().iam.send(
      new iam.CreateRoleCommand({
        RoleName: "deliver",
        AssumeRolePolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "events.amazonaws.com" },
              Action: "sts:AssumeRole",
            },
          ],
        }),
      }),
    );
  });

  test.each(INPUTS)(
    "%s is refused in every disguise",
    async (_name, good, send) => {
      const taken: string[] = [];
      const failed: string[] = [];
      for (const arn of hostile(good)) {
        const refusal = await refusalOf(() => send(arn));
        if (!refusal) taken.push(arn);
        else if (refusal.status < 400 || refusal.status >= 500)
          failed.push(`${JSON.stringify(arn.slice(0, 120))} ${refusal.status} ${refusal.message}`);
      }
      expect({ taken, failed }).toEqual({ taken: [], failed: [] });
    },
    30_000,
  );

  test("leads to no file outside of the data folder, nor to another account's log", async () => {
    const before = filesBelow(dir);
    for (const Arn of hostile(group)) await refusalOf(() => events.send(oneTarget({ Arn })));
    const longest = `/${"long".repeat(127)}`;
    for (const [Id, name] of [
      ["own", "/own"],
      ["dots", ".x_y/..z"],
      ["long", longest],
    ] as const) {
      const Arn = `arn:aws:logs:us-east-1:${OWN}:log-group:${name}`;
      const command = { Rule: "rule", Targets: [{ Id, Arn }] };
      expect(await events.send(new eventbridge.PutTargetsCommand(command))).toMatchObject({
        FailedEntryCount: 0,
      });
    }
    await events.send(
      new eventbridge.PutEventsCommand({
        Entries: [{ Source: "studio.app", DetailType: "Went live", Detail: "{}" }],
      }),
    );
    const logs = join(dir, "a/b/data/events");
    const files = () => readdirSync(join(logs, OWN, "us-east-1")).map((name) => name.slice(0, 12));
    await expect.poll(() => files().sort()).toEqual(["%2Ex%5Fy_..z", "_longlonglon", "_own.jsonl"]);
    expect(readdirSync(logs)).toEqual([OWN]);
    expect(readdirSync(join(logs, OWN))).toEqual(["us-east-1"]);
    expect(filesBelow(dir)).toEqual(before);
  });

  test("of another account's role isn't passed to EventBridge", async () => {
    const other = clientsOf(server.endpoint, OTHER_ROOT, "us-east-1");
    const { Role } = await other.iam.send(
      new iam.CreateRoleCommand({
        RoleName: "theirs",
        AssumeRolePolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "events.amazonaws.com" },
              Action: "sts:AssumeRole",
            },
          ],
        }),
      }),
    );
    await expect(
      events.send(oneTarget({ Arn: destination, RoleArn: Role?.Arn ?? "" })),
    ).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: "Cross-account pass role is not allowed.",
    });
  });

  test("is refused in AWS's words where the log group is elsewhere", async () => {
    const at = (place: string) => oneTarget({ Arn: `arn:aws:logs:${place}:log-group:/x` });
    await expect(events.send(at(`eu-west-1:${OWN}`))).rejects.toMatchObject({
      name: "ValidationException",
      message: "Cross-region api call is not allowed.",
    });
    await expect(events.send(at(`us-east-1:${OTHER}`))).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: `Access to the resource arn:aws:logs:us-east-1:${OTHER}:log-group:/x is denied. Reason: Adding cross-account target is not permitted.`,
    });
    await expect(events.send(at(`../..:${OWN}`))).rejects.toMatchObject({
      name: "ValidationException",
    });
  });
});

describe("a Region that a caller signs for", () => {
  test.each(["..", "us-east-1:111122223333:x", "%2e%2e", "US-EAST-1\\..", "a".repeat(64), "*"])(
    "%s is refused",
    async (region) => {
      const raw = {
        method: "POST",
        body: "{}",
        headers: {
          "content-type": "application/x-amz-json-1.1",
          "x-amz-target": "AWSEvents.ListRules",
        },
      };
      const answer = await sendSigned(server.endpoint, raw, { service: "events", region });
      expect(answer.status).toBe(403);
      expect(answer.body).toContain("Credential should be scoped to a valid region.");
    },
  );
});
