import type { LifecycleRule } from "@aws-sdk/client-s3";
import fc from "fast-check";
import { expect, test } from "vitest";
import { changedRule, fieldsOf, NEW_RULE, newRule } from "./lifecycle-fields.ts";

const text = fc.string({ minLength: 1, maxLength: 5 });
const days = fc.integer({ min: 1, max: 400 });
const tag = fc.record({ Key: text, Value: text });
const sizes = { ObjectSizeGreaterThan: days, ObjectSizeLessThan: days };
const filter = fc.oneof(
  fc.record({ Prefix: text }),
  fc.record({ Tag: tag }),
  fc.record({
    And: fc.record({ Prefix: text, Tags: fc.array(tag), ...sizes }, { requiredKeys: [] }),
  }),
);
/** Rules as anybody may have put them, with what the form doesn't show too. */
const rule: fc.Arbitrary<LifecycleRule> = fc.record(
  {
    ID: text,
    Status: fc.constantFrom("Enabled" as const, "Disabled" as const),
    Filter: filter,
    Prefix: text,
    Expiration: fc.oneof(
      fc.record({ Days: days }),
      fc.record({ Date: fc.date({ noInvalidDate: true }) }),
      fc.constant({ ExpiredObjectDeleteMarker: true }),
    ),
    NoncurrentVersionExpiration: fc.record({ NoncurrentDays: days, NewerNoncurrentVersions: days }),
    AbortIncompleteMultipartUpload: fc.record({ DaysAfterInitiation: days }),
    Transitions: fc.array(
      fc.oneof(
        fc.record({ Days: days, StorageClass: fc.constant("GLACIER" as const) }),
        fc.record({
          Date: fc.date({ noInvalidDate: true }),
          StorageClass: fc.constant("GLACIER" as const),
        }),
      ),
    ),
    NoncurrentVersionTransitions: fc.array(
      fc.record({ NoncurrentDays: days, StorageClass: fc.constant("GLACIER_IR" as const) }),
    ),
  },
  { requiredKeys: ["ID", "Status"] },
);

function movesOnDates({ Transitions = [] }: LifecycleRule) {
  return Transitions.filter(({ Date: on }) => on !== undefined);
}

test("a form that was opened and saved changes nothing of the rule", () => {
  fc.assert(
    fc.property(rule, (known) => {
      const fields = fieldsOf(known);
      expect(changedRule(known, fields, fields)).toEqual(known);
    }),
  );
});

test("what is changed is in the rule, and the rest is as it was", () => {
  fc.assert(
    fc.property(rule, rule, (known, wanted) => {
      const after = fieldsOf(wanted);
      const changed = changedRule(known, fieldsOf(known), after);
      expect(fieldsOf(changed)).toEqual(after);
      expect(movesOnDates(changed)).toEqual(movesOnDates(known));
    }),
  );
});

test("one condition stands alone, several stand together", () => {
  const scope = { prefix: "logs/", tags: [], largerThan: "", smallerThan: "" };
  expect(newRule({ ...NEW_RULE, name: "a", scope })).toEqual({
    ID: "a",
    Status: "Enabled",
    Filter: { Prefix: "logs/" },
    Expiration: { Days: 30 },
  });
  expect(newRule({ ...NEW_RULE, scope: { ...scope, largerThan: "5" } }).Filter).toEqual({
    And: { Prefix: "logs/", ObjectSizeGreaterThan: 5 },
  });
});
