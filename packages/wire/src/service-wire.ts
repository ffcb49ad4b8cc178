import assert from "node:assert";
import type { WireRequest, WireResponse } from "./message.ts";
import { type Addressing, type Operation, ServiceOperation } from "./operation.ts";
import { AwsJson } from "./protocol/aws-json.ts";
import { AwsQuery } from "./protocol/aws-query.ts";
import type {
  DecodeContext,
  Decoder,
  EncodeOptions,
  Encoder,
  ErrorOutput,
  ServerProtocol,
} from "./protocol/protocol.ts";
import { RestJson } from "./protocol/rest-json.ts";
import { RestXml } from "./protocol/rest-xml.ts";
import { RpcV2Cbor } from "./protocol/rpc-v2-cbor.ts";
import type { ParsedForm } from "./query.ts";
import { readServiceShapes } from "./schema/sdk-schema.ts";
import type { ErrorShape } from "./schema/shape.ts";
import type { ServiceDefinition } from "./service-definition.ts";
import type { WireError } from "./wire-error.ts";

const NO_CONTEXT: DecodeContext = {};
const NO_OPTIONS: EncodeOptions = {};

/** One service on the wire: finds operations, decodes requests, encodes outputs and errors. */
export class ServiceWire {
  readonly definition: ServiceDefinition;
  readonly operations: ReadonlyMap<string, Operation>;
  /** Modelled errors by wire code and by shape name. */
  readonly errors: ReadonlyMap<string, ErrorShape>;
  readonly #protocol: ServerProtocol;
  readonly #decoders = new Map<Operation, Decoder>();
  readonly #encoders = new Map<Operation, Encoder>();

  constructor(definition: ServiceDefinition) {
    const { operations, errors } = readServiceShapes(definition.schemas, definition.floats);
    this.definition = definition;
    this.errors = errors;
    const byName = new Map<string, Operation>();
    for (const shape of operations) {
      byName.set(shape.name, new ServiceOperation(shape, definition, errors));
    }
    this.operations = byName;
    this.#protocol = createProtocol(definition, byName, errors);
  }

  /**
   * The operation that a request asks for, undefined when the service has none such: answer that
   * with `unknownOperation`. For awsQuery pass the parsed form; it throws WireError itself.
   */
  match(
    request: WireRequest,
    queryBody?: ParsedForm,
    addressing?: Addressing,
  ): Operation | undefined {
    return this.#protocol.match(request, queryBody, addressing);
  }

  unknownOperation(request: WireRequest): WireError {
    return this.#protocol.unknownOperation(request);
  }

  /**
   * The request as the operation's input in the SDK's types: timestamps are Dates, blobs
   * Uint8Arrays, a streaming payload a Readable. Required members may be absent. It is a promise
   * where the body has still to be read. Throws WireError, or rejects with it.
   */
  decode(
    operation: Operation,
    request: WireRequest,
    context: DecodeContext = NO_CONTEXT,
  ): Record<string, unknown> | Promise<Record<string, unknown>> {
    let decoder = this.#decoders.get(operation);
    if (decoder === undefined) {
      assert(operation.service === this.definition, `${operation.name} is another service's`);
      decoder = this.#protocol.compileDecoder(operation);
      this.#decoders.set(operation, decoder);
    }
    return decoder(request, context);
  }

  encodeOutput(
    operation: Operation,
    output: unknown,
    requestId: string,
    options: EncodeOptions = NO_OPTIONS,
  ): WireResponse {
    let encoder = this.#encoders.get(operation);
    if (encoder === undefined) {
      assert(operation.service === this.definition, `${operation.name} is another service's`);
      encoder = this.#protocol.compileEncoder(operation);
      this.#encoders.set(operation, encoder);
    }
    return encoder(output, requestId, options);
  }

  /** `request` decides whether there may be a body: a HEAD request's answer has none. */
  encodeError(error: ErrorOutput, requestId: string, request?: WireRequest): WireResponse {
    return this.#protocol.encodeError(error, requestId, request);
  }
}

function createProtocol(
  definition: ServiceDefinition,
  operations: ReadonlyMap<string, Operation>,
  errors: ReadonlyMap<string, ErrorShape>,
): ServerProtocol {
  switch (definition.protocol) {
    case "awsQuery":
      return new AwsQuery(definition, operations, errors);
    case "awsJson1_0":
      return new AwsJson(definition, operations, errors, "1.0");
    case "awsJson1_1":
      return new AwsJson(definition, operations, errors, "1.1");
    case "rpcV2Cbor":
      return new RpcV2Cbor(definition, operations, errors);
    case "restJson1":
      return new RestJson(definition, operations, errors);
    case "restXml":
      return new RestXml(definition, operations, errors);
    default:
      return definition.protocol satisfies never;
  }
}
