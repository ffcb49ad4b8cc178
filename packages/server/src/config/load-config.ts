import { checkValue, type Problem, pathText } from "./check-value.ts";
import { ConfigError } from "./config-error.ts";
import { localStackSettings } from "./localstack-variables.ts";
import { nearestName } from "./nearest-name.ts";
import { objectStoreOf } from "./objects.ts";
import type { Setting } from "./setting.ts";
import {
  type Config,
  type ConfigInput,
  SETTINGS,
  type SettingName,
  variableOf,
} from "./settings.ts";

export interface ConfigSources {
  /** Settings from the command line or from code; they take precedence. */
  readonly given?: ConfigInput;
  /** The name of a setting in messages: `--port`. Left out, "the setting port". */
  readonly givenAs?: (name: SettingName) => string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Path of a `rolecast.yml`; variables and flags take precedence over it. */
  readonly file?: string | undefined;
}

const NAMES = Object.keys(SETTINGS) as SettingName[];
/** Variables of the command line that aren't settings. */
const OTHER_VARIABLES = ["ROLECAST_CONFIG", "ROLECAST_COMMAND"];

/** The account that LocalStack's keys belong to. */
const ACCOUNT = "000000000000";

/** An unchecked value, and the subject of messages about it. */
interface Given {
  readonly value: unknown;
  /** Ends in the name of the part that is wrong: `--port`, `rolecast.yml:3:1: port`. */
  readonly subject: (path: Problem["path"]) => string;
}

type GivenSettings = ReadonlyMap<SettingName, Given>;

/**
 * Merges file, environment and given settings, in rising precedence, and checks the result. Rejects
 * with ConfigError.
 */
export async function loadConfig(sources: ConfigSources): Promise<Config> {
  const own: GivenSettings = new Map([
    ...(sources.file === undefined ? [] : await fromFile(sources.file)),
    ...(await fromEnvironment(sources.environment)),
    ...fromCaller(sources),
  ]);
  const isLocalStack = SETTINGS.localstack.schema.safeParse(own.get("localstack")?.value).data;
  const given = isLocalStack ? new Map([...fromLocalStack(sources.environment), ...own]) : own;
  const config: Record<string, unknown> = {};
  const complaints: string[] = [];
  for (const name of NAMES) {
    const { schema, structured = false, secret = false }: Setting = SETTINGS[name];
    const { value, subject } = given.get(name) ?? { value: undefined, subject: () => name };
    const result = checkValue(schema, value, structured || secret);
    if ("value" in result) config[name] = result.value;
    else complaints.push(...result.problems.map((one) => `${subject(one.path)} ${one.message}.`));
  }
  if (complaints.length > 0) throw new ConfigError(complaints.join("\n"));
  return checkTogether(config as unknown as Config);
}

function fromCaller({ given = {}, givenAs = (name) => `The setting ${name}` }: ConfigSources) {
  // JavaScript callers can pass anything.
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(SETTINGS, name)) continue;
    throw new ConfigError(`There is no setting ${name}. ${suggestion(name, NAMES)}`);
  }
  return settings(given, (name) => (path) => inPart(givenAs(name), path));
}

/** Drops settings that are null or undefined. */
function settings(
  values: Readonly<Record<string, unknown>>,
  subjectOf: (name: SettingName) => Given["subject"],
): GivenSettings {
  const found = new Map<SettingName, Given>();
  for (const name of NAMES) {
    const value = values[name] ?? undefined;
    if (value !== undefined) found.set(name, { value, subject: subjectOf(name) });
  }
  return found;
}

function inPart(subject: string, path: Problem["path"]): string {
  return path.length === 0 ? subject : `${subject}: ${pathText(path)}`;
}

function checkTogether(config: Config): Config {
  if ((config.tlsCertificate === undefined) !== (config.tlsKey === undefined)) {
    throw new ConfigError("The settings tlsCertificate and tlsKey only go together.");
  }
  if (config.ingestProxyProtocol && config.trustedProxies.length === 0) {
    throw new ConfigError(
      "The setting ingestProxyProtocol needs trustedProxies: PROXY headers are taken from these.",
    );
  }
  objectStoreOf(config);
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

async function fromFile(file: string): Promise<GivenSettings> {
  const { YamlFile } = await import("./yaml-file.ts");
  const yaml = new YamlFile(file, "configuration file");
  const { value: values } = yaml;
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    throw new ConfigError(`${file} must hold settings as "name: value" lines.`);
  }
  for (const name of Object.keys(values)) {
    if (Object.hasOwn(SETTINGS, name)) continue;
    const place = yaml.placeOf([name]);
    throw new ConfigError(`${place}: there is no setting ${name}. ${suggestion(name, NAMES)}`);
  }
  return settings({ ...values }, (name) => (path) => {
    const whole = [name, ...path];
    return `${yaml.placeOf(whole)}: ${pathText(whole)}`;
  });
}

/** Reads LocalStack's variables; those of the same settings that are Rolecast's own win. */
function fromLocalStack(environment: ConfigSources["environment"] = {}): GivenSettings {
  const { settings: taken, variables, refusals } = localStackSettings(environment);
  if (refusals.length > 0) throw new ConfigError(refusals.join("\n"));
  const { AWS_ACCESS_KEY_ID: id = "test", AWS_SECRET_ACCESS_KEY: secret = "test" } = environment;
  const key = { id: ACCOUNT, rootAccessKeyId: id, rootSecretAccessKey: secret };
  const accounts = id === "test" && secret === "test" ? [] : [key];
  return settings({ ...taken, accounts }, (name) => (path) => {
    const variable = name === "accounts" ? "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY" : name;
    return inPart(variables.get(name) ?? variable, path);
  });
}

function suggestion(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return near === undefined ? "docs/settings.md lists them." : `Did you mean ${near}?`;
}

/** Reads variables. An empty one counts as unset, as in `${PORT:-}` of a compose file. */
async function fromEnvironment(
  environment: Readonly<Record<string, string | undefined>> = {},
): Promise<GivenSettings> {
  const variables = new Map(NAMES.map((name) => [variableOf(name), name]));
  const found: Record<string, unknown> = {};
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith("ROLECAST_") || OTHER_VARIABLES.includes(variable)) continue;
    const name = variables.get(variable);
    if (name === undefined) {
      const names = [...variables.keys(), ...OTHER_VARIABLES];
      throw new ConfigError(`There is no variable ${variable}. ${suggestion(variable, names)}`);
    }
    if (value === undefined || value === "") continue;
    const { structured }: Setting = SETTINGS[name];
    found[name] = structured ? await fromYaml(variable, value) : value;
  }
  return settings(found, (name) => (path) => inPart(variableOf(name), path));
}

async function fromYaml(variable: string, text: string): Promise<unknown> {
  const { parseVariable } = await import("./yaml-file.ts");
  return parseVariable(variable, text);
}
