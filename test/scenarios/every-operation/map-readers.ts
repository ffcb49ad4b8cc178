import { madeValues } from "./made-values.ts";

/** Names that every plain object has. */
export const NAMES = [
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "__defineGetter__"],
] as const;

/** Maps whose entries are read back, at least. */
export const READ_BACK = [
  "accessanalyzer TagResource tags{}",
  "ivs CreateAdConfiguration tags{}",
  "ivs CreateChannel tags{}",
  "ivs CreatePlaybackRestrictionPolicy tags{}",
  "ivs TagResource tags{}",
  "ivs-realtime CreateEncoderConfiguration tags{}",
  "ivs-realtime CreateStage tags{}",
  "ivs-realtime CreateStorageConfiguration tags{}",
  "ivs-realtime TagResource tags{}",
  "ivschat CreateRoom tags{}",
  "ivschat TagResource tags{}",
  "kms Encrypt EncryptionContext{}",
  "s3 PutObject Metadata{}",
];

/** A text of the same length that no input has by chance. */
export const standInOf = (name: string) => "zq7".repeat(10).slice(0, name.length);

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
