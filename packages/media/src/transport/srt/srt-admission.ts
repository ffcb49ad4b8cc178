import { randomBytes } from "node:crypto";
import type { IngestPort } from "../../ingest/protocol.ts";
import type { PublishSecret } from "../../port/publish.ts";
import type { ConnectionRequest } from "./handshake.ts";
import { requireKeyMaterial, StreamDecryptor } from "./key-material.ts";
import { SrtRejection } from "./reject-reason.ts";
import { nameOfStreamId } from "./stream-id.ts";

/** The key of no stream: wrong keys take as much work as wrong passphrases, and look the same. */
const DECOY: PublishSecret = { secret: randomBytes(32).toString("base64url"), required: true };

/** 1.3.0 brought the handshake that is spoken here. */
const SRT_VERSION_MIN = 0x010300;

/** A caller that knows its channel's passphrase, or needs none. */
export interface AdmittedCaller {
  readonly name: string;
  /** Undefined for media in clear. */
  readonly decryptor: StreamDecryptor | undefined;
}

/** Throws SrtRejection, or MediaError `refused` for a malformed stream id. */
export async function admitCaller(
  { srtVersion, streamId, keyMaterial }: ConnectionRequest,
  port: Pick<IngestPort, "secretOf">,
): Promise<AdmittedCaller> {
  if (srtVersion < SRT_VERSION_MIN) {
    throw new SrtRejection("version", "the encoder's SRT is older than 1.3.0");
  }
  const name = nameOfStreamId(streamId);
  const { secret, required } = (await port.secretOf(name)) ?? DECOY;
  if (keyMaterial === undefined) {
    if (required) {
      throw new SrtRejection("unsecure", "a passphrase is required, or the stream key is wrong");
    }
    return { name, decryptor: undefined };
  }
  const decryptor = new StreamDecryptor(secret);
  if (!(await decryptor.learn(requireKeyMaterial(keyMaterial)))) {
    throw new SrtRejection("badSecret", "the passphrase or the stream key is wrong");
  }
  return { name, decryptor };
}
