import type { PutParameterCommandInput, SSM } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { outcomeOf, ssmOf, valuesOf } from "./support.ts";

/* Sentences are AWS's where its guides or public reports quote them. */

const ARN = "arn:aws:ssm:us-east-1:000000000000:parameter";
const SUB_PATHS =
  "If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can " +
  "be formed as a mix of letters, numbers and the following 3 symbols .-_";
const NOT_A_NAME =
  'ValidationException: Parameter name: can\'t be prefixed with "ssm" (case-insensitive). ' +
  SUB_PATHS;
const RESERVED =
  'ValidationException: Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).';

let server: TestServer;
let ssm: SSM;
beforeAll(async () => {
  server = await startTestServer();
  ssm = ssmOf(server);
});
afterAll(() => server?.close());

function put(Name: string, more: Partial<PutParameterCommandInput> = {}) {
  return ssm.putParameter({ Name, Value: "v", Type: "String", ...more });
}

describe("PutParameter", () => {
  test.each<[string, string | RegExp]>([
    ["plain-name_1.0", "done"],
    ["/a/b/c", "done"],
    ["  /spaces/around  ", "done"],
    ["a/b", "ValidationException: Parameter name must be a fully qualified name."],
    ["/a//b", NOT_A_NAME],
    ["/a/b/", NOT_A_NAME],
    ["sp ace", NOT_A_NAME],
    ["aws_x", RESERVED],
    ["/SSM", RESERVED],
    ["/ssm/x", NOT_A_NAME],
    ["/AWS/x", "AccessDeniedException: No access to reserved parameter name: /AWS/x."],
    [`/${"l/".repeat(14)}l`, "done"],
    [`/${"l/".repeat(15)}l`, /^HierarchyLevelLimitExceededException: A hierarchy can have/],
    [`/${"x".repeat(1000 - ARN.length + 10)}`, "done"],
    [`/${"x".repeat(1000 - ARN.length + 11)}`, /^ValidationException: Parameter name is too long/],
  ])("takes or refuses the name %j", async (name, expected) => {
    const outcome = await outcomeOf(put(name));
    if (typeof expected === "string") expect(outcome).toBe(expected);
    else expect(outcome).toMatch(expected);
  });

  test.each<[string, Partial<PutParameterCommandInput>, string | RegExp]>([
    ["no type", { Type: undefined }, /: A parameter type is required when you create/],
    ["an empty value", { Value: "" }, /Value at 'value' failed .* greater than or equal to 1\.$/],
    ["4 KB", { Value: "x".repeat(4096) }, "done"],
    ["more", { Value: "x".repeat(4097) }, /: Standard tier parameters support a maximum .* 4096/],
    ["8 KB, Advanced", { Value: "x".repeat(8192), Tier: "Advanced" }, "done"],
    ["more, Advanced", { Value: "x".repeat(8193), Tier: "Advanced" }, /: Advanced tier .* 8192/],
    ["more, intelligent", { Value: "x".repeat(4097), Tier: "Intelligent-Tiering" }, "done"],
    ["a nested parameter", { Value: "a {{ssm:b}}" }, /value can't nest another parameter\. Do not/],
    ["a key of no secret", { KeyId: "alias/aws/ssm" }, /: KeyId is required for SecureString type/],
    ["an image", { DataType: "aws:ec2:image" }, /Rolecast doesn't support .* aws:ec2:image/],
    ["an unknown data type", { DataType: "Text" }, /data type is not supported: Text \(Data type/],
    ["an unknown type", { Type: "str" as "String" }, /enum value set: \[SecureString, StringList,/],
    ["a pattern", { Value: "1234", AllowedPattern: "\\d{1,4}" }, "done"],
    [
      "a value beyond its pattern",
      { Value: "12345", AllowedPattern: "\\d{1,4}" },
      "ParameterPatternMismatchException: Parameter value, cannot be validated against " +
        "allowedPattern: \\d{1,4}",
    ],
    ["a list by items", { Value: "a,b", Type: "StringList", AllowedPattern: "[ab]" }, "done"],
    ["no pattern", { AllowedPattern: "(" }, /^InvalidAllowedPatternException: /],
    [
      "a pattern that never ends",
      { Value: `${"a".repeat(50)}b`, AllowedPattern: "(a+)+" },
      "InvalidAllowedPatternException: The allowed pattern takes too long to match.",
    ],
    ["aws: tags", { Tags: [{ Key: "aws:x", Value: "" }] }, /Tag keys that begin with aws:/],
    ["a long tag", { Tags: [{ Key: "x", Value: "x".repeat(257) }] }, /equal to 256$/],
    ["an empty tag", { Tags: [{ Key: "x", Value: "" }] }, "done"],
    ["tags and overwrite", { Overwrite: true, Tags: [{ Key: "x", Value: "" }] }, /tags and over/],
  ])("takes or refuses %s", async (what, input, expected) => {
    const outcome = await outcomeOf(put(`/input/${what.replaceAll(/[^a-z]/g, "-")}`, input));
    if (typeof expected === "string") expect(outcome).toBe(expected);
    else expect(outcome).toMatch(expected);
  });

  test("keeps what an overwrite leaves out, and no tier is given back", async () => {
    const Name = "/kept/a";
    const first = await put(Name, {
      ...{ Description: "d", AllowedPattern: ".*", Tier: "Advanced" },
      Tags: [{ Key: "team", Value: "core" }],
    });
    expect(first).toMatchObject({ Version: 1, Tier: "Advanced" });
    expect(await outcomeOf(put(Name))).toBe(
      "ParameterAlreadyExists: The parameter already exists. To overwrite this value, set the " +
        "overwrite option in the request to true.",
    );
    const second = await ssm.putParameter({ Name, Value: "w", Overwrite: true });
    expect(second).toMatchObject({ Version: 2, Tier: "Advanced" });
    const standard = put(Name, { Overwrite: true, Tier: "Standard" });
    expect(await outcomeOf(standard)).toMatch(/This parameter uses the advanced-parameter tier\./);
    const { Parameters } = await ssm.describeParameters({
      ParameterFilters: [{ Key: "Name", Values: [Name] }],
    });
    expect(Parameters).toEqual([
      {
        ...{ Name, ARN: `${ARN}${Name}`, Type: "String", DataType: "text", Description: "d" },
        ...{ AllowedPattern: ".*", Version: 2, Tier: "Advanced", Policies: [] },
        ...{ LastModifiedUser: "arn:aws:iam::000000000000:root" },
        LastModifiedDate: expect.any(Date),
      },
    ]);
    const tags = await ssm.listTagsForResource({ ResourceType: "Parameter", ResourceId: Name });
    expect(tags.TagList).toEqual([{ Key: "team", Value: "core" }]);
  });

  test("lets one of two that come at once win", async () => {
    const both = ["a", "b"].map((Value) => outcomeOf(put("/race", { Value })));
    expect((await Promise.all(both)).map((one) => one.split(":")[0]).toSorted()).toEqual([
      "ParameterAlreadyExists",
      "done",
    ]);
  });
});

describe("versions and labels", () => {
  const Name = "/versions/a";
  beforeAll(async () => {
    for (const Value of ["one", "two", "three"]) await put(Name, { Value, Overwrite: true });
    await ssm.labelParameterVersion({ Name, ParameterVersion: 1, Labels: ["old", "prod"] });
    await ssm.labelParameterVersion({ Name, ParameterVersion: 2, Labels: ["prod"] });
  });

  test.each([
    [Name, { Value: "three", Version: 3 }],
    [`${Name}:2`, { Value: "two", Version: 2, Selector: ":2" }],
    [`${Name}:prod`, { Value: "two", Version: 2, Selector: ":prod" }],
    [`${ARN}${Name}`, { Name, Value: "three" }],
    [`${ARN}${Name}:old`, { Name, Value: "one" }],
  ])("are read by %s", async (text, expected) => {
    const { Parameter } = await ssm.getParameter({ Name: text });
    expect(Parameter).toMatchObject({ Name, ARN: `${ARN}${Name}`, Type: "String", ...expected });
  });

  test.each([
    ["/versions/none", "ParameterNotFound: UnknownError"],
    [`${Name}:4`, /^ParameterVersionNotFound: Systems Manager could not find version 4 of/],
    [`${Name}:other`, /^ParameterVersionNotFound: .* version other of/],
    [`${Name}:1:2`, /^ParameterNotFound/],
    ["versions/a", NOT_A_NAME],
    ["/aws/reference/secretsmanager/x", /^ParameterNotFound: .*Secret \/aws.*\/x not found/],
  ])("aren't found as %s", async (text, expected) => {
    const outcome = await outcomeOf(ssm.getParameter({ Name: text }));
    if (typeof expected === "string") expect(outcome).toBe(expected);
    else expect(outcome).toMatch(expected);
  });

  test("are read together: each once, in order, the missing ones by name", async () => {
    const Names = [`${Name}:old`, "/versions/none", Name, Name, `${Name}:9`];
    const { Parameters, InvalidParameters } = await ssm.getParameters({ Names });
    expect(Parameters?.map(({ Value }) => Value).toSorted()).toEqual(["one", "three"]);
    expect(InvalidParameters).toEqual(["/versions/none", `${Name}:9`]);
  });

  test("are listed from the oldest, page by page", async () => {
    const first = await ssm.getParameterHistory({ Name, MaxResults: 2 });
    const { NextToken } = first;
    const second = await ssm.getParameterHistory({ Name, MaxResults: 2, NextToken });
    expect([...(first.Parameters ?? []), ...(second.Parameters ?? [])]).toMatchObject([
      { Version: 1, Value: "one", Labels: ["old"], Tier: "Standard", Policies: [] },
      { Version: 2, Value: "two", Labels: ["prod"] },
      { Version: 3, Value: "three", Labels: [] },
    ]);
    expect(second.NextToken).toBeUndefined();
  });

  test("take valid labels, at most ten", async () => {
    const label = (...Labels: string[]) => ssm.labelParameterVersion({ Name, Labels });
    const strange = ["9a", "awsx", "SSMx", "a/b", "fine"];
    expect(await label(...strange)).toMatchObject({
      InvalidLabels: ["9a", "awsx", "SSMx", "a/b"],
      ParameterVersion: 3,
    });
    const ten = Array.from({ length: 10 }, (_, index) => `l${index}`);
    expect(await outcomeOf(label(...ten))).toMatch(/^ParameterVersionLabelLimitExceeded: /);
    expect(
      await ssm.unlabelParameterVersion({ Name, ParameterVersion: 3, Labels: ["fine", "old"] }),
    ).toMatchObject({ RemovedLabels: ["fine"], InvalidLabels: ["old"] });
  });

  test("are kept to a hundred, of which a labelled oldest one never goes", async () => {
    const long = "/versions/long";
    for (let count = 0; count < 101; count++)
      await put(long, { Value: String(count), Overwrite: true });
    const { Parameters } = await ssm.getParameterHistory({ Name: long, MaxResults: 1 });
    expect(Parameters).toMatchObject([{ Version: 2 }]);
    await ssm.labelParameterVersion({ Name: long, ParameterVersion: 2, Labels: ["kept"] });
    expect(await outcomeOf(put(long, { Overwrite: true }))).toBe(
      `ParameterMaxVersionLimitExceeded: You attempted to create a new version of ${long} by ` +
        "calling the PutParameter API with the overwrite flag. Version 2, the oldest version, " +
        "can't be deleted because it has a label associated with it. Move the label to another " +
        "version of the parameter, and try again.",
    );
  });
});

describe("hierarchies", () => {
  const names = ["/tree/a", "/tree/b", "/tree/b/c", "/tree/b/c/d", "/treetop/e"];
  beforeAll(async () => {
    for (const name of names) await put(name, { Value: name });
    await put("/tree/b", { Value: "labelled later", Overwrite: true });
    await ssm.labelParameterVersion({ Name: "/tree/b", ParameterVersion: 1, Labels: ["prod"] });
    await put("/tree/list", { Type: "StringList", Value: "x,y" });
  });

  const byPath = (input: object) =>
    ssm
      .getParametersByPath({ Path: "/tree", ...input })
      .then(({ Parameters }) => valuesOf(Parameters));

  test("are read level by level, or whole", async () => {
    expect(Object.keys(await byPath({}))).toEqual(["/tree/a", "/tree/b", "/tree/list"]);
    expect(Object.keys(await byPath({ Recursive: true, Path: "/tree/" }))).toEqual([
      ...["/tree/a", "/tree/b", "/tree/b/c", "/tree/b/c/d", "/tree/list"],
    ]);
    expect(await byPath({ Path: "/none" })).toEqual({});
    const filters = [{ Key: "Type", Option: "BeginsWith", Values: ["StringList"] }];
    expect(await byPath({ ParameterFilters: filters })).toEqual({ "/tree/list": "x,y" });
    const labelled = [{ Key: "Label", Values: ["prod"] }];
    expect(await byPath({ ParameterFilters: labelled })).toEqual({ "/tree/b": "/tree/b" });
  });

  test("are read page by page, by tokens of this very list", async () => {
    const found: string[] = [];
    let NextToken: string | undefined;
    do {
      const input = { Path: "/tree", Recursive: true, MaxResults: 2, NextToken };
      const page = await ssm.getParametersByPath(input);
      found.push(...Object.keys(valuesOf(page.Parameters)));
      NextToken = page.NextToken ?? NextToken;
      if (!page.NextToken) break;
    } while (found.length < 10);
    expect(found).toEqual(["/tree/a", "/tree/b", "/tree/b/c", "/tree/b/c/d", "/tree/list"]);
    const other = ssm.getParametersByPath({ Path: "/treetop", NextToken });
    expect(await outcomeOf(other)).toMatch(/^InvalidNextToken: /);
  });

  test.each(["tree", "/tr ee", "//"])("aren't named %s", async (Path) => {
    expect(await outcomeOf(ssm.getParametersByPath({ Path }))).toMatch(
      /ValidationException: The parameter doesn't meet the parameter name requirements\. The/,
    );
  });
});

describe("DescribeParameters", () => {
  beforeAll(async () => {
    const Tags = [{ Key: "who", Value: "me" }];
    await put("/described/tagged", { Tags });
    await put("/described/large", { Value: "x".repeat(5000), Tier: "Advanced" });
    await put("described-plain");
    await put("/described/secret", { Type: "SecureString" });
  });

  test.each<[string, readonly object[], readonly string[]]>([
    ["an exact name", [{ Key: "Name", Values: ["/described-plain"] }], ["described-plain"]],
    [
      "the beginning of a name",
      [{ Key: "Name", Option: "BeginsWith", Values: ["described/s", "/described-"] }],
      ["described-plain", "/described/secret"],
    ],
    [
      "a part of a name",
      [{ Key: "Name", Option: "Contains", Values: ["d/lar"] }],
      ["/described/large"],
    ],
    [
      "a path and a type",
      [
        { Key: "Path", Values: ["/described"] },
        { Key: "Type", Values: ["SecureString"] },
      ],
      ["/described/secret"],
    ],
    [
      "the key",
      [{ Key: "KeyId", Option: "BeginsWith", Values: ["alias/aws"] }],
      ["/described/secret"],
    ],
    ["a tag's value", [{ Key: "tag:who", Values: ["other", "me"] }], ["/described/tagged"]],
    ["a tag", [{ Key: "tag:who" }, { Key: "Path", Values: ["/described"] }], ["/described/tagged"]],
    [
      "the tier",
      [
        { Key: "Tier", Values: ["Advanced"] },
        { Key: "Path", Option: "Recursive", Values: ["/described"] },
      ],
      ["/described/large"],
    ],
    ["the data type", [{ Key: "DataType", Values: ["aws:ssm:integration"] }], []],
  ])("filters by %s", async (_name, ParameterFilters, expected) => {
    const filters = ParameterFilters as { Key: string }[];
    const { Parameters } = await ssm.describeParameters({ ParameterFilters: filters });
    const names = Parameters?.map(({ Name }) => Name);
    expect(names).toEqual(expected);
  });

  const missing = "The following filter values are missing : null for filter key Name.";
  test.each<[readonly object[], string]>([
    [[{ Key: "Label", Values: ["x"] }], "InvalidFilterKey: The following filter key is not valid"],
    [[{ Key: "Name" }], `InvalidFilterValue: ${missing}`],
    [
      [{ Key: "Type", Values: ["x"] }],
      "InvalidFilterValue: The following filter value is not valid: x. Valid values include: " +
        "[String, StringList, SecureString].",
    ],
    [
      [{ Key: "Path", Option: "Equals", Values: ["/x"] }],
      "InvalidFilterOption: The following filter option is not valid: Equals. Valid options " +
        "include: [Recursive, OneLevel].",
    ],
    [
      [
        { Key: "Name", Values: ["x"] },
        { Key: "Name", Values: ["y"] },
      ],
      "InvalidFilterKey: The following filter is duplicated in the request: Name.",
    ],
    [[{ Key: "Path", Values: ["/aws"] }], "ValidationException: Filters for common parameters"],
    [[{ Key: "Nothing" }], "ValidationException: 1 validation error detected: Value 'Nothing'"],
  ])("refuses %j", async (ParameterFilters, expected) => {
    const filters = ParameterFilters as { Key: string }[];
    const outcome = await outcomeOf(ssm.describeParameters({ ParameterFilters: filters }));
    expect(outcome.slice(0, expected.length)).toBe(expected);
  });

  test("takes the older filters, and either kind", async () => {
    const old = { Filters: [{ Key: "Name" as const, Values: ["/described/tagged"] }] };
    const { Parameters } = await ssm.describeParameters(old);
    expect(Parameters).toMatchObject([{ Name: "/described/tagged" }]);
    const both = { ...old, ParameterFilters: [{ Key: "Name", Values: ["x"] }] };
    expect(await outcomeOf(ssm.describeParameters(both))).toBe(
      "ValidationException: You can use either Filters or ParameterFilters in a single request.",
    );
  });
});

describe("tags and deletions", () => {
  test("tags are added, replaced, removed and listed", async () => {
    await put("/tags/a");
    const ResourceId = "/tags/a";
    const ResourceType = "Parameter" as const;
    const Tags = [
      { Key: "a", Value: "1" },
      { Key: "b", Value: "" },
    ];
    await ssm.addTagsToResource({ ResourceType, ResourceId, Tags });
    await ssm.addTagsToResource({ ResourceType, ResourceId, Tags: [{ Key: "a", Value: "2" }] });
    await ssm.removeTagsFromResource({ ResourceType, ResourceId, TagKeys: ["b", "c"] });
    const { TagList } = await ssm.listTagsForResource({ ResourceType, ResourceId });
    expect(TagList).toEqual([{ Key: "a", Value: "2" }]);
    for (const input of [
      { ResourceType, ResourceId: "/tags/none" },
      { ResourceType: "Document" as const, ResourceId },
    ])
      expect(await outcomeOf(ssm.listTagsForResource(input))).toMatch(/^InvalidResourceId/);
    const strange = { ResourceType: "foo" as "Document", ResourceId };
    expect(await outcomeOf(ssm.listTagsForResource(strange))).toMatch(/^InvalidResourceType/);
  });

  test("a deleted parameter is gone with its versions and labels", async () => {
    const Name = "/gone/a";
    await put(Name);
    await ssm.labelParameterVersion({ Name, Labels: ["kept"] });
    const { DeletedParameters, InvalidParameters } = await ssm.deleteParameters({
      Names: ["gone", Name, Name],
    });
    expect([DeletedParameters, InvalidParameters]).toEqual([[Name], ["gone"]]);
    expect(await outcomeOf(ssm.deleteParameter({ Name }))).toMatch(/^ParameterNotFound/);
    await put(Name, { Value: "new" });
    expect(await outcomeOf(ssm.getParameter({ Name: `${Name}:kept` }))).toMatch(/NotFound/);
    const { Parameter } = await ssm.getParameter({ Name });
    expect(Parameter).toMatchObject({ Version: 1, Value: "new" });
  });

  test("what isn't built is refused by its name", async () => {
    const asked = ssm.getResourcePolicies({ ResourceArn: `${ARN}/tags/a` });
    expect(await outcomeOf(asked)).toMatch(/^NotImplemented: .*GetResourcePolicies/);
  });
});
