import { z } from "zod";
import { ConfigError } from "./config-error.ts";

/** Larger seeds belong in a script. */
const ENTRIES_MAX = 1_000;
const NAME = z.string().min(1).max(128);

const document = z.record(z.string(), z.unknown());
const inlinePolicies = z
  .array(z.strictObject({ name: NAME, document }))
  .max(100)
  .default([]);
/** ARNs, or names of this account's policies. */
const attachedPolicies = z.array(z.string().min(1).max(2_048)).max(100).default([]);
const identity = { name: NAME, policies: inlinePolicies, attachedPolicies };
/** Members of the operation's input; the operation validates them. */
const settings = document.optional();

/** Entries with unique names: two of a name would overwrite each other at every start. */
function entries<Schema extends z.ZodType<string | { readonly name: string }>>(schema: Schema) {
  return z
    .array(schema)
    .max(ENTRIES_MAX)
    .default([])
    .superRefine((list, context) => {
      const names = list.map((entry) => (typeof entry === "string" ? entry : entry.name));
      for (const [index, name] of names.entries())
        if (names.indexOf(name) < index)
          context.addIssue({
            code: "custom",
            path: [index],
            input: name,
            message: "another entry has this name",
          });
    });
}

const account = z.strictObject({
  region: z
    .string()
    .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/)
    .default("us-east-1"),
  policies: entries(z.strictObject({ name: NAME, document })),
  users: entries(z.strictObject(identity)),
  roles: entries(z.strictObject({ ...identity, trustPolicy: document })),
  buckets: entries(z.string().min(3).max(63)),
  recordingConfigurations: entries(
    z.strictObject({
      name: NAME,
      bucket: z.string(),
      recordingReconnectWindowSeconds: z.number().optional(),
      renditionConfiguration: settings,
      thumbnailConfiguration: settings,
      tags: settings,
    }),
  ),
  channels: entries(
    z.strictObject({
      name: NAME,
      type: z.string().optional(),
      latencyMode: z.string().optional(),
      authorized: z.boolean().optional(),
      insecureIngest: z.boolean().optional(),
      preset: z.string().optional(),
      containerFormat: z.string().optional(),
      multitrackInputConfiguration: settings,
      tags: settings,
      /** Name of a recording configuration of this account. */
      recordingConfiguration: NAME.optional(),
    }),
  ),
});

const schema = z.strictObject({
  accounts: z.record(
    z.string().regex(/^\d{12}$/, "an account id has 12 digits, in quotes"),
    account,
  ),
});

export type SeedAccount = z.output<typeof account>;

/** The contents of a `rolecast.seed.yml`. */
export interface Seed {
  readonly accounts: ReadonlyMap<string, SeedAccount>;
  /** The place of a part of the file: `rolecast.seed.yml:3:7`. */
  readonly placeOf: (path: readonly (string | number)[]) => string;
}

/** Reads the file; `known` are the accounts of this server. Rejects with ConfigError. */
export async function loadSeed(file: string, known: readonly string[]): Promise<Seed> {
  const { YamlFile } = await import("./yaml-file.ts");
  const yaml = new YamlFile(file, "seed file");
  const { accounts } = yaml.read(schema);
  const unknown = Object.keys(accounts).find((id) => !known.includes(id));
  if (unknown !== undefined) {
    throw new ConfigError(
      `${yaml.placeOf(["accounts", unknown])}: this server has no account ${unknown}, only ${known.join(", ")} (settings account and accounts).`,
    );
  }
  return {
    accounts: new Map(Object.entries(accounts)),
    placeOf: (path) => yaml.placeOf(path),
  };
}
