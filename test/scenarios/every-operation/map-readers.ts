import { madeValues } from "./made-values.ts";

interface Reading {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** The operation that reads a map's entries back, once another one has kept them. */
export function mapKeeper(
  where: string,
  input: Readonly<Record<string, unknown>>,
  answer: string,
): Reading | undefined {
  const [service = "", operation = "", at = ""] = where.split(" ");
  if (at === "tags{}") {
    const resourceArn = input.resourceArn ?? arnIn(answer);
    return resourceArn === undefined
      ? undefined
      : { operation: "ListTagsForResource", input: { resourceArn } };
  }
  if (service === "s3" && at === "Metadata{}" && operation !== "CreateMultipartUpload")
    return { operation: "HeadObject", input: { Bucket: input.Bucket, Key: input.Key } };
  if (service === "kms" && operation === "Encrypt" && answer.startsWith("{")) {
    const { CiphertextBlob } = JSON.parse(answer) as { readonly CiphertextBlob: string };
    const { EncryptionContext } = input;
    const blob = Buffer.from(CiphertextBlob, "base64");
    return { operation: "Decrypt", input: { CiphertextBlob: blob, EncryptionContext } };
  }
  return undefined;
}

function arnIn(answer: string): string | undefined {
  if (!/^[{<]/.test(answer)) return undefined;
  for (const [name, value] of madeValues(answer)) if (/^arn$/i.test(name)) return value;
  return undefined;
}
