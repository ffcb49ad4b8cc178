import { readFileSync } from "node:fs";
import { parse, YAMLParseError } from "yaml";
import { z } from "zod";
import { ConfigError } from "./load-config.ts";

/** Beyond this a seed is a migration, and belongs into a script. */
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
/** Members of the operation's input, which checks them. */
const settings = document.optional();

function entries<Schema extends z.ZodType>(schema: Schema) {
  return z.array(schema).max(ENTRIES_MAX).default([]);
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
  accounts: z.record(z.string().regex(/^\d{12}$/, "an account id in quotes"), account),
});

export type SeedAccount = z.output<typeof account>;

/** What a `rolecast.seed.yml` declares, by account. */
export type Seed = ReadonlyMap<string, SeedAccount>;

/** Reads the file; `known` are the accounts of this server. Throws ConfigError. */
export function loadSeed(file: string, known: readonly string[]): Seed {
  let parsed: unknown;
  try {
    parsed = parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof YAMLParseError || isSystemError(error))
      throw new ConfigError(`The seed file ${file} can't be read: ${error.message}`);
    throw error;
  }
  const result = schema.safeParse(parsed);
  if (!result.success) {
    throw new ConfigError(`The seed file ${file} can't be used: ${z.prettifyError(result.error)}`);
  }
  const unknown = Object.keys(result.data.accounts).find((id) => !known.includes(id));
  if (unknown !== undefined) {
    throw new ConfigError(
      `The seed file ${file} can't be used: accounts.${unknown}: this server has only the accounts ${known.join(", ")} (settings account and accounts).`,
    );
  }
  return new Map(Object.entries(result.data.accounts));
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error;
}
