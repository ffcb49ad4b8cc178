import {
  compareTemplates,
  Evaluation,
  expandTemplate,
  importsOf,
  neededCapabilities,
  parseProcessedTemplate,
  parseTemplate,
  resolveParameters,
  TemplateError,
  templateSummary,
  UNKNOWN,
} from "@rolecast/template";
import { type Chance, type FuzzTarget, mutate, nasty } from "./chance.ts";

const TYPES = ["AWS::S3::Bucket", "AWS::IAM::Role", "AWS::SSM::Parameter"];
const NAMES = ["A", "B", "C", "D"];
const PSEUDO = ["AWS::Region", "AWS::NoValue", "AWS::StackName", "P", "L"];

/**
 * Templates: only TemplateErrors come of them, what is processed can be read again, and nothing
 * changes between a template and itself.
 */
export const templateTarget: FuzzTarget = {
  name: "CloudFormation templates",
  next(chance) {
    const written = chance.rarely(3) ? yaml(chance) : JSON.stringify(template(chance));
    const text = chance.rarely(3) ? mutate(written, chance) : written;
    const value = nasty(chance);
    return { input: { text, value }, run: () => tryTemplate(text, value) };
  },
};

function tryTemplate(text: string, value: string): void {
  try {
    const parsed = parseTemplate(text);
    neededCapabilities(parsed);
    templateSummary(parsed, () => undefined);
    const given = [{ name: "P", value }].filter(({ name }) => parsed.parameters.has(name));
    const resolved = resolveParameters(parsed, given, new Map(), new Map());
    const environment = {
      accountId: "111111111111",
      region: "eu-west-1",
      partition: "aws",
      urlSuffix: "amazonaws.com",
      stackName: "studio",
      stackId: "arn:aws:cloudformation:eu-west-1:111111111111:stack/studio/1",
      notificationArns: [],
      parameters: new Map([...resolved].map(([name, parameter]) => [name, parameter.value])),
      exports: () => value,
      availabilityZones: () => [],
    };
    const expanded = expandTemplate(parsed, environment, new Map());
    const after = new Evaluation(expanded, environment);
    importsOf(after);
    const again = parseProcessedTemplate(JSON.stringify(expanded.document));
    if (again.resources.size !== expanded.resources.size) throw new Error("read differently");
    for (const id of after.graph.order) after.resource(id, () => UNKNOWN);
    after.outputs(() => value);
    compareWithItself(after, value);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
  }
}

function compareWithItself(evaluation: Evaluation, value: string): void {
  const attributes = () => value;
  const resources = new Map(
    [...evaluation.resources.values()].map(({ logicalId, type }) => {
      const { properties } = evaluation.resource(logicalId, attributes);
      return [logicalId, { type, physicalId: logicalId, properties }];
    }),
  );
  const before = { evaluation, resources, attributes };
  for (const includeValues of [false, true]) {
    const comparison = { before, after: evaluation, schemas: () => undefined, includeValues };
    if (compareTemplates(comparison).length > 0) throw new Error("differs from itself");
  }
}

function template(chance: Chance): object {
  const resources = NAMES.slice(0, 1 + chance.below(NAMES.length)).map((name) => [
    name,
    {
      Type: chance.one(TYPES),
      Properties: { Name: value(chance, 3), Other: value(chance, 4) },
      ...(chance.rarely(4) ? { DependsOn: chance.one(NAMES) } : {}),
      ...(chance.rarely(4) ? { Condition: "Is" } : {}),
      ...(chance.rarely(6)
        ? { DeletionPolicy: chance.one(["Retain", "Delete", nasty(chance)]) }
        : {}),
    },
  ]);
  const isExtended = chance.rarely(3);
  return {
    ...(isExtended ? { Transform: "AWS::LanguageExtensions" } : {}),
    Parameters: {
      P: { Type: chance.one(["String", "Number"]), Default: "1", AllowedPattern: pattern(chance) },
      L: { Type: "CommaDelimitedList", Default: "a,b" },
    },
    Mappings: { M: { eu: { k: "v", l: ["a"] } } },
    Conditions: {
      Is: { "Fn::Equals": [value(chance, 1), value(chance, 1)] },
      Not: { "Fn::Not": [{ Condition: chance.one(["Is", "Not"]) }] },
    },
    Resources: {
      ...Object.fromEntries(resources),
      ...(isExtended
        ? {
            "Fn::ForEach::X": [
              "I",
              { Ref: "L" },
              { "R${I}": { Type: "T", Properties: { I: "${I}" } } },
            ],
          }
        : {}),
    },
    Outputs: { O: { Value: value(chance, 2), Export: { Name: value(chance, 1) } } },
  };
}

function pattern(chance: Chance): string {
  return chance.rarely(2) ? ".*" : mutate("^(?=.*[a-z])([A-Z]|\\d{1,3})*[^/]+$", chance);
}

function value(chance: Chance, depth: number): unknown {
  if (depth === 0 || chance.rarely(4)) return chance.rarely(3) ? nasty(chance) : chance.below(9);
  const inner = () => value(chance, depth - 1);
  const name = chance.one([...NAMES, ...PSEUDO]);
  return chance.one<() => unknown>([
    () => ({ Ref: name }),
    () => ({ "Fn::GetAtt": [name, "Arn"] }),
    () => ({ "Fn::Sub": `\${${name}}-\${${chance.one(NAMES)}.Arn}-\${${nasty(chance)}` }),
    () => ({ "Fn::Sub": ["${x}${x}", { x: inner() }] }),
    () => ({ "Fn::Join": [nasty(chance), chance.rarely(2) ? { Ref: "L" } : [inner(), inner()]] }),
    () => ({ "Fn::Split": [nasty(chance), inner()] }),
    () => ({ "Fn::Select": [chance.below(3), chance.rarely(2) ? { Ref: "L" } : [inner()]] }),
    () => ({ "Fn::If": [chance.one(["Is", "Not", "None"]), inner(), inner()] }),
    () => ({ "Fn::FindInMap": ["M", chance.one(["eu", nasty(chance)]), "k"] }),
    () => ({ "Fn::Base64": inner() }),
    () => ({ "Fn::Cidr": ["10.0.0.0/16", chance.below(300), inner()] }),
    () => ({ "Fn::ImportValue": inner() }),
    () => ({ "Fn::ToJsonString": [inner()] }),
    () => ({ "Fn::Length": { Ref: "L" } }),
    () => ({ [nasty(chance)]: inner(), b: [inner()] }),
  ])();
}

function yaml(chance: Chance): string {
  const tag = chance.one([
    "!Ref P",
    "!GetAtt A.Arn",
    "!Sub '${A}'",
    "!If [Is, 1, 2]",
    "!Join [a, [b]]",
  ]);
  return `Parameters:
  P: {Type: String, Default: "1"}
Conditions:
  Is: !Equals [!Ref P, 1]
Resources:
  A:
    Type: ${chance.one(TYPES)}
    Properties: {a: ${chance.one(["2012-10-17", "yes", "0x1F", "~x", "1:30"])}}
  B:
    Type: ${chance.one(TYPES)}
    Properties:
      P: ${tag}
      T: |
        text ${nasty(chance).replace(/\s/g, "")}
      L:
        - ${tag}
`;
}
