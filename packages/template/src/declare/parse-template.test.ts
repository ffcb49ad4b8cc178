import { describe, expect, test } from "vitest";
import { Evaluation, parseTemplate, placeOf, refuseCircles, resolveParameters } from "../index.ts";
import { ENVIRONMENT, evaluate } from "../testing/environment.testing.ts";

const BUCKET = '"A": {"Type": "AWS::S3::Bucket"}';
const RESOURCES = `"Resources": {${BUCKET}}`;
const JOIN =
  "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of " +
  "strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be " +
  "joined.";
const SPLIT =
  "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be " +
  "split or a function that returns a string to be split.";
const NULLS = "'null' values are not allowed in templates";

/** Texts of AWS's, recorded or documented. */
const property = (value: string) =>
  `{"Resources": {"A": {"Type": "T", "Properties": {"x": ${value}}}}}`;

const ERRORS: readonly (readonly [string, string])[] = [
  // Text
  [
    '{"this is invalid JSON"="bobbins"}',
    "Template format error: JSON not well-formed. (line 1, column 25)",
  ],
  ["{", "Template format error: JSON not well-formed. (line 1, column 2)"],
  ["a: b: c", "Template format error: YAML not well-formed. (line 1, column 5)"],
  ["A: !Unknown b", "Template format error: YAML not well-formed. (line 1, column 4)"],
  ["a: 1\n---\nb: 2", "Template format error: YAML not well-formed. (line 3, column 5)"],
  ["", "Template format error: unsupported structure."],
  ["text", "Template format error: unsupported structure."],
  ["- a", "Template format error: unsupported structure."],
  [
    "A: &a {b: c}\nD: *a",
    "Template error: YAML aliases are not allowed in CloudFormation templates",
  ],
  // Sections
  ["{}", "Template format error: At least one Resources member must be defined."],
  [`{"Foo": 1, "Bar": 2, ${RESOURCES}}`, "Invalid template property or properties [Foo, Bar]"],
  [
    `{"AWSTemplateFormatVersion": "2011-01-01", ${RESOURCES}}`,
    "Template format error: Template format version 2011-01-01 is not supported. Supported " +
      "versions: [2010-09-09]",
  ],
  [
    `{"Transform": {"Name": {"Ref": "X"}}, ${RESOURCES}}`,
    "Key Name of transform definition must be a string.",
  ],
  // Resources
  ['{"Resources": {"A": 1}}', "Template format error: Any Resources member must be an object."],
  [
    '{"Resources": {"A": {"Properties": {}}}}',
    "Template format error: [/Resources/A] Every Resources object must contain a Type member.",
  ],
  [
    '{"Resources": {"A": {"Type": "T", "Invalid": 10}}}',
    "Invalid template resource property 'Invalid'",
  ],
  [
    '{"Resources": {"my-bad-id": {"Type": "T"}}}',
    "Template format error: Resource name my-bad-id is non alphanumeric.",
  ],
  // Parameters, mappings, outputs
  [
    `{"Parameters": {"AWS::NoValue": {"Type": "String"}}, ${RESOURCES}}`,
    "Template format error: Parameter name AWS::NoValue is non alphanumeric.",
  ],
  [
    `{"Parameters": {"P": {"Type": "Strin"}}, ${RESOURCES}}`,
    "Template format error: Unrecognized parameter type: Strin",
  ],
  [
    `{"Mappings": {"A": 1}, ${RESOURCES}}`,
    "Template format error: Every Mappings member A must be a map",
  ],
  [
    `{"Mappings": {"A": {"b": {"c": {}}}}, ${RESOURCES}}`,
    "Template format error: Every Mappings attribute must be a String or a List.",
  ],
  [`{${RESOURCES}, "Outputs": {"O": {"Value": null}}}`, `[/Outputs/O/Value] ${NULLS}`],
  [`{${RESOURCES}, "Outputs": {"O": {"Value": null, "X": null}}}`, `[/Outputs/O/Value] ${NULLS}`],
  [
    `{${RESOURCES}, "Outputs": {"O": {}}}`,
    "Template format error: Every Outputs member must contain a Value object",
  ],
  // References
  [
    '{"Resources": {"A": {"Type": "T", "Properties": {"x": {"Ref": "B"}, "y": {"Fn::Sub": ' +
      '"${C}"}}}}}',
    "Template format error: Unresolved resource dependencies [B, C] in the Resources block " +
      "of the template",
  ],
  [
    '{"Resources": {"A": {"Type": "T", "DependsOn": ["B"]}}}',
    "Template format error: Unresolved resource dependencies [B] in the Resources block of " +
      "the template",
  ],
  [
    `{${RESOURCES}, "Outputs": {"O": {"Value": {"Ref": "B"}}}}`,
    "Unresolved resource dependencies [B] in the Outputs block of the template",
  ],
  [
    '{"Resources": {"A": {"Type": "T", "Properties": {"x": {"Fn::If": ["C", 1, 2]}}}}}',
    "Template error: unresolved condition dependency C in Fn::If",
  ],
  [
    '{"Resources": {"A": {"Type": "T", "Properties": {"x": {"Fn::GetAtt": ["A"]}}}}}',
    "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource " +
      "name and the resource attribute",
  ],
  [
    property('{"Fn::GetAtt": "B.Arn"}'),
    "Template error: instance of Fn::GetAtt references undefined resource B",
  ],
  [
    property('{"Fn::Sub": "${B.Arn}"}'),
    "Template error: instance of Fn::Sub references invalid resource attribute B.Arn",
  ],
  [property('{"Fn::Join": ["-"]}'), `Template error: ${JOIN}`],
  [property('{"Fn::Split": ["", "a"]}'), `Template error: ${SPLIT}`],
  [
    property('{"Fn::Select": ["x", ["a"]]}'),
    "Template error: Fn::Select requires a list argument with two elements: an integer index " +
      "and a list",
  ],
  [
    `{"Conditions": {"C": {"Fn::Equals": ["a"]}}, ${RESOURCES}}`,
    "Template error: every Fn::Equals object requires a list of 2 string parameters.",
  ],
  [
    `{"Conditions": {"C": {"Fn::Or": [{"Condition": "C"}]}}, ${RESOURCES}}`,
    "Template error: every Fn::Or object requires a list of at least 2 and at most 10 boolean " +
      "parameters.",
  ],
  [
    property('{"fn::GetAtt": "A.Arn"}'),
    "Template Error: Encountered unsupported function: fn::GetAtt Supported functions are: " +
      "[Fn::Base64, Fn::GetAtt, Fn::GetAZs, Fn::ImportValue, Fn::Join, Fn::Split, " +
      "Fn::FindInMap, Fn::Select, Ref, Fn::Equals, Fn::If, Fn::Not, Condition, Fn::And, Fn::Or, " +
      "Fn::Contains, Fn::EachMemberEquals, Fn::EachMemberIn, Fn::ValueOf, Fn::ValueOfAll, " +
      "Fn::RefAll, Fn::Sub, Fn::Cidr]",
  ],
  [
    `{"Mappings": {"M": {"A": "b"}}, ${RESOURCES}}`,
    "Template format error: Every Mappings member A must be a map",
  ],
  [
    `{"Conditions": {"C": {"Fn::Equals": [{"Ref": "A"}, 1]}}, ${RESOURCES}}`,
    "Template format error: Unresolved dependencies [A]. Cannot reference resources in the " +
      "Conditions block of the template",
  ],
];

describe("a template is refused in AWS's words", () => {
  test.each(ERRORS)("%s", (text, message) => {
    expect(() => parseTemplate(text)).toThrow(
      expect.objectContaining({ name: "TemplateError", code: "ValidationError", message }),
    );
  });

  test.each([
    [
      "resources",
      501,
      (id: string) => `"${id}": {"Type": "T"}`,
      (list: string) => `{"Resources": {${list}}}`,
    ],
    [
      "parameters",
      201,
      (id: string) => `"${id}": {"Type": "String"}`,
      (list: string) => `{"Parameters": {${list}}, ${RESOURCES}}`,
    ],
    [
      "outputs",
      201,
      (id: string) => `"${id}": {"Value": "1"}`,
      (list: string) => `{"Outputs": {${list}}, ${RESOURCES}}`,
    ],
  ])("for too many %s", (what, count, one, whole) => {
    const list = Array.from({ length: count }, (_, index) => one(`X${index}`)).join();
    expect(() => parseTemplate(whole(list))).toThrow(
      `Number of ${what}, ${count}, is greater than`,
    );
  });

  test("for being too long", () => {
    const text = `{"Description": "${"é".repeat(500_000)}", ${RESOURCES}}`;
    expect(() => parseTemplate(text)).toThrow("Template may not exceed 1000000 bytes in size.");
  });

  test("for a circle, and what waits for it", () => {
    const text = `Resources:
  A: {Type: T, Properties: {x: !Ref B}}
  B: {Type: T, DependsOn: A}
  C: {Type: T, Properties: {x: !GetAtt A.Arn}}
  D: {Type: T}`;
    const message = "Circular dependency between resources: [A, B, C]";
    expect(() => evaluate(text).graph).toThrow(message);
    expect(() => refuseCircles(parseTemplate(text))).toThrow(message);
  });

  test("for no circle that a condition may open", () => {
    const text = `
Conditions: {Never: !Equals [a, b]}
Resources:
  A: {Type: T, Properties: {x: !If [Never, !Ref B, c]}}
  B: {Type: T, DependsOn: A}
  C: {Type: T, Condition: Never, DependsOn: D}
  D: {Type: T, DependsOn: C}`;
    refuseCircles(parseTemplate(text));
  });

  test("for a mapping that there isn't, unless its name is a function's", () => {
    const text = (name: string) => `
Resources: {A: {Type: T, Properties: {x: !FindInMap [${name}, a, b]}}}`;
    expect(() => parseTemplate(text("Gone"))).toThrow(
      "Template error: Mapping named 'Gone' is not present in the 'Mappings' section of template.",
    );
    parseTemplate(text('{Ref: "AWS::Region"}'));
  });

  test("for resources that conditions leave out, unless by DependsOn or on another branch", () => {
    const text = (properties: string) => `
Conditions: {Never: !Equals [a, b]}
Resources:
  Gone: {Type: T, Condition: Never}
  Kept: {Type: T, DependsOn: Gone, Properties: {x: ${properties}}}`;
    expect(evaluate(text("!If [Never, !Ref Gone, 1]")).graph.order).toEqual(["Kept"]);
    expect(() => evaluate(text("!Ref Gone")).graph).toThrow(
      "Unresolved resource dependencies [Gone] in the Resources block of the template",
    );
  });
});

describe("YAML", () => {
  test.each([
    ["2012-10-17", "2012-10-17"],
    ["yes", true],
    ["Off", false],
    ["0644", 420],
    ["000000000000", 0],
    ["012345678901", "012345678901"],
    ["0x1F", 31],
    ["1_000", 1000],
    ["123456789012345678901", "123456789012345678901"],
    ["1:30", 90],
    ["1.5", 1.5],
    ["1e3", "1e3"],
    ["'yes'", "yes"],
    ["!!str 1", "1"],
    ["|\n      a\n      b\n", "a\nb\n"],
    [">-\n      a\n      b\n", "a b"],
    ["!GetAtt A.B.C", { "Fn::GetAtt": ["A", "B.C"] }],
    ["!Sub\n      - a\n      - {b: c}", { "Fn::Sub": ["a", { b: "c" }] }],
    [
      "!If [X, !Ref A, !Ref AWS::NoValue]",
      { "Fn::If": ["X", { Ref: "A" }, { Ref: "AWS::NoValue" }] },
    ],
    ["{<<: 1, a: 2}", { "<<": 1, a: 2 }],
    ["{a: 1, a: 2}", { a: 2 }],
  ])("%j is %j", (text, value) => {
    const template = parseTemplate(
      `Transform: Any\nResources:\n  A:\n    Type: T\n    Metadata: ${text}\n`,
    );
    expect(template.resources.get("A")?.metadata).toEqual(value);
  });

  test("places are those of keys", () => {
    const text = "Resources:\n  A:\n    Type: T\n    Properties: {x: [{y: 1}]}\n";
    expect(placeOf(text, ["Resources", "A", "Properties", "x", "0", "y"])).toEqual({
      line: 4,
      column: 23,
    });
    expect(placeOf(text, ["Resources", "B"])).toBeUndefined();
    expect(placeOf('{\n  "Resources": {\n    "A": {"Type": "T"}}}', ["Resources", "A"])).toEqual({
      line: 3,
      column: 5,
    });
  });
});

describe("parameters", () => {
  const parse = (declaration: object) =>
    parseTemplate(
      JSON.stringify({
        Parameters: { P: declaration },
        Resources: { A: { Type: "AWS::S3::Bucket" } },
      }),
    );

  test.each([
    [{ Type: "String" }, undefined, "Parameters: [P] must have values"],
    [{ Type: "Number" }, "x", "Parameter 'P' must be a number."],
    [{ Type: "List<Number>" }, "1,x", "Parameter 'P' must be a number."],
    [{ Type: "Number", MinValue: 3 }, "2", "Parameter 'P' must be a number not less than 3"],
    [{ Type: "Number", MaxValue: 3 }, "4", "Parameter 'P' must be a number not greater than 3"],
    [{ Type: "String", MinLength: 2 }, "a", "Parameter 'P' must contain at least 2 characters"],
    [{ Type: "String", MaxLength: "2" }, "abc", "Parameter 'P' must contain at most 2 characters"],
    [
      { Type: "String", AllowedValues: [1, true] },
      "2",
      "Parameter 'P' must be one of AllowedValues",
    ],
    [{ Type: "String", AllowedPattern: "[a-z]+" }, "a1", "Parameter 'P' must match pattern [a-z]+"],
    [
      { Type: "String", AllowedPattern: "a", ConstraintDescription: "must be a" },
      "b",
      "Parameter 'P' failed to satisfy constraint: must be a",
    ],
  ])("%j refuse %j", (declaration, value, message) => {
    const given = value === undefined ? [] : [{ name: "P", value }];
    expect(() => resolveParameters(parse(declaration), given, new Map(), new Map())).toThrow(
      message,
    );
  });

  test("keep the value that they had, if they are told to", () => {
    const previous = new Map([["P", "before"]]);
    const given = [{ name: "P", usePreviousValue: true }];
    const values = resolveParameters(parse({ Type: "String" }), given, previous, new Map());
    expect(values.get("P")?.value).toBe("before");
    expect(() =>
      resolveParameters(
        parse({ Type: "String" }),
        [{ name: "Q", value: "1" }],
        previous,
        new Map(),
      ),
    ).toThrow("Parameters: [Q] do not exist in the template");
  });

  test("of SSM types need the parameter that they name", () => {
    const template = parse({ Type: "AWS::SSM::Parameter::Value<String>", Default: "/a" });
    expect(() => resolveParameters(template, [], new Map(), new Map())).toThrow(
      "Unable to fetch parameters [/a] from parameter store for this account.",
    );
  });
});

test("outputs are texts", () => {
  const evaluation = (value: unknown) =>
    new Evaluation(
      parseTemplate(
        JSON.stringify({ Resources: { A: { Type: "T" } }, Outputs: { O: { Value: value } } }),
      ),
      ENVIRONMENT,
    );
  expect(evaluation(1).outputs(() => undefined)).toMatchObject([{ name: "O", value: "1" }]);
  expect(() => evaluation(["a"]).outputs(() => undefined)).toThrow(
    "The Value field of every Outputs member must evaluate to a String and not a List.",
  );
});

test("a template has at most 50,000 values", () => {
  const template = (count: number) =>
    `{"Resources":{"A":{"Type":"AWS::S3::Bucket","Metadata":[${Array(count).fill("1")}]}}}`;
  expect(parseTemplate(template(49_000)).resources.size).toBe(1);
  expect(() => parseTemplate(template(50_000))).toThrow("at most 50000 values");
});
