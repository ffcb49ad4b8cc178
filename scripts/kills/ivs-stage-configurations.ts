import { IVSRealTime } from "@aws-sdk/client-ivs-realtime";
import { S3 } from "@aws-sdk/client-s3";
import { type ArnKind, arnThings } from "./arn-things.ts";
import type { Node } from "./node.ts";
import { allPages } from "./pages.ts";
import { PublicKeys } from "./public-keys.ts";

/* Resources that stages need: public keys, encoder configurations, storage configurations. */

const BUCKETS = ["kills-stage-storage-0", "kills-stage-storage-1"];
const FRAME_RATE_MAX = 60;

const realTime = (at: Node) => at.client(IVSRealTime);
const tags: ArnKind["tags"] = {
  tag: (at, resourceArn, own) => realTime(at).tagResource({ resourceArn, tags: own }),
  untag: (at, resourceArn, tagKeys) => realTime(at).untagResource({ resourceArn, tagKeys }),
};

const keys = new PublicKeys();

export const publicKeys = arnThings({
  ...{ name: "ivs-stage-public-keys", keys: 3, noun: "PublicKey", tags },
  value: keys.make,
  async create(at, name, value) {
    const input = { name, publicKeyMaterial: keys.pem(value) };
    const { publicKey } = await realTime(at).importPublicKey(input);
    return publicKey?.arn;
  },
  delete: (at, arn) => realTime(at).deletePublicKey({ arn }),
  async list(at) {
    const listed = await allPages(
      (nextToken) => realTime(at).listPublicKeys({ nextToken }),
      ({ publicKeys: page }) => page,
      ({ nextToken }) => nextToken,
    );
    const found = listed.map(async ({ arn, name, tags: own }) => {
      const { publicKey } = await realTime(at).getPublicKey({ arn });
      const { fingerprint = "", publicKeyMaterial } = publicKey ?? {};
      const isWhole = publicKeyMaterial?.trim() === keys.pem(fingerprint)?.trim();
      return { arn, name, tags: own, value: isWhole ? fingerprint : `not ${fingerprint}` };
    });
    return Promise.all(found);
  },
});

export const encoderConfigurations = arnThings({
  ...{ name: "ivs-encoder-configurations", keys: 8, noun: "EncoderConfiguration", tags },
  value: (chance) => String(1 + chance.below(FRAME_RATE_MAX)),
  async create(at, name, value) {
    const video = { framerate: Number(value) };
    const made = await realTime(at).createEncoderConfiguration({ name, video });
    return made.encoderConfiguration?.arn;
  },
  delete: (at, arn) => realTime(at).deleteEncoderConfiguration({ arn }),
  async list(at) {
    const listed = await allPages(
      (nextToken) => realTime(at).listEncoderConfigurations({ nextToken }),
      ({ encoderConfigurations: page }) => page,
      ({ nextToken }) => nextToken,
    );
    const found = listed.map(async ({ arn, name, tags: own }) => {
      const { encoderConfiguration } = await realTime(at).getEncoderConfiguration({ arn });
      return { arn, name, tags: own, value: String(encoderConfiguration?.video?.framerate) };
    });
    return Promise.all(found);
  },
});

export const storageConfigurations = arnThings({
  ...{ name: "ivs-storage-configurations", keys: 3, noun: "StorageConfiguration", tags },
  async prepare(at) {
    for (const Bucket of BUCKETS) await at.client(S3).createBucket({ Bucket });
  },
  value: (chance) => chance.one(BUCKETS),
  async create(at, name, bucketName) {
    const made = await realTime(at).createStorageConfiguration({ name, s3: { bucketName } });
    return made.storageConfiguration?.arn;
  },
  delete: (at, arn) => realTime(at).deleteStorageConfiguration({ arn }),
  async list(at) {
    const listed = await allPages(
      (nextToken) => realTime(at).listStorageConfigurations({ nextToken }),
      ({ storageConfigurations: page }) => page,
      ({ nextToken }) => nextToken,
    );
    return listed.map(({ s3, ...one }) => ({ ...one, value: s3?.bucketName ?? "" }));
  },
});
