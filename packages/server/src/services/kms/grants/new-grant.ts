import type * as kms from "@aws-sdk/client-kms";
import type { Checked } from "../../../kernel/checked.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { type GrantTerms, grantOperations } from "../access/grant-policy.ts";
import type { OnKey } from "../access/key-authorization.ts";
import { currentKey, endDryRun, requireUsable } from "../access/key-operation.ts";
import type { KmsDependencies } from "../dependencies.ts";
import { limitExceeded, notBuilt, validation } from "../errors.ts";
import { isSymmetric } from "../key-spec.ts";
import { GRANTS_PER_KEY } from "../quotas.ts";
import { countGrants, grantsNamed, insertGrant } from "../rows/grants.ts";
import type { GrantRow, KeyRow, KmsTables } from "../tables.ts";
import { storedPrincipal } from "./grant-principals.ts";

const ID_BYTES = 32;
const TOKEN_CHARS = 120;
/** Source: API reference, GrantConstraints. */
const CONTEXT_PAIRS_MAX = 8;

type Input = Checked<kms.CreateGrantCommandInput>;

/** The facts that decide whether a grant may be created. */
export function askedOfGrant(input: Input, context: RequestContext): OnKey {
  const { Constraints: constraints = {} } = input;
  const types = (["EncryptionContextEquals", "EncryptionContextSubset"] as const).filter(
    (type) => constraints[type] !== undefined,
  );
  return {
    newGrant: termsOfInput(input),
    grantTokens: input.GrantTokens,
    keys: {
      "kms:grantoperations": input.Operations,
      "kms:granteeprincipal": input.GranteePrincipal,
      "kms:retiringprincipal": input.RetiringPrincipal,
      "kms:grantconstrainttype": types[0],
      "kms:grantisforawsresource": String(context.invokedBy !== undefined),
    },
  };
}

function termsOfInput({ Operations, Constraints }: Input): GrantTerms {
  const { EncryptionContextEquals, EncryptionContextSubset } = Constraints ?? {};
  return {
    operations: Operations,
    constraints: {
      ...(EncryptionContextEquals ? { EncryptionContextEquals } : {}),
      ...(EncryptionContextSubset ? { EncryptionContextSubset } : {}),
    },
  };
}

/** CreateGrant. The same name with the same terms again is the same grant. */
export async function createGrant(
  key: KeyRow,
  input: Input,
  context: RequestContext,
  { directory, ids }: KmsDependencies,
): Promise<{ GrantToken: string; GrantId: string }> {
  checkInput(input, key);
  const { operations, constraints } = termsOfInput(input);
  const { GranteePrincipal = "", RetiringPrincipal, Name = "" } = input;
  const grantee = await storedPrincipal(GranteePrincipal, directory, context);
  const retiring =
    RetiringPrincipal === undefined
      ? null
      : await storedPrincipal(RetiringPrincipal, directory, context);
  requireUsable(key);
  endDryRun(input.DryRun);
  const row: GrantRow = {
    grant_id: Buffer.from(ids.bytes(ID_BYTES)).toString("hex"),
    region: key.region,
    key_id: key.key_id,
    token: ids.alphanumeric(TOKEN_CHARS),
    name: Name,
    created_ms: context.nowMs,
    issuing_account_id: context.accountId,
    grantee,
    retiring,
    operations: JSON.stringify(operations),
    constraints: JSON.stringify(constraints),
  };
  const grant = await context.transaction<KmsTables, GrantRow>(async ({ db }) => {
    requireUsable(await currentKey(key, context, db));
    const namesakes = Name === "" ? [] : await grantsNamed(key, Name, db);
    const same = namesakes.find((other) => isSame(other, row));
    if (same) return same;
    if ((await countGrants(key, db)) >= GRANTS_PER_KEY)
      throw limitExceeded(`The key has ${GRANTS_PER_KEY} grants.`);
    await insertGrant(row, db);
    return row;
  });
  return { GrantToken: grant.token, GrantId: grant.grant_id };
}

function isSame(one: GrantRow, other: GrantRow): boolean {
  return (["grantee", "retiring", "operations", "constraints"] as const).every(
    (column) => one[column] === other[column],
  );
}

/** Throws ValidationException, and UnsupportedOperationException for what grants can't do here. */
function checkInput(input: Input, key: KeyRow): void {
  const { Operations, Constraints = {} } = input;
  if (input.GranteeServicePrincipal !== undefined) throw notBuilt("GranteeServicePrincipal");
  if (input.RetiringServicePrincipal !== undefined) throw notBuilt("RetiringServicePrincipal");
  if (Constraints.SourceArn !== undefined) throw notBuilt("grant constraint SourceArn");
  if (input.GranteePrincipal === undefined) throw validation("GranteePrincipal is required.");
  if (Operations.length === 0) throw validation("Operations must not be empty.");
  const possible = grantOperations(key);
  const other = Operations.find((operation) => !possible.includes(operation));
  if (other !== undefined)
    throw validation(`Grant operation ${other} isn't supported for KeySpec ${key.key_spec}.`);
  const { EncryptionContextEquals: whole, EncryptionContextSubset: part } = Constraints;
  if ((whole ?? part) && !isSymmetric(key))
    throw validation(`KeySpec ${key.key_spec} takes no grant with an encryption context.`);
  if (whole && part)
    throw validation("A grant takes one of EncryptionContextEquals and EncryptionContextSubset.");
  if (Object.keys(whole ?? part ?? {}).length > CONTEXT_PAIRS_MAX)
    throw validation(`A grant constraint takes ${CONTEXT_PAIRS_MAX} encryption context pairs.`);
}
