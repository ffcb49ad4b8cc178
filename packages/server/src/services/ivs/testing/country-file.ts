/** A value in the MaxMind DB format, version 2.0, as far as a country database needs it. */
function field(value: unknown): Buffer {
  if (typeof value === "string")
    return Buffer.concat([control(2, value.length), Buffer.from(value)]);
  if (typeof value === "number") {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([control(6, 4), bytes]);
  }
  const entries = Object.entries(value as object).map(([key, each]) =>
    Buffer.concat([field(key), field(each)]),
  );
  return Buffer.concat([control(7, entries.length), ...entries]);
}

function control(type: number, size: number): Buffer {
  return Buffer.of((type << 5) | size);
}

/** A database of one IPv4 network: a node for each bit of its prefix. */
export function countryFile(network: readonly number[], country: object): Buffer {
  const bits = network.flatMap((byte) =>
    Array.from({ length: 8 }, (_, i) => (byte >> (7 - i)) & 1),
  );
  const count = bits.length;
  const nodes = bits.map((bit, index) => {
    const next = index + 1 < count ? index + 1 : count + 16;
    const record = (value: number) => [value >> 16, (value >> 8) & 0xff, value & 0xff];
    return Buffer.from(
      bit === 0 ? [...record(next), ...record(count)] : [...record(count), ...record(next)],
    );
  });
  const metadata = {
    ...{ node_count: count, record_size: 24, ip_version: 4 },
    ...{ binary_format_major_version: 2, binary_format_minor_version: 0, build_epoch: 1 },
    ...{ database_type: "Test-Country", languages: {}, description: {} },
  };
  const mark = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");
  return Buffer.concat([...nodes, Buffer.alloc(16), field({ country }), mark, field(metadata)]);
}
