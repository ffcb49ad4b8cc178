import { describe, expect, test } from "vitest";
import {
  Evaluation,
  expandTemplate,
  includesOf,
  parseProcessedTemplate,
  parseTemplate,
} from "../index.ts";
import { ENVIRONMENT } from "../testing/environment.testing.ts";

const EXTENDED = "Transform: AWS::LanguageExtensions\n";

function expand(text: string, includes: Readonly<Record<string, string>> = {}) {
  const parameters = new Map([["Names", ["North", "South"] as readonly string[]]]);
  const environment = { ...ENVIRONMENT, parameters };
  return expandTemplate(parseTemplate(text), environment, new Map(Object.entries(includes)));
}

describe("AWS::LanguageExtensions", () => {
  test("writes loops out, in resources, properties and outputs", () => {
    const template = expand(`${EXTENDED}
Parameters: {Names: {Type: CommaDelimitedList}}
Resources:
  First: {Type: AWS::S3::Bucket}
  Fn::ForEach::Buckets:
    - Name
    - !Ref Names
    - Bucket\${Name}:
        Type: AWS::S3::Bucket
        Properties:
          BucketName: !Join ["-", [studio, !Ref Name]]
          Fn::ForEach::Settings:
            - Setting
            - [Versioning, Logging]
            - "\${Setting}": !Sub "\${Name}-\${Setting}-\${AWS::Region}"
Outputs:
  Fn::ForEach::Arns:
    - Name
    - !Ref Names
    - Arn\${Name}: {Value: !GetAtt "Bucket\${Name}.Arn"}
`);
    expect([...template.resources.keys()]).toEqual(["First", "BucketNorth", "BucketSouth"]);
    expect([...template.outputs.keys()]).toEqual(["ArnNorth", "ArnSouth"]);
    expect(template.document).not.toHaveProperty("Transform");
    const evaluation = new Evaluation(template, ENVIRONMENT);
    expect(evaluation.resource("BucketSouth", () => undefined).properties).toEqual({
      BucketName: "studio-South",
      Versioning: "South-Versioning-eu-west-1",
      Logging: "South-Logging-eu-west-1",
    });
    expect(evaluation.outputs((id, name) => `${id}/${name}`)[1]?.value).toBe("BucketSouth/Arn");
  });

  test("leaves only letters and digits of an item with &{}", () => {
    const template = expand(`${EXTENDED}
Resources:
  Fn::ForEach::Subnets:
    - Cidr
    - [10.0.1.0/24]
    - Subnet&{Cidr}: {Type: AWS::EC2::Subnet, Properties: {CidrBlock: "\${Cidr}"}}
`);
    expect(template.resources.get("Subnet1001024")?.properties).toEqual({
      CidrBlock: "10.0.1.0/24",
    });
  });

  test("has lengths, JSON, defaults of mappings and policies by functions", () => {
    const template = expand(`${EXTENDED}
Mappings: {Policies: {Bucket: {dev: Delete}}}
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    DeletionPolicy: !FindInMap [Policies, Bucket, prod, {DefaultValue: Retain}]
    Properties:
      Length: !Length [a, b]
      Json: !ToJsonString {a: [1, !Ref AWS::Region]}
`);
    // What is stored is the document, which is read again without its transform.
    for (const one of [template, parseProcessedTemplate(JSON.stringify(template.document))]) {
      const bucket = new Evaluation(one, ENVIRONMENT).resource("Bucket", () => undefined);
      expect(bucket.deletionPolicy).toBe("Retain");
      expect(bucket.properties).toEqual({ Length: 2, Json: '{"a":[1,"eu-west-1"]}' });
    }
  });

  test.each([
    ["Fn::ForEach::X: [A, [b]]", "Fn::ForEach layout is incorrect."],
    ["Fn::ForEach::X: [A, b, {C: {Type: X}}]", "Fn::ForEach collection must be a list of strings."],
    ["Fn::ForEach::X: [A, [b, c], {C: {Type: X}}]", "Fn::ForEach makes the key C twice."],
  ])("refuses %s", (loop, reason) => {
    expect(() => expand(`${EXTENDED}Resources:\n  ${loop}\n`)).toThrow(
      `Transform AWS::LanguageExtensions failed with: ${reason}`,
    );
  });

  test("doesn't write out loops without end", () => {
    const tens = JSON.stringify(Array.from({ length: 100 }, (_, index) => `x${index}`));
    const nested = (depth: number): string =>
      depth === 0
        ? "{}"
        : `{"Fn::ForEach::L${depth}": ["I${depth}", ${tens}, ${nested(depth - 1)}]}`;
    const text = `{"Transform": "AWS::LanguageExtensions", "Resources": ${nested(9)}}`;
    expect(() => expand(text)).toThrow("Rolecast reads templates of at most 50000 values.");
  });

  test("counts what a loop makes before it is made, also what has no text", () => {
    const items = JSON.stringify(Array.from({ length: 1_000 }, (_, index) => `x${index}`));
    const body = JSON.stringify({
      "R${I}": { Type: "AWS::S3::Bucket", Metadata: Array(200).fill(1) },
    });
    const loop = `{"Fn::ForEach::L": ["I", ${items}, ${body}]}`;
    const text = `{"Transform": "AWS::LanguageExtensions", "Resources": ${loop}}`;
    expect(() => expand(text)).toThrow("at most 50000 values");
  });
});

describe("AWS::Include", () => {
  const TEXT = `
Parameters: {Names: {Type: CommaDelimitedList}}
Transform: {Name: AWS::Include, Parameters: {Location: s3://parts/whole.yaml}}
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: studio
      Fn::Transform: {Name: AWS::Include, Parameters: {Location: !Sub "s3://\${AWS::StackName}/b"}}
`;

  test("adds the members of files beside others", () => {
    const environment = { ...ENVIRONMENT, parameters: new Map() };
    const locations = ["s3://parts/whole.yaml", "s3://studio/b"];
    expect(includesOf(parseTemplate(TEXT), environment)).toEqual(locations);
    const template = expand(TEXT, {
      "s3://parts/whole.yaml": "Resources: {Other: {Type: AWS::S3::Bucket}}\nMetadata: {a: b}",
      "s3://studio/b": '{"Tags": []}',
    });
    expect([...template.resources.keys()]).toEqual(["Other", "Bucket"]);
    expect(template.metadata).toEqual({ a: "b" });
    expect(template.resources.get("Bucket")?.properties).toEqual({
      BucketName: "studio",
      Tags: [],
    });
  });

  test("may bring what the template refers to", () => {
    const text = `Resources:
  Other: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Bucket}}
  Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://parts/bucket.json}}`;
    const bucket = '{"Bucket": {"Type": "AWS::S3::Bucket"}}';
    const template = expand(text, { "s3://parts/bucket.json": bucket });
    expect([...template.resources.keys()]).toEqual(["Other", "Bucket"]);
    expect(() => expand(text, { "s3://parts/bucket.json": "{}" })).toThrow(
      "Unresolved resource dependencies [Bucket] in the Resources block of the template",
    );
  });

  test("needs files that are there and can be read", () => {
    expect(() => expand(TEXT)).toThrow(/^Transform AWS::Include failed with: The file/);
    const broken = { "s3://studio/b": "{", "s3://parts/whole.yaml": "{}" };
    expect(() => expand(TEXT, broken)).toThrow(
      "Transform AWS::Include failed with: Template format error: JSON not well-formed.",
    );
  });
});

test("macros that nobody runs are refused by name", () => {
  const resources = "Resources: {A: {Type: AWS::S3::Bucket}}";
  for (const own of ["", "Globals: {Function: {Timeout: 30}}\n"]) {
    const text = `Transform: AWS::Serverless-2016-10-31\n${own}${resources}`;
    expect(() => expand(text)).toThrow("No transform named AWS::Serverless-2016-10-31 found.");
  }
  expect(() => expand(`Transform: AWS::LanguageExtensions\nGlobals: {}\n${resources}`)).toThrow(
    "Invalid template property or properties [Globals]",
  );
});
