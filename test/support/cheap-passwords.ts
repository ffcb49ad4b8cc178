import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { afterAll, beforeAll } from "vitest";

/**
 * Lets the servers of this file's process hash passwords at the lowest cost: a test of what the
 * hashes decide waits for none of them. `password-hash.test.ts` holds the real cost.
 */
export function hashPasswordsCheaply(): void {
  const real = crypto.scrypt;
  beforeAll(() => {
    const cheap = (...[password, salt, length, , done]: Parameters<typeof crypto.scrypt>) =>
      real(password, salt, length, { N: 2, r: 1, p: 1 }, done);
    crypto.scrypt = cheap as typeof crypto.scrypt;
    syncBuiltinESMExports();
  });
  afterAll(() => {
    crypto.scrypt = real;
    syncBuiltinESMExports();
  });
}
