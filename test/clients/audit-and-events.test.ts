import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awsCli, hasAwsCli, NO_AWS_CLI } from "../support/aws-cli.ts";
import { hasModules, PYTHON } from "../support/python.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const SCRIPT = fileURLToPath(new URL("audit_and_events.py", import.meta.url));
const STRANGER = "User: arn:aws:iam::000000000000:user/stranger is not authorized to perform:";

const hasBoto3 = hasModules("boto3");
const run = promisify(execFile);

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.close());

function publicKey(): string {
  const { publicKey: key } = generateKeyPairSync("ec", { namedCurve: "P-384" });
  return key.export({ type: "spki", format: "pem" }).toString();
}

function modelled(code: string, status = 400) {
  return [code, code, status];
}

function denied(action: string, on = "") {
  return `${STRANGER} ${action}${on} because no identity-based policy allows the ${action} action`;
}

describe.skipIf(!hasBoto3)(`boto3 (skipped when ${PYTHON} has no boto3)`, () => {
  let seen: Record<"cloudtrail" | "events" | "cloudwatch" | "ivs", Record<string, unknown>>;
  beforeAll(async () => {
    const { stdout } = await run(PYTHON, [SCRIPT, server.endpoint, publicKey()]);
    seen = JSON.parse(stdout);
  });

  it("makes, starts, stops and deletes a trail, and looks its own calls up", () => {
    expect(seen.cloudtrail).toEqual({
      denied: [...modelled("AccessDeniedException"), denied("cloudtrail:LookupEvents")],
      no_policy: modelled("InsufficientS3BucketPolicyException"),
      arn: "arn:aws:cloudtrail:us-east-1:000000000000:trail/audit",
      twice: modelled("TrailAlreadyExistsException"),
      logging: [true, false],
      in_order: true,
      delivered: true,
      trails: ["audit"],
      gone: modelled("TrailNotFoundException"),
      pages: [2, 1],
      outcomes: ["TrailAlreadyExistsException", null, "InsufficientS3BucketPolicyException"],
      stranger: [["LookupEvents", "cloudtrail.amazonaws.com", "true"]],
    });
  });

  it("makes a rule with a target, sends it events, and reads EventBridge's errors", () => {
    const arn = "arn:aws:events:us-east-1:000000000000:rule/takes";
    const notFound = modelled("ResourceNotFoundException");
    expect(seen.events).toEqual({
      denied: [
        ...modelled("AccessDeniedException"),
        denied("events:PutRule", ` on resource: ${arn}`),
      ],
      no_pattern: modelled("InvalidEventPatternException"),
      arn,
      no_rule: [...notFound, "Rule none does not exist on EventBus default."],
      put: [0, []],
      targets: [true],
      sent: [1, [null, "MalformedDetail"]],
      matches: [false, true],
      described: ["ENABLED", true],
      rules: ["takes"],
      has_targets: ["ClientError", "ValidationException", 400],
      removed: 0,
      gone: [...notFound, "Rule takes does not exist on EventBus default."],
    });
  });

  it("puts metrics and gets them back, in whichever protocol it chooses", () => {
    expect(seen.cloudwatch).toEqual({
      denied: ["ClientError", "AccessDenied", 403, denied("cloudwatch:ListMetrics")],
      listed: true,
      statistics: [
        [4, 3],
        [5, 5],
      ],
      first_at: true,
      data: [["m", [2, 5], "Complete"]],
      wrong_period: ["InvalidParameterValue", 400],
      packed: 400,
    });
  });

  it("manages what restricts playback, and ad configurations where it knows them", () => {
    const { ads, ...others } = seen.ivs;
    const notFound = ["ResourceNotFoundException", 404];
    const conflict = ["ConflictException", 409];
    expect(others).toEqual({
      offline: ["ChannelNotBroadcasting", 404],
      revoked: [[true, "404"]],
      key: [conflict, ["ValidationException", 400], ["viewers"], true, notFound],
      policy: [[true, true], true, conflict, notFound],
    });
    expect([null, [true, ["ads"], notFound]]).toContainEqual(ads);
  });
});

describe.skipIf(!hasAwsCli)(`the AWS CLI (${NO_AWS_CLI})`, () => {
  async function aws(...args: string[]) {
    const env = {
      PATH: process.env.PATH,
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_REGION: "eu-west-1",
      AWS_MAX_ATTEMPTS: "1",
    };
    const { stdout } = await run(await awsCli(), [...args, "--output", "json"], { env });
    return JSON.parse(stdout);
  }

  it("imports a key, which CloudTrail then has, and lists rules", async () => {
    const [imported, rule] = await Promise.all([
      aws("ivs", "import-playback-key-pair", "--public-key-material", publicKey()),
      aws("events", "put-rule", "--name", "live", "--event-pattern", '{"source":["aws.ivs"]}'),
    ]);
    expect(imported.keyPair.fingerprint).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
    const byName = "AttributeKey=EventName,AttributeValue=ImportPlaybackKeyPair";
    const [{ Events }, { Rules }] = await Promise.all([
      aws("cloudtrail", "lookup-events", "--lookup-attributes", byName),
      aws("events", "list-rules"),
    ]);
    expect(Events).toHaveLength(1);
    expect(JSON.parse(Events[0].CloudTrailEvent).responseElements).toEqual(imported);
    expect(Rules).toMatchObject([{ Name: "live", Arn: rule.RuleArn, State: "ENABLED" }]);
  });
});
