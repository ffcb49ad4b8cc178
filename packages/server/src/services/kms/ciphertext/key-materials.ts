import type { Kysely } from "kysely";
import { SecretBox } from "../../../kernel/crypto/secret-box.ts";
import type { Ids } from "../../../kernel/ids.ts";
import { LruMap } from "../../../kernel/lru-map.ts";
import { type KeySpec, secretBytes } from "../key-spec.ts";
import { findMaterial } from "../rows/materials.ts";
import type { KeyRow, KmsTables, MaterialRow } from "../tables.ts";
import type { Material } from "./ciphertext-blob.ts";
import { generatePair } from "./key-pairs.ts";

const MATERIAL_ID_BYTES = 32;
/** Never changes. */
const PURPOSE = "rolecast kms key material";
const OPENED_MAX = 1_000;

type MaterialFacts = Pick<MaterialRow, "created_ms" | "rotation_type" | "number">;

/** Makes the materials of keys, seals them for the database and opens them again. */
export class KeyMaterials {
  readonly #box: SecretBox;
  readonly #ids: Ids;
  /** A material never changes, so that an opened one is good for ever. */
  readonly #opened = new LruMap<string, Material>(OPENED_MAX);

  constructor(sealingKey: Uint8Array, ids: Ids) {
    this.#box = new SecretBox(sealingKey, PURPOSE);
    this.#ids = ids;
  }

  /** A secret, or a key pair, as the key's spec asks. */
  async create(
    { key_id, key_spec }: Pick<KeyRow, "key_id" | "key_spec">,
    facts: MaterialFacts,
  ): Promise<MaterialRow> {
    const materialId = Buffer.from(this.#ids.bytes(MATERIAL_ID_BYTES)).toString("hex");
    const bytes = await this.#newBytes(key_spec);
    return this.sealed({ keyId: key_id, materialId, bytes }, facts);
  }

  async #newBytes(spec: KeySpec): Promise<Uint8Array> {
    const length = secretBytes(spec);
    return length === undefined ? (await generatePair(spec)).privateKey : this.#ids.bytes(length);
  }

  /** A material as it is stored. */
  sealed({ keyId, materialId, bytes }: Material, facts: MaterialFacts): MaterialRow {
    const secret = Buffer.from(bytes).toString("base64");
    const sealed = this.#box.seal(secret, labelOf(keyId, materialId));
    return { key_id: keyId, material_id: materialId, sealed, ...facts };
  }

  /** The material that the key encrypts and signs with. */
  async current({ key_id, material_id }: KeyRow, db: Kysely<KmsTables>): Promise<Material> {
    const material = await this.find(key_id, material_id, db);
    if (!material) throw new Error(`key ${key_id} has no material`);
    return material;
  }

  /** Undefined when the key has no such material. */
  async find(
    keyId: string,
    materialId: string,
    db: Kysely<KmsTables>,
  ): Promise<Material | undefined> {
    const label = labelOf(keyId, materialId);
    const known = this.#opened.get(label);
    if (known) return known;
    const row = await findMaterial({ key_id: keyId, material_id: materialId }, db);
    if (!row || row.sealed === "") return undefined;
    const bytes = Buffer.from(this.#box.open(row.sealed, label), "base64");
    const material = { keyId, materialId, bytes };
    this.#opened.set(label, material);
    return material;
  }

  /** Forgets what is opened: the server is reset. */
  clear(): void {
    this.#opened.clear();
  }
}

function labelOf(keyId: string, materialId: string): string {
  return `${keyId} ${materialId}`;
}
