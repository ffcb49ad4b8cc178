import assert from "node:assert";
import { compareSha256, malformedTrailer, parseQuery } from "@rolecast/wire";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { BlobObserver, WholeDigests } from "../blobs/write-all.ts";
import { badDigest, invalidRequest, notImplemented } from "../errors.ts";
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  type ChecksumMember,
  checksumAlgorithm,
} from "./checksum-algorithm.ts";
import type { DigestThreads, RunningDigests } from "./digest-threads.ts";

/** The members by which a client says what it sends. */
export type ChecksumInput = { readonly [Member in ChecksumMember]?: string | undefined } & {
  readonly ContentMD5?: string | undefined;
  readonly ChecksumAlgorithm?: string | undefined;
  readonly ChecksumXXHASH64?: string | undefined;
  readonly ChecksumXXHASH3?: string | undefined;
  readonly ChecksumXXHASH128?: string | undefined;
};

/**
 * A checksum that a client claims of its body: a value known beforehand or one that comes as a
 * trailer.
 */
export interface ChecksumClaim {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; undefined until the trailer has arrived, or when there is only an algorithm. */
  readonly value: string | undefined;
  readonly inTrailer: boolean;
}

export interface DigestedBody {
  /** MD5 in hexadecimal: the ETag of whatever isn't a multipart upload. */
  readonly md5: string;
  /** The digest by the algorithm that is kept. */
  readonly checksum: Buffer;
}

/** Digests a body while it streams by, and compares at its end with what the client claimed. */
export class BodyDigests implements BlobObserver, WholeDigests {
  readonly whole: WholeDigests = this;
  readonly #algorithms: readonly ChecksumAlgorithm[];
  readonly #running: RunningDigests;
  #finished: Promise<readonly Buffer[]> | undefined;
  readonly #claim: ChecksumClaim | undefined;
  readonly #contentMd5: string | undefined;
  readonly #signedSha256: string | undefined;
  readonly #context: RequestContext;
  readonly kept: ChecksumAlgorithm;

  /** `kept` is the algorithm whose value is stored, whatever the client verifies with. */
  constructor(
    threads: DigestThreads,
    kept: ChecksumAlgorithm,
    claim: ChecksumClaim | undefined,
    contentMd5: string | undefined,
    context: RequestContext,
  ) {
    this.kept = kept;
    this.#claim = claim;
    this.#contentMd5 = contentMd5;
    this.#context = context;
    this.#signedSha256 = context.http?.unverifiedSha256;
    const wanted = [CHECKSUM_ALGORITHMS.MD5, kept];
    if (claim) wanted.push(claim.algorithm);
    if (this.#signedSha256 !== undefined) wanted.push(CHECKSUM_ALGORITHMS.SHA256);
    this.#algorithms = [...new Set(wanted)];
    this.#running = threads.start(this.#algorithms, this.#isClaimed && !this.#isMd5Claimed);
  }

  get #isClaimed(): boolean {
    const isClaimed = this.#claim?.value !== undefined || this.#claim?.inTrailer === true;
    return isClaimed || this.#contentMd5 !== undefined || this.#signedSha256 !== undefined;
  }

  get #isMd5Claimed(): boolean {
    return this.#contentMd5 !== undefined || this.#claim?.algorithm === CHECKSUM_ALGORITHMS.MD5;
  }

  observeBatch(bytes: Uint8Array, isLast: boolean): Promise<void> {
    return this.#running.update(bytes, isLast);
  }

  /**
   * Rejects as `finish`. Waits for no digest if nothing was claimed of the body, and for the MD5
   * only if that was.
   */
  async verified(): Promise<void> {
    if (!this.#isClaimed) return;
    const digests = await (this.#isMd5Claimed ? this.#finish() : this.#running.allButMd5());
    try {
      this.#compare(digests, this.#context);
    } catch (error) {
      // Until then the bytes' memory is read.
      await this.abandon();
      throw error;
    }
  }

  /** The MD5 of the whole body. To be called after its last bytes; rejects as `finish`. */
  async md5(): Promise<Buffer> {
    await this.finish(this.#context);
    return this.#digestBy(CHECKSUM_ALGORITHMS.MD5, await this.#finish());
  }

  /** For a body that broke off: no caller wants to know the result, or why there is none. */
  async abandon(): Promise<void> {
    await this.#finish().catch(() => undefined);
  }

  /**
   * Rejects with BadDigest when the bytes aren't those that the client claimed, with
   * XAmzContentSHA256Mismatch when they aren't those that it signed.
   */
  async finish(context: RequestContext): Promise<DigestedBody> {
    const digests = await this.#finish();
    this.#compare(digests, context);
    const md5 = this.#digestBy(CHECKSUM_ALGORITHMS.MD5, digests);
    return { md5: md5.toString("hex"), checksum: this.#digestBy(this.kept, digests) };
  }

  /** Of `digests`, those must be there that something was claimed of. */
  #compare(digests: readonly Buffer[], context: RequestContext): void {
    const digestBy = (algorithm: ChecksumAlgorithm) => this.#digestBy(algorithm, digests);
    if (this.#signedSha256 !== undefined) {
      const sha256 = digestBy(CHECKSUM_ALGORITHMS.SHA256).toString("hex");
      compareSha256(this.#signedSha256, sha256);
    }
    this.#compareMd5(digestBy(CHECKSUM_ALGORITHMS.MD5), context);
    if (this.#claim) this.#verify(this.#claim, digestBy(this.#claim.algorithm), context);
  }

  #finish(): Promise<readonly Buffer[]> {
    this.#finished ??= this.#running.finish();
    return this.#finished;
  }

  #digestBy(algorithm: ChecksumAlgorithm, digests: readonly Buffer[]): Buffer {
    const digest = digests[this.#algorithms.indexOf(algorithm)];
    assert(digest, `the body's ${algorithm.name} was not computed`);
    return digest;
  }

  #compareMd5(actual: Buffer, { http }: RequestContext): void {
    if (this.#contentMd5 === undefined) return;
    const expected = Buffer.from(this.#contentMd5, "base64");
    if (actual.equals(expected)) return;
    // S3 repeats the MD5 of a part as it came, that of an object in hexadecimal.
    const isPart = parseQuery(http?.rawQuery ?? "").has("uploadId");
    throw badDigest("The Content-MD5 you specified did not match what we received.", {
      ExpectedDigest: isPart ? this.#contentMd5 : expected.toString("hex"),
      CalculatedDigest: actual.toString("base64"),
    });
  }

  #verify(claim: ChecksumClaim, actual: Buffer, context: RequestContext): void {
    const { algorithm, inTrailer } = claim;
    const value = inTrailer ? context.http?.trailers()[algorithm.header] : claim.value;
    if (value === undefined) {
      if (!inTrailer) return;
      throw malformedTrailer();
    }
    if (inTrailer) checkValue(algorithm, value, "trailing header");
    if (!actual.equals(Buffer.from(value, "base64"))) {
      throw badDigest(`The ${algorithm.name} you specified did not match the calculated checksum.`);
    }
  }
}

/**
 * What `input`, and over HTTP its announced trailer, claims. Throws InvalidRequest for claims that
 * contradict each other, InvalidDigest for a malformed Content-MD5.
 */
export function readChecksumClaim(
  input: ChecksumInput,
  context: RequestContext,
): ChecksumClaim | undefined {
  checkContentMd5(input.ContentMD5);
  refuseUnknownAlgorithms(input, context);
  const named = Object.values(CHECKSUM_ALGORITHMS).filter(
    ({ member }) => input[member] !== undefined,
  );
  const inTrailer = announcedAlgorithms(context.http?.headers["x-amz-trailer"]);
  if (named.length + inTrailer.length > 1) {
    const isInBoth = named.length === 1 && inTrailer.length === 1;
    const more = isInBoth ? "" : ". Multiple checksum Types are not allowed.";
    throw invalidRequest(`Expecting a single x-amz-checksum- header${more}`);
  }
  const [algorithm = inTrailer[0]] = named;
  if (algorithm) {
    const declared = input.ChecksumAlgorithm?.toUpperCase();
    if (declared !== undefined && declared !== algorithm.name)
      throw invalidRequest("Value for x-amz-sdk-checksum-algorithm header is invalid.");
    const value = input[algorithm.member];
    if (value !== undefined) checkValue(algorithm, value);
    return { algorithm, value, inTrailer: inTrailer.length > 0 };
  }
  if (input.ChecksumAlgorithm === undefined) return undefined;
  if (context.http?.headers["x-amz-sdk-checksum-algorithm"] !== undefined) {
    throw invalidRequest(
      "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
    );
  }
  const declared = declaredAlgorithm(input.ChecksumAlgorithm);
  return declared && { algorithm: declared, value: undefined, inTrailer: false };
}

/**
 * The algorithms of the checksums that follow the body. Like S3, it passes over commas at the end.
 * Throws InvalidRequest for what is no checksum.
 */
function announcedAlgorithms(trailer: string | undefined): readonly ChecksumAlgorithm[] {
  if (trailer === undefined) return [];
  return trailer
    .replace(/,+$/, "")
    .split(",")
    .map((name) => {
      const header = name.trim().toLowerCase();
      const algorithm = Object.values(CHECKSUM_ALGORITHMS).find((one) => one.header === header);
      if (algorithm) return algorithm;
      throw invalidRequest("The value specified in the x-amz-trailer header is not supported");
    });
}

/**
 * The algorithm by AWS's name in any case; throws InvalidRequest for one that S3 doesn't know, and
 * NotImplemented for one that isn't here.
 */
export function declaredAlgorithm(name: string | undefined): ChecksumAlgorithm | undefined {
  if (name === undefined) return undefined;
  const algorithm = checksumAlgorithm(name.toUpperCase());
  if (algorithm) return algorithm;
  if (/^XXHASH(3|64|128)$/i.test(name)) throw notImplemented(`x-amz-checksum-algorithm ${name}`);
  throw invalidRequest(
    "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, MD5, SHA1, SHA256, SHA512, XXHASH128, XXHASH3, XXHASH64]",
  );
}

/** Headers that say something of a checksum without being one. */
const ABOUT_CHECKSUMS: ReadonlySet<string> = new Set([
  ...["x-amz-checksum-algorithm", "x-amz-checksum-mode", "x-amz-checksum-type"],
  ...Object.values(CHECKSUM_ALGORITHMS).map(({ header }) => header),
]);

function refuseUnknownAlgorithms(input: ChecksumInput, { http }: RequestContext): void {
  const { ChecksumXXHASH64, ChecksumXXHASH3, ChecksumXXHASH128 } = input;
  if (ChecksumXXHASH64 ?? ChecksumXXHASH3 ?? ChecksumXXHASH128) {
    throw notImplemented("x-amz-checksum-xxhash");
  }
  for (const name in http?.headers) {
    if (!name.startsWith("x-amz-checksum-") || ABOUT_CHECKSUMS.has(name)) continue;
    throw invalidRequest("The algorithm type you specified in x-amz-checksum- header is invalid.");
  }
}

function checkValue(algorithm: ChecksumAlgorithm, value: string, place = "header"): void {
  if (isBase64Of(value, algorithm.sizeBytes)) return;
  throw invalidRequest(`Value for ${algorithm.header} ${place} is invalid.`);
}

function checkContentMd5(value: string | undefined): void {
  if (value === undefined || isBase64Of(value, 16)) return;
  throw new AwsError("InvalidDigest", "The Content-MD5 you specified was invalid.", {
    status: 400,
    fields: { "Content-MD5": value },
  });
}

function isBase64Of(value: string, sizeBytes: number): boolean {
  const bytes = Buffer.from(value, "base64");
  return bytes.length === sizeBytes && bytes.toString("base64") === value;
}
