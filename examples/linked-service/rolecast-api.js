import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";

/** Node's SHA-256 and HMAC in the form that the signer asks for. */
class Sha256 {
  #hash;
  constructor(secret) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret);
  }
  update(data) {
    this.#hash.update(data);
  }
  async digest() {
    return this.#hash.digest();
  }
  reset() {}
}

/**
 * Trades a request that this service received for credentials of its caller, with which this
 * service may do what its registration lists. Rejects when Rolecast doesn't accept the signature.
 *
 * @param {{ endpoint: string, credentials: object }} rolecast the service's own key signs
 * @param {{ method: string, path: string, query: string, headers: object, body: Buffer }} received
 */
export async function createForwardAccessSession({ endpoint, credentials }, received) {
  const url = new URL("/forward-access-sessions", endpoint);
  const body = JSON.stringify({
    Method: received.method,
    Path: received.path,
    Query: received.query,
    Headers: received.headers,
    Body: received.body.toString("base64"),
  });
  const signer = new SignatureV4({
    credentials,
    service: "rolecast",
    region: "us-east-1",
    sha256: Sha256,
  });
  const { headers } = await signer.sign({
    method: "POST",
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    path: url.pathname,
    headers: { host: url.host, "content-type": "application/json" },
    body,
  });
  const response = await fetch(url, { method: "POST", headers, body });
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.message), { status: 403 });
  const { Credentials: session, AccountId: accountId, CallerArn: callerArn } = answer;
  return {
    accountId,
    callerArn,
    credentials: {
      accessKeyId: session.AccessKeyId,
      secretAccessKey: session.SecretAccessKey,
      sessionToken: session.SessionToken,
    },
  };
}
