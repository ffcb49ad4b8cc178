import { createHash } from "node:crypto";
import { type Dirent, existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { z } from "zod";
import {
  CONTROL_POLICIES_MAX,
  findControlPolicyProblem,
  UNIT_DEPTH_MAX,
} from "../kernel/control-policy.ts";
import type {
  FolderLevel,
  FolderPolicy,
  OrganizationFolder,
} from "../kernel/organization-folder.ts";
import { ConfigError } from "./config-error.ts";

const ORGANIZATION_FILE = "organization.yml";
const ACCOUNT_FOLDER = /^\d{12}$/;
const UNIT_FOLDER = /^[\w .-]{1,128}$/;
const POLICY_FILE = /^(.+)\.(scp|rcp)\.json$/;
/** The management account where the default account is a member and none is named. */
const NOBODYS_ACCOUNT = "999999999999";

const fileSchema = z.strictObject({
  id: z
    .string()
    .regex(/^o-[a-z0-9]{10,32}$/, "o- and 10 to 32 letters and digits")
    .default("o-rolecast00"),
  managementAccount: z.string().regex(ACCOUNT_FOLDER, "an account id, in quotes").optional(),
  /** Paths below the folder, `/` for the root, from which FullAWSAccess is detached. */
  withoutFullAWSAccess: z.array(z.string()).default([]),
});

type Settings = z.output<typeof fileSchema>;

/**
 * Reads an organization from a folder that is shaped like it: the folder is the root, folders in it
 * are units, those named with 12 digits accounts; `*.scp.json` and `*.rcp.json` are attached where
 * they lie. The default account manages it unless it says otherwise. Rejects with ConfigError that
 * names file, line and column.
 */
export async function readOrganizationFolder(
  folder: string,
  defaultAccount: string,
): Promise<OrganizationFolder> {
  const settings = await readSettings(join(folder, ORGANIZATION_FILE));
  return new FolderReader(folder, settings).read(defaultAccount);
}

class FolderReader {
  readonly #folder: string;
  readonly #settings: Settings;
  readonly #accounts = new Set<string>();
  readonly #detached: Set<string>;

  constructor(folder: string, settings: Settings) {
    this.#folder = folder;
    this.#settings = settings;
    this.#detached = new Set(this.#settings.withoutFullAWSAccess);
  }

  read(defaultAccount: string): OrganizationFolder {
    const { id, managementAccount } = this.#settings;
    const root = this.#readLevel(this.#folder, "Root", 0);
    for (const path of this.#detached)
      throw new ConfigError(
        `${join(this.#folder, ORGANIZATION_FILE)}: withoutFullAWSAccess names ${path}, which is no folder of the organization.`,
      );
    const byDefault = this.#accounts.has(defaultAccount) ? NOBODYS_ACCOUNT : defaultAccount;
    const described = { id, managementAccountId: managementAccount ?? byDefault, root };
    const digest = createHash("sha256").update(JSON.stringify(described)).digest("hex");
    return { ...described, digest };
  }

  #readLevel(folder: string, name: string, depth: number): FolderLevel {
    const path = relative(this.#folder, folder);
    const accountId = depth > 0 && ACCOUNT_FOLDER.test(name) ? name : undefined;
    if (accountId !== undefined) this.#addAccount(accountId, folder);
    const hasFullAWSAccess = !this.#detached.delete(`/${path}`);
    const entries = this.#entries(folder);
    const policies = entries.flatMap((entry) => this.#readPolicy(folder, entry));
    for (const kind of ["scp", "rcp"] as const) {
      const own = policies.filter((policy) => policy.kind === kind).length;
      const count = own + (kind === "rcp" || hasFullAWSAccess ? 1 : 0);
      if (count > CONTROL_POLICIES_MAX[kind])
        throw new ConfigError(
          `${folder} has more than ${CONTROL_POLICIES_MAX[kind]} ${kind.toUpperCase()}s, FullAWSAccess counted.`,
        );
    }
    const children =
      accountId === undefined
        ? entries
            .filter((entry) => entry.isDirectory())
            .map((entry) => this.#readChild(folder, entry.name, depth))
        : [];
    return { path, name, accountId, hasFullAWSAccess, policies, children };
  }

  #readChild(folder: string, name: string, depth: number): FolderLevel {
    const isAccount = ACCOUNT_FOLDER.test(name);
    if (!isAccount && !UNIT_FOLDER.test(name))
      throw new ConfigError(`${join(folder, name)} is no name of an organizational unit.`);
    if (!isAccount && depth >= UNIT_DEPTH_MAX)
      throw new ConfigError(`${join(folder, name)} lies more than ${UNIT_DEPTH_MAX} units deep.`);
    return this.#readLevel(join(folder, name), name, depth + 1);
  }

  #addAccount(accountId: string, folder: string): void {
    if (this.#accounts.has(accountId))
      throw new ConfigError(`${folder}: the account stands in the organization twice.`);
    this.#accounts.add(accountId);
  }

  #readPolicy(folder: string, entry: Dirent): readonly FolderPolicy[] {
    const file = join(folder, entry.name);
    if (entry.isDirectory() || entry.name === ORGANIZATION_FILE) return [];
    const [, name = "", kind] = POLICY_FILE.exec(entry.name) ?? [];
    if (kind !== "scp" && kind !== "rcp") {
      if (!entry.name.endsWith(".json")) return [];
      throw new ConfigError(`${file}: a policy's name ends with .scp.json or .rcp.json.`);
    }
    const text = readFileSync(file, "utf8");
    const problem = findControlPolicyProblem(text, kind);
    if (problem)
      throw new ConfigError(`${placeIn(file, text, problem.offset)}: ${problem.message}.`);
    return [{ path: relative(this.#folder, file), name, kind, text }];
  }

  #entries(folder: string): readonly Dirent[] {
    try {
      return readdirSync(folder, { withFileTypes: true })
        .filter((entry) => !entry.name.startsWith("."))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch (error) {
      throw new ConfigError(`The organization's folder can't be read: ${messageOf(error)}`);
    }
  }
}

async function readSettings(file: string): Promise<Settings> {
  if (!existsSync(file)) return fileSchema.parse({});
  const { YamlFile } = await import("./yaml-file.ts");
  return new YamlFile(file, "organization's file").read(fileSchema);
}

/** Formats a place as `file:line:column`, which editors can open. */
function placeIn(file: string, text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `${file}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
