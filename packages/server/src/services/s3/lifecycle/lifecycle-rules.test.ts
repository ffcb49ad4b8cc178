import type { LifecycleRule } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { expirationHeader } from "./lifecycle-headers.ts";
import {
  abortOf,
  expirationOf,
  isMarkerDue,
  isNoncurrentDue,
  transitionOf,
} from "./lifecycle-rules.ts";

const DAY_MS = 24 * 3_600_000;
const MADE_MS = Date.parse("2014-01-15T10:30:00Z");
const object = { object_key: "a/b", size_bytes: 5, tags: '{"k":"v"}', modified_ms: MADE_MS };

function rule(more: Partial<LifecycleRule>): LifecycleRule {
  return { ID: "rule", Status: "Enabled", Filter: {}, ...more };
}

test("days end at the next midnight", () => {
  const due = expirationOf(object, [rule({ Expiration: { Days: 3 } })]);
  expect(new Date(due?.atMs ?? 0).toISOString()).toBe("2014-01-19T00:00:00.000Z");
  const upload = { object_key: "a/b", created_ms: MADE_MS };
  const aborted = abortOf(upload, [
    rule({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 } }),
  ]);
  expect(aborted).toEqual({ ...due, ruleId: "rule" });
});

test("a rule's name that is no text is shown all the same", () => {
  const rules = [rule({ ID: "a\ud800", Expiration: { Days: 1 } })];
  expect(expirationHeader(object, { lifecycle: JSON.stringify(rules) })).toEqual({
    Expiration: expect.stringContaining('rule-id="a%EF%BF%BD"'),
  });
});

test.each([
  [{ Prefix: "a/" }, true],
  [{ Prefix: "b" }, false],
  [{ Tag: { Key: "k", Value: "v" } }, true],
  [{ Tag: { Key: "k", Value: "other" } }, false],
  [{ Tag: { Key: "constructor", Value: "v" } }, false],
  [{ ObjectSizeGreaterThan: 5 }, false],
  [{ ObjectSizeGreaterThan: 4 }, true],
  [{ ObjectSizeLessThan: 5 }, false],
  [{ And: { Prefix: "a/", Tags: [{ Key: "k", Value: "v" }], ObjectSizeLessThan: 6 } }, true],
  [{ And: { Prefix: "a/", Tags: [{ Key: "k", Value: "w" }] } }, false],
])("the filter %j", (Filter, matches) => {
  const due = expirationOf(object, [rule({ Filter, Expiration: { Days: 1 } })]);
  expect(due !== undefined).toBe(matches);
});

describe("an older version", () => {
  const rules = [
    rule({ NoncurrentVersionExpiration: { NoncurrentDays: 2, NewerNoncurrentVersions: 1 } }),
  ];
  test.each([
    [{ sinceMs: MADE_MS, newer: 1 }, 3, true],
    [{ sinceMs: MADE_MS, newer: 1 }, 1, false],
    [{ sinceMs: MADE_MS, newer: 0 }, 3, false],
  ])("%j, %i days later", (place, days, isDue) => {
    expect(isNoncurrentDue(object, place, rules, MADE_MS + days * DAY_MS)).toBe(isDue);
  });
});

test.each([
  [{ ExpiredObjectDeleteMarker: true }, 0, true],
  [{ ExpiredObjectDeleteMarker: false }, 9, false],
  [{ Days: 2 }, 1, false],
  [{ Days: 2 }, 3, true],
])("a delete marker alone, %j, after %i days", (Expiration, days, isDue) => {
  expect(isMarkerDue(object, [rule({ Expiration })], MADE_MS + days * DAY_MS)).toBe(isDue);
});

test.each([
  [{ Prefix: "a/" }, true],
  [{ Tag: { Key: "temp", Value: "yes" } }, false],
  [{ ObjectSizeGreaterThan: 5 }, false],
  [{ ObjectSizeLessThan: 5 }, true],
])("a delete marker alone goes by a rule with the filter %j: %s", (Filter, isDue) => {
  const marker = { ...object, tags: null, size_bytes: 0 };
  const rules = [rule({ Filter, Expiration: { Days: 1 } })];
  expect(isMarkerDue(marker, rules, MADE_MS + 9 * DAY_MS)).toBe(isDue);
});

test.each<[string, number, LifecycleRule["Filter"], string | undefined]>([
  ["STANDARD", 131_072, {}, "STANDARD_IA"],
  ["STANDARD", 131_071, {}, undefined],
  ["STANDARD", 9, { ObjectSizeGreaterThan: 8 }, "STANDARD_IA"],
  ["STANDARD", 9, { And: { Prefix: "a", ObjectSizeLessThan: 10 } }, "STANDARD_IA"],
  ["STANDARD_IA", 131_072, {}, undefined],
  ["GLACIER_IR", 131_072, {}, undefined],
  ["INTELLIGENT_TIERING", 131_072, {}, undefined],
])("an object in %s of %i bytes goes by the filter %j to %s", (stored, size, Filter, moved) => {
  const rules = [rule({ Filter, Transitions: [{ Days: 30, StorageClass: "STANDARD_IA" }] })];
  const candidate = { ...object, size_bytes: size, storage_class: stored };
  const bucket = { lifecycle_minimum_size: "varies_by_storage_class" };
  expect(transitionOf(candidate, rules, bucket, MADE_MS + 40 * DAY_MS)).toBe(moved);
});

test.each<[string, number, number, string, string | undefined]>([
  ["STANDARD", 131_072, 40, "all_storage_classes_128K", "GLACIER"],
  ["STANDARD", 131_072, 200, "all_storage_classes_128K", "DEEP_ARCHIVE"],
  ["GLACIER", 131_072, 40, "all_storage_classes_128K", undefined],
  ["GLACIER", 131_072, 200, "all_storage_classes_128K", "DEEP_ARCHIVE"],
  ["DEEP_ARCHIVE", 131_072, 200, "all_storage_classes_128K", undefined],
  ["STANDARD", 131_071, 40, "all_storage_classes_128K", undefined],
  ["GLACIER", 131_071, 200, "all_storage_classes_128K", undefined],
  ["STANDARD", 131_071, 20, "varies_by_storage_class", undefined],
  ["STANDARD", 131_071, 40, "varies_by_storage_class", "GLACIER"],
  ["GLACIER", 131_071, 200, "varies_by_storage_class", "DEEP_ARCHIVE"],
])(
  "from %s %i bytes go, after %i days and with %s, to the archive %s",
  (stored, size, days, minimum, moved) => {
    const rules = [
      rule({
        Transitions: [
          { Days: 10, StorageClass: "GLACIER_IR" },
          { Days: 30, StorageClass: "GLACIER" },
          { Days: 90, StorageClass: "DEEP_ARCHIVE" },
        ],
      }),
    ];
    const candidate = { ...object, size_bytes: size, storage_class: stored };
    const bucket = { lifecycle_minimum_size: minimum };
    expect(transitionOf(candidate, rules, bucket, MADE_MS + days * DAY_MS)).toBe(moved);
  },
);

/** Source: S3 user guide, "Supported transitions": each class with those that it is moved to. */
const [STANDARD, RARE, CLEVER, ZONE, INSTANT, FLEXIBLE, DEEP] = [
  ...["STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER"],
  "DEEP_ARCHIVE",
] as const;
test.each([
  [STANDARD, [RARE, CLEVER, ZONE, INSTANT, FLEXIBLE, DEEP]],
  ["REDUCED_REDUNDANCY", [RARE, CLEVER, ZONE, INSTANT, FLEXIBLE, DEEP]],
  [RARE, [CLEVER, ZONE, INSTANT, FLEXIBLE, DEEP]],
  [CLEVER, [ZONE, INSTANT, FLEXIBLE, DEEP]],
  [ZONE, [FLEXIBLE, DEEP]],
  [INSTANT, [FLEXIBLE, DEEP]],
  [FLEXIBLE, [DEEP]],
  [DEEP, []],
  ["EXPRESS_ONEZONE", []],
])("an object in %s is moved to %j alone", (storage_class, classes) => {
  const all = [STANDARD, RARE, CLEVER, ZONE, INSTANT, FLEXIBLE, DEEP, "REDUCED_REDUNDANCY"];
  const moved = all.filter((StorageClass) => {
    const transition = { Days: 1, StorageClass } as NonNullable<LifecycleRule["Transitions"]>[0];
    return (
      transitionOf(
        { ...object, size_bytes: 1_000_000, storage_class },
        [rule({ Transitions: [transition] })],
        { lifecycle_minimum_size: null },
        MADE_MS + 10 * DAY_MS,
      ) === StorageClass
    );
  });
  expect(moved.toSorted()).toEqual([...classes].toSorted());
});
