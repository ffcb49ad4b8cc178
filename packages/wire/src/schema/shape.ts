/** The traits of a shape or member that decide how it looks on the wire. */
export interface Traits {
  readonly xmlName?: string;
  readonly xmlFlattened?: boolean;
  readonly xmlAttribute?: boolean;
  /** `[prefix, uri]`; the prefix is empty for a default namespace. */
  readonly xmlNamespace?: readonly [prefix: string, uri: string];
  readonly jsonName?: string;
  readonly httpLabel?: boolean;
  readonly httpQuery?: string;
  readonly httpQueryParams?: boolean;
  readonly httpHeader?: string;
  readonly httpPrefixHeaders?: string;
  readonly httpPayload?: boolean;
  readonly httpResponseCode?: boolean;
  readonly hostLabel?: boolean;
  readonly sensitive?: boolean;
  readonly sparse?: boolean;
}

export type TimestampFormat = "date-time" | "http-date" | "epoch-seconds";

export interface ScalarShape {
  readonly kind:
    | "string"
    | "boolean"
    | "number"
    | "bigInteger"
    | "bigDecimal"
    | "blob"
    | "document";
  readonly name: string;
  readonly traits: Traits;
  /** Whether a number is floating-point: its service says so. */
  readonly isFloat?: boolean;
}

/** Bytes that are never held in memory whole: a `Readable` on both sides. */
export interface StreamingBlobShape {
  readonly kind: "streamingBlob";
  readonly name: string;
  readonly traits: Traits;
}

export interface TimestampShape {
  readonly kind: "timestamp";
  readonly name: string;
  readonly traits: Traits;
  /** Undefined: the protocol and the place decide. */
  readonly format: TimestampFormat | undefined;
}

export interface ListShape {
  readonly kind: "list";
  readonly name: string;
  readonly traits: Traits;
  readonly member: Member;
}

export interface MapShape {
  readonly kind: "map";
  readonly name: string;
  readonly traits: Traits;
  readonly key: Member;
  readonly value: Member;
}

export interface StructureShape {
  readonly kind: "structure" | "union";
  readonly name: string;
  readonly traits: Traits;
  readonly members: readonly Member[];
  /** A structure that travels as an event stream. */
  readonly eventStream: boolean;
}

export type Shape =
  | ScalarShape
  | StreamingBlobShape
  | TimestampShape
  | ListShape
  | MapShape
  | StructureShape;

/** A structure's, list's or map's member: its own traits are separate from those of its target. */
export interface Member {
  readonly name: string;
  readonly traits: Traits;
  readonly target: Shape;
  readonly required: boolean;
}

/**
 * A modelled error. `code` is what clients see on the wire: it may differ from the shape's name.
 */
export interface ErrorShape {
  /** With its namespace: `com.amazonaws.cloudwatch#ResourceNotFound`. */
  readonly id: string;
  readonly name: string;
  readonly code: string;
  readonly status: number;
  readonly fault: "client" | "server";
  readonly structure: StructureShape;
}

/** An operation's HTTP method and URI, from its `http` trait. */
export interface HttpTrait {
  readonly method: string;
  /** A path template with literal query, such as `/{Key+}?acl`. */
  readonly uri: string;
  readonly status: number;
}

/**
 * One operation as the SDK's schemas describe it. Undefined input or output: the operation has
 * none.
 */
export interface OperationShape {
  readonly name: string;
  readonly http: HttpTrait | undefined;
  /** The host prefix template of the `endpoint` trait, such as `{RequestRoute}.`. */
  readonly hostPrefix: string | undefined;
  readonly input: StructureShape | undefined;
  readonly output: StructureShape | undefined;
}

export interface ServiceShapes {
  readonly operations: readonly OperationShape[];
  /** By the code on the wire and by the shape's name. */
  readonly errors: ReadonlyMap<string, ErrorShape>;
}
