import { Command } from "commander";
import { getSigned, RefusedError, targetOf } from "./signed-request.ts";

/** As `ListServiceLinkedRoleUsage` answers it; times are seconds since the epoch. */
interface RoleStatus {
  readonly Arn: string;
  readonly RoleName: string;
  readonly AWSServiceName: string;
  readonly CreateDate: number;
  readonly CreatedBy?: string;
  readonly CreatedVia?: string;
  readonly LastUsedDate?: number;
  readonly LastUsedRegion?: string;
  readonly RoleUsageList: readonly { readonly Region: string; readonly Resources: string[] }[];
  readonly UsageUnknown?: string;
  readonly DeletionTaskId?: string;
  readonly CanBeDeleted: boolean;
}

/** `rolecast iam service-linked-roles`: which roles there are, and whether anybody needs them. */
export function serviceLinkedRolesCommand(): Command {
  return new Command("service-linked-roles")
    .description(
      "List the account's service-linked roles: who made them, and what uses them still.",
    )
    .option("--endpoint <URL>", "server (or AWS_ENDPOINT_URL; default http://127.0.0.1:4566)")
    .option("--json", "the whole answer as JSON")
    .action(async (options: { endpoint?: string; json?: boolean }) => {
      const target = targetOf(options.endpoint, process.env);
      try {
        const answer = await getSigned(target, "/service-linked-role-usage");
        const { ServiceLinkedRoles: roles } = answer as { ServiceLinkedRoles: RoleStatus[] };
        process.stdout.write(
          options.json ? `${JSON.stringify(roles.map(dated), null, 2)}\n` : tableOf(roles),
        );
      } catch (error) {
        process.stderr.write(`rolecast: ${explain(error, target.endpoint)}\n`);
        process.exitCode = 1;
      }
    });
}

function explain(error: unknown, endpoint: string): string {
  if (error instanceof RefusedError) return error.message;
  if (error instanceof TypeError && error.message === "fetch failed")
    return `nothing answers at ${endpoint}. Is the server running?`;
  throw error;
}

/** Times as people and `jq` read them. */
function dated(role: RoleStatus): object {
  const { CreateDate, LastUsedDate, ...rest } = role;
  return { ...rest, CreateDate: iso(CreateDate), LastUsedDate: LastUsedDate && iso(LastUsedDate) };
}

function tableOf(roles: readonly RoleStatus[]): string {
  if (roles.length === 0) return "This account has no service-linked roles.\n";
  const rows = roles.map((role) => [
    role.RoleName,
    originOf(role),
    role.LastUsedDate === undefined
      ? "never"
      : `${iso(role.LastUsedDate)} ${role.LastUsedRegion ?? ""}`,
    usageOf(role),
    deletableOf(role),
  ]);
  const all = [["ROLE", "MADE BY", "LAST USED", "IN USE", "DELETABLE"], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return `${lines.join("\n")}\n`;
}

function originOf({ CreatedBy = "unknown", CreatedVia }: RoleStatus): string {
  const who = CreatedBy.replace(/^arn:aws:(?:iam|sts)::/, "");
  return CreatedVia === undefined ? who : `${who} via ${CreatedVia}`;
}

function usageOf({ RoleUsageList: usages, UsageUnknown }: RoleStatus): string {
  if (UsageUnknown !== undefined) return "unknown";
  if (usages.length === 0) return "no";
  return usages.map(({ Region, Resources }) => `${Region}: ${Resources.length}`).join(", ");
}

function deletableOf({ CanBeDeleted, DeletionTaskId, UsageUnknown }: RoleStatus): string {
  if (DeletionTaskId !== undefined) return "being deleted";
  return CanBeDeleted ? "yes" : `no${UsageUnknown === undefined ? "" : `: ${UsageUnknown}`}`;
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d{3}Z$/, "Z");
}
