import { readFileSync } from "node:fs";
import { parse, parseDocument, YAMLParseError } from "yaml";
import { z } from "zod";
import {
  type Config,
  type ConfigInput,
  SETTINGS,
  type SettingName,
  variableOf,
} from "./settings.ts";

/** A setting that can't be honoured; the message names it, where it stands and what would do. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ConfigError";
  }
}

export interface ConfigSources {
  /** From the command line or from code; they win. */
  readonly given?: ConfigInput;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Path of a `rolecast.yml`; the file gives way to variables and flags. */
  readonly file?: string | undefined;
}

const NAMES = Object.keys(SETTINGS) as SettingName[];
/** Variables of the command line that are no settings. */
const OTHER_VARIABLES = ["ROLECAST_CONFIG"];

/** Merges file, environment and what was given, in rising order, and checks the result. */
export function loadConfig(sources: ConfigSources): Config {
  const fromFile = sources.file === undefined ? {} : readConfigFile(sources.file);
  const merged: Record<string, unknown> = { ...fromFile, ...fromEnvironment(sources.environment) };
  for (const name of NAMES) {
    const given = sources.given?.[name];
    if (given !== undefined) merged[name] = given;
  }
  const config: Record<string, unknown> = {};
  for (const name of NAMES) {
    const result = SETTINGS[name].schema.safeParse(merged[name]);
    if (!result.success) {
      throw new ConfigError(`The setting ${name} can't be used: ${z.prettifyError(result.error)}`);
    }
    config[name] = result.data;
  }
  return checkTogether(config as unknown as Config);
}

function checkTogether(config: Config): Config {
  if ((config.tlsCertificate === undefined) !== (config.tlsKey === undefined)) {
    throw new ConfigError("The settings tlsCertificate and tlsKey only go together.");
  }
  const keys = [
    ...config.accounts.map((account) => account.rootAccessKeyId),
    ...config.linkedServices.flatMap(({ accessKeyId }) => accessKeyId ?? []),
  ];
  const twice =
    firstDuplicate(config.accounts.map((account) => account.id)) ?? firstDuplicate(keys);
  if (twice !== undefined) {
    throw new ConfigError(`An account or key stands twice in the settings: ${twice}.`);
  }
  return config;
}

function firstDuplicate(values: readonly string[]): string | undefined {
  return values.find((value, index) => values.indexOf(value) !== index);
}

function readConfigFile(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new ConfigError(`The configuration file ${file} can't be read: ${messageOf(error)}`);
  }
  let parsed: unknown;
  try {
    parsed = parse(text) ?? {};
  } catch (error) {
    if (error instanceof YAMLParseError) throw new ConfigError(`${file}: ${error.message}`);
    throw error;
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new ConfigError(`${file} must hold settings as "name: value" lines.`);
  }
  for (const name of Object.keys(parsed)) {
    if (!Object.hasOwn(SETTINGS, name)) {
      throw new ConfigError(
        `${file}: there is no setting ${name}. Did you mean ${nearest(name, NAMES)}?`,
      );
    }
  }
  return parsed as Record<string, unknown>;
}

function fromEnvironment(
  environment: Readonly<Record<string, string | undefined>> = {},
): Record<string, unknown> {
  const variables = new Map(NAMES.map((name) => [variableOf(name), name]));
  const found: Record<string, unknown> = {};
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith("ROLECAST_") || OTHER_VARIABLES.includes(variable)) continue;
    const name = variables.get(variable);
    if (name === undefined) {
      const names = [...variables.keys(), ...OTHER_VARIABLES];
      throw new ConfigError(
        `There is no variable ${variable}. Did you mean ${nearest(variable, names)}?`,
      );
    }
    const { structured } = SETTINGS[name] as { structured?: boolean };
    found[name] = structured && value !== undefined ? parseVariable(variable, value) : value;
  }
  return found;
}

/** What is wrong is told without the text: keys may stand in it. */
function parseVariable(variable: string, text: string): unknown {
  const document = parseDocument(text, { prettyErrors: false });
  const [error] = document.errors;
  if (!error) return document.toJS() ?? undefined;
  throw new ConfigError(`The variable ${variable} isn't YAML: ${error.code} at ${error.pos[0]}.`);
}

function nearest(name: string, candidates: readonly string[]): string {
  const scored = candidates.map((candidate) => ({ candidate, score: distance(name, candidate) }));
  scored.sort((a, b) => a.score - b.score);
  return scored[0]?.candidate ?? "";
}

/** Levenshtein's edit distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1]?.toLowerCase() === b[j - 1]?.toLowerCase() ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
