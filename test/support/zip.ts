import { crc32, deflateRawSync } from "node:zlib";

/** A file of an archive, with as much wrong as a test wants. */
export interface ZipFile {
  readonly name: string;
  readonly data?: string | Buffer;
  /** Its mode as Unix has it. */
  readonly mode?: number;
  /** The size that the archive claims. */
  readonly sizeBytes?: number;
  readonly crc?: number;
}

/** A zip archive of these files, deflated. */
export function zipOf(files: readonly ZipFile[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, data = "", mode = 0o100644, ...wrong } of files) {
    const bytes = Buffer.from(data);
    const deflated = deflateRawSync(bytes);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(0x800, 2);
    facts.writeUInt16LE(8, 4);
    facts.writeUInt32LE(wrong.crc ?? crc32(bytes), 10);
    facts.writeUInt32LE(deflated.length, 14);
    facts.writeUInt32LE(wrong.sizeBytes ?? bytes.length, 18);
    facts.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), facts, Buffer.from(name), deflated]);
    const further = Buffer.alloc(14);
    further.writeUInt32LE((mode << 16) >>> 0, 6);
    further.writeUInt32LE(at, 10);
    const made = Buffer.from("PK\x01\x02\x14\x03");
    directory.push(Buffer.concat([made, facts, further, Buffer.from(name)]));
    locals.push(local);
    at += local.length;
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, ...directory, end]);
}
