import type { DateTimePrecision } from "./codec/timestamp-text.ts";

/** A service's API as this package needs to know it, without the schemas of its operations. */
export interface ApiDefinition {
  readonly name: string;
  /** The service's name in a credential scope. */
  readonly signingName: string;
  readonly protocol:
    | "awsQuery"
    | "awsJson1_0"
    | "awsJson1_1"
    | "rpcV2Cbor"
    | "restJson1"
    | "restXml";
  /** The API version, as in awsQuery's `Version`. */
  readonly version: string;
  /**
   * The name that its model gives the service, e.g. `AWSEvents`: awsJson has it before the
   * operation in `X-Amz-Target`, rpcV2Cbor in the path.
   */
  readonly targetPrefix?: string;
  /**
   * awsJson, rpcV2Cbor: errors also contain the code that the service's former awsQuery API had for
   * them.
   */
  readonly queryCompatible?: boolean;
  /** Namespace of the root element of XML responses. */
  readonly xmlNamespace?: string;
  /**
   * awsQuery: all numbers of the service's model are integers, which the SDK's schemas don't say.
   */
  readonly wholeNumbers?: boolean;
  /**
   * Members of answers whose numbers, or lists' or maps' of them, are floating-point in the
   * service's model, which the SDK's schemas don't say: `Datapoint.Average`, a structure's by its
   * shape's name. All others are integers.
   */
  readonly floats?: readonly string[];
  /**
   * awsQuery: lists of a structure, by its shape's name, that documents have as empty elements
   * where an answer leaves them out.
   */
  readonly emptyLists?: Readonly<Record<string, readonly string[]>>;
  /** awsQuery: how exact times in answers are; left out, whole seconds. */
  readonly precision?: DateTimePrecision;
  /** `Bucket` and `Key` labels come from the host or the first path segment, as in Amazon S3. */
  readonly s3Addressing?: boolean;
  /**
   * restXml: a header, in lower case, that all requests of the API carry: it distinguishes them
   * from those of another API with the same signing name.
   */
  readonly markingHeader?: string;
  /**
   * restXml: members of a structure, by its shape's name, that come before its others in
   * documents, in this order: some clients read them in AWS's order, which the model doesn't have.
   */
  readonly leadingMembers?: Readonly<Record<string, readonly string[]>>;
  /**
   * restXml: flattened lists of a structure, by its shape's name, whose items follow each other in
   * documents as the output has them in `MIXED_ITEMS`, at the place of the first of these lists.
   */
  readonly mixedLists?: Readonly<Record<string, readonly string[]>>;
  /**
   * restXml: errors stand in an `ErrorResponse`, as the protocol has it; Amazon S3's alone don't.
   */
  readonly wrapsErrors?: boolean;
  /** Limit of bodies that are parsed rather than streamed; the protocol's default otherwise. */
  readonly maxParsedBodyBytes?: number;
  readonly errorBody?: ErrorBodyOptions;
  /** REST protocols: headers that every answer has beside its operation's, in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ServiceDefinition extends ApiDefinition {
  /**
   * The module namespace of an `@aws-sdk/client-*`, or of its schema module; empty for a wire that
   * only encodes errors.
   */
  readonly schemas: Readonly<Record<string, unknown>>;
}

export interface ErrorBodyOptions {
  /** restJson1: members that repeat the message of the modelled one. Default: `["message"]`. */
  readonly messageMembers?: readonly string[];
}
