import { z } from "zod";
import { errorClass } from "../../../kernel/error-class.ts";
import type { RoleUsage } from "../../../kernel/ports/identity.ts";
import type { OutsideService, UsageEndpoint } from "../../../kernel/ports/linked-services.ts";
import { pause } from "../../../kernel/work/timers.ts";

const ANSWER_BYTES_MAX = 1024 * 1024;
/** The delay after the first attempt; it doubles after each further one. */
const RETRY_DELAY_MS = 50;

const answerSchema = z.object({ resources: z.array(z.string().min(1).max(2_048)).max(100_000) });

/** A service's usages, or why it couldn't tell them. */
export type UsageAnswer =
  | { readonly usages: readonly RoleUsage[]; readonly unknown?: undefined }
  | { readonly unknown: string };

export interface AskedRole {
  readonly accountId: string;
  readonly roleName: string;
}

/**
 * Asks an outside service in every Region whether it uses its role. Only an answer of every Region
 * is an answer. Never rejects but with the reason of `signal`.
 */
export async function askUsage(
  { servicePrincipal, usage }: OutsideService,
  role: AskedRole,
  signal: AbortSignal,
): Promise<UsageAnswer> {
  const usages: RoleUsage[] = [];
  let unknown: string | undefined;
  await Promise.all(
    usage.regions.map(async (region) => {
      const answer = await askRegion(usage, region, role, signal);
      if (typeof answer === "string") unknown ??= `${region}: ${answer}`;
      else if (answer.length > 0) usages.push({ region, resources: answer });
    }),
  );
  signal.throwIfAborted();
  if (unknown !== undefined)
    return {
      unknown: `${servicePrincipal} could not tell whether the role ${role.roleName} is in use in ${unknown}. Try again later.`,
    };
  usages.sort((a, b) => (a.region < b.region ? -1 : 1));
  return { usages };
}

/** The resources, or what went wrong with the last attempt. */
async function askRegion(
  usage: UsageEndpoint,
  region: string,
  role: AskedRole,
  signal: AbortSignal,
): Promise<readonly string[] | string> {
  const deadline = AbortSignal.timeout(usage.deadlineMs);
  const attemptMs = Math.ceil(usage.deadlineMs / usage.attempts);
  let problem = "";
  for (let attempt = 1; attempt <= usage.attempts; attempt++) {
    const ends = AbortSignal.any([signal, deadline, AbortSignal.timeout(attemptMs)]);
    const answer = await ask(usageUrl(usage, region, role), usage.authorizationHeader, ends);
    if (typeof answer !== "string") return answer;
    problem = answer;
    if (signal.aborted || deadline.aborted) break;
    if (attempt < usage.attempts) await pause(RETRY_DELAY_MS * 2 ** (attempt - 1), { signal });
  }
  return problem;
}

async function ask(
  url: string,
  authorization: string | undefined,
  signal: AbortSignal,
): Promise<readonly string[] | string> {
  try {
    const response = await fetch(url, {
      redirect: "manual",
      headers: {
        accept: "application/json",
        ...(authorization === undefined ? {} : { authorization }),
      },
      signal,
    });
    const text = await readText(response);
    if (response.status !== 200) return `it answered with status ${response.status}`;
    if (text === undefined) return "its answer is too long";
    return readResources(text);
  } catch (error) {
    if (signal.aborted) return "it didn't answer in time";
    return `it can't be reached (${errorClass(error)})`;
  }
}

function readResources(text: string): readonly string[] | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "its answer isn't JSON";
  }
  const parsed = answerSchema.safeParse(value);
  return parsed.success ? parsed.data.resources : 'its answer isn\'t {"resources": ["…"]}';
}

async function readText(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Region, account and role are query parameters unless the template has places for them. */
function usageUrl({ url }: UsageEndpoint, region: string, role: AskedRole): string {
  const values = { region, account: role.accountId, role: role.roleName };
  let filled = url;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (url.includes(`{${name}}`))
      filled = filled.replaceAll(`{${name}}`, encodeURIComponent(value));
    else query.set(name, value);
  }
  const asked = new URL(filled);
  for (const [name, value] of query) asked.searchParams.set(name, value);
  return asked.href;
}
