import type { Ids } from "../../kernel/ids.ts";
import type { IdentityDirectory } from "../../kernel/ports/identity.ts";
import type { ManagedKeys } from "../../kernel/ports/managed-keys.ts";
import type { ImportTokens } from "./ciphertext/import-tokens.ts";
import type { KeyMaterials } from "./ciphertext/key-materials.ts";
import type { KeyUses } from "./uses/key-uses.ts";

/** What KMS's operations are made with. */
export interface KmsDependencies {
  readonly directory: IdentityDirectory;
  readonly ids: Ids;
  readonly materials: KeyMaterials;
  readonly importTokens: ImportTokens;
  readonly uses: KeyUses;
  readonly managedKeys: ManagedKeys;
}
