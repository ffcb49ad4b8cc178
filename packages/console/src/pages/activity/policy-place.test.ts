import { expect, test } from "vitest";
import { policyPlaceOf, type TriedPolicy } from "./policy-place.ts";

const ACCOUNT = "arn:aws:iam::000000000000";
const ANN = `${ACCOUNT}:user/crew/ann`;
const SESSION = "arn:aws:sts::000000000000:assumed-role/app/session";
const KEY = "arn:aws:kms:us-east-1:000000000000:key/1-2";

const OF_CALLER = { type: "IDENTITY_BASED_POLICY", resource: "*" };
const OF_OBJECT = { type: "RESOURCE_BASED_POLICY", resource: "arn:aws:s3:::media/a/b" };

const PLACES: readonly [Partial<TriedPolicy>, string | undefined][] = [
  [{ ...OF_CALLER, principal: ANN }, "the policy New of the user ann"],
  [{ ...OF_CALLER, principal: SESSION }, "the policy New of the role app"],
  [{ ...OF_CALLER, principal: `${ACCOUNT}:root` }, undefined],
  [
    { ...OF_CALLER, uri: `inline/identity/${ANN} own`, attachedTo: ANN },
    "the policy own of the user ann",
  ],
  [
    {
      ...OF_CALLER,
      uri: `inline/identity/${ACCOUNT}:group/crew x`,
      attachedTo: `${ACCOUNT}:group/crew`,
    },
    "the policy x of the group crew",
  ],
  [
    { ...OF_CALLER, uri: `${ACCOUNT}:policy/team/edit`, attachedTo: ANN },
    "the policy edit, wherever it is attached",
  ],
  [{ ...OF_CALLER, uri: "arn:aws:iam::aws:policy/ReadOnlyAccess", attachedTo: ANN }, undefined],
  [{ type: "PERMISSIONS_BOUNDARY", principal: ANN }, undefined],
  [
    { type: "PERMISSIONS_BOUNDARY", uri: `${ACCOUNT}:policy/limit`, attachedTo: ANN },
    "the policy limit, wherever it is attached",
  ],
  [{ type: "SESSION_POLICY", uri: "inline/session/x", attachedTo: SESSION }, undefined],
  [
    { type: "ROLE_TRUST_POLICY", resource: `${ACCOUNT}:role/p/app` },
    "the trust policy of the role app",
  ],
  [OF_OBJECT, "the bucket policy of media"],
  [{ ...OF_OBJECT, uri: "inline/resource/arn:aws:s3:::media" }, "the bucket policy of media"],
  [{ ...OF_OBJECT, resource: KEY }, "the key policy of 1-2"],
  [{ ...OF_OBJECT, uri: `inline/key/${KEY}` }, "the key policy of 1-2"],
  // A grant's own.
  [{ ...OF_OBJECT, uri: `inline/key/${KEY}?grants` }, undefined],
  [{ ...OF_OBJECT, resource: "arn:aws:ecr:us-east-1:000000000000:repository/r" }, undefined],
  [{ type: "SERVICE_CONTROL_POLICY", uri: "arn:aws:organizations::1:policy/o/p" }, undefined],
];

test.each(PLACES)("%j is saved in %s", (tried, title) => {
  const whole = { type: "", uri: undefined, attachedTo: undefined, principal: "", resource: "*" };
  expect(policyPlaceOf({ ...whole, ...tried }, "New")?.title).toBe(title);
});
