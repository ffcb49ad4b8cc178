import type { Authorization, ContextEntries } from "../../../kernel/authorization.ts";
import { namedKeys } from "../../../kernel/named-condition-keys.ts";
import { type OperationHandler, withSubject } from "../../../kernel/operations.ts";
import { type ChangeCounter, ORGANIZATIONS_KEY } from "../../../kernel/ports/change-counter.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { notInUse, notPermitted } from "../errors.ts";
import { resourcePolicyArn } from "../names.ts";
import type { Db } from "../rows/organizations.ts";
import type { OrganizationsTables } from "../tables.ts";
import { dbOf, findPlace, isAdministrator, type Place, requirePlace } from "./place.ts";

/**
 * The accounts that may call an operation, beside the management account. Source: Organizations API
 * reference, the operations' notes; User Guide, "Delegated administrator".
 *
 * - `management`: none.
 * - `delegable`: those that the organization's resource policy allows.
 * - `read`: those, and every delegated administrator.
 * - `member`: all members.
 */
export type Access = "management" | "delegable" | "read" | "member";

/** A resource that is decided on. */
export interface Resource {
  readonly arn: string;
  /** Its tag set as it is stored. */
  readonly tags?: string | undefined;
  readonly context?: ContextEntries;
}

interface OrganizationOperation<Input, Output> {
  /** `organizations:ListRoots`. */
  readonly action: string;
  readonly access: Access;
  /** The resources that the request names; left out, the action has none. */
  readonly on?: (
    input: Input,
    place: Place,
    db: Db,
  ) => readonly Resource[] | Promise<readonly Resource[]>;
  /** Condition keys of the input. */
  readonly context?: (input: Input) => ContextEntries;
  handle(input: Input, context: RequestContext, place: Place): Promise<Output> | Output;
}

const EVERYTHING: readonly Resource[] = [{ arn: "*" }];

/** An operation on the organization of the caller, who must be a member of one. */
export function inOrganization<Input, Output>(
  operation: OrganizationOperation<Input, Output>,
): OperationHandler<Input, Output> {
  const { action, access, on } = operation;
  return withSubject<Input, Output, Place | undefined>({
    authorize: async (input, context) => {
      const db = dbOf(context);
      const place = await findPlace(context.accountId, db);
      const resources = place && on ? await on(input, place, db) : EVERYTHING;
      const delegated = place && (await delegationOf(place, access, db));
      const own = operation.context?.(input);
      const pairs = resources.map(
        (resource): Authorization => ({
          action,
          resource: resource.arn,
          context: { ...tagKeys(resource.tags), ...own, ...resource.context },
          ...delegated,
        }),
      );
      return { pairs, subject: place };
    },
    handle: async (input, context, place) => {
      if (!place) throw notInUse();
      await requireAccess(place, access, dbOf(context));
      return operation.handle(input, context, place);
    },
  });
}

/**
 * A member's call that the organization's resource policy may allow is decided as a call on the
 * management account's resources; every other is the caller's own affair.
 */
async function delegationOf(
  place: Place,
  access: Access,
  db: Db,
): Promise<Partial<Authorization> | undefined> {
  const { organization, isManagement } = place;
  if (isManagement || access === "member" || access === "management") return undefined;
  const { delegation_policy: text, delegation_policy_id: id } = organization;
  if (text === null || id === null) return undefined;
  if (access === "read" && (await isAdministrator(place, db))) return undefined;
  return {
    resourceAccountId: organization.management_account_id,
    resourcePolicy: { id: resourcePolicyArn(organization, id), text, kind: "resource" },
  };
}

/** @throws AccessDenied */
async function requireAccess(place: Place, access: Access, db: Db): Promise<void> {
  if (place.isManagement || access === "member") return;
  // With a resource policy, the decision was about it.
  const isDelegable = access === "delegable" || access === "read";
  if (isDelegable && place.organization.delegation_policy !== null) return;
  if (access === "read" && (await isAdministrator(place, db))) return;
  throw notPermitted();
}

/** `aws:ResourceTag/…` of a stored tag set. */
function tagKeys(tags: string | undefined): ContextEntries {
  if (tags === undefined || tags === "{}") return {};
  const pairs = Object.entries(JSON.parse(tags) as Readonly<Record<string, string>>);
  return namedKeys("aws:resourcetag/", pairs);
}

/** The transaction of a change, with the organization as it sees it. */
export interface Change extends Place {
  readonly tx: Transaction;
  readonly db: Db;
}

/**
 * Changes the organization of the caller in one transaction, and counts the change: the next
 * decision reads it. @throws AWSOrganizationsNotInUse
 */
export function change<Output>(
  { changes }: { readonly changes: ChangeCounter },
  context: RequestContext,
  run: (change: Change) => Promise<Output>,
): Promise<Output> {
  return context.transaction<OrganizationsTables, Output>(async (tx) => {
    await changes.bump(tx, ORGANIZATIONS_KEY);
    const place = await requirePlace(context.accountId, tx.db);
    return run({ ...place, tx: tx.tables(), db: tx.db });
  });
}
