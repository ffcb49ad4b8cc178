import type * as organizations from "@aws-sdk/client-organizations";
import { handshakeArn } from "../names.ts";
import type { HandshakeRow, OrganizationRow } from "../tables.ts";

type State = HandshakeRow["state"] | "EXPIRED";

export function handshakeState({ state, expires_ms }: HandshakeRow, nowMs: number): State {
  return state === "OPEN" && nowMs >= expires_ms ? "EXPIRED" : state;
}

interface Management {
  readonly name: string;
  readonly email: string;
}

/** Source: API reference, Handshake; the resources of each action as its example has them. */
export function handshakeView(
  row: HandshakeRow,
  organization: OrganizationRow,
  management: Management,
  nowMs: number,
): organizations.Handshake {
  const { organization_id: organizationId } = organization;
  return {
    Id: row.handshake_id,
    Arn: handshakeArn(organization, row.action, row.handshake_id),
    Action: row.action,
    State: handshakeState(row, nowMs),
    RequestedTimestamp: new Date(row.requested_ms),
    ExpirationTimestamp: new Date(row.expires_ms),
    Parties: [
      // As on AWS without their `o-`.
      { Id: organizationId.slice(2), Type: "ORGANIZATION" },
      ...partyOf(row),
    ],
    Resources: [
      {
        ...{ Type: "ORGANIZATION", Value: organizationId },
        Resources: [
          { Type: "MASTER_EMAIL", Value: management.email },
          { Type: "MASTER_NAME", Value: management.name },
          { Type: "ORGANIZATION_FEATURE_SET", Value: organization.feature_set },
        ],
      },
      ...resourceOf(row),
      ...(row.notes === null ? [] : [{ Type: "NOTES" as const, Value: row.notes }]),
    ],
  };
}

function partyOf({ account_id, email }: HandshakeRow): organizations.HandshakeParty[] {
  if (email !== null) return [{ Id: email, Type: "EMAIL" }];
  return account_id === null ? [] : [{ Id: account_id, Type: "ACCOUNT" }];
}

function resourceOf({ account_id, email }: HandshakeRow): organizations.HandshakeResource[] {
  if (email !== null) return [{ Type: "EMAIL", Value: email }];
  return account_id === null ? [] : [{ Type: "ACCOUNT", Value: account_id }];
}
