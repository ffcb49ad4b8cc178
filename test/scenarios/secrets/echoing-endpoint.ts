import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The request, as an endpoint shows it that repeats what it was sent. */
interface Asked {
  readonly authorization: string;
  readonly keyId: string;
  /** The whole head. */
  readonly head: string;
}

/** Whole answers, from the status line on, of a store that isn't as it should be. */
export const ODD_ANSWERS = {
  "says that there is no such bucket": ({ head }) =>
    refusal(404, "NoSuchBucket", `<BucketName>${head}</BucketName>`),
  "refuses the signature and repeats it": ({ head, keyId, authorization }) =>
    refusal(
      403,
      "SignatureDoesNotMatch",
      `<AWSAccessKeyId>${keyId}</AWSAccessKeyId><StringToSign>${head}</StringToSign>` +
        `<SignatureProvided>${authorization}</SignatureProvided>`,
    ),
  "gives the header Authorization for its error's code": ({ authorization }) =>
    refusal(400, authorization),
  "gives the key's id for its error's code": ({ keyId }) => refusal(403, keyId),
  "repeats the request in its status": ({ authorization }) =>
    `HTTP/1.1 500 ${authorization}\r\nx-asked: ${authorization}\r\ncontent-length: 0\r\n\r\n`,
  "repeats the request for a header": ({ authorization }) =>
    `HTTP/1.1 200 OK\r\ncontent-length: ${authorization}\r\n\r\n`,
  "repeats the request and no more": ({ head }) => head,
  "repeats the request as a success": ({ head, authorization }) =>
    `HTTP/1.1 200 OK\r\netag: ${authorization}\r\ncontent-length: ${Buffer.byteLength(head)}\r\n` +
    `content-range: bytes ${authorization}\r\nconnection: close\r\n\r\n${head}`,
  "hangs up": () => "",
} satisfies Record<string, (asked: Asked) => string>;

export type OddAnswer = keyof typeof ODD_ANSWERS;

function refusal(status: number, code: string, rest = ""): string {
  const body = `<Error><Code>${code}</Code><Message>${code}</Message>${rest}</Error>`;
  const head = `HTTP/1.1 ${status} Refused\r\ncontent-type: application/xml`;
  return `${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** An endpoint for all that the server asks, which repeats what it was sent. */
export class EchoingEndpoint {
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  /** The methods and paths that it was asked for since `be`. */
  asked: string[] = [];
  /** Undefined: an object store that takes what it is given, and has lost it. */
  #odd: OddAnswer | undefined;

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  be(odd: OddAnswer | undefined): void {
    this.#odd = odd;
    this.asked = [];
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const digest = createHash("md5");
    try {
      for await (const chunk of request) digest.update(chunk as Buffer);
    } catch {
      // The server has given up.
      return;
    }
    const { method = "", url = "", headers, rawHeaders } = request;
    this.asked.push(`${method} ${url}`);
    if (this.#odd === undefined && method === "PUT") {
      response.writeHead(200, { etag: `"${digest.digest("hex")}"` }).end();
      return;
    }
    const { authorization = "" } = headers;
    const keyId = /Credential=([^/]+)/.exec(authorization)?.[1] ?? "";
    const head = `${method} ${url} ${rawHeaders.join(" ")}`;
    const odd = this.#odd ?? "says that there is no such bucket";
    response.socket?.end(ODD_ANSWERS[odd]({ authorization, keyId, head }));
  }
}
