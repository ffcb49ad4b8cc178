import type pg from "pg";
import type { GrownAccount } from "../../test/support/grown-lists/accounts.ts";

/** The stream key of a channel that `seedChannels` makes. */
export function keyOf({ id }: GrownAccount, index: number): string {
  return `sk_us-east-1_${id}${String(index).padStart(7, "0")}_secret`;
}

/** Channels with their stream keys, as the operations would have made them. */
export async function seedChannels(
  { id, items }: GrownAccount,
  database: pg.Client,
): Promise<void> {
  const place = `'${id}', 'us-east-1', '{}', 1700000000000 + i`;
  const series = `from generate_series(0, ${items - 1}) i`;
  await database.query(`insert into ivs_channels
    (account_id, region, tags, created_at_ms, id, name, latency_mode, type, authorized,
      insecure_ingest, preset, recording_configuration_arn, playback_restriction_policy_arn,
      ad_configuration_arn, container_format, multitrack_input, srt_passphrase)
    select ${place}, 'ch' || lpad(i::text, 10, '0'), 'bench', 'LOW', 'BASIC', 0, 0, '', '', '', '',
      'TS', '{"enabled":false,"maximumResolution":"FULL_HD","policy":"ALLOW"}', '' ${series}`);
  await database.query(`insert into ivs_stream_keys
    (account_id, region, tags, created_at_ms, id, channel_id, value)
    select ${place}, '${id}' || lpad(i::text, 7, '0'), 'ch' || lpad(i::text, 10, '0'),
      'sk_us-east-1_${id}' || lpad(i::text, 7, '0') || '_secret' ${series}`);
}
