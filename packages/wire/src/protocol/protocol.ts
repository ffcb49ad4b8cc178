import type { Readable } from "node:stream";
import type { WireRequest, WireResponse } from "../message.ts";
import type { Addressing, Operation } from "../operation.ts";
import type { ParsedForm } from "../query.ts";
import type { WireError } from "../wire-error.ts";

/** Parts of a request that the caller already knows; each is worked out when it is absent. */
export interface DecodeContext {
  /** The body with transfer encodings undone (`decodeBody`). */
  readonly body?: Readable;
  /** Hears of what is kept in memory of the body, and refuses it by an error. */
  readonly onBytes?: (sizeBytes: number) => void;
  /** The body, read and parsed as a form. */
  readonly form?: ParsedForm;
  readonly addressing?: Addressing;
  /**
   * Hears what is wrong with the document in the body, whose members are left out then. Without it
   * decoding fails.
   */
  readonly onMalformed?: ((error: WireError) => void) | undefined;
}

/** Parts of a response that aren't in the modelled output, such as status 206 for a range. */
export interface EncodeOptions {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error that the client receives. */
export interface ErrorOutput {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly fault: "client" | "server";
  /** Members of the modelled error, or further elements of the error document. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

export type Input = Record<string, unknown>;
/** A promise where the body has still to be read. */
export type Decoder = (request: WireRequest, context: DecodeContext) => Input | Promise<Input>;
export type Encoder = (output: unknown, requestId: string, options: EncodeOptions) => WireResponse;

/** One AWS protocol, as spoken by a server. */
export interface ServerProtocol {
  match(
    request: WireRequest,
    form: ParsedForm | undefined,
    addressing?: Addressing,
  ): Operation | undefined;
  /** The answer when `match` finds nothing. */
  unknownOperation(request: WireRequest): WireError;
  compileDecoder(operation: Operation): Decoder;
  compileEncoder(operation: Operation): Encoder;
  encodeError(error: ErrorOutput, requestId: string, request?: WireRequest): WireResponse;
}
