import { constants, createCipheriv, publicEncrypt, randomBytes } from "node:crypto";
import {
  CreateSAMLProviderCommand,
  GetSAMLProviderCommand,
  UpdateSAMLProviderCommand,
  type UpdateSAMLProviderCommandInput,
} from "@aws-sdk/client-iam";
import { AssumeRoleWithSAMLCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRole } from "../../support/principals.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";
import {
  assertionOf,
  base64,
  claims,
  metadataOf,
  responseOf,
  type SamlKey,
  samlKey,
  signed,
} from "./saml-idp.ts";

const XENC = "http://www.w3.org/2001/04/xmlenc#";
const XENC11 = "http://www.w3.org/2009/xmlenc11#";
const INVALID = "InvalidIdentityTokenException: Response signature invalid";
const UNSUPPORTED =
  "InvalidIdentityTokenException: The SAML assertion is encrypted with an unsupported algorithm.";

let server: TestServer;
let root: Clients;
let unsigned: STSClient;
let idp: SamlKey;
let stranger: SamlKey;
let first: SamlKey;
let second: SamlKey;

beforeAll(async () => {
  server = await startTestServer();
  root = server.clients();
  unsigned = new STSClient({ endpoint: server.endpoint, region: "us-east-1", maxAttempts: 1 });
  [idp, stranger, first, second] = await Promise.all([samlKey(), samlKey(), samlKey(), samlKey()]);
});
afterAll(() => server.close());

interface Encryption {
  cipher: "aes-128-gcm" | "aes-256-gcm" | "aes-128-cbc" | "aes-256-cbc";
  transport: "rsa-oaep-mgf1p" | "rsa-1_5";
  isKeyBeside: boolean;
}

/** Written after XML Encryption 1.1, by nothing that the server uses. */
function encrypted(text: string, to: SamlKey, asked: Partial<Encryption> = {}): string {
  const { cipher = "aes-256-gcm", transport = "rsa-oaep-mgf1p", isKeyBeside = false } = asked;
  const isGcm = cipher.endsWith("gcm");
  const contentKey = randomBytes(cipher.includes("256") ? 32 : 16);
  const iv = randomBytes(isGcm ? 12 : 16);
  const sealing = createCipheriv(cipher as "aes-256-gcm", contentKey, iv);
  const sealed = Buffer.concat([iv, sealing.update(text, "utf8"), sealing.final()]);
  const data = isGcm ? Buffer.concat([sealed, sealing.getAuthTag()]) : sealed;
  const padding =
    transport === "rsa-1_5" ? constants.RSA_PKCS1_PADDING : constants.RSA_PKCS1_OAEP_PADDING;
  const wrapped = publicEncrypt({ key: to.certificate, padding }, contentKey);
  const value = (bytes: Buffer) =>
    `<xenc:CipherData><xenc:CipherValue>${bytes.toString("base64")}</xenc:CipherValue></xenc:CipherData>`;
  const key = `<xenc:EncryptedKey Id="k"><xenc:EncryptionMethod Algorithm="${XENC}${transport}"></xenc:EncryptionMethod>${value(wrapped)}</xenc:EncryptedKey>`;
  const named = `<ds:RetrievalMethod Type="${XENC}EncryptedKey" URI="#k"></ds:RetrievalMethod>`;
  const method = `${isGcm ? XENC11 : XENC}${cipher.replace("aes-", "aes")}`;
  return (
    `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><xenc:EncryptedData xmlns:xenc="${XENC}" Type="${XENC}Element">` +
    `<xenc:EncryptionMethod Algorithm="${method}"></xenc:EncryptionMethod>` +
    `<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">${isKeyBeside ? named : key}</ds:KeyInfo>${value(data)}</xenc:EncryptedData>` +
    `${isKeyBeside ? key.replace("<xenc:EncryptedKey", `<xenc:EncryptedKey xmlns:xenc="${XENC}"`) : ""}</saml:EncryptedAssertion>`
  );
}

let made = 0;

/** A provider with its role, and what comes of a response for them. */
async function provider(input: object = {}) {
  made += 1;
  const { SAMLProviderArn: arn = "" } = await root.iam.send(
    new CreateSAMLProviderCommand({
      Name: `corp-${made}`,
      SAMLMetadataDocument: metadataOf([idp]),
      AddPrivateKey: first.privateKey,
      ...input,
    }),
  );
  const statement = {
    Effect: "Allow",
    Principal: { Federated: arn },
    Action: "sts:AssumeRoleWithSAML",
  };
  const role = await createRole(root.iam, `staff-${made}`, [statement], []);
  return {
    arn,
    assertion: assertionOf(claims(role, arn)),
    change: (change: Partial<UpdateSAMLProviderCommandInput>) =>
      root.iam.send(new UpdateSAMLProviderCommand({ SAMLProviderArn: arn, ...change })),
    get: () => root.iam.send(new GetSAMLProviderCommand({ SAMLProviderArn: arn })),
    outcome: (response: string) =>
      unsigned
        .send(
          new AssumeRoleWithSAMLCommand({
            RoleArn: role,
            PrincipalArn: arn,
            SAMLAssertion: base64(response),
          }),
        )
        .then(
          () => "session",
          (error: Error) => `${error.name}: ${error.message}`,
        ),
  };
}

const refused = (attempt: Promise<unknown>) =>
  attempt.then(
    () => "taken",
    (error: Error) => `${error.name}: ${error.message}`,
  );

describe("an encrypted SAML assertion", () => {
  test.each([
    { cipher: "aes-128-gcm" },
    { cipher: "aes-256-gcm", isKeyBeside: true },
    { cipher: "aes-128-cbc" },
    { cipher: "aes-256-cbc", isKeyBeside: true },
  ] satisfies Partial<Encryption>[])("is read, encrypted as %j", async (how) => {
    const { assertion, outcome } = await provider();
    expect(await outcome(responseOf(encrypted(signed(assertion, idp), first, how)))).toBe(
      "session",
    );
    expect(await outcome(signed(responseOf(encrypted(assertion, first, how)), idp))).toBe(
      "session",
    );
  });

  test("is believed only when it or its response is signed by the provider", async () => {
    const { assertion, outcome } = await provider();
    const others = [
      responseOf(encrypted(assertion, first)),
      responseOf(encrypted(signed(assertion, stranger), first)),
      signed(responseOf(encrypted(assertion, first)), stranger),
      responseOf(encrypted(signed(assertion, idp).replace(">ann<", ">bob<"), first)),
      signed(responseOf(encrypted(assertion, first)), idp).replace(
        /<saml:EncryptedAssertion.*<\/saml:EncryptedAssertion>/s,
        encrypted(assertion.replace(">ann<", ">bob<"), first),
      ),
    ];
    for (const other of others) expect(await outcome(other)).toBe(INVALID);
  });

  test("gets one answer for whatever is wrong inside", async () => {
    const { assertion, outcome } = await provider();
    const own = signed(assertion, idp);
    for (const cipher of ["aes-256-gcm", "aes-256-cbc"] as const) {
      const right = responseOf(encrypted(own, first, { cipher }));
      const at = right.lastIndexOf("</xenc:CipherValue>") - 40;
      const altered = right.slice(0, at) + (right[at] === "A" ? "B" : "A") + right.slice(at + 1);
      expect(await outcome(altered)).toBe(INVALID);
      for (const text of ["", "no XML", "<a></a>", `<!DOCTYPE a>${own}`])
        expect(await outcome(responseOf(encrypted(text, first, { cipher })))).toBe(INVALID);
      expect(await outcome(responseOf(encrypted(own, stranger, { cipher })))).toBe(INVALID);
    }
  });

  test("must be the only one, encrypted with methods that keep it secret", async () => {
    const { assertion, outcome } = await provider();
    const one = encrypted(signed(assertion, idp), first);
    const alone =
      "InvalidIdentityTokenException: The SAML response must contain exactly one assertion.";
    expect(await outcome(responseOf(one + one))).toBe(alone);
    expect(await outcome(responseOf(one + signed(assertion, idp)))).toBe(alone);
    const older = encrypted(signed(assertion, idp), first, { transport: "rsa-1_5" });
    expect(await outcome(responseOf(older))).toBe(UNSUPPORTED);
    // The weak key where the library looks first.
    const [weakKey = ""] = /<ds:KeyInfo.*<\/ds:KeyInfo>/s.exec(older) ?? [];
    const hidden = one.replace("</xenc:EncryptionMethod>", `${weakKey}</xenc:EncryptionMethod>`);
    expect(await outcome(responseOf(hidden))).toBe(UNSUPPORTED);
  });
});

describe("a SAML provider's private keys", () => {
  test("change from one to the next, and are shown by their ids", async () => {
    const { assertion, outcome, change, get } = await provider();
    const to = (key: SamlKey) => outcome(responseOf(encrypted(signed(assertion, idp), key)));
    expect(await to(second)).toBe(INVALID);
    await change({ AddPrivateKey: second.privateKey });
    expect(await to(first)).toBe("session");
    expect(await to(second)).toBe("session");
    expect(await refused(change({ AddPrivateKey: stranger.privateKey }))).toMatch(
      /^LimitExceededException: .*: 2$/,
    );
    const { PrivateKeyList: keys = [], AssertionEncryptionMode } = await get();
    expect(AssertionEncryptionMode).toBe("Allowed");
    expect(keys.map((key) => Object.keys(key))).toEqual(Array(2).fill(["KeyId", "Timestamp"]));
    await change({ RemovePrivateKey: keys[0]?.KeyId });
    await change({ RemovePrivateKey: keys[1]?.KeyId });
    expect((await get()).PrivateKeyList).toEqual([]);
    expect(await to(first)).toBe(
      "InvalidIdentityTokenException: The SAML provider has no private key to decrypt assertions with.",
    );
    expect(await refused(change({ RemovePrivateKey: keys[0]?.KeyId }))).toMatch(
      /^NoSuchEntityException/,
    );
  });

  test("are needed where encryption is required, which refuses what isn't encrypted", async () => {
    const { assertion, outcome, change, get } = await provider();
    await change({ AssertionEncryptionMode: "Required" });
    expect(await outcome(responseOf(signed(assertion, idp)))).toBe(
      "InvalidIdentityTokenException: The SAML provider requires that assertions are encrypted.",
    );
    expect(await outcome(responseOf(encrypted(signed(assertion, idp), first)))).toBe("session");
    const { PrivateKeyList = [] } = await get();
    expect(await refused(change({ RemovePrivateKey: PrivateKeyList[0]?.KeyId }))).toMatch(
      /^InvalidInputException/,
    );
    expect((await get()).PrivateKeyList).toHaveLength(1);
    await change({ AssertionEncryptionMode: "Allowed" });
    expect(await outcome(responseOf(signed(assertion, idp)))).toBe("session");
    expect(
      await refused(provider({ AddPrivateKey: undefined, AssertionEncryptionMode: "Required" })),
    ).toMatch(/^InvalidInputException/);
  });

  test.each(["no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"])(
    "%j is none",
    async (AddPrivateKey) => {
      expect(await refused(provider({ AddPrivateKey }))).toMatch(/^InvalidInputException/);
    },
  );
});
