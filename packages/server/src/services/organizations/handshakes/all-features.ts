import type * as organizations from "@aws-sdk/client-organizations";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { change, inOrganization } from "../access/organization-operation.ts";
import type { OrganizationsDependencies } from "../dependencies.ts";
import { handshakeViolation } from "../errors.ts";
import { newHandshakeId } from "../names.ts";
import { ALL_FEATURES_DAYS, DAY_MS } from "../quotas.ts";
import { accountsOf } from "../rows/accounts.ts";
import { handshakesOf, insertHandshake } from "../rows/handshakes.ts";
import type { HandshakeRow } from "../tables.ts";
import { managementOf } from "./handshakes.ts";
import { handshakeState, handshakeView } from "./views.ts";

/** EnableAllFeatures: one handshake for the organization, and one for each invited account. */
export function allFeaturesOperations(deps: OrganizationsDependencies): OperationTable {
  return defineOperations<typeof organizations>()({
    EnableAllFeatures: inOrganization({
      action: "organizations:EnableAllFeatures",
      access: "management",
      handle: (_input, context) =>
        change(deps, context, async ({ organization, db }) => {
          const { organization_id, management_account_id } = organization;
          const { nowMs } = context;
          if (organization.feature_set === "ALL")
            throw handshakeViolation(
              "ORGANIZATION_ALREADY_HAS_ALL_FEATURES",
              "The organization already has all features enabled.",
            );
          const before = await handshakesOf(organization_id, db);
          const isPending = ({ action }: HandshakeRow) => action === "ENABLE_ALL_FEATURES";
          if (before.some((row) => isPending(row) && handshakeState(row, nowMs) === "OPEN"))
            throw handshakeViolation(
              "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION",
              "The organization is already being migrated to all features.",
            );
          const ask = async (action: HandshakeRow["action"], account_id: string | null) => {
            const row: HandshakeRow = {
              ...{ handshake_id: newHandshakeId(deps.ids), organization_id, action },
              ...{ state: "OPEN", requested_ms: nowMs, account_id, email: null, notes: null },
              ...{ expires_ms: nowMs + ALL_FEATURES_DAYS * DAY_MS, tags: "{}" },
            };
            await insertHandshake(row, db);
            return row;
          };
          const own = await ask("ENABLE_ALL_FEATURES", null);
          for (const { account_id, joined_method } of await accountsOf(organization_id, db))
            if (joined_method === "INVITED" && account_id !== management_account_id)
              await ask("APPROVE_ALL_FEATURES", account_id);
          const management = await managementOf(organization, db);
          return { Handshake: handshakeView(own, organization, management, nowMs) };
        }),
    }),
  });
}
