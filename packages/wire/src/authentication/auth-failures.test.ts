import { describe, expect, test } from "vitest";
import type { AuthDialect, AuthError } from "./auth-error.ts";
import * as failures from "./auth-failures.ts";

type Make = (dialect: AuthDialect) => AuthError;
type Row = readonly [code: string, status: number, message: string];

const HEADER = "The authorization header is malformed; ";
const QUERY = "Error parsing the X-Amz-Credential parameter; ";
const ONE_MECHANISM =
  "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, " +
  "Signature query string parameter or the Authorization header should be specified";
const FIVE =
  "Credential must have exactly 5 slash-delimited elements, " +
  "e.g. keyid/date/region/service/term, got 'a/b'";
const EXPECTED = '"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".';
const TERMINATOR =
  "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'.";
const REGION = "Credential should be scoped to a valid region.";
const DATE = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";
const DAY =
  "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: " +
  "'20300102' != '20300103', from '20300103T000000Z'.";
const S3_DAY =
  `${HEADER}Invalid credential date "20300102". ` +
  'This date is not the same as X-Amz-Date: "20300103".';
const PRESIGNED_DATE = "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"";
const ALL_PARAMETERS =
  "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, " +
  "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.";
const HOST = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";

/** Each mistake as IAM's dialect calls it, and as S3's does; JSON's differs in the code alone. */
const FAILURES: readonly (readonly [name: string, make: Make, query: Row, s3: Row])[] = [
  [
    "two signatures",
    (dialect) => failures.severalMechanisms("AWS4", dialect),
    ["IncompleteSignature", 400, ONE_MECHANISM],
    ["InvalidArgument", 400, ONE_MECHANISM],
  ],
  [
    "a parameter twice",
    (dialect) => failures.repeatedParameter("X-Amz-Date", "presigned", dialect),
    ["IncompleteSignature", 400, "The query parameter X-Amz-Date must be given once."],
    [
      ...(["AuthorizationQueryParametersError", 400] as const),
      "The query parameter X-Amz-Date must be given once.",
    ],
  ],
  [
    "a part of the header twice",
    (dialect) => failures.repeatedParameter("Signature", "header", dialect),
    ["IncompleteSignature", 400, `${HEADER}Signature must be given once.`],
    ["AuthorizationHeaderMalformed", 400, `${HEADER}Signature must be given once.`],
  ],
  [
    "another algorithm",
    (dialect) => failures.unsupportedAlgorithm(`AWS5${"x".repeat(90)}`, dialect),
    ["IncompleteSignature", 400, `Unsupported AWS 'algorithm': 'AWS5${"x".repeat(60)}'.`],
    [
      ...(["InvalidRequest", 400] as const),
      "The authorization mechanism you have provided is not supported. " +
        "Please use AWS4-HMAC-SHA256.",
    ],
  ],
  [
    "an Authorization header of another kind",
    (dialect) => failures.unsupportedScheme("AWS5 x", dialect),
    ["IncompleteSignature", 400, "Unsupported AWS 'algorithm': 'AWS5'."],
    ["InvalidArgument", 400, "Unsupported Authorization Type"],
  ],
  [
    "an Authorization header that S3 would take",
    (dialect) => failures.unsupportedScheme("AWS4-ECDSA-P256-SHA256 x", dialect),
    ["IncompleteSignature", 400, "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'."],
    [
      ...(["InvalidRequest", 400] as const),
      "The authorization mechanism you have provided is not supported. " +
        "Please use AWS4-HMAC-SHA256.",
    ],
  ],
  [
    "a header that is too long",
    failures.headerTooLong,
    ["IncompleteSignature", 400, `${HEADER}it is too long.`],
    ["AuthorizationHeaderMalformed", 400, `${HEADER}it is too long.`],
  ],
  [
    "a header without its parts",
    (dialect) =>
      failures.missingParameters(
        { names: ["Signature", "Credential"], date: true, authorization: "AWS4" },
        dialect,
      ),
    [
      ...(["IncompleteSignature", 400] as const),
      "Authorization header requires 'Signature' parameter. " +
        `Authorization header requires 'Credential' parameter. ${DATE} Authorization=AWS4`,
    ],
    [
      ...(["AuthorizationHeaderMalformed", 400] as const),
      `${HEADER}the authorization component "Signature=..." is malformed.`,
    ],
  ],
  [
    "a header without a date",
    (dialect) => failures.missingParameters({ names: [], date: true, authorization: "A" }, dialect),
    ["IncompleteSignature", 400, `${DATE} Authorization=A`],
    ["AccessDenied", 403, "AWS authentication requires a valid Date or x-amz-date header"],
  ],
  [
    "a query without its parameters",
    failures.missingQueryParameters,
    ["IncompleteSignature", 400, ALL_PARAMETERS],
    ["AuthorizationQueryParametersError", 400, ALL_PARAMETERS],
  ],
  [
    "a credential in the header",
    (dialect) => failures.malformedCredential("a/b", "header", dialect),
    ["IncompleteSignature", 400, FIVE],
    [
      ...(["AuthorizationHeaderMalformed", 400] as const),
      `${HEADER}the Credential is mal-formed; expecting ${EXPECTED}`,
    ],
  ],
  [
    "a credential in the query",
    (dialect) => failures.malformedCredential("a/b", "presigned", dialect),
    ["IncompleteSignature", 400, FIVE],
    [
      ...(["AuthorizationQueryParametersError", 400] as const),
      `${QUERY}the Credential is mal-formed; expecting ${EXPECTED}`,
    ],
  ],
  [
    "the scope's end in the header",
    (dialect) => failures.wrongTerminator("aws5", "header", dialect),
    ["SignatureDoesNotMatch", 403, TERMINATOR],
    [
      ...(["AuthorizationHeaderMalformed", 400] as const),
      `${HEADER}incorrect terminator "aws5". This endpoint uses "aws4_request".`,
    ],
  ],
  [
    "the scope's end in the query",
    (dialect) => failures.wrongTerminator("aws5", "presigned", dialect),
    ["IncompleteSignature", 400, TERMINATOR],
    [
      ...(["AuthorizationQueryParametersError", 400] as const),
      `${QUERY}incorrect terminator "aws5". This endpoint uses "aws4_request".`,
    ],
  ],
  [
    "the Region in the header",
    (dialect) => failures.invalidRegion("a:b", "header", dialect),
    ["SignatureDoesNotMatch", 403, REGION],
    [
      ...(["AuthorizationHeaderMalformed", 400] as const),
      `${HEADER}the region 'a:b' is wrong; expecting 'us-east-1'`,
    ],
  ],
  [
    "the Region in the query",
    (dialect) => failures.invalidRegion("a:b", "presigned", dialect),
    ["IncompleteSignature", 400, REGION],
    [
      ...(["AuthorizationQueryParametersError", 400] as const),
      `${QUERY}the region 'a:b' is wrong; expecting 'us-east-1'`,
    ],
  ],
  [
    "the scope's day in the header",
    (dialect) => failures.wrongScopeDate("20300102", "20300103T000000Z", "header", dialect),
    ["SignatureDoesNotMatch", 403, DAY],
    [...(["AuthorizationHeaderMalformed", 400] as const), S3_DAY],
  ],
  [
    "the scope's day in the query",
    (dialect) => failures.wrongScopeDate("20300102", "20300103T000000Z", "presigned", dialect),
    ["SignatureDoesNotMatch", 403, DAY],
    [...(["AuthorizationQueryParametersError", 400] as const), S3_DAY],
  ],
  [
    "a date in the query",
    (dialect) => failures.malformedDate("now", "presigned", dialect),
    ["IncompleteSignature", 400, PRESIGNED_DATE],
    ["AuthorizationQueryParametersError", 400, PRESIGNED_DATE],
  ],
  [
    "a date in the header",
    (dialect) => failures.malformedDate("now", "header", dialect),
    [
      ...(["IncompleteSignature", 400] as const),
      "Date must be in ISO-8601 'basic format'. Got 'now'. " +
        "See http://en.wikipedia.org/wiki/ISO_8601",
    ],
    ["AccessDenied", 403, "AWS authentication requires a valid Date or x-amz-date header"],
  ],
  [
    "no date in the header",
    (dialect) => failures.malformedDate(undefined, "header", dialect),
    ["IncompleteSignature", 400, DATE],
    ["AccessDenied", 403, "AWS authentication requires a valid Date or x-amz-date header"],
  ],
  [
    "the host that isn't signed",
    failures.hostNotSigned,
    ["SignatureDoesNotMatch", 403, HOST],
    ["AccessDenied", 403, "There were headers present in the request which were not signed"],
  ],
  [
    "a signed header twice in the header",
    (dialect) => failures.repeatedSignedHeader("header", dialect),
    ["IncompleteSignature", 400, `${HEADER}SignedHeaders names a header twice.`],
    ["AuthorizationHeaderMalformed", 400, `${HEADER}SignedHeaders names a header twice.`],
  ],
  [
    "a signed header twice in the query",
    (dialect) => failures.repeatedSignedHeader("presigned", dialect),
    ["IncompleteSignature", 400, `${HEADER}SignedHeaders names a header twice.`],
    ["AuthorizationQueryParametersError", 400, `${HEADER}SignedHeaders names a header twice.`],
  ],
  [
    "headers that aren't signed",
    (dialect) => failures.headersNotSigned(["x-amz-a", "x-amz-b"], dialect),
    [
      ...(["SignatureDoesNotMatch", 403] as const),
      "'x-amz-a' must be a 'SignedHeader' in the AWS Authorization.",
    ],
    ["AccessDenied", 403, "There were headers present in the request which were not signed"],
  ],
];

const JSON_CODES: Readonly<Record<string, string>> = {
  IncompleteSignature: "IncompleteSignatureException",
  SignatureDoesNotMatch: "InvalidSignatureException",
};

describe("each failure of a signature has AWS's words, code and status in each dialect", () => {
  test.each(FAILURES)("%s", (_, make, query, s3) => {
    const facts = (dialect: AuthDialect) => {
      const { code, status, message } = make(dialect);
      return [code, status, message];
    };
    expect(facts("query")).toEqual(query);
    expect(facts("json")).toEqual([JSON_CODES[query[0]], query[1], query[2]]);
    expect(facts("s3")).toEqual(s3);
  });

  test("S3 adds what was sent", () => {
    const fields = (error: AuthError) => error.fields;
    const sent = { ArgumentName: "Authorization", ArgumentValue: "AWS x" };
    expect(fields(failures.severalMechanisms("AWS x", "s3"))).toEqual(sent);
    expect(fields(failures.unsupportedScheme("AWS x", "s3"))).toEqual(sent);
    expect(fields(failures.severalMechanisms(undefined, "s3"))).toEqual({});
    expect(fields(failures.severalMechanisms("AWS x", "query"))).toEqual({});
    expect(failures.malformedAuthorizationV2("AWS x")).toMatchObject({
      ...{ code: "InvalidArgument", status: 400, fields: sent },
      message: "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature",
    });
    expect(fields(failures.headersNotSigned(["x-amz-a", "x-amz-b"], "s3"))).toEqual({
      HeadersNotSigned: "x-amz-a, x-amz-b",
    });
    expect(failures.s3TimeSkewed("then", Date.UTC(2030, 0, 2))).toMatchObject({
      ...{ code: "RequestTimeTooSkewed", status: 403 },
      message: "The difference between the request time and the current time is too large.",
      fields: {
        ...{ RequestTime: "then", ServerTime: "2030-01-02T00:00:00Z" },
        MaxAllowedSkewMilliseconds: "900000",
      },
    });
  });

  test("a text that is no signature doesn't match, or is malformed in S3's header", () => {
    const code = (place: "header" | "presigned", dialect: AuthDialect) =>
      failures.malformedSignature(place, dialect).code;
    expect(code("header", "query")).toBe("SignatureDoesNotMatch");
    expect(code("header", "json")).toBe("InvalidSignatureException");
    expect(code("presigned", "s3")).toBe("SignatureDoesNotMatch");
    expect(failures.malformedSignature("header", "s3")).toMatchObject({
      ...{ code: "AuthorizationHeaderMalformed", status: 400 },
      message: `${HEADER}the Signature is mal-formed; expecting 64 hexadecimal digits.`,
    });
  });
});
