import { execFile } from "node:child_process";
import { join } from "node:path";
import { findOnPath } from "./find-program.ts";

/** The key that signs. */
export interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** AWS's answer: its output, or the error that the client reports. */
export type Answer =
  | { readonly ok: true; readonly output: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly code: string; readonly message: string };

export interface Call {
  readonly service: "iam" | "sts" | "s3" | "ivs" | "ivs-realtime";
  /** AWS's name: `CreateChannel`. */
  readonly operation: string;
  readonly input: object;
  readonly key: Key;
  readonly region?: string;
  /** The file that a streamed output is written to (GetObject). */
  readonly outFile?: string;
}

/** A real AWS client, run as a process of its own for every call. */
export interface AwsClient {
  readonly name: string;
  call(call: Call): Promise<Answer>;
}

const CALL_TIMEOUT_MS = 60_000;
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** The AWS CLI when it is on PATH, otherwise the JavaScript SDK. */
export async function findAwsClient(endpoint: string): Promise<AwsClient> {
  const cli = findOnPath("aws");
  if (cli === undefined) return new SdkProcess(endpoint);
  const { stdout, stderr } = await run(cli, ["--version"], {});
  return new AwsCli(cli, `AWS CLI (${`${stdout}${stderr}`.split(" ")[0]})`, endpoint);
}

class AwsCli implements AwsClient {
  readonly name: string;
  readonly #program: string;
  readonly #endpoint: string;

  constructor(program: string, name: string, endpoint: string) {
    this.#program = program;
    this.name = name;
    this.#endpoint = endpoint;
  }

  async call({ service, operation, input, key, region, outFile }: Call): Promise<Answer> {
    const command = [
      service === "s3" ? "s3api" : service,
      kebab(operation),
      ...(outFile === undefined ? ["--cli-input-json", JSON.stringify(input)] : flags(input)),
      "--output",
      "json",
      ...(outFile === undefined ? [] : [outFile]),
    ];
    const result = await run(this.#program, command, environment(this.#endpoint, key, region));
    if (result.exitCode === 0) return { ok: true, output: parseOutput(result.stdout) };
    const error = /An error occurred \(([^)]+)\) when calling the \w+ operation[^:]*: (.*)/s.exec(
      result.stderr,
    );
    if (!error) throw new Error(`aws ${command.slice(0, 2).join(" ")}: ${result.stderr.trim()}`);
    return { ok: false, code: error[1] ?? "", message: (error[2] ?? "").trim() };
  }
}

/** `sdk-call.ts` in a process of its own. */
class SdkProcess implements AwsClient {
  readonly name = "AWS SDK for JavaScript";
  readonly #endpoint: string;

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  async call({ service, operation, input, key, region, outFile }: Call): Promise<Answer> {
    // An entry of its own in the bundle, next to the one that contains this file.
    const script = join(import.meta.dirname, "sdk-call.cjs");
    const request = JSON.stringify({ service, operation, input, outFile });
    const result = await run(
      process.execPath,
      [script, request],
      environment(this.#endpoint, key, region),
    );
    if (result.exitCode !== 0) throw new Error(`${service} ${operation}: ${result.stderr.trim()}`);
    return JSON.parse(result.stdout) as Answer;
  }
}

function environment(endpoint: string, key: Key, region = "us-east-1"): NodeJS.ProcessEnv {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_PAGER: "",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    ...(key.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: key.sessionToken }),
  };
}

interface ProcessResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  return new Promise<ProcessResult>((resolve, reject) => {
    const { PATH, HOME } = process.env;
    const options = {
      env: { PATH, HOME, ...env },
      timeout: CALL_TIMEOUT_MS,
      maxBuffer: OUTPUT_BYTES_MAX,
    };
    execFile(program, [...args], options, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number") reject(error);
      else resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

function parseOutput(text: string): Readonly<Record<string, unknown>> {
  return text.trim() === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}

/** The CLI takes no JSON where a streamed output needs a file. */
function flags(input: object): string[] {
  return Object.entries(input).flatMap(([name, value]) => [`--${kebab(name)}`, String(value)]);
}

/** `ListObjectsV2` → `list-objects-v2`, as the AWS CLI names its commands. */
function kebab(operation: string): string {
  return operation
    .replace(/([a-z])([A-Z])/g, "$1-$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .toLowerCase();
}
