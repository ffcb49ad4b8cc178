import { expect, test } from "vitest";
import type { BucketRow } from "../tables.ts";
import { type Acl, aclOf, type Grant, grantsOf, ownerOf, shownAcl, storedAcl } from "./acl.ts";
import { canonicalUserId } from "./canonical-user-id.ts";

const OWNER = "000000000000";
const WRITER = "111122223333";
const id = canonicalUserId;
const bucket = (ownership: string) => ({ account_id: OWNER, ownership }) as BucketRow;
const groups = "http://acs.amazonaws.com/groups";
const everything = (account: string): Grant => ({ to: id(account), permission: "FULL_CONTROL" });

const ACL: Acl = { owner: WRITER, grants: [everything(WRITER)] };

test.each([
  ["BucketOwnerEnforced", null, undefined],
  ["BucketOwnerEnforced", ACL, undefined],
  ["BucketOwnerPreferred", null, undefined],
  ["BucketOwnerPreferred", ACL, ACL],
  ["ObjectWriter", null, undefined],
  ["ObjectWriter", ACL, ACL],
])("under %s, the ACL %j is %j", (ownership, stored, inForce) => {
  const object = { acl: stored && JSON.stringify(stored) };
  expect(aclOf(object, bucket(ownership))).toEqual(inForce);
  expect(ownerOf(object, bucket(ownership))).toBe(inForce ? WRITER : OWNER);
});

/** Source: S3 user guide, "Canned ACL". */
const CANNED: Readonly<Record<string, readonly Grant[]>> = {
  private: [],
  "public-read": [{ to: `${groups}/global/AllUsers`, permission: "READ" }],
  "public-read-write": [
    { to: `${groups}/global/AllUsers`, permission: "READ" },
    { to: `${groups}/global/AllUsers`, permission: "WRITE" },
  ],
  "authenticated-read": [{ to: `${groups}/global/AuthenticatedUsers`, permission: "READ" }],
  "aws-exec-read": [
    { to: "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c", permission: "READ" },
  ],
  "log-delivery-write": [
    { to: `${groups}/s3/LogDelivery`, permission: "WRITE" },
    { to: `${groups}/s3/LogDelivery`, permission: "READ_ACP" },
  ],
  "bucket-owner-read": [{ to: id(OWNER), permission: "READ" }],
  "bucket-owner-full-control": [{ to: id(OWNER), permission: "FULL_CONTROL" }],
};

test.each(Object.entries(CANNED))("the canned ACL %s grants %j", (name, grants) => {
  const input = name === "private" ? {} : { ACL: name };
  expect(grantsOf(input, WRITER, OWNER)).toEqual([everything(WRITER), ...grants]);
  // Nothing is granted to the owner twice.
  const others = name.startsWith("bucket-owner") ? [] : grants;
  expect(grantsOf(input, OWNER, OWNER)).toEqual([everything(OWNER), ...others]);
});

test("headers and documents grant what they name, and nothing else", () => {
  const headers = { GrantRead: `id="a", uri="b"`, GrantWriteACP: `id="c"` };
  expect(grantsOf(headers, WRITER, OWNER)).toEqual([
    { to: "a", permission: "READ" },
    { to: "b", permission: "READ" },
    { to: "c", permission: "WRITE_ACP" },
  ]);
  const Grants = [
    { Grantee: { Type: "Group", URI: "b" }, Permission: "READ" },
    { Grantee: { Type: "CanonicalUser", ID: "a" }, Permission: "WRITE" },
  ] as const;
  expect(grantsOf({ AccessControlPolicy: { Grants: [...Grants] } }, WRITER, OWNER)).toEqual([
    { to: "b", permission: "READ" },
    { to: "a", permission: "WRITE" },
  ]);
});

test.each<[string, readonly Grant[], string, Acl | null]>([
  ["the default", [everything(OWNER)], OWNER, null],
  [
    "less than the default",
    [{ to: id(OWNER), permission: "READ" }],
    OWNER,
    { grants: [{ to: id(OWNER), permission: "READ" }] },
  ],
  ["everything to another", [everything(WRITER)], OWNER, { grants: [everything(WRITER)] }],
  ["nothing", [], OWNER, { grants: [] }],
  [
    "more than the default",
    [everything(OWNER), everything(WRITER)],
    OWNER,
    { grants: [everything(OWNER), everything(WRITER)] },
  ],
  [
    "another writer's",
    [everything(WRITER)],
    WRITER,
    { owner: WRITER, grants: [everything(WRITER)] },
  ],
  [
    "another writer's, to the owner",
    [everything(OWNER)],
    WRITER,
    { owner: WRITER, grants: [everything(OWNER)] },
  ],
])("%s is stored as it is", (_, grants, owner, stored) => {
  const text = storedAcl(grants, owner, { account_id: OWNER });
  expect(text && JSON.parse(text)).toEqual(stored);
});

test("an ACL is shown with its owner, and each grantee by its kind", () => {
  const grants: Grant[] = [
    { to: id(WRITER), permission: "READ" },
    { to: `${groups}/global/AllUsers`, permission: "READ_ACP" },
  ];
  expect(shownAcl({ owner: WRITER, grants }, bucket("ObjectWriter"))).toEqual({
    Owner: { ID: id(WRITER) },
    Grants: [
      { Grantee: { ID: id(WRITER), Type: "CanonicalUser" }, Permission: "READ" },
      { Grantee: { URI: `${groups}/global/AllUsers`, Type: "Group" }, Permission: "READ_ACP" },
    ],
  });
  expect(shownAcl(undefined, bucket("ObjectWriter"))).toEqual({
    Owner: { ID: id(OWNER) },
    Grants: [{ Grantee: { ID: id(OWNER), Type: "CanonicalUser" }, Permission: "FULL_CONTROL" }],
  });
});
