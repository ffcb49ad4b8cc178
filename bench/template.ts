/**
 * Templates of 490 and 500 resources: reading 113 KB of YAML and the same as JSON, the resources'
 * order, resolving all of them, and the change set of an update that renames every tenth of 500
 * resources, on which others depend, with and without property values. Processor time, the middle
 * of some runs after the first ones.
 *
 * Run: npx tsx bench/template.ts
 */
import {
  type Attributes,
  compareTemplates,
  type DeployedStack,
  type Environment,
  Evaluation,
  parseTemplate,
  type TypeSchema,
} from "../packages/template/src/index.ts";

const RUNS = 15;
/** Limits in milliseconds. */
const AIM = { read: 30, changeSet: 100 };

const ENVIRONMENT: Environment = {
  accountId: "111122223333",
  region: "eu-west-1",
  partition: "aws",
  urlSuffix: "amazonaws.com",
  stackName: "studio",
  stackId: "arn:aws:cloudformation:eu-west-1:111122223333:stack/studio/1",
  notificationArns: [],
  parameters: new Map([["Stage", "prod"]]),
  exports: () => undefined,
  availabilityZones: () => [],
};

const TEXT = { kind: "string" } as const;
const SCHEMA: TypeSchema = {
  properties: {
    Name: { type: TEXT, replacement: "yes" },
    Type: { type: TEXT, replacement: "no" },
    Value: { type: TEXT, replacement: "no" },
    Tags: { type: { kind: "map", of: TEXT }, replacement: "no" },
  },
  types: {},
  tags: { property: "Tags" },
};

/** Resources of which each tenth has a name of its own, and the others refer to the one before. */
function yaml(count: number, name: string): string {
  const resources = Array.from({ length: count }, (_, index) => {
    const isNamed = index % 10 === 0;
    const value = isNamed
      ? `!Join ["-", [${name}, !Ref AWS::Region, "${index}"]]`
      : `!GetAtt Parameter${index - 1}.Value`;
    return `  Parameter${index}:
    Type: AWS::SSM::Parameter
    Properties:
      Name: !Sub "/${isNamed ? name : "studio"}/\${Stage}/\${AWS::StackName}/${index}"
      Type: String
      Value: ${value}
      Tags: {team: media, stage: !Ref Stage, number: "${index}"}
`;
  });
  return `Parameters:\n  Stage: {Type: String}\nResources:\n${resources.join("")}`;
}

/** The middle of some runs, in milliseconds of processor time. */
function measured(run: () => unknown): number {
  const times = Array.from({ length: RUNS + 5 }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return times.slice(5).sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0;
}

function report(what: string, ms: number, limitMs?: number): void {
  const limit = limitMs === undefined ? "" : ` (limit ${limitMs} ms)`;
  console.log(`${what}: ${ms.toFixed(1)} ms${limit}`);
}

const text = yaml(490, "first");
report(
  `reading ${Math.round(text.length / 1_024)} KB of YAML`,
  measured(() => parseTemplate(text)),
  AIM.read,
);
const json = JSON.stringify(parseTemplate(text).document);
report(
  "reading the same as JSON",
  measured(() => parseTemplate(json)),
);

const attributes: Attributes = (id, attribute) => `${id}-${attribute}`;
const [before, after] = ["first", "second"].map(
  (name) => new Evaluation(parseTemplate(yaml(500, name)), ENVIRONMENT),
);
if (before === undefined || after === undefined) throw new Error("no templates");
report(
  "ordering 500 resources",
  measured(() => new Evaluation(before.template, ENVIRONMENT).graph),
);
const ids = [...before.resources.keys()];
report(
  "resolving them",
  measured(() => ids.map((id) => before.resource(id, attributes))),
);
const deployed: DeployedStack = {
  evaluation: before,
  attributes,
  resources: new Map(
    ids.map((id) => {
      const { type, properties } = before.resource(id, attributes);
      return [id, { type, physicalId: id, properties }];
    }),
  ),
};
for (const includeValues of [false, true]) {
  let count = 0;
  const ms = measured(() => {
    const schemas = () => SCHEMA;
    count = compareTemplates({ before: deployed, after, schemas, includeValues }).length;
  });
  const what = includeValues ? "with values" : "without values";
  report(`a change set of ${count} changes in 500 resources, ${what}`, ms, AIM.changeSet);
}
