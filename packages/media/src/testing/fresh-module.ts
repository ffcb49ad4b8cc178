let loads = 0;

/**
 * A copy of one module of its own, with state that no other test has left: `path` from the module
 * at `from`. What it imports is everybody's.
 */
export function freshModule<Module>(path: string, from: string): Promise<Module> {
  loads += 1;
  return import(new URL(`${path}?own=${loads}`, from).href);
}
