import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, md5, refusalOf } from "../../support/s3-refusals.ts";
import type { RawRequest } from "../../support/signed-request.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

/** Refusals to the last field, each as "status code | message | field=value". */
const B = "/error-fields";
const O = `${B}/o`;
const M = `${B}/mp`;
/** A bucket with Object Lock and an ownership that allows ACLs. */
const V = "/error-fields-versions";
/** An object that was uploaded in a part with a checksum. */
const C = `${B}/parts`;
const CUSTOMER = "x-amz-server-side-encryption-customer";
const SSE_C = {
  [`${CUSTOMER}-algorithm`]: "AES256",
  [`${CUSTOMER}-key`]: Buffer.alloc(32, 1).toString("base64"),
};
const ALGORITHMS =
  "[CRC32, CRC32C, CRC64NVME, MD5, SHA1, SHA256, SHA512, XXHASH128, XXHASH3, XXHASH64]";
const NO_ALGORITHM = [
  "400 InvalidRequest | Checksum algorithm provided is unsupported. Please try again with any of",
  `the valid types: ${ALGORITHMS}`,
].join(" ");
const NO_ATTRIBUTES = [
  "400 InvalidRequest | The x-amz-object-attributes header specifying the attributes to be",
  "retrieved is either missing or empty",
].join(" ");
const SDK_ALGORITHM = "x-amz-sdk-checksum-algorithm";
const NO_UPLOAD = [
  "The specified upload does not exist. The upload ID may be invalid, or the upload may",
  "have been aborted or completed.",
].join(" ");
const MALFORMED =
  "The XML you provided was not well-formed or did not validate against our published schema";
let server: TestServer;
let uploadId = "";
/** An upload whose parts have checksums. */
let composedId = "";

beforeAll(async () => {
  server = await startTestServer();
  const client = server.clients().s3;
  const Bucket = B.slice(1);
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  await client.send(new s3.PutObjectCommand({ Bucket, Key: "o", Body: "0123456789" }));
  const ids = { Bucket, Key: "mp" };
  const { UploadId = "" } = await client.send(new s3.CreateMultipartUploadCommand(ids));
  uploadId = UploadId;
  await client.send(new s3.UploadPartCommand({ ...ids, UploadId, PartNumber: 1, Body: "aaa" }));
  const composed = { Bucket, Key: C.split("/")[2] };
  const begun = await client.send(
    new s3.CreateMultipartUploadCommand({ ...composed, ChecksumAlgorithm: "SHA256" }),
  );
  const open = { Bucket, Key: "composed", ChecksumAlgorithm: "SHA256" } as const;
  composedId = (await client.send(new s3.CreateMultipartUploadCommand(open))).UploadId ?? "";
  const part = { ...composed, UploadId: begun.UploadId, PartNumber: 1 };
  const { ETag, ChecksumSHA256 } = await client.send(
    new s3.UploadPartCommand({ ...part, Body: "a", ChecksumAlgorithm: "SHA256" }),
  );
  await client.send(
    new s3.CompleteMultipartUploadCommand({
      ...{ ...composed, UploadId: begun.UploadId },
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag, ChecksumSHA256 }] },
    }),
  );
  const versions = { Bucket: V.slice(1) };
  await client.send(
    new s3.CreateBucketCommand({
      ...versions,
      ObjectLockEnabledForBucket: true,
      ObjectOwnership: "ObjectWriter",
    }),
  );
  await client.send(new s3.DeleteObjectCommand({ ...versions, Key: "gone" }));
  await client.send(new s3.PutObjectCommand({ ...versions, Key: "held", Body: "x" }));
});
afterAll(() => server?.close());

function tags(key: string, value = ""): string {
  return `<Tagging><TagSet><Tag><Key>${key}</Key><Value>${value}</Value></Tag></TagSet></Tagging>`;
}

function parts(...list: string[]): string {
  const each = list.map((part) => `<Part>${part}</Part>`).join("");
  return `<CompleteMultipartUpload>${each}</CompleteMultipartUpload>`;
}

const MONTH = "<NoncurrentDays>30</NoncurrentDays>";

function inClass(storageClass: string): string {
  return `<StorageClass>${storageClass}</StorageClass>`;
}

function to(storageClass: string, days: number): string {
  return `<Transition><Days>${days}</Days>${inClass(storageClass)}</Transition>`;
}

function lifecycle(action: string): string {
  return `<LifecycleConfiguration><Rule><ID>r</ID><Filter/><Status>Enabled</Status>${action}</Rule></LifecycleConfiguration>`;
}

function inventory(bucket: string, versions = "All"): string {
  const destination = `<Destination><S3BucketDestination><Bucket>${bucket}</Bucket><Format>CSV</Format></S3BucketDestination></Destination>`;
  return `<InventoryConfiguration>${destination}<IsEnabled>true</IsEnabled><Id>i</Id><IncludedObjectVersions>${versions}</IncludedObjectVersions><Schedule><Frequency>Daily</Frequency></Schedule></InventoryConfiguration>`;
}

const PART = "<PartNumber>1</PartNumber><ETag>47bce5c74f589f4867dbd57e9ca9f808</ETag>";
const LIST = "<Delete><Object><Key>a</Key></Object></Delete>";
const PAST =
  "<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2020-01-01T12:00:00Z</RetainUntilDate></Retention>";
const KMS_KEY =
  "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm><KMSMasterKeyID>k</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>";
const REPLICATION =
  "<ReplicationConfiguration><Role>arn:aws:iam::000000000000:role/r</Role><Rule><ID>a</ID><Status>Enabled</Status><Prefix></Prefix><Destination><Bucket>arn:aws:s3:::no-such-bucket-here</Bucket></Destination></Rule></ReplicationConfiguration>";

test.each<[string, RawRequest, string]>([
  [
    "a header section of more than 8 KiB",
    ask(`PUT ${O}`, "x", { "x-padding": "p".repeat(8_200) }),
    [
      "400 RequestHeaderSectionTooLarge | Your request header section exceeds the maximum",
      "allowed size. | MaxSizeAllowed=8192",
    ].join(" "),
  ],
  [
    "system metadata of more than 2 KiB",
    ask(`PUT ${O}`, "x", { "content-disposition": "d".repeat(3_000) }),
    [
      "400 MetadataTooLarge | Your metadata headers exceed the maximum allowed metadata size",
      "| Size=3019 | MaxSizeAllowed=2048",
    ].join(" "),
  ],
  [
    "a part without the checksum that its upload is made of",
    ask(`PUT ${B}/composed?partNumber=1&uploadId=COMPOSED`, "x"),
    [
      "400 InvalidRequest | Checksum Type mismatch occurred, expected checksum Type: sha256,",
      "actual checksum Type: null",
    ].join(" "),
  ],
  [
    "an SDK's algorithm that isn't the checksum's",
    ask(`PUT ${O}`, "x", { [SDK_ALGORITHM]: "BOGUS", "x-amz-checksum-crc32": "jNrnDA==" }),
    "400 InvalidRequest | Value for x-amz-sdk-checksum-algorithm header is invalid.",
  ],
  [
    "an SDK's algorithm without a checksum",
    ask(`PUT ${O}`, "x", { [SDK_ALGORITHM]: "BOGUS" }),
    [
      "400 InvalidRequest | x-amz-sdk-checksum-algorithm specified, but no corresponding",
      "x-amz-checksum-* or x-amz-trailer headers were found.",
    ].join(" "),
  ],
  [
    "an upload's algorithm that isn't one",
    ask(`POST ${M}?uploads`, undefined, { "x-amz-checksum-algorithm": "BOGUS" }),
    NO_ALGORITHM,
  ],
  [
    "a copy's algorithm that isn't one",
    ask(`PUT ${B}/copy`, undefined, {
      "x-amz-copy-source": "error-fields/o",
      "x-amz-checksum-algorithm": "BOGUS",
    }),
    NO_ALGORITHM,
  ],
  [
    "an upload's algorithm that isn't here",
    ask(`POST ${M}?uploads`, undefined, { "x-amz-checksum-algorithm": "XXHASH3" }),
    [
      "501 NotImplemented | A header you provided implies functionality that is not",
      "implemented: x-amz-checksum-algorithm XXHASH3 | Header=x-amz-checksum-algorithm",
      "XXHASH3",
    ].join(" "),
  ],
  [
    "an upload's checksum type that isn't one",
    ask(`POST ${M}?uploads`, undefined, {
      "x-amz-checksum-algorithm": "CRC32",
      "x-amz-checksum-type": "BOGUS",
    }),
    "400 InvalidRequest | Value for x-amz-checksum-type header is invalid.",
  ],
  ["no attributes of an object", ask(`GET ${O}?attributes`), NO_ATTRIBUTES],
  [
    "an empty list of attributes",
    ask(`GET ${O}?attributes`, undefined, { "x-amz-object-attributes": "" }),
    NO_ATTRIBUTES,
  ],
  [
    "a block of public access that says nothing",
    ask(`PUT ${B}?publicAccessBlock`, "<PublicAccessBlockConfiguration/>"),
    "400 InvalidRequest | Must specify at least one configuration.",
  ],
  [
    "an object's tag that only AWS may give",
    ask(`PUT ${O}?tagging`, tags("aws:x")),
    "400 InvalidTag | Your TagKey cannot be prefixed with aws: | TagKey=aws:x",
  ],
  [
    "a bucket's tag that only AWS may give",
    ask(`PUT ${B}?tagging`, tags("aws:x")),
    "400 InvalidTag | System tags cannot be added/updated by requester | TagKey=aws:x",
  ],
  [
    "a tag's value with a comma",
    ask(`PUT ${B}?tagging`, tags("a", "b,c")),
    "400 InvalidTag | The TagValue you have provided is invalid | TagKey=a | TagValue=b,c",
  ],
  [
    "two tags of one name in a header",
    ask(`PUT ${O}`, "x", { "x-amz-tagging": "a=1&a=2" }),
    [
      "400 InvalidArgument | The header 'x-amz-tagging' shall be encoded as UTF-8 then",
      "URLEncoded URL query parameters without tag name duplicates. |",
      "ArgumentName=x-amz-tagging | ArgumentValue=a=1&a=2",
    ].join(" "),
  ],
  [
    "tagging a delete marker",
    ask(`PUT ${V}/gone?tagging`, tags("a")),
    [
      "405 MethodNotAllowed | The specified method is not allowed against this resource. |",
      "Method=PUT | ResourceType=DeleteMarker",
    ].join(" "),
  ],
  [
    "reading a delete marker's tags",
    ask(`GET ${V}/gone?tagging`),
    [
      "405 MethodNotAllowed | The specified method is not allowed against this resource. |",
      "Method=GET | ResourceType=DeleteMarker",
    ].join(" "),
  ],
  [
    "removing a delete marker's tags",
    ask(`DELETE ${V}/gone?tagging`),
    [
      "405 MethodNotAllowed | The specified method is not allowed against this resource. |",
      "Method=DELETE | ResourceType=DeleteMarker",
    ].join(" "),
  ],
  [
    "a delete marker's ACL",
    ask(`PUT ${V}/gone?acl`, "", { "x-amz-acl": "bucket-owner-full-control" }),
    [
      "405 MethodNotAllowed | The specified method is not allowed against this resource. |",
      "Method=PUT | ResourceType=DeleteMarker",
    ].join(" "),
  ],
  [
    "tags of what isn't there",
    ask(`GET ${B}/nothing?tagging`),
    "404 NoSuchKey | The specified key does not exist. | Key=error-fields/nothing",
  ],
  [
    "an owner that is no account",
    ask(`GET ${B}?policy`, undefined, { "x-amz-expected-bucket-owner": "0000" }),
    [
      "400 InvalidBucketOwnerAWSAccountID | The value of the expected bucket owner",
      "parameter must be an AWS Account ID... [0000]",
    ].join(" "),
  ],
  [
    "a policy without text",
    ask(`PUT ${B}?policy`, ""),
    "400 MalformedPolicy | Policies must be valid JSON and the first byte must be '{'",
  ],
  [
    "a policy without statements",
    ask(`PUT ${B}?policy`, "{}"),
    "400 MalformedPolicy | Missing required field Statement",
  ],
  [
    "a bypass, even none, where there are no locks",
    ask(`DELETE ${O}`, undefined, { "x-amz-bypass-governance-retention": "false" }),
    [
      "400 InvalidArgument | x-amz-bypass-governance-retention is only applicable to Object",
      "Lock enabled buckets. | ArgumentName=x-amz-bypass-governance-retention",
    ].join(" "),
  ],
  [
    "a bypass for many where there are no locks",
    ask(`POST ${B}?delete`, LIST, { "x-amz-bypass-governance-retention": "true", ...md5(LIST) }),
    "400 InvalidArgument | x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets. | ArgumentName=x-amz-bypass-governance-retention",
  ],
  [
    "an ownership that isn't there",
    ask("PUT /error-fields-new", undefined, { "x-amz-object-ownership": "Nobody" }),
    "400 InvalidArgument | Invalid x-amz-object-ownership header: Nobody | ArgumentName=x-amz-object-ownership",
  ],
  [
    "an ownership without text",
    ask("PUT /error-fields-new", undefined, { "x-amz-object-ownership": "" }),
    "400 InvalidArgument | Invalid x-amz-object-ownership header:  | ArgumentName=x-amz-object-ownership",
  ],
  [
    "a lock's mode alone",
    ask(`PUT ${V}/x`, "x", { "x-amz-object-lock-mode": "GOVERNANCE", ...md5("x") }),
    "400 InvalidArgument | x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied | ArgumentName=x-amz-object-lock-retain-until-date",
  ],
  [
    "a lock's date alone",
    ask(`PUT ${V}/x`, "x", {
      "x-amz-object-lock-retain-until-date": "2040-01-01T00:00:00Z",
      ...md5("x"),
    }),
    "400 InvalidArgument | x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied | ArgumentName=x-amz-object-lock-mode",
  ],
  [
    "a lock until long ago",
    ask(`PUT ${V}/held?retention`, PAST, md5(PAST)),
    "400 InvalidArgument | The retain until date must be in the future! | ArgumentName=RetainUntilDate | ArgumentValue=Wed Jan 01 04:00:00 PST 2020",
  ],
  [
    "a KMS key for AES256",
    ask(`PUT ${B}?encryption`, KMS_KEY),
    "400 InvalidArgument | a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse | ArgumentName=ApplyServerSideEncryptionByDefault",
  ],
  [
    "a copy source without key",
    ask(`PUT ${O}`, undefined, { "x-amz-copy-source": "bad" }),
    "400 InvalidArgument | Invalid copy source object key | ArgumentName=x-amz-copy-source | ArgumentValue=x-amz-copy-source",
  ],
  [
    "a range beyond the source",
    ask(`PUT ${M}?partNumber=1&uploadId=UPLOAD`, undefined, {
      "x-amz-copy-source": "error-fields/o",
      "x-amz-copy-source-range": "bytes=100-200",
    }),
    "400 InvalidRequest | The specified copy range is invalid for the source object size",
  ],
  [
    "If-Match of anything",
    ask(`PUT ${O}`, "x", { "if-match": "*" }),
    "501 NotImplemented | A header you provided implies functionality that is not implemented | Header=If-Match | additionalMessage=We don't accept the provided value of If-Match header for this API",
  ],
  [
    "If-None-Match of something",
    ask(`PUT ${O}`, "x", { "if-none-match": "a" }),
    "501 NotImplemented | A header you provided implies functionality that is not implemented | Header=If-None-Match | additionalMessage=We don't accept the provided value of If-None-Match header for this API",
  ],
  [
    "both conditions",
    ask(`PUT ${O}`, "x", { "if-none-match": "*", "if-match": "a" }),
    "501 NotImplemented | A header you provided implies functionality that is not implemented | Header=If-Match,If-None-Match | additionalMessage=Multiple conditional request headers present in the request",
  ],
  [
    "an upload without a list of parts",
    ask(`POST ${M}?uploadId=UPLOAD`, ""),
    "400 InvalidRequest | You must specify at least one part",
  ],
  [
    "a part twice",
    ask(`POST ${M}?uploadId=UPLOAD`, parts(PART, PART)),
    "400 InvalidPartOrder | The list of parts was not in ascending order. Parts must be ordered by part number. | UploadId=UPLOAD",
  ],
  [
    "a list of parts that says nothing, of an upload that isn't there",
    ask(`POST ${M}?uploadId=none`, "<CompleteMultipartUpload/>"),
    `404 NoSuchUpload | ${NO_UPLOAD} | UploadId=none`,
  ],
  [
    "no list of parts of an upload that isn't there",
    ask(`POST ${M}?uploadId=none`, ""),
    `404 NoSuchUpload | ${NO_UPLOAD} | UploadId=none`,
  ],
  [
    "parts behind one below zero",
    ask(`GET ${M}?uploadId=UPLOAD&part-number-marker=-42`),
    "400 InvalidArgument | Argument part-number-marker must be an integer between 0 and 2147483647 | ArgumentName=part-number-marker | ArgumentValue=-42",
  ],
  [
    "parts behind one above 31 bits",
    ask(`GET ${M}?uploadId=UPLOAD&part-number-marker=2147483689`),
    "400 InvalidArgument | Provided part-number-marker not an integer or within integer range | ArgumentName=part-number-marker | ArgumentValue=2147483689",
  ],
  [
    "an object's parts behind one below zero",
    ask(`GET ${C}?attributes`, undefined, {
      "x-amz-object-attributes": "ObjectParts",
      "x-amz-part-number-marker": "-1",
    }),
    "400 InvalidArgument | Argument part-number-marker must be an integer between 0 and 2147483647 | ArgumentName=part-number-marker | ArgumentValue=-1",
  ],
  [
    "a customer's key without its digest",
    ask(`PUT ${O}`, "x", SSE_C),
    "400 InvalidArgument | Requests specifying Server Side Encryption with Customer provided keys must provide the client calculated MD5 of the secret key. | ArgumentName=x-amz-server-side-encryption",
  ],
  [
    "a customer's algorithm that isn't there",
    ask(`GET ${O}`, undefined, { ...SSE_C, [`${CUSTOMER}-algorithm`]: "DES" }),
    "400 InvalidEncryptionAlgorithmError | The Encryption request you specified is not valid. Supported value: AES256. | ArgumentName=x-amz-server-side-encryption | ArgumentValue=DES",
  ],
  [
    "a checksum mode that the upload hasn't",
    ask(`POST ${M}?uploadId=UPLOAD`, parts(PART), { "x-amz-checksum-type": "FULL_OBJECT" }),
    "400 InvalidRequest | The upload was created using the null checksum mode. The complete request must use the same checksum mode.",
  ],
  [
    "another size than the parts'",
    ask(`POST ${M}?uploadId=UPLOAD`, parts(PART), { "x-amz-mp-object-size": "5" }),
    "400 InvalidRequest | The provided 'x-amz-mp-object-size' header value 5 does not match what was computed: 3",
  ],
  [
    "a part's checksum where none are kept",
    ask(`POST ${M}?uploadId=UPLOAD`, parts(`${PART}<ChecksumCRC32>8AZAnQ==</ChecksumCRC32>`)),
    "400 InvalidPart | One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag. | UploadId=UPLOAD | PartNumber=1 | ETag=47bce5c74f589f4867dbd57e9ca9f808",
  ],
  [
    "another body's MD5",
    ask(`PUT ${O}`, "x", md5("y")),
    "400 BadDigest | The Content-MD5 you specified did not match what we received. | ExpectedDigest=415290769594460e2e485922904f345d | CalculatedDigest=ndTkYSaMgDT1yFZOFVxnpg==",
  ],
  [
    "an encoding without name",
    ask(`GET ${B}?encoding-type=`),
    "400 InvalidArgument | Invalid Encoding Method specified in Request | ArgumentName=encoding-type | ArgumentValue=",
  ],
  [
    "a token without text",
    ask(`GET ${B}?list-type=2&continuation-token=`),
    "400 InvalidArgument | The continuation token provided is incorrect | ArgumentName=continuation-token",
  ],
  [
    "a token of somebody else's",
    ask(`GET ${B}?list-type=2&continuation-token=bad`),
    "400 InvalidArgument | The continuation token provided is incorrect | ArgumentName=continuation-token",
  ],
  [
    "an upload marker of another key",
    ask(`GET ${B}?uploads&key-marker=zz&upload-id-marker=UPLOAD`),
    "400 InvalidArgument | Invalid uploadId marker | ArgumentName=upload-id-marker | ArgumentValue=UPLOAD",
  ],
  [
    "a date within a day",
    ask(
      `PUT ${B}?lifecycle`,
      lifecycle("<Expiration><Date>2023-01-01T00:00:00.001Z</Date></Expiration>"),
    ),
    "400 InvalidArgument | 'Date' must be at midnight GMT | ArgumentName=Date | ArgumentValue=2023-01-01T00:00:00.001Z",
  ],
  [
    "a website's rule for an error that is none",
    ask(
      `PUT ${B}?website`,
      "<WebsiteConfiguration><IndexDocument><Suffix>i</Suffix></IndexDocument><RoutingRules>" +
        "<RoutingRule><Condition><HttpErrorCodeReturnedEquals>302</HttpErrorCodeReturnedEquals>" +
        "</Condition><Redirect><HostName>a</HostName></Redirect></RoutingRule></RoutingRules>" +
        "</WebsiteConfiguration>",
    ),
    "400 InvalidRequest | The provided HTTP error code (302) is not valid. " +
      "Valid codes are 4XX or 5XX.",
  ],
  [
    "an archive of Intelligent-Tiering that takes objects too soon",
    ask(
      `PUT ${B}?intelligent-tiering&id=a`,
      "<IntelligentTieringConfiguration><Id>a</Id><Status>Enabled</Status><Tiering>" +
        "<Days>179</Days><AccessTier>DEEP_ARCHIVE_ACCESS</AccessTier></Tiering>" +
        "</IntelligentTieringConfiguration>",
    ),
    "400 InvalidArgument | 'Days' for access tier DEEP_ARCHIVE_ACCESS must be between 180 and " +
      "730 | ArgumentName=Days | ArgumentValue=179",
  ],
  [
    "a lifecycle rule that moves objects to one class twice",
    ask(`PUT ${B}?lifecycle`, lifecycle(to("GLACIER", 1) + to("GLACIER", 2))),
    "400 InvalidRequest | 'StorageClass' must be different for 'Transition' actions " +
      "in same 'Rule' with filter '()'",
  ],
  [
    "a lifecycle rule that leaves an archive too soon",
    ask(`PUT ${B}?lifecycle`, lifecycle(to("DEEP_ARCHIVE", 90) + to("GLACIER", 1))),
    "400 InvalidArgument | 'Days' in the 'Transition' action for StorageClass 'DEEP_ARCHIVE' " +
      "for filter '()' must be 90 days more than 'filter '()'' " +
      "in the 'Transition' action for StorageClass 'GLACIER'",
  ],
  [
    "a lifecycle rule that ends older versions before it moves them",
    ask(
      `PUT ${B}?lifecycle`,
      lifecycle(
        `<NoncurrentVersionTransition>${MONTH}${inClass("GLACIER")}</NoncurrentVersionTransition>` +
          `<NoncurrentVersionExpiration>${MONTH}</NoncurrentVersionExpiration>`,
      ).replace("<Filter/>", "<Filter><Prefix/></Filter>"),
    ),
    "400 InvalidArgument | 'NoncurrentDays' in the NoncurrentVersionExpiration action " +
      "for filter '(prefix=)' must be greater than 'NoncurrentDays' " +
      "in the NoncurrentVersionTransition action",
  ],
  [
    "a minimum size that isn't there",
    ask(`PUT ${B}?lifecycle`, lifecycle("<Expiration><Days>1</Days></Expiration>"), {
      "x-amz-transition-default-minimum-object-size": "none",
    }),
    "400 InvalidRequest | Invalid TransitionDefaultMinimumObjectSize found: none",
  ],
  [
    "an inventory of another id",
    ask(`PUT ${B}?inventory&id=other`, inventory("arn:aws:s3:::b")),
    "400 IdMismatch | Document ID does not match the specified configuration ID.",
  ],
  [
    "an inventory's bucket that is no ARN",
    ask(`PUT ${B}?inventory&id=i`, inventory("b")),
    "400 InvalidS3DestinationBucket | Invalid bucket ARN.",
  ],
  [
    "an inventory of some versions",
    ask(`PUT ${B}?inventory&id=i`, inventory("arn:aws:s3:::b", "Some")),
    `400 MalformedXML | ${MALFORMED}`,
  ],
  [
    "metrics of another id",
    ask(`PUT ${B}?metrics&id=other`, "<MetricsConfiguration><Id>i</Id></MetricsConfiguration>"),
    `400 MalformedXML | ${MALFORMED}`,
  ],
  [
    "metrics that aren't there",
    ask(`GET ${B}?metrics&id=none`),
    "404 NoSuchConfiguration | The specified configuration does not exist.",
  ],
  [
    "a part that isn't there",
    ask(`GET ${O}?partNumber=4`),
    "416 InvalidPartNumber | The requested partnumber is not satisfiable | PartNumberRequested=4 | ActualPartCount=1",
  ],
  [
    "replication into nowhere",
    ask(`PUT ${V}?replication`, REPLICATION),
    "400 InvalidRequest | Destination bucket must have versioning enabled.",
  ],
  [
    "a canned ACL that isn't there",
    ask(`PUT ${O}`, "x", { "x-amz-acl": "bogus" }),
    "400 InvalidArgument |  | ArgumentName=x-amz-acl | ArgumentValue=bogus",
  ],
  [
    "a canned ACL and grants",
    ask(`PUT ${V}?acl`, undefined, { "x-amz-acl": "private", "x-amz-grant-read": "id=a" }),
    "400 InvalidRequest | Specifying both Canned ACLs and Header Grants is not allowed",
  ],
  [
    "a canned ACL and a document",
    ask(`PUT ${V}?acl`, "<AccessControlPolicy/>", { "x-amz-acl": "private" }),
    "400 UnexpectedContent | This request does not support content",
  ],
  [
    "an ACL without owner",
    ask(`PUT ${V}?acl`, "<AccessControlPolicy/>"),
    `400 MalformedACLError | ${MALFORMED}`,
  ],
  [
    "a grantee that is no user",
    ask(`PUT ${V}?acl`, undefined, { "x-amz-grant-read": "id=a" }),
    "400 InvalidArgument | Invalid id | ArgumentName=id | ArgumentValue=a",
  ],
  [
    "a grantee that is no group",
    ask(`PUT ${V}?acl`, undefined, { "x-amz-grant-read": "uri=a" }),
    "400 InvalidArgument | Invalid group uri | ArgumentName=uri | ArgumentValue=a",
  ],
  [
    "a grantee of no kind",
    ask(`PUT ${V}?acl`, undefined, { "x-amz-grant-read": "a" }),
    "400 InvalidArgument | Argument format not recognized | ArgumentName=x-amz-grant-read | ArgumentValue=a",
  ],
])("%s", async (_what, request, expected) => {
  const query = Object.fromEntries(
    Object.entries(request.query ?? {}).map(([k, v]) => [
      k,
      v.replace("UPLOAD", uploadId).replace("COMPOSED", composedId),
    ]),
  );
  const refusal = await refusalOf(server.endpoint, { ...request, query });
  expect(refusal.replaceAll(uploadId, "UPLOAD")).toBe(expected);
});
