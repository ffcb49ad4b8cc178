import { generateKeyPair, type JsonWebKey } from "node:crypto";
import { promisify } from "node:util";
import type * as iam from "@aws-sdk/client-iam";
import { AwsError } from "../../../kernel/aws-error.ts";
import { defineOperations } from "../../../kernel/operations.ts";
import type { OutboundFederationRecord } from "../../../kernel/ports/identity.ts";
import type { OutboundFederationRow } from "../federation-tables.ts";
import { onAccount } from "../identities/authorization.ts";
import type { IamParts } from "../parts.ts";
import {
  findEnabledFederation,
  findOutboundFederationRow,
  insertOutboundFederation,
  type OutboundFederation,
  setOutboundFederation,
} from "../rows/outbound-federations.ts";
import type { Db, IamTables } from "../tables.ts";

type Parts = Pick<IamParts, "secrets" | "ids" | "outboundIssuer">;

const RSA_BITS = 2048;
/** Bytes of an issuer's own id: no other account's can be guessed. */
const ISSUER_ID_LENGTH = 26;

/** An account's switch for GetWebIdentityToken, with the keys that its tokens are signed with. */
export function outboundFederationOperations(parts: Parts) {
  return defineOperations<typeof iam>()({
    EnableOutboundWebIdentityFederation: {
      authorize: (_input, context) => onAccount(context),
      handle: async (_input, context) => {
        const { accountId, nowMs } = context;
        // Before the transaction, which would hold up every other writer.
        const before = await findOutboundFederationRow(context.db<IamTables>(), accountId);
        const fresh = before ?? (await newFederation(parts, accountId, nowMs));
        return context.transaction<IamTables, iam.EnableOutboundWebIdentityFederationResponse>(
          async ({ db }) => {
            const known = await findOutboundFederationRow(db, accountId);
            if (known?.enabled === 1) throw featureEnabled();
            // The issuer stays when it is enabled again: relying parties know its URL.
            if (known) await setOutboundFederation(db, accountId, 1);
            else await insertOutboundFederation(db, fresh);
            const { issuer_id } = known ?? fresh;
            return { IssuerIdentifier: parts.outboundIssuer(issuer_id) };
          },
        );
      },
    },
    DisableOutboundWebIdentityFederation: {
      authorize: (_input, context) => onAccount(context),
      handle: (_input, context) =>
        context.transaction<IamTables, object>(async ({ db }) => {
          await requireEnabled(db, context.accountId);
          await setOutboundFederation(db, context.accountId, 0);
          return {};
        }),
    },
    GetOutboundWebIdentityFederationInfo: {
      authorize: (_input, context) => onAccount(context),
      handle: async (_input, context) => {
        const row = await requireEnabled(context.db<IamTables>(), context.accountId);
        return {
          IssuerIdentifier: parts.outboundIssuer(row.issuer_id),
          JwtVendingEnabled: true,
        };
      },
    },
  });
}

/** Finds an issuer by account, or by the id in its URL; undefined unless it is enabled. */
export async function findOutboundFederation(
  parts: Pick<IamParts, "secrets" | "outboundIssuer">,
  db: Db,
  by: { readonly accountId: string } | { readonly issuerId: string },
): Promise<OutboundFederationRecord | undefined> {
  const row = await findEnabledFederation(db, by);
  if (!row) return undefined;
  const keys = JSON.parse(parts.secrets.open(row.keys_sealed, row.issuer_id)) as JsonWebKey[];
  return { issuer: parts.outboundIssuer(row.issuer_id), keys };
}

async function newFederation(
  { ids, secrets }: Parts,
  accountId: string,
  nowMs: number,
): Promise<OutboundFederationRow> {
  const generate = promisify(generateKeyPair);
  const pairs = [
    { alg: "ES384", pair: await generate("ec", { namedCurve: "P-384" }) },
    { alg: "RS256", pair: await generate("rsa", { modulusLength: RSA_BITS }) },
  ];
  const keys = pairs.map(({ alg, pair }) => ({
    ...pair.privateKey.export({ format: "jwk" }),
    alg,
    kid: ids.uuid(),
  }));
  const issuerId = ids.base32(ISSUER_ID_LENGTH).toLowerCase();
  return {
    account_id: accountId,
    issuer_id: issuerId,
    keys_sealed: secrets.seal(JSON.stringify(keys), issuerId),
    enabled: 1,
    created_ms: nowMs,
  };
}

async function requireEnabled(db: Db, accountId: string): Promise<OutboundFederation> {
  const row = await findOutboundFederationRow(db, accountId);
  if (row?.enabled === 1) return row;
  throw new AwsError(
    "FeatureDisabled",
    "Outbound web identity federation is not enabled for this account.",
    { status: 404 },
  );
}

function featureEnabled(): AwsError {
  return new AwsError(
    "FeatureEnabled",
    "Outbound web identity federation is already enabled for this account.",
    { status: 409 },
  );
}
