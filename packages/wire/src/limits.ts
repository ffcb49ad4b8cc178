/**
 * Every bound on what a request may make this package do. AWS publishes few of them; where it does
 * the page is named, the rest are ours and chosen far above what real clients send. The size of all
 * headers together is the listener's to limit, before anything of a request comes here.
 */

/**
 * A body that is parsed rather than streamed: forms, JSON, CBOR. IAM's largest legal input is far
 * below.
 */
export const MAX_PARSED_BODY_BYTES = 1024 * 1024;

/**
 * XML bodies are larger: CompleteMultipartUpload may list 10,000 parts (S3 quotas page), each with
 * an ETag, a number and a checksum, and DeleteObjects 1,000 keys of 1,024 bytes.
 */
export const MAX_XML_BODY_BYTES = 4 * 1024 * 1024;

/** Nesting of XML elements; the deepest modelled shape nests about a dozen. */
export const MAX_XML_DEPTH = 64;

/** Nesting of CBOR values; the deepest modelled shape nests about half a dozen. */
export const MAX_CBOR_DEPTH = 64;

/** Elements of one document: CompleteMultipartUpload's 10,000 parts have four or five each. */
export const MAX_XML_ELEMENTS = 60_000;

/**
 * Texts, names, lists and structures of one JSON or CBOR document: each costs a few hundred
 * nanoseconds from its parser to its checks, of the time of all other requests.
 */
export const MAX_DOCUMENT_VALUES = 60_000;

/** Items of one list, entries of one map: as many as CompleteMultipartUpload has parts. */
export const MAX_LIST_ITEMS = 10_000;

/** Attributes of one XML element. */
export const MAX_XML_ATTRIBUTES = 64;

/** Members of a query string or form. */
export const MAX_QUERY_MEMBERS = 10_000;

/**
 * Segments in one awsQuery key (`Tags.member.1.Key` has four, the deepest modelled one has eight).
 */
export const MAX_QUERY_KEY_DEPTH = 16;

/**
 * From one `N` of `List.member.N` to the next, the first being 1. As AWS's own services refuse
 * more.
 */
export const MAX_LIST_GAP = 10;

/** A credential scope, signed header list or other part of an Authorization header. */
export const MAX_AUTHORIZATION_CHARS = 8 * 1024;

/**
 * Clock skew that SigV4 tolerates, either way (IAM user guide, "Troubleshoot signature errors").
 */
export const MAX_CLOCK_SKEW_MS = 15 * 60 * 1000;

/**
 * Longest life of a presigned URL: seven days (S3 API, "Authenticating requests: query
 * parameters").
 */
export const MAX_PRESIGNED_EXPIRES_SECONDS = 7 * 24 * 60 * 60;

/** Derived signing keys kept: one a key, day, region and service. */
export const MAX_CACHED_SIGNING_KEYS = 1000;

/** The line before a chunk: hexadecimal size, extension and signature. */
export const MAX_CHUNK_HEADER_BYTES = 1024;

/** All trailers of an aws-chunked body together. */
export const MAX_TRAILER_BYTES = 16 * 1024;
