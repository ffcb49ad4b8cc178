import type * as realTime from "@aws-sdk/client-ivs-realtime";
import type { Checked } from "../../../kernel/checked.ts";
import { readP384PublicKey } from "../../../kernel/crypto/p384-public-key.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { requestTagKeys } from "../../../kernel/tagged-resources/decisions.ts";
import { newTags, readTags } from "../../../kernel/tagged-resources/tags.ts";
import { decisions } from "../authorization.ts";
import type { RealTimeDependencies } from "../dependencies.ts";
import { conflict, validation } from "../errors.ts";
import { QUOTAS } from "../quotas.ts";
import { arnOf, RESOURCE_ID_LENGTH } from "../resource-arn.ts";
import { findKeyByFingerprint } from "../rows/public-keys.ts";
import { resources } from "../rows/resources.ts";
import type { PublicKeyRow, RealTimeTables } from "../tables.ts";

const MAX_RESULTS_DEFAULT = 50;

/** The public keys that tokens which customers sign themselves are verified with. */
export function publicKeyOperations(deps: RealTimeDependencies): OperationTable {
  return defineOperations<typeof realTime>()({
    ImportPublicKey: {
      authorize: (input, context) =>
        decisions.onAny("ImportPublicKey", "public-key", context, requestTagKeys(input.tags)),
      handle: async (input, context) => ({
        publicKey: view(await importKey(input, context, deps)),
      }),
    },
    GetPublicKey: decisions.operation(
      "public-key",
      ({ arn }) => arn,
      (row) => ({ publicKey: view(row) }),
    ),
    ListPublicKeys: {
      authorize: () => ({ action: "ivs:ListPublicKeys", resource: "*" }),
      async handle(input, context) {
        const page = await resources.list("public-key", input, MAX_RESULTS_DEFAULT, context);
        return { publicKeys: page.rows.map(summary), nextToken: page.nextToken };
      },
    },
    DeletePublicKey: decisions.operation(
      "public-key",
      ({ arn }) => arn,
      async (row, _input, context) => {
        await context.transaction<RealTimeTables, void>(({ db }) =>
          resources.delete("public-key", row, db),
        );
        return {};
      },
    ),
  });
}

async function importKey(
  input: Checked<realTime.ImportPublicKeyRequest>,
  context: RequestContext,
  { ids }: RealTimeDependencies,
): Promise<PublicKeyRow> {
  resources.refuseReservedTags(Object.keys(input.tags ?? {}));
  const key = readP384PublicKey(input.publicKeyMaterial);
  if (!key)
    throw validation("publicKeyMaterial must be the PEM of an ECDSA public key of the curve P-384");
  const row: PublicKeyRow = {
    account_id: context.accountId,
    region: context.region,
    id: ids.alphanumeric(RESOURCE_ID_LENGTH),
    name: input.name ?? "",
    public_key: key.pem,
    fingerprint: key.fingerprint,
    tags: newTags(input.tags, context),
    created_at_ms: context.nowMs,
  };
  await context.transaction<RealTimeTables, void>(async ({ db }) => {
    if (await findKeyByFingerprint(db, context, key.fingerprint))
      throw conflict(`Public key with fingerprint ${key.fingerprint} is already imported`);
    await resources.requireRoom("public-key", QUOTAS.publicKeys, "public keys", context, db);
    await resources.insert("public-key", row, db);
  });
  return row;
}

function summary(row: PublicKeyRow): realTime.PublicKeySummary {
  return { arn: arnOf("public-key", row), name: row.name, tags: readTags(row.tags) };
}

function view(row: PublicKeyRow): realTime.PublicKey {
  return { ...summary(row), publicKeyMaterial: row.public_key, fingerprint: row.fingerprint };
}
