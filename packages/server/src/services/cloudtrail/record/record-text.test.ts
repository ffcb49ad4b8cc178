import fc from "fast-check";
import { expect, test } from "vitest";
import { EVENT_VERSION, type RecordMembers, recordText } from "./record-text.ts";

const text = fc.string({ unit: fc.oneof(fc.string({ unit: "binary" }), fc.constant('"')) });
const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: undefined });
const elements = fc.option(fc.dictionary(text, fc.jsonValue()), { nil: null }).map(json);

function json(value: unknown): string {
  return JSON.stringify(value);
}

const members: fc.Arbitrary<RecordMembers> = fc.record({
  userIdentity: fc.record({ type: text, accountId: maybe(text), userName: text }),
  eventTime: fc.constant("2026-11-29T00:00:00Z"),
  named: fc.record({ eventSource: text, eventName: text }).map((names) => json(names).slice(1, -1)),
  awsRegion: text,
  sourceIPAddress: text,
  userAgent: text,
  errorCode: maybe(text),
  errorMessage: maybe(text),
  requestParameters: elements,
  responseElements: elements,
  requestID: text,
  eventID: fc.uuid(),
  readOnly: fc.boolean(),
  resources: fc.array(fc.record({ ARN: text, accountId: text, type: text }), { maxLength: 3 }),
  recipientAccountId: text,
  tlsDetails: maybe(fc.record({ clientProvidedHostHeader: maybe(text) })),
  sharedEventID: maybe(fc.uuid()),
});

/** The same as an object, in the order that CloudTrail's records have. */
function asObject(record: RecordMembers) {
  const { eventID, readOnly, resources, recipientAccountId, tlsDetails, sharedEventID } = record;
  const { userIdentity, eventTime, awsRegion, sourceIPAddress, userAgent } = record;
  const { errorCode, errorMessage, requestID } = record;
  const said = {
    ...{ eventVersion: EVENT_VERSION, userIdentity, eventTime },
    ...JSON.parse(`{${record.named}}`),
    ...{ awsRegion, sourceIPAddress, userAgent, errorCode, errorMessage },
    requestParameters: JSON.parse(record.requestParameters),
    responseElements: JSON.parse(record.responseElements),
  };
  const owned = resources.map(({ accountId, type, ARN }) => ({ accountId, type, ARN }));
  return {
    ...said,
    ...{ requestID, eventID, readOnly },
    ...(owned.length > 0 ? { resources: owned } : {}),
    ...{ eventType: "AwsApiCall", managementEvent: true, recipientAccountId },
    ...{ eventCategory: "Management", tlsDetails, sharedEventID },
  };
}

test("a record's text is the JSON of its members", () => {
  fc.assert(
    fc.property(members, (record) => {
      expect(recordText(record)).toBe(JSON.stringify(asObject(record)));
    }),
    { numRuns: 300 },
  );
});

test("what makes a record too long is left out, and the rest kept", () => {
  const [record] = fc.sample(members, 1);
  const long = { key: "x".repeat(100 * 1024) };
  const parameters = { requestParameters: json(long), responseElements: json({ role: "r" }) };
  const given = { ...record, ...parameters } as RecordMembers;
  expect(JSON.parse(recordText(given))).toMatchObject({
    requestParameters: {
      omitted: true,
      originalSize: JSON.stringify(long).length,
      reason: "requestParameters too large",
    },
    responseElements: { role: "r" },
  });
});
