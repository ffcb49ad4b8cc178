import { policyOf } from "../../support/principals.ts";
import { ACCOUNT } from "../releases/release-clients.ts";

/** Texts that hold a document of their own: a plausible one, and ones with a name in each place. */
interface Kind {
  readonly members: RegExp;
  readonly plain: string;
  readonly withName: (name: string) => readonly string[];
}

const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: "*" };
const trust = { Effect: "Allow", Principal: { AWS: ACCOUNT }, Action: "sts:AssumeRole" };
const text = (value: unknown) => JSON.stringify(value);

function policies(plain: object): Kind["withName"] {
  return (name) =>
    [
      { [name]: name },
      { ...plain, [name]: { [name]: name } },
      { ...plain, Principal: { [name]: name } },
      { ...plain, Effect: name },
      { ...plain, Action: name },
      { ...plain, Condition: { [name]: { [name]: name } } },
      { ...plain, Condition: { StringEquals: { [name]: name, [`aws:RequestTag/${name}`]: name } } },
      { ...plain, Condition: { StringLike: { "aws:username": `\${${name}}` } } },
    ].flatMap((each) => [policyOf([each as never]), text({ [name]: [each] })]);
}

const resource = { Type: "AWS::SSM::Parameter", Properties: { Type: "String", Value: "v" } };
const template = { Resources: { It: resource } };

const templates = (name: string) =>
  [
    { ...template, [name]: { [name]: name } },
    ...["Parameters", "Mappings", "Conditions", "Outputs", "Metadata", "Rules"].flatMap((section) =>
      [name, { [name]: name }, { Value: { Ref: name }, Type: name }].map((value) => ({
        ...template,
        [section]: { [name]: value },
      })),
    ),
    ...[{ [name]: resource }, { It: { ...resource, [name]: name } }, { It: { Type: name } }].map(
      (Resources) => ({ Resources }),
    ),
    ...[
      { Ref: name },
      { [`Fn::${name}`]: name },
      { "Fn::GetAtt": ["It", name] },
      { "Fn::GetAtt": [name, name] },
      { "Fn::FindInMap": [name, name, name] },
      { "Fn::If": [name, name, name] },
      { "Fn::Sub": `\${${name}}` },
      { "Fn::Sub": ["${a}", { a: { Ref: name }, [name]: name }] },
      { "Fn::ImportValue": name },
      { [name]: name },
      `{{resolve:${name}:${name}}}`,
    ].map((Value) => ({
      Resources: { It: { ...resource, Properties: { Type: "String", Value } } },
    })),
    { Transform: name, ...template },
    { Transform: { Name: name, Parameters: { [name]: name } }, ...template },
    { Resources: { It: { ...resource, DependsOn: name, Condition: name } } },
    { Resources: { It: { ...resource, Properties: { Type: "String", Tags: { [name]: name } } } } },
    { Resources: { "Fn::ForEach::It": [name, [name], { [`\${${name}}`]: resource }] } },
  ].map(text);

const anything = (name: string) =>
  [{ [name]: name }, { [name]: { [name]: [name] } }, [name], name].map(text);

export const KINDS: readonly Kind[] = [
  {
    members: /AssumeRolePolicyDocument$/,
    plain: policyOf([trust as never]),
    withName: policies(trust),
  },
  {
    members: /PolicyDocument$|^Content$|^Policy$|^policyText$|PolicyInputList|^StackPolicyBody/,
    plain: policyOf([statement as never]),
    withName: policies(statement),
  },
  { members: /^TemplateBody$/, plain: text(template), withName: templates },
  {
    members: /^EventPattern$/,
    plain: text({ source: ["a"] }),
    withName: (name) =>
      [
        ...[{ [name]: [name] }, { detail: { [name]: [name] } }, { detail: { [name]: {} } }],
        ...[{ source: [{ [name]: name }] }, { source: [{ "anything-but": { [name]: name } }] }],
        { $or: [{ [name]: [name] }, { source: ["a"] }] },
      ].map(text),
  },
  {
    members: /^DashboardBody$/,
    plain: text({ widgets: [] }),
    withName: (name) => [
      ...anything(name),
      ...[
        { type: name, properties: { [name]: name } },
        { type: "metric", properties: { [name]: name, region: name, metrics: [[name, name]] } },
      ].map((widget) => text({ widgets: [{ x: 0, y: 0, width: 1, height: 1, ...widget }] })),
    ],
  },
  {
    members: /^PatchDocument$/,
    plain: "[]",
    withName: (name) =>
      [
        ...["add", "replace", "remove", "test", name].map((op) => ({
          ...{ op, path: `/${name}`, value: { [name]: name } },
        })),
        { op: "add", path: `/${name}/${name}`, value: name },
        { op: "move", from: `/${name}`, path: "/a" },
        { op: "copy", from: `/${name}/${name}`, path: `/${name}` },
        { op: "add", path: "/Tags/0", value: { Key: name, Value: name } },
      ].map((each) => text([each])),
  },
  { members: /^DesiredState$/, plain: text({ Type: "String", Value: "v" }), withName: anything },
  { members: /^(Detail|Event|Input|lifecyclePolicyText)$/, plain: "{}", withName: anything },
  { members: /^AlarmRule$/, plain: "TRUE", withName: (name) => [name, `ALARM(${name})`] },
  {
    members: /Expression$/,
    plain: "1",
    withName: (name) => [
      name,
      `${name}(1)`,
      `${name} + 1`,
      `SEARCH('{a,${name}} ${name}="a"', 'Sum', 60)`,
    ],
  },
];
