import { readForm } from "../body.ts";
import { formTree, QueryReaders } from "../codec/compile-query-reader.ts";
import type { TextRules } from "../codec/scalar-text.ts";
import { MAX_PARSED_BODY_BYTES } from "../limits.ts";
import type { WireRequest, WireResponse } from "../message.ts";
import type { Operation } from "../operation.ts";
import { ParsedForm, requestQuery } from "../query.ts";
import type { ErrorShape } from "../schema/shape.ts";
import type { ServiceDefinition } from "../service-definition.ts";
import { WireError } from "../wire-error.ts";
import { namespaceAttribute, XmlWriters } from "../xml/compile-xml-writer.ts";
import { escapeXml } from "../xml/escape-xml.ts";
import type { Decoder, Encoder, ErrorOutput, ServerProtocol } from "./protocol.ts";
import { offRoot } from "./root-path.ts";
import { writeErrorFields } from "./xml-error-fields.ts";

const TEXT_RULES: TextRules = {
  timestampFormat: "date-time",
  precision: "seconds",
  malformedCode: "MalformedInput",
  exact: true,
};
const METHODS = ["POST", "GET"] as const;
/** AWS's own word for a request without `Version`. */
const NO_VERSION = "NO_VERSION_SPECIFIED";

/** `Action=…&Version=…` forms in, XML envelopes out: IAM and STS. */
export class AwsQuery implements ServerProtocol {
  readonly #service: ServiceDefinition;
  readonly #operations: ReadonlyMap<string, Operation>;
  readonly #errors: ReadonlyMap<string, ErrorShape>;
  readonly #readers: QueryReaders;
  readonly #writers: XmlWriters;
  readonly #namespace: string;

  constructor(
    service: ServiceDefinition,
    operations: ReadonlyMap<string, Operation>,
    errors: ReadonlyMap<string, ErrorShape>,
  ) {
    this.#service = service;
    this.#operations = operations;
    this.#errors = errors;
    const { xmlNamespace, wholeNumbers = false, precision = TEXT_RULES.precision } = service;
    this.#writers = new XmlWriters({ ...TEXT_RULES, precision }, service);
    this.#readers = new QueryReaders({ ...TEXT_RULES, wholeNumbers });
    this.#namespace = namespaceAttribute(
      xmlNamespace === undefined ? undefined : ["", xmlNamespace],
    );
  }

  /** A form names its operation in the body only. */
  match(request: WireRequest, form: ParsedForm | undefined): Operation {
    const misplaced = offRoot(request, this.#service.name, METHODS);
    if (misplaced) {
      refuseSmithyRpc(request, this.#service.name);
      throw misplaced;
    }
    const query = requestQuery(request);
    const action = form?.get("Action") ?? query.get("Action");
    if (action === undefined || action === "") {
      throw new WireError(
        "MissingAction",
        "The request is missing an action or a required parameter.",
      );
    }
    const version = form?.get("Version") ?? query.get("Version");
    const operation = this.#operations.get(action);
    if (operation === undefined || version !== this.#service.version) {
      const wanted = version === undefined || version === "" ? NO_VERSION : version;
      throw new WireError(
        "InvalidAction",
        `Could not find operation ${action} for version ${wanted}`,
      );
    }
    return operation;
  }

  unknownOperation(): WireError {
    return new WireError("InvalidAction", "The action or operation requested is invalid.");
  }

  compileDecoder(operation: Operation): Decoder {
    const { input } = operation;
    if (input === undefined) return () => ({});
    const read = this.#readers.structure(input);
    const limit = this.#service.maxParsedBodyBytes ?? MAX_PARSED_BODY_BYTES;
    const readBoth = (form: ParsedForm, request: WireRequest) => {
      const query = requestQuery(request);
      const all =
        query.entries.length === 0 ? form : new ParsedForm([...form.entries, ...query.entries]);
      return read(formTree(all));
    };
    return (request, context) =>
      context.form
        ? readBoth(context.form, request)
        : readForm(context.body ?? request.body, limit).then((form) => readBoth(form, request));
  }

  compileEncoder({ name, output }: Operation): Encoder {
    const result =
      output === undefined ? undefined : this.#writers.element(`${name}Result`, output);
    const open = `<${name}Response${this.#namespace}>`;
    const close = `</${name}Response>`;
    return (value, requestId, options) => {
      const id = escapeXml(requestId);
      const metadata = `<ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata>`;
      return {
        status: options.status ?? 200,
        headers: { ...xmlHeaders(requestId), ...options.headers },
        body: open + (result === undefined ? "" : result(value ?? {})) + metadata + close,
      };
    };
  }

  encodeError(error: ErrorOutput, requestId: string): WireResponse {
    const shape = this.#errors.get(error.code);
    const code = escapeXml(shape?.code ?? error.code);
    const type = error.fault === "client" ? "Sender" : "Receiver";
    const fields = writeErrorFields(error.fields, shape?.structure, this.#writers);
    // AWS's CloudWatch has errors without words, and leaves the element out then.
    const message = error.message === "" ? "" : `<Message>${escapeXml(error.message)}</Message>`;
    return {
      status: error.status,
      headers: xmlHeaders(requestId),
      body:
        `<ErrorResponse${this.#namespace}><Error><Type>${type}</Type><Code>${code}</Code>` +
        `${message}${fields}</Error>` +
        `<RequestId>${escapeXml(requestId)}</RequestId></ErrorResponse>`,
    };
  }
}

/** Newer SDKs send some query services Smithy RPC in CBOR, which would only look like no action. */
function refuseSmithyRpc({ headers }: WireRequest, service: string): void {
  const protocol = headers["smithy-protocol"];
  if (protocol === undefined) return;
  throw new WireError(
    "UnsupportedProtocol",
    `${service} isn't served in ${protocol}: use a client that speaks AWS query.`,
  );
}

function xmlHeaders(requestId: string): Record<string, string> {
  return { "content-type": "text/xml", "x-amzn-requestid": requestId };
}
