import type * as organizations from "@aws-sdk/client-organizations";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { readerIn } from "../../../kernel/store.ts";
import { type Change, change, inOrganization } from "../access/organization-operation.ts";
import { tagContext, withTags } from "../access/request-keys.ts";
import { requireRoom } from "../accounts/create-account.ts";
import type { OrganizationsDependencies } from "../dependencies.ts";
import { constraintViolation, duplicate, handshakeViolation, invalidInput } from "../errors.ts";
import { accountArn, newHandshakeId } from "../names.ts";
import { DAY_MS, INVITATION_DAYS, OPEN_HANDSHAKES_MAX } from "../quotas.ts";
import { findMembership } from "../rows/accounts.ts";
import { handshakesOf, insertHandshake, removeOldHandshakes } from "../rows/handshakes.ts";
import type { HandshakeRow } from "../tables.ts";
import { accountOfDefaultEmail } from "../views.ts";
import { managementOf } from "./handshakes.ts";
import { handshakeState, handshakeView } from "./views.ts";

/** Ended handshakes are shown so long. Source: API reference, ListHandshakesForOrganization. */
const SHOWN_DAYS = 30;

/** InviteAccountToOrganization. */
export function invitationOperations(deps: OrganizationsDependencies): OperationTable {
  return defineOperations<typeof organizations>()({
    InviteAccountToOrganization: inOrganization({
      action: "organizations:InviteAccountToOrganization",
      access: "management",
      on: ({ Target }, { organization }) => [
        { arn: Target.Type === "ACCOUNT" ? accountArn(organization, Target.Id) : "*" },
      ],
      context: ({ Tags }) => tagContext(Tags),
      handle: ({ Target, Notes, Tags }, context) => {
        const { Type, Id } = Target;
        const tags = withTags("{}", Tags, context);
        return change(deps, context, async (tx) => {
          const { organization, db } = tx;
          const { organization_id } = organization;
          const { nowMs } = context;
          await removeOldHandshakes(organization_id, nowMs - SHOWN_DAYS * DAY_MS, db);
          const accountId = await invitedAccount(Type, Id, tx, deps);
          await refuseInvitation(accountId, nowMs, tx, deps);
          const row: HandshakeRow = {
            ...{ handshake_id: newHandshakeId(deps.ids), organization_id, action: "INVITE" },
            ...{ state: "OPEN", requested_ms: nowMs, account_id: accountId, tags },
            expires_ms: nowMs + INVITATION_DAYS * DAY_MS,
            email: Type === "EMAIL" ? Id : null,
            notes: Notes ?? null,
          };
          await insertHandshake(row, db);
          const management = await managementOf(organization, db);
          return { Handshake: handshakeView(row, organization, management, nowMs) };
        });
      },
    }),
  });
}

/** The account that an id or an address names here. @throws InvalidInput */
async function invitedAccount(
  type: string,
  id: string,
  { tx }: Change,
  { accounts }: OrganizationsDependencies,
): Promise<string> {
  if (type === "ORGANIZATION")
    throw invalidInput(
      "INVALID_PARTY_TYPE_TARGET",
      "You can invite an account or an e-mail address.",
    );
  const accountId = type === "EMAIL" ? accountOfDefaultEmail(id) : id;
  const exists =
    accountId !== undefined && (await accounts.findCreation(accountId, readerIn(tx))) !== undefined;
  if (exists) return accountId;
  if (type === "EMAIL") throw invalidInput("INVALID_EMAIL_ADDRESS_TARGET");
  throw invalidInput("INVALID_PATTERN_TARGET_ID");
}

/** @throws HandshakeConstraintViolation, DuplicateHandshake, ConstraintViolation */
async function refuseInvitation(
  accountId: string,
  nowMs: number,
  place: Change,
  deps: OrganizationsDependencies,
): Promise<void> {
  const { organization, db } = place;
  const { organization_id } = organization;
  const member = await findMembership(accountId, db);
  if (member?.organization_id === organization_id)
    throw handshakeViolation(
      "ALREADY_IN_AN_ORGANIZATION",
      "The provided account is already a member of your organization.",
    );
  const all = await handshakesOf(organization_id, db);
  const open = all.filter((row) => handshakeState(row, nowMs) === "OPEN");
  if (open.some(({ action }) => action === "ENABLE_ALL_FEATURES"))
    throw handshakeViolation(
      "INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES",
      "You can't invite accounts while all features are being enabled.",
    );
  if (open.some((row) => row.action === "INVITE" && row.account_id === accountId))
    throw duplicate("Handshake", "A handshake with the same action and target already exists.");
  if (open.length >= OPEN_HANDSHAKES_MAX)
    throw constraintViolation(
      "HANDSHAKE_RATE_LIMIT_EXCEEDED",
      "You have exceeded the number of handshakes that can be open.",
    );
  await requireRoom(place, deps);
}
