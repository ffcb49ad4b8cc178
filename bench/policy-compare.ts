/**
 * Comparing policies with @rolecast/policy: two of 100 statements each, in three shapes (the same
 * statements in another order, one condition changed, all resources widened). Processor time of one
 * comparison in both directions, beside the time of 100 decisions by the same policies, which says
 * what the machine does today.
 *
 * Run: npx tsx bench/policy-compare.ts
 */
import {
  type CompiledPolicy,
  comparePolicies,
  compilePolicy,
  decide,
  PolicySet,
} from "../packages/policy/src/index.ts";

const STATEMENTS = 100;
const SERVICES = 20;
const ROUNDS = 30;
const AIM_MS = 20;

interface Shape {
  readonly reversed?: boolean;
  readonly widened?: boolean;
  readonly changed?: number;
}

function policyOf({ reversed = false, widened = false, changed }: Shape): CompiledPolicy {
  const statements = Array.from({ length: STATEMENTS }, (_, index) => {
    const service = `service${index % SERVICES}`;
    const region = index === changed ? "eu-west-1" : "us-east-1";
    return {
      Sid: `S${index}`,
      Effect: index % 10 === 9 ? "Deny" : "Allow",
      Action: [`${service}:Get${index}*`, `${service}:List*`, `${service}:Put${index}`],
      Resource: `arn:aws:${service}:::thing${index}/${widened ? "*" : "folder/*"}`,
      ...(index % 3 > 0 && { Condition: { StringEquals: { "aws:RequestedRegion": [region] } } }),
    };
  });
  const Statement = reversed ? statements.reverse() : statements;
  return compilePolicy(JSON.stringify({ Version: "2012-10-17", Statement }), {
    kind: "identity",
    id: "p",
    managed: false,
  });
}

/** Processor milliseconds of one run, the median of all. */
function measure(run: () => unknown): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return times.sort((one, other) => one - other)[ROUNDS >> 1] ?? 0;
}

const old = policyOf({});
const layers = { identity: new PolicySet([old]) };
const principal = { kind: "root", accountId: "111111111111", arn: "arn:aws:iam::1:root" } as const;
const decisions = measure(() => {
  for (let index = 0; index < STATEMENTS; index += 1)
    decide(
      {
        principal,
        action: `service${index % SERVICES}:Get${index}`,
        resource: `arn:aws:service${index % SERVICES}:::thing${index}/folder/x`,
        resourceAccountId: undefined,
        context: new Map([["aws:requestedregion", "us-east-1"]]),
      },
      layers,
    );
});
console.log(`100 decisions: ${decisions.toFixed(2)} ms`);
for (const [name, shape] of Object.entries({
  "the same, in another order": { reversed: true },
  "one condition changed": { changed: 50 },
  "all resources widened": { widened: true },
})) {
  const now = policyOf(shape);
  const { relation, exact } = comparePolicies([now], [old]);
  const ms = measure(() => comparePolicies([now], [old]));
  const answer = `${relation}${exact ? "" : ", not settled"}`;
  console.log(`${name}: ${answer}, ${ms.toFixed(1)} ms (aim ${AIM_MS} ms)`);
}
