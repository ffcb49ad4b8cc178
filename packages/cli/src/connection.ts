import assert from "node:assert";
import type { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import type { IvsClient } from "@aws-sdk/client-ivs";
import type { S3Client } from "@aws-sdk/client-s3";
import type { STSClient } from "@aws-sdk/client-sts";
import { type Command, Option } from "commander";
import { type AwsProfile, readProfile } from "./aws-profile.ts";
import { CommandError, EXIT, notRolecast } from "./command-error.ts";

/** Flags of every command that talks to a server. */
export interface ConnectionFlags {
  readonly endpoint?: string;
  readonly region?: string;
}

const DEFAULT_ENDPOINT = "http://127.0.0.1:4566";
const DEFAULT_REGION = "us-east-1";

// The SDK comes with this command: its user can't do anything about its Node version.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/** Adds `--endpoint` and `--region`. */
export function withConnection(command: Command): Command {
  return command
    .addOption(
      new Option("--endpoint <URL>", `server (or AWS_ENDPOINT_URL; default ${DEFAULT_ENDPOINT})`),
    )
    .addOption(
      new Option("--region <REGION>", `Region (or AWS_REGION; default ${DEFAULT_REGION})`),
    );
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * A server and whose key signs: flags first, then the variables that AWS's tools read, then the
 * profile that AWS_PROFILE names, then `test`/`test`. The profile `default` counts for nothing
 * unless it is named: it is somebody's key of AWS itself. The SDK's clients are loaded when they
 * are asked for, so that `start` isn't slowed.
 */
export class Connection {
  readonly endpoint: string;
  readonly region: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #profile: AwsProfile | undefined;

  constructor(flags: ConnectionFlags = {}, environment: NodeJS.ProcessEnv = process.env) {
    const { AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION, AWS_PROFILE } = environment;
    this.#environment = environment;
    // An empty variable is none, as for AWS's own tools.
    this.#profile = AWS_PROFILE ? readProfile(AWS_PROFILE, environment) : undefined;
    const { endpoint, region } = this.#profile ?? {};
    this.endpoint = httpUrl(flags.endpoint || AWS_ENDPOINT_URL || endpoint || DEFAULT_ENDPOINT);
    this.region = flags.region || AWS_REGION || AWS_DEFAULT_REGION || region || DEFAULT_REGION;
  }

  /** Throws CommandError when they are those of a profile that has none. */
  get credentials(): Credentials {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_PROFILE } = this.#environment;
    // Parts of two keys would be none: the variables count together.
    if (AWS_ACCESS_KEY_ID || AWS_SECRET_ACCESS_KEY || !this.#profile) {
      const { AWS_SESSION_TOKEN: sessionToken } = this.#environment;
      return {
        accessKeyId: AWS_ACCESS_KEY_ID || "test",
        secretAccessKey: AWS_SECRET_ACCESS_KEY || "test",
        ...(sessionToken ? { sessionToken } : {}),
      };
    }
    const { accessKeyId, secretAccessKey, sessionToken } = this.#profile;
    if (accessKeyId === undefined || secretAccessKey === undefined) {
      throw new CommandError(
        `the profile ${AWS_PROFILE} that AWS_PROFILE names has no access key of its own. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or unset AWS_PROFILE.`,
        EXIT.usage,
      );
    }
    return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  }

  async cloudFormation(): Promise<CloudFormationClient> {
    const { CloudFormationClient } = await import("@aws-sdk/client-cloudformation");
    return new CloudFormationClient(this.#options);
  }

  async ivs(): Promise<IvsClient> {
    const { IvsClient } = await import("@aws-sdk/client-ivs");
    return new IvsClient(this.#options);
  }

  async s3(): Promise<S3Client> {
    const { S3Client } = await import("@aws-sdk/client-s3");
    return new S3Client({ ...this.#options, forcePathStyle: true });
  }

  async sts(): Promise<STSClient> {
    const { STSClient } = await import("@aws-sdk/client-sts");
    return new STSClient(this.#options);
  }

  /** Gets JSON of the routes that anybody may ask: health. */
  async getJson(path: string): Promise<Record<string, unknown>> {
    return jsonOf(await fetch(`${this.endpoint}${path}`));
  }

  /** The variables that a child process needs to talk to the same server. */
  environment(): Record<string, string> {
    const { accessKeyId, secretAccessKey, sessionToken } = this.credentials;
    return {
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
      AWS_REGION: this.region,
      AWS_DEFAULT_REGION: this.region,
    };
  }

  get #options() {
    const { endpoint, region, credentials } = this;
    return { endpoint, region, credentials };
  }
}

/** Without a slash at its end. */
function httpUrl(text: string): string {
  const protocol = URL.canParse(text) ? new URL(text).protocol : "";
  if (protocol === "http:" || protocol === "https:") return text.replace(/\/$/, "");
  throw new CommandError(
    `${text} is no endpoint: give a URL such as ${DEFAULT_ENDPOINT}.`,
    EXIT.usage,
  );
}

/** Rolecast's answer; another program may be listening there. */
export async function jsonOf(response: Response): Promise<Record<string, unknown>> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    assert(error instanceof SyntaxError);
    throw new CommandError(notRolecast(new URL(response.url).origin), EXIT.unreachable);
  }
}
