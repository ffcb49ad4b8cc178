export type Hash = "sha256" | "sha384" | "sha512";

export const DIGEST_BYTES: Readonly<Record<Hash, number>> = { sha256: 32, sha384: 48, sha512: 64 };
