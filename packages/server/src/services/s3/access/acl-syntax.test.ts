import type * as s3 from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { type AclInput, aclKeys, checkAcl, grantHeaders } from "./acl-syntax.ts";

const ID = "0123456789abcdef".repeat(4);
const GROUP = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const LOGS = "http://acs.amazonaws.com/groups/s3/LogDelivery";

function outcome(input: AclInput): string {
  try {
    checkAcl(input);
    return "taken";
  } catch (error) {
    const { code, status } = error as { readonly code: string; readonly status: number };
    return `${code} ${status}`;
  }
}

const WRONG = "InvalidArgument 400";
const MALFORMED = "MalformedACLError 400";
const NOT_BY_EMAIL = "MethodNotAllowed 405";

test.each([
  ...["private", "public-read", "public-read-write", "authenticated-read", "aws-exec-read"],
  ...["bucket-owner-read", "bucket-owner-full-control", "log-delivery-write"],
])("the canned ACL %s is taken", (ACL) => {
  expect(outcome({ ACL })).toBe("taken");
  expect(outcome({ ACL: `x${ACL}` })).toBe(WRONG);
  expect(outcome({ ACL: ACL.toUpperCase() })).toBe(WRONG);
  expect(outcome({ ACL: "" })).toBe(WRONG);
});

const HEADERS = [
  ...["GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP"],
] as (keyof AclInput)[];

describe.each(HEADERS.map((header) => [header]))("the header %s", (header) => {
  test.each([
    [`id="${ID}"`, "taken"],
    [`id=${ID}`, "taken"],
    [` id = "${ID}" , uri = "${GROUP}" `, "taken"],
    [`uri="${AUTHENTICATED}",uri="${LOGS}"`, "taken"],
    [`id="${ID.slice(1)}"`, WRONG],
    [`id="${ID}0"`, WRONG],
    [`id="${ID.toUpperCase()}"`, WRONG],
    [`id="g${ID.slice(1)}"`, WRONG],
    [`uri="${GROUP}x"`, WRONG],
    [`uri="x${GROUP}"`, WRONG],
    [`uri="${ID}"`, WRONG],
    [`id="${GROUP}"`, WRONG],
    ['emailAddress="a@b.example"', NOT_BY_EMAIL],
    [`id="${ID}",emailAddress="a@b.example"`, NOT_BY_EMAIL],
    [`id="${ID}",`, WRONG],
    [`name="${ID}"`, WRONG],
    [`xid="${ID}"`, WRONG],
    [`id="${ID}"x`, WRONG],
    [ID, WRONG],
    ["", WRONG],
  ])("%j is %s", (text, expected) => {
    expect(outcome({ [header]: text })).toBe(expected);
  });

  test("isn't given beside a canned ACL or a document", () => {
    const input = { [header]: `id="${ID}"` };
    expect(outcome({ ...input, ACL: "private" })).toBe("InvalidRequest 400");
    expect(outcome({ ...input, AccessControlPolicy: {} })).toBe("UnexpectedContent 400");
  });
});

const OWNER = { ID };
const user: s3.Grant = { Grantee: { Type: "CanonicalUser", ID }, Permission: "READ" };
const group: s3.Grant = { Grantee: { Type: "Group", URI: GROUP }, Permission: "READ" };
const grant = (change: object): s3.AccessControlPolicy => ({
  Owner: OWNER,
  Grants: [user, { ...user, ...change } as s3.Grant],
});
const many = (count: number) => ({ Owner: OWNER, Grants: new Array<s3.Grant>(count).fill(user) });

test.each<[string, s3.AccessControlPolicy, string]>([
  ["none of them", { Owner: OWNER, Grants: [] }, "taken"],
  ["both kinds", { Owner: OWNER, Grants: [user, group] }, "taken"],
  ["a hundred grants", many(100), "taken"],
  ["more than a hundred", many(101), MALFORMED],
  ["no owner", { Grants: [user] }, MALFORMED],
  ["no grants", { Owner: OWNER }, MALFORMED],
  ["a wrong owner", { Owner: { ID: "x" }, Grants: [user] }, WRONG],
  ["an owner without an id", { Owner: {}, Grants: [user] }, WRONG],
  ["no permission", grant({ Permission: undefined }), MALFORMED],
  ["a wrong permission", grant({ Permission: "EXECUTE" }), MALFORMED],
  ["no grantee", grant({ Grantee: undefined }), MALFORMED],
  ["a wrong kind of grantee", grant({ Grantee: { Type: "User", ID } }), MALFORMED],
  ["a wrong id", grant({ Grantee: { Type: "CanonicalUser", ID: "x" } }), WRONG],
  ["no id", grant({ Grantee: { Type: "CanonicalUser", URI: GROUP } }), WRONG],
  ["a wrong group", grant({ Grantee: { Type: "Group", URI: "x" } }), WRONG],
  ["no group", grant({ Grantee: { Type: "Group", ID } }), WRONG],
  ["an address", grant({ Grantee: { Type: "AmazonCustomerByEmail", ID } }), NOT_BY_EMAIL],
])("a document with %s is answered", (_, AccessControlPolicy, expected) => {
  expect(outcome({ AccessControlPolicy })).toBe(expected);
  expect(outcome({ AccessControlPolicy, ACL: "private" })).toBe("UnexpectedContent 400");
});

test.each(["FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"])(
  "a document grants %s",
  (Permission) => {
    expect(outcome({ AccessControlPolicy: grant({ Permission }) })).toBe("taken");
  },
);

test("each header has its permission and its condition key", () => {
  const input = Object.fromEntries(HEADERS.map((name, index) => [name, `id="${index}"`]));
  const permissions = ["FULL_CONTROL", "READ", "READ_ACP", "WRITE", "WRITE_ACP"];
  expect(grantHeaders(input)).toEqual(
    permissions.map((permission, index) => ({
      permission,
      grantees: [{ type: "id", value: String(index) }],
    })),
  );
  expect(aclKeys({ ...input, ACL: "private" })).toEqual({
    "s3:x-amz-acl": "private",
    "s3:x-amz-grant-full-control": 'id="0"',
    "s3:x-amz-grant-read": 'id="1"',
    "s3:x-amz-grant-read-acp": 'id="2"',
    "s3:x-amz-grant-write": 'id="3"',
    "s3:x-amz-grant-write-acp": 'id="4"',
  });
});
