import { createHash } from "node:crypto";
import { type Dirent, existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { z } from "zod";
import type {
  Organization,
  OrganizationMember,
  OrganizationPolicy,
} from "../kernel/organization.ts";
import { ConfigError } from "./config-error.ts";
import { type ControlPolicyKind, findControlPolicyProblem } from "./control-policy.ts";
import { YamlFile } from "./yaml-file.ts";

/** Source: Organizations User Guide, quotas: OUs nest five deep, an entity has five policies. */
const OU_DEPTH_MAX = 5;
const POLICIES_PER_LEVEL_MAX = 5;

const ORGANIZATION_FILE = "organization.yml";
const ACCOUNT_FOLDER = /^\d{12}$/;
const OU_FOLDER = /^[\w .-]{1,128}$/;
const POLICY_FILE = /^(.+)\.(scp|rcp)\.json$/;

const FULL_ACCESS: Readonly<Record<ControlPolicyKind, OrganizationPolicy>> = {
  scp: {
    id: "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess",
    text: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
  },
  rcp: {
    id: "arn:aws:organizations::aws:policy/resource_control_policy/p-RCPFullAWSAccess",
    text: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
  },
};

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

/** The policies of the levels from the root down to a folder. */
interface Level {
  readonly orgPath: string;
  readonly depth: number;
  readonly scpLevels: readonly (readonly OrganizationPolicy[])[];
  readonly rcpLevels: readonly (readonly OrganizationPolicy[])[];
}

/**
 * Reads an organization from a folder that is shaped like it: the folder is the root, folders in it
 * are OUs, those named with 12 digits accounts; `*.scp.json` and `*.rcp.json` are attached where
 * they lie.
 *
 * @throws ConfigError that names file, line and column
 */
export function loadOrganization(folder: string): Organization {
  return new OrganizationReader(folder).read();
}

class OrganizationReader {
  readonly #folder: string;
  readonly #settings: Settings;
  readonly #members = new Map<string, OrganizationMember>();
  readonly #detached: Set<string>;

  constructor(folder: string) {
    this.#folder = folder;
    this.#settings = readSettings(join(folder, ORGANIZATION_FILE));
    this.#detached = new Set(this.#settings.withoutFullAWSAccess);
  }

  read(): Organization {
    const { id, managementAccount } = this.#settings;
    this.#readLevel(this.#folder, {
      orgPath: `${id}/r-root/`,
      depth: 0,
      scpLevels: [],
      rcpLevels: [],
    });
    for (const path of this.#detached)
      throw new ConfigError(
        `${join(this.#folder, ORGANIZATION_FILE)}: withoutFullAWSAccess names ${path}, which is no folder of the organization.`,
      );
    if (managementAccount !== undefined && !this.#members.has(managementAccount))
      this.#members.set(managementAccount, {
        accountId: managementAccount,
        orgPath: `${id}/r-root/`,
        scpLevels: [],
        rcpLevels: [],
      });
    return { id, managementAccountId: managementAccount, members: this.#members };
  }

  #readLevel(folder: string, above: Level): void {
    const entries = this.#entries(folder);
    const policies = { scp: [] as OrganizationPolicy[], rcp: [FULL_ACCESS.rcp] };
    if (!this.#detached.delete(`/${relative(this.#folder, folder)}`))
      policies.scp.push(FULL_ACCESS.scp);
    for (const entry of entries) this.#readPolicy(folder, entry, policies);
    for (const kind of ["scp", "rcp"] as const)
      if (policies[kind].length > POLICIES_PER_LEVEL_MAX)
        throw new ConfigError(
          `${folder} has more than ${POLICIES_PER_LEVEL_MAX} ${kind.toUpperCase()}s, FullAWSAccess counted.`,
        );
    const level: Level = {
      ...above,
      scpLevels: [...above.scpLevels, policies.scp],
      rcpLevels: [...above.rcpLevels, policies.rcp],
    };
    const name = folder.slice(folder.lastIndexOf("/") + 1);
    if (above.depth > 0 && ACCOUNT_FOLDER.test(name)) {
      this.#addAccount(name, level, folder);
      return;
    }
    for (const entry of entries.filter((each) => each.isDirectory()))
      this.#readLevel(join(folder, entry.name), this.#below(folder, entry.name, level));
  }

  #below(folder: string, name: string, level: Level): Level {
    const isAccount = ACCOUNT_FOLDER.test(name);
    if (!isAccount && !OU_FOLDER.test(name))
      throw new ConfigError(`${join(folder, name)} is no name of an organizational unit.`);
    if (!isAccount && level.depth >= OU_DEPTH_MAX)
      throw new ConfigError(`${join(folder, name)} lies more than ${OU_DEPTH_MAX} units deep.`);
    const orgPath = isAccount ? level.orgPath : `${level.orgPath}${name}/`;
    return { ...level, orgPath, depth: level.depth + 1 };
  }

  #addAccount(accountId: string, level: Level, folder: string): void {
    if (this.#members.has(accountId))
      throw new ConfigError(`${folder}: the account stands in the organization twice.`);
    const { orgPath, scpLevels, rcpLevels } = level;
    // Source: Organizations User Guide: neither kind affects the management account.
    const exempt = accountId === this.#settings.managementAccount;
    this.#members.set(accountId, {
      accountId,
      orgPath,
      scpLevels: exempt ? [] : scpLevels,
      rcpLevels: exempt ? [] : rcpLevels,
    });
  }

  #readPolicy(
    folder: string,
    entry: Dirent,
    policies: Record<ControlPolicyKind, OrganizationPolicy[]>,
  ): void {
    const file = join(folder, entry.name);
    if (entry.isDirectory() || entry.name === ORGANIZATION_FILE) return;
    const [, , kind] = POLICY_FILE.exec(entry.name) ?? [];
    if (kind !== "scp" && kind !== "rcp") {
      if (!entry.name.endsWith(".json")) return;
      throw new ConfigError(`${file}: a policy's name ends with .scp.json or .rcp.json.`);
    }
    const text = readFileSync(file, "utf8");
    const problem = findControlPolicyProblem(text, kind);
    if (problem)
      throw new ConfigError(`${placeIn(file, text, problem.offset)}: ${problem.message}.`);
    policies[kind].push({ id: this.#arnOf(file, kind), text });
  }

  #arnOf(file: string, kind: ControlPolicyKind): string {
    const { id, managementAccount = "000000000000" } = this.#settings;
    const type = kind === "scp" ? "service_control_policy" : "resource_control_policy";
    const path = relative(this.#folder, file);
    const digest = BigInt(`0x${createHash("sha256").update(path).digest("hex").slice(0, 16)}`);
    const own = digest.toString(36).padStart(8, "0").slice(-8);
    return `arn:aws:organizations::${managementAccount}:policy/${id}/${type}/p-${own}`;
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

function readSettings(file: string): Settings {
  if (!existsSync(file)) return fileSchema.parse({});
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
