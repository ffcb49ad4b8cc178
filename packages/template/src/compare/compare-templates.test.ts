import { describe, expect, test } from "vitest";
import { compareTemplates, type DeployedStack, type TypeSchema } from "../index.ts";
import { evaluate } from "../testing/environment.testing.ts";

/*
 * What AWS answered for the same templates, as LocalStack recorded it (snapshots of its tests of
 * change sets, April and May 2025), in short.
 */

const TEXT = { kind: "string" } as const;
const SCHEMAS: Readonly<Record<string, TypeSchema>> = {
  "AWS::SNS::Topic": {
    properties: {
      TopicName: { type: TEXT, replacement: "yes" },
      DisplayName: { type: TEXT, replacement: "no" },
      Tags: { type: { kind: "list", of: { kind: "named", name: "Tag" } }, replacement: "no" },
    },
    types: {},
    tags: { property: "Tags" },
  },
};

type Properties = Readonly<Record<string, unknown>>;

const topics = (...list: readonly Properties[]) => ({
  Resources: Object.fromEntries(
    list.map((Properties, index) => [`Topic${index + 1}`, { Type: "AWS::SNS::Topic", Properties }]),
  ),
});

/** A stack of topics that are named by their property TopicName. */
function deployed(template: object, values: Readonly<Record<string, string>> = {}): DeployedStack {
  const evaluation = evaluate(template, values);
  const attributes = (id: string, attribute: string) => {
    const { TopicName, DisplayName } = evaluation.resource(id, attributes).properties;
    return attribute === "DisplayName" ? DisplayName : `arn:aws:sns:${TopicName}`;
  };
  const resources = [...evaluation.resources.values()].map(
    ({ logicalId, type }) =>
      [
        logicalId,
        {
          type,
          physicalId: String(attributes(logicalId, "Ref")),
          properties: evaluation.resource(logicalId, attributes).properties,
        },
      ] as const,
  );
  return { evaluation, resources: new Map(resources), attributes };
}

/** The changes in one line each: action, replacement, and per detail its cause and its values. */
function changes(
  before: DeployedStack | undefined,
  after: ReturnType<typeof evaluate>,
  includeValues: boolean,
): readonly string[] {
  const schemas = (name: string) => SCHEMAS[name];
  return compareTemplates({ before, after, schemas, includeValues }).flatMap((change) => [
    [change.Action, change.LogicalResourceId, change.Replacement, change.PolicyAction]
      .filter((word) => word !== undefined)
      .join(" "),
    ...change.Details.map(({ ChangeSource, Evaluation, CausingEntity, Target }) =>
      [
        `  ${Target.Path ?? Target.Name ?? Target.Attribute}`,
        Target.RequiresRecreation,
        ChangeSource,
        Evaluation,
        CausingEntity,
        Target.AttributeChangeType && `${Target.BeforeValue} > ${Target.AfterValue}`,
      ]
        .filter((word) => word !== undefined)
        .join(" "),
    ),
  ]);
}

const KNOWN_LATER = "{{changeSet:KNOWN_AFTER_APPLY}}";

describe("a change set", () => {
  test("adds what is new", () => {
    const template = topics({ TopicName: "a" }, { DisplayName: { Ref: "Topic1" } });
    expect(changes(undefined, evaluate(template), false)).toEqual(["Add Topic1", "Add Topic2"]);
    const [, second] = compareTemplates({
      before: undefined,
      after: evaluate(template),
      schemas: () => undefined,
      includeValues: true,
    });
    expect(second?.AfterContext).toBe(`{"Properties":{"DisplayName":"${KNOWN_LATER}"}}`);
    expect(second?.Scope).toEqual([]);
  });

  test("names a literal that changes in place, and what takes an attribute of it", () => {
    const template = (DisplayName: string) =>
      topics(
        { TopicName: "a", DisplayName },
        { TopicName: "b", DisplayName: { "Fn::GetAtt": ["Topic1", "DisplayName"] } },
        { TopicName: "c", DisplayName: { Ref: "Topic1" } },
      );
    const before = deployed(template("one"));
    expect(changes(before, evaluate(template("two")), false)).toEqual([
      "Modify Topic1 False",
      "  DisplayName Never DirectModification Static",
      "Modify Topic2 False",
      "  DisplayName Never ResourceAttribute Dynamic Topic1.DisplayName",
    ]);
    expect(changes(before, evaluate(template("two")), true)).toEqual([
      "Modify Topic1 False",
      "  /Properties/DisplayName Never DirectModification Static one > two",
    ]);
  });

  test("names what refers to a resource that is replaced", () => {
    const template = (TopicName: string) =>
      topics(
        { TopicName, DisplayName: "name" },
        { TopicName: "b", DisplayName: { Ref: "Topic1" } },
        { TopicName: "c", DisplayName: { "Fn::GetAtt": "Topic1.DisplayName" } },
      );
    const before = deployed(template("one"));
    expect(changes(before, evaluate(template("two")), false)).toEqual([
      "Modify Topic1 True ReplaceAndDelete",
      "  TopicName Always DirectModification Static",
      "Modify Topic2 False",
      "  DisplayName Never ResourceReference Static Topic1",
      "Modify Topic3 False",
      "  DisplayName Never ResourceAttribute Static Topic1.DisplayName",
    ]);
    const values = `/Properties/DisplayName Never`;
    expect(changes(before, evaluate(template("two")), true).slice(2, 5)).toEqual([
      "Modify Topic2 False",
      `  ${values} DirectModification Dynamic arn:aws:sns:one > ${KNOWN_LATER}`,
      `  ${values} ResourceReference Static Topic1 arn:aws:sns:one > ${KNOWN_LATER}`,
    ]);
  });

  test("names a parameter, and the property that it changes", () => {
    const template = {
      Parameters: { Name: { Type: "String" } },
      ...topics({ TopicName: { Ref: "Name" } }),
    };
    const before = deployed(template, { Name: "one" });
    const after = evaluate(template, { Name: "two" });
    expect(changes(before, after, false)).toEqual([
      "Modify Topic1 True ReplaceAndDelete",
      "  TopicName Always ParameterReference Static Name",
      "  TopicName Always DirectModification Dynamic",
    ]);
    expect(changes(before, after, true)).toEqual([
      "Modify Topic1 True ReplaceAndDelete",
      "  /Properties/TopicName Always DirectModification Dynamic one > two",
      "  /Properties/TopicName Always ParameterReference Static Name one > two",
    ]);
  });

  test("shows every place inside a property, and those of tags like any other", () => {
    const tags = (...values: readonly string[]) =>
      topics({ TopicName: "a", Tags: values.map((Value) => ({ Key: "team", Value })) });
    const after = evaluate(tags("media", "film"));
    expect(changes(deployed(tags("studio")), after, true)).toEqual([
      "Modify Topic1 False",
      "  /Properties/Tags/0/Value Never DirectModification Static studio > media",
      "  /Properties/Tags/1 Never DirectModification Static " +
        'undefined > {"Key":"team","Value":"film"}',
    ]);
    expect(changes(deployed(tags("studio")), after, false)).toEqual([
      "Modify Topic1 False",
      "  Tags Never DirectModification Static",
    ]);
  });

  test("finds parameters in metadata as in properties", () => {
    const template = {
      Parameters: { Secret: { Type: "String" } },
      Resources: {
        Topic1: {
          Type: "AWS::SNS::Topic",
          Properties: { TopicName: "a", Tags: [{ Key: "k", Value: { Ref: "Secret" } }] },
          Metadata: { Secret: { Ref: "Secret" } },
        },
      },
    };
    const before = deployed(template, { Secret: "one" });
    expect(changes(before, evaluate(template, { Secret: "two" }), false)).toEqual([
      "Modify Topic1 False",
      "  Metadata Never ParameterReference Static Secret",
      "  Metadata Never DirectModification Dynamic",
      "  Tags Never ParameterReference Static Secret",
      "  Tags Never DirectModification Dynamic",
    ]);
  });

  test("removes what the template lacks, by its deletion policy", () => {
    const template = topics({ TopicName: "a" }, { TopicName: "b" });
    const [topic] = Object.values(template.Resources);
    const before = deployed({
      Resources: { ...template.Resources, Kept: { ...topic, DeletionPolicy: "Retain" } },
    });
    expect(changes(before, evaluate(topics({ TopicName: "a" })), false)).toEqual([
      "Remove Kept Retain",
      "Remove Topic2 Delete",
    ]);
    const after = evaluate(topics({ TopicName: "a" }));
    const schemas = () => undefined;
    const [kept] = compareTemplates({ before, after, schemas, includeValues: true });
    expect(kept?.PhysicalResourceId).toBe("arn:aws:sns:a");
    expect(kept?.BeforeContext).toBe('{"Properties":{"TopicName":"a"},"DeletionPolicy":"Retain"}');
  });

  test("takes numbers and their texts for the same, and another order of members", () => {
    const before = deployed(topics({ TopicName: "a", DisplayName: 1 }));
    expect(changes(before, evaluate(topics({ DisplayName: "1", TopicName: "a" })), true)).toEqual(
      [],
    );
  });

  test("has no resource of another type", () => {
    const before = deployed(topics({ TopicName: "a" }));
    const after = evaluate({ Resources: { Topic1: { Type: "AWS::SQS::Queue" } } });
    expect(() => changes(before, after, false)).toThrow(
      "The new template modifies resource type of the following resources: [Topic1]",
    );
  });
});
