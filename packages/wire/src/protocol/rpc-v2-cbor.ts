import assert from "node:assert";
import { collectBody } from "../body.ts";
import { decodeCbor, encodeCbor } from "../codec/cbor.ts";
import { CBOR_SCALARS } from "../codec/cbor-scalars.ts";
import { DocumentCodec } from "../codec/compile-document.ts";
import { MAX_PARSED_BODY_BYTES } from "../limits.ts";
import type { WireRequest, WireResponse } from "../message.ts";
import type { Operation } from "../operation.ts";
import { CBOR_PROTOCOL, cborOperationOf } from "../routing/marks.ts";
import type { ErrorShape } from "../schema/shape.ts";
import type { ServiceDefinition } from "../service-definition.ts";
import { WireError } from "../wire-error.ts";
import { errorDocument, queryError } from "./error-document.ts";
import type { Decoder, Encoder, ErrorOutput, ServerProtocol } from "./protocol.ts";

/**
 * Smithy RPC v2: `/service/<service>/operation/<Operation>` and one CBOR document each way; newer
 * SDKs ask Amazon CloudWatch so.
 */
export class RpcV2Cbor implements ServerProtocol {
  readonly #service: ServiceDefinition;
  readonly #operations: ReadonlyMap<string, Operation>;
  readonly #errors: ReadonlyMap<string, ErrorShape>;
  /** The protocol knows no other names of members than their own. */
  readonly #codec = new DocumentCodec(CBOR_SCALARS, { useJsonNames: false });

  constructor(
    service: ServiceDefinition,
    operations: ReadonlyMap<string, Operation>,
    errors: ReadonlyMap<string, ErrorShape>,
  ) {
    assert(service.targetPrefix, `${service.name} speaks rpcV2Cbor and has no targetPrefix`);
    this.#service = service;
    this.#operations = operations;
    this.#errors = errors;
  }

  match(request: WireRequest): Operation | undefined {
    return this.#operations.get(cborOperationOf(request, this.#service.targetPrefix ?? "") ?? "");
  }

  unknownOperation({ rawPath }: WireRequest): WireError {
    return new WireError("UnknownOperationException", `There is no operation ${rawPath}.`);
  }

  compileDecoder({ input }: Operation): Decoder {
    if (input === undefined) return async () => ({});
    const read = this.#codec.structureReader(input);
    const limit = this.#service.maxParsedBodyBytes ?? MAX_PARSED_BODY_BYTES;
    return async (request, context) => {
      const bytes = await collectBody(context.body ?? request.body, limit);
      return read(bytes.length === 0 ? {} : decodeCbor(bytes)) as Record<string, unknown>;
    };
  }

  compileEncoder({ output }: Operation): Encoder {
    const write = output === undefined ? undefined : this.#codec.structureWriter(output);
    return (value, requestId, options) => ({
      status: options.status ?? 200,
      headers: { ...rpcHeaders(requestId, write !== undefined), ...options.headers },
      body: write && encodeCbor(write(value ?? {})),
    });
  }

  encodeError(error: ErrorOutput, requestId: string): WireResponse {
    const shape = this.#errors.get(error.code);
    const type = shape?.id ?? error.code;
    return {
      status: error.status,
      headers: { ...rpcHeaders(requestId, true), ...queryError(this.#service, error, shape) },
      body: encodeCbor(errorDocument(type, error, shape, this.#codec)),
    };
  }
}

function rpcHeaders(requestId: string, hasBody: boolean): Record<string, string> {
  return {
    "smithy-protocol": CBOR_PROTOCOL,
    "x-amzn-requestid": requestId,
    ...(hasBody ? { "content-type": "application/cbor" } : {}),
  };
}
