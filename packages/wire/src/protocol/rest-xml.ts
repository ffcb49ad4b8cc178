import { createHash } from "node:crypto";
import { compileHeaderWriter, type HttpTextRules } from "../codec/http-bindings.ts";
import type { TextRules } from "../codec/scalar-text.ts";
import type { WireRequest, WireResponse } from "../message.ts";
import type { Addressing, Operation } from "../operation.ts";
import type { ParsedForm } from "../query.ts";
import { s3Addressing } from "../routing/bucket-from-host.ts";
import { RestRouter } from "../routing/rest-router.ts";
import type { ErrorShape } from "../schema/shape.ts";
import type { ServiceDefinition } from "../service-definition.ts";
import { WireError } from "../wire-error.ts";
import { XmlWriters } from "../xml/compile-xml-writer.ts";
import { escapeXml } from "../xml/escape-xml.ts";
import type { Decoder, Encoder, ErrorOutput, ServerProtocol } from "./protocol.ts";
import { compileXmlBody } from "./rest-xml-body.ts";
import { RestXmlDecoders } from "./rest-xml-decoder.ts";
import { writeErrorFields } from "./xml-error-fields.ts";

const BODY_RULES: TextRules = {
  timestampFormat: "date-time",
  precision: "milliseconds",
  malformedCode: "MalformedXML",
};
const HTTP_RULES: HttpTextRules = {
  header: { ...BODY_RULES, timestampFormat: "http-date", malformedCode: "InvalidArgument" },
  query: {
    ...BODY_RULES,
    malformedCode: "InvalidArgument",
    malformed: (name, type, text) =>
      new WireError(
        "InvalidArgument",
        type === "number"
          ? `Provided ${name} not an integer or within integer range`
          : `Value at '${name}' is not a valid ${type}.`,
        400,
        { ArgumentName: name, ArgumentValue: text },
      ),
  },
};
const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NO_BODY_STATUSES: ReadonlySet<number> = new Set([204, 304]);

/** XML documents and raw payloads with members in path, query and headers: Amazon S3. */
export class RestXml implements ServerProtocol {
  readonly #service: ServiceDefinition;
  readonly #errors: ReadonlyMap<string, ErrorShape>;
  readonly #router: RestRouter;
  readonly #decoders: RestXmlDecoders;
  readonly #writers: XmlWriters;

  constructor(
    service: ServiceDefinition,
    operations: ReadonlyMap<string, Operation>,
    errors: ReadonlyMap<string, ErrorShape>,
  ) {
    this.#service = service;
    this.#errors = errors;
    this.#writers = new XmlWriters(BODY_RULES, service);
    this.#router = new RestRouter([...operations.values()], service.s3Addressing ?? false);
    this.#decoders = new RestXmlDecoders(service, this.#router, BODY_RULES, HTTP_RULES);
  }

  match(
    request: WireRequest,
    _form: ParsedForm | undefined,
    addressing?: Addressing,
  ): Operation | undefined {
    return this.#router.match(request, addressing);
  }

  unknownOperation(request: WireRequest): WireError {
    const { bucket, key } = s3Addressing(request, undefined);
    const message = "The specified method is not allowed against this resource.";
    return new WireError("MethodNotAllowed", message, 405, {
      Method: request.method,
      ResourceType: key !== undefined ? "OBJECT" : bucket !== undefined ? "BUCKET" : "SERVICE",
    });
  }

  compileDecoder(operation: Operation): Decoder {
    return this.#decoders.compile(operation);
  }

  compileEncoder({ output, http }: Operation): Encoder {
    const status = http?.status ?? 200;
    const isHead = http?.method === "HEAD";
    const writeHeaders =
      output === undefined ? undefined : compileHeaderWriter(output, HTTP_RULES.header);
    const body =
      output === undefined ? undefined : compileXmlBody(output, this.#service, this.#writers);
    const statusMember = output?.members.find((member) => member.traits.httpResponseCode)?.name;
    return (value, requestId, options) => {
      const members = (value ?? {}) as Record<string, unknown>;
      const headers = requestHeaders(requestId, this.#service);
      writeHeaders?.(members, headers);
      Object.assign(headers, options.headers);
      const modelled = statusMember === undefined ? undefined : members[statusMember];
      const answer = options.status ?? (typeof modelled === "number" ? modelled : status);
      if (isHead || body === undefined || NO_BODY_STATUSES.has(answer)) {
        return { status: answer, headers, body: undefined };
      }
      const content = body.write(members);
      if (content !== undefined) headers["content-type"] ??= body.contentType;
      return {
        status: answer,
        headers,
        body: body.isDocument && typeof content === "string" ? XML_DECLARATION + content : content,
      };
    };
  }

  encodeError(error: ErrorOutput, requestId: string, request?: WireRequest): WireResponse {
    const shape = this.#errors.get(error.code);
    const headers = requestHeaders(requestId, this.#service);
    if (NO_BODY_STATUSES.has(error.status))
      return { status: error.status, headers, body: undefined };
    headers["content-type"] = "application/xml";
    if (request?.method === "HEAD") return { status: error.status, headers, body: undefined };
    const fields = writeErrorFields(error.fields, shape?.structure, this.#writers);
    const content =
      `<Code>${escapeXml(shape?.code ?? error.code)}</Code>` +
      `<Message>${escapeXml(error.message)}</Message>${fields}`;
    const ids =
      `<RequestId>${escapeXml(requestId)}</RequestId>` +
      `<HostId>${headers["x-amz-id-2"] ?? ""}</HostId>`;
    const document = this.#service.wrapsErrors
      ? `<ErrorResponse><Error>${content}</Error>${ids}</ErrorResponse>`
      : `<Error>${content}${ids}</Error>`;
    return { status: error.status, headers, body: XML_DECLARATION + document };
  }
}

/** The headers by which S3 names a request, after those that every answer has. */
export function requestHeaders(
  requestId: string,
  { headers }: Pick<ServiceDefinition, "headers"> = {},
): Record<string, string> {
  return { ...headers, "x-amz-request-id": requestId, "x-amz-id-2": hostId(requestId) };
}

/**
 * S3's second request id is opaque; ours follows from the first, so that a log needs only that one.
 */
function hostId(requestId: string): string {
  return createHash("sha256").update(requestId).digest("base64");
}
