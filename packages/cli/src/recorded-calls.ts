import type { RecordedCall } from "@rolecast/policy";
import { commandLine } from "@rolecast/server";
import { CommandError } from "./command-error.ts";

/** A permission that a call needed, wherever it was recorded. */
export interface NeededPermission {
  readonly principalArn: string;
  readonly action: string;
  readonly resource: string;
  /** The resource is a pattern of ARNs. */
  readonly isPattern?: boolean | undefined;
  readonly allowed: boolean;
  /** The call: with `service` its name, such as `CreateChannel`, else `ivs:CreateChannel`. */
  readonly operation?: string | undefined;
  readonly service?: string;
  readonly context?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** A decision as the server's feed has it, as far as a policy is made of it. */
export interface FedDecision extends NeededPermission {
  readonly authorizationId: string;
}

/** Reads the lines of `rolecast logs --of decisions --json`. @throws CommandError */
export function decisionsIn(text: string, file: string): readonly FedDecision[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    try {
      const decision: FedDecision = JSON.parse(line);
      if (typeof decision.action === "string" && typeof decision.resource === "string")
        return [decision];
    } catch {
      // The sentence below says where.
    }
    const place = `${file}:${index + 1}`;
    throw new CommandError(
      `${place}: this is no decision. ` +
        `\`${commandLine("logs --of decisions --json")}\` prints them.`,
    );
  });
}

/** The calls of one principal, and who that is. */
export interface PrincipalsCalls {
  readonly principal: string;
  readonly calls: readonly RecordedCall[];
  readonly denied: number;
}

/**
 * Picks the calls of a principal; without one, of the only principal that made any. Services of the
 * server's own act by roles of theirs, and its own routes are no actions of AWS: both are left out.
 *
 * @throws CommandError when nobody called, or several did
 */
export function callsOf(
  decisions: readonly NeededPermission[],
  principal: string | undefined,
): PrincipalsCalls {
  const own = decisions.filter(
    ({ action, principalArn }) => !action.startsWith("rolecast:") && !isServices(principalArn),
  );
  const names = [...new Set(own.map(({ principalArn }) => identityOf(principalArn)))].sort();
  const wanted = principal === undefined ? undefined : identityOf(principal);
  const [only, ...others] = wanted === undefined ? names : names.filter((name) => name === wanted);
  if (only === undefined) {
    const who = names.length === 0 ? "nobody called" : `the callers were ${names.join(", ")}`;
    throw new CommandError(`no calls of ${principal ?? "anybody"} were recorded: ${who}.`);
  }
  if (others.length > 0) {
    throw new CommandError(`several called: ${names.join(", ")}. Name one with --principal.`);
  }
  const calls = own.filter(({ principalArn }) => identityOf(principalArn) === only);
  return {
    principal: only,
    calls: calls.map(({ action, resource, isPattern, service, operation, context = {} }) => ({
      action,
      resource,
      isPattern,
      operation: service === undefined ? operation : `${service}:${operation}`,
      context: new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value])),
    })),
    denied: calls.filter(({ allowed }) => !allowed).length,
  };
}

function isServices(principalArn: string): boolean {
  return /\.amazonaws\.com$|:assumed-role\/AWSServiceRoleFor/.test(principalArn);
}

/** A role for its sessions: `…:role/path/r` and `…:assumed-role/r/session` are one. */
function identityOf(arn: string): string {
  return arn
    .replace(/^arn:([^:]*):sts:(.*):assumed-role\/([^/]+)\/.*$/, "arn:$1:iam:$2:role/$3")
    .replace(/:role\/.*\//, ":role/");
}
