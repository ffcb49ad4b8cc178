import assert from "node:assert";
import type { Readable } from "node:stream";
import { collectBody } from "../body.ts";
import {
  compileRequestBindings,
  type HttpTextRules,
  isDocumentMember,
  payloadMember,
} from "../codec/http-bindings.ts";
import type { TextRules } from "../codec/scalar-text.ts";
import { MAX_XML_BODY_BYTES } from "../limits.ts";
import type { WireRequest } from "../message.ts";
import type { Operation } from "../operation.ts";
import { requestQuery } from "../query.ts";
import type { RestRouter } from "../routing/rest-router.ts";
import type { Member, StructureShape } from "../schema/shape.ts";
import type { ServiceDefinition } from "../service-definition.ts";
import { WireError } from "../wire-error.ts";
import { XmlReaders } from "../xml/compile-xml-reader.ts";
import { MALFORMED_XML, malformedXml, parseXml } from "../xml/parse-xml.ts";
import { type BodyVerifier, compileBodyVerifier } from "./body-digests.ts";
import type { DecodeContext, Decoder, Input } from "./protocol.ts";

const TRANSFER_CODING = "aws-chunked";

type BodyReader = (
  body: Readable,
  into: Input,
  headers: WireRequest["headers"],
  onBytes: DecodeContext["onBytes"],
) => Promise<void>;

/** Compiles decoders of restXml requests. */
export class RestXmlDecoders {
  readonly #limitBytes: number;
  readonly #router: RestRouter;
  readonly #readers: XmlReaders;
  readonly #httpRules: HttpTextRules;

  constructor(
    service: ServiceDefinition,
    router: RestRouter,
    bodyRules: TextRules,
    httpRules: HttpTextRules,
  ) {
    this.#limitBytes = service.maxParsedBodyBytes ?? MAX_XML_BODY_BYTES;
    this.#router = router;
    this.#readers = new XmlReaders(bodyRules);
    this.#httpRules = httpRules;
  }

  compile(operation: Operation): Decoder {
    const { input } = operation;
    if (input === undefined) return async () => ({});
    const readBindings = compileRequestBindings(input, this.#httpRules);
    const readBody = this.#body(input);
    return async (request, context) => {
      const value: Input = {};
      const labels = this.#router.labels(operation, request, context.addressing);
      const headers = withoutTransferCoding(request.headers);
      readBindings({ headers, query: requestQuery(request), labels }, value);
      try {
        await readBody?.(context.body ?? request.body, value, request.headers, context.onBytes);
      } catch (error) {
        const { onMalformed } = context;
        if (!onMalformed || !(error instanceof WireError) || error.code !== MALFORMED_XML)
          throw error;
        onMalformed(error);
      }
      return value;
    };
  }

  #body(input: StructureShape): BodyReader | undefined {
    const payload = payloadMember(input);
    const verify = compileBodyVerifier(input);
    if (payload !== undefined) return this.#payload(payload, verify);
    if (!input.members.some(isDocumentMember)) return undefined;
    const read = this.#readers.structure(input, isDocumentMember);
    const rootName = input.traits.xmlName ?? input.name;
    return async (body, into, headers, onBytes) => {
      const bytes = await collectBody(body, this.#limitBytes, onBytes);
      verify(bytes, headers);
      if (bytes.length > 0) Object.assign(into, read(parseRoot(bytes, rootName)));
    };
  }

  #payload({ name, target, traits }: Member, verify: BodyVerifier): BodyReader {
    switch (target.kind) {
      case "streamingBlob":
        return async (body, into) => {
          into[name] = body;
        };
      case "string":
        return this.#collected((bytes) => bytes.toString("utf8"), name, verify);
      case "blob":
        return this.#collected((bytes) => new Uint8Array(bytes), name, verify);
      case "structure":
      case "union": {
        const read = this.#readers.structure(target);
        const rootName = traits.xmlName ?? target.traits.xmlName ?? target.name;
        return this.#collected((bytes) => read(parseRoot(bytes, rootName)), name, verify);
      }
      default:
        return assert.fail(`payload ${name} is a ${target.kind}`);
    }
  }

  /** A payload that isn't streamed; an empty body means that there is none. */
  #collected(read: (bytes: Buffer) => unknown, name: string, verify: BodyVerifier): BodyReader {
    return async (body, into, headers, onBytes) => {
      const bytes = await collectBody(body, this.#limitBytes, onBytes);
      verify(bytes, headers);
      if (bytes.length > 0) into[name] = read(bytes);
    };
  }
}

/** `aws-chunked` is undone before an object is stored, so it is no part of its content encoding. */
function withoutTransferCoding(
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const encoding = headers["content-encoding"];
  if (encoding === undefined || !encoding.includes(TRANSFER_CODING)) return headers;
  const others: Record<string, string> = Object.create(null);
  for (const name in headers) {
    const value = headers[name];
    if (name !== "content-encoding" && value !== undefined) others[name] = value;
  }
  const kept = encoding.split(",").filter((coding) => coding.trim() !== TRANSFER_CODING);
  const stored = kept.join(",").trim();
  return stored === "" ? others : { ...others, "content-encoding": stored };
}

function parseRoot(bytes: Buffer, name: string): ReturnType<typeof parseXml> {
  const root = parseXml(bytes.toString("utf8"));
  if (root.name !== name) throw malformedXml();
  return root;
}
