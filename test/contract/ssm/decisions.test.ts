import type { SSM } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { allow, createUser } from "../../support/principals.ts";
import { type Key, startTestServer, type TestServer } from "../../support/test-server.ts";
import { outcomeOf, ssmOf } from "./support.ts";

/*
 * Source: Service Authorization Reference, "AWS Systems Manager"; Systems Manager user guide, "How
 * Parameter Store authorizes parameter retrieval".
 */

const ELSEWHERE = "111122223333";
const OTHER: Key = { accessKeyId: "other", secretAccessKey: "other-secret" };
const ARN = "arn:aws:ssm:us-east-1:000000000000:parameter";
const NO_MATCH = "because no identity-based policy allows the";

let server: TestServer;
let root: SSM;
let clients = 0;
beforeAll(async () => {
  server = await startTestServer({
    accounts: [
      { id: ELSEWHERE, rootAccessKeyId: OTHER.accessKeyId, rootSecretAccessKey: "other-secret" },
    ],
  });
  root = ssmOf(server);
  const Tags = [{ Key: "team", Value: "core" }];
  await root.putParameter({ Name: "/app/tagged", Value: "v", Type: "String", Tags });
  await root.putParameter({ Name: "/app/b", Value: "v", Type: "String" });
  await root.putParameter({ Name: "plain", Value: "v", Type: "String" });
});
afterAll(() => server?.close());

const when = (Action: string, StringEquals: object, Resource = "*") => ({
  ...allow(Action, Resource),
  Condition: { StringEquals },
});
const Value = "v";
const Type = "String";
const tags = [{ Key: "team", Value: "core" }];

type Call = (ssm: SSM) => Promise<unknown>;

test.each<[string, readonly object[], Call, string]>([
  ["by a name's ARN", [allow("ssm:GetParameter", `${ARN}/plain`)], read("plain"), "done"],
  ["whatever its slash", [allow("ssm:GetParameter", `${ARN}/plain`)], read("/plain"), "done"],
  [
    "not by another's",
    [allow("ssm:GetParameter", `${ARN}/app/*`)],
    read("plain"),
    `ssm:GetParameter on resource: ${ARN}/plain ${NO_MATCH} ssm:GetParameter action`,
  ],
  [
    "by the parameter's tag",
    [when("ssm:GetParameter", { "aws:ResourceTag/team": "core" })],
    read("/app/tagged"),
    "done",
  ],
  [
    "by the tag's older key",
    [when("ssm:GetParameter", { "ssm:resourceTag/team": "core" })],
    read("/app/tagged"),
    "done",
  ],
  [
    "not without the tag",
    [when("ssm:GetParameter", { "aws:ResourceTag/team": "core" })],
    read("/app/b"),
    "ssm:GetParameter on",
  ],
  [
    "several only if each is allowed",
    [allow("ssm:GetParameters", `${ARN}/app/b`)],
    (ssm) => ssm.getParameters({ Names: ["/app/b", "plain"] }),
    `ssm:GetParameters on resource: ${ARN}/plain`,
  ],
  [
    "a hierarchy by its path alone",
    [
      allow("ssm:GetParametersByPath", `${ARN}/app`),
      { ...allow("ssm:*", `${ARN}/app/b`), Effect: "Deny" },
    ],
    (ssm) => ssm.getParametersByPath({ Path: "/app" }),
    "done",
  ],
  [
    "a hierarchy not as a whole",
    [when("ssm:GetParametersByPath", { "ssm:Recursive": "false" })],
    (ssm) => ssm.getParametersByPath({ Path: "/app", Recursive: true }),
    `ssm:GetParametersByPath on resource: ${ARN}/app`,
  ],
  [
    "descriptions by no resource",
    [allow("ssm:DescribeParameters", `${ARN}/*`)],
    (ssm) => ssm.describeParameters({}),
    "ssm:DescribeParameters on resource: *",
  ],
  [
    "new ones but no overwriting",
    [
      allow("ssm:PutParameter"),
      { ...when("ssm:PutParameter", { "ssm:Overwrite": "true" }), Effect: "Deny" },
    ],
    (ssm) => ssm.putParameter({ Name: "/new/a", Value, Type, Overwrite: true }),
    "with an explicit deny in an identity-based policy",
  ],
  [
    "new ones but no policies",
    [
      allow("ssm:PutParameter"),
      { ...when("ssm:PutParameter", { "ssm:Policies": "true" }), Effect: "Deny" },
    ],
    (ssm) => ssm.putParameter({ Name: "/new/b", Value, Type, Policies: "[]" }),
    "with an explicit deny",
  ],
  [
    "new ones with these tags",
    [
      when("ssm:PutParameter", { "aws:RequestTag/team": "core" }),
      allow("ssm:AddTagsToResource", `${ARN}/new/*`),
    ],
    (ssm) => ssm.putParameter({ Name: "/new/c", Value, Type, Tags: tags }),
    "done",
  ],
  [
    "tags of new ones need their own permission",
    [allow("ssm:PutParameter")],
    (ssm) => ssm.putParameter({ Name: "/new/d", Value, Type, Tags: tags }),
    `ssm:AddTagsToResource on resource: ${ARN}/new/d`,
  ],
  [
    "nothing says whether it is there",
    [],
    (ssm) => ssm.deleteParameters({ Names: ["/none"] }),
    `ssm:DeleteParameters on resource: ${ARN}/none`,
  ],
])("a user reads and writes %s", async (_name, statements, call, expected) => {
  const given = statements as Parameters<typeof createUser>[2];
  const key = await createUser(server.clients().iam, `user-${clients++}`, given);
  expect(await outcomeOf(call(ssmOf(server, key)))).toContain(expected);
});

test("another account's root reads nothing by its ARN, and has parameters of its own", async () => {
  const other = ssmOf(server, OTHER);
  expect(await outcomeOf(other.getParameter({ Name: `${ARN}/plain` }))).toMatch(
    /^AccessDeniedException: User: arn:aws:iam::111122223333:root is not authorized/,
  );
  expect(await outcomeOf(other.getParameter({ Name: "plain" }))).toMatch(/^ParameterNotFound/);
});

function read(Name: string): Call {
  return (ssm) => ssm.getParameter({ Name });
}
