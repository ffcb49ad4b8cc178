/** A patch that can't be applied; its message says where. */
export class PatchError extends Error {
  override readonly name = "PatchError";
}
