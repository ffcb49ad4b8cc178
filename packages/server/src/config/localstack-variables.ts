import { pasteable } from "../kernel/command-line.ts";
import { ownValue } from "../kernel/own-value.ts";

/*
 * LocalStack's variables, with which containers are started that were written for its image. Each
 * is taken as what it means there, or refused by its name: none is ignored in silence.
 */
type Environment = Readonly<Record<string, string | undefined>>;
type Settings = Readonly<Record<string, unknown>>;

/** The port of LocalStack's addresses that name none. */
const PORT = "4566";
/** The folder that users of LocalStack's image mount to keep its state. */
const KEPT_DIR = "/var/lib/localstack";
const LOG_LEVELS: Readonly<Record<string, string>> = {
  trace: "debug",
  "trace-internal": "debug",
  warning: "warn",
};

/** LocalStack's names of the services that are here. */
export const LOCALSTACK_SERVICES: readonly string[] = [
  "accessanalyzer",
  "cloudformation",
  "cloudtrail",
  "cloudwatch",
  "ecr",
  "events",
  "iam",
  "ivs",
  "ivs-realtime",
  "ivschat",
  "kms",
  "organizations",
  "s3",
  "s3control",
  "ssm",
  "cloudcontrol",
  "sts",
];

/** The settings that a variable stands for; of two for one setting the later one counts. */
const TAKEN: Readonly<Record<string, (value: string) => Settings>> = {
  HOSTNAME_EXTERNAL: ownAddress,
  LOCALSTACK_HOSTNAME: ownAddress,
  LOCALSTACK_HOST: ownAddress,
  EDGE_BIND_HOST: (host) => ({ host }),
  EDGE_PORT: (port) => ({ port }),
  GATEWAY_LISTEN: (value) => {
    const [host, port = PORT] = value.split(":");
    return host === "" ? { port } : { host, port };
  },
  PERSISTENCE: (value) => ({ data: isOn(value) ? KEPT_DIR : "memory" }),
  ENFORCE_IAM: (value) => ({ enforcement: isOn(value) ? "enforce" : "off" }),
  IAM_SOFT_MODE: (value) => (isOn(value) ? { enforcement: "soft" } : {}),
  DEBUG: (value) => (isOn(value) ? { logLevel: "debug" } : {}),
  LS_LOG: (value) => ({
    logLevel: ownValue(LOG_LEVELS, value.toLowerCase()) ?? value.toLowerCase(),
  }),
  EXTRA_CORS_ALLOWED_ORIGINS: (allowedOrigins) => ({ allowedOrigins }),
};

/** Reasons why a variable can't be honoured, for values that ask for something. */
const REFUSED: Readonly<Record<string, string>> = {
  ALLOW_NONSTANDARD_REGIONS: "there are AWS's Regions alone",
  CUSTOM_SSL_CERT_PATH: "a proxy in front speaks TLS",
  DISABLE_CORS_CHECKS: "EXTRA_CORS_ALLOWED_ORIGINS names the pages that may call",
  DISABLE_CORS_HEADERS: "EXTRA_CORS_ALLOWED_ORIGINS names the pages that may call",
  DISABLE_CUSTOM_CORS_S3: "a bucket's CORS rules always apply",
  EXTRA_CORS_ALLOWED_HEADERS: "pages that may call may send any header",
  EXTRA_CORS_EXPOSE_HEADERS: "pages that may call may read every header",
  OUTBOUND_HTTP_PROXY: "there is no setting for a proxy",
  OUTBOUND_HTTPS_PROXY: "there is no setting for a proxy",
  PARITY_AWS_ACCESS_KEY_ID: "key ids always begin as AWS's do",
  S3_SKIP_KMS_KEY_VALIDATION: "a KMS key must exist",
  S3_SKIP_SIGNATURE_VALIDATION: "every signature is verified",
  SNAPSHOT_LOAD_STRATEGY: pasteable("`$0 snapshot` loads"),
  SNAPSHOT_SAVE_STRATEGY: pasteable("`$0 snapshot` saves"),
  USE_SSL: "a proxy in front speaks TLS",
};

/** Every Region and service is there, and no licence. */
const WITHOUT_EFFECT =
  /^(?:DEFAULT_REGION|ACTIVATE_PRO|AUTH_TOKEN|API_KEY|(?:EAGER|STRICT)_SERVICE_LOADING)$/;
/** Those of services that `SERVICES` refuses. */
const OF_OTHER_SERVICES =
  /^(?:LAMBDA|ECS|EC2|BATCH|DYNAMODB|KINESIS|SQS|OPENSEARCH|CFN|STEPFUNCTIONS|DOCKER)_/;

/** LocalStack's variables as settings, with the name of the variable that each comes from. */
export interface LocalStackSettings {
  readonly settings: Settings;
  readonly variables: ReadonlyMap<string, string>;
  /** A sentence for each variable that can't be honoured. */
  readonly refusals: readonly string[];
}

/** Reads LocalStack's variables. One that is empty counts as unset. */
export function localStackSettings(environment: Environment): LocalStackSettings {
  const given = new Map<string, string>();
  const refusals: string[] = [];
  for (const [variable, value = ""] of Object.entries(environment)) {
    // Each may begin with LocalStack's name, and some do anyway.
    const name = Object.hasOwn(TAKEN, variable) ? variable : variable.replace(/^LOCALSTACK_/, "");
    if (value === "") continue;
    given.set(name, value);
    const reason = ownValue(REFUSED, name);
    const isKnown =
      Object.hasOwn(TAKEN, name) ||
      name === "SERVICES" ||
      WITHOUT_EFFECT.test(name) ||
      OF_OTHER_SERVICES.test(name);
    if (reason !== undefined && isOn(value)) refusals.push(`${variable} can't be set: ${reason}.`);
    else if (reason === undefined && !isKnown && /^(?:LOCALSTACK|PROVIDER)_/.test(variable)) {
      refusals.push(`${variable} isn't one of LocalStack's variables that are known here.`);
    }
  }
  refusals.push(...missingServices(given.get("SERVICES") ?? ""));
  const settings: Record<string, unknown> = { data: "memory" };
  const variables = new Map<string, string>();
  for (const [name, settingsOf] of Object.entries(TAKEN)) {
    const value = given.get(name);
    if (value === undefined) continue;
    const taken = settingsOf(value);
    Object.assign(settings, taken);
    for (const setting of Object.keys(taken)) variables.set(setting, name);
  }
  return { settings, variables, refusals };
}

function isOn(value: string): boolean {
  return !/^(?:0|false)$/i.test(value);
}

/** `localhost:4566` → the URL that answers name, and the host of streams. */
function ownAddress(value: string): Settings {
  const [ingestHost, port = PORT] = value.split(":");
  return { publicBaseUrl: `http://${ingestHost}:${port}`, ingestHost };
}

/** `s3:4572` is an old form for `s3`. */
function missingServices(services: string): readonly string[] {
  const named = services.split(/[\s,]+/).flatMap((name) => name.split(":")[0] || []);
  const missing = named.filter((name) => !LOCALSTACK_SERVICES.includes(name));
  if (missing.length === 0) return [];
  const present = LOCALSTACK_SERVICES.join(", ");
  return [`SERVICES can't be set: ${missing.join(", ")} isn't here, but ${present}.`];
}
