import { createHash } from "node:crypto";
import { Agent, request as httpRequest } from "node:http";
import {
  AwsJson1_0Protocol,
  AwsJson1_1Protocol,
  AwsQueryProtocol,
  AwsRestJsonProtocol,
  AwsRestXmlProtocol,
} from "@aws-sdk/core/protocols";
import { SmithyRpcV2CborProtocol } from "@smithy/core/cbor";
import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import { type Key, ROOT } from "../../support/test-server.ts";
import type { ServedService } from "./served-services.ts";

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** Names and values as they came, one after the other. */
  readonly headers: readonly string[];
}

/**
 * Sends operations by the SDK's own protocols, driven by the service's schemas. `Text` is written
 * over each `stand-in` of the same length once the request is made: the SDK would lose
 * some names itself.
 */
export class WireClient {
  readonly #endpoint: URL;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #protocols = new Map<ServedService, Protocol>();
  readonly #key: Key;

  constructor(endpoint: string, key = ROOT) {
    this.#endpoint = new URL(endpoint);
    this.#key = key;
  }

  close(): void {
    this.#agent.destroy();
  }

  async send(
    service: ServedService,
    operation: string,
    input: object,
    written?: { readonly standIn: string; readonly text: string },
  ): Promise<Answer> {
    const made = await this.#made(service, operation, input);
    const put = (text: string) => (written ? text.replaceAll(written.standIn, written.text) : text);
    const query = Object.fromEntries(
      Object.entries(made.query).map(([name, value]) => [
        put(name),
        value === null ? "" : Array.isArray(value) ? value.map(put) : put(value),
      ]),
    );
    // The stand-in has as many bytes, so that lengths which the body tells stay right.
    const body = Buffer.from(put(bytesOf(made.body).toString("latin1")), "latin1");
    const lower = (text: string) => put(text).toLowerCase();
    const headers = Object.fromEntries(
      Object.entries(made.headers).map(([name, value]) => [lower(name), put(value)]),
    );
    const isS3 = service.signingName === "s3";
    const signer = new SignatureV4({
      ...{ credentials: this.#key, service: service.signingName, region: "us-east-1" },
      ...{ sha256: Hash.bind(null, "sha256"), uriEscapePath: !isS3 },
    });
    const { hostname, port, host } = this.#endpoint;
    const path = put(pathOf(service, made.path, input));
    const signed = await signer.sign({
      ...{ method: made.method, protocol: "http:", hostname, port: Number(port), path, query },
      headers: {
        ...headers,
        host,
        ...(isS3 && {
          "x-amz-content-sha256": createHash("sha256").update(body).digest("hex"),
          "content-md5": createHash("md5").update(body).digest("base64"),
        }),
      },
      body,
    });
    return this.#sent(made.method, path, query, signed.headers, body);
  }

  async #made(service: ServedService, name: string, input: object): Promise<Made> {
    const [, namespace, , traits, inputSchema, outputSchema] = service.schemaOf(name);
    const protocol = this.#protocols.get(service) ?? protocolOf(service, namespace);
    this.#protocols.set(service, protocol);
    const operation = { namespace, name, traits, input: inputSchema, output: outputSchema };
    const { protocol: scheme, hostname, port } = this.#endpoint;
    const endpoint = { protocol: scheme, hostname, port: Number(port), path: "/" };
    return protocol.serializeRequest(operation, input, {
      endpoint: async () => endpoint,
      disableHostPrefix: true,
      // A path of CBOR has both.
      __smithy_context: { service: service.targetPrefix, operation: name },
    });
  }

  #sent(
    method: string,
    path: string,
    query: Readonly<Record<string, string | string[]>>,
    headers: Readonly<Record<string, string>>,
    body: Buffer,
  ): Promise<Answer> {
    const { hostname, port } = this.#endpoint;
    const asked = Object.entries(query)
      .flatMap(([name, value]) => [value].flat().map((each) => [name, each] as const))
      .map((pair) => pair.map(encodeURIComponent).join("="))
      .join("&");
    return new Promise((resolve, reject) => {
      const sent = httpRequest(
        {
          ...{ agent: this.#agent, hostname, port, method },
          path: asked === "" ? path : `${path}?${asked}`,
          headers: { ...headers, "content-length": body.length },
          timeout: 20_000,
        },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on("data", (part: Buffer) => parts.push(part));
          answer.once("error", reject);
          answer.once("end", () =>
            resolve({
              status: answer.statusCode ?? 0,
              text: Buffer.concat(parts).toString("latin1"),
              headers: answer.rawHeaders,
            }),
          );
        },
      );
      sent.once("timeout", () => sent.destroy(new Error("no answer")));
      sent.once("error", reject);
      sent.end(body);
    });
  }
}

/** A request as a protocol of the SDK's makes it. */
interface Made {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

interface Protocol {
  serializeRequest(operation: object, input: object, context: object): Promise<Made>;
}

/** No path of the SDK's schemas has a bucket: rules of endpoints put it there, or in the host. */
function pathOf({ name }: ServedService, path: string, input: object): string {
  if (name !== "s3" || !("Bucket" in input)) return path;
  const bucket = `/${encodeURIComponent(String(input.Bucket))}`;
  return path === "/" ? bucket : bucket + path;
}

function bytesOf(body: Made["body"]): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  return typeof body === "string" ? Buffer.from(body) : Buffer.from(body);
}

function protocolOf({ protocol, version, targetPrefix }: ServedService, namespace: string) {
  const options = { defaultNamespace: namespace };
  const further = { serviceTarget: targetPrefix ?? "", awsQueryCompatible: false };
  const made = {
    awsQuery: () => new AwsQueryProtocol({ ...options, xmlNamespace: "", version }),
    awsJson1_0: () => new AwsJson1_0Protocol({ ...options, ...further }),
    awsJson1_1: () => new AwsJson1_1Protocol({ ...options, ...further }),
    restJson1: () => new AwsRestJsonProtocol(options),
    restXml: () => new AwsRestXmlProtocol({ ...options, xmlNamespace: "" }),
    rpcV2Cbor: () => new SmithyRpcV2CborProtocol({ ...options, ...further }),
  }[protocol]();
  made.setSerdeContext({
    base64Encoder: (value: string | Uint8Array) => Buffer.from(value as string).toString("base64"),
    utf8Encoder: (value: string | Uint8Array) => Buffer.from(value as string).toString("utf8"),
    utf8Decoder: (value: string) => Buffer.from(value),
    base64Decoder: (value: string) => Buffer.from(value, "base64"),
    streamCollector: async () => new Uint8Array(),
    requestHandler: { handle: async () => ({ response: undefined }) },
    disableHostPrefix: true,
  } as never);
  return made as unknown as Protocol;
}
