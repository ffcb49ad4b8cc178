import { declareType, type Part } from "../../../kernel/resource-types/declare-type.ts";
import {
  fromOperation,
  type Mapping,
  toOperation,
} from "../../../kernel/resource-types/mapping.ts";
import {
  listed,
  listOf,
  type Tag,
  tagList,
  tagMap,
} from "../../../kernel/resource-types/members.ts";
import { pagesOf, tagsPart, unlessGone } from "../../../kernel/resource-types/parts.ts";
import type { ResourceCall, ResourceModel, ResourceType } from "../../../kernel/resources.ts";

function analyzer<Output>(call: ResourceCall, operation: string, input: object): Promise<Output> {
  return call.invoke<Output>("accessanalyzer", operation, input);
}

interface Page {
  readonly nextToken?: string;
}

async function* itemsOf<Item>(
  call: ResourceCall,
  operation: string,
  input: object,
  member: string,
): AsyncIterable<Item> {
  const next = ({ nextToken }: Page) => nextToken;
  const options = { service: "accessanalyzer", operation, input, tokenMember: "nextToken", next };
  for await (const page of pagesOf<Page & Readonly<Record<string, unknown>>>(options, call))
    yield* listOf<Item>(page[member]);
}

const CRITERION: Mapping = { Contains: "contains", Eq: "eq", Exists: "exists", Neq: "neq" };

interface ArchiveRule {
  readonly RuleName: string;
  readonly Filter: readonly ({ readonly Property: string } & Readonly<Record<string, unknown>>)[];
}

/** A rule's filter as operations have it: criteria by the property that they are about. */
function filterInput({ Filter }: ArchiveRule): object {
  return Object.fromEntries(
    Filter.map(({ Property, ...criterion }) => [Property, toOperation(CRITERION, criterion)]),
  );
}

const nameOf = ({ Arn }: ResourceModel) => ({ analyzerName: String(Arn).split("/").at(-1) });

const archiveRules: Part = {
  properties: ["ArchiveRules"],
  isCreated: true,
  async write({ id, was, want }, call) {
    const before = listOf<ArchiveRule>(was.ArchiveRules).map(({ RuleName }) => RuleName);
    const now = listOf<ArchiveRule>(want.ArchiveRules);
    for (const ruleName of before)
      if (now.every(({ RuleName }) => RuleName !== ruleName))
        await unlessGone(analyzer(call, "DeleteArchiveRule", { ...nameOf(id), ruleName }));
    for (const rule of now) {
      const operation = before.includes(rule.RuleName) ? "UpdateArchiveRule" : "CreateArchiveRule";
      const input = { ruleName: rule.RuleName, filter: filterInput(rule) };
      await analyzer(call, operation, { ...nameOf(id), ...input });
    }
  },
  async read(id, call) {
    const rules: ArchiveRule[] = [];
    for await (const { ruleName, filter } of itemsOf<{ ruleName: string; filter: object }>(
      call,
      "ListArchiveRules",
      nameOf(id),
      "archiveRules",
    )) {
      const criteria = Object.entries(filter).map(([Property, criterion]) => ({
        Property,
        ...(fromOperation(CRITERION, criterion) as object),
      }));
      rules.push({ RuleName: ruleName, Filter: criteria });
    }
    return { ArchiveRules: listed(rules) };
  },
};

/** `resourceTags` are maps in operations, and lists of tags in models. */
const CONFIGURATION: Mapping = {
  InternalAccessConfiguration: {
    to: "internalAccess",
    of: {
      InternalAccessAnalysisRule: {
        to: "analysisRule",
        of: {
          Inclusions: {
            to: "inclusions",
            of: {
              AccountIds: "accountIds",
              ResourceArns: "resourceArns",
              ResourceTypes: "resourceTypes",
            },
          },
        },
      },
    },
  },
  UnusedAccessConfiguration: {
    to: "unusedAccess",
    of: {
      UnusedAccessAge: "unusedAccessAge",
      AnalysisRule: {
        to: "analysisRule",
        of: {
          Exclusions: {
            to: "exclusions",
            of: { AccountIds: "accountIds", ResourceTags: "resourceTags" },
          },
        },
      },
    },
  },
};

/** The configuration with each set of tags in it converted. */
function withTags(value: unknown, member: string, convert: (tags: never) => unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => withTags(each, member, convert));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      name === member ? (each as never[]).map(convert) : withTags(each, member, convert),
    ]),
  );
}

function configurationInput({ AnalyzerConfiguration }: ResourceModel): unknown {
  if (AnalyzerConfiguration === undefined) return undefined;
  const mapped = toOperation(CONFIGURATION, AnalyzerConfiguration);
  return withTags(mapped, "resourceTags", (tags: readonly Tag[]) => tagMap(tags));
}

interface Analyzer {
  readonly arn: string;
  readonly name: string;
  readonly type: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly configuration?: object;
}

const analyzerType = declareType({
  typeName: "AWS::AccessAnalyzer::Analyzer",
  naming: { property: "AnalyzerName", lengthMax: 255 },
  fixed: ["AnalyzerName", "Type"],
  parts: [
    archiveRules,
    {
      properties: ["AnalyzerConfiguration"],
      isCreated: true,
      async write({ id, want }, call) {
        const configuration = configurationInput(want);
        await analyzer(call, "UpdateAnalyzer", { ...nameOf(id), configuration });
      },
    },
    tagsPart({
      tag: ({ Arn }, tags, call) =>
        analyzer(call, "TagResource", { resourceArn: Arn, tags: tagMap(tags) }),
      untag: ({ Arn }, tagKeys, call) =>
        analyzer(call, "UntagResource", { resourceArn: Arn, tagKeys }),
    }),
  ],
  async create(want, call) {
    const rules = listOf<ArchiveRule>(want.ArchiveRules).map((rule) => ({
      ruleName: rule.RuleName,
      filter: filterInput(rule),
    }));
    const { arn } = await analyzer<{ arn: string }>(call, "CreateAnalyzer", {
      analyzerName: want.AnalyzerName,
      type: want.Type,
      archiveRules: rules,
      configuration: configurationInput(want),
      tags: tagMap(want.Tags),
    });
    return { Arn: arn };
  },
  async read(id, call) {
    const answer = await analyzer<{ analyzer: Analyzer }>(call, "GetAnalyzer", nameOf(id));
    const { arn, name, type, tags, configuration } = answer.analyzer;
    return {
      Arn: arn,
      AnalyzerName: name,
      Type: type,
      AnalyzerConfiguration:
        configuration &&
        withTags(fromOperation(CONFIGURATION, configuration), "ResourceTags", tagList),
      Tags: tagList(tags),
    };
  },
  async delete(id, call) {
    await analyzer(call, "DeleteAnalyzer", nameOf(id));
    return undefined;
  },
  async *list(_model, call) {
    for await (const { arn } of itemsOf<Analyzer>(call, "ListAnalyzers", {}, "analyzers"))
      yield { Arn: arn };
  },
});

/** A rule's ARN is its analyzer's, and its name. */
const RULE_ARN = /analyzer\/(?<analyzerName>[^/]+)\/archive-rule\/(?<ruleName>[^/]+)$/;

function ruleOf({ Arn }: ResourceModel): { analyzerName?: string; ruleName?: string } {
  return { ...RULE_ARN.exec(String(Arn))?.groups };
}

function ruleFilter({ Filter }: ResourceModel): object {
  return mapValues(Filter, (criterion) => toOperation(CRITERION, criterion));
}

function mapValues(map: unknown, convert: (value: unknown) => unknown): object {
  const entries = Object.entries((map ?? {}) as object);
  return Object.fromEntries(entries.map(([name, value]) => [name, convert(value)]));
}

interface ShownRule {
  readonly ruleName: string;
  readonly filter: object;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const archiveRuleType = declareType({
  typeName: "AWS::AccessAnalyzer::ArchiveRule",
  fixed: ["AnalyzerName", "RuleName"],
  parts: [
    {
      properties: ["Filter"],
      isCreated: true,
      async write({ id, want }, call) {
        const input = { ...ruleOf(id), filter: ruleFilter(want) };
        await analyzer(call, "UpdateArchiveRule", input);
      },
    },
  ],
  async create(want, call) {
    const { AnalyzerName: analyzerName, RuleName: ruleName } = want;
    const found = await analyzer<{ analyzer: Analyzer }>(call, "GetAnalyzer", { analyzerName });
    const input = { analyzerName, ruleName, filter: ruleFilter(want) };
    await analyzer(call, "CreateArchiveRule", input);
    return { Arn: `${found.analyzer.arn}/archive-rule/${ruleName}` };
  },
  async read({ Arn }, call) {
    const { analyzerName, ruleName } = ruleOf({ Arn });
    const { archiveRule } = await analyzer<{ archiveRule: ShownRule }>(call, "GetArchiveRule", {
      ...{ analyzerName, ruleName },
    });
    return {
      ...{ Arn, AnalyzerName: analyzerName, RuleName: ruleName },
      Filter: mapValues(archiveRule.filter, (one) => fromOperation(CRITERION, one as object)),
      CreatedAt: archiveRule.createdAt.toISOString(),
      UpdatedAt: archiveRule.updatedAt.toISOString(),
    };
  },
  async delete(id, call) {
    await analyzer(call, "DeleteArchiveRule", ruleOf(id));
    return undefined;
  },
  async *list(_model, call) {
    for await (const { arn, name } of itemsOf<Analyzer>(call, "ListAnalyzers", {}, "analyzers")) {
      const input = { analyzerName: name };
      for await (const rule of itemsOf<ShownRule>(call, "ListArchiveRules", input, "archiveRules"))
        yield { Arn: `${arn}/archive-rule/${rule.ruleName}` };
    }
  },
});

export const accessAnalyzerResources: readonly ResourceType[] = [analyzerType, archiveRuleType];
