import type { ServiceEventRecorder } from "../../kernel/ports/service-events.ts";
import type { Transaction } from "../../kernel/store.ts";
import type { AccountRequestRow, OrganizationRow } from "./tables.ts";

/** Where Organizations records what it does. */
export interface MembershipEvents {
  /** Empty where nothing is recorded. */
  readonly contributed: { readonly serviceEventRecorders: readonly ServiceEventRecorder[] };
}

type Owner = Pick<OrganizationRow, "management_account_id">;

/**
 * Records what became of a request for an account. Source: Organizations User Guide, "Logging API
 * calls with AWS CloudTrail", with its `****` for the account's name.
 */
export function recordCreation(
  { account_id, request_id, state, requested_ms, completed_ms, failure_reason }: AccountRequestRow,
  owner: Owner,
  tx: Transaction,
  events: MembershipEvents,
): Promise<void> {
  const createAccountStatus = {
    id: request_id,
    state,
    accountName: "****",
    ...(account_id === null ? {} : { accountId: account_id }),
    requestedTimestamp: shownTime(requested_ms),
    completedTimestamp: shownTime(completed_ms),
    ...(failure_reason === null ? {} : { failureReason: failure_reason }),
  };
  return record("CreateAccountResult", { createAccountStatus }, owner, tx, events);
}

/** Records that an account is closed. Source: as above. */
export function recordClosure(
  accountId: string,
  nowMs: number,
  owner: Owner,
  tx: Transaction,
  events: MembershipEvents,
): Promise<void> {
  const at = shownTime(nowMs);
  const times = { requestedTimestamp: at, completedTimestamp: at };
  const closeAccountStatus = { accountId, state: "SUCCEEDED", ...times };
  return record("CloseAccountResult", { closeAccountStatus }, owner, tx, events);
}

/**
 * Records that an account belongs to the organization from now on. Source: API reference,
 * CreateAccount and AcceptHandshake, which name the fields of both events, and not where they are.
 */
export function recordJoining(
  accountId: string,
  joinedMethod: "Created" | "Invited",
  nowMs: number,
  owner: Owner,
  tx: Transaction,
  events: MembershipEvents,
): Promise<void> {
  const details = { accountId, joinedMethod, joinedTime: shownTime(nowMs) };
  return record("AccountJoinedOrganization", details, owner, tx, events);
}

export function recordDeparture(
  accountId: string,
  departedMethod: "Left" | "Removed",
  nowMs: number,
  owner: Owner,
  tx: Transaction,
  events: MembershipEvents,
): Promise<void> {
  const details = { accountId, departedMethod, departedTime: shownTime(nowMs) };
  return record("AccountDepartedOrganization", details, owner, tx, events);
}

/** Organizations is global: its events are recorded in us-east-1. */
async function record(
  name: string,
  details: Readonly<Record<string, unknown>>,
  { management_account_id: accountId }: Owner,
  tx: Transaction,
  { contributed }: MembershipEvents,
): Promise<void> {
  const source = "organizations.amazonaws.com";
  for (const recorder of contributed.serviceEventRecorders)
    await recorder.record({ accountId, region: "us-east-1", source, name, details }, tx);
}

/** `Mar 18, 2022 6:16:58 PM`, as in these records. */
function shownTime(ms: number): string {
  const at = new Date(ms);
  const options = { timeZone: "UTC", month: "short", day: "numeric", year: "numeric" } as const;
  const day = at.toLocaleDateString("en-US", options);
  return `${day} ${at.toLocaleTimeString("en-US", { timeZone: "UTC" })}`;
}
