/** The most blocks that Fn::Cidr makes (CloudFormation User Guide, "Fn::Cidr"). */
const MAX_BLOCKS = 256;

/**
 * The blocks that Fn::Cidr cuts from an address block, or undefined if they don't fit or the
 * input is wrong. `bits` is the number of host bits of each; 8 and 64 are the defaults.
 */
export function cidrBlocks(
  block: string,
  count: number,
  bits: number | undefined,
): readonly string[] | undefined {
  const [address = "", prefixText = "", ...more] = block.split("/");
  const six = address.includes(":");
  const size = six ? 128 : 32;
  const start = six ? parseV6(address) : parseV4(address);
  const prefix = Number(prefixText);
  const hostBits = bits ?? (six ? 64 : 8);
  const numbers = [prefix, count, hostBits];
  if (start === undefined || more.length > 0 || !/^[0-9]+$/.test(prefixText)) return undefined;
  if (!numbers.every(Number.isInteger) || prefix > size) return undefined;
  if (count < 1 || count > MAX_BLOCKS || hostBits < 1 || hostBits > size - prefix) return undefined;
  const step = 1n << BigInt(hostBits);
  const whole = 1n << BigInt(size - prefix);
  if (step * BigInt(count) > whole) return undefined;
  const base = start - (start % whole);
  return Array.from({ length: count }, (_, index) => {
    const at = base + step * BigInt(index);
    return `${six ? formatV6(at) : formatV4(at)}/${size - hostBits}`;
  });
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part)))
    return undefined;
  const numbers = parts.map(Number);
  if (numbers.some((part) => part > 255)) return undefined;
  return numbers.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function parseV6(text: string): bigint | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return undefined;
  const first = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = 8 - first.length - last.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...first, ...Array.from({ length: missing }, () => "0"), ...last];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

function formatV4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
}

/** Groups of zeros are shortened once, the longest run of them, as RFC 5952 has it. */
function formatV6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(112 - 16 * index)) & 65_535n).toString(16),
  );
  const [run] = [
    ...groups
      .map((group) => (group === "0" ? "0" : "."))
      .join("")
      .matchAll(/0{2,}/g),
  ].sort((a, b) => b[0].length - a[0].length || a.index - b.index);
  if (run === undefined) return groups.join(":");
  const head = groups.slice(0, run.index).join(":");
  return `${head}::${groups.slice(run.index + run[0].length).join(":")}`;
}
