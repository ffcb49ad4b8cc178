import { Command } from "commander";
import { Connection, type ConnectionFlags, withConnection } from "./connection.ts";
import { helpNotes } from "./help-notes.ts";
import { getSigned } from "./signed-request.ts";
import { print, printJson, table } from "./terminal.ts";

/** The answer of `ListServiceLinkedRoleUsage`; times are seconds since the epoch. */
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

/** `rolecast iam`: a group of one command. */
export function iamCommand(): Command {
  return new Command("iam")
    .description("List service-linked roles and what uses them.")
    .addCommand(serviceLinkedRolesCommand());
}

/** `rolecast iam service-linked-roles`: which roles there are, and whether anybody needs them. */
function serviceLinkedRolesCommand(): Command {
  return withConnection(new Command("service-linked-roles"))
    .description("List service-linked roles, and what uses them.")
    .option("--json", "the whole answer as JSON")
    .addHelpText(
      "after",
      helpNotes(
        "\nExample:\n  $0 iam service-linked-roles --json | jq '.[] | select(.CanBeDeleted)'",
      ),
    )
    .action(async (flags: ConnectionFlags & { json?: boolean }) => {
      const answer = await getSigned(new Connection(flags), "/service-linked-role-usage");
      const { ServiceLinkedRoles: roles } = answer as { ServiceLinkedRoles: RoleStatus[] };
      if (flags.json) printJson(roles.map(dated));
      else print(tableOf(roles));
    });
}

/** Times as people and `jq` read them. */
function dated(role: RoleStatus): object {
  const { CreateDate, LastUsedDate, ...rest } = role;
  return { ...rest, CreateDate: iso(CreateDate), LastUsedDate: LastUsedDate && iso(LastUsedDate) };
}

function tableOf(roles: readonly RoleStatus[]): string {
  if (roles.length === 0) return "This account has no service-linked roles.";
  const rows = roles.map((role) => [
    role.RoleName,
    originOf(role),
    role.LastUsedDate === undefined
      ? "never"
      : `${iso(role.LastUsedDate)} ${role.LastUsedRegion ?? ""}`,
    usageOf(role),
    deletableOf(role),
  ]);
  return table(["ROLE", "MADE BY", "LAST USED", "IN USE", "DELETABLE"], rows);
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
