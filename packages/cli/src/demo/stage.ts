import type { Answer, AwsClient, Call, Key } from "./aws-client.ts";
import { Difference, expect, type Report } from "./report.ts";
import type { ServerProcess } from "./server-process.ts";

export const ROOT: Key = { accessKeyId: "test", secretAccessKey: "test" };
export const ROLE_NAME = "AWSServiceRoleForIVSRecordToS3";
export const ROLE_ARN = `arn:aws:iam::000000000000:role/aws-service-role/ivs.amazonaws.com/${ROLE_NAME}`;
export const POLICY_ARN = "arn:aws:iam::aws:policy/aws-service-role/IVSRecordToS3";
export const BUCKET = "rolecast-demo-recordings";

type Service = Call["service"];

/** The server, the client, ffmpeg and the identity that all steps share. */
export class Stage {
  readonly server: ServerProcess;
  readonly client: AwsClient;
  readonly ffmpeg: string;
  readonly report: Report;
  /** A folder for what is downloaded. */
  readonly workDir: string;
  key: Key = ROOT;

  constructor(parts: {
    server: ServerProcess;
    client: AwsClient;
    ffmpeg: string;
    report: Report;
    workDir: string;
  }) {
    this.server = parts.server;
    this.client = parts.client;
    this.ffmpeg = parts.ffmpeg;
    this.report = parts.report;
    this.workDir = parts.workDir;
  }

  ask(service: Service, operation: string, input: object = {}, key = this.key): Promise<Answer> {
    return this.client.call({ service, operation, input, key });
  }

  /** The output of a call that must succeed. */
  async call(service: Service, operation: string, input: object = {}, key = this.key) {
    const answer = await this.ask(service, operation, input, key);
    if (answer.ok) return answer.output;
    throw new Difference(`${service} ${operation}: ${answer.code}: ${answer.message}`);
  }

  /** The error of a call that must be refused with `code`. */
  async refused(service: Service, operation: string, input: object, code: string, key = this.key) {
    const answer = await this.ask(service, operation, input, key);
    if (answer.ok) throw new Difference(`${service} ${operation} was allowed, expected ${code}`);
    // The JavaScript SDK's classes end in Exception where the wire's code doesn't.
    const got = answer.code.replace(/Exception$/, "");
    expect(
      got === code.replace(/Exception$/, ""),
      `${service} ${operation}: ${answer.code} (${answer.message}), expected ${code}`,
    );
    return `${answer.code}: ${answer.message}`;
  }

  /** Asks until `probe` gives something, at most `timeoutMs`. */
  async until<T>(what: string, timeoutMs: number, probe: () => Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const found = await probe();
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Difference(`${what}: not within ${timeoutMs / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
}

/** A member of an output, at a path such as `Role.Arn`. */
export function at(output: unknown, path: string): unknown {
  let value = output;
  for (const name of path.split(".")) {
    value =
      typeof value === "object" && value !== null
        ? (value as Readonly<Record<string, unknown>>)[name]
        : undefined;
  }
  return value;
}

export function textAt(output: unknown, path: string): string {
  const value = at(output, path);
  if (typeof value === "string") return value;
  throw new Difference(`the output has no text at ${path}: ${JSON.stringify(output)}`);
}

export function listAt(output: unknown, path: string): readonly unknown[] {
  const value = at(output, path);
  return Array.isArray(value) ? value : [];
}
