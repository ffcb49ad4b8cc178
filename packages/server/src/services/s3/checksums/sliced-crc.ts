import { crcModule, INPUT_AT, INPUT_BYTES_MAX } from "./crc-module.ts";

/** Which reflected CRC: all ones at the beginning, inverted at the end. */
export interface CrcParameters {
  /** Reflected, as the bits are shifted to the right. */
  readonly polynomial: bigint;
  readonly sizeBytes: 4 | 8;
}

interface CrcExports {
  readonly memory: WebAssembly.Memory;
  /** Continues `crc` over the memory from `from` to `to`. */
  update(crc: bigint, from: number, to: number): bigint;
}

/** An instance of a compiled loop, and where it reads. */
interface Compiled {
  readonly module: WebAssembly.Module;
  readonly exports: CrcExports;
  readonly input: Uint8Array;
}

/**
 * CRCs that zlib doesn't have, one instance of the compiled loop for all of a polynomial's digests.
 * It is compiled for the first of them: that takes a tenth of a server's start.
 */
export class CrcEngine {
  readonly parameters: CrcParameters;
  #compiled: Compiled | undefined;

  constructor(parameters: CrcParameters) {
    this.parameters = parameters;
  }

  /** For other threads, which instantiate it themselves. */
  get module(): WebAssembly.Module {
    return this.#compile().module;
  }

  start(): SlicedCrc {
    return new SlicedCrc(this);
  }

  /** Continues `crc` over `bytes`. */
  update(crc: bigint, bytes: Uint8Array): bigint {
    const { exports, input } = this.#compile();
    let state = crc;
    for (let at = 0; at < bytes.byteLength; at += INPUT_BYTES_MAX) {
      const piece = bytes.subarray(at, at + INPUT_BYTES_MAX);
      input.set(piece);
      state = exports.update(state, INPUT_AT, INPUT_AT + piece.byteLength);
    }
    return state;
  }

  #compile(): Compiled {
    if (this.#compiled === undefined) {
      const module = new WebAssembly.Module(crcModule(this.parameters.polynomial));
      const exports = new WebAssembly.Instance(module).exports as unknown as CrcExports;
      const input = new Uint8Array(exports.memory.buffer, INPUT_AT, INPUT_BYTES_MAX);
      this.#compiled = { module, exports, input };
    }
    return this.#compiled;
  }
}

/** A CRC that is being computed; begins as that of no bytes. */
class SlicedCrc {
  readonly #engine: CrcEngine;
  #state: bigint;

  constructor(engine: CrcEngine) {
    this.#engine = engine;
    this.#state = BigInt.asIntN(64, ones(engine.parameters));
  }

  update(bytes: Uint8Array): void {
    this.#state = this.#engine.update(this.#state, bytes);
  }

  /** Big-endian, as S3 writes it in base64. */
  digest(): Buffer {
    const { sizeBytes } = this.#engine.parameters;
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt.asUintN(64, this.#state) ^ ones(this.#engine.parameters));
    return bytes.subarray(8 - sizeBytes);
  }
}

function ones({ sizeBytes }: CrcParameters): bigint {
  return (1n << BigInt(sizeBytes * 8)) - 1n;
}
