import type * as ivs from "@aws-sdk/client-ivs";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { requestTagKeys } from "../../../kernel/tagged-resources/decisions.ts";
import { newTags, readTags } from "../../../kernel/tagged-resources/tags.ts";
import { decisions } from "../authorization.ts";
import type { IvsDependencies } from "../dependencies.ts";
import { conflict } from "../errors.ts";
import type { IvsQuotas } from "../quotas.ts";
import { arns } from "../resource-arn.ts";
import { listPublicKeys } from "../rows/playback-key-pairs.ts";
import { resources } from "../rows/resources.ts";
import type { IvsTables, PlaybackKeyPairRow } from "../tables.ts";
import { readPlaybackPublicKey } from "./playback-key-material.ts";

const RESOURCE_ID_LENGTH = 12;
const MAX_RESULTS_DEFAULT = 100;

/** The public keys that tokens of private channels are verified with. */
export function playbackKeyPairOperations(
  deps: IvsDependencies,
  quotas: IvsQuotas,
): OperationTable {
  return defineOperations<typeof ivs>()({
    ImportPlaybackKeyPair: {
      authorize: (input, context) =>
        decisions.onAny(
          "ImportPlaybackKeyPair",
          "playback-key",
          context,
          requestTagKeys(input.tags),
        ),
      handle: (input, context) => importKeyPair(input, context, deps, quotas),
    },
    GetPlaybackKeyPair: decisions.operation(
      "playback-key",
      ({ arn }) => arn,
      (row) => ({ keyPair: view(row) }),
    ),
    ListPlaybackKeyPairs: {
      authorize: (_input, context) =>
        decisions.onAny("ListPlaybackKeyPairs", "playback-key", context),
      async handle(input, context) {
        const page = await resources.list("playback-key", input, MAX_RESULTS_DEFAULT, context);
        return { keyPairs: page.rows.map(summary), nextToken: page.nextToken };
      },
    },
    DeletePlaybackKeyPair: decisions.operation(
      "playback-key",
      ({ arn }) => arn,
      async (row, _input, context) => {
        await context.transaction<IvsTables, void>(({ db }) =>
          resources.delete("playback-key", row, db),
        );
        return {};
      },
    ),
  });
}

async function importKeyPair(
  input: Checked<ivs.ImportPlaybackKeyPairRequest>,
  context: RequestContext,
  deps: IvsDependencies,
  quotas: IvsQuotas,
): Promise<ivs.ImportPlaybackKeyPairResponse> {
  resources.refuseReservedTags(Object.keys(input.tags ?? {}));
  const { pem, fingerprint } = readPlaybackPublicKey(input.publicKeyMaterial);
  const row: PlaybackKeyPairRow = {
    account_id: context.accountId,
    region: context.region,
    id: deps.ids.alphanumeric(RESOURCE_ID_LENGTH),
    name: input.name ?? "",
    public_key: pem,
    fingerprint,
    tags: newTags(input.tags, context),
    created_at_ms: context.nowMs,
  };
  await context.transaction<IvsTables, void>(async ({ db }) => {
    const present = await listPublicKeys(db, context);
    if (present.includes(pem))
      throw conflict(`Public key with fingerprint ${fingerprint} is already imported`);
    await resources.requireRoom(
      "playback-key",
      quotas.playbackKeyPairs,
      "playback key pairs",
      context,
      db,
    );
    await resources.insert("playback-key", row, db);
  });
  return { keyPair: view(row) };
}

/** A key pair as ListPlaybackKeyPairs shows it: without its fingerprint. */
function summary(row: PlaybackKeyPairRow): ivs.PlaybackKeyPairSummary {
  const at = { accountId: row.account_id, region: row.region };
  const arn = arns.arn(at, "playback-key", row.id);
  return { arn, name: row.name, tags: readTags(row.tags) };
}

function view(row: PlaybackKeyPairRow): ivs.PlaybackKeyPair {
  return { ...summary(row), fingerprint: row.fingerprint };
}
