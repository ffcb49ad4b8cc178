import { type JsonObject, memberOf } from "../document/json-node.ts";
import { type Misplaced, misplaced, reasonOf } from "./misplaced.ts";
import { isPartition } from "./partitions.ts";
import type { Problem } from "./policy-finding.ts";
import { statementsOf, stringsOf } from "./statement-node.ts";

/** "The policy failed legacy parsing": what AWS's first parser of old refuses. */
export function* checkLegacyParsing(root: JsonObject): Iterable<Problem> {
  for (const statement of statementsOf(root)) {
    for (const wrong of unparsable(statement)) {
      yield legacyProblem(root, wrong);
    }
  }
}

export function legacyProblem(root: JsonObject, wrong: Misplaced): Problem {
  const { start, end } = wrong;
  return { message: "The policy failed legacy parsing", reason: reasonOf(root, wrong), start, end };
}

function* unparsable(statement: JsonObject): Iterable<Misplaced> {
  const effect = memberOf(statement, "Effect")?.value;
  if (effect?.type === "string" && effect.value !== "Allow" && effect.value !== "Deny") {
    yield misplaced(effect, 'expected "Allow" or "Deny", in these letters');
  }
  for (const resource of stringsOf(statement, ["Resource", "NotResource"])) {
    if (isBrokenArn(resource.value)) {
      yield misplaced(resource, "expected arn:partition:service:region:account:resource");
    }
  }
}

/**
 * An empty part in an ARN that isn't long enough to have one, or no service at all. ARNs of unknown
 * partitions are left to the check of resources, which says so.
 */
function isBrokenArn(resource: string): boolean {
  const parts = resource.split(":");
  return (
    parts[0] === "arn" &&
    isPartition(parts[1] ?? "") &&
    ((parts.length < 6 && resource.includes("::")) || (parts.length > 2 && parts[2] === ""))
  );
}
