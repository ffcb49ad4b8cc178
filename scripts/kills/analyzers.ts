import { AccessAnalyzer } from "@aws-sdk/client-accessanalyzer";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { allPages, byKey } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import { Bag } from "./sameness.ts";
import { changeTags, type Tags } from "./tags.ts";

/* Access Analyzer's archive rules and tags, of the one analyzer that an account may have. */

const PREFIX = "kills-";

interface Analyzer {
  readonly tags: Tags;
  /** Its archive rules, each with the resource that it is about. */
  readonly rules: Bag<string>;
}
const RULES_MAX = 5;

function change(key: string, analyzer: Analyzer | undefined, chance: Chance): Change<Analyzer> {
  const analyzerName = PREFIX + key;
  const of = (at: Node) => at.client(AccessAnalyzer);
  if (!analyzer)
    return {
      says: `CreateAnalyzer ${key}`,
      send: (at) => of(at).createAnalyzer({ analyzerName, type: "ACCOUNT" }),
      after: () => ({ tags: {}, rules: new Bag([]) }),
    };
  const resourceArn = `arn:aws:access-analyzer:us-east-1:000000000000:analyzer/${analyzerName}`;
  const { items } = analyzer.rules;
  switch (chance.below(6)) {
    case 0:
      return {
        says: `DeleteAnalyzer ${key}`,
        send: (at) => of(at).deleteAnalyzer({ analyzerName }),
        after: () => undefined,
      };
    case 1:
    case 2:
      return changeTags(analyzer, chance, `analyzer ${key}`, {
        tag: (at, name, value) => of(at).tagResource({ resourceArn, tags: { [name]: value } }),
        untag: (at, name) => of(at).untagResource({ resourceArn, tagKeys: [name] }),
      });
  }
  if (items.length >= RULES_MAX || (items.length > 0 && chance.rarely(2))) {
    const ruleName = chance.one(items);
    return {
      says: `DeleteArchiveRule ${key} ${ruleName}`,
      send: (at) => of(at).deleteArchiveRule({ analyzerName, ruleName }),
      after: () => ({ ...analyzer, rules: new Bag(items.filter((one) => one !== ruleName)) }),
    };
  }
  const ruleName = `rule-${chance.below(2 ** 31)}`;
  const filter = { resource: { eq: [`arn:aws:s3:::${ruleName}`] } };
  return {
    says: `CreateArchiveRule ${key} ${ruleName}`,
    send: (at) => of(at).createArchiveRule({ analyzerName, ruleName, filter }),
    after: () => ({ ...analyzer, rules: new Bag([...items, ruleName]) }),
  };
}

async function read(at: Node): Promise<ReadonlyMap<string, Analyzer>> {
  const access = at.client(AccessAnalyzer);
  const listed = await allPages(
    (nextToken) => access.listAnalyzers({ nextToken }),
    ({ analyzers }) => analyzers,
    ({ nextToken }) => nextToken,
  );
  const named: [string | undefined, Analyzer][] = [];
  for (const { name: analyzerName, tags = {} } of listed) {
    const rules = await allPages(
      (nextToken) => access.listArchiveRules({ analyzerName, nextToken }),
      ({ archiveRules }) => archiveRules,
      ({ nextToken }) => nextToken,
    );
    named.push([
      analyzerName,
      { tags, rules: new Bag(rules.map(({ ruleName = "" }) => ruleName)) },
    ]);
  }
  return byKey(PREFIX, named);
}

export const analyzers = remembered<Analyzer>({ name: "analyzers", keys: 1, change, read });
