import { generateKeyPairSync } from "node:crypto";
import { madeValues } from "./made-values.ts";
import type { Answer } from "./wire-client.ts";

const BUCKET = "aaaaaaaaaaaa";
const ACCOUNT = "000000000000";

/** Sends a request to the service of the map. */
export type Send = (operation: string, input: object) => Promise<Answer>;

/** A request that keeps a map whose key is `text`, and what gives the map back. */
export interface KeptMap {
  readonly input: (text: string, send: Send) => object | Promise<object>;
  readonly read: (answer: Answer, input: Input, send: Send) => Answer | Promise<Answer>;
}
type Input = Readonly<Record<string, never>>;

let made = 0;
const another = (what: string) => `${what}-${++made}`;

function valueIn({ text }: Answer, name: RegExp): string {
  for (const [each, value] of madeValues(text)) if (name.test(each)) return value;
  throw new Error(`no ${name} in ${text.slice(0, 200)}`);
}
const ofTags: KeptMap["read"] = (answer, _input, send) =>
  send("ListTagsForResource", { resourceArn: valueIn(answer, /^arn$/) });
const itself: KeptMap["read"] = (answer) => answer;
const newKey: KeptMap["input"] = async (_text, send) => ({
  KeyId: valueIn(await send("CreateKey", {}), /^KeyId$/),
});
const pem = () =>
  generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey.export({
    ...{ type: "spki", format: "pem" },
  }) as string;

/** No answer has a context; but it alone decrypts what it has encrypted. */
const decrypted =
  (member: string): KeptMap["read"] =>
  async (answer, input, send) => {
    const { [member]: blob } = JSON.parse(answer.text) as Record<string, string>;
    const { EncryptionContext, DestinationEncryptionContext } = input;
    const CiphertextBlob = Buffer.from(blob ?? "", "base64");
    const without = await send("Decrypt", { CiphertextBlob });
    if (without.status < 400) throw new Error("the context was dropped");
    return send("Decrypt", {
      CiphertextBlob,
      EncryptionContext: DestinationEncryptionContext ?? EncryptionContext,
    });
  };
const inContext = (member: string, more: object): KeptMap => ({
  input: async (text, send) => ({
    ...((await newKey(text, send)) as object),
    ...more,
    EncryptionContext: { [text]: "v" },
  }),
  read: decrypted(member),
});
const granted = (member: string): KeptMap => ({
  input: async (text, send) => ({
    ...((await newKey(text, send)) as object),
    GranteePrincipal: `arn:aws:iam::${ACCOUNT}:role/aaaaaaaaaaaa`,
    Operations: ["Decrypt"],
    Constraints: { [member]: { [text]: "v" } },
  }),
  read: (_answer, { KeyId }, send) => send("ListGrants", { KeyId }),
});
const tagged = (inputOf: (send: Send) => object | Promise<object>): KeptMap => ({
  input: async (text, send) => ({ ...((await inputOf(send)) as object), tags: { [text]: "v" } }),
  read: ofTags,
});
const head: KeptMap["read"] = (_answer, { Bucket, Key }, send) =>
  send("HeadObject", { Bucket, Key });
const target = (more: (text: string) => object): KeptMap => ({
  input: async (text, send) => {
    const Name = another("rule");
    await send("PutRule", { Name, EventPattern: '{"source":["a"]}' });
    return { Rule: Name, Targets: [{ Id: "a", ...more(text) }] };
  },
  read: (_answer, { Rule }, send) => send("ListTargetsByRule", { Rule }),
});
/** A map of a target that is an API destination. */
const sent = (member: string): KeptMap => ({
  async input(text, send) {
    const Name = another("rule");
    await send("PutRule", { Name, EventPattern: '{"source":["a"]}' });
    const Arn = valueIn(await send("ListApiDestinations", {}), /^ApiDestinationArn$/);
    const to = { Id: "a", Arn, RoleArn: `arn:aws:iam::${ACCOUNT}:role/aaaaaaaaaaaa` };
    return { Rule: Name, Targets: [{ ...to, HttpParameters: { [member]: { [text]: "v" } } }] };
  },
  read: (_answer, { Rule }, send) => send("ListTargetsByRule", { Rule }),
});
const previewed = (member: string): KeptMap => ({
  async input(text, send) {
    const analyzerArn = valueIn(await send("ListAnalyzers", {}), /^arn$/);
    const issuingAccount = ACCOUNT;
    const granteePrincipal = `arn:aws:iam::${ACCOUNT}:role/aaaaaaaaaaaa`;
    const constraints = { [member]: { [text]: "v" } };
    const grant = { operations: ["Decrypt"], granteePrincipal, issuingAccount, constraints };
    const key = `arn:aws:kms:us-east-1:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
    return { analyzerArn, configurations: { [key]: { kmsKey: { grants: [grant] } } } };
  },
  read: (answer, { analyzerArn }, send) =>
    send("GetAccessPreview", { accessPreviewId: valueIn(answer, /^id$/), analyzerArn }),
});
const GRANT = `accessanalyzer CreateAccessPreview configurations{}..kmsKey.grants[].constraints`;
const LOG_GROUP = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:a`;

/** By `service Operation place`, as `Inputs` names places. */
export const KEPT: Readonly<Record<string, KeptMap>> = {
  "accessanalyzer CreateAnalyzer tags{}": tagged(async (send) => {
    await send("DeleteAnalyzer", { analyzerName: BUCKET });
    for (let n = 1; n <= made; n++) await send("DeleteAnalyzer", { analyzerName: `analyzer-${n}` });
    return { analyzerName: another("analyzer"), type: "ACCOUNT" };
  }),
  "events PutTargets Targets[].InputTransformer.InputPathsMap{}": target((text) => ({
    Arn: LOG_GROUP,
    InputTransformer: { InputPathsMap: { [text]: "$.source" }, InputTemplate: '"text"' },
  })),
  [`${GRANT}.encryptionContextEquals{}`]: previewed("encryptionContextEquals"),
  [`${GRANT}.encryptionContextSubset{}`]: previewed("encryptionContextSubset"),
  "events PutTargets Targets[].HttpParameters.HeaderParameters{}": sent("HeaderParameters"),
  "events PutTargets Targets[].HttpParameters.QueryStringParameters{}":
    sent("QueryStringParameters"),
  "kms CreateGrant Constraints.EncryptionContextSubset{}": granted("EncryptionContextSubset"),
  "kms CreateGrant Constraints.EncryptionContextEquals{}": granted("EncryptionContextEquals"),
  "kms GenerateDataKey EncryptionContext{}": inContext("CiphertextBlob", { KeySpec: "AES_256" }),
  "kms GenerateDataKeyWithoutPlaintext EncryptionContext{}": inContext("CiphertextBlob", {
    KeySpec: "AES_256",
  }),
  "kms GenerateDataKeyPair EncryptionContext{}": inContext("PrivateKeyCiphertextBlob", {
    KeyPairSpec: "ECC_NIST_P256",
  }),
  "kms GenerateDataKeyPairWithoutPlaintext EncryptionContext{}": inContext(
    "PrivateKeyCiphertextBlob",
    { KeyPairSpec: "ECC_NIST_P256" },
  ),
  "kms ReEncrypt DestinationEncryptionContext{}": {
    async input(text, send) {
      const { KeyId } = (await newKey(text, send)) as { readonly KeyId: string };
      const { text: answer } = await send("Encrypt", { KeyId, Plaintext: Buffer.from("text") });
      const { CiphertextBlob } = JSON.parse(answer) as { readonly CiphertextBlob: string };
      return {
        CiphertextBlob: Buffer.from(CiphertextBlob, "base64"),
        DestinationKeyId: KeyId,
        DestinationEncryptionContext: { [text]: "v" },
      };
    },
    read: decrypted("CiphertextBlob"),
  },
  "s3 CopyObject Metadata{}": {
    async input(text, send) {
      const Key = another("copied");
      await send("PutObject", { Bucket: BUCKET, Key, Body: Buffer.from("text") });
      const copy = { CopySource: `${BUCKET}/${Key}`, MetadataDirective: "REPLACE" };
      return { Bucket: BUCKET, Key, ...copy, Metadata: { [text]: "v" } };
    },
    read: head,
  },
  "s3 CreateMultipartUpload Metadata{}": {
    input: (text) => ({ Bucket: BUCKET, Key: another("upload"), Metadata: { [text]: "v" } }),
    async read(answer, input, send) {
      const { Bucket, Key } = input;
      const UploadId = valueIn(answer, /^UploadId$/);
      const upload = { Bucket, Key, UploadId };
      const part = await send("UploadPart", { ...upload, PartNumber: 1, Body: Buffer.from("t") });
      const at = part.headers.findIndex((name) => name.toLowerCase() === "etag");
      const Parts = [{ PartNumber: 1, ETag: part.headers[at + 1] }];
      await send("CompleteMultipartUpload", { ...upload, MultipartUpload: { Parts } });
      return head(answer, input, send);
    },
  },
  "ivs CreateRecordingConfiguration tags{}": tagged(() => ({
    destinationConfiguration: { s3: { bucketName: BUCKET } },
  })),
  "ivs CreateStreamKey tags{}": tagged(async (send) => {
    const { text } = await send("CreateChannel", {});
    const { channel, streamKey } = JSON.parse(text) as Record<string, { readonly arn: string }>;
    await send("DeleteStreamKey", { arn: streamKey?.arn });
    return { channelArn: channel?.arn };
  }),
  "ivs ImportPlaybackKeyPair tags{}": tagged(async (send) => {
    const { text } = await send("ListPlaybackKeyPairs", {});
    const { keyPairs } = JSON.parse(text) as { readonly keyPairs: readonly { arn: string }[] };
    for (const { arn } of keyPairs) await send("DeletePlaybackKeyPair", { arn });
    return { publicKeyMaterial: pem() };
  }),
  "ivs-realtime CreateIngestConfiguration attributes{}": {
    input: (text) => ({ ingestProtocol: "RTMPS", attributes: { [text]: "v" } }),
    read: (answer, _input, send) =>
      send("GetIngestConfiguration", { arn: valueIn(answer, /^arn$/) }),
  },
  "ivs-realtime CreateIngestConfiguration tags{}": tagged(() => ({ ingestProtocol: "RTMPS" })),
  "ivs-realtime CreateParticipantToken attributes{}": {
    input: async (text, send) => ({
      stageArn: valueIn(await send("CreateStage", {}), /^arn$/),
      attributes: { [text]: "v" },
    }),
    read: itself,
  },
  "ivs-realtime CreateStage participantTokenConfigurations[].attributes{}": {
    input: (text) => ({ participantTokenConfigurations: [{ attributes: { [text]: "v" } }] }),
    read: itself,
  },
  "ivs-realtime ImportPublicKey tags{}": tagged(async (send) => {
    const { text } = await send("ListPublicKeys", {});
    const { publicKeys } = JSON.parse(text) as { readonly publicKeys: readonly { arn: string }[] };
    for (const { arn } of publicKeys) await send("DeletePublicKey", { arn });
    return { publicKeyMaterial: pem() };
  }),
  "ivschat CreateLoggingConfiguration tags{}": tagged(() => ({
    destinationConfiguration: { s3: { bucketName: BUCKET } },
  })),
};

/** Maps that nothing gives back, with the reason. */
export const NOT_READ: readonly (readonly [RegExp, string])[] = [
  [/^accessanalyzer \w+ (.*\.)?filter\{\}$/, "its keys are AWS's own"],
  [/^accessanalyzer CreateAnalyzer archiveRules\[\]\.filter\{\}$/, "its keys are AWS's own"],
  [/^accessanalyzer CreateAccessPreview /, "its keys are ARNs and policies' names"],
  [/^accessanalyzer \w+ configuration\.unusedAccess/, "analyzers of unused access aren't made"],
  [/^cloudwatch\S* PutMetricData EntityMetricData/, "no answer has a metric's entity"],
  [/^kms Decrypt EncryptionContext/, "a context is sent to open, not to be kept"],
  [/^kms ReEncrypt SourceEncryptionContext/, "a context is sent to open, not to be kept"],
  [/^ivs-realtime StartComposition tags/, "a server makes few compositions at once"],
  [/^ivs-realtime StartParticipantReplication/, "it needs somebody who publishes"],
  [/^ivschat CreateChatToken attributes/, "only connections to the room are told"],
  [/^ivschat SendEvent attributes/, "only connections to the room are told"],
  [/^cloudformation CreateChangeSet ResourcesToImport/, "its keys are a type's own"],
  [/^rolecast CreateForwardAccessSession/, "it is sealed, and for linked services alone"],
];
