import type { DecisionLog, DecisionRecord } from "../../kernel/ports/decisions.ts";
import type { Service, ServiceDependencies } from "../../kernel/service.ts";
import { AuthorizationDetails } from "./authorization-details.ts";
import { authorizationDetailOperations } from "./operations.ts";
import { iamToolboxSchemas } from "./schema.ts";
import { iamToolboxMigrations } from "./tables.ts";

export interface IamToolboxService extends Service {
  readonly decisions: DecisionLog;
  /** Gives the account's latest denials, then each decision, as JSON. Returns the way to stop. */
  readDecisions(accountId: string, read: (json: string) => void): () => void;
}

/** The part of IAM's API that explains decisions; it shares IAM's signing name. */
export function createIamToolboxService(
  deps: Pick<ServiceDependencies, "store" | "clock" | "ids" | "log">,
): IamToolboxService {
  const kept = new AuthorizationDetails(deps);
  return {
    definition: {
      name: "iam-toolbox",
      signingName: "iam",
      protocol: "restJson1",
      version: "2018-05-10",
      schemas: iamToolboxSchemas,
    },
    operations: authorizationDetailOperations(kept),
    constraints: {
      errorCode: "ValidationException",
      members: { authorizationId: { min: 1, max: 64, pattern: "[0-9a-z]+" } },
    },
    migrations: iamToolboxMigrations,
    audit: { recordedIn: "us-east-1" },
    decisions: kept,
    readDecisions: (accountId, read) =>
      kept.subscribe(accountId, (decision) => read(shown(decision))),
    start: () => kept.start(),
    close: () => kept.flush(),
    reset: async () => kept.clear(),
  };
}

/** For the console's list: who may what, and why; the policies are asked for by id. */
function shown({ policies: _policies, context: _context, ...decision }: DecisionRecord): string {
  return JSON.stringify({ ...decision, allowed: decision.evaluatedEffect === "ALLOW" });
}
