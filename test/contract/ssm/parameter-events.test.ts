import type { PutParameterCommandInput } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lookupRecords } from "../../support/event-records.ts";
import { readFeed } from "../../support/read-feed.ts";
import { openFeed } from "../../support/signed-request.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { outcomeOf, ssmOf } from "./support.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.close());

/** The events of a feed's text, without what differs each time. */
function eventsIn(text: string) {
  const lines = text.split("\n").filter((line) => line.startsWith("data: {"));
  return lines.map((line) => {
    const event = JSON.parse(line.slice("data: ".length));
    return [event.source, event["detail-type"], event.resources, event.detail];
  });
}

const at = (ms: number) => new Date(ms).toISOString();
const policy = (Type: string, Attributes: object) => ({ Type, Version: "1.0", Attributes });
const expiring = (ms: number) => policy("Expiration", { Timestamp: at(ms) });
const HOUR = { Unit: "Hours" };

describe("EventBridge and CloudTrail", () => {
  test("get each change of a parameter, and no value", async () => {
    const ssm = ssmOf(server);
    const Name = "/told/a";
    const secret = { Name, Value: "not-to-be-seen", Type: "SecureString" } as const;
    await ssm.putParameter({ ...secret, Description: "d" });
    await ssm.putParameter({ ...secret, Overwrite: true });
    await ssm.labelParameterVersion({ Name, Labels: ["prod"] });
    await ssm.deleteParameters({ Names: [Name] });
    const feed = await openFeed(server.endpoint, "events");
    const text = await readFeed(feed, '"operation":"Delete"');
    const seen = eventsIn(`${text}"}}`.replace(/\n[^\n]*$/, ""));
    const resources = ["arn:aws:ssm:us-east-1:000000000000:parameter/told/a"];
    const change = (operation: string) => [
      ...["aws.ssm", "Parameter Store Change", resources],
      { operation, name: Name, type: "SecureString", description: "d" },
    ];
    const expected = ["Create", "Update", "LabelParameterVersion"].map(change);
    expect(seen.slice(0, 3)).toEqual(expected);
    const records = await lookupRecords(server.clients().cloudtrail);
    const own = records.filter(({ eventSource }) => eventSource === "ssm.amazonaws.com");
    expect(own.map(({ eventName }) => eventName).toReversed()).toEqual([
      ...["PutParameter", "PutParameter", "LabelParameterVersion", "DeleteParameters"],
    ]);
    expect(own.at(-1)?.requestParameters).toMatchObject({ name: Name, type: "SecureString" });
    expect(JSON.stringify(records) + text).not.toContain("not-to-be-seen");
    const calls = records.filter(({ eventSource }) => eventSource === "kms.amazonaws.com");
    expect(calls[0]).toMatchObject({
      eventName: "Encrypt",
      userIdentity: { invokedBy: "ssm.amazonaws.com" },
    });
  });
});

describe("a policy", () => {
  const put = (Policies: unknown, more: Partial<PutParameterCommandInput> = {}) =>
    outcomeOf(
      ssmOf(server).putParameter({
        ...{ Name: "/policies/a", Value: "v", Type: "String", Tier: "Advanced", Overwrite: true },
        ...{ Policies: JSON.stringify(Policies), ...more },
      }),
    );
  const later = expiring(Date.now() + 3_600_000);

  test.each<[string, unknown, RegExp]>([
    [
      "all three",
      [
        later,
        policy("ExpirationNotification", { Before: "1", ...HOUR }),
        policy("NoChangeNotification", { After: "2", Unit: "Days" }),
      ],
      /^done$/,
    ],
    ["none", [{}], /^done$/],
    ["no list", {}, /^ValidationException: Policies must be a JSON array/],
    ["another type", [policy("Other", {})], /^InvalidPolicyTypeException: The policy type Other/],
    ["another version", [{ ...later, Version: "2" }], /^InvalidPolicyAttributeException: Version/],
    ["no time", [policy("Expiration", { Timestamp: "soon" })], /^InvalidPolicyAttributeException/],
    ["no unit", [policy("NoChangeNotification", { After: "1" })], /^InvalidPolicyAttributeExc/],
    ["two expirations", [later, later], /^IncompatiblePolicyException/],
    [
      "a notice of nothing",
      [policy("ExpirationNotification", { Before: "1", ...HOUR })],
      /^Incomp/,
    ],
    [
      "too many",
      Array.from({ length: 11 }, () => policy("NoChangeNotification", { After: "1", ...HOUR })),
      /^PoliciesLimitExceededException/,
    ],
  ])("may be %s", async (_name, policies, expected) => {
    expect(await put(policies)).toMatch(expected);
  });

  test("needs the advanced tier, which intelligent tiering takes for it", async () => {
    const standard = { Name: "/policies/b", Tier: "Standard" } as const;
    expect(await put([later], standard)).toMatch(/need the advanced-parameter tier/);
    expect(await put([later], { ...standard, Tier: "Intelligent-Tiering" })).toBe("done");
    const { Parameters } = await ssmOf(server).describeParameters({
      ParameterFilters: [{ Key: "Name", Values: ["/policies/b"] }],
    });
    expect(Parameters?.[0]).toMatchObject({
      Tier: "Advanced",
      Policies: [
        { PolicyText: JSON.stringify(later), PolicyType: "Expiration", PolicyStatus: "Pending" },
      ],
    });
  });

  test("tells of an end that is near, and brings it", async () => {
    const Name = "/policies/ends";
    const feed = await openFeed(server.endpoint, "events");
    const soon = Date.now() + 300;
    const notice = policy("ExpirationNotification", { Before: "1", ...HOUR });
    expect(await put([expiring(soon), notice], { Name })).toBe("done");
    const text = await readFeed(feed, '"operation":"Delete","name":"/policies/ends"');
    const expected = ["ExpirationNotification", "Expiration"].map((type) =>
      expect.objectContaining({ "parameter-name": Name, "policy-type": type }),
    );
    const details = eventsIn(text.replace(/\n[^\n]*$/, "")).map(([, , , detail]) => detail);
    expect(details).toEqual(expect.arrayContaining(expected));
    expect(await outcomeOf(ssmOf(server).getParameter({ Name }))).toMatch(/^ParameterNotFound/);
  });

  test("ends each parameter in its time, whichever was put first", async () => {
    const feed = await openFeed(server.endpoint, "events");
    for (const [name, inMs] of [
      ["later", 900],
      ["sooner", 300],
    ] as const)
      expect(await put([expiring(Date.now() + inMs)], { Name: `/ends/${name}` })).toBe("done");
    await readFeed(feed, '"operation":"Delete","name":"/ends/later"');
    // The regular looks begin half a minute after the start.
  }, 20_000);
});
