import assert from "node:assert";
import { collectBody } from "../body.ts";
import { DocumentCodec } from "../codec/compile-document.ts";
import { JsonTextWriters } from "../codec/compile-json-text.ts";
import { jsonScalars } from "../codec/json-scalars.ts";
import { MAX_PARSED_BODY_BYTES } from "../limits.ts";
import type { WireRequest, WireResponse } from "../message.ts";
import type { Operation } from "../operation.ts";
import { TARGET_HEADER, targetOf } from "../routing/marks.ts";
import type { ErrorShape } from "../schema/shape.ts";
import type { ServiceDefinition } from "../service-definition.ts";
import { WireError } from "../wire-error.ts";
import { errorDocument, queryError } from "./error-document.ts";
import { JSON_BODY_RULES, parseJson } from "./json-body.ts";
import type { Decoder, Encoder, ErrorOutput, ServerProtocol } from "./protocol.ts";
import { offRoot } from "./root-path.ts";

const METHODS = ["POST"] as const;

/**
 * `X-Amz-Target: <prefix>.<Operation>` and one JSON document each way, all of it posted to `/`:
 * AWS CloudTrail and Amazon EventBridge (1.1), Amazon CloudWatch (1.0).
 */
export class AwsJson implements ServerProtocol {
  readonly #service: ServiceDefinition;
  readonly #operations: ReadonlyMap<string, Operation>;
  readonly #errors: ReadonlyMap<string, ErrorShape>;
  readonly #contentType: string;
  readonly #targetPrefix: string;
  /** These protocols take members by their own names, whatever `jsonName` says. */
  readonly #codec = new DocumentCodec(jsonScalars(JSON_BODY_RULES), { useJsonNames: false });
  readonly #writers = new JsonTextWriters(this.#codec, JSON_BODY_RULES);

  constructor(
    service: ServiceDefinition,
    operations: ReadonlyMap<string, Operation>,
    errors: ReadonlyMap<string, ErrorShape>,
    version: "1.0" | "1.1",
  ) {
    assert(service.targetPrefix, `${service.name} speaks awsJson and has no targetPrefix`);
    this.#service = service;
    this.#operations = operations;
    this.#errors = errors;
    this.#contentType = `application/x-amz-json-${version}`;
    this.#targetPrefix = service.targetPrefix;
  }

  match(request: WireRequest): Operation | undefined {
    if (this.#offRoot(request)) return undefined;
    return this.#operations.get(targetOf(request, this.#targetPrefix) ?? "");
  }

  unknownOperation(request: WireRequest): WireError {
    const misplaced = this.#offRoot(request);
    if (misplaced) return misplaced;
    const target = request.headers[TARGET_HEADER];
    return new WireError(
      "UnknownOperationException",
      target === undefined
        ? "The request names no operation: its header X-Amz-Target is missing."
        : `There is no operation ${target}.`,
    );
  }

  #offRoot(request: WireRequest): WireError | undefined {
    return offRoot(request, this.#service.name, METHODS);
  }

  compileDecoder({ input }: Operation): Decoder {
    if (input === undefined) return async () => ({});
    const read = this.#codec.structureReader(input);
    const limit = this.#service.maxParsedBodyBytes ?? MAX_PARSED_BODY_BYTES;
    return async (request, context) => {
      const document = parseJson(await collectBody(context.body ?? request.body, limit));
      return read(document) as Record<string, unknown>;
    };
  }

  compileEncoder({ output }: Operation): Encoder {
    const write = output === undefined ? () => "{}" : this.#writers.structure(output);
    return (value, requestId, options) => ({
      status: options.status ?? 200,
      headers: { ...this.#headers(requestId), ...options.headers },
      body: write(value ?? {}),
    });
  }

  encodeError(error: ErrorOutput, requestId: string): WireResponse {
    const shape = this.#errors.get(error.code);
    const type = shape?.name ?? error.code;
    return {
      status: error.status,
      headers: { ...this.#headers(requestId), ...queryError(this.#service, error, shape) },
      body: JSON.stringify(errorDocument(type, error, shape, this.#codec)),
    };
  }

  #headers(requestId: string): Record<string, string> {
    return { "content-type": this.#contentType, "x-amzn-requestid": requestId };
  }
}
