import { safeCondition } from "@rolecast/policy";
import { defineService } from "../../kernel/define-service.ts";
import type { DecisionLog, DecisionRecord } from "../../kernel/ports/decisions.ts";
import type { PermissionUses } from "../../kernel/ports/permission-uses.ts";
import type { ServiceDependencies } from "../../kernel/service.ts";
import { AuthorizationDetails } from "./details/authorization-details.ts";
import { unknownDecision } from "./errors.ts";
import { iamToolboxMigrations } from "./migrations.ts";
import { RememberedUses } from "./uses/remembered-uses.ts";

/** The part of IAM's API that explains decisions; it shares IAM's signing name. */
export const iamToolbox = defineService({
  title: "IAM authorization details",
  definition: {
    name: "iam-toolbox",
    signingName: "iam",
    protocol: "restJson1",
    version: "2018-05-10",
  },
  migrations: iamToolboxMigrations,
  audit: { recordedIn: "us-east-1" },
  create: createIamToolbox,
});

export function createIamToolbox(
  needs: Pick<ServiceDependencies, "store" | "clock" | "ids" | "log">,
) {
  const kept = new AuthorizationDetails(needs);
  const uses = new RememberedUses(needs);
  return {
    api: async () => (await import("./api.ts")).iamToolboxApi(kept),
    start: () => {
      uses.start();
      return kept.start();
    },
    close: async () => {
      await Promise.all([kept.close(), uses.close()]);
    },
    reset: async () => {
      kept.clear();
      uses.clear();
    },
    provides: {
      decisions: kept satisfies DecisionLog,
      permissionUses: uses satisfies PermissionUses,
      /**
       * Reads an account's latest denials, then each decision, as JSON. Returns the way to stop.
       */
      readDecisions: (accountId: string, read: (json: string) => void) =>
        kept.subscribe(accountId, (decision) => read(shown(decision))),
      /** A kept decision of the account. Throws ResourceNotFoundException. */
      keptDecision: async (accountId: string, authorizationId: string) => {
        const [found] = await kept.find(authorizationId, accountId);
        if (!found) throw unknownDecision(authorizationId);
        return found;
      },
    },
  };
}

/** Makes a decision for the console's list; it asks for the policies by the decision's id. */
function shown({
  policies: _policies,
  context,
  request: _request,
  ...decision
}: DecisionRecord): string {
  const allowed = decision.evaluatedEffect === "ALLOW";
  const safe = grantContext(decision.action, context);
  return JSON.stringify({ ...decision, allowed, ...(safe && { context: safe }) });
}

/** The condition keys that a grant of the action should have. */
function grantContext(action: string, context: DecisionRecord["context"]) {
  const values = Object.entries(context).map(([key, value]) => [key.toLowerCase(), value] as const);
  return safeCondition(action, new Map(values));
}
