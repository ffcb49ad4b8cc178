/**
 * Policies generated from 100,000 recorded decisions, as `rolecast logs --of decisions --json`
 * prints them: 40 actions of three services on 3,000 channels, 50,000 objects and 50 roles. The
 * lines are read and the policy is made in one process, once per resource rule. Processor time of
 * the whole, beside the time to read the same lines as JSON; and the process's peak of memory over
 * what it took with the lines alone.
 *
 * Run: npx tsx bench/policy-generate.ts
 */
import { callsOf, decisionsIn } from "../packages/cli/src/recorded-calls.ts";
import { generatePolicy, type ResourceRule } from "../packages/policy/src/index.ts";

const DECISIONS = 100_000;
const AIM = { ms: 2_000, mb: 100 };
const ACCOUNT = "111122223333";
const RULES: readonly ResourceRule[] = ["exact", "prefix", "service"];

/** The lines of a session's decisions, the same ones in every run. */
function lines(): string {
  const decisions = Array.from({ length: DECISIONS }, (_, index) => {
    const kind = index % 10;
    const channel = `arn:aws:ivs:eu-west-1:${ACCOUNT}:channel/${(index * 7) % 3_000}`;
    const object = `arn:aws:s3:::media/ivs/v1/${index % 200}/${(index * 31) % 50_000}.ts`;
    const role = `arn:aws:iam::${ACCOUNT}:role/team/r${index % 50}`;
    const [action, resource] =
      kind < 6
        ? [`s3:${["GetObject", "PutObject", "DeleteObject"][index % 3]}`, object]
        : kind < 9
          ? [`ivs:Operation${index % 30}`, channel]
          : [["iam:GetRole", "iam:PassRole"][(index >> 4) % 2], role];
    return JSON.stringify({
      authorizationId: `${index}`.padStart(25, "0"),
      ...{ action, resource, allowed: true, service: "s3", operation: "Call" },
      principalArn: `arn:aws:sts::${ACCOUNT}:assumed-role/app/session`,
      context: { "iam:PassedToService": ["ivs.amazonaws.com"] },
    });
  });
  return decisions.join("\n");
}

/** Runs it; gives its processor milliseconds. */
function measured(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const text = lines();
const parse = () => text.split("\n").map((line) => JSON.parse(line));
const memory = process.memoryUsage().rss;
console.log(`${DECISIONS} decisions, ${Math.round(text.length / 1_048_576)} MB of lines`);
for (const resources of RULES) {
  let statements = 0;
  const made = measured(() => {
    const { calls } = callsOf(decisionsIn(text, "bench"), undefined);
    statements = generatePolicy(calls, { resources }).statements.length;
  });
  // The peak is of all so far; reading JSON alone, which takes more, comes after it.
  const mb = process.resourceUsage().maxRSS / 1_024 - memory / 1_048_576;
  const ratio = (made / measured(parse)).toFixed(2);
  const size = resources === "exact" ? `, ${mb.toFixed(0)} MB (aim ${AIM.mb} MB)` : "";
  console.log(
    `${resources}, ${statements} statements: ${made.toFixed(0)} ms (aim ${AIM.ms} ms)${size}, ` +
      `${ratio} of reading JSON alone`,
  );
}
