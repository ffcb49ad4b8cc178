import { expect, test } from "vitest";
import { layersOf } from "./graph-layers.ts";
import { templateGraph } from "./template-graph.ts";

const STACK = {
  StackId: "arn:aws:cloudformation:us-east-1:000000000000:stack/studio/1",
  StackName: "studio",
  CreationTime: undefined,
  StackStatus: undefined,
  Parameters: [{ ParameterKey: "Recorded", ParameterValue: "yes" }],
};

const TEMPLATE = `
Parameters: {Recorded: {Type: String}}
Conditions:
  IsRecorded: !Equals [!Ref Recorded, "yes"]
  IsNot: !Not [!Condition IsRecorded]
Resources:
  Live:
    Type: AWS::IVS::Channel
    Properties:
      RecordingConfigurationArn: !If [IsRecorded, !GetAtt Films.Arn, !Ref AWS::NoValue]
  Reader:
    Type: AWS::IAM::Role
    Properties: {AssumeRolePolicyDocument: {}, Description: !Sub "of \${Bucket}"}
  Films:
    Type: AWS::IVS::RecordingConfiguration
    Properties: {DestinationConfiguration: {S3: {BucketName: !Ref Bucket}}}
  Bucket: {Type: AWS::S3::Bucket}
  Absent: {Type: AWS::S3::Bucket, Condition: IsNot}
`;

test("a resource stands after those that it waits for, by what the conditions leave", () => {
  const nodes = templateGraph(TEMPLATE, STACK);
  const layers = new Map(layersOf(nodes).map(({ id, layer }) => [id, layer]));
  expect(Object.fromEntries(layers)).toEqual({ Bucket: 0, Films: 1, Reader: 1, Live: 2 });
  for (const { id, waitsFor } of nodes)
    for (const other of waitsFor) expect(layers.get(other)).toBeLessThan(layers.get(id) ?? 0);
});

test("no two resources have the same place", () => {
  const wide = Array.from({ length: 40 }, (_, index) => ({
    id: `R${index}`,
    type: "AWS::IAM::Role",
    waitsFor: [index - 3, index - 7].filter((other) => other >= 0).map((other) => `R${other}`),
  }));
  const places = layersOf(wide).map(({ layer, row }) => `${layer} ${row}`);
  expect(new Set(places).size).toBe(wide.length);
});
