import { AwsError } from "../../kernel/aws-error.ts";

/*
 * Codes and sentences: Amazon S3 API reference, "Error responses", and what clients have recorded.
 */

export function noSuchBucket(bucket: string): AwsError {
  return new AwsError("NoSuchBucket", "The specified bucket does not exist", {
    status: 404,
    fields: { BucketName: bucket },
  });
}

/** `headers` describe the delete marker where there is one. */
export function noSuchKey(key: string, headers: Readonly<Record<string, string>> = {}): AwsError {
  return new AwsError("NoSuchKey", "The specified key does not exist.", {
    status: 404,
    fields: { Key: key },
    headers,
  });
}

export function noSuchVersion(key: string, versionId: string): AwsError {
  return new AwsError("NoSuchVersion", "The specified version does not exist.", {
    status: 404,
    fields: { Key: key, VersionId: versionId },
  });
}

export function noSuchUpload(uploadId: string): AwsError {
  return new AwsError(
    "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    { status: 404, fields: { UploadId: uploadId } },
  );
}

/** The bucket has none of a sub-resource, e.g. `NoSuchBucketPolicy`. */
export function notConfigured(code: string, message: string, bucket: string): AwsError {
  return new AwsError(code, message, { status: 404, fields: { BucketName: bucket } });
}

/** The headers of the answer to a request that the bucket's Region must serve. */
export function permanentRedirect(bucket: string, region: string): AwsError {
  return new AwsError(
    "PermanentRedirect",
    "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
    {
      status: 301,
      fields: { Endpoint: `s3.${region}.amazonaws.com`, Bucket: bucket },
      headers: { "x-amz-bucket-region": region },
    },
  );
}

export function invalidBucketName(bucket: string): AwsError {
  return new AwsError("InvalidBucketName", "The specified bucket is not valid.", {
    status: 400,
    fields: { BucketName: bucket },
  });
}

export function bucketAlreadyOwnedByYou(bucket: string): AwsError {
  return new AwsError(
    "BucketAlreadyOwnedByYou",
    "Your previous request to create the named bucket succeeded and you already own it.",
    { status: 409, fields: { BucketName: bucket } },
  );
}

export function bucketAlreadyExists(bucket: string): AwsError {
  return new AwsError(
    "BucketAlreadyExists",
    "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.",
    { status: 409, fields: { BucketName: bucket } },
  );
}

export function bucketNotEmpty(bucket: string, hasVersions: boolean): AwsError {
  const message = "The bucket you tried to delete is not empty";
  return new AwsError(
    "BucketNotEmpty",
    hasVersions ? `${message}. You must delete all versions in the bucket.` : message,
    { status: 409, fields: { BucketName: bucket } },
  );
}

export function illegalLocationConstraint(constraint: string | undefined): AwsError {
  return new AwsError(
    "IllegalLocationConstraintException",
    `The ${constraint ?? "unspecified"} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    { status: 400 },
  );
}

export function invalidLocationConstraint(constraint: string): AwsError {
  return new AwsError(
    "InvalidLocationConstraint",
    "The specified location-constraint is not valid",
    {
      status: 400,
      fields: { LocationConstraint: constraint },
    },
  );
}

/** Clients sign again for the Region that it names: s3cmd makes buckets with "US" at first. */
export function unknownSigningRegion(region: string, expected: string): AwsError {
  return new AwsError(
    "AuthorizationHeaderMalformed",
    `The authorization header is malformed; the region '${region}' is wrong; expecting '${expected}'`,
    { status: 400, fields: { Region: expected } },
  );
}

export function invalidArgument(message: string, name: string, value: string): AwsError {
  return new AwsError("InvalidArgument", message, {
    status: 400,
    fields: { ArgumentName: name, ArgumentValue: value },
  });
}

/** Where S3 doesn't repeat the value, or doesn't even say which argument it is. */
export function invalidArgumentOf(message: string, name?: string): AwsError {
  return new AwsError("InvalidArgument", message, {
    status: 400,
    ...(name === undefined ? {} : { fields: { ArgumentName: name } }),
  });
}

export function invalidRequest(
  message: string,
  fields: Readonly<Record<string, string>> = {},
): AwsError {
  return new AwsError("InvalidRequest", message, { status: 400, fields });
}

/** GetObjectAttributes that asks for none. */
export function noAttributes(): AwsError {
  return invalidRequest(
    "The x-amz-object-attributes header specifying the attributes to be retrieved " +
      "is either missing or empty",
  );
}

export function malformedXml(): AwsError {
  return new AwsError(
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
    { status: 400 },
  );
}

export function noSuchConfiguration(): AwsError {
  return new AwsError("NoSuchConfiguration", "The specified configuration does not exist.", {
    status: 404,
  });
}

export function idMismatch(): AwsError {
  return new AwsError("IdMismatch", "Document ID does not match the specified configuration ID.", {
    status: 400,
  });
}

export function tooManyConfigurations(): AwsError {
  return new AwsError(
    "TooManyConfigurations",
    "You are attempting to create a new configuration but have already reached the 1,000-configuration limit.",
    { status: 400 },
  );
}

export function missingRequestBody(): AwsError {
  return new AwsError("MissingRequestBodyError", "Request Body is empty", { status: 400 });
}

/** Something of S3 that this server can't honour: said rather than pretended. */
export function notImplemented(header: string): AwsError {
  return new AwsError(
    "NotImplemented",
    `A header you provided implies functionality that is not implemented: ${header}`,
    { status: 501, fields: { Header: header } },
  );
}

export function preconditionFailed(condition: string): AwsError {
  return new AwsError(
    "PreconditionFailed",
    "At least one of the pre-conditions you specified did not hold",
    { status: 412, fields: { Condition: condition } },
  );
}

/** The condition holds, but the object isn't the one of the upload's beginning any more. */
export function conditionalRequestConflict(condition: string, key: string): AwsError {
  return new AwsError(
    "ConditionalRequestConflict",
    "The conditional request cannot succeed due to a conflicting operation against this resource.",
    { status: 409, fields: { Condition: condition, Key: key } },
  );
}

/** A header that S3 itself doesn't take, with the further fields that it gives. */
export function headerNotImplemented(
  header: string,
  more: Readonly<Record<string, string>> = {},
): AwsError {
  return new AwsError(
    "NotImplemented",
    "A header you provided implies functionality that is not implemented",
    { status: 501, fields: { Header: header, ...more } },
  );
}

/** Travels without a body; the headers are those that a full answer would have. */
export function notModified(headers: Readonly<Record<string, string>>): AwsError {
  return new AwsError("NotModified", "Not Modified", { status: 304, headers });
}

export function invalidRange(range: string, sizeBytes: number): AwsError {
  return new AwsError("InvalidRange", "The requested range is not satisfiable", {
    status: 416,
    fields: { RangeRequested: range, ActualObjectSize: String(sizeBytes) },
    headers: { "content-range": `bytes */${sizeBytes}` },
  });
}

export function badDigest(
  message: string,
  fields: Readonly<Record<string, string>> = {},
): AwsError {
  return new AwsError("BadDigest", message, { status: 400, fields });
}

export function entityTooLarge(sizeBytes: number, maxBytes: number): AwsError {
  return new AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", {
    status: 400,
    fields: { ProposedSize: String(sizeBytes), MaxSizeAllowed: String(maxBytes) },
  });
}

export function entityTooSmallForm(sizeBytes: number, minBytes: number): AwsError {
  return new AwsError(
    "EntityTooSmall",
    "Your proposed upload is smaller than the minimum allowed size",
    {
      status: 400,
      fields: { ProposedSize: String(sizeBytes), MinSizeAllowed: String(minBytes) },
    },
  );
}

export function malformedForm(): AwsError {
  return new AwsError(
    "MalformedPOSTRequest",
    "The body of your POST request is not well-formed multipart/form-data.",
    { status: 400 },
  );
}

export function incompleteBody(): AwsError {
  return new AwsError(
    "IncompleteBody",
    "You did not provide the number of bytes specified by the Content-Length HTTP header",
    { status: 400 },
  );
}

export function missingContentLength(): AwsError {
  return new AwsError("MissingContentLength", "You must provide the Content-Length HTTP header.", {
    status: 411,
  });
}

export function invalidTag(
  message: string,
  fields: Readonly<Record<string, string>> = {},
): AwsError {
  return new AwsError("InvalidTag", message, { status: 400, fields });
}

/** The sentence for new buckets and S3 Control, which names no key. */
export function reservedTagKey(): AwsError {
  return invalidTag(
    'User-defined tag keys can\'t start with "aws:". This prefix is reserved for system tags. Remove "aws:" from your tag keys and try again.',
  );
}

export function malformedPolicy(message: string, detail?: string): AwsError {
  return new AwsError("MalformedPolicy", message, {
    status: 400,
    ...(detail === undefined ? {} : { fields: { Detail: detail } }),
  });
}

export function invalidBucketOwner(accountId: string): AwsError {
  return new AwsError(
    "InvalidBucketOwnerAWSAccountID",
    `The value of the expected bucket owner parameter must be an AWS Account ID... [${accountId}]`,
    { status: 400 },
  );
}

/** The message for whoever may not know why; `cause` is another service's refusal. */
export function accessDenied(message = "Access Denied", cause?: AwsError): AwsError {
  return new AwsError("AccessDenied", message, { status: 403, cause });
}

/** S3 answers objects and buckets with different codes. */
export function tooManyTags(kind: "object" | "bucket"): AwsError {
  return kind === "object"
    ? new AwsError("BadRequest", "Object tags cannot be greater than 10", { status: 400 })
    : invalidTag("The number of tags exceeds the limit of 50 tags");
}

export function noSuchWebsite(bucket: string): AwsError {
  const message = "The specified bucket does not have a website configuration";
  return notConfigured("NoSuchWebsiteConfiguration", message, bucket);
}

export function methodNotAllowed(
  fields: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): AwsError {
  return new AwsError(
    "MethodNotAllowed",
    "The specified method is not allowed against this resource.",
    { status: 405, fields, headers },
  );
}

/** Source: Amazon S3 API reference, "Error responses". What is wrong is the operator's to know. */
export function internalError(): AwsError {
  return new AwsError("InternalError", "We encountered an internal error. Please try again.", {
    status: 500,
    fault: "server",
  });
}

export function invalidBucketState(message: string): AwsError {
  return new AwsError("InvalidBucketState", message, { status: 409 });
}
