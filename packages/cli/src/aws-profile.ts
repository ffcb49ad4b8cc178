import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The settings of a profile in AWS's files; each may be missing. */
export interface AwsProfile {
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly accessKeyId: string | undefined;
  readonly secretAccessKey: string | undefined;
  readonly sessionToken: string | undefined;
}

/** The files in which AWS's own tools look for profiles. */
export function profileFiles(environment: NodeJS.ProcessEnv) {
  const folder = join(homedir(), ".aws");
  return {
    config: environment.AWS_CONFIG_FILE || join(folder, "config"),
    credentials: environment.AWS_SHARED_CREDENTIALS_FILE || join(folder, "credentials"),
  };
}

/** The section that the configuration's file has for a profile. */
export function configSection(profile: string): string {
  return profile === "default" ? profile : `profile ${profile}`;
}

/** Reads the settings of `profile` from both files; the credentials' file takes precedence. */
export function readProfile(profile: string, environment: NodeJS.ProcessEnv): AwsProfile {
  const files = profileFiles(environment);
  const settings = new Map([
    ...readSection(files.config, configSection(profile)),
    ...readSection(files.credentials, profile),
  ]);
  return {
    endpoint: settings.get("endpoint_url"),
    region: settings.get("region"),
    accessKeyId: settings.get("aws_access_key_id"),
    secretAccessKey: settings.get("aws_secret_access_key"),
    sessionToken: settings.get("aws_session_token"),
  };
}

function readSection(file: string, name: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  let inside = false;
  for (const line of readLines(file)) {
    const head = /^\s*\[([^\]]*)\]/.exec(line)?.[1];
    if (head !== undefined) inside = head.trim().replace(/\s+/g, " ") === name;
    // Indented lines belong to the setting above them, as a service's own endpoint does.
    const [, key = "", value = ""] = /^(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (inside && value !== "") settings.set(key, value);
  }
  return settings;
}

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
