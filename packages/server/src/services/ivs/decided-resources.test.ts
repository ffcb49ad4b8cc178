import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { OperationTable } from "../../kernel/operations.ts";
import { testContext } from "../../kernel/testing/test-context.ts";
import { adConfigurationOperations } from "./ad-configurations.ts";
import { channelOperations } from "./channels/channels.ts";
import { streamKeyOperations } from "./channels/stream-keys.ts";
import { playbackRestrictionPolicyOperations } from "./playback/playback-restriction-policies.ts";
import { DEFAULT_QUOTAS } from "./quotas.ts";
import { resources } from "./rows/resources.ts";
import type { IvsTables, PlaybackRestrictionPolicyRow } from "./tables.ts";
import { tagOperations } from "./tags/tags.ts";
import { CHANNEL_ARN, LiveWorld } from "./testing/live-world.ts";

/* Something happens between an operation's decision and its handling. */

let world: LiveWorld;
let operations: OperationTable;

beforeEach(async () => {
  world = await LiveWorld.open();
  const { deps } = world.begin();
  operations = {
    ...adConfigurationOperations(deps, DEFAULT_QUOTAS),
    ...channelOperations(deps, DEFAULT_QUOTAS),
    ...streamKeyOperations(deps, DEFAULT_QUOTAS),
    ...playbackRestrictionPolicyOperations(deps, DEFAULT_QUOTAS),
    ...tagOperations(DEFAULT_QUOTAS),
  };
});
afterEach(() => world.close());

const db = () => world.store.tables<IvsTables>().db;

async function run(
  operation: string,
  input: object,
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<unknown> {
  const handler = operations[operation];
  if (!handler) throw new Error(operation);
  const context = testContext({ service: "ivs", operation, store: world.store });
  const decided = await handler.authorize(input as never, context);
  await meanwhile();
  const subject = "pairs" in decided ? decided.subject : undefined;
  return handler.handle(input as never, context, subject as never);
}

const PLACE = { account_id: "000000000000", region: "us-east-1", tags: "{}", created_at_ms: 1 };
const POLICY: PlaybackRestrictionPolicyRow = {
  ...PLACE,
  id: "policypolicy",
  name: "before",
  allowed_countries: '["AT"]',
  allowed_origins: "[]",
  strict_origin_enforcement: 0,
};
const POLICY_ARN = "arn:aws:ivs:us-east-1:000000000000:playback-restriction-policy/policypolicy";
const keepPolicy = () =>
  world.store
    .tables<IvsTables>()
    .transaction((tx) => resources.insert("playback-restriction-policy", POLICY, tx.db));
const KEY_ARN = "arn:aws:ivs:us-east-1:000000000000:stream-key/streamkeystr";

describe("what happens after a decision", () => {
  test.each([
    ["UpdateChannel", { arn: CHANNEL_ARN, name: "late" }, "DeleteChannel", CHANNEL_ARN],
    ["DeleteChannel", { arn: CHANNEL_ARN }, "DeleteChannel", CHANNEL_ARN],
    ["TagResource", { resourceArn: CHANNEL_ARN, tags: { a: "b" } }, "DeleteChannel", CHANNEL_ARN],
    ["DeleteStreamKey", { arn: KEY_ARN }, "DeleteStreamKey", KEY_ARN],
    [
      "UpdatePlaybackRestrictionPolicy",
      { arn: POLICY_ARN, name: "late" },
      "DeletePlaybackRestrictionPolicy",
      POLICY_ARN,
    ],
  ])("%s doesn't find what was deleted", async (operation, input, deletion, arn) => {
    await keepPolicy();
    const late = run(operation, input, () => run(deletion, { arn }));
    await expect(late).rejects.toMatchObject({ code: "ResourceNotFoundException" });
  });

  test("a change keeps what another one changed", async () => {
    await keepPolicy();
    const countries = () =>
      run("UpdatePlaybackRestrictionPolicy", { arn: POLICY_ARN, allowedCountries: ["DE"] });
    const renamed = await run(
      "UpdatePlaybackRestrictionPolicy",
      { arn: POLICY_ARN, name: "after" },
      countries,
    );
    expect(renamed).toMatchObject({
      playbackRestrictionPolicy: { name: "after", allowedCountries: ["DE"] },
    });
    const first = () => run("TagResource", { resourceArn: CHANNEL_ARN, tags: { a: "1" } });
    await run("TagResource", { resourceArn: CHANNEL_ARN, tags: { b: "2" } }, first);
    expect(await run("ListTagsForResource", { resourceArn: CHANNEL_ARN })).toEqual({
      tags: { a: "1", b: "2" },
    });
  });

  test("a channel isn't deleted with a stream key on which nobody decided", async () => {
    await run("DeleteStreamKey", { arn: KEY_ARN });
    const another = () => run("CreateStreamKey", { channelArn: CHANNEL_ARN });
    const late = run("DeleteChannel", { arn: CHANNEL_ARN }, another);
    await expect(late).rejects.toMatchObject({ code: "ConflictException" });
    expect(await db().selectFrom("ivs_stream_keys").selectAll().execute()).toHaveLength(1);
    await run("DeleteChannel", { arn: CHANNEL_ARN });
    expect(await db().selectFrom("ivs_stream_keys").selectAll().execute()).toEqual([]);
  });
});
