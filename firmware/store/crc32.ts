const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 of IEEE 802.3 (as in gzip), as an unsigned number. `zlib.crc32` is missing in early releases of Node 20. */
export const crc32 = (octets: Uint8Array): number => {
  let crc = 0xffffffff;
  for (let index = 0; index < octets.length; index++) crc = table[(crc ^ octets[index]!) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
};
