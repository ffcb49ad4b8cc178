import type * as kms from "@aws-sdk/client-kms";
import type { Authorization } from "../../../kernel/authorization.ts";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import { callerKeys } from "../access/condition-keys.ts";
import { type GrantConstraints, isServiceName, termsOf } from "../access/grant-policy.ts";
import { onEverything } from "../access/key-authorization.ts";
import {
  endDryRun,
  type KeyOperationTraits,
  keyOperation,
  missing,
} from "../access/key-operation.ts";
import type { KmsDependencies } from "../dependencies.ts";
import { invalidGrantToken, notFound, validation } from "../errors.ts";
import { keyArn, readKeyName } from "../key-name.ts";
import { pageOf } from "../page.ts";
import {
  findGrant,
  findGrantByToken,
  listGrants,
  listRetirable,
  removeGrant,
} from "../rows/grants.ts";
import { findKey, findLivingKey } from "../rows/keys.ts";
import type { GrantRow, KeyRow, KmsTables } from "../tables.ts";
import { shownPrincipal, soughtPrincipal } from "./grant-principals.ts";
import { askedOfGrant, createGrant } from "./new-grant.ts";

/** Source: API reference, ListGrants. */
const LIST_LIMIT = 50;

/** CreateGrant, ListGrants, ListRetirableGrants, RevokeGrant, RetireGrant. */
export function grantOperations(deps: KmsDependencies): OperationTable {
  const { directory } = deps;
  const viewAll = (rows: readonly GrantRow[], account_id: string, context: RequestContext) =>
    Promise.all(rows.map((row) => grantView(row, account_id, deps, context)));
  return defineOperations<typeof kms>()({
    CreateGrant: keyOperation(
      "CreateGrant",
      { crossAccount: true, asked: askedOfGrant },
      (key, input, context) => createGrant(key, input, context, deps),
    ),
    ListGrants: keyOperation("ListGrants", forResources(), async (key, input, context) => {
      const { GrantId: grantId, GranteePrincipal: principal } = input;
      const grantee = principal && (await soughtPrincipal(principal, directory, context));
      const filter = { grantId, grantee: input.GranteeServicePrincipal ?? grantee };
      const { rows, rest } = await pageOf(
        input,
        "grants",
        LIST_LIMIT,
        (after, limit) => listGrants(key, filter, after, limit, context.db<KmsTables>()),
        ({ grant_id }) => grant_id,
      );
      return { Grants: await viewAll(rows, key.account_id, context), ...rest };
    }),
    ListRetirableGrants: {
      authorize: () => onEverything("ListRetirableGrants"),
      handle: async (input, context) => {
        const account_id = requireAccount(context);
        const principal = input.RetiringPrincipal ?? input.RetiringServicePrincipal;
        if (principal === undefined) throw validation("RetiringPrincipal is required.");
        const retiring = await soughtPrincipal(principal, directory, context);
        const place = { account_id, region: context.region };
        const { rows, rest } = await pageOf(
          input,
          "retirable",
          LIST_LIMIT,
          (after, limit) => listRetirable(place, retiring, after, limit, context.db<KmsTables>()),
          ({ grant_id }) => grant_id,
        );
        return { Grants: await viewAll(rows, account_id, context), ...rest };
      },
    },
    RevokeGrant: keyOperation(
      "RevokeGrant",
      forResources(),
      async (key, { GrantId, DryRun }, context) => {
        if (!(await findGrant(key, GrantId, context.db<KmsTables>()))) throw unknownGrant(GrantId);
        endDryRun(DryRun);
        return remove(GrantId, context);
      },
    ),
    RetireGrant: withSubject({
      authorize: async (input, context) => {
        const { grant, key } = await grantToRetire(input, context);
        return { pairs: retiring(grant, key, context), subject: grant };
      },
      handle: ({ DryRun }, context, { grant_id }: GrantRow) => {
        endDryRun(DryRun);
        return remove(grant_id, context);
      },
    }),
  });
}

/** Traits of operations whose condition key says whether a service calls. */
function forResources<Input extends { readonly KeyId: string }>(): KeyOperationTraits<Input> {
  return {
    crossAccount: true,
    asked: (_input, { invokedBy }) => {
      return { keys: { "kms:grantisforawsresource": String(invokedBy !== undefined) } };
    },
  };
}

function remove(grantId: string, context: RequestContext): Promise<object> {
  return context.transaction<KmsTables, object>(async ({ db }) => {
    await removeGrant(grantId, db);
    return {};
  });
}

/** Throws InvalidGrantTokenException, NotFoundException, ValidationException. */
async function grantToRetire(
  { GrantToken, GrantId, KeyId }: kms.RetireGrantRequest,
  context: RequestContext,
): Promise<{ readonly grant: GrantRow; readonly key: KeyRow }> {
  const db = context.db<KmsTables>();
  if (GrantToken !== undefined) {
    const grant = await findGrantByToken(GrantToken, db);
    const key = grant && (await findLivingKey(grant, context.nowMs, db));
    if (!key || grant.region !== context.region) throw invalidGrantToken();
    return { grant, key };
  }
  if (KeyId === undefined || GrantId === undefined)
    throw validation("Either a grant token, or a key ID and a grant ID are required.");
  const name = readKeyName(KeyId, context);
  const key = await findKey(name, context);
  if (!key) throw missing(name, context);
  const grant = await findGrant(key, GrantId, db);
  if (!grant) throw unknownGrant(GrantId);
  return { grant, key };
}

/**
 * The grant itself says who may retire it: its retiring principal, the account that made it, and
 * its grantee if the grant lists RetireGrant. Source: KMS developer guide, "Retiring and revoking
 * grants".
 */
function retiring(grant: GrantRow, key: KeyRow, context: RequestContext): Authorization {
  const grantee = termsOf(grant).operations.includes("RetireGrant") ? [grant.grantee] : [];
  const named = [...(grant.retiring === null ? [] : [grant.retiring]), ...grantee];
  const account = `arn:aws:iam::${grant.issuing_account_id}:root`;
  const Principal = {
    AWS: [account, ...named.filter((principal) => !isServiceName(principal))],
    Service: named.filter(isServiceName),
  };
  const Statement = { Effect: "Allow", Principal, Action: "kms:RetireGrant", Resource: "*" };
  const text = JSON.stringify({ Version: "2012-10-17", Statement });
  return {
    action: "kms:RetireGrant",
    resource: keyArn(key),
    resourceAccountId: key.account_id,
    context: callerKeys(context),
    resourcePolicy: { id: `${keyArn(key)}?grant`, text, kind: "key" },
  };
}

function unknownGrant(grantId: string) {
  return notFound(`Grant ID ${grantId} not found`);
}

async function grantView(
  row: GrantRow,
  account_id: string,
  { directory }: KmsDependencies,
  context: RequestContext,
): Promise<kms.GrantListEntry> {
  const constraints = JSON.parse(row.constraints) as GrantConstraints;
  const isConstrained = Object.keys(constraints).length > 0;
  return {
    KeyId: keyArn({ ...row, account_id }),
    GrantId: row.grant_id,
    ...(row.name === "" ? {} : { Name: row.name }),
    CreationDate: new Date(row.created_ms),
    GranteePrincipal: await shownPrincipal(row.grantee, directory, context),
    ...(row.retiring === null
      ? {}
      : { RetiringPrincipal: await shownPrincipal(row.retiring, directory, context) }),
    IssuingAccount: `arn:aws:iam::${row.issuing_account_id}:root`,
    Operations: JSON.parse(row.operations) as kms.GrantOperation[],
    ...(isConstrained ? { Constraints: constraints as kms.GrantConstraints } : {}),
  };
}
