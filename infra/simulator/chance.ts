import { createHash } from 'node:crypto';

type Key = readonly (string | number)[];

function digest(key: Key): Buffer {
  return createHash('sha256').update(JSON.stringify(key)).digest();
}

/** A number from 0 to 1 that depends on the key alone: the order in which things happen does not change it. */
export function fraction(...key: Key): number {
  return digest(key).readUIntBE(0, 6) / 2 ** 48;
}

/** A version 4 GUID that depends on the key alone. */
export function guid(...key: Key): string {
  const bytes = digest(key).subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
