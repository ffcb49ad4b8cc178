import type { JsonObject } from "../document/json-node.ts";
import type { Problem } from "./policy-finding.ts";
import { statementsOf, stringsOf } from "./statement-node.ts";

const VENDOR = /^[A-Za-z0-9.-]+$/;
const NO_VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";

/**
 * Actions are a vendor, one colon and a name; "*" alone is all of them. AWS's messages speak of
 * conditions too, yet it takes condition keys without a vendor.
 */
export function* checkActions(root: JsonObject): Iterable<Problem> {
  for (const statement of statementsOf(root)) {
    for (const { value, start, end } of stringsOf(statement, ["Action", "NotAction"])) {
      const message = value === "*" ? undefined : problemOf(value);
      if (message !== undefined) {
        yield { message, start, end };
      }
    }
  }
}

function problemOf(action: string): string | undefined {
  const [vendor = "", name, ...more] = action.split(":");
  if (name === undefined) {
    return NO_VENDOR;
  }
  if (more.length > 0) {
    return "Actions/Condition can contain only one colon.";
  }
  return VENDOR.test(vendor) ? undefined : `Vendor ${vendor} is not valid`;
}
