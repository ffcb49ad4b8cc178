import { generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface SigningKey {
  readonly keyId: string;
  readonly algorithm: "RS256" | "ES256" | "ES384";
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export function signingKey(algorithm: SigningKey["algorithm"], bits = 2048): SigningKey {
  const pair =
    algorithm === "RS256"
      ? generateKeyPairSync("rsa", { modulusLength: bits })
      : generateKeyPairSync("ec", { namedCurve: algorithm === "ES256" ? "P-256" : "P-384" });
  return { keyId: randomUUID(), algorithm, ...pair };
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A JWT; `header` overrides what the key says of itself. */
export function signToken(key: SigningKey, claims: object, header: object = {}): string {
  const head = part({ alg: key.algorithm, kid: key.keyId, typ: "JWT", ...header });
  const text = `${head}.${part(claims)}`;
  const digest = key.algorithm === "ES384" ? "sha384" : "sha256";
  const options = { key: key.privateKey, dsaEncoding: "ieee-p1363" } as const;
  return `${text}.${sign(digest, Buffer.from(text), options).toString("base64url")}`;
}

/** An OpenID Connect provider on this machine: its discovery document and its keys. */
export interface OidcIssuer {
  readonly url: string;
  /** The published documents, which tests change. */
  keys: SigningKey[];
  /** Instead of the discovery document. */
  discovery: object | undefined;
  requests: number;
  close(): void;
}

export async function startIssuer(): Promise<OidcIssuer> {
  const server = createServer((request, response) => {
    issuer.requests += 1;
    const { pathname } = new URL(request.url ?? "", issuer.url);
    const answers: Readonly<Record<string, () => object>> = {
      "/.well-known/openid-configuration": () =>
        issuer.discovery ?? { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` },
      "/keys": () => ({
        keys: issuer.keys.map(({ publicKey, keyId, algorithm }) => ({
          ...publicKey.export({ format: "jwk" }),
          kid: keyId,
          alg: algorithm,
          use: "sig",
        })),
      }),
      "/large": () => ({ keys: [], padding: "x".repeat(1024 * 1024) }),
    };
    if (pathname === "/moved") return response.writeHead(302, { location: "/keys" }).end();
    const answer = answers[pathname];
    return response.writeHead(answer ? 200 : 404).end(JSON.stringify(answer?.() ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const issuer: OidcIssuer = {
    url: `http://127.0.0.1:${port}`,
    keys: [],
    discovery: undefined,
    requests: 0,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return issuer;
}
