import { Readable } from "node:stream";
import {
  AuthError,
  bucketFromHost,
  collectBody,
  decodeBody,
  parseAuthentication,
  parseQuery,
  s3Addressing,
  verifySignature,
  WireError,
  type WireRequest,
} from "@rolecast/wire";
import { readCapture, readCaptures } from "../../packages/wire/src/fixtures/read-capture.ts";
import { services } from "../../packages/wire/src/testing/services.ts";
import { type Chance, type FuzzTarget, mutate, nasty } from "./chance.ts";

const BODY_BYTES_MAX = 1024 * 1024;
const HOSTS = ["s3.localhost", "127.0.0.1"];
const captures = readCaptures();

interface Mutated {
  readonly request: WireRequest;
  readonly bytes: Buffer;
  readonly service: keyof typeof services;
}

/** A request that a client once sent, with something changed anywhere in it. */
function mutated(chance: Chance): Mutated {
  const capture = chance.one(captures);
  const { request, bytes } = readCapture(capture);
  const headers = { ...request.headers };
  const names = Object.keys(headers);
  let { rawPath, rawQuery, method } = request;
  let body = bytes;
  switch (chance.below(6)) {
    case 0:
      rawPath = mutate(rawPath, chance);
      break;
    case 1:
      rawQuery = mutate(rawQuery, chance);
      break;
    case 2: {
      const name = chance.one(names);
      headers[name] = chance.rarely(3) ? nasty(chance) : mutate(headers[name] ?? "", chance);
      break;
    }
    case 3:
      delete headers[chance.one(names)];
      break;
    case 4:
      method = chance.one(["GET", "PUT", "POST", "DELETE", "HEAD", ""]);
      break;
    default:
      body = Buffer.from(mutate(bytes.toString("latin1"), chance), "latin1");
  }
  return {
    service: capture.service,
    bytes: body,
    request: { method, rawPath, rawQuery, headers, body: Readable.from(body.length ? [body] : []) },
  };
}

function shown({ request, bytes, service }: Mutated): object {
  const { method, rawPath, rawQuery, headers } = request;
  return { service, method, rawPath, rawQuery, headers, body: bytes.toString("latin1") };
}

/** Whatever is sent, decoding ends: with the input, or with an error that says why. */
export const wireTarget: FuzzTarget = {
  name: "requests' bodies, paths and queries",
  next(chance) {
    const input = mutated(chance);
    return { input: shown(input), run: () => decode(input) };
  },
};

async function decode({ request, bytes, service }: Mutated): Promise<void> {
  const { wire, definition } = services[service];
  try {
    const isS3 = definition.s3Addressing === true;
    const form = definition.protocol === "awsQuery" ? parseQuery(bytes.toString()) : undefined;
    const bucket = isS3 ? bucketFromHost(request.headers.host, HOSTS) : undefined;
    const addressing = isS3 ? s3Addressing(request, bucket) : undefined;
    const operation = wire.match(request, form, addressing);
    if (!operation) throw wire.unknownOperation(request);
    const body = isS3 ? decodeBody({ kind: "anonymous" }, request) : Readable.from([bytes]);
    const input = await wire.decode(operation, request, {
      body,
      ...(form ? { form } : {}),
      ...(addressing ? { addressing } : {}),
    });
    for (const value of Object.values(input))
      if (value instanceof Readable) await collectBody(value, BODY_BYTES_MAX);
  } catch (error) {
    refuseOthers(error);
  }
}

/** A forged signature is refused, whatever is forged; it never breaks anything. */
export const signatureTarget: FuzzTarget = {
  name: "signatures and headers",
  next(chance) {
    const input = mutated(chance);
    const secret = chance.rarely(2) ? "another secret" : nasty(chance);
    return { input: shown(input), run: () => authenticate(input, secret) };
  },
};

function authenticate({ request, bytes, service }: Mutated, secret: string): void {
  const isS3 = services[service].definition.s3Addressing === true;
  try {
    const authentication = parseAuthentication(request, { isS3 });
    if (authentication.version !== 4) return;
    verifySignature(authentication, request, secret, authentication.requestTimeMs, {
      isS3,
      body: bytes,
    });
  } catch (error) {
    refuseOthers(error);
    return;
  }
  throw new Error("a signature of another secret was accepted");
}

function refuseOthers(error: unknown): void {
  if (!(error instanceof WireError || error instanceof AuthError)) throw error;
}
