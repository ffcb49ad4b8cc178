import { randomIds } from "../../../packages/server/src/kernel/ids.ts";
import { newVersionId } from "../../../packages/server/src/services/s3/rows/version-id.ts";
import type { GrownAccount } from "./accounts.ts";

/** Runs one SQL statement on the server's database. */
export type Execute = (statement: string) => Promise<void>;

/** 7 becomes `0000007`, so that numbers sort as text. */
const PADDED = "substr(cast(10000000 + i as text), 2)";
/** Four groups of policies, and things that are one in a thousand. */
const PATH = "case when i % 1000 = 500 then '/rare/' else '/' end";
const CREATED_MS = 1_700_000_000_000;
const REGION = "us-east-1";

/**
 * Rows of each kind as the operations would have made them, `i` from 0. In SQL of both databases.
 */
export async function seed(execute: Execute, account: GrownAccount): Promise<void> {
  const { id, items } = account;
  const insert = (table: string, count: number, columns: Readonly<Record<string, string>>) =>
    execute(`insert into ${table} (${Object.keys(columns).join(", ")})
      with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < ${count})
      select ${Object.values(columns).join(", ")} from n`);
  const account_id = `'${id}'`;
  const place = { account_id, region: `'${REGION}'` };
  const named = (what: string) => ({
    account_id,
    [`${what}_id`]: `'${what.toUpperCase()}${id}' || ${PADDED}`,
    [`${what}_name`]: `'${what}-' || ${PADDED}`,
    name_key: `'${what}-' || ${PADDED}`,
    path: PATH,
    created_ms: `${CREATED_MS}`,
  });
  const policyArn = `'arn:aws:iam::${id}:policy/policy-' || ${PADDED}`;
  await insert("iam_users", items, named("user"));
  await insert("iam_groups", items, named("group"));
  await insert("iam_roles", items, {
    ...named("role"),
    ...{
      trust_policy: `'{"Version":"2012-10-17","Statement":[]}'`,
      max_session_duration_s: "3600",
    },
  });
  await insert("iam_instance_profiles", items, named("profile"));
  await insert("iam_policies", items, {
    ...named("policy"),
    ...{ policy_arn: policyArn, default_version: "1", last_version: "1" },
    updated_ms: `${CREATED_MS}`,
  });
  await insert("iam_policy_versions", items, {
    ...{ account_id, policy_arn: policyArn, version: "1", created_ms: `${CREATED_MS}` },
    document: `'{"Version":"2012-10-17","Statement":[]}'`,
  });
  // Each user has a policy of its own, and half of them one that is AWS's.
  const attachment = { account_id, owner_id: `'USER${id}' || ${PADDED}`, owner_kind: "'user'" };
  await insert("iam_policy_attachments", items, { ...attachment, policy_arn: policyArn });
  await insert("iam_policy_attachments", items / 2, {
    ...attachment,
    policy_arn: "'arn:aws:iam::aws:policy/ReadOnlyAccess'",
  });
  await insert("iam_group_members", items, {
    ...{ account_id, group_id: `'GROUP${id}0000000'`, user_id: `'USER${id}' || ${PADDED}` },
  });
  await insert("iam_mfa_devices", items, {
    ...{ account_id, serial_number: `'arn:aws:iam::${id}:mfa/device-' || ${PADDED}` },
    ...{ seed_sealed: "''", last_step: "0", drift_steps: "0", created_ms: `${CREATED_MS}` },
  });
  const resource = { ...place, id: `'id' || ${PADDED}`, tags: "'{}'" };
  const made = { ...resource, created_at_ms: `${CREATED_MS} + i` };
  await insert("ivs_channels", items, {
    ...made,
    name: `case when i % 1000 = 500 then 'rare' else 'usual' end`,
    ...{ latency_mode: "'LOW'", type: "'BASIC'", authorized: "0", insecure_ingest: "1" },
    ...{ preset: "''", recording_configuration_arn: "''", playback_restriction_policy_arn: "''" },
    ...{ ad_configuration_arn: "''", container_format: "'TS'", multitrack_input: "''" },
    srt_passphrase: "''",
  });
  await insert("ivs_recording_configurations", items, {
    ...{ ...made, name: "'bench'", bucket_name: "'bench'", thumbnail_configuration: "'{}'" },
    ...{ rendition_configuration: "'{}'", reconnect_window_seconds: "0" },
    ...{ settled_state: "'ACTIVE'", settles_at_ms: "0" },
  });
  await insert("ivs_playback_key_pairs", items, {
    ...{ ...made, name: "'bench'", public_key: "''", fingerprint: "'f'" },
  });
  await insert("ivs_stream_sessions", items, {
    ...{ ...place, stream_id: `'st-${id}' || ${PADDED}`, channel_id: "'id0000000'" },
    ...{ created_at_ms: `${CREATED_MS} + i`, started_at_ms: `${CREATED_MS} + i` },
    ...{ ended_at_ms: `${CREATED_MS} + i + 1`, health: "'HEALTHY'", has_error_event: "0" },
    channel: "'{}'",
  });
  await insert("ivs_stream_sessions", items, {
    ...{ ...place, stream_id: `'st-live-${id}' || ${PADDED}`, channel_id: `'id' || ${PADDED}` },
    ...{ created_at_ms: `${CREATED_MS} + i`, started_at_ms: `${CREATED_MS} + i` },
    ...{ health: "'HEALTHY'", has_error_event: "0", channel: "'{}'" },
  });
  const rule = { ...place, name: `'rule-' || ${PADDED}`, state: "'ENABLED'", tags: "'{}'" };
  await insert("events_rules", items, {
    ...{ ...rule, event_pattern: `'{"source":["bench"]}'`, created_at_ms: `${CREATED_MS}` },
  });
  await insert("events_api_destinations", items, {
    ...{ ...place, name: `'destination-' || ${PADDED}`, unique_id: "'u'", connection_arn: "'c'" },
    ...{ endpoint: "'https://example.com'", http_method: "'POST'" },
    ...{ created_at_ms: `${CREATED_MS}`, modified_at_ms: `${CREATED_MS}` },
  });
  await insert("cloudwatch_series", items, {
    ...{ ...place, id: `'${id}' || ${PADDED}`, namespace: "'Bench'", name: `'m-' || ${PADDED}` },
    ...{ dimensions: "'[]'", unit: "'Count'", newest_ms: `${CREATED_MS}` },
  });
  await insert("s3_buckets", items, {
    ...{ ...place, bucket_name: `'b-${id}-' || ${PADDED}`, bucket_id: `'b-${id}-' || ${PADDED}` },
    created_ms: `${CREATED_MS}`,
  });
}

/** Ids need be unique among the versions of a key only. */
function versionId(number: number): string {
  return newVersionId(number, { ...randomIds, alphanumeric: (length) => "a".repeat(length) });
}

/** Keys, versions and uploads of one bucket: `groups` common prefixes of the same size. */
export async function seedBucket(
  execute: Execute,
  bucket: { readonly name: string; readonly accountId: string },
  items: number,
  groups: number,
): Promise<void> {
  const { name, accountId } = bucket;
  await execute(`insert into s3_buckets (bucket_name, bucket_id, account_id, region, created_ms)
    values ('${name}', '${name}', '${accountId}', '${REGION}', ${CREATED_MS})`);
  const key = `'g' || substr(cast(1000000 + i / ${items / groups} as text), 2) || '/' || ${PADDED}`;
  const object = {
    ...{ bucket_name: `'${name}'`, account_id: `'${accountId}'` },
    ...{ region: `'${REGION}'`, size_bytes: "1", etag: "'e'", modified_ms: `${CREATED_MS}` },
    ...{ storage_class: "'STANDARD'", attributes: "'{}'" },
  };
  const insert = (table: string, columns: Readonly<Record<string, string>>) =>
    execute(`insert into ${table} (${Object.keys(columns).join(", ")})
      with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < ${items})
      select ${Object.values(columns).join(", ")} from n`);
  await insert("s3_objects", {
    ...{ ...object, object_key: key, object_id: `'o${name}' || i` },
    ...{ version_id: `'${versionId(2)}'`, version_number: "2" },
  });
  await insert("s3_versions", {
    ...{ ...object, object_key: key, object_id: `'p${name}' || i`, is_delete_marker: "0" },
    ...{ version_id: `'${versionId(1)}'`, version_number: "1" },
  });
  const { size_bytes: _size, etag: _etag, modified_ms: _modified, ...upload } = object;
  await insert("s3_uploads", {
    ...{ ...upload, object_key: key, upload_id: `'u${name}' || ${PADDED}` },
    ...{ bucket_id: `'${name}'`, initiator_arn: `'arn:aws:iam::${accountId}:root'` },
    created_ms: `${CREATED_MS}`,
  });
}
