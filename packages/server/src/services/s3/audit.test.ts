import { ServiceWire } from "@rolecast/wire";
import { expect, test } from "vitest";
import { s3Audit } from "./audit.ts";
import { s3Schemas } from "./schema.ts";

const protocol = "restXml" as const;
const wire = new ServiceWire({
  ...{ name: "s3", signingName: "s3", protocol, version: "2006-03-01", schemas: s3Schemas },
});
const names = [...wire.operations.keys()];
const membersOf = (name: string) =>
  (wire.operations.get(name)?.input?.members ?? []).map((member) => member.name);

/** Data of a bucket without one key. Source: S3 user guide, "Amazon S3 CloudTrail events". */
const WITHOUT_KEY = [
  ...["DeleteObjects", "HeadBucket", "ListMultipartUploads", "ListObjectVersions", "ListObjects"],
  ...["ListObjectsV2", "WriteGetObjectResponse"],
];
/** Newer than the guide's list, which names none of them. */
const UNLISTED = /^UpdateObjectEncryption$|Annotations?$/;

test("what is done to one object is data, and what is done to a bucket isn't", () => {
  const withKey = names.filter((name) => membersOf(name).includes("Key"));
  const expected = [...withKey, ...WITHOUT_KEY].filter((name) => !UNLISTED.test(name));
  expect([...(s3Audit.dataOperations ?? [])].toSorted()).toEqual(expected.toSorted());
});

test("another event name is an operation's, and names the bucket", () => {
  for (const [operation, event] of Object.entries(s3Audit.eventNames ?? {})) {
    expect(names).toContain(operation);
    const words = /^(Get|Put|Delete)(?:Bucket)?(.*?)(?:Configuration)?$/.exec(operation);
    expect(event.replace(/Configuration$/, "")).toBe(`${words?.[1]}Bucket${words?.[2]}`);
  }
});
