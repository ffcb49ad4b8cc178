import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { AwsError } from "../../../kernel/aws-error.ts";

/** More than any chain has; a chain of this many is refused before it is verified. */
const CHAIN_CERTIFICATES_MAX = 100;

export interface ServerCertificateMaterial {
  readonly certificateBody: string;
  readonly privateKey: string;
  readonly certificateChain: string | undefined;
}

/**
 * Checks that the parts of a server certificate belong together.
 * @returns when the certificate expires, in milliseconds
 * @throws MalformedCertificate, KeyPairMismatch
 */
export function checkServerCertificate(material: ServerCertificateMaterial): number {
  const certificates = parseCertificates(material.certificateBody);
  const [certificate, ...more] = certificates ?? [];
  if (!certificate || more.length > 0)
    throw malformedCertificate(
      "Unable to parse certificate. Please ensure the certificate is in PEM format.",
    );
  const key = parsePrivateKey(material.privateKey);
  if (!key)
    throw malformedCertificate("Unable to parse private key. Please ensure it is in PEM format.");
  if (!certificate.checkPrivateKey(key)) throw keyPairMismatch();
  if (material.certificateChain !== undefined) checkChain(certificate, material.certificateChain);
  return Date.parse(certificate.validTo);
}

/** The chain begins with the certificate's issuer and goes upwards. */
function checkChain(certificate: X509Certificate, text: string): void {
  const chain = parseCertificates(text);
  let below = certificate;
  for (const [index, issuer] of (chain ?? []).entries()) {
    if (!below.checkIssued(issuer) || !below.verify(issuer.publicKey))
      throw invalidChain(index - 1);
    below = issuer;
  }
  if (!chain || chain.length === 0) throw invalidChain(-1);
}

const BEGIN = "-----BEGIN CERTIFICATE-----";
const END = "-----END CERTIFICATE-----";

/** PEM certificates with nothing but white space around them; undefined for any other text. */
export function parseCertificates(text: string): X509Certificate[] | undefined {
  const certificates: X509Certificate[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const end = rest.indexOf(END);
    if (!rest.startsWith(BEGIN) || end < 0 || certificates.length >= CHAIN_CERTIFICATES_MAX)
      return undefined;
    try {
      certificates.push(new X509Certificate(rest.slice(0, end + END.length)));
    } catch {
      return undefined;
    }
    rest = rest.slice(end + END.length).trimStart();
  }
  return certificates;
}

/** An unencrypted PEM private key. */
function parsePrivateKey(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    return undefined;
  }
}

function malformedCertificate(message: string): AwsError {
  return new AwsError("MalformedCertificate", message, { status: 400 });
}

function keyPairMismatch(): AwsError {
  return new AwsError("KeyPairMismatch", "The private key doesn't match the certificate.", {
    status: 400,
  });
}

/** The sentence is AWS's; its index is that of the last certificate that was right. */
function invalidChain(index: number): AwsError {
  return malformedCertificate(
    `Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, followed by any intermediaries in order. The index within the chain of the invalid certificate is: ${index}`,
  );
}
