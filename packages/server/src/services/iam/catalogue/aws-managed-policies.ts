import assert from "node:assert";
import { createHash } from "node:crypto";
import { brotliDecompressSync } from "node:zlib";
import { readGenerated } from "../../../kernel/files/read-generated.ts";

const MAGIC = "ROLECAST-POLICIES 1\n";
const INDEX_LENGTH_BYTES = 4;
export const AWS_POLICY_PREFIX = "arn:aws:iam::aws:policy/";
const FILE_NAME = "aws-managed-policies.bin";
/** Policies whose documents stay in memory: their text is a few kilobytes each. */
const CACHED_POLICIES_MAX = 128;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/** `ANPA` and 17 more; source: IAM User Guide, "Unique identifiers". */
const POLICY_ID_DIGITS = 17;

/** The path of the policies of service-linked roles, which attach to nothing else. */
export const SERVICE_ROLE_PATH = "/aws-service-role/";

export interface AwsManagedPolicy {
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  /** AWS doesn't publish its ids; this one is derived from the ARN and never changes. */
  readonly policyId: string;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly defaultVersion: number;
  readonly versions: readonly { readonly number: number; readonly createdMs: number }[];
}

/** A policy that the catalogue lacks. It has one version. */
export interface OutsidePolicy {
  readonly arn: string;
  readonly document: string;
  readonly createdMs: number;
}

interface Entry extends AwsManagedPolicy {
  readonly offset: number;
  readonly length: number;
}

interface Catalogue {
  readonly sorted: readonly Entry[];
  readonly byArn: ReadonlyMap<string, Entry>;
  readonly documentsAt: number;
}

/**
 * AWS's managed policies, from the bytes of `readManagedPolicies`. Nothing is unpacked before the
 * first question, and then the index and one policy's documents at a time.
 */
export class AwsManagedPolicies {
  readonly #bytes: Buffer;
  #catalogue: Catalogue | undefined;
  #all: readonly AwsManagedPolicy[] | undefined;
  readonly #documents = new Map<string, ReadonlyMap<number, string>>();
  readonly #outside: ReadonlyMap<string, AwsManagedPolicy & { readonly document: string }>;

  constructor(bytes: Buffer, outside: readonly OutsidePolicy[] = []) {
    this.#bytes = bytes;
    this.#outside = new Map(outside.map((policy) => [policy.arn, outsideEntry(policy)]));
  }

  find(arn: string): AwsManagedPolicy | undefined {
    if (!isAwsPolicyArn(arn)) return undefined;
    return this.#outside.get(arn) ?? this.#read().byArn.get(arn);
  }

  /** All of them, sorted by name irrespective of case. */
  all(): readonly AwsManagedPolicy[] {
    this.#all ??= [...this.#read().sorted, ...this.#outside.values()].sort(byName);
    return this.#all;
  }

  /** A version's document; the default version's when `version` is left out. */
  document(arn: string, version?: number): string | undefined {
    if (!isAwsPolicyArn(arn)) return undefined;
    const outside = this.#outside.get(arn);
    if (outside) return (version ?? 1) === 1 ? outside.document : undefined;
    const entry = this.#read().byArn.get(arn);
    if (!entry) return undefined;
    return this.#documentsOf(entry).get(version ?? entry.defaultVersion);
  }

  #documentsOf(entry: Entry): ReadonlyMap<number, string> {
    const known = this.#documents.get(entry.arn);
    if (known) return known;
    const at = this.#read().documentsAt + entry.offset;
    const bytes = this.#bytes.subarray(at, at + entry.length);
    assert(bytes.length === entry.length, "the file of AWS managed policies is cut short");
    const texts = JSON.parse(brotliDecompressSync(bytes).toString("utf8")) as readonly string[];
    const documents = new Map(
      entry.versions.map((version, index) => [version.number, texts[index] ?? ""]),
    );
    const oldest = this.#documents.keys().next();
    if (this.#documents.size >= CACHED_POLICIES_MAX && !oldest.done)
      this.#documents.delete(oldest.value);
    this.#documents.set(entry.arn, documents);
    return documents;
  }

  #read(): Catalogue {
    this.#catalogue ??= readCatalogue(this.#bytes);
    return this.#catalogue;
  }
}

export function isAwsPolicyArn(arn: string): boolean {
  return arn.startsWith(AWS_POLICY_PREFIX);
}

/**
 * Reads the file that the build writes (`scripts/build-managed-policies.ts`), about a megabyte,
 * from beside the bundle or from where the build puts it in the repository.
 */
export function readManagedPolicies(): Promise<Buffer> {
  return readGenerated(FILE_NAME);
}

type IndexRow = readonly [string, number, number, number, number, readonly [number, number][]];

function readCatalogue(bytes: Buffer): Catalogue {
  const magic = bytes.subarray(0, MAGIC.length).toString();
  assert(magic === MAGIC, `${FILE_NAME} isn't a policy catalogue`);
  const lengthAt = bytes.indexOf("\n", MAGIC.length) + 1;
  const indexAt = lengthAt + INDEX_LENGTH_BYTES;
  const documentsAt = indexAt + bytes.readUInt32BE(lengthAt);
  const index = brotliDecompressSync(bytes.subarray(indexAt, documentsAt)).toString("utf8");
  const sorted = (JSON.parse(index) as readonly IndexRow[]).map(readRow);
  return { sorted, byArn: new Map(sorted.map((entry) => [entry.arn, entry])), documentsAt };
}

function readRow(row: IndexRow): Entry {
  const [arn, createdSeconds, updatedSeconds, offset, length, versions] = row;
  const resource = arn.slice(AWS_POLICY_PREFIX.length - 1);
  const slash = resource.lastIndexOf("/");
  let policyId: string | undefined;
  return {
    arn,
    name: resource.slice(slash + 1),
    path: resource.slice(0, slash + 1),
    // Most processes show none: fourteen hundred hashes took longer than the rest of reading them.
    get policyId() {
      policyId ??= policyIdOf(arn);
      return policyId;
    },
    createdMs: createdSeconds * 1000,
    updatedMs: updatedSeconds * 1000,
    defaultVersion: versions.at(-1)?.[0] ?? 1,
    versions: versions.map(([number, seconds]) => ({ number, createdMs: seconds * 1000 })),
    offset,
    length,
  };
}

function outsideEntry({ arn, document, createdMs }: OutsidePolicy) {
  const resource = arn.slice(AWS_POLICY_PREFIX.length - 1);
  const slash = resource.lastIndexOf("/");
  return {
    arn,
    name: resource.slice(slash + 1),
    path: resource.slice(0, slash + 1),
    policyId: policyIdOf(arn),
    createdMs,
    updatedMs: createdMs,
    defaultVersion: 1,
    versions: [{ number: 1, createdMs }],
    document,
  };
}

function byName(a: AwsManagedPolicy, b: AwsManagedPolicy): number {
  return a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1;
}

function policyIdOf(arn: string): string {
  const digest = createHash("sha256").update(arn).digest().subarray(0, POLICY_ID_DIGITS);
  return `ANPA${[...digest].map((byte) => BASE32.charAt(byte & 31)).join("")}`;
}
