import { type P384PublicKey, readP384PublicKey } from "../../../kernel/crypto/p384-public-key.ts";
import { validation } from "../errors.ts";

/**
 * A public key that playback tokens are verified with. Throws ValidationException for any other
 * than ECDSA P-384, which ES384 needs. Source: IVS user guide, "Private channels".
 */
export function readPlaybackPublicKey(material: string): P384PublicKey {
  const key = readP384PublicKey(material);
  // IVS's own words end at "constraints".
  if (!key)
    throw validation(
      "Request member: publicKeyMaterial failed to satisfy the constraints: it must be the PEM of an ECDSA P-384 public key",
    );
  return key;
}
