import { commandLine } from "@rolecast/server";
import { CommandError } from "./command-error.ts";
import { Connection } from "./connection.ts";
import { type Explained, sentencesOf } from "./explanation.ts";
import { readFeed } from "./read-feed.ts";

/** A decision, as the server's feed has it. */
interface Decision extends Explained {
  readonly atMs: number;
  readonly authorizationId: string;
  readonly evaluatedEffect: string;
  readonly operation: string;
  readonly reason?: string;
}

/** Source: botocore's `ClientError`; the AWS CLI prints it for each refused request. */
const REFUSED = /An error occurred \([^)]*\) when calling the (\w+) operation/g;
/** IAM's sentence about where the reason is. */
const NAMED_ID = /authorization id: ([0-9a-z]{25})/;

/** Prints why the last request that the AWS CLI complains of was denied, if it was. */
export async function explainRefusal(complaints: string, startedMs: number): Promise<void> {
  const operation = [...complaints.matchAll(REFUSED)].at(-1)?.[1];
  if (operation === undefined) return;
  const decision = await findDenial(operation, startedMs);
  const id = decision?.authorizationId ?? NAMED_ID.exec(complaints)?.[1];
  if (id === undefined) return;
  const lines = [...(decision ? whyOf(decision) : []), commandLine("explain", id)];
  process.stderr.write(`\nwhy: ${lines.join("\n     ")}\n`);
}

function whyOf(decision: Decision): readonly string[] {
  const sentences = sentencesOf(decision).flatMap((text) => text.split("\n"));
  return sentences.length > 0 ? sentences : [decision.reason ?? ""];
}

/**
 * The last denial of that operation. Whoever is denied may mostly not read decisions either: a
 * server on loopback shows them to the key that everybody has there.
 */
async function findDenial(operation: string, startedMs: number): Promise<Decision | undefined> {
  const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: _secret, ...others } = process.env;
  const { AWS_SESSION_TOKEN: _token, AWS_PROFILE: _profile, ...keyless } = others;
  const own = new Connection();
  const everybodys = new Connection(own, keyless);
  for (const connection of [own, everybodys]) {
    try {
      return await lastDenial(connection, operation, startedMs);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
    }
  }
  return undefined;
}

async function lastDenial(connection: Connection, operation: string, startedMs: number) {
  let last: Decision | undefined;
  for await (const json of readFeed(connection, "decisions", { follow: false })) {
    const decision: Decision = JSON.parse(json);
    const { atMs, evaluatedEffect } = decision;
    const isAbout = decision.operation === operation && atMs >= startedMs;
    if (isAbout && evaluatedEffect !== "ALLOW") last = decision;
  }
  return last;
}
