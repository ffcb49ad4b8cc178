import type { Principal } from "@rolecast/policy";
import { CommandError, EXIT } from "./command-error.ts";

/** Reads the caller from an ARN. Throws CommandError for what can't call. */
export function principalOf(arn: string): Principal {
  const [, , service, , accountId = "", resource = ""] = arn.split(":");
  const [kind, ...path] = resource.split("/");
  if (service === "iam" && resource === "root") return { kind: "root", accountId, arn };
  if (service === "iam" && kind === "user") {
    return {
      kind: "user",
      accountId,
      arn,
      id: "AIDASIMULATEDUSER0000",
      userName: path.at(-1) ?? "",
    };
  }
  if (service === "sts" && kind === "assumed-role") {
    const [roleName = "", sessionName = ""] = path;
    const roleArn = `arn:aws:iam::${accountId}:role/${roleName}`;
    const role = { roleArn, roleId: "AROASIMULATEDROLE0000", roleName, sessionName };
    return { kind: "role-session", accountId, arn, ...role, serviceLinked: false };
  }
  throw new CommandError(
    `${arn} is no caller: give the ARN of a user, of an account's root or of a session ` +
      "(arn:aws:sts::…:assumed-role/ROLE/SESSION).",
    EXIT.usage,
  );
}

/**
 * Reads condition keys from `KEY=VALUE`; a repeated key has several values. The caller's ARN is
 * known, and one that is given takes its place. Throws CommandError.
 */
export function contextOf(given: readonly string[], principalArn: string) {
  const values = new Map<string, string | string[]>([["aws:principalarn", principalArn]]);
  for (const pair of given) {
    const at = pair.indexOf("=");
    if (at < 1) throw new CommandError(`--context takes KEY=VALUE, not ${pair}.`, EXIT.usage);
    const key = pair.slice(0, at).toLowerCase();
    const value = pair.slice(at + 1);
    const before = values.get(key);
    const isRepeated = before !== undefined && key !== "aws:principalarn";
    values.set(key, isRepeated ? [before, value].flat() : value);
  }
  return values;
}
