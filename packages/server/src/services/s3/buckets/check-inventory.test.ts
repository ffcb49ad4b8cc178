import * as s3 from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { checkInventory } from "./check-inventory.ts";

const DESTINATION = { Bucket: "arn:aws:s3:::reports", Format: "CSV" } as const;
const GIVEN: s3.InventoryConfiguration = {
  ...{ Id: "i", IsEnabled: true, IncludedObjectVersions: "All", Schedule: { Frequency: "Daily" } },
  Destination: { S3BucketDestination: DESTINATION },
};

function outcome(change: object): string {
  try {
    checkInventory({ ...GIVEN, ...change });
    return "taken";
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}

const destination = (change: object) => ({
  Destination: { S3BucketDestination: { ...DESTINATION, ...change } },
});

test.each([
  {},
  { OptionalFields: [] },
  { OptionalFields: Object.values(s3.InventoryOptionalField) },
  ...Object.values(s3.InventoryFormat).map((Format) => destination({ Format })),
  ...Object.values(s3.InventoryFrequency).map((Frequency) => ({ Schedule: { Frequency } })),
  ...Object.values(s3.InventoryIncludedObjectVersions).map((IncludedObjectVersions) => ({
    IncludedObjectVersions,
  })),
])("the SDK's values are taken: %o", (change) => {
  expect(outcome(change)).toBe("taken");
});

test.each([
  { OptionalFields: ["Size", "Colour"] },
  { OptionalFields: [""] },
  destination({ Format: "JSON" }),
  destination({ Format: undefined }),
  { Destination: undefined },
  { Schedule: { Frequency: "Monthly" } },
  { Schedule: undefined },
  { IncludedObjectVersions: "Some" },
  { IncludedObjectVersions: undefined },
])("other values are malformed: %o", (change) => {
  expect(outcome(change)).toBe("MalformedXML");
});

test.each([undefined, "", "reports", "xarn:aws:s3:::reports"])("%j is no destination", (Bucket) => {
  expect(outcome(destination({ Bucket }))).toBe("InvalidS3DestinationBucket");
});
