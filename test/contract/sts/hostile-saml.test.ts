import { CreateSAMLProviderCommand } from "@aws-sdk/client-iam";
import { AssumeRoleWithSAMLCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, createRole } from "../../support/principals.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
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

/** STS's limit of the base64 text. */
const RESPONSE_CHARS_MAX = 100_000;
const EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#";
const INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";

let server: TestServer;
let unsigned: STSClient;
let key: SamlKey;
let providerArn = "";
let roleArn = "";

beforeAll(async () => {
  server = await startTestServer();
  const { iam } = server.clients();
  unsigned = new STSClient({ endpoint: server.endpoint, region: "us-east-1", maxAttempts: 1 });
  key = await samlKey();
  const SAMLMetadataDocument = metadataOf([key]);
  const created = await iam.send(
    new CreateSAMLProviderCommand({ Name: "corp", SAMLMetadataDocument }),
  );
  providerArn = created.SAMLProviderArn ?? "";
  const trust = { Effect: "Allow", Principal: { Federated: providerArn } };
  const Statement = [{ ...trust, Action: "sts:AssumeRoleWithSAML" }];
  roleArn = await createRole(iam, "staff", Statement, [allow("iam:ListUsers")], {});
});
afterAll(() => server?.close());

const assume = (xml: string) =>
  unsigned.send(
    new AssumeRoleWithSAMLCommand({
      RoleArn: roleArn,
      PrincipalArn: providerArn,
      SAMLAssertion: base64(xml),
    }),
  );

/** Repeats `piece` as often as there is room next to `rest`. */
function fill(rest: string, piece: (index: number) => string): string {
  let text = "";
  for (let index = 0; ; index++) {
    const next = piece(index);
    if (((rest.length + text.length + next.length) * 4) / 3 > RESPONSE_CHARS_MAX - 100) return text;
    text += next;
  }
}

/** A response that is signed properly, with `change` done to it. */
const changed = (change: (xml: string) => string) =>
  change(responseOf(signed(assertionOf(claims(roleArn, providerArn)), key)));

const reference = /<ds:Reference .*<\/ds:Reference>/s;
const transform = /<ds:Transform Algorithm="[^"]*exc-c14n#"><\/ds:Transform>/;
const insert = (xml: string, before: string, piece: (index: number) => string) =>
  xml.replace(before, () => fill(xml, piece) + before);
const END = "</saml:AttributeStatement>";

const HOSTILE: Readonly<Record<string, (xml: string) => string>> = {
  "many references": (xml) => {
    const [one = ""] = reference.exec(xml) ?? [];
    return insert(xml, "</ds:SignedInfo>", () => one);
  },
  "many transforms": (xml) => {
    const [one = ""] = transform.exec(xml) ?? [];
    return insert(xml, "</ds:Transforms>", () => one);
  },
  "many signatures": (xml) => {
    const [one = ""] = /<ds:Signature .*<\/ds:Signature>/s.exec(xml) ?? [];
    return insert(xml, "<saml:Subject>", () => one);
  },
  "a long list of prefixes": (xml) =>
    xml.replace(
      transform,
      (found) =>
        `<ds:Transform Algorithm="${EXCLUSIVE}"><ec:InclusiveNamespaces xmlns:ec="${EXCLUSIVE}" PrefixList="${fill(xml + found, (index) => `p${index} `)}"></ec:InclusiveNamespaces></ds:Transform>`,
    ),
  "many namespaces": (xml) =>
    insert(xml, END, (index) => `<a xmlns:n${index}="u"><b/></a>`).replaceAll(EXCLUSIVE, INCLUSIVE),
  "many namespaces at one place": (xml) =>
    xml.replace(
      "<saml:AttributeStatement>",
      () => `<saml:AttributeStatement ${fill(xml, (index) => `xmlns:n${index}="u" `)}>`,
    ),
  "nested namespaces": (xml) => {
    const outer = Array.from({ length: 50 }, (_, index) => `<a xmlns:n${index}="u">`);
    const inner = fill(xml + outer.join("") + "</a>".repeat(50), () => "<b/>");
    return xml.replace(END, () => outer.join("") + inner + "</a>".repeat(50) + END);
  },
  "many elements": (xml) => insert(xml, END, () => "<b/>"),
  "many attributes": (xml) => insert(xml, END, () => '<b a="" b="" c="" d="" e="" f="" g=""/>'),
  "many equal ids": (xml) => insert(xml, END, () => '<b ID="a"/>'),
  "deep elements": (xml) => {
    const depth = Math.floor(fill(xml, () => "<b></b>").length / 7);
    return xml.replace(END, () => "<b>".repeat(depth) + "</b>".repeat(depth) + END);
  },
  "a document type": (xml) => `<!DOCTYPE a [<!ENTITY b "c">]>${xml}`,
  "a list of what two libraries read differently": (xml) =>
    insert(xml, END, () => "<!--a--><![CDATA[b]]>&amp;"),
};

describe("a response that nobody signed", () => {
  test("holds up nobody, whatever it is made of", async () => {
    const kinds = Object.values(HOSTILE);
    // The thread has started, and everybody may ask at once.
    await assume(changed((xml) => xml));
    const documents = Array.from({ length: 20 }, (_, index) =>
      changed(kinds[index % kinds.length] ?? String),
    );
    const asked = documents.map((document) =>
      assume(document).then(
        () => "session",
        (error: Error) => error.name,
      ),
    );
    for (let round = 0; round < 20; round++) {
      const live = await fetch(`${server.endpoint}/_rolecast/health/live`, {
        // Verified here, a few of them would take longer than this on any machine.
        signal: AbortSignal.timeout(10_000),
      });
      expect(live.status).toBe(200);
    }
    for (const outcome of await Promise.all(asked))
      expect(["InvalidIdentityTokenException", "Throttling"]).toContain(outcome);
    await expect(assume(changed((xml) => xml))).resolves.toHaveProperty("Credentials");
  });

  test.each(Object.keys(HOSTILE))("is refused for %s", async (kind) => {
    await expect(assume(changed(HOSTILE[kind] ?? String))).rejects.toMatchObject({
      name: "InvalidIdentityTokenException",
    });
  });
});

test("a response with a thousand groups, as a large company's, is read", async () => {
  const attributes = { "urn:oid:1.3.6.1.4.1.5923.1.1.1.1": groups(900) };
  const said = claims(roleArn, providerArn, { attributes });
  await expect(assume(responseOf(signed(assertionOf(said), key)))).resolves.toHaveProperty(
    "Credentials",
  );
});

const groups = (count: number) => Array.from({ length: count }, (_, index) => `group-${index}`);
