import type * as organizations from "@aws-sdk/client-organizations";
import type { Authorization } from "../../../kernel/authorization.ts";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import { ORGANIZATIONS_KEY } from "../../../kernel/ports/change-counter.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import { inOrganization } from "../access/organization-operation.ts";
import { dbOf } from "../access/place.ts";
import type { OrganizationsDependencies } from "../dependencies.ts";
import { invalidInput, notFound, notPermitted, refused } from "../errors.ts";
import { handshakeArn } from "../names.ts";
import { type PageInput, pageOfList } from "../page.ts";
import { findAccount } from "../rows/accounts.ts";
import {
  findHandshake,
  handshakesOf,
  handshakesOfAccount,
  setHandshakeState,
} from "../rows/handshakes.ts";
import { type Db, findOrganization } from "../rows/organizations.ts";
import type { HandshakeRow, OrganizationRow, OrganizationsTables } from "../tables.ts";
import { defaultEmail } from "../views.ts";
import { accept } from "./accepting.ts";
import { handshakeState, handshakeView } from "./views.ts";

interface Found {
  readonly row: HandshakeRow;
  readonly organization: OrganizationRow;
}

/** Accept…, Decline…, Cancel…, DescribeHandshake, ListHandshakesFor…. */
export function handshakeOperations(deps: OrganizationsDependencies): OperationTable {
  const answer = async (found: Found, context: RequestContext, db: Db) => {
    const management = await managementOf(found.organization, db);
    const view = handshakeView(found.row, found.organization, management, context.nowMs);
    return { Handshake: view };
  };
  /** An operation that ends a handshake, by the party that may. */
  const ending = (
    action: string,
    state: "ACCEPTED" | "DECLINED" | "CANCELED",
    isParty: (found: Found, accountId: string) => boolean,
  ) =>
    withSubject<{ HandshakeId: string }, organizations.AcceptHandshakeResponse, undefined>({
      authorize: async ({ HandshakeId }, context) => ({
        pairs: await onHandshake(action, HandshakeId, context),
        subject: undefined,
      }),
      handle: ({ HandshakeId }, context) =>
        context.transaction<OrganizationsTables, organizations.AcceptHandshakeResponse>(
          async (tx) => {
            await deps.changes.bump(tx, ORGANIZATIONS_KEY);
            const accountId = requireAccount(context);
            const found = await requireHandshake(HandshakeId, tx.db);
            if (!isParty(found, accountId)) throw notPermitted();
            requireOpen(found.row, state, context.nowMs);
            const row = { ...found.row, state };
            await setHandshakeState(HandshakeId, state, tx.db);
            if (state === "ACCEPTED")
              await accept(found.row, found.organization, context, tx, deps);
            return answer({ ...found, row }, context, tx.db);
          },
        ),
    });
  const isInvited = ({ row, organization }: Found, accountId: string) =>
    (row.account_id ?? organization.management_account_id) === accountId;
  const isInviting = ({ organization }: Found, accountId: string) =>
    organization.management_account_id === accountId;
  return defineOperations<typeof organizations>()({
    AcceptHandshake: ending("AcceptHandshake", "ACCEPTED", isInvited),
    DeclineHandshake: ending("DeclineHandshake", "DECLINED", isInvited),
    CancelHandshake: ending("CancelHandshake", "CANCELED", isInviting),
    DescribeHandshake: {
      authorize: ({ HandshakeId }, context) =>
        onHandshake("DescribeHandshake", HandshakeId, context),
      handle: async ({ HandshakeId }, context) => {
        const found = await requireHandshake(HandshakeId, dbOf(context));
        const accountId = requireAccount(context);
        if (!isInvited(found, accountId) && !isInviting(found, accountId)) throw notPermitted();
        return answer(found, context, dbOf(context));
      },
    },
    ListHandshakesForAccount: {
      authorize: () => ({ action: "organizations:ListHandshakesForAccount", resource: "*" }),
      handle: async (input, context) => {
        const own = await handshakesOfAccount(requireAccount(context), dbOf(context));
        return pageOfHandshakes(input, ["account", context.accountId], own, context);
      },
    },
    ListHandshakesForOrganization: inOrganization({
      action: "organizations:ListHandshakesForOrganization",
      access: "read",
      handle: async (input, context, { organization: { organization_id } }) => {
        const own = await handshakesOf(organization_id, dbOf(context));
        return pageOfHandshakes(input, ["organization", organization_id], own, context);
      },
    }),
  });
}

/** A handshake's ARN is its organization's; whoever asks is decided by its own policies. */
async function onHandshake(
  action: string,
  id: string,
  context: RequestContext,
): Promise<Authorization> {
  const db = dbOf(context);
  const row = await findHandshake(id, db);
  const organization = row && (await findOrganization(row.organization_id, db));
  const unknown = { organization_id: "o-0000000000", management_account_id: context.accountId };
  const arn = handshakeArn(organization ?? unknown, row?.action ?? "INVITE", id);
  return { action: `organizations:${action}`, resource: arn };
}

/** @throws HandshakeNotFound */
async function requireHandshake(id: string, db: Db): Promise<Found> {
  const row = await findHandshake(id, db);
  const organization = row && (await findOrganization(row.organization_id, db));
  if (!row || !organization) throw notFound("Handshake");
  return { row, organization };
}

/** @throws HandshakeAlreadyInState, InvalidHandshakeTransition */
function requireOpen(row: HandshakeRow, next: HandshakeRow["state"], nowMs: number): void {
  const state = handshakeState(row, nowMs);
  if (state === next)
    throw refused("HandshakeAlreadyInState", "The specified handshake is already in this state.");
  if (state !== "OPEN")
    throw refused(
      "InvalidHandshakeTransition",
      `You can't perform the operation on a handshake in the state ${state}.`,
    );
}

/** The management account's name and address. */
export async function managementOf(organization: OrganizationRow, db: Db) {
  const { organization_id, management_account_id: id } = organization;
  const account = await findAccount(organization_id, id, db);
  return { name: account?.name ?? id, email: account?.email ?? defaultEmail(id) };
}

interface HandshakeFilter {
  readonly ActionType?: string | undefined;
  readonly ParentHandshakeId?: string | undefined;
}

async function pageOfHandshakes(
  input: PageInput & { readonly Filter?: HandshakeFilter | undefined },
  list: readonly string[],
  all: readonly HandshakeRow[],
  context: RequestContext,
) {
  const { ActionType, ParentHandshakeId } = input.Filter ?? {};
  if (ActionType !== undefined && ParentHandshakeId !== undefined)
    throw invalidInput("MAX_LIMIT_EXCEEDED_FILTER", "You can specify only one filter.");
  const db = dbOf(context);
  const parent = ParentHandshakeId && (await findHandshake(ParentHandshakeId, db));
  const own = all.filter(
    (row) =>
      (ActionType === undefined || row.action === ActionType) &&
      // The approvals are children of the one handshake that enables all features.
      (parent === undefined ||
        parent === "" ||
        (row.action === "APPROVE_ALL_FEATURES" &&
          row.organization_id === parent.organization_id &&
          row.requested_ms === parent.requested_ms)),
  );
  const scope = ["handshakes", ...list, ActionType ?? "", ParentHandshakeId ?? ""];
  const { rows, rest } = await pageOfList(input, scope, own, (row) => row.handshake_id);
  const Handshakes: organizations.Handshake[] = [];
  for (const row of rows) {
    const organization = await findOrganization(row.organization_id, db);
    if (!organization) continue;
    const management = await managementOf(organization, db);
    Handshakes.push(handshakeView(row, organization, management, context.nowMs));
  }
  return { Handshakes, ...rest };
}
