import { commandLine, isLoopback } from "@rolecast/server";
import { CommandError } from "./command-error.ts";
import { Connection } from "./connection.ts";
import { detailsOf } from "./explain.ts";
import { type Evaluation, sentencesOf } from "./explanation.ts";
import { readFeed } from "./read-feed.ts";

/** A denied request of the AWS CLI. */
interface Denial {
  readonly id: string;
  readonly evaluations: readonly Evaluation[];
}

/** A decision, as the server's feed has it. */
interface Decision {
  readonly atMs: number;
  readonly authorizationId: string;
  readonly evaluatedEffect: string;
}

/** Source: botocore's `ClientError`; the AWS CLI prints it for each refused request. */
const REFUSED = /An error occurred \([^)]*\) when calling the \w+ operation/;
/** IAM's sentence about where the reason is. */
const NAMED_ID = /authorization id: ([0-9a-z]{25})/;

/** One run of the AWS CLI. */
export interface AwsRun {
  readonly startedMs: number;
  /** Part of the user agent of its requests, and of no others. */
  readonly mark: string;
}

/**
 * Prints why the last request of an AWS CLI was denied, if it complains of a refusal.
 */
export async function explainRefusal(complaints: string, run: AwsRun): Promise<void> {
  if (!REFUSED.test(complaints)) return;
  const denial = await findDenial(run);
  const id = denial?.id ?? NAMED_ID.exec(complaints)?.[1];
  if (id === undefined) return;
  const lines = [...(denial?.evaluations ?? []).flatMap(whyOf), commandLine("explain", id)];
  process.stderr.write(`\nwhy: ${lines.join("\n     ")}\n`);
}

function whyOf(evaluation: Evaluation): readonly string[] {
  const sentences = sentencesOf(evaluation).flatMap((text) => text.split("\n"));
  return sentences.length > 0 ? sentences : [evaluation.reason ?? ""];
}

/**
 * The last denial of its requests. Whoever is denied may mostly not read
 * decisions either: a server on loopback shows them to the key that everybody has there.
 */
async function findDenial(run: AwsRun): Promise<Denial | undefined> {
  const own = new Connection();
  for (const connection of isLoopback(new URL(own.endpoint).hostname)
    ? [own, everybodys(own)]
    : [own]) {
    try {
      return await lastDenial(connection, run);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
    }
  }
  return undefined;
}

function everybodys(own: Connection): Connection {
  const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: _secret, ...others } = process.env;
  const { AWS_SESSION_TOKEN: _token, AWS_PROFILE: _profile, ...keyless } = others;
  return new Connection(own, keyless);
}

/** The feed has no user agents: each denial's details are read for it. */
const LOOKED_AT_MAX = 50;

async function lastDenial(connection: Connection, { startedMs, mark }: AwsRun) {
  const ids: string[] = [];
  for await (const json of readFeed(connection, "decisions", { follow: false })) {
    const { atMs, authorizationId, evaluatedEffect }: Decision = JSON.parse(json);
    if (atMs >= startedMs && evaluatedEffect !== "ALLOW") ids.push(authorizationId);
  }
  for (const id of ids.slice(-LOOKED_AT_MAX).reverse()) {
    const evaluations = (await detailsOf(connection, id)).flatMap((page) => page.evaluations);
    if (evaluations.some((each) => isMarked(each, mark))) return { id, evaluations };
  }
  return undefined;
}

function isMarked({ context }: Evaluation, mark: string): boolean {
  return context["aws:UserAgent"]?.some((agent) => agent.includes(mark)) ?? false;
}
