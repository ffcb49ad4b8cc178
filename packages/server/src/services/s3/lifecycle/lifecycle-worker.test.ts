import type { LifecycleRule } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LifecycleWorld } from "../testing/lifecycle-world.ts";

const MARKER = { is_delete_marker: 1, size_bytes: 0 };
const HELD = { object_lock: '{"hold":true}' };
const OLDER: Partial<LifecycleRule> = { NoncurrentVersionExpiration: { NoncurrentDays: 1 } };

let world: LifecycleWorld;
beforeEach(async () => {
  world = await LifecycleWorld.open();
  world.worker.start();
  await world.worker.idle();
});
afterEach(() => world.close());

describe("older versions", () => {
  test.each<[string, Partial<LifecycleRule>, readonly string[]]>([
    ["go so many days after the next one came", OLDER, ["v3", "v4*"]],
    [
      "stay where so many newer ones don't lie above",
      { NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: 2 } },
      ["v2", "v3", "v4*"],
    ],
    ["stay without a rule for them", { Expiration: { Days: 1000 } }, ["v1", "v2", "v3", "v4*"]],
    [
      "stay where the filter doesn't take them",
      { ...OLDER, Filter: { ObjectSizeGreaterThan: 5 } },
      ["v1", "v2", "v3", "v4*"],
    ],
  ])("%s", async (_name, rule, left) => {
    const bucket = await world.bucket(rule);
    // The third one isn't old yet: the fourth has been there for half a day.
    const days = [10, 20, 30, 99.5];
    const versions = days.map((day) => (day === 99.5 ? { day, latest: true as const } : { day }));
    await world.versions(bucket, "k", versions);
    await world.look();
    expect(await world.left(bucket)).toEqual(left);
  });

  test("stay while they are locked", async () => {
    const bucket = await world.bucket(OLDER);
    const retained = (untilMs: number) => ({
      object_lock: JSON.stringify({ mode: "COMPLIANCE", untilMs }),
    });
    await world.versions(bucket, "k", [
      { day: 1, ...HELD },
      { day: 2, ...retained(world.nowMs + 1) },
      { day: 3, ...retained(world.nowMs - 1) },
      { day: 4, latest: true },
    ]);
    await world.look();
    expect(await world.left(bucket)).toEqual(["v1", "v2", "v4*"]);
  });

  test("are counted over pages", async () => {
    const kept = 100;
    const bucket = await world.bucket({
      NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: kept },
    });
    const versions = Array.from({ length: 450 }, () => ({ day: 1 }));
    await world.versions(bucket, "a", [{ day: 1 }, { day: 1, latest: true }]);
    await world.versions(bucket, "k", [...versions, { day: 2, ...MARKER }]);
    await world.look();
    expect(await world.left(bucket)).toHaveLength(2 + kept + 1);
  });
});

describe("what changes between the look and the removal", () => {
  test("a version that became the latest again stays", async () => {
    const bucket = await world.bucket(OLDER);
    await world.versions(bucket, "k", [{ day: 1 }, { day: 2, ...MARKER }]);
    world.meanwhile = async (tx) => {
      await tx.db.deleteFrom("s3_versions").where("is_delete_marker", "=", 1).execute();
    };
    await world.look();
    expect(await world.left(bucket)).toEqual(["v1"]);
  });

  test("a delete marker stays that has a version below", async () => {
    const bucket = await world.bucket({ Expiration: { ExpiredObjectDeleteMarker: true } });
    await world.versions(bucket, "j", [{ day: 1, version_id: "below" }]);
    await world.versions(bucket, "k", [{ day: 2, ...MARKER, version_number: 2 }]);
    world.meanwhile = (tx) => tx.db.updateTable("s3_versions").set({ object_key: "k" }).execute();
    await world.look();
    expect(await world.left(bucket)).toEqual(["below", "v1"]);
  });

  test("a version that is held stays", async () => {
    const bucket = await world.bucket(OLDER);
    await world.versions(bucket, "k", [{ day: 1 }, { day: 2, latest: true }]);
    world.meanwhile = (tx) => tx.db.updateTable("s3_versions").set(HELD).execute();
    await world.look();
    expect(await world.left(bucket)).toEqual(["v1", "v2*"]);
  });

  test("a new null version under the old one's id stays", async () => {
    const bucket = await world.bucket(OLDER);
    await world.versions(bucket, "k", [
      { day: 1, version_id: "null" },
      { day: 2, latest: true },
    ]);
    world.meanwhile = (tx) => tx.db.updateTable("s3_versions").set({ object_id: "new" }).execute();
    await world.look();
    expect(await world.left(bucket)).toEqual(["null", "v2*"]);
  });

  test.each(["object_id", "tags"] as const)("an object with other %s stays", async (column) => {
    const Filter = { Tag: { Key: "a", Value: "b" } };
    const bucket = await world.bucket({ Filter, Expiration: { Days: 1 } }, { versioning: null });
    await world.versions(bucket, "k", [{ day: 1, tags: '{"a":"b"}', latest: true }]);
    world.meanwhile = (tx) =>
      tx.db
        .updateTable("s3_objects")
        .set({ [column]: "{}" })
        .execute();
    await world.look();
    expect(await world.left(bucket)).toEqual(["v1*"]);
  });

  test("the parts of an upload that was completed stay", async () => {
    const bucket = await world.bucket({
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    });
    const [upload_id = ""] = await world.uploads(bucket, 1);
    const part = { ...world.objectRow(bucket, "k"), upload_id };
    await world.store.transaction((tx) =>
      tx.db
        .insertInto("s3_parts")
        .values({
          ...{ upload_id, part_number: 1, account_id: part.account_id, region: part.region },
          ...{ blob_id: "b", size_bytes: 1, etag: "", modified_ms: 1, checksum: null },
          offset_bytes: 0,
        })
        .execute(),
    );
    world.meanwhile = (tx) => tx.db.deleteFrom("s3_uploads").execute();
    await world.look();
    expect(await world.store.db.selectFrom("s3_parts").selectAll().execute()).toHaveLength(1);
  });

  test.each([
    ["rules were replaced", { lifecycle: "[]" }],
    ["the bucket was made anew", { bucket_id: "another" }],
  ])("nothing is removed any more when %s", async (_name, change) => {
    const bucket = await world.bucket(OLDER);
    await world.versions(bucket, "k", [{ day: 1 }, { day: 2, latest: true }]);
    world.meanwhile = (tx) => tx.db.updateTable("s3_buckets").set(change).execute();
    await world.look();
    expect(await world.left(bucket)).toEqual(["v1", "v2*"]);
  });
});

test("uploads that nobody completes are aborted, however many there are", async () => {
  const bucket = await world.bucket({
    Filter: { Prefix: "k1" },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
  });
  await world.uploads(bucket, 900);
  await world.look();
  const left = await world.store.db.selectFrom("s3_uploads").select("object_key").execute();
  expect([left.length, left.some((row) => row.object_key === "k1")]).toEqual([600, false]);
});

describe("delete markers", () => {
  test("go when nothing is left below them, on the last page too", async () => {
    const bucket = await world.bucket({ Expiration: { ExpiredObjectDeleteMarker: true } });
    await world.versions(bucket, "a", [{ day: 1 }, { day: 2, ...MARKER }]);
    for (const key of ["b", "c"]) await world.versions(bucket, key, [{ day: 2, ...MARKER }]);
    await world.look();
    expect(await world.left(bucket)).toEqual(["v1", "v2"]);
  });

  test("others have their turn while many are looked at", async () => {
    const bucket = await world.bucket({ Expiration: { Days: 1000 } });
    for (let each = 0; each < 1000; each++)
      await world.versions(bucket, `k${each}`, [{ day: 1, ...MARKER }]);
    let turns = 0;
    let counting = true;
    const count = () => {
      turns++;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    await world.look();
    counting = false;
    expect(turns).toBeGreaterThanOrEqual(5);
  });
});

test("one bucket's failure is logged with its name, and the others have their turn", async () => {
  const [bad, good] = [await world.bucket({}, { lifecycle: "[" }), await world.bucket(OLDER)];
  await world.versions(good, "k", [{ day: 1 }, { day: 2, latest: true }]);
  await world.look();
  expect(await world.left(good)).toEqual(["v2*"]);
  expect(world.warned).toMatchObject([{ bucket: bad }]);
});

test("the bucket that changed is looked at alone", async () => {
  const [one, other] = [await world.bucket(OLDER), await world.bucket(OLDER)];
  for (const bucket of [one, other])
    await world.versions(bucket, "k", [{ day: 1 }, { day: 2, latest: true }]);
  await world.look(other);
  expect([await world.left(one), await world.left(other)]).toEqual([["v1", "v2*"], ["v2*"]]);
});
