import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, md5, refusalOf } from "../../support/s3-refusals.ts";
import type { RawRequest } from "../../support/signed-request.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

/** Refusals of what is done to buckets, and which of two comes where both could. */
const B = "/bucket-refusals";
/** Its owner's alone, and with ACLs. */
const A = "/bucket-refusals-acl";
const DOTS = "/bucket.refusals";
const NOBODY = "/bucket-refusals-nobody";
const MALFORMED =
  "The XML you provided was not well-formed or did not validate against our published schema";
const NO_BUCKET =
  "404 NoSuchBucket | The specified bucket does not exist | BucketName=bucket-refusals-nobody";
const OWNED = [
  "409 BucketAlreadyOwnedByYou | Your previous request to create the named bucket",
  "succeeded and you already own it. | BucketName=",
].join(" ");
const EMPTY = "400 MissingRequestBodyError | Request Body is empty";
const MINE = "000000000000-us-east-1-an";
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  const client = server.clients().s3;
  const withAcls = { Bucket: A.slice(1), ObjectOwnership: "ObjectWriter" } as const;
  await client.send(new s3.CreateBucketCommand(withAcls));
  for (const path of [B, DOTS])
    await client.send(new s3.CreateBucketCommand({ Bucket: path.slice(1) }));
  await client.send(
    new s3.CreateBucketCommand({ Bucket: `own-${MINE}`, BucketNamespace: "account-regional" }),
  );
});
afterAll(() => server?.close());

function creation(tags: string): string {
  return `<CreateBucketConfiguration><Tags>${tags}</Tags></CreateBucketConfiguration>`;
}

function logging(target: string): string {
  return `<BucketLoggingStatus><LoggingEnabled><TargetBucket>${target.slice(1)}</TargetBucket><TargetPrefix>logs/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>`;
}

const REPLICATION =
  "<ReplicationConfiguration><Role>arn:aws:iam::000000000000:role/r</Role><Rule><ID>a</ID><Status>Enabled</Status><Prefix></Prefix><Destination><Bucket>arn:aws:s3:::b</Bucket></Destination></Rule></ReplicationConfiguration>";
const WRONG_STATUS = "<AccelerateConfiguration><Status>enabled</Status></AccelerateConfiguration>";
const namespace = (value: string) => ({ "x-amz-bucket-namespace": value });

test.each<[string, RawRequest, string]>([
  [
    "one's bucket again with tags",
    ask(`PUT ${B}`, creation("<Tag><Key>a</Key><Value>b</Value></Tag>")),
    `${OWNED}bucket-refusals`,
  ],
  [
    "a new bucket's tag that only AWS may give",
    ask("PUT /bucket-refusals-new", creation("<Tag><Key>aws:x</Key><Value>b</Value></Tag>")),
    '400 InvalidTag | User-defined tag keys can\'t start with "aws:". This prefix is reserved for system tags. Remove "aws:" from your tag keys and try again.',
  ],
  [
    "a new bucket's tag with a comma",
    ask("PUT /bucket-refusals-new", creation("<Tag><Key>a,b</Key><Value>b</Value></Tag>")),
    "400 InvalidTag | The TagKey you have provided is invalid | TagKey=a,b",
  ],
  [
    "a tag without its value",
    ask("PUT /bucket-refusals-new", creation("<Tag><Key>a</Key></Tag>")),
    `400 MalformedXML | ${MALFORMED}`,
  ],
  [
    "one's own namespace without its suffix",
    ask("PUT /bucket-refusals-new", undefined, namespace("account-regional")),
    [
      "400 InvalidNamespaceHeader | The requested bucket name did not include the",
      "account-regional namespace suffix, but the provided x-amz-bucket-namespace header",
      "value is account-regional. Specify -000000000000-us-east-1-an as the bucket name",
      "suffix to create a bucket in your account-regional namespace, or remove the header.",
    ].join(" "),
  ],
  [
    "the suffix of one's own namespace without the header",
    ask(`PUT /new-${MINE}`),
    [
      "400 MissingNamespaceHeader | The requested bucket name includes the account-regional",
      "namespace suffix, but the request has no x-amz-bucket-namespace header. Specify the",
      "header with the value account-regional, or another bucket name.",
    ].join(" "),
  ],
  [
    "the suffix of one's own namespace in the global one",
    ask(`PUT /new-${MINE}`, undefined, namespace("global")),
    [
      "400 InvalidNamespaceHeader | The requested bucket name includes the account-regional",
      "namespace suffix, but the provided x-amz-bucket-namespace header value is global.",
      "Specify the value account-regional, or another bucket name.",
    ].join(" "),
  ],
  [
    "somebody else's namespace",
    ask("PUT /new-111122223333-us-east-1-an", undefined, namespace("account-regional")),
    [
      "400 InvalidBucketNamespace | The requested bucket is an account-regional namespace",
      "bucket, but the requested AWS Account ID '111122223333' does not match the caller's",
      "AWS Account ID '000000000000'. Specify the caller's AWS Account ID in the bucket",
      "name.",
    ].join(" "),
  ],
  [
    "the namespace of another Region",
    ask("PUT /new-000000000000-us-west-2-an", undefined, namespace("account-regional")),
    [
      "400 InvalidBucketNamespace | The requested bucket is an account-regional namespace",
      "bucket, but the requested region 'us-west-2' does not match the current region",
      "'us-east-1'. Specify the targeted region in the bucket name.",
    ].join(" "),
  ],
  [
    "a namespace that isn't there",
    ask("PUT /bucket-refusals-new", undefined, namespace("mine")),
    [
      "400 InvalidArgument | Invalid x-amz-bucket-namespace header: mine |",
      "ArgumentName=x-amz-bucket-namespace",
    ].join(" "),
  ],
  [
    "a name that ends as if it had a namespace",
    ask("PUT /bucket-refusals-an"),
    "400 InvalidBucketName | The specified bucket is not valid. | BucketName=bucket-refusals-an",
  ],
  [
    "a bucket of one's own namespace again",
    ask(`PUT /own-${MINE}`, undefined, namespace("account-regional")),
    `${OWNED}own-${MINE}`,
  ],
  [
    "buckets of a Region that isn't there",
    ask("GET /?bucket-region=nowhere-1"),
    [
      "400 InvalidArgument | Argument value nowhere-1 is not a valid AWS Region |",
      "ArgumentName=bucket-region",
    ].join(" "),
  ],
  ["no lock configuration", ask(`PUT ${B}?object-lock`, "", md5("")), EMPTY],
  ["no lock configuration, nor its digest", ask(`PUT ${B}?object-lock`, ""), EMPTY],
  ["no retention", ask(`PUT ${B}/key?retention`, "", md5("")), `400 MalformedXML | ${MALFORMED}`],
  ["no legal hold", ask(`PUT ${B}/key?legal-hold`, "", md5("")), `400 MalformedXML | ${MALFORMED}`],
  ["no lifecycle", ask(`PUT ${B}?lifecycle`, ""), EMPTY],
  [
    "no lock configuration of a bucket that isn't there",
    ask(`PUT ${NOBODY}?object-lock`, ""),
    NO_BUCKET,
  ],
  [
    "logs into a bucket that isn't there",
    ask(`PUT ${B}?logging`, logging(NOBODY)),
    [
      "400 InvalidTargetBucketForLogging | The target bucket for logging does not exist |",
      "TargetBucket=bucket-refusals-nobody",
    ].join(" "),
  ],
  [
    "no rules of encryption for a bucket that isn't there",
    ask(`PUT ${NOBODY}?encryption`, "<ServerSideEncryptionConfiguration/>"),
    NO_BUCKET,
  ],
  [
    "a wrong status of acceleration for a bucket that isn't there",
    ask(`PUT ${NOBODY}?accelerate`, WRONG_STATUS),
    NO_BUCKET,
  ],
  [
    "a wrong status of acceleration for a name with periods",
    ask(`PUT ${DOTS}?accelerate`, WRONG_STATUS),
    [
      "400 InvalidRequest | S3 Transfer Acceleration is not supported for buckets with",
      "periods (.) in their names",
    ].join(" "),
  ],
  [
    "a wrong status of acceleration",
    ask(`PUT ${B}?accelerate`, WRONG_STATUS),
    `400 MalformedXML | ${MALFORMED}`,
  ],
  [
    "a canned ACL that isn't there, where there are none",
    ask(`PUT ${B}?acl`, undefined, { "x-amz-acl": "bogus" }),
    "400 InvalidArgument |  | ArgumentName=x-amz-acl | ArgumentValue=bogus",
  ],
  [
    "an ACL of two kinds, where there are none",
    ask(`PUT ${B}?acl`, undefined, { "x-amz-acl": "private", "x-amz-grant-read": "id=a" }),
    "400 InvalidRequest | Specifying both Canned ACLs and Header Grants is not allowed",
  ],
  [
    "an ACL and a document, where there are none",
    ask(`PUT ${B}?acl`, "<AccessControlPolicy/>", { "x-amz-acl": "private" }),
    "400 UnexpectedContent | This request does not support content",
  ],
  [
    "an ACL's document without owner, where there are none",
    ask(`PUT ${B}?acl`, "<AccessControlPolicy/>"),
    `400 MalformedACLError | ${MALFORMED}`,
  ],
  [
    "an ACL where there are none",
    ask(`PUT ${B}?acl`, undefined, { "x-amz-acl": "private" }),
    "400 AccessControlListNotSupported | The bucket does not allow ACLs",
  ],
  [
    "replication without versions",
    ask(`PUT ${B}?replication`, REPLICATION),
    [
      "400 InvalidRequest | Versioning must be 'Enabled' on the bucket to apply a",
      "replication configuration",
    ].join(" "),
  ],
])("%s", async (_what, request, expected) => {
  expect(await refusalOf(server.endpoint, request)).toBe(expected);
});

test.each([
  ["with ACLs", A],
  ["without ACLs", B],
])("logs are ordered into a bucket %s before log delivery may write there", async (_how, path) => {
  const client = server.clients().s3;
  const Bucket = B.slice(1);
  const Grantee = { Type: "Group", URI: "http://acs.amazonaws.com/groups/s3/LogDelivery" } as const;
  const TargetGrants = (["WRITE", "READ"] as const).map((Permission) => ({ Grantee, Permission }));
  const target = { TargetBucket: path.slice(1), TargetPrefix: "logs/" };
  const LoggingEnabled = path === A ? { ...target, TargetGrants } : target;
  await client.send(
    new s3.PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: { LoggingEnabled } }),
  );
  expect(await client.send(new s3.GetBucketLoggingCommand({ Bucket }))).toMatchObject({
    LoggingEnabled,
  });
});
