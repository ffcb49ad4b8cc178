import { collectBody } from "../body.ts";
import { DocumentCodec } from "../codec/compile-document.ts";
import { JsonTextWriters } from "../codec/compile-json-text.ts";
import {
  compileHeaderWriter,
  compileRequestBindings,
  type HttpTextRules,
  isDocumentMember,
  isOutputDocumentMember,
} from "../codec/http-bindings.ts";
import { headerValue } from "../codec/http-header-text.ts";
import { jsonScalars } from "../codec/json-scalars.ts";
import { MAX_PARSED_BODY_BYTES } from "../limits.ts";
import type { WireRequest, WireResponse } from "../message.ts";
import type { Addressing, Operation } from "../operation.ts";
import { type ParsedForm, requestQuery } from "../query.ts";
import { RestRouter } from "../routing/rest-router.ts";
import type { ErrorShape } from "../schema/shape.ts";
import type { ServiceDefinition } from "../service-definition.ts";
import { WireError } from "../wire-error.ts";
import { isMessageMember, JSON_BODY_RULES, parseJson } from "./json-body.ts";
import { assertNoPayload, streamedPayload } from "./payload.ts";
import type { Decoder, Encoder, ErrorOutput, ServerProtocol } from "./protocol.ts";

const HTTP_RULES: HttpTextRules = {
  header: { ...JSON_BODY_RULES, timestampFormat: "http-date" },
  query: { ...JSON_BODY_RULES, timestampFormat: "date-time" },
};
const DEFAULT_MESSAGE_MEMBERS = ["message"];

/** JSON documents with members in path, query and headers: Amazon IVS. */
export class RestJson implements ServerProtocol {
  readonly #service: ServiceDefinition;
  readonly #errors: ReadonlyMap<string, ErrorShape>;
  readonly #router: RestRouter;
  readonly #codec = new DocumentCodec(jsonScalars(JSON_BODY_RULES));
  readonly #writers = new JsonTextWriters(this.#codec, JSON_BODY_RULES);

  constructor(
    service: ServiceDefinition,
    operations: ReadonlyMap<string, Operation>,
    errors: ReadonlyMap<string, ErrorShape>,
  ) {
    this.#service = service;
    this.#errors = errors;
    this.#router = new RestRouter([...operations.values()], service.s3Addressing ?? false);
  }

  match(
    request: WireRequest,
    _form: ParsedForm | undefined,
    addressing?: Addressing,
  ): Operation | undefined {
    return this.#router.match(request, addressing);
  }

  unknownOperation(request: WireRequest): WireError {
    const message = `Unable to determine the operation for ${request.method} ${request.rawPath}`;
    return new WireError("UnknownOperationException", message, 404);
  }

  compileDecoder(operation: Operation): Decoder {
    const { input } = operation;
    if (input === undefined) return async () => ({});
    assertNoPayload(input);
    const readBindings = compileRequestBindings(input, HTTP_RULES);
    const hasDocument = input.members.some(isDocumentMember);
    const readDocument = this.#codec.structureReader(input, isDocumentMember);
    const limit = this.#service.maxParsedBodyBytes ?? MAX_PARSED_BODY_BYTES;
    return async (request, context) => {
      const value = hasDocument
        ? readDocument(parseJson(await collectBody(context.body ?? request.body, limit)))
        : {};
      const structure = value as Record<string, unknown>;
      const labels = this.#router.labels(operation, request, context.addressing);
      readBindings({ headers: request.headers, query: requestQuery(request), labels }, structure);
      return structure;
    };
  }

  compileEncoder({ output, http }: Operation): Encoder {
    const status = http?.status ?? 200;
    if (output === undefined) {
      return (_value, requestId, options) => ({
        status: options.status ?? status,
        headers: { "x-amzn-requestid": requestId, ...this.#service.headers, ...options.headers },
        body: undefined,
      });
    }
    const writeHeaders = compileHeaderWriter(output, HTTP_RULES.header);
    const streamed = streamedPayload(output);
    if (streamed !== undefined) {
      return (value, requestId, options) => {
        const headers = { "x-amzn-requestid": requestId, ...this.#service.headers };
        writeHeaders(value ?? {}, headers);
        Object.assign(headers, options.headers);
        const body = (value as Readonly<Record<string, WireResponse["body"]>>)[streamed];
        return { status: options.status ?? status, headers, body };
      };
    }
    assertNoPayload(output);
    const writeDocument = this.#writers.structure(output, isOutputDocumentMember);
    return (value, requestId, options) => {
      const headers: Record<string, string> = {
        "x-amzn-requestid": requestId,
        ...this.#service.headers,
      };
      writeHeaders(value ?? {}, headers);
      Object.assign(headers, options.headers);
      const answer = options.status ?? status;
      if (answer === 204) return { status: answer, headers, body: undefined };
      headers["content-type"] ??= "application/json";
      return { status: answer, headers, body: writeDocument(value ?? {}) };
    };
  }

  encodeError(error: ErrorOutput, requestId: string): WireResponse {
    const shape = this.#errors.get(error.code);
    const code = shape?.code ?? error.code;
    const body: Record<string, unknown> = {};
    const headers: Record<string, string> = {
      "content-type": "application/json",
      "x-amzn-requestid": requestId,
      ...this.#service.headers,
    };
    const fields = error.fields ?? {};
    if (shape === undefined) Object.assign(body, fields);
    else {
      compileHeaderWriter(shape.structure, HTTP_RULES.header)(fields, headers);
      Object.assign(
        body,
        this.#codec.structureWriter(shape.structure, isOutputDocumentMember)(fields) as object,
      );
    }
    for (const name of this.#service.errorBody?.messageMembers ?? DEFAULT_MESSAGE_MEMBERS) {
      body[name] = error.message;
    }
    const modelled = shape?.structure.members.find(
      (member) => isOutputDocumentMember(member) && isMessageMember(member),
    );
    if (modelled !== undefined) body[modelled.traits.jsonName ?? modelled.name] = error.message;
    headers["x-amzn-errortype"] = headerValue(code);
    return { status: error.status, headers, body: JSON.stringify(body) };
  }
}
