import { Command } from "commander";
import { Connection, type ConnectionFlags, withConnection } from "./connection.ts";
import { getSigned } from "./signed-request.ts";
import { print, printJson } from "./terminal.ts";

/** The answer of GetRequestAuthorizationDetails. */
interface Details {
  readonly requestContext: Readonly<Record<string, string>>;
  readonly evaluations: readonly {
    readonly action: string;
    readonly resource: string;
    readonly context: Readonly<Record<string, readonly string[]>>;
    readonly evaluatedEffect: string;
    readonly matchedPolicies: readonly {
      readonly uri: string;
      readonly matchedStatements: readonly { sid: string; evaluatedEffect: string }[];
    }[];
  }[];
  readonly policies: readonly {
    readonly uri: string;
    readonly type: string;
    readonly attachedTo?: { readonly arn: string };
  }[];
}

/** `rolecast explain <id>`: why a request was refused. */
export function explainCommand(): Command {
  return withConnection(new Command("explain"))
    .description(
      "Explain a denial by its authorization id, which stands in IAM's message and in the header x-rolecast-authorization-id.",
    )
    .argument("<id>", "authorization id")
    .option("--json", "the whole answer as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  rolecast explain xl720mqijqetg0gd23prip1dh\n\n`rolecast logs --of decisions` shows denials with their ids as they happen; a server keeps each for a day.",
    )
    .action(async (id: string, flags: ConnectionFlags & { json?: boolean }) => {
      const path = `/authorization-details/${encodeURIComponent(id)}`;
      const details = (await getSigned(new Connection(flags), path, "iam")) as Details;
      if (flags.json) printJson(details);
      else print(textOf(details));
    });
}

function textOf({ requestContext, evaluations, policies }: Details): string {
  const { principal, reason = "", time = "" } = requestContext;
  const lines = [`${time}  ${principal}`];
  for (const evaluation of evaluations) {
    lines.push(
      `${evaluation.evaluatedEffect}  ${evaluation.action} on ${evaluation.resource}`,
      `  ${reason}`,
      "",
      "Policies that had a say:",
    );
    for (const { uri, type, attachedTo } of policies) {
      const matched = evaluation.matchedPolicies.find((policy) => policy.uri === uri);
      const statements = matched?.matchedStatements.map(
        (statement) => `${statement.evaluatedEffect} by ${statement.sid}`,
      );
      const on = attachedTo ? ` on ${attachedTo.arn}` : "";
      lines.push(`  ${type} ${uri}${on}: ${statements?.join(", ") ?? "no statement applies"}`);
    }
    if (policies.length === 0) lines.push("  none");
    lines.push("", "Condition keys:");
    for (const [key, values] of Object.entries(evaluation.context)) {
      lines.push(`  ${key} = ${values.join(", ")}`);
    }
  }
  return lines.join("\n");
}
